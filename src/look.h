/*
 * look.h - asks the backend in the order that spares most: sockets first, holders only of those that the question is
 * about, details only of the processes that were found.
 */
#ifndef LSP_LOOK_H
#define LSP_LOOK_H

#include <lsports/backend.h>

#include "core/filter.h"
#include "core/scope.h"

struct lsp_need {
	const struct lsp_select *select;
	bool has_uid; /* only sockets of this user */
	uint32_t uid;
	unsigned scopes; /* LSP_SCOPE_BIT: only sockets that are reached from so far; 0: all. Wants links */
	bool links;	 /* interfaces and their addresses */
	bool heard;	 /* since when their peers were not heard of */
	bool holders;    /* who holds them */
	unsigned want;   /* enum lsp_process_want: and what of those */
	bool interfaces; /* names of devices */
	bool users;      /* names of accounts */
	bool hosts;      /* names of addresses */
};

/* LSP_OK: a frozen snapshot of what was asked for; free it. What could not be had beside the sockets themselves is
 * told by its notes and owners. Otherwise the sockets cannot be read at all. */
enum lsp_err lsp_look(const struct lsp_backend *backend, const struct lsp_need *need,
		      struct lsp_snapshot **ret_snapshot, struct lsp_fault *ret_fault);

#endif
