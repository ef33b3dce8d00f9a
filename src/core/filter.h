/*
 * filter.h - which sockets and rows a question is about.
 */
#ifndef LSP_CORE_FILTER_H
#define LSP_CORE_FILTER_H

#include "join.h"

/* What an endpoint says of the address. */
enum lsp_where {
	LSP_ANYWHERE = 0,
	LSP_AT_ADDRESS,  /* exactly this address; v4-mapped counts as IPv4 */
	LSP_AT_WILDCARD, /* bound to every address: 0.0.0.0 or :: */
};

/* One PORT operand: "8000-8100", "tcp/53", "127.0.0.1:8000", "127.0.0.53%lo:53". */
struct lsp_endpoint {
	struct lsp_addr addr; /* with LSP_AT_ADDRESS */
	const char *device;   /* as typed, device_len bytes; NULL: none. device.h finds its number */
	size_t device_len;
	uint32_t ifindex;     /* only sockets that are bound to this device; 0: any, or none */
	unsigned protos;      /* LSP_PROTO_BIT */
	uint16_t low, high;   /* ports, both included */
	uint8_t where;        /* enum lsp_where */
	uint32_t word;        /* which word of the command line it came from, counted from 0 */
};

/* --peer ADDRESS[/BITS][:PORT] */
struct lsp_peer {
	struct lsp_addr net; /* family NONE: any address */
	unsigned bits;
	uint16_t port; /* 0: any port */
};

struct lsp_select {
	unsigned protos;   /* LSP_PROTO_BIT */
	unsigned families; /* bit 0: IPv4, bit 1: IPv6 */
	unsigned states;   /* LSP_STATE_BIT, for TCP and for UDP */
	unsigned udp_states;
	struct lsp_endpoint *ports; /* none: every port */
	size_t port_count;
	bool has_peer;
	struct lsp_peer peer;
};
#define LSP_FAMILY_BIT_4 1u
#define LSP_FAMILY_BIT_6 2u

/* By what the socket alone tells. The signature is that of lsp_snapshot_keep; arg is a struct lsp_select. */
bool lsp_select_socket(const struct lsp_socket *socket, const void *select);

bool lsp_endpoint_matches(const struct lsp_endpoint *endpoint, const struct lsp_socket *socket);

/* --process NAME|PID, and --user NAME where accounts have no numbers: of a row, the rest is dropped. ASCII case is ignored. */
struct lsp_process_match {
	const char *name; /* equal to the name or the program's file name, ".exe" may be left out, or a service; NULL: any */
	const char *user; /* account, its domain may be left out; NULL: any */
	bool has_pid;
	uint32_t pid;
};

/* Keeps the rows that one such process holds; returns how many. */
size_t lsp_keep_rows_of(const struct lsp_snapshot *snapshot, const struct lsp_process_match *match, struct lsp_row *rows,
			size_t count);

#endif
