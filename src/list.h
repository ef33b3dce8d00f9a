/*
 * list.h - the questions that are answered by rows: what is open, what is there, who holds it.
 */
#ifndef LSP_LIST_H
#define LSP_LIST_H

#include <lsports/backend.h>

#include "cli/options.h"

/* Prints the answer and says what could not be seen. Returns the exit code (cli.md). */
int lsp_list(const struct lsp_backend *backend, const struct lsp_request *request);

#endif
