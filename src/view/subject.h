/*
 * subject.h - what a column is asked about: a row and one of the processes that hold its socket.
 *
 * It carries what several columns need and what costs a look-up. It owns nothing.
 */
#ifndef LSP_VIEW_SUBJECT_H
#define LSP_VIEW_SUBJECT_H

#include <lsports/service.h>

#include "core/join.h"

struct lsp_subject {
	const struct lsp_snapshot *snapshot;
	const struct lsp_row *row;
	const struct lsp_socket *socket;

	const struct lsp_holder *holders;  /* this process's own run of the row's holders */
	size_t holder_count;               /* its descriptors; 0: the row has no process */
	const struct lsp_process *process; /* NULL: it is gone, or there is none */

	struct lsp_service service; /* read it through lsp_subject_service */
	bool service_asked, service_found;
};

/* Stands on the row's first process. */
struct lsp_subject lsp_subject_of(const struct lsp_snapshot *snapshot, const struct lsp_row *row);

/* Goes back to the first process, on to the next. False when there is none; next then stays where it is. */
bool lsp_subject_first(struct lsp_subject *subject);
bool lsp_subject_next(struct lsp_subject *subject);

/* What people read where a process's name would stand, when there is none to show: "(hidden)", "-". */
const char *lsp_subject_nobody(const struct lsp_subject *subject);

/* The label of the row: of the local port, or, when connected, of the lower of both ports if the registry knows
 * it, else of the other. NULL when it knows neither. */
const struct lsp_service *lsp_subject_service(struct lsp_subject *subject);

/* The names of the links through which the socket is reached, each ended by NUL, *ret_size bytes in all. free() it. */
char *lsp_subject_links(const struct lsp_subject *subject, size_t *ret_size);

/* The device number that limits the local address: the one bound to, else a link-local address's own; 0: none. */
uint32_t lsp_subject_device(const struct lsp_subject *subject);

#endif
