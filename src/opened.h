/*
 * opened.h - one look at what is open, in the form of a policy's rules: what --lock writes, --diff compares and
 * --format openmetrics counts.
 */
#ifndef LSP_OPENED_H
#define LSP_OPENED_H

#include <lsports/backend.h>

#include "cli/options.h"
#include "policy/opening.h"
#include "sight.h"

struct lsp_opened {
	struct lsp_snapshot *snapshot;
	struct lsp_row *rows;
	size_t row_count;
	struct lsp_opening *openings;
	size_t count;
	char *texts;
	struct lsp_sight sight;
	uint16_t ephemeral_low, ephemeral_high; /* ports that the system gives to who asks for none; low 0: not known */
};

/* False: the sockets cannot be read; that was said. Else free it. The request's ports, protocols and families limit nothing
 * here: they are in is_asked, and in what the caller makes of families. */
bool lsp_opened_look(const struct lsp_backend *backend, const struct lsp_request *request, struct lsp_opened *ret_opened);

/* Whether it may be a client's: an unconnected UDP socket on a port that the system gives. */
bool lsp_opened_may_pass(const struct lsp_opened *opened, const struct lsp_opening *opening);

/* Of those that may pass, only what was there in an earlier look already is kept. */
void lsp_opened_keep_lasting(struct lsp_opened *opened, const struct lsp_opened *earlier);

void lsp_opened_clear(struct lsp_opened *opened);

#endif
