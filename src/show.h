/*
 * show.h - from the words of the request to a printed view: which columns, what they need, where they go.
 */
#ifndef LSP_SHOW_H
#define LSP_SHOW_H

#include <lsports/backend.h>

#include "cli/options.h"
#include "look.h"
#include "sight.h"
#include "view/columns.h"

struct lsp_view;

struct lsp_show {
	uint8_t columns[LSP_COLUMN_COUNT]; /* enum lsp_column */
	size_t column_count;
	bool is_sorted; /* by a column rather than by port */
	enum lsp_column sort;
};

/* False: a word names no column; that was said. */
bool lsp_show_choose(const struct lsp_request *request, struct lsp_show *ret_show);

/* Adds to need what must be read for these columns. */
void lsp_show_need(const struct lsp_show *show, struct lsp_need *need);

void lsp_show_order(const struct lsp_show *show, const struct lsp_snapshot *snapshot, struct lsp_row *rows,
		    size_t count);

/* Colour and width of a view, from the request, the terminal and the environment. */
void lsp_show_fit(const struct lsp_request *request, const struct lsp_backend *backend, struct lsp_view *view);

/* On stdout, in the format of the request. A table without rows prints nothing. */
void lsp_show_rows(const struct lsp_show *show, const struct lsp_request *request, const struct lsp_backend *backend,
		   const struct lsp_snapshot *snapshot, const struct lsp_row *rows, size_t count,
		   const struct lsp_sight *sight);

/* --pid -q: the pids of the rows, sorted, each once, one a line. */
void lsp_show_pids(const struct lsp_row *rows, size_t count);

/* --columns help */
void lsp_show_columns_help(void);

#endif
