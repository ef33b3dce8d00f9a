/*
 * netsh.c - see netsh.h. Which commands are run, and what their answers come to. All of them run at once: each takes its
 * time to start.
 */
#include "netsh.h"

#include <stdlib.h>

#include "netsh_parse.h"

#define TEXT_MAX (64 * 1024) /* some hundred ranges */

enum { DYNAMIC, TCP4, UDP4, TCP6, UDP6, COMMAND_COUNT };

static const struct {
	const char *arguments;
	uint8_t protos; /* of the excluded ranges */
} commands[COMMAND_COUNT] = {
	[DYNAMIC] = {"interface ipv4 show dynamicport protocol=tcp", 0},
	[TCP4] = {"interface ipv4 show excludedportrange protocol=tcp", LSP_PROTO_BIT(LSP_TCP)},
	[UDP4] = {"interface ipv4 show excludedportrange protocol=udp", LSP_PROTO_BIT(LSP_UDP)},
	[TCP6] = {"interface ipv6 show excludedportrange protocol=tcp", LSP_PROTO_BIT(LSP_TCP)},
	[UDP6] = {"interface ipv6 show excludedportrange protocol=udp", LSP_PROTO_BIT(LSP_UDP)},
};

static bool is_known(const struct lsp_rules *rules, const struct lsp_kept *kept)
{
	size_t i;

	for (i = 0; i < rules->kept_count; i++) {
		const struct lsp_kept *other = &rules->kept[i];

		if (other->low == kept->low && other->high == kept->high && other->protos == kept->protos &&
		    other->is_bindable == kept->is_bindable)
			return true;
	}
	return false;
}

/* IPv6 mostly repeats what IPv4 says. False when there is no room for all. */
static bool add_excluded(const char *text, size_t len, uint8_t protos, struct lsp_rules *rules)
{
	struct lsp_kept found[LSP_KEPT_MAX];
	size_t count = lsp_netsh_parse_excluded(text, len, found, LSP_KEPT_MAX), i;

	for (i = 0; i < count && i < LSP_KEPT_MAX; i++) {
		found[i].protos = protos;
		if (is_known(rules, &found[i]))
			continue;
		if (rules->kept_count == LSP_KEPT_MAX)
			return false;
		rules->kept[rules->kept_count++] = found[i];
	}
	return count <= LSP_KEPT_MAX;
}

void lsp_netsh_rules(const struct lsp_netsh_io *io, struct lsp_rules *ret_rules)
{
	char *text = malloc(TEXT_MAX);
	void *runs[COMMAND_COUNT];
	bool is_whole = true;
	int i;

	for (i = 0; i < COMMAND_COUNT; i++)
		runs[i] = text != NULL ? io->start(io->self, commands[i].arguments) : NULL;
	for (i = 0; i < COMMAND_COUNT; i++) {
		long len = runs[i] != NULL ? io->collect(io->self, runs[i], text, TEXT_MAX) : -1;

		if (i == DYNAMIC) {
			if (len > 0 && lsp_netsh_parse_dynamic(text, (size_t)len, &ret_rules->ephemeral_low,
							       &ret_rules->ephemeral_high))
				ret_rules->has |= LSP_RULES_EPHEMERAL;
		} else if (len > 0) {
			is_whole &= add_excluded(text, (size_t)len, commands[i].protos, ret_rules);
		} else {
			is_whole &= i == TCP6 || i == UDP6; /* where IPv6 is off, that is no loss */
		}
	}
	ret_rules->has |= is_whole ? LSP_RULES_KEPT : 0;
	free(text);
}
