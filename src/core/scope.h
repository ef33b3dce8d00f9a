/*
 * scope.h - from how far a socket may be reached: by its own address, or, for a wildcard, by those of this host.
 *
 * Firewalls, routes and NAT are not looked at: it is where the socket itself draws the line. The snapshot must be frozen.
 */
#ifndef LSP_CORE_SCOPE_H
#define LSP_CORE_SCOPE_H

#include <lsports/snapshot.h>

/* In the order of width. */
enum lsp_scope {
	LSP_SCOPE_NONE = 0, /* not known */
	LSP_SCOPE_LOOPBACK, /* this host alone */
	LSP_SCOPE_LINK,	    /* neighbours on the same link */
	LSP_SCOPE_PRIVATE,  /* the site: addresses that are not routed on the internet */
	LSP_SCOPE_PUBLIC,   /* everybody */
	LSP_SCOPE_COUNT,
};
#define LSP_SCOPE_BIT(s) (1u << (s))

/* "loopback", "link", "private", "public"; NULL for NONE. */
const char *lsp_scope_name(enum lsp_scope scope);

/* The same back, ASCII case ignored. False when it is none of them. */
bool lsp_scope_read(const char *text, size_t len, enum lsp_scope *ret_scope);

/* Of one address, v4-mapped ones too. What no rule makes narrower is public, so also what is set apart for documents and
 * tests. loopback: 127/8, ::1. link: 169.254/16 (RFC 3927), fe80::/10 (RFC 4291), 255.255.255.255. private: RFC 1918,
 * RFC 6598 (100.64/10), RFC 4193 (fc00::/7), and two that RFC 6890 has as not global and that hosts really have: 192.0.0/24
 * (DS-Lite and CLAT: RFC 6333, RFC 7335), 198.18/15 (RFC 2544; proxies put it on their tunnels). A group has the scope of its number: RFC 4291, 2.7 for IPv6; 224.0.0/24 link
 * (RFC 5771), 239/8 private (RFC 2365), the others public. NONE: a wildcard, or no address. */
enum lsp_scope lsp_scope_of_addr(const struct lsp_addr *addr);

/* Of a socket's local end. A wildcard has the widest scope of the addresses on links that are up and that let it in: IPv4
 * as well for :: unless it is known to be v6only. A socket bound to a device is let in by it alone, one bound to a VRF by
 * the members of that, and one without a device by no VRF, unless snapshot->vrf_open says so. What nobody can reach from
 * outside is LOOPBACK. NONE: a wildcard, and the links are not known. */
enum lsp_scope lsp_scope_of_socket(const struct lsp_snapshot *snapshot, const struct lsp_socket *socket);

/* Through which links: those that are up, let it in and have its address, or, for a wildcard, any address of its family;
 * and the device that it is bound to. Their indexes in rising order; returns how many there are and writes at most max. */
size_t lsp_scope_links(const struct lsp_snapshot *snapshot, const struct lsp_socket *socket, uint32_t *ret_links,
		       size_t max);

#endif
