/*
 * info.h - the question "what is this port": what the registry knows, what this host makes of it, what is on it now.
 */
#ifndef LSP_INFO_H
#define LSP_INFO_H

#include <lsports/backend.h>
#include <lsports/security.h>
#include <lsports/service.h>

#include "cli/options.h"
#include "show.h"

/* A port that the answer is about. */
struct lsp_info_port {
	uint16_t port;
	unsigned protos; /* LSP_PROTO_BIT: those that were asked for */
};

/* What a run knows. */
struct lsp_info {
	const struct lsp_backend *backend;
	const struct lsp_request *request;
	struct lsp_select select;    /* the PORT words and names; its ports are owned */
	bool is_searched;	     /* by words rather than by number and name alone */
	struct lsp_info_port *ports; /* sorted by port, each once */
	size_t port_count;
	struct lsp_rules rules;

	struct lsp_show show;
	struct lsp_snapshot *snapshot; /* NULL: what is on the ports cannot be read */
	struct lsp_fault fault;	       /* then: why */
	struct lsp_row *rows;	       /* sorted by port */
	size_t row_count;
	struct lsp_sight sight;
};

/* --- info_find.c: from words to ports ----------------------------------------------------------------------------- */

/* False: a word makes no sense; that was said. */
bool lsp_info_find(struct lsp_info *info);

/* Adds a port; sort before it is looked for. */
void lsp_info_add(struct lsp_info *info, uint16_t port, unsigned protos);
void lsp_info_sort(struct lsp_info *info);
const struct lsp_info_port *lsp_info_port(const struct lsp_info *info, uint16_t port);

/* --- info_facts.c ------------------------------------------------------------------------------------------------- */

enum lsp_use_status {
	LSP_USE_OFFICIAL = 0, /* registered at IANA under this name */
	LSP_USE_CUSTOMARY,    /* not registered, but found there */
	LSP_USE_CONFLICTING,  /* found there, and registered for something else */
};

/* What a port is for, in one or both protocols. */
struct lsp_use {
	struct lsp_service service;
	unsigned protos;
	enum lsp_use_status status;
	const char *registered; /* IANA's name, registered_len bytes of it; NULL: none */
	size_t registered_len;
};

/* A note that holds for one or both protocols. */
struct lsp_info_note {
	struct lsp_security_note note;
	unsigned protos;
};

/* "official", "customary", "conflicting": words of the JSON document too. */
const char *lsp_use_status_name(enum lsp_use_status status);

/* Each returns how many, at most two. */
size_t lsp_info_uses(const struct lsp_info_port *port, struct lsp_use ret_uses[2]);
size_t lsp_info_notes(const struct lsp_info_port *port, struct lsp_info_note ret_notes[2]);

/* The registry has a name or a note. */
bool lsp_info_is_known(uint16_t port, unsigned protos);

/* The rows of a port: a run of *ret_count of info->rows. */
const struct lsp_row *lsp_info_rows(const struct lsp_info *info, const struct lsp_info_port *port, size_t *ret_count);

/* --- the answer --------------------------------------------------------------------------------------------------- */

/* Returns how many lines of a long list it left out. */
size_t lsp_info_print_text(const struct lsp_info *info);
void lsp_info_print_json(const struct lsp_info *info);

/* Returns the exit code (cli.md). */
int lsp_info(const struct lsp_backend *backend, const struct lsp_request *request);

#endif
