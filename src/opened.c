/*
 * opened.c - see opened.h.
 */
#include "opened.h"

#include <stdlib.h>

#include <lsports/language.h>

#include "look.h"
#include "say.h"

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
	*ret_opened = opened;
	return true;
}

void lsp_opened_clear(struct lsp_opened *opened)
{
	free(opened->openings);
	free(opened->texts);
	free(opened->rows);
	lsp_snapshot_free(opened->snapshot);
}
