/*
 * opened.c - see opened.h.
 */
#include "opened.h"

#include <stdlib.h>

#include <lsports/language.h>
#include <lsports/service.h>

#include "core/mem.h"
#include "look.h"
#include "say.h"

static void add_ephemeral(const struct lsp_backend *backend, struct lsp_opened *opened)
{
	struct lsp_rules *rules = lsp_alloc(sizeof *rules);
	struct lsp_service service;
	size_t i;

	backend->rules(rules);
	if ((rules->has & LSP_RULES_EPHEMERAL) != 0) {
		opened->ephemeral_low = rules->ephemeral_low;
		opened->ephemeral_high = rules->ephemeral_high;
	}
	free(rules);
	for (i = 0; i < opened->count; i++) {
		struct lsp_opening *opening = &opened->openings[i];

		if (!lsp_opened_may_pass(opened, opening) || opening->owner == LSP_OWNER_HIDDEN ||
		    lsp_service_at(LSP_UDP, opening->is.low, &service))
			continue;
		opening->span_low = opened->ephemeral_low;
		opening->span_high = opened->ephemeral_high;
	}
}

bool lsp_opened_look(const struct lsp_backend *backend, const struct lsp_request *request, struct lsp_opened *ret_opened)
{
	const struct lsp_select all = {
		.protos = LSP_PROTO_ALL,
		.families = LSP_FAMILY_BIT_4 | LSP_FAMILY_BIT_6,
		.states = LSP_STATE_BIT(LSP_LISTEN),
		.udp_states = LSP_STATE_BIT(LSP_CLOSE),
	};
	const struct lsp_need need = {
		.select = &all,
		.holders = true,
		.want = LSP_WANT_NAME | LSP_WANT_EXE | LSP_WANT_STARTED | LSP_WANT_KIN | LSP_WANT_ACCOUNT,
		.interfaces = true,
		.users = true,
		.links = true,
	};
	struct lsp_opened opened = {.count = 0};
	struct lsp_fault fault;

	if (lsp_look(backend, &need, &opened.snapshot, &fault) != LSP_OK) {
		lsp_say(_("cannot read the sockets: %s: %s"), fault.op, fault.detail);
		return false;
	}
	opened.row_count = lsp_join(opened.snapshot, &opened.rows);
	opened.sight = lsp_sight_of(opened.snapshot, opened.rows, opened.row_count, true);
	opened.count = lsp_openings_of(opened.snapshot, opened.rows, opened.row_count, &request->select, &opened.openings,
				       &opened.texts);
	add_ephemeral(backend, &opened);
	*ret_opened = opened;
	return true;
}

bool lsp_opened_may_pass(const struct lsp_opened *opened, const struct lsp_opening *opening)
{
	return opening->is.protos == LSP_PROTO_BIT(LSP_UDP) && opened->ephemeral_low != 0 &&
	       opening->is.low >= opened->ephemeral_low && opening->is.low <= opened->ephemeral_high;
}

static int compare(const void *a, const void *b)
{
	const struct lsp_opening *x = a, *y = b;

	return lsp_policy_rule_cmp(&x->is, &y->is);
}

void lsp_opened_keep_lasting(struct lsp_opened *opened, const struct lsp_opened *earlier)
{
	size_t kept = 0, i;

	for (i = 0; i < opened->count; i++) {
		const struct lsp_opening *opening = &opened->openings[i];

		if (!lsp_opened_may_pass(opened, opening) || (earlier->count > 0 &&
		    bsearch(opening, earlier->openings, earlier->count, sizeof *opening, compare) != NULL))
			opened->openings[kept++] = *opening;
	}
	opened->count = kept;
}

void lsp_opened_clear(struct lsp_opened *opened)
{
	free(opened->openings);
	free(opened->texts);
	free(opened->rows);
	lsp_snapshot_free(opened->snapshot);
}
