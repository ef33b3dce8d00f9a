/*
 * join.h - sockets and the processes that hold them become rows: what a view prints.
 */
#ifndef LSP_CORE_JOIN_H
#define LSP_CORE_JOIN_H

#include <lsports/snapshot.h>

/* Who owns a row, or why nobody is shown. */
enum lsp_owner {
	LSP_OWNER_KNOWN = 1,
	LSP_OWNER_HIDDEN, /* nobody found, and there were processes that we could not look into */
	LSP_OWNER_KERNEL, /* nobody found though we saw every process: the kernel itself (NFS, WireGuard …) */
	LSP_OWNER_NONE,   /* belongs to no process any more: TIME_WAIT, SYN_RECV, orphans */
	LSP_OWNER_GONE,   /* closed while we looked */
};

/* Points into the snapshot, which must stay as it is while the row lives. */
struct lsp_row {
	const struct lsp_socket *socket;
	const struct lsp_holder *holders; /* sorted by pid, fd; one process may hold it by several descriptors */
	uint32_t holder_count;
	uint8_t owner; /* enum lsp_owner */
};

/* "known", "hidden", "kernel", "none", "gone" */
const char *lsp_owner_name(enum lsp_owner owner);

/* One row for each socket of a frozen snapshot, in its order. The caller frees *ret_rows. Returns how many. */
size_t lsp_join(const struct lsp_snapshot *snapshot, struct lsp_row **ret_rows);

/* The same rows with one row for each process that holds it; rows without a holder stay. Frees rows. */
size_t lsp_join_split(struct lsp_row *rows, size_t count, struct lsp_row **ret_rows);

/* The number of different processes among the row's holders. */
size_t lsp_row_process_count(const struct lsp_row *row);

/* How many rows have this owner. */
size_t lsp_row_count(const struct lsp_row *rows, size_t count, enum lsp_owner owner);

#endif
