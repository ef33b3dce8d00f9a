/*
 * diff.h - --diff FILE: what is open otherwise than a policy says. diff.c decides, diff_say.c and diff_json.c tell.
 */
#ifndef LSP_DIFF_H
#define LSP_DIFF_H

#include <lsports/backend.h>

#include "cli/options.h"
#include "opened.h"
#include "policy/drift.h"

struct lsp_diff {
	const struct lsp_backend *backend;
	const struct lsp_request *request;
	struct lsp_opened opened;
	struct lsp_policy policy;
	struct lsp_drift *drifts;
	size_t count;
	size_t counts[LSP_DRIFT_COUNT];
};

/* Returns the exit code: 0 no drift, 1 drift, 2 no policy, 3 it cannot be told of a rule, 5 the system failed us. */
int lsp_diff(const struct lsp_backend *backend, const struct lsp_request *request);

/* With the policy of the request's file. 0: *ret_diff is whole; lsp_diff_end it. Else an exit code; why was said. */
int lsp_diff_start(const struct lsp_backend *backend, const struct lsp_request *request, struct lsp_diff *ret_diff);

/* With the policy that is in it already, beside backend and request. As above; the policy is cleared then, too. */
int lsp_diff_look(struct lsp_diff *diff);
void lsp_diff_end(struct lsp_diff *diff);

/* On stdout, for people: like a diff, rules as they stand in a policy. */
void lsp_diff_print(const struct lsp_diff *diff);

/* On stdout: one document. */
void lsp_diff_print_json(const struct lsp_diff *diff, int code);

#endif
