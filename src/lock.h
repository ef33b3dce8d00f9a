/*
 * lock.h - --lock FILE: what is open now, as a policy. One that is there is brought up to date: what still holds stays as
 * it is written.
 */
#ifndef LSP_LOCK_H
#define LSP_LOCK_H

#include <lsports/backend.h>

#include "cli/options.h"

/* Returns the exit code: 0 written, 2 something stands there that is no policy, 3 owners are hidden and nothing was written,
 * 4 it cannot be written, 5 the sockets cannot be read. */
int lsp_lock(const struct lsp_backend *backend, const struct lsp_request *request);

#endif
