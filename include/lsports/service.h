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

/* IANA has 6,000 names for the ports behind 1023, most of which nobody ever met: one that is in use has a security note
 * besides, or is customary. True for all of the system ports. */
bool lsp_service_is_well_known(const struct lsp_service *service);

/* The ports of a name or alias, ASCII case ignored: writes the first max of them, returns how many there are. */
size_t lsp_service_named(const char *name, size_t len, struct lsp_service *ret_services, size_t max);

/* Other names of a label: writes the first max of them, returns how many there are. None for a port without a label. */
size_t lsp_service_aliases(enum lsp_proto proto, uint16_t port, const char **ret_aliases, size_t max);

/* The name under which IANA has the label's port: the label's own, or the one that a customary name took the place of.
 * False when IANA has none. The name is part of the label and does not end in NUL. */
bool lsp_service_registered(const struct lsp_service *service, const char **ret_name, size_t *ret_len);

/* For a search through all labels, each of which has a number from 0 up. Marking sets marks[number] = 1 where the word is
 * part of a name, an alias or the description, ASCII case ignored; the others stay as they are. An empty word marks all. */
size_t lsp_service_count(void);
struct lsp_service lsp_service_nth(size_t number);
void lsp_service_mark(const char *word, size_t len, unsigned char *marks);

/* The service name nearest to a misspelt one (at most two edits), NULL when none is near. For error messages. */
const char *lsp_service_near(const char *name, size_t len);

/* RFC 6335, section 6: "system" 0-1023, "user" 1024-49151, "dynamic" 49152-65535. */
const char *lsp_port_class(uint16_t port);

#endif
