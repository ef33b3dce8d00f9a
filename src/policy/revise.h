/*
 * revise.h - a policy's text is brought up to date: only what drifted changes, all that a person wrote besides stays as it
 * is, comments, order and line ends.
 */
#ifndef LSP_POLICY_REVISE_H
#define LSP_POLICY_REVISE_H

#include "drift.h"

/* Writes a comment behind a rule, or nothing. */
typedef void lsp_policy_remark(struct lsp_sink *sink, const struct lsp_opening *opening, const void *context);

struct lsp_revision {
	const char *text; /* what policy was read from */
	size_t len;
	const struct lsp_policy *policy;
	const struct lsp_drift *drifts; /* of that policy */
	size_t count;
	lsp_policy_remark *remark;
	const void *context; /* the remark's */
};

/* The new text. A rule that nothing meets makes way for what is open instead, which takes over its comment; what no rule
 * spoke of comes before the first rule that sorts behind it. Unsure rules stay. *removed: the lines that are gone, as they
 * stood, each with its line end; both sinks keep their bytes. Returns how many rules the new text has. */
size_t lsp_policy_revise(const struct lsp_revision *revision, struct lsp_sink *sink, struct lsp_sink *removed);

#endif
