/*
 * why.h - the question "can I bind this port, and if not, why": try it, look who is there, judge, say.
 */
#ifndef LSP_WHY_H
#define LSP_WHY_H

#include <lsports/backend.h>

#include "bind/judge.h"
#include "cli/options.h"

#define LSP_WHY_ALSO_MAX 16 /* other addresses that are tried beside the one in question */

/* One port of one protocol that was asked for. */
struct lsp_why_port {
	const struct lsp_endpoint *asked;
	struct lsp_bind_case bind_case;
	struct lsp_bind_verdict verdict;
	struct lsp_attempt also[LSP_WHY_ALSO_MAX]; /* plain only */
	size_t also_count;
	int code;
};

/* What a run knows. */
struct lsp_why {
	const struct lsp_backend *backend;
	const struct lsp_request *request;
	struct lsp_rules rules;
	struct lsp_addr *addrs;
	size_t addr_count;
	struct lsp_why_port *ports;
	size_t port_count;
	struct lsp_snapshot *snapshot, *elsewhere; /* NULL: there was no need to look, or it failed */
	struct lsp_row *rows, *elsewhere_rows;
	size_t row_count, elsewhere_count;
};

/* Prints the answer. Returns the exit code (cli.md). */
int lsp_why(const struct lsp_backend *backend, const struct lsp_request *request);

#endif
