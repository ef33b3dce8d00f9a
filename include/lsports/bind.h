/*
 * bind.h - what came of really trying to bind a port, and the system's rules about ports.
 */
#ifndef LSPORTS_BIND_H
#define LSPORTS_BIND_H

#include <stddef.h>

#include "fault.h"
#include "socket.h"

/* With which options a socket is bound. :: is bound for IPv4 as well, but for LSP_WAY_V6ONLY. */
enum lsp_way {
	LSP_WAY_PLAIN = 0, /* none */
	LSP_WAY_REUSEADDR, /* SO_REUSEADDR: past what lingers of old connections; UDP: shares with those that set it too */
	LSP_WAY_REUSEPORT, /* SO_REUSEPORT: joins a group of the same user */
	LSP_WAY_V6ONLY,	   /* IPV6_V6ONLY: leaves IPv4 to others */
	LSP_WAY_EXCLUSIVE, /* fails where anybody is at an overlapping address: PLAIN does, but on Windows (SO_EXCLUSIVEADDRUSE) */
	LSP_WAY_COUNT,
};
#define LSP_WAY_BIT(w) (1u << (w))

enum lsp_rules_has {
	LSP_RULES_EPHEMERAL = 1 << 0,
	LSP_RULES_RESERVED = 1 << 1,
	LSP_RULES_PRIVILEGED = 1 << 2,
	LSP_RULES_MAY_PRIVILEGED = 1 << 3, /* this process may bind privileged ports */
	LSP_RULES_NONLOCAL4 = 1 << 4,	   /* addresses that are not here may be bound */
	LSP_RULES_NONLOCAL6 = 1 << 5,
	LSP_RULES_UID = 1 << 6,
	LSP_RULES_KEPT = 1 << 7,     /* kept is whole */
	LSP_RULES_OVERLAPS = 1 << 8, /* Windows: PLAIN works beside a socket of an overlapping address, and DENIED may mean that
				      * the holder wants the port to itself */
};

/* Ports that the system keeps (Windows: netsh … show excludedportrange). */
struct lsp_kept {
	uint16_t low, high;  /* ends included */
	uint8_t protos;	     /* LSP_PROTO_BIT */
	uint8_t is_bindable; /* an administrator added it: no outgoing connection gets such a port, and it may be bound */
};
#define LSP_KEPT_MAX 256

/* Of the network namespace that we are in. */
struct lsp_rules {
	unsigned has;			 /* enum lsp_rules_has */
	uint16_t ephemeral_low, ephemeral_high; /* outgoing connections get their local ports from here, ends included */
	uint32_t privileged_below;	 /* ports below this one need a right */
	uint32_t uid;			 /* as whom a socket is made */
	uint8_t reserved[65536 / 8];	 /* one bit a port: never given to an outgoing connection; may be bound */
	struct lsp_kept kept[LSP_KEPT_MAX];
	size_t kept_count;
};

#define LSP_RULES_IS_RESERVED(rules, port) (((rules)->reserved[(port) / 8] >> ((port) % 8) & 1) != 0)

#endif
