/*
 * view.h - rows become bytes on a stream: a table for people, and four formats for programs.
 *
 * A view only prints. It asks nothing of the system, knows no option, and every string that came from the
 * system passes escape.h on its way out.
 */
#ifndef LSP_VIEW_VIEW_H
#define LSP_VIEW_VIEW_H

#include <stdio.h>

#include "columns.h"

struct lsp_view {
	const struct lsp_snapshot *snapshot;
	const struct lsp_row *rows;
	size_t row_count;
	const uint8_t *columns; /* enum lsp_column, in the order wanted */
	size_t column_count;

	/* table only */
	bool no_header; /* also plain and csv */
	bool wide;      /* never cut a cell */
	bool colour;
	unsigned width; /* columns of the terminal; 0: do not fit, do not cut (a pipe) */

	/* json only */
	const char *tool;  /* "lsports 0.1.0" */
	const char *host;  /* NULL or "": null */
	int64_t time_unix; /* seconds since 1970-01-01 UTC */
	bool complete;     /* nothing was hidden, torn or left unchecked */
	size_t hidden_owners;
	const char *const *not_checked; /* sentences; not_checked_count of them */
	size_t not_checked_count;
};

/* Each prints everything and leaves write errors in ferror(out). */
void lsp_view_text(FILE *out, const struct lsp_view *view);
void lsp_view_plain(FILE *out, const struct lsp_view *view);  /* tab-separated */
void lsp_view_csv(FILE *out, const struct lsp_view *view);    /* RFC 4180 */
void lsp_view_json(FILE *out, const struct lsp_view *view);   /* one document */
void lsp_view_ndjson(FILE *out, const struct lsp_view *view); /* one record a line, no envelope */

#endif
