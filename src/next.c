/*
 * next.c - see next.h. Nothing is deduced from lists: each number printed was bound a moment ago. A port named alone and
 * a range are asked for; the ports behind a start are not, so well-known ones are passed over.
 */
#include "next.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lsports/language.h>
#include <lsports/service.h>

#include "bind/port.h"
#include "core/mem.h"
#include "document.h"
#include "say.h"
#include "view/json_value.h"

#define FIRST_PORT 1024

struct next {
	const struct lsp_backend *backend;
	const struct lsp_request *request;
	unsigned protos; /* LSP_PROTO_BIT: to be free in each */
	struct lsp_rules rules;
	uint32_t low, high;
	bool is_range; /* all of it was asked for; else only low, if has_start */
	bool has_start;
	uint16_t *found;
	uint32_t found_count;
	size_t passed[LSP_PASS_COUNT];
	struct lsp_fault fault; /* err: it could not be tried at all */
};

/* "8000-8000" is a range too, "http-alt" is not. */
static bool is_range(const char *word, const struct lsp_endpoint *asked)
{
	static const char digits[] = "0123456789";
	const char *dash = strchr(word, '-');

	return asked->low != asked->high ||
	       (dash != NULL && dash > word && strchr(digits, dash[-1]) != NULL && strspn(dash + 1, digits) > 0);
}

static void choose(struct next *next)
{
	const struct lsp_request *request = next->request;
	const struct lsp_endpoint *asked = request->select.ports;
	bool wants_udp = !request->any_proto && (request->select.protos & LSP_PROTO_BIT(LSP_UDP)) != 0;

	next->protos = LSP_PROTO_BIT(LSP_TCP) | (wants_udp ? LSP_PROTO_BIT(LSP_UDP) : 0);
	next->low = FIRST_PORT;
	next->high = 65535;
	if (request->select.port_count == 0)
		return;
	if (asked->protos != LSP_PROTO_ALL && request->select.port_count == 1)
		next->protos = asked->protos | (wants_udp ? LSP_PROTO_BIT(LSP_UDP) : 0);
	next->has_start = true;
	next->is_range = is_range(request->words[asked->word], asked);
	next->low = asked->low;
	if (next->is_range)
		next->high = asked->high;
}

/* Whether it was bound at this address. A family that is not here stands in nobody's way. */
static bool try_at(struct next *next, enum lsp_proto proto, enum lsp_family family, uint16_t port)
{
	struct lsp_addr any = {.family = (uint8_t)family};
	struct lsp_fault fault = {.err = LSP_OK};

	if (next->backend->bind_try(proto, &any, port, LSP_WAY_EXCLUSIVE, &fault) == LSP_OK)
		return true;
	if (fault.err == LSP_UNSUPPORTED && family == LSP_INET6 && fault.os_code != 0 && strcmp(fault.op, "socket") == 0 &&
	    (next->request->select.families & LSP_FAMILY_BIT_4) != 0)
		return true;
	if (fault.op == NULL || strcmp(fault.op, "bind") != 0)
		next->fault = fault;
	return false;
}

static bool is_free(struct next *next, uint16_t port)
{
	unsigned families = next->request->select.families;
	int proto;

	for (proto = LSP_TCP; proto <= LSP_UDP; proto++) {
		if ((next->protos & LSP_PROTO_BIT(proto)) == 0)
			continue;
		if ((families & LSP_FAMILY_BIT_4) != 0 && !try_at(next, (enum lsp_proto)proto, LSP_INET4, port))
			return false;
		if ((families & LSP_FAMILY_BIT_6) != 0 && !try_at(next, (enum lsp_proto)proto, LSP_INET6, port))
			return false;
	}
	return true;
}

static bool is_well_known(const struct next *next, uint16_t port)
{
	struct lsp_service service;
	int proto;

	for (proto = LSP_TCP; proto <= LSP_UDP; proto++) {
		if ((next->protos & LSP_PROTO_BIT(proto)) != 0 && lsp_service_at((enum lsp_proto)proto, port, &service) &&
		    lsp_service_is_well_known(&service))
			return true;
	}
	return false;
}

static void search(struct next *next)
{
	uint32_t port;

	next->found = lsp_realloc_array(NULL, next->request->next_count, sizeof *next->found);
	for (port = next->low; port <= next->high && next->found_count < next->request->next_count; port++) {
		bool asked = next->is_range || (next->has_start && port == next->low);
		enum lsp_pass pass = lsp_port_pass(&next->rules, next->protos, (uint16_t)port, asked,
						   is_well_known(next, (uint16_t)port));

		if (pass == LSP_PASS_NONE && !is_free(next, (uint16_t)port))
			pass = LSP_PASS_TAKEN;
		if (next->fault.err != LSP_OK)
			return;
		next->passed[pass]++;
		if (pass == LSP_PASS_NONE)
			next->found[next->found_count++] = (uint16_t)port;
	}
}

static void print_json(const struct next *next)
{
	struct lsp_sink sink;
	uint32_t i;
	int pass;

	lsp_document_open(&sink, next->backend);
	lsp_json_open(&sink, "ports", '[');
	for (i = 0; i < next->found_count; i++) {
		lsp_json_item(&sink);
		lsp_sink_number(&sink, next->found[i]);
	}
	lsp_sink_byte(&sink, ']');
	lsp_json_open(&sink, "passed", '{');
	for (pass = LSP_PASS_RESERVED; pass < LSP_PASS_COUNT; pass++)
		lsp_json_put_number(&sink, lsp_pass_name((enum lsp_pass)pass), next->passed[pass]);
	lsp_sink_word(&sink, "}}\n");
	lsp_sink_close(&sink);
}

/* Why there are not enough, unless nobody wants to hear it. */
static void say_too_few(const struct next *next)
{
	if (next->request->quiet || next->request->format == LSP_FORMAT_JSON)
		return;
	lsp_say(_("%u-%u: %u of %u ports found; of the others %zu could not be bound, %zu are ephemeral, %zu reserved, %zu are "
		"well known"),
		next->low, next->high, next->found_count, next->request->next_count, next->passed[LSP_PASS_TAKEN],
		next->passed[LSP_PASS_EPHEMERAL], next->passed[LSP_PASS_RESERVED], next->passed[LSP_PASS_WELL_KNOWN]);
	if ((next->rules.has & LSP_RULES_PRIVILEGED) != 0 && (next->rules.has & LSP_RULES_MAY_PRIVILEGED) == 0 &&
	    next->low < next->rules.privileged_below)
		lsp_say(_("ports below %u take more rights: run with sudo"), next->rules.privileged_below); /* on Unix alone */
}

int lsp_next(const struct lsp_backend *backend, const struct lsp_request *request)
{
	struct next next = {.backend = backend, .request = request};
	int code = 0;
	uint32_t i;

	backend->rules(&next.rules);
	choose(&next);
	search(&next);
	if (next.fault.err != LSP_OK) {
		lsp_say(_("cannot try ports: %s: %s"), next.fault.op, next.fault.detail);
		free(next.found);
		return 5;
	}
	errno = 0;
	if (request->format == LSP_FORMAT_JSON)
		print_json(&next);
	for (i = 0; i < next.found_count && request->format != LSP_FORMAT_JSON; i++)
		printf("%u\n", next.found[i]);
	code = lsp_say_written(next.found_count == request->next_count ? 0 : 1);
	if (code == 1)
		say_too_few(&next);
	free(next.found);
	return code;
}
