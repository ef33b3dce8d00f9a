/*
 * text.c - the table for people: aligned, as wide as its words and no wider than the terminal.
 *
 * Cells are made twice, once to be measured and once to be printed: that costs less than keeping them, and a
 * list of 200,000 sockets needs no more memory than one of ten. Words that are only for people (UNCONN, "+4",
 * "(hidden)") and colours are decided here.
 */
#include "view.h"

#include <stdlib.h>
#include <string.h>

#include <lsports/language.h>

#include "cell.h"
#include "core/mem.h"
#include "fit.h"

enum { GAP = 2 };

struct table {
	const struct lsp_view *view;
	uint8_t columns[LSP_COLUMN_COUNT]; /* of the view, those that there is room for */
	size_t count;
	size_t *widths; /* one for each of them */
	struct lsp_sink out, cell;
};

static const char *const dim = "\x1b[2m", *const bold = "\x1b[1m", *const yellow = "\x1b[33m",
			 *const green = "\x1b[32m", *const plain = "\x1b[0m";

static const struct lsp_column_entry *column_at(const struct table *table, size_t i)
{
	return &lsp_column_table[table->columns[i]];
}

static const char *title_of(const struct table *table, size_t i)
{
	return _(column_at(table, i)->title);
}

/* ss has taught everybody this word for UDP's listener; the kernel's own is CLOSE. */
static bool is_unconnected_udp(const struct lsp_socket *socket)
{
	return socket->proto == LSP_UDP && socket->state == LSP_CLOSE && !(socket->has & LSP_HAS_PEER);
}

/* Makes one cell in table->cell. Returns how many bytes at its end must not be cut off: the port, the "+4". */
static size_t make_cell(struct table *table, struct lsp_subject *subject, enum lsp_column column)
{
	const struct lsp_value value = lsp_column_table[column].value(subject);
	struct lsp_sink *cell = &table->cell;
	size_t others, before;
	const char *port;

	cell->used = 0;
	if (column == LSP_COL_STATE && is_unconnected_udp(subject->socket)) {
		lsp_sink_word(cell, "UNCONN");
		return 0;
	}
	lsp_cell_value(cell, subject, &value);
	if (cell->used == 0)
		lsp_sink_word(cell, column == LSP_COL_PROCESS ? lsp_subject_nobody(subject) : "-");
	before = cell->used;
	if (value.kind == LSP_VALUE_LOCAL || value.kind == LSP_VALUE_PEER) {
		for (port = cell->bytes + before - 1; *port != ':';)
			port--;
		return (size_t)(cell->bytes + before - port);
	}
	if (column != LSP_COL_PROCESS || subject->row->holder_count == subject->holder_count)
		return 0;
	others = lsp_row_process_count(subject->row) - 1;
	lsp_sink_bytes(cell, " +", 2);
	lsp_sink_number(cell, others);
	return cell->used - before;
}

static const char *state_style(const struct lsp_socket *socket)
{
	if (lsp_socket_holds_port(socket))
		return green;
	return socket->state == LSP_ESTABLISHED ? NULL : dim;
}

/* The colour of the cell just made; NULL: none. */
static const char *style_of(const struct table *table, const struct lsp_subject *subject, enum lsp_column column)
{
	if (!table->view->colour)
		return NULL;
	if (column == LSP_COL_STATE)
		return state_style(subject->socket);
	if (column == LSP_COL_PROCESS && subject->process == NULL)
		return subject->row->owner == LSP_OWNER_HIDDEN ? yellow : dim;
	if (lsp_column_table[column].place == LSP_PLACE_SERVICE)
		return dim;
	return table->cell.used == 1 && table->cell.bytes[0] == '-' ? dim : NULL;
}

/* Addresses are cut in the middle, everything else before what must stay. */
static bool cut_in_middle(enum lsp_column column)
{
	return column == LSP_COL_LOCAL || column == LSP_COL_PEER;
}

/* Prints the cell just made, cut to its column and padded unless it ends the line. */
static void print_cell(struct table *table, size_t i, size_t keep, const char *style)
{
	const struct lsp_column_entry *column = column_at(table, i);
	struct lsp_sink *out = &table->out;
	size_t width = lsp_width(table->cell.bytes, table->cell.used), pad;

	if (width > table->widths[i]) {
		lsp_fit_cell(&table->cell, table->widths[i], keep, cut_in_middle(table->columns[i]));
		width = lsp_width(table->cell.bytes, table->cell.used);
	}
	pad = table->widths[i] > width ? table->widths[i] - width : 0;
	if (i > 0)
		lsp_sink_blanks(out, GAP);
	if (column->to_right)
		lsp_sink_blanks(out, pad);
	if (style != NULL)
		lsp_sink_word(out, style);
	lsp_sink_bytes(out, table->cell.bytes, table->cell.used);
	if (style != NULL)
		lsp_sink_word(out, plain);
	if (!column->to_right && i + 1 < table->count)
		lsp_sink_blanks(out, pad);
}

static void measure(struct table *table)
{
	const struct lsp_view *view = table->view;
	size_t row, i, width;

	for (i = 0; i < table->count && !view->no_header; i++)
		table->widths[i] = lsp_width(title_of(table, i), strlen(title_of(table, i)));
	for (row = 0; row < view->row_count; row++) {
		struct lsp_subject subject = lsp_subject_of(view->snapshot, &view->rows[row]);

		for (i = 0; i < table->count; i++) {
			make_cell(table, &subject, (enum lsp_column)table->columns[i]);
			width = lsp_width(table->cell.bytes, table->cell.used);
			if (width > table->widths[i])
				table->widths[i] = width;
		}
	}
	if (view->width > 0 && !view->wide)
		table->count = lsp_fit_columns(table->columns, table->widths, table->count, GAP, view->width);
}

static void print_header(struct table *table)
{
	size_t i;

	if (table->view->colour)
		lsp_sink_word(&table->out, bold);
	for (i = 0; i < table->count; i++) {
		table->cell.used = 0;
		lsp_sink_word(&table->cell, title_of(table, i));
		print_cell(table, i, 0, NULL);
	}
	if (table->view->colour)
		lsp_sink_word(&table->out, plain);
	lsp_sink_byte(&table->out, '\n');
}

static void print_rows(struct table *table)
{
	const struct lsp_view *view = table->view;
	size_t row, i, keep;

	for (row = 0; row < view->row_count; row++) {
		struct lsp_subject subject = lsp_subject_of(view->snapshot, &view->rows[row]);

		for (i = 0; i < table->count; i++) {
			enum lsp_column column = (enum lsp_column)table->columns[i];

			keep = make_cell(table, &subject, column);
			print_cell(table, i, keep, style_of(table, &subject, column));
		}
		lsp_sink_byte(&table->out, '\n');
	}
}

void lsp_view_text(FILE *out, const struct lsp_view *view)
{
	struct table table = {.view = view};

	table.count = view->column_count;
	table.widths = lsp_alloc(table.count * sizeof(*table.widths));
	memcpy(table.columns, view->columns, table.count * sizeof(*table.columns));
	lsp_sink_open(&table.out, out);
	lsp_sink_open(&table.cell, NULL);
	measure(&table);
	if (!view->no_header)
		print_header(&table);
	print_rows(&table);
	lsp_sink_close(&table.cell);
	lsp_sink_close(&table.out);
	free(table.widths);
}
