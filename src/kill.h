/*
 * kill.h - the question "free this port": look, plan, end, look again, and say what is true now.
 */
#ifndef LSP_KILL_H
#define LSP_KILL_H

#include <lsports/backend.h>

#include "act/verdict.h"
#include "cli/options.h"
#include "sight.h"

/* One PORT word of the command line. */
struct lsp_kill_port {
	const char *word;
	struct lsp_verdict verdict;
	int code; /* its exit code */
};

/* What a run knows. */
struct lsp_kill {
	const struct lsp_backend *backend;
	const struct lsp_request *request;
	int signal;
	struct lsp_snapshot *before; /* the look that the plan was made of */
	struct lsp_row *before_rows;
	size_t before_count;
	struct lsp_snapshot *wide; /* every socket, for what goes with a victim; NULL: not asked for */
	struct lsp_plan plan;
	struct lsp_snapshot *after; /* the last look */
	struct lsp_row *after_rows;
	size_t after_count;
	struct lsp_snapshot *stragglers[3]; /* looks that found more holders of the same sockets */
	struct lsp_kill_port *ports;
	size_t port_count;
	struct lsp_sight sight; /* what the last look could not see */
};

/* Prints what was done and found. Returns the exit code (cli.md). */
int lsp_kill(const struct lsp_backend *backend, const struct lsp_request *request);

#endif
