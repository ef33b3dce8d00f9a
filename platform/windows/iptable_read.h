/*
 * iptable_read.h - asks for the tables of sockets until they are whole. Knows no layout; needs no header of Windows.
 */
#ifndef LSP_WINDOWS_IPTABLE_READ_H
#define LSP_WINDOWS_IPTABLE_READ_H

#include <lsports/backend.h>

#include "iptable_parse.h"

/* How tables are had; the tests have a script. Writes a table of at most *size bytes and returns 0, or an error of
 * Windows; with ERROR_INSUFFICIENT_BUFFER *size becomes what it takes now. listeners: of TCP, those alone will do. */
struct lsp_iptable_calls {
	uint32_t (*table)(void *self, enum lsp_table table, bool listeners, void *buffer, uint32_t *size);
	void *self;
};
extern const struct lsp_iptable_calls lsp_iptable_native;

/* See backend.h, sockets(). On failure nothing is added. A family that is not installed has no sockets. */
enum lsp_err lsp_iptable_read(const struct lsp_iptable_calls *calls, struct lsp_snapshot *snapshot,
			      const struct lsp_hint *hint, struct lsp_fault *ret_fault);

/* Which of these keys, each by its own bool, belong to sockets that are there now. hint: what these sockets were found by. */
enum lsp_err lsp_iptable_still(const struct lsp_iptable_calls *calls, const struct lsp_hint *hint, const uint64_t *keys,
			       size_t count, bool *ret_still, struct lsp_fault *ret_fault);

#endif
