/*
 * metrics.h - --format openmetrics: what is open, counted; with --diff also the drift.
 */
#ifndef LSP_METRICS_H
#define LSP_METRICS_H

#include <lsports/backend.h>

#include "cli/options.h"

/* Returns the exit code: 0 written, whatever the numbers say, 2 no policy, 5 the system failed us. */
int lsp_metrics(const struct lsp_backend *backend, const struct lsp_request *request);

#endif
