/*
 * delimited.c - one row a line, cells between separators, nothing cut: plain for awk and cut, csv for spreadsheets.
 *
 * csv is RFC 4180: commas, CRLF, quotes where a cell needs them. A spreadsheet runs a cell that begins with = + - @ as a
 * formula, and the name of a process is anybody's choice: such cells get a leading "'" (OWASP, "CSV Injection"). Tab,
 * CR and newline are already escaped in both.
 */
#include "view.h"

#include <string.h>

#include "cell.h"

struct form {
	const char *line_end;
	const char *nothing; /* what is unknown */
	char separator;
	bool is_csv;
};

static void put_cell(struct lsp_sink *sink, const struct lsp_sink *cell)
{
	bool formula = cell->used > 0 && memchr("=+-@", cell->bytes[0], 4) != NULL;
	bool quotes = memchr(cell->bytes, ',', cell->used) != NULL || memchr(cell->bytes, '"', cell->used) != NULL;
	size_t i;

	if (quotes)
		lsp_sink_byte(sink, '"');
	if (formula)
		lsp_sink_byte(sink, '\'');
	if (!quotes)
		lsp_sink_bytes(sink, cell->bytes, cell->used);
	for (i = 0; quotes && i < cell->used; i++) {
		if (cell->bytes[i] == '"')
			lsp_sink_byte(sink, '"');
		lsp_sink_byte(sink, cell->bytes[i]);
	}
	if (quotes)
		lsp_sink_byte(sink, '"');
}

static void put_header(struct lsp_sink *sink, const struct lsp_view *view, const struct form *form)
{
	size_t i;

	for (i = 0; i < view->column_count; i++) {
		if (i > 0)
			lsp_sink_byte(sink, form->separator);
		lsp_sink_word(sink, lsp_column_table[view->columns[i]].name);
	}
	lsp_sink_word(sink, form->line_end);
}

static void print(FILE *out, const struct lsp_view *view, const struct form *form)
{
	struct lsp_sink sink, cell;
	size_t row, i;

	lsp_sink_open(&sink, out);
	lsp_sink_open(&cell, NULL);
	if (!view->no_header)
		put_header(&sink, view, form);
	for (row = 0; row < view->row_count; row++) {
		struct lsp_subject subject = lsp_subject_of(view->snapshot, &view->rows[row]);

		for (i = 0; i < view->column_count; i++) {
			if (i > 0)
				lsp_sink_byte(&sink, form->separator);
			cell.used = 0;
			lsp_cell_all(&cell, &subject, (enum lsp_column)view->columns[i], form->nothing);
			if (form->is_csv)
				put_cell(&sink, &cell);
			else
				lsp_sink_bytes(&sink, cell.bytes, cell.used);
		}
		lsp_sink_word(&sink, form->line_end);
	}
	lsp_sink_close(&cell);
	lsp_sink_close(&sink);
}

void lsp_view_plain(FILE *out, const struct lsp_view *view)
{
	print(out, view, &(const struct form){.line_end = "\n", .nothing = "-", .separator = '\t'});
}

void lsp_view_csv(FILE *out, const struct lsp_view *view)
{
	print(out, view, &(const struct form){.line_end = "\r\n", .nothing = "", .separator = ',', .is_csv = true});
}
