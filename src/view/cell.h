/*
 * cell.h - values as the text of one cell, for the table, plain and csv. JSON has its own form.
 */
#ifndef LSP_VIEW_CELL_H
#define LSP_VIEW_CELL_H

#include "sink.h"
#include "value.h"

/* Writes one value; nothing for LSP_VALUE_NONE. */
void lsp_cell_value(struct lsp_sink *sink, const struct lsp_subject *subject, const struct lsp_value *value);

/* Writes a column's cell with everything that the row has: columns of processes give one text for each process,
 * joined by commas, so that "pid" and "process" match one by one. Several descriptors of one process are joined
 * by "+", and a comma in one of several texts is written \x2c. nothing: the word for what is unknown. sink: for such a
 * column, one without a stream. */
void lsp_cell_all(struct lsp_sink *sink, struct lsp_subject *subject, enum lsp_column column, const char *nothing);

#endif
