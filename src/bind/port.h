/*
 * port.h - which ports a server had better not take, and how the list of reserved ones is written. Pure.
 */
#ifndef LSP_BIND_PORT_H
#define LSP_BIND_PORT_H

#include <lsports/bind.h>

/* Why --next passes over a port. */
enum lsp_pass {
	LSP_PASS_NONE = 0,
	LSP_PASS_RESERVED,  /* the administrator or the system keeps it for somebody */
	LSP_PASS_EPHEMERAL, /* an outgoing connection may take it at any moment */
	LSP_PASS_WELL_KNOWN, /* people know another service there */
	LSP_PASS_TAKEN,	    /* it could not be bound; said by whoever tried */
	LSP_PASS_COUNT,
};

/* The range that keeps this port from one of the protocols (LSP_PROTO_BIT); one that nobody may bind before others. NULL:
 * there is none. */
const struct lsp_kept *lsp_kept_of(const struct lsp_rules *rules, unsigned protos, uint16_t port);

/* asked: somebody named this very port, or a range that it is in: that it is well known is no reason then.
 * Never TAKEN. */
enum lsp_pass lsp_port_pass(const struct lsp_rules *rules, unsigned protos, uint16_t port, bool asked,
			    bool is_well_known);

/* "reserved", "ephemeral", "well_known", "taken" */
const char *lsp_pass_name(enum lsp_pass pass);

/* The list of reserved ports with this one added, as net.ipv4.ip_local_reserved_ports takes it: "8080,9148-9150".
 * False when it has no room in size bytes. */
bool lsp_reserved_text(const struct lsp_rules *rules, uint16_t port, char *ret_text, size_t size);

#endif
