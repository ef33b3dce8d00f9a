/*
 * drift.h - what is open now against what a policy says.
 *
 * An opening that a rule allows is no drift, nor is a rule that an opening meets. What is left over is put together where
 * it is plainly the same service: a rule that names this one port, with the same owner and a place that is wider or
 * narrower, or with the same place and another owner.
 */
#ifndef LSP_POLICY_DRIFT_H
#define LSP_POLICY_DRIFT_H

#include "opening.h"

enum lsp_drift_kind {
	LSP_DRIFT_OPENED = 0, /* no rule speaks of it */
	LSP_DRIFT_CLOSED,     /* nothing is open at the one port of the rule; rules of more ports only allow */
	LSP_DRIFT_WIDENED,    /* reachable from farther, by another family, or by more devices than the rule says */
	LSP_DRIFT_NARROWED,
	LSP_DRIFT_OWNER,      /* another exe, user or unit */
	LSP_DRIFT_UNSURE,     /* the rule asks for something that we could not see: the owner, or this host's links */
	LSP_DRIFT_COUNT,
};

/* "opened", "closed", "widened", "narrowed", "owner", "unsure": stable, JSON and metrics have them. */
const char *lsp_drift_name(enum lsp_drift_kind kind);

struct lsp_drift {
	const struct lsp_policy_rule *rule;	   /* NULL: opened */
	const struct lsp_opening *opening; /* NULL: closed */
	uint8_t kind;			   /* enum lsp_drift_kind */
	uint8_t families;		   /* of the opening: those that it is about */
	uint8_t keys;			   /* bits of enum lsp_policy_key: another one, or unseen */
	bool is_met;			   /* something else meets the rule, or may: it is right as it stands */
};

/* By port. openings as lsp_openings_of gives them; the selection's ports, protocols and families say what is reported,
 * everything is compared. free *ret_drifts; they point into both. Returns how many. */
size_t lsp_drift_find(const struct lsp_policy *policy, const struct lsp_opening *openings, size_t count,
		      const struct lsp_select *select, struct lsp_drift **ret_drifts);

/* How many are of each kind. */
void lsp_drift_count(const struct lsp_drift *drifts, size_t count, size_t ret_counts[LSP_DRIFT_COUNT]);

#endif
