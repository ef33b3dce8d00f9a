/*
 * plain.c - tab-separated cells for cut and awk: a tab or newline in a name is escaped, so a line is a row.
 *
 * What is unknown is "-".
 */
#include "view.h"

#include "cell.h"

static void put_header(struct lsp_sink *sink, const struct lsp_view *view)
{
	size_t i;

	for (i = 0; i < view->column_count; i++) {
		if (i > 0)
			lsp_sink_byte(sink, '\t');
		lsp_sink_word(sink, lsp_column_table[view->columns[i]].name);
	}
	lsp_sink_byte(sink, '\n');
}

void lsp_view_plain(FILE *out, const struct lsp_view *view)
{
	struct lsp_sink sink, cell;
	size_t row, i;

	lsp_sink_open(&sink, out);
	lsp_sink_open(&cell, NULL);
	if (!view->no_header)
		put_header(&sink, view);
	for (row = 0; row < view->row_count; row++) {
		struct lsp_subject subject = lsp_subject_of(view->snapshot, &view->rows[row]);

		cell.used = 0;
		for (i = 0; i < view->column_count; i++) {
			if (i > 0)
				lsp_sink_byte(&cell, '\t');
			lsp_cell_all(&cell, &subject, (enum lsp_column)view->columns[i], "-");
		}
		lsp_sink_byte(&cell, '\n');
		lsp_sink_bytes(&sink, cell.bytes, cell.used);
	}
	lsp_sink_close(&cell);
	lsp_sink_close(&sink);
}
