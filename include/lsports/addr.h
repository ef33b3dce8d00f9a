/*
 * addr.h - an internet address, the same bytes on every system.
 *
 * AF_INET6 is 10 on Linux, 23 on Windows and 30 on macOS, so no AF_* number is ever stored.
 */
#ifndef LSPORTS_ADDR_H
#define LSPORTS_ADDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum lsp_family {
	LSP_FAMILY_NONE = 0,
	LSP_INET4 = 4,
	LSP_INET6 = 6,
};

/* bytes: network order; an IPv4 address uses the first four, the others are zero.
 * scope: interface number of a link-local IPv6 address, 0 when there is none. */
struct lsp_addr {
	uint8_t bytes[16];
	uint32_t scope;
	uint8_t family; /* enum lsp_family */
};

/* Room for the longest text, "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255", and its NUL. */
#define LSP_ADDR_TEXT_MAX 48

/* Writes the address as text, IPv6 as RFC 5952 wants it, without brackets and scope.
 * Returns the length. A family that is neither 4 nor 6 gives "?". */
size_t lsp_addr_text(const struct lsp_addr *addr, char ret_text[LSP_ADDR_TEXT_MAX]);

/* Reads a dotted quad or an RFC 4291 text of len bytes (no brackets, no scope, no port).
 * False, and *ret_addr untouched, when it is neither. "127.1" and "010.0.0.1" are refused. */
bool lsp_addr_parse(const char *text, size_t len, struct lsp_addr *ret_addr);

/* 0.0.0.0 or :: */
bool lsp_addr_is_any(const struct lsp_addr *addr);

/* ::ffff:a.b.c.d becomes a.b.c.d; any other address comes back as it is. */
struct lsp_addr lsp_addr_unmap(const struct lsp_addr *addr);

/* Order: IPv4 before IPv6, then the bytes, then the scope. <0, 0, >0. */
int lsp_addr_cmp(const struct lsp_addr *a, const struct lsp_addr *b);

/* True when addr lies in net/bits. Families must be equal; v4-mapped addresses count as IPv4. */
bool lsp_addr_within(const struct lsp_addr *addr, const struct lsp_addr *net, unsigned bits);

#endif
