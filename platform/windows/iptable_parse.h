/*
 * iptable_parse.h - the tables that iphlpapi hands out: bytes become records. Pure; no header of Windows is needed.
 *
 * A table is a count and rows of one size without gaps. Layouts: tcpmib.h and udpmib.h (MIB_TCPROW_OWNER_PID and its
 * sisters, MIB_TCPROW2); iptable_calls.c holds the offsets against those headers when it is compiled.
 */
#ifndef LSP_WINDOWS_IPTABLE_PARSE_H
#define LSP_WINDOWS_IPTABLE_PARSE_H

#include <lsports/socket.h>

enum lsp_table {
	LSP_TABLE_TCP4 = 0,
	LSP_TABLE_TCP6,
	LSP_TABLE_UDP4,
	LSP_TABLE_UDP6,
	LSP_TABLE_BOUND4, /* TCP endpoints that have a port; some of connections and listeners as well */
	LSP_TABLE_BOUND6,
	LSP_TABLE_COUNT,
};

/* How many rows a table of len bytes has. False: not all that it promises are there. */
bool lsp_iptable_count(enum lsp_table table, const uint8_t *bytes, size_t len, size_t *ret_count);

/* Reads a row below the count. Its pid is in the key (lsp_iptable_pid); the idle process's rows (pid 0: connections that
 * nobody has any more) have no key, and those of the System process (pid 4) are the kernel's. */
void lsp_iptable_row(enum lsp_table table, const uint8_t *bytes, size_t number, struct lsp_socket *ret_socket);

/* Windows has no number of a socket. The key is the pid above 32 bits that the endpoints and the protocol were mixed into:
 * the same socket has the same key at each look, and two sockets that share one by accident share the process too. */
uint32_t lsp_iptable_pid(uint64_t key);

#endif
