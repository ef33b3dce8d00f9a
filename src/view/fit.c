/*
 * fit.c - see fit.h.
 */
#include "fit.h"

#include <string.h>

static const char ellipsis[] = "\xe2\x80\xa6"; /* U+2026, one cell wide */

/* Each column down to its least before the next. */
static void narrow(const uint8_t *columns, size_t *widths, size_t count, size_t *total, size_t width)
{
	unsigned turn;
	size_t i;

	for (turn = 1; turn <= LSP_COLUMN_COUNT; turn++) {
		for (i = 0; i < count && *total > width; i++) {
			const struct lsp_column_entry *column = &lsp_column_table[columns[i]];
			size_t give;

			if (column->give_way != turn || widths[i] <= column->least)
				continue;
			give = widths[i] - column->least;
			if (give > *total - width)
				give = *total - width;
			widths[i] -= give;
			*total -= give;
		}
	}
}

/* The column that goes first; count when none may. */
static size_t first_to_go(const uint8_t *columns, size_t count)
{
	size_t first = count, i;

	for (i = 0; i < count; i++) {
		const struct lsp_column_entry *column = &lsp_column_table[columns[i]];

		if (column->may_go && (first == count || column->give_way < lsp_column_table[columns[first]].give_way))
			first = i;
	}
	return first;
}

size_t lsp_fit_columns(uint8_t *columns, size_t *widths, size_t count, size_t gap, size_t width)
{
	size_t natural[LSP_COLUMN_COUNT], total, i;

	memcpy(natural, widths, count * sizeof *widths);
	for (;;) {
		total = count > 0 ? (count - 1) * gap : 0;
		for (i = 0; i < count; i++)
			total += widths[i] = natural[i];
		narrow(columns, widths, count, &total, width);
		i = first_to_go(columns, count);
		if (total <= width || i == count)
			return count;
		count--;
		memmove(&columns[i], &columns[i + 1], (count - i) * sizeof *columns);
		memmove(&natural[i], &natural[i + 1], (count - i) * sizeof *natural);
	}
}

/* The last bytes of text that fit into width cells; starts on a character. */
static size_t fit_end(const char *text, size_t len, size_t width)
{
	size_t from = len;

	while (from > 0) {
		size_t before = from - 1;

		while (before > 0 && ((unsigned char)text[before] & 0xc0) == 0x80)
			before--;
		if (lsp_width(text + before, len - before) > width)
			break;
		from = before;
	}
	return len - from;
}

void lsp_fit_cell(struct lsp_sink *cell, size_t width, size_t keep, bool in_middle)
{
	size_t head_len = cell->used - keep, tail_len = 0, room, must;
	char *head = cell->bytes;

	must = 1 + lsp_width(head + head_len, keep);
	room = width > must ? width - must : 0;
	if (in_middle) {
		tail_len = fit_end(head, head_len, room / 2);
		room -= lsp_width(head + head_len - tail_len, tail_len);
	}
	keep += tail_len;
	head_len = lsp_width_fit(head, head_len - tail_len, room);
	/* An ellipsis may be longer than the bytes that it stands for. */
	lsp_sink_bytes(cell, ellipsis, sizeof(ellipsis) - 1);
	head = cell->bytes;
	memmove(head + head_len + sizeof(ellipsis) - 1, head + cell->used - (sizeof(ellipsis) - 1) - keep, keep);
	memcpy(head + head_len, ellipsis, sizeof(ellipsis) - 1);
	cell->used = head_len + sizeof(ellipsis) - 1 + keep;
}
