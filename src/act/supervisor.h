/*
 * supervisor.h - who would start a process again, and the command that really stops it.
 */
#ifndef LSP_ACT_SUPERVISOR_H
#define LSP_ACT_SUPERVISOR_H

#include <lsports/snapshot.h>

struct lsp_supervisor {
	char name[300];    /* "systemd", "pm2", "docker", or the parent's own name */
	char command[400]; /* what stops the process for good; "" when that cannot be told */
	uint32_t pid;	   /* of the supervisor, 0 when it is not a process that we saw */
	bool is_known;	   /* it is its job to start processes again */
};

/* The snapshot must know the process's parents. False when there is nobody but a shell or the first process. Names are
 * whatever bytes their owners chose. */
bool lsp_supervisor_of(const struct lsp_snapshot *snapshot, const struct lsp_process *process,
		       struct lsp_supervisor *ret_supervisor);

#endif
