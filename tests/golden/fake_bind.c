/*
 * fake_bind.c - how binding a port ends in the scene, and what the fake system rules about ports:
 *   bind PROTO ADDR:PORT WAY WORD CODE OP TEXT   WAY plain reuseaddr reuseport v6only exclusive or * for all; WORD as for fault, or
 *                          in_use, no_address; OP bind socket setsockopt; a try without a line is bound
 *   rules [low=N high=N below=N uid=N reserved=N may overlaps]
 *   kept PROTO LOW HIGH [bindable]   a range that the system keeps
 */
#include "fake.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct bind_asked {
	char words[3][80]; /* protocol, endpoint, way */
	struct lsp_fault fault;
};

static void find_bind(const struct line *line, void *arg)
{
	static const char *const words[] = {"",	  "denied", "gone",   "unsupported", "malformed",
					    "torn", "io",     "in_use", "no_address"};
	/* the fault outlives the line */
	static const char *const ops[] = {"bind", "socket", "setsockopt"};
	struct bind_asked *asked = arg;
	size_t i;

	if (strcmp(fake_word(line, 1), asked->words[0]) != 0 || strcmp(fake_word(line, 2), asked->words[1]) != 0 ||
	    (strcmp(fake_word(line, 3), asked->words[2]) != 0 && strcmp(fake_word(line, 3), "*") != 0))
		return;
	for (i = 1; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(words[i], fake_word(line, 4)) == 0)
			asked->fault.err = (enum lsp_err)i;
	}
	asked->fault.os_code = (int)strtol(fake_word(line, 5), NULL, 10);
	for (i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
		if (strcmp(ops[i], fake_word(line, 6)) == 0)
			asked->fault.op = ops[i];
	}
	snprintf(asked->fault.detail, sizeof(asked->fault.detail), "%s", fake_word(line, 7));
}

enum lsp_err fake_bind_try(enum lsp_proto proto, const struct lsp_addr *addr, uint16_t port, enum lsp_way way,
				  struct lsp_fault *ret_fault)
{
	static const char *const ways[] = {"plain", "reuseaddr", "reuseport", "v6only", "exclusive"};
	struct bind_asked asked = {.fault = {.err = LSP_OK}};
	char text[LSP_ADDR_TEXT_MAX];

	lsp_addr_text(addr, text);
	snprintf(asked.words[0], sizeof(asked.words[0]), "%s", lsp_proto_name(proto));
	snprintf(asked.words[1], sizeof(asked.words[1]), addr->family == LSP_INET6 ? "[%s]:%u" : "%s:%u", text, port);
	snprintf(asked.words[2], sizeof(asked.words[2]), "%s", ways[way]);
	fake_walk("bind", find_bind, &asked);
	if (asked.fault.err != LSP_OK)
		*ret_fault = asked.fault;
	return asked.fault.err;
}

static void read_rules(const struct line *line, void *arg)
{
	struct lsp_rules *rules = arg;
	uint16_t reserved;

	rules->ephemeral_low = (uint16_t)fake_number(line, "low", LSP_RULES_EPHEMERAL, &rules->has);
	rules->ephemeral_high = (uint16_t)fake_number(line, "high", LSP_RULES_EPHEMERAL, &rules->has);
	rules->privileged_below = (uint32_t)fake_number(line, "below", LSP_RULES_PRIVILEGED, &rules->has);
	rules->uid = (uint32_t)fake_number(line, "uid", LSP_RULES_UID, &rules->has);
	fake_number(line, "may", LSP_RULES_MAY_PRIVILEGED, &rules->has);
	fake_number(line, "overlaps", LSP_RULES_OVERLAPS, &rules->has);
	reserved = (uint16_t)fake_number(line, "reserved", LSP_RULES_RESERVED, &rules->has);
	if ((rules->has & LSP_RULES_RESERVED) != 0)
		rules->reserved[reserved / 8] |= (uint8_t)(1u << reserved % 8);
}

static void read_kept(const struct line *line, void *arg)
{
	struct lsp_rules *rules = arg;

	rules->has |= LSP_RULES_KEPT;
	rules->kept[rules->kept_count++] =
		(struct lsp_kept){.protos = strcmp(fake_word(line, 1), "udp") == 0 ? LSP_PROTO_BIT(LSP_UDP) : LSP_PROTO_BIT(LSP_TCP),
				  .low = (uint16_t)fake_word_number(line, 2),
				  .high = (uint16_t)fake_word_number(line, 3),
				  .is_bindable = fake_value(line, "bindable", NULL) != NULL};
}

void fake_rules(struct lsp_rules *ret_rules)
{
	*ret_rules = (struct lsp_rules){.has = 0};
	fake_walk("rules", read_rules, ret_rules);
	fake_walk("kept", read_kept, ret_rules);
}
