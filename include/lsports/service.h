/*
 * service.h - what the port registry says: a const table made by the build from src/registry's data file.
 *
 * A label is what a port is registered or customarily used for. It is never a statement about the
 * process that really holds the port.
 */
#ifndef LSPORTS_SERVICE_H
#define LSPORTS_SERVICE_H

#include "socket.h"

enum lsp_origin {
	LSP_ORIGIN_IANA = 1,  /* IANA Service Name and Transport Protocol Port Number Registry */
	LSP_ORIGIN_CUSTOMARY, /* unregistered, but what people find there */
};

/* Strings are static. */
struct lsp_service {
	const char *name;
	const char *description; /* "" when there is none */
	enum lsp_origin origin;
	enum lsp_proto proto;
	uint16_t port;
};

/* The label of a port. False, and *ret_service untouched, when the registry has none. */
bool lsp_service_at(enum lsp_proto proto, uint16_t port, struct lsp_service *ret_service);

/* The ports of a name or alias, ASCII case ignored: writes the first max of them, returns how many there are. */
size_t lsp_service_named(const char *name, size_t len, struct lsp_service *ret_services, size_t max);

/* The service name nearest to a misspelt one (at most two edits), NULL when none is near. For error messages. */
const char *lsp_service_near(const char *name, size_t len);

/* RFC 6335, section 6: "system" 0-1023, "user" 1024-49151, "dynamic" 49152-65535. */
const char *lsp_port_class(uint16_t port);

#endif
