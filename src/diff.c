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

int lsp_diff_start(const struct lsp_backend *backend, const struct lsp_request *request, struct lsp_diff *ret_diff)
{
	struct lsp_diff diff = {.backend = backend, .request = request};
	char why[WHY_MAX];

	if (lsp_policy_file_read(request->policy, &diff.policy, why, sizeof why) != LSP_POLICY_FILE_READ) {
		lsp_say("%s", why);
		return 2;
	}
	if (!lsp_opened_look(backend, request, &diff.opened)) {
		lsp_policy_clear(&diff.policy);
		return 5;
	}
	diff.count = lsp_drift_find(&diff.policy, diff.opened.openings, diff.opened.count, &request->select, &diff.drifts);
	lsp_drift_count(diff.drifts, diff.count, diff.counts);
	*ret_diff = diff;
	return 0;
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
		lsp_sight_say(backend, diff.opened.snapshot, &diff.opened.sight);
	if (code == 0 && diff.count == 0 && console.is_terminal && !request->quiet && request->format == LSP_FORMAT_TABLE)
		lsp_say(_("no drift: all is as %.200s says"), request->policy);
	lsp_diff_end(&diff);
	return code;
}
