/*
 * page.h - text for people that is longer than a table's cell: words are wrapped at the width of the page.
 */
#ifndef LSP_VIEW_PAGE_H
#define LSP_VIEW_PAGE_H

#include <stdbool.h>

#include "sink.h"

struct lsp_page {
	struct lsp_sink sink;
	size_t width;  /* cells in a line */
	size_t column; /* where the next word begins; 0: at the start of a line */
	size_t blanks; /* before it, not written yet: at the end of a line they would be for nothing */
	bool colour;
};

/* Ends the line, if one was begun. */
void lsp_page_end_line(struct lsp_page *page);

/* Begins a line, or goes on in the one that is there, at this column. */
void lsp_page_go_to(struct lsp_page *page, size_t column);

/* Bytes from anywhere, escaped, in one piece. */
void lsp_page_put(struct lsp_page *page, const char *text);

/* Words between blanks, as many in a line as there is room for; further lines begin at indent. */
void lsp_page_wrap(struct lsp_page *page, const char *text, size_t indent);

/* An ANSI sequence, on a page with colour. */
void lsp_page_style(struct lsp_page *page, const char *sequence);

#endif
