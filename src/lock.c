/*
 * lock.c - see lock.h. A new policy is an empty one that is brought up to date. What stands there is replaced only when it
 * is a policy: a name mistyped costs nobody a file.
 */
#include "lock.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <lsports/language.h>
#include <lsports/service.h>

#include "diff.h"
#include "policy/revise.h"
#include "policy_file.h"
#include "say.h"

#define WHY_MAX 640

static bool is_stdout(const struct lsp_request *request)
{
	return strcmp(request->policy, "-") == 0;
}

/* Never fails: it is ours. */
static void start_policy(struct lsp_sink *text, struct lsp_policy *policy)
{
	char fault[LSP_POLICY_FAULT_MAX];

	lsp_policy_write_head(text);
	(void)lsp_policy_parse(text->bytes, text->used, policy, fault);
}

/* 0: it may be written; *policy and its text are what is there, or an empty one. */
static int read_policy(const struct lsp_backend *backend, const struct lsp_request *request, struct lsp_sink *text,
		       struct lsp_policy *policy)
{
	struct lsp_fault fault;
	char why[WHY_MAX];

	if (is_stdout(request)) {
		start_policy(text, policy);
		return 0;
	}
	if (backend->file_replace(request->policy, NULL, 0, &fault) != LSP_OK) {
		lsp_say(_("cannot write %.200s: %s"), request->policy, fault.detail);
		return fault.err == LSP_UNSUPPORTED ? 2 : 4;
	}
	switch (lsp_policy_file_read(request->policy, text, policy, why, sizeof why)) {
	case LSP_POLICY_FILE_READ:
		return 0;
	case LSP_POLICY_FILE_ABSENT:
		start_policy(text, policy);
		return 0;
	default:
		lsp_say("%s", why);
		lsp_say(_("only a policy is replaced; repair or remove %.200s first, or choose another name"), request->policy);
		return 2;
	}
}

/* For a reader: what the port is for, and what is likely to be elsewhere tomorrow. */
static void remark(struct lsp_sink *sink, const struct lsp_opening *opening, const void *context)
{
	const struct lsp_opened *opened = context;
	uint16_t port = opening->is.low;
	enum lsp_proto proto = (opening->is.protos & LSP_PROTO_BIT(LSP_TCP)) != 0 ? LSP_TCP : LSP_UDP;
	struct lsp_service service;
	const char *text = NULL;

	if (lsp_service_at(proto, port, &service))
		text = service.name;
	else if (opening->span_low != 0)
		text = "any port that the system gives";
	else if (opened->ephemeral_low != 0 && port >= opened->ephemeral_low && port <= opened->ephemeral_high)
		text = "ephemeral: if the port is another one each time, write *";
	if (text != NULL || opening->owner == LSP_OWNER_HIDDEN)
		lsp_sink_word(sink, "  # ");
	if (text != NULL)
		lsp_sink_word(sink, text);
	if (opening->owner == LSP_OWNER_HIDDEN)
		lsp_sink_word(sink, text != NULL ? "; owner not seen" : "owner not seen");
}

static bool misses_owners(const struct lsp_diff *diff)
{
	size_t i;

	for (i = 0; i < diff->count; i++) {
		if (diff->drifts[i].opening != NULL && diff->drifts[i].opening->owner == LSP_OWNER_HIDDEN)
			return true;
	}
	return false;
}

/* Nothing that a person may have written goes without a word. */
static void say_removed(const struct lsp_request *request, const struct lsp_sink *removed)
{
	const char *line = removed->bytes, *stop = line + removed->used, *end;

	for (; line < stop; line = end + 1) {
		end = memchr(line, '\n', (size_t)(stop - line));
		end = end != NULL ? end : stop;
		lsp_say(_("%.200s: removed: %.*s"), request->policy, (int)(end - line), line);
	}
}

/* What could not be read back is no policy: more rules, or longer ones, than one may have. */
static bool can_be_read(const struct lsp_diff *diff, const struct lsp_sink *text)
{
	struct lsp_policy policy;
	char why[WHY_MAX];
	bool can = lsp_policy_text_read(diff->request->policy, text->bytes, text->used, &policy, why, sizeof why);

	if (can)
		lsp_policy_clear(&policy);
	else
		lsp_say("%s", why);
	return can;
}

/* Returns the exit code. */
static int write_file(const struct lsp_diff *diff, const struct lsp_sink *text, const struct lsp_sink *removed, size_t rules)
{
	const char *path = diff->request->policy;
	struct lsp_console console;
	struct lsp_fault fault;

	if (diff->backend->file_replace(path, text->bytes, text->used, &fault) != LSP_OK) {
		lsp_say(_("cannot write %.200s: %s: %s"), path, fault.op, fault.detail);
		if (fault.err == LSP_DENIED)
			lsp_say(_("it is written beside the old one first: its folder must be writable"));
		return 4;
	}
	say_removed(diff->request, removed);
	diff->backend->console(&console);
	if (console.is_terminal)
		lsp_say(lsp_text_of("%.200s: %zu rule", "%.200s: %zu rules", rules), path, rules);
	return 0;
}

static int write_policy(const struct lsp_diff *diff, const struct lsp_sink *old)
{
	const struct lsp_revision revision = {old->bytes, old->used, &diff->policy, diff->drifts, diff->count,
					      remark,	  &diff->opened};
	struct lsp_sink text, removed;
	size_t rules;
	int code = 0;

	lsp_sink_open(&text, NULL);
	lsp_sink_open(&removed, NULL);
	rules = lsp_policy_revise(&revision, &text, &removed);
	errno = 0;
	if (!can_be_read(diff, &text)) {
		code = 4;
	} else if (is_stdout(diff->request)) {
		fwrite(text.bytes, 1, text.used, stdout);
		code = lsp_say_written(0);
	} else {
		code = write_file(diff, &text, &removed, rules);
	}
	lsp_sink_close(&text);
	lsp_sink_close(&removed);
	return code;
}

int lsp_lock(const struct lsp_backend *backend, const struct lsp_request *request)
{
	struct lsp_diff diff = {.backend = backend, .request = request};
	struct lsp_sink text;
	int code;

	lsp_sink_open(&text, NULL);
	code = read_policy(backend, request, &text, &diff.policy);
	if (code == 0)
		code = lsp_diff_look(&diff);
	if (code != 0) {
		lsp_sink_close(&text);
		return code;
	}
	if (request->partial || !misses_owners(&diff)) {
		code = write_policy(&diff, &text);
	} else {
		code = 3;
		lsp_say(_("nothing was written: a policy without its owners would miss them; with --partial it is written"));
	}
	lsp_sight_say(backend, diff.opened.snapshot, &diff.opened.sight, false);
	lsp_diff_end(&diff);
	lsp_sink_close(&text);
	return code;
}
