/*
 * guard.h - whom not to end, unless somebody insists.
 */
#ifndef LSP_ACT_GUARD_H
#define LSP_ACT_GUARD_H

#include <lsports/backend.h>

#include "plan.h"

/* Adds the parents of self and of every process of the snapshot, up to the first one, and freezes it again. */
void lsp_kin_read(const struct lsp_backend *backend, struct lsp_snapshot *snapshot, uint32_t self);

/* self: our own pid. The snapshot must know our ancestors. */
enum lsp_refusal lsp_guard(const struct lsp_snapshot *snapshot, const struct lsp_process *process, uint32_t self);

/* True when the process only passes the port on to a container. ret_target: "172.17.0.2:80", "" when it does not say. */
bool lsp_forwards(const struct lsp_process *process, char *ret_target, size_t size);

#endif
