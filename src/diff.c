/*
 * diff.c - see diff.h.
 */
#include "diff.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <lsports/language.h>

#include "policy_file.h"
#include "say.h"

#define WHY_MAX 640

enum { SECOND_LOOK_MS = 1000 }; /* a name server answers sooner, or never */

static void compare(struct lsp_diff *diff)
{
	free(diff->drifts);
	diff->count = lsp_drift_find(&diff->policy, diff->opened.openings, diff->opened.count, &diff->request->select,
				     &diff->drifts);
}

/* Somebody asks a name server, and we see the socket on which the answer is awaited: it takes datagrams, and is no service. */
static bool some_may_pass(const struct lsp_diff *diff)
{
	size_t i;

	for (i = 0; i < diff->count; i++) {
		if (diff->drifts[i].kind == LSP_DRIFT_OPENED && lsp_opened_may_pass(&diff->opened, diff->drifts[i].opening))
			return true;
	}
	return false;
}

int lsp_diff_look(struct lsp_diff *diff)
{
	struct lsp_opened first;
	bool seen = lsp_opened_look(diff->backend, diff->request, &diff->opened);

	diff->drifts = NULL;
	if (seen)
		compare(diff);
	if (seen && some_may_pass(diff)) {
		diff->backend->pause(SECOND_LOOK_MS);
		first = diff->opened;
		seen = lsp_opened_look(diff->backend, diff->request, &diff->opened);
		if (seen)
			lsp_opened_keep_lasting(&diff->opened, &first);
		lsp_opened_clear(&first);
		if (seen)
			compare(diff);
	}
	if (!seen) {
		free(diff->drifts);
		lsp_policy_clear(&diff->policy);
		return 5;
	}
	lsp_drift_count(diff->drifts, diff->count, diff->counts);
	return 0;
}

int lsp_diff_start(const struct lsp_backend *backend, const struct lsp_request *request, struct lsp_diff *ret_diff)
{
	char why[WHY_MAX];

	*ret_diff = (struct lsp_diff){.backend = backend, .request = request};
	if (lsp_policy_file_read(request->policy, NULL, &ret_diff->policy, why, sizeof why) != LSP_POLICY_FILE_READ) {
		lsp_say("%s", why);
		return 2;
	}
	return lsp_diff_look(ret_diff);
}

void lsp_diff_end(struct lsp_diff *diff)
{
	free(diff->drifts);
	lsp_policy_clear(&diff->policy);
	lsp_opened_clear(&diff->opened);
}

static int exit_code(const struct lsp_diff *diff)
{
	size_t unsure = diff->counts[LSP_DRIFT_UNSURE];

	if (unsure > 0 && !diff->request->partial)
		return 3;
	return diff->count > unsure ? 1 : 0;
}

int lsp_diff(const struct lsp_backend *backend, const struct lsp_request *request)
{
	struct lsp_console console;
	struct lsp_diff diff;
	int code = lsp_diff_start(backend, request, &diff), wanted;

	if (code != 0)
		return code;
	wanted = exit_code(&diff);
	backend->console(&console);
	errno = 0;
	if (request->quiet)
		;
	else if (request->format == LSP_FORMAT_JSON)
		lsp_diff_print_json(&diff, wanted);
	else
		lsp_diff_print(&diff);
	code = lsp_say_written(wanted);
	if (diff.counts[LSP_DRIFT_UNSURE] == 0)
		diff.opened.sight.hidden = 0; /* nobody asked for them */
	if (code != 5 && (request->format != LSP_FORMAT_JSON || request->quiet))
		lsp_sight_say(backend, diff.opened.snapshot, &diff.opened.sight, false);
	if (code == 0 && diff.count == 0 && console.is_terminal && !request->quiet && request->format == LSP_FORMAT_TABLE)
		lsp_say(_("no drift: all is as %.200s says"), request->policy);
	lsp_diff_end(&diff);
	return code;
}
