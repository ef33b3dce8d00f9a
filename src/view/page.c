/*
 * page.c - see page.h.
 */
#include "page.h"

#include <string.h>

#include "escape.h"
#include "width.h"

void lsp_page_end_line(struct lsp_page *page)
{
	if (page->column > 0)
		lsp_sink_byte(&page->sink, '\n');
	page->column = page->blanks = 0;
}

void lsp_page_go_to(struct lsp_page *page, size_t column)
{
	if (page->column >= column)
		return;
	page->blanks += column - page->column;
	page->column = column;
}

static void put_blanks(struct lsp_page *page)
{
	lsp_sink_blanks(&page->sink, page->blanks);
	page->blanks = 0;
}

static void put_bytes(struct lsp_page *page, const char *text, size_t len)
{
	put_blanks(page);
	lsp_escape_text(&page->sink, text, len);
	page->column += lsp_width(text, len);
}

void lsp_page_put(struct lsp_page *page, const char *text)
{
	put_bytes(page, text, strlen(text));
}

void lsp_page_wrap(struct lsp_page *page, const char *text, size_t indent)
{
	bool is_first = true;

	while (*text != '\0') {
		size_t word = strcspn(text, " "), cells = lsp_width(text, word);

		if (page->column > indent && page->column + !is_first + cells > page->width) {
			lsp_page_end_line(page);
			lsp_page_go_to(page, indent);
		} else if (!is_first) {
			lsp_page_go_to(page, page->column + 1);
		}
		put_bytes(page, text, word);
		text += word + strspn(text + word, " ");
		is_first = false;
	}
}

void lsp_page_style(struct lsp_page *page, const char *sequence)
{
	if (!page->colour)
		return;
	put_blanks(page);
	lsp_sink_word(&page->sink, sequence);
}
