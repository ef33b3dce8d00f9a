/*
 * order.h - the order of rows.
 */
#ifndef LSP_CORE_ORDER_H
#define LSP_CORE_ORDER_H

#include "join.h"

/* By local port, protocol, listeners first, then addresses and peers: the order in which people look for a port. */
void lsp_order_by_port(struct lsp_row *rows, size_t count);

/* By compare (<0, 0, >0); rows that it finds equal keep their order. */
void lsp_order_by(struct lsp_row *rows, size_t count,
		  int (*compare)(const struct lsp_row *a, const struct lsp_row *b, const void *arg), const void *arg);

#endif
