/*
 * audit.h - the question "what is reachable from where, and what of it is risky".
 */
#ifndef LSP_AUDIT_H
#define LSP_AUDIT_H

#include "audit/finding.h"
#include "cli/options.h"
#include "look.h"
#include "sight.h"

/* What one audit saw and found. */
struct lsp_report {
	const struct lsp_backend *backend;
	struct lsp_rules rules;
	struct lsp_tcp_counters before, after; /* the time between them is between_ms */
	uint64_t between_ms;
	struct lsp_snapshot *snapshot;
	struct lsp_row *rows; /* by port */
	size_t row_count;
	size_t open_count; /* of them: rows that hold a port */
	struct lsp_sight sight;
	struct lsp_probe *probes; /* NULL: nobody was asked what he speaks */
	struct lsp_asked_port *asked; /* one for each probe */
	size_t probe_count;
	struct lsp_findings findings;
};

/* Looks, asks the listeners when probe is set, and judges. select: ports, protocols and families; its states do not count.
 * LSP_OK: release it with lsp_report_clear. Otherwise the sockets cannot be read. */
enum lsp_err lsp_report_make(const struct lsp_backend *backend, const struct lsp_select *select, bool probe,
			     struct lsp_report *ret_report, struct lsp_fault *ret_fault);
void lsp_report_clear(struct lsp_report *report);

/* Nothing was hidden and nothing left out. */
bool lsp_report_is_complete(const struct lsp_report *report);

void lsp_audit_print_text(const struct lsp_report *report, const struct lsp_request *request);
void lsp_audit_print_json(const struct lsp_report *report, enum lsp_severity severity);

/* Prints the answer and says what could not be seen. Returns the exit code (cli.md). */
int lsp_audit(const struct lsp_backend *backend, const struct lsp_request *request);

#endif
