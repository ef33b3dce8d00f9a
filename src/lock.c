/*
 * lock.c - see lock.h. What stands there is replaced only when it is a policy: a name mistyped costs nobody a file.
 */
#include "lock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lsports/language.h>
#include <lsports/service.h>

#include "core/mem.h"
#include "opened.h"
#include "policy_file.h"
#include "say.h"

#define WHY_MAX 640

static bool is_stdout(const struct lsp_request *request)
{
	return strcmp(request->policy, "-") == 0;
}

/* 0: it may be written. */
static int check_file(const struct lsp_backend *backend, const struct lsp_request *request)
{
	struct lsp_policy policy;
	struct lsp_fault fault;
	char why[WHY_MAX];

	if (is_stdout(request))
		return 0;
	if (backend->file_replace(request->policy, NULL, 0, &fault) != LSP_OK) {
		lsp_say(_("cannot write %.200s: %s"), request->policy, fault.detail);
		return fault.err == LSP_UNSUPPORTED ? 2 : 4;
	}
	switch (lsp_policy_file_read(request->policy, &policy, why, sizeof why)) {
	case LSP_POLICY_FILE_READ:
		lsp_policy_clear(&policy);
		return 0;
	case LSP_POLICY_FILE_ABSENT:
		return 0;
	default:
		lsp_say("%s", why);
		lsp_say(_("only a policy is replaced; remove %.200s first, or choose another name"), request->policy);
		return 2;
	}
}

/* For a reader: what the port is for, and what is likely to be elsewhere tomorrow. */
static void put_comment(struct lsp_sink *sink, const struct lsp_opening *opening, const struct lsp_rules *rules)
{
	uint16_t port = opening->is.low;
	struct lsp_service service;
	enum lsp_proto proto = (opening->is.protos & LSP_PROTO_BIT(LSP_TCP)) != 0 ? LSP_TCP : LSP_UDP;

	bool is_named = lsp_service_at(proto, port, &service), is_hidden = opening->owner == LSP_OWNER_HIDDEN;
	bool is_ephemeral = (rules->has & LSP_RULES_EPHEMERAL) != 0 && port >= rules->ephemeral_low &&
			    port <= rules->ephemeral_high;

	if (is_named || is_ephemeral || is_hidden)
		lsp_sink_word(sink, "  # ");
	if (is_named)
		lsp_sink_word(sink, service.name);
	else if (is_ephemeral)
		lsp_sink_word(sink, "ephemeral: if the port is another one each time, write *");
	if (is_hidden)
		lsp_sink_word(sink, is_named || is_ephemeral ? "; owner not seen" : "owner not seen");
}

/* Returns how many rules. */
static size_t put_rules(struct lsp_sink *sink, const struct lsp_backend *backend, const struct lsp_request *request,
			const struct lsp_opened *opened)
{
	struct lsp_rules *rules = lsp_alloc(sizeof *rules);
	size_t count = 0, i;

	backend->rules(rules);
	for (i = 0; i < opened->count; i++) {
		const struct lsp_opening *opening = &opened->openings[i];
		unsigned families = opening->is.families & request->select.families;
		struct lsp_policy_rule rule = lsp_opening_rule(opening, families);

		if (!opening->is_asked || families == 0)
			continue;
		lsp_policy_rule_write(sink, &rule);
		put_comment(sink, opening, rules);
		lsp_sink_byte(sink, '\n');
		count++;
	}
	free(rules);
	return count;
}

static size_t count_hidden(const struct lsp_request *request, const struct lsp_opened *opened)
{
	size_t hidden = 0, i;

	for (i = 0; i < opened->count; i++) {
		const struct lsp_opening *opening = &opened->openings[i];

		hidden += opening->owner == LSP_OWNER_HIDDEN && opening->is_asked &&
			  (opening->is.families & request->select.families) != 0;
	}
	return hidden;
}

static int write_policy(const struct lsp_backend *backend, const struct lsp_request *request,
			const struct lsp_opened *opened)
{
	struct lsp_console console;
	struct lsp_fault fault;
	struct lsp_sink sink;
	size_t count;
	int code = 0;

	backend->console(&console);
	lsp_sink_open(&sink, is_stdout(request) ? stdout : NULL);
	lsp_policy_write_head(&sink);
	count = put_rules(&sink, backend, request, opened);
	if (!is_stdout(request) && backend->file_replace(request->policy, sink.bytes, sink.used, &fault) != LSP_OK) {
		lsp_say(_("cannot write %.200s: %s: %s"), request->policy, fault.op, fault.detail);
		code = 4;
	} else if (!is_stdout(request) && console.is_terminal) {
		lsp_say(lsp_text_of("%.200s: %zu rule", "%.200s: %zu rules", count), request->policy, count);
	}
	lsp_sink_close(&sink);
	return is_stdout(request) ? lsp_say_written(0) : code;
}

int lsp_lock(const struct lsp_backend *backend, const struct lsp_request *request)
{
	int code = check_file(backend, request);
	struct lsp_opened opened;

	if (code != 0)
		return code;
	if (!lsp_opened_look(backend, request, &opened))
		return 5;
	if (request->partial || count_hidden(request, &opened) == 0) {
		errno = 0;
		code = write_policy(backend, request, &opened);
	} else {
		code = 3;
		lsp_say(_("nothing was written: a policy without its owners would miss them; with --partial it is written"));
	}
	lsp_sight_say(backend, opened.snapshot, &opened.sight);
	lsp_opened_clear(&opened);
	return code;
}
