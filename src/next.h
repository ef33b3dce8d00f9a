/*
 * next.h - the question "which port can I have": the lowest ones that really were bound.
 */
#ifndef LSP_NEXT_H
#define LSP_NEXT_H

#include <lsports/backend.h>

#include "cli/options.h"

/* Prints the numbers, one a line. Returns the exit code: 0 as many as asked for, 1 fewer. */
int lsp_next(const struct lsp_backend *backend, const struct lsp_request *request);

#endif
