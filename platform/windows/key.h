/*
 * key.h - the key of a socket on Windows, where the system gives it no name: who owns it and what it is. Pure.
 *
 * The same row has the same key in every look, whatever its place in the table; whoever takes the port next has another.
 */
#ifndef LSP_WINDOWS_KEY_H
#define LSP_WINDOWS_KEY_H

#include <lsports/socket.h>

/* The pid above, a hash of protocol, addresses, scopes and ports below. 0 for pid 0: such a row is nobody's and has no key.
 * Equal rows of one process share a key, which then stands for both. */
uint64_t lsp_key_of(const struct lsp_socket *socket, uint32_t pid);

/* The owner's pid. */
uint32_t lsp_key_pid(uint64_t key);

#endif
