/*
 * end.h - carries a plan out: checks who a process is, asks it to end, waits, and if told so insists.
 *
 * It works through the backend alone and knows no command line.
 */
#ifndef LSP_ACT_END_H
#define LSP_ACT_END_H

#include <lsports/backend.h>

#include "plan.h"

struct lsp_end_order {
	int signal;	     /* sent first */
	bool force;	     /* refusals do not count, and KILL follows when the signal is not enough */
	uint64_t until_ms;   /* by backend->now_ms(): so long the signal may take */
	unsigned kill_wait_ms; /* so long KILL may take after that */
};

/* Fills in the outcome of every victim that has none yet. */
void lsp_end(const struct lsp_backend *backend, struct lsp_plan *plan, const struct lsp_end_order *order);

#endif
