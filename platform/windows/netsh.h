/*
 * netsh.h - what Windows rules about ports, as netsh tells it. No call does: LookupPersistentTcpPortReservation wants the
 * very range and knows nothing of those that WinNAT takes while it runs.
 */
#ifndef LSP_WINDOWS_NETSH_H
#define LSP_WINDOWS_NETSH_H

#include "win.h"

/* How commands are run, several at a time. */
struct lsp_netsh_io {
	/* Starts netsh with these arguments. NULL: it could not be started. */
	void *(*start)(void *self, const char *arguments);
	/* Waits for its end and forgets it. How many bytes it wrote to ret_text; -1: it failed, took too long or said more. */
	long (*collect)(void *self, void *run, char *ret_text, size_t size);
	void *self;
};

/* Adds the excluded ranges (LSP_RULES_KEPT) and the dynamic range of TCP over IPv4 (LSP_RULES_EPHEMERAL). What cannot be
 * read has no bit. */
void lsp_netsh_rules(const struct lsp_netsh_io *io, struct lsp_rules *ret_rules);

/* --- netsh_read.c: the netsh of this machine ------------------------------------------------------------------ */

void lsp_netsh_read(struct lsp_rules *ret_rules);

#endif
