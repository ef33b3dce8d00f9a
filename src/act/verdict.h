/*
 * verdict.h - what became of a port, judged by a new look rather than by what was done.
 */
#ifndef LSP_ACT_VERDICT_H
#define LSP_ACT_VERDICT_H

#include "plan.h"

/* In the order of how bad it is, for a port on which several hold. */
enum lsp_verdict_word {
	LSP_VERDICT_FREE = 0, /* nobody held it */
	LSP_VERDICT_FREED,
	LSP_VERDICT_PLANNED, /* a dry run: these would end */
	LSP_VERDICT_IN_USE,  /* nobody that was asked for holds it, but a socket of another address or a connection has it */
	LSP_VERDICT_KERNEL,
	LSP_VERDICT_HIDDEN,
	LSP_VERDICT_TAKEN, /* free for a moment, then taken again */
	LSP_VERDICT_HELD,  /* still held by one that was to end */
};

struct lsp_verdict {
	enum lsp_verdict_word word;
	const struct lsp_socket *socket;   /* that decided it; NULL when the port is free */
	const struct lsp_process *process; /* that holds it now, of the new look; NULL when hidden or the kernel */
	const struct lsp_victim *victim;   /* the same in the plan, with HELD; NULL: it came to the socket later */
	bool hidden_too, kernel_too;	   /* others hold it that cannot be ended */
	const struct lsp_socket *beside;   /* a neighbour that may still be in the way; NULL: none */
	const struct lsp_process *beside_process; /* that holds it; NULL: we may not see it */
	size_t beside_count;
	size_t waiting;			   /* connections without a process that still keep the port: TIME_WAIT and the like */
};

/* "free", "freed", … as in JSON. */
const char *lsp_verdict_name(enum lsp_verdict_word word);
const char *lsp_refusal_name(enum lsp_refusal refusal);
const char *lsp_outcome_name(enum lsp_outcome outcome);

/* What a socket is to a question. */
enum lsp_relation {
	LSP_UNRELATED = 0,
	LSP_ASKED_FOR, /* it is to let go of the port */
	LSP_OVERLAPS,  /* it was not asked for, but where it is no server can be: same port, an address that covers it */
	LSP_CONNECTED, /* a connection on that port, TCP or UDP: in the way of a server without SO_REUSEADDR, at least */
};

/* Judges the rows of a new look for one port. was_held: somebody held it before. */
struct lsp_verdict lsp_verdict_of(const struct lsp_plan *plan, const struct lsp_snapshot *snapshot,
				  const struct lsp_row *rows, size_t count,
				  enum lsp_relation (*relation)(const struct lsp_socket *socket, const void *arg), const void *arg,
				  bool was_held);

#endif
