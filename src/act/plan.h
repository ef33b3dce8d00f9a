/*
 * plan.h - which processes would have to end for ports to be free. Pure: it looks at a snapshot and ends nobody.
 */
#ifndef LSP_ACT_PLAN_H
#define LSP_ACT_PLAN_H

#include <lsports/fault.h>

#include "core/filter.h"

/* Why a process is not ended without --force. */
enum lsp_refusal {
	LSP_REFUSAL_NONE = 0,
	LSP_REFUSAL_INIT,	    /* pid 1 */
	LSP_REFUSAL_SELF,	    /* lsports */
	LSP_REFUSAL_ANCESTOR,	    /* what lsports was started from: the shell, its sshd */
	LSP_REFUSAL_CONTAINER_INIT, /* first process of another pid namespace: its container ends with it */
	LSP_REFUSAL_FORWARDER,	    /* passes the port on to a container, which is what ought to end */
	LSP_REFUSAL_MANAGER,	    /* a service manager: it holds the port for a unit of its own */
	LSP_REFUSAL_SHARED,	    /* a refused process holds the same socket: the port would stay held */
	LSP_REFUSAL_VITAL,	    /* the system ends with it */
	LSP_REFUSAL_HOST,	    /* several services run in it, and which of them has the port cannot be told */
};

/* Not even --force ends it. */
bool lsp_refusal_is_final(enum lsp_refusal refusal);

enum lsp_outcome {
	LSP_OUTCOME_NONE = 0, /* not tried: a plan */
	LSP_OUTCOME_ENDED,    /* by the signal */
	LSP_OUTCOME_KILLED,   /* by KILL, after the signal was not enough */
	LSP_OUTCOME_SURVIVED, /* it still runs */
	LSP_OUTCOME_GONE,     /* ended or let go of the port by itself before anything was sent */
	LSP_OUTCOME_REFUSED,
	LSP_OUTCOME_DECLINED, /* by the person who was asked */
	LSP_OUTCOME_DENIED,   /* the system did not let us */
	LSP_OUTCOME_FAILED,   /* it could not be tried; the victim's fault says why */
};

struct lsp_victim {
	const struct lsp_process *process; /* of the snapshot that the plan was made of */
	uint64_t *keys;			   /* the sockets because of which it must end */
	size_t key_count;
	uint8_t refusal; /* enum lsp_refusal */
	uint8_t outcome; /* enum lsp_outcome */
	struct lsp_fault fault; /* with FAILED */
	bool unsure;	 /* the system could not pin it: its pid might have passed on before the signal */
};

struct lsp_plan {
	struct lsp_victim *victims; /* parents before their children: a master must not replace a worker that ended */
	size_t count;
};

/* The processes that hold the rows' sockets and that are not in plan yet are added; self: our own pid. The snapshot must
 * know the ancestors of self, see lsp_kin_read. */
void lsp_plan_add(struct lsp_plan *plan, const struct lsp_snapshot *snapshot, const struct lsp_row *rows, size_t count,
		  uint32_t self);

/* NULL when the plan has no such process. */
struct lsp_victim *lsp_plan_find(const struct lsp_plan *plan, uint32_t pid, uint64_t birth);

bool lsp_victim_holds(const struct lsp_victim *victim, uint64_t key);

void lsp_plan_clear(struct lsp_plan *plan);

#endif
