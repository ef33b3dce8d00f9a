/*
 * columns.h - the one table of columns: it drives the header, the cells, the JSON keys, --columns help and
 * the check of the man page. JSON members come in this order.
 */
#ifndef LSP_VIEW_COLUMNS_H
#define LSP_VIEW_COLUMNS_H

#include <lsports/snapshot.h>

#include "core/join.h"

enum lsp_column {
	LSP_COL_PROTO,
	LSP_COL_FAMILY,
	LSP_COL_V6ONLY,
	LSP_COL_STATE,
	LSP_COL_LOCAL,     /* address:port as people write it */
	LSP_COL_ADDR,
	LSP_COL_PORT,
	LSP_COL_INTERFACE,
	LSP_COL_PEER,      /* address:port */
	LSP_COL_PEER_ADDR,
	LSP_COL_PEER_PORT,
	LSP_COL_INODE,
	LSP_COL_UID,
	LSP_COL_USER,      /* of the socket: shown even when the process is hidden */
	LSP_COL_QUEUE,     /* LISTEN: waiting/limit; else: received/unsent bytes */
	LSP_COL_SCOPE,
	LSP_COL_VIA,
	LSP_COL_OWNER,
	LSP_COL_PID,
	LSP_COL_FDS,
	LSP_COL_PROCESS,
	LSP_COL_EXE,
	LSP_COL_ARGS,
	LSP_COL_PROCESS_UID,
	LSP_COL_PROCESS_USER,
	LSP_COL_STARTED,
	LSP_COL_SERVICE,
	LSP_COL_DESCRIPTION,
	LSP_COL_CLASS,
	LSP_COL_SOURCE,
	LSP_COL_SERVICE_PORT,
	LSP_COLUMN_COUNT,
};

/* Details of processes that a column needs: enum lsp_process_want of backend.h. */
unsigned lsp_column_wants(enum lsp_column column);

/* Shows something of the processes that hold the socket, or why there are none. */
bool lsp_column_of_process(enum lsp_column column);

/* By the column's value, of the row's first process where it is one of processes; the unknown comes last.
 * The signature is that of lsp_order_by, order is a struct lsp_column_order. */
struct lsp_column_order {
	const struct lsp_snapshot *snapshot;
	enum lsp_column column;
};
int lsp_column_compare(const struct lsp_row *a, const struct lsp_row *b, const void *order);

/* The name in --columns, "peer_addr", and what it shows in one line. Never NULL. */
const char *lsp_column_name(enum lsp_column column);
const char *lsp_column_meaning(enum lsp_column column);

/* ASCII case ignored, "-" as "_". False when there is no such column. */
bool lsp_column_find(const char *name, size_t len, enum lsp_column *ret_column);

/* Every column that is a member of a JSON record: what --json shows when no columns were chosen. Returns how many. */
size_t lsp_columns_json(uint8_t ret_columns[LSP_COLUMN_COUNT]);

#endif
