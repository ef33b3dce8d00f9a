/*
 * link.h - the interfaces of this host and their addresses: from where a socket may be reached.
 *
 * Plain data of one network namespace, the one whose sockets we read. Strings are owned by the snapshot.
 */
#ifndef LSPORTS_LINK_H
#define LSPORTS_LINK_H

#include "addr.h"

enum lsp_link_is {
	LSP_LINK_UP = 1 << 0, /* switched on; whether a cable is in it does not count */
	LSP_LINK_LOOPBACK = 1 << 1,
	LSP_LINK_VRF = 1 << 2,	  /* a VRF device itself: a routing table of its own, with other links as its members */
	LSP_LINK_TUNNEL = 1 << 3, /* what goes through it is carried by another link */
	LSP_LINK_HAS_INET4 = 1 << 4, /* has an address of this family: the snapshot knows, after freeze */
	LSP_LINK_HAS_INET6 = 1 << 5,
};

struct lsp_link {
	uint32_t index;	  /* never 0 */
	uint32_t master;  /* the bridge, bond or VRF that it is a member of; 0: none */
	uint32_t is;	  /* enum lsp_link_is */
	const char *name; /* whatever bytes its maker chose; never NULL */
	const char *kind; /* "bridge", "vrf", "wireguard"; NULL: a plain device */
};

/* addr: of this host; a link-local IPv6 one has the link as its scope. */
struct lsp_link_addr {
	struct lsp_addr addr;
	uint32_t link;
	uint8_t prefix_len;
};

#endif
