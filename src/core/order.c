/*
 * order.c - see order.h. A merge sort of our own: qsort is not stable everywhere and takes no argument for its
 * comparison in standard C.
 */
#include "order.h"

#include <stdlib.h>
#include <string.h>

#include "mem.h"

/* What decides nearly every comparison, in one number: no look at the socket is needed. */
struct keyed {
	uint64_t key;
	struct lsp_row row;
};

static uint64_t port_key(const struct lsp_socket *socket)
{
	return (uint64_t)socket->local_port << 32 | (uint64_t)socket->proto << 24 |
	       (uint64_t)!lsp_socket_holds_port(socket) << 23 | socket->peer_port;
}

static int by_port(const struct keyed *a, const struct keyed *b)
{
	const struct lsp_socket *x = a->row.socket, *y = b->row.socket;
	int order;

	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	order = lsp_addr_cmp(&x->local, &y->local);
	if (order == 0)
		order = lsp_addr_cmp(&x->peer, &y->peer);
	if (order == 0)
		order = (x->key > y->key) - (x->key < y->key);
	if (order == 0 && a->row.holder_count > 0 && b->row.holder_count > 0)
		order = (a->row.holders->pid > b->row.holders->pid) - (a->row.holders->pid < b->row.holders->pid);
	return order;
}

typedef int compare_rows(const struct lsp_row *a, const struct lsp_row *b, const void *arg);

static bool in_order(const struct keyed *a, const struct keyed *b, compare_rows *compare, const void *arg)
{
	return (compare != NULL ? compare(&a->row, &b->row, arg) : by_port(a, b)) <= 0;
}

static void merge(const struct keyed *from, struct keyed *to, size_t start, size_t middle, size_t end,
		  compare_rows *compare, const void *arg)
{
	size_t left = start, right = middle, i;

	for (i = start; i < end; i++) {
		if (left < middle && (right >= end || in_order(&from[left], &from[right], compare, arg)))
			to[i] = from[left++];
		else
			to[i] = from[right++];
	}
}

static void sort(struct lsp_row *rows, size_t count, compare_rows *compare, const void *arg)
{
	struct keyed *both, *from, *to;
	size_t width, i;

	if (count < 2)
		return;
	both = lsp_realloc_array(NULL, 2 * count, sizeof *both);
	from = both;
	to = both + count;
	for (i = 0; i < count; i++)
		from[i] = (struct keyed){port_key(rows[i].socket), rows[i]};
	for (width = 1; width < count; width *= 2) {
		struct keyed *swap = from;

		for (i = 0; i < count; i += 2 * width) {
			size_t middle = i + width < count ? i + width : count;
			size_t end = middle + width < count ? middle + width : count;

			merge(from, to, i, middle, end, compare, arg);
		}
		from = to;
		to = swap;
	}
	for (i = 0; i < count; i++)
		rows[i] = from[i].row;
	free(both);
}

void lsp_order_by_port(struct lsp_row *rows, size_t count)
{
	sort(rows, count, NULL, NULL);
}

void lsp_order_by(struct lsp_row *rows, size_t count, compare_rows *compare, const void *arg)
{
	sort(rows, count, compare, arg);
}
