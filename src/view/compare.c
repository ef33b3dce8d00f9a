/*
 * compare.c - rows in the order of a column, and what a column needs to have been read.
 */
#include "value.h"

#include <string.h>

#include "core/scope.h"

bool lsp_column_of_process(enum lsp_column column)
{
	return column == LSP_COL_OWNER || lsp_column_table[column].place == LSP_PLACE_HOLDER;
}

static int by_number(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int by_bytes(const char *a, size_t a_len, const char *b, size_t b_len)
{
	int order = memcmp(a, b, a_len < b_len ? a_len : b_len);

	return order != 0 ? order : by_number(a_len, b_len);
}

static int by_endpoint(const struct lsp_addr *a, uint16_t a_port, const struct lsp_addr *b, uint16_t b_port)
{
	int order = lsp_addr_cmp(a, b);

	return order != 0 ? order : by_number(a_port, b_port);
}

static size_t link_count(const struct lsp_subject *subject)
{
	return lsp_scope_links(subject->snapshot, subject->socket, NULL, 0);
}

/* Both of one kind. */
static int by_value(const struct lsp_value *a, const struct lsp_value *b)
{
	switch (a->kind) {
	case LSP_VALUE_NONE:
		return 0;
	case LSP_VALUE_WORD:
		return a->len != b->len ? by_number(a->len, b->len) : strcmp(a->word, b->word);
	case LSP_VALUE_LINKS: /* how many */
		return by_number(link_count(a->subject), link_count(b->subject));
	case LSP_VALUE_TEXT:
	case LSP_VALUE_ARGV:
		return by_bytes(a->bytes, a->len, b->bytes, b->len);
	case LSP_VALUE_ADDR:
		return lsp_addr_cmp(a->addr, b->addr);
	case LSP_VALUE_FDS:
		return by_number(a->holders->fd, b->holders->fd);
	case LSP_VALUE_QUEUE:
		return by_number(a->socket->rqueue, b->socket->rqueue);
	case LSP_VALUE_LOCAL:
		return by_endpoint(&a->socket->local, a->socket->local_port, &b->socket->local, b->socket->local_port);
	case LSP_VALUE_PEER:
		return by_endpoint(&a->socket->peer, a->socket->peer_port, &b->socket->peer, b->socket->peer_port);
	default: /* the kinds that are a number */
		return by_number(a->number, b->number);
	}
}

int lsp_column_compare(const struct lsp_row *a, const struct lsp_row *b, const void *order)
{
	const struct lsp_column_order *by = order;
	struct lsp_subject x = lsp_subject_of(by->snapshot, a), y = lsp_subject_of(by->snapshot, b);
	struct lsp_value left = lsp_column_table[by->column].value(&x);
	struct lsp_value right = lsp_column_table[by->column].value(&y);

	if (left.kind == LSP_VALUE_NONE || right.kind == LSP_VALUE_NONE)
		return (left.kind == LSP_VALUE_NONE) - (right.kind == LSP_VALUE_NONE); /* the unknown comes last */
	if (left.kind != right.kind)
		return by_number(left.kind, right.kind);
	return by_value(&left, &right);
}
