/*
 * openmetrics.h - what is open as metrics, for the textfile collector of Prometheus's node_exporter.
 *
 * Written so that it is both OpenMetrics 1.0 and the older text format 0.0.4, which that collector reads: gauges alone, no
 * time stamps, and "# EOF", a comment to the older one. Nothing that changes by itself is a label: no pid, no inode.
 */
#ifndef LSP_VIEW_OPENMETRICS_H
#define LSP_VIEW_OPENMETRICS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Sockets that are open at one place. Texts: NULL is no label. */
struct lsp_metric_port {
	const char *proto, *device, *scope, *process, *user, *service;
	char address[48];
	uint16_t port; /* 0: "ephemeral": one of many that come and go, which would be as many series */
	size_t count;
};

/* One number with two labels; the second may be NULL. */
struct lsp_metric_count {
	const char *first, *second;
	size_t count;
};

struct lsp_metrics {
	const char *version;
	const struct lsp_metric_port *ports;
	size_t port_count;
	const struct lsp_metric_count *states; /* by protocol and state */
	size_t state_count;
	const struct lsp_metric_count *findings; /* by severity and rule */
	size_t finding_count;
	const struct lsp_metric_count *drifts; /* by kind; NULL: there was no comparison */
	size_t drift_count;
	size_t rule_count; /* of the policy */
	size_t hidden_owners, not_checked;
};

/* Ports with the same labels are added up. Write errors stay in ferror(out). */
void lsp_view_openmetrics(FILE *out, const struct lsp_metrics *metrics);

#endif
