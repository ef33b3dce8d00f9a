/*
 * socket.h - one socket as the system describes it: plain data without pointers, copied with "=".
 *
 * What the system did not say has no bit in "has"; no value of a field means "unknown".
 */
#ifndef LSPORTS_SOCKET_H
#define LSPORTS_SOCKET_H

#include "addr.h"

enum lsp_proto {
	LSP_TCP = 1,
	LSP_UDP = 2,
};
#define LSP_PROTO_BIT(p) (1u << (p))
#define LSP_PROTO_ALL (LSP_PROTO_BIT(LSP_TCP) | LSP_PROTO_BIT(LSP_UDP))

/* RFC 9293, section 3.3.2, with the kernel's and netstat's spelling. CLOSE is also a UDP socket that is
 * bound and not connected (UDP's listener: UDP has no LISTEN); a connected one is ESTABLISHED.
 * BOUND is a TCP socket that called bind() and neither listen() nor connect(). */
enum lsp_state {
	LSP_STATE_NONE = 0,
	LSP_ESTABLISHED,
	LSP_SYN_SENT,
	LSP_SYN_RECV,
	LSP_FIN_WAIT1,
	LSP_FIN_WAIT2,
	LSP_TIME_WAIT,
	LSP_CLOSE,
	LSP_CLOSE_WAIT,
	LSP_LAST_ACK,
	LSP_LISTEN,
	LSP_CLOSING,
	LSP_BOUND,
	LSP_STATE_COUNT,
};
#define LSP_STATE_BIT(s) (1u << (s))
#define LSP_STATE_ALL (LSP_STATE_BIT(LSP_STATE_COUNT) - 2)

enum lsp_socket_has {
	LSP_HAS_KEY = 1 << 0,
	LSP_HAS_UID = 1 << 1,
	LSP_HAS_COOKIE = 1 << 2,
	LSP_HAS_CGROUP = 1 << 3,
	LSP_HAS_PEER = 1 << 4,   /* peer and peer_port: connected to somebody */
	LSP_HAS_IFINDEX = 1 << 5, /* bound to a device */
	LSP_HAS_V6ONLY = 1 << 6, /* IPv6 only; absent is not "false" */
	LSP_HAS_RQUEUE = 1 << 7,
	LSP_HAS_WQUEUE = 1 << 8,
	LSP_IS_KERNELS = 1 << 9, /* the system says so itself: the kernel holds it, no process (Windows) */
	LSP_HAS_HEARD = 1 << 10,
};

struct lsp_socket {
	uint64_t key;    /* joins holders to it; Linux: the socket inode; Windows: see iptable_parse.h. Never 0: inode 0 belongs to nobody */
	uint64_t cookie; /* the kernel's name of the socket, never reused while the machine runs */
	uint64_t cgroup; /* cgroup v2 id of its maker */
	struct lsp_addr local, peer;
	uint32_t ifindex;
	uint32_t uid;
	uint32_t rqueue; /* LISTEN: connections waiting for accept(); else: bytes received and not yet read */
	uint32_t wqueue; /* LISTEN: the backlog limit; else: bytes sent and not yet acknowledged */
	uint32_t heard_ms; /* since its peer was last heard of: a state that the peer's word began lasts at least so long */
	uint16_t local_port, peer_port; /* host order */
	uint16_t has;   /* enum lsp_socket_has */
	uint8_t proto;  /* enum lsp_proto */
	uint8_t state;  /* enum lsp_state */
	uint8_t v6only; /* 1: takes no IPv4; 0: dual-stack */
	uint8_t gone;   /* 1: a second look did not find it any more */
};

/* Keeps a port to itself so that others get EADDRINUSE: LISTEN, BOUND, unconnected UDP. */
bool lsp_socket_holds_port(const struct lsp_socket *socket);

/* The state as the contract spells it: "LISTEN". Never NULL. */
const char *lsp_state_name(enum lsp_state state);

/* "tcp" or "udp". Never NULL. */
const char *lsp_proto_name(enum lsp_proto proto);

#endif
