/*
 * join.c - see join.h.
 */
#include "join.h"

#include <stdlib.h>

#include "mem.h"

const char *lsp_owner_name(enum lsp_owner owner)
{
	static const char *const names[] = {
		[LSP_OWNER_KNOWN] = "known", [LSP_OWNER_HIDDEN] = "hidden", [LSP_OWNER_KERNEL] = "kernel",
		[LSP_OWNER_NONE] = "none",   [LSP_OWNER_GONE] = "gone",
	};

	return names[owner];
}

static enum lsp_owner owner_without_holder(const struct lsp_snapshot *snapshot, const struct lsp_socket *socket)
{
	if ((socket->has & LSP_IS_KERNELS) != 0)
		return LSP_OWNER_KERNEL;
	if ((socket->has & LSP_HAS_KEY) == 0)
		return lsp_socket_holds_port(socket) ? LSP_OWNER_KERNEL : LSP_OWNER_NONE;
	if (socket->gone)
		return LSP_OWNER_GONE;
	return lsp_snapshot_is_blind(snapshot) ? LSP_OWNER_HIDDEN : LSP_OWNER_KERNEL;
}

size_t lsp_join(const struct lsp_snapshot *snapshot, struct lsp_row **ret_rows)
{
	struct lsp_row *rows = lsp_realloc_array(NULL, snapshot->socket_count, sizeof *rows);
	size_t i;

	for (i = 0; i < snapshot->socket_count; i++) {
		const struct lsp_socket *socket = &snapshot->sockets[i];
		size_t count = 0;

		rows[i] = (struct lsp_row){.socket = socket};
		if ((socket->has & LSP_HAS_KEY) != 0)
			rows[i].holders = lsp_snapshot_holders_of(snapshot, socket->key, &count);
		rows[i].holder_count = (uint32_t)count;
		rows[i].owner = count > 0 ? LSP_OWNER_KNOWN : owner_without_holder(snapshot, socket);
	}
	*ret_rows = rows;
	return snapshot->socket_count;
}

size_t lsp_row_process_count(const struct lsp_row *row)
{
	size_t count = 0;
	uint32_t i;

	for (i = 0; i < row->holder_count; i++)
		count += i == 0 || row->holders[i].pid != row->holders[i - 1].pid;
	return count;
}

size_t lsp_join_split(struct lsp_row *rows, size_t count, struct lsp_row **ret_rows)
{
	size_t total = 0, filled = 0, i;
	struct lsp_row *split;

	for (i = 0; i < count; i++)
		total += rows[i].holder_count > 0 ? lsp_row_process_count(&rows[i]) : 1;
	split = lsp_realloc_array(NULL, total, sizeof *split);
	for (i = 0; i < count; i++) {
		uint32_t at, from;

		if (rows[i].holder_count == 0)
			split[filled++] = rows[i];
		for (from = 0; from < rows[i].holder_count; from = at) {
			for (at = from + 1; at < rows[i].holder_count; at++) {
				if (rows[i].holders[at].pid != rows[i].holders[from].pid)
					break;
			}
			split[filled] = rows[i];
			split[filled].holders = rows[i].holders + from;
			split[filled++].holder_count = at - from;
		}
	}
	free(rows);
	*ret_rows = split;
	return total;
}

size_t lsp_row_count(const struct lsp_row *rows, size_t count, enum lsp_owner owner)
{
	size_t found = 0, i;

	for (i = 0; i < count; i++)
		found += rows[i].owner == owner;
	return found;
}
