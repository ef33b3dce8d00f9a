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
#include "sink.h"

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
	size_t hidden_owners;
	const char *const *not_checked; /* sentences; not_checked_count of them */
	size_t not_checked_count;
};

/* Each prints everything and leaves write errors in ferror(out).
 *
 * plain and csv: a cell about processes has one text for each process, joined by commas in the same order in every
 * column; descriptors of one process are joined by "+". What is unknown is "-" in plain and nothing in csv.
 *
 * json and ndjson: only what the columns stand for, in the order of columns.h; lsp_columns_json gives all. Rules that
 * the record in the man page does not show by itself:
 *   queue    {"length","limit"} on a LISTEN socket (connections), else {"recv","send"} (bytes); null when both
 *            numbers are unknown
 *   scope    null for a wildcard when the interfaces are not known; via is then null for every socket
 *   port     null for port 0: not bound, or not known
 *   user     null for an account without a name (its number is in uid); an interface without one is its digits
 *   KEY_hex  beside a string whose bytes are not UTF-8: all its bytes in hex; argv_hex is an array beside argv, null
 *            where the argument is UTF-8
 *   holders  [] when nobody is known; "owner" says why
 *   service  null when the registry has no name; "port" is the port that the name is of, maybe the peer's */
void lsp_view_text(FILE *out, const struct lsp_view *view);
void lsp_view_plain(FILE *out, const struct lsp_view *view);  /* tab-separated */
void lsp_view_csv(FILE *out, const struct lsp_view *view);    /* RFC 4180 */
void lsp_view_json(FILE *out, const struct lsp_view *view);   /* one document */

/* The records alone, as the value of a member: "[{…},…]". */
void lsp_view_json_array(struct lsp_sink *sink, const struct lsp_view *view);
void lsp_view_ndjson(FILE *out, const struct lsp_view *view); /* one record a line, no envelope */

#endif
