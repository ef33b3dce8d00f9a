/*
 * fit.h - a table made narrow enough for its terminal: which columns give way, and how a cell is cut.
 */
#ifndef LSP_VIEW_FIT_H
#define LSP_VIEW_FIT_H

#include "sink.h"
#include "value.h"
#include "width.h"

/* Makes widths smaller until the columns and the gaps between them fit into width cells, each down to its least
 * before the next in the order of give_way. When that is not enough, columns that may go are left out, in the same order.
 * Returns how many columns are left. A terminal too narrow for those that must stay gets a table that is wider. */
size_t lsp_fit_columns(uint8_t *columns, size_t *widths, size_t count, size_t gap, size_t width);

/* Cuts a cell to width with "…". keep bytes at its end stay; in_middle: and half of what else there is room for.
 * A width too small for what must stay is exceeded: half a port number would be another port. */
void lsp_fit_cell(struct lsp_sink *cell, size_t width, size_t keep, bool in_middle);

#endif
