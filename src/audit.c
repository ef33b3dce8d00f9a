/*
 * audit.c - see audit.h. It asks for no more states than the rules need, and for connections only where the kernel's own
 * counts say that there are enough of them.
 */
#include "audit.h"

#include <errno.h>
#include <stdlib.h>

#include <lsports/language.h>

#include "core/mem.h"
#include "core/order.h"
#include "say.h"

enum {
	SECOND_LOOK_MS = 200, /* long enough for a client to try again */
	PROBE_LIMIT_MS = 5000,
};
#define WANT (LSP_WANT_NAME | LSP_WANT_EXE | LSP_WANT_EXE_PLACE | LSP_WANT_UID)

/* --- looking ---------------------------------------------------------------------------------------------------- */

static unsigned states_of(const struct lsp_report *report)
{
	const struct lsp_tcp_counters *counts = &report->before;
	unsigned states = LSP_STATE_BIT(LSP_LISTEN);

	if ((counts->has & LSP_COUNTS_CONNECTIONS) == 0 || counts->connections >= lsp_audit_close_wait_least())
		states |= LSP_STATE_BIT(LSP_CLOSE_WAIT);
	if ((counts->has & LSP_COUNTS_TIME_WAIT) == 0 || counts->time_wait >= lsp_audit_time_wait_least(&report->rules))
		states |= LSP_STATE_BIT(LSP_TIME_WAIT);
	return states;
}

static bool some_queue_is_full(const struct lsp_snapshot *snapshot)
{
	size_t i;

	for (i = 0; i < snapshot->socket_count; i++) {
		if (lsp_audit_queue_is_full(&snapshot->sockets[i]))
			return true;
	}
	return false;
}

/* Whether connections are being turned away shows in a counter that grows. The look itself took some time; more is given
 * only when a queue is full and nothing was counted yet. */
static void look_at_counters(struct lsp_report *report, uint64_t start_ms)
{
	const struct lsp_backend *backend = report->backend;

	backend->tcp_counters(&report->after);
	if (report->after.overflows == report->before.overflows && some_queue_is_full(report->snapshot)) {
		backend->pause(SECOND_LOOK_MS);
		backend->tcp_counters(&report->after);
	}
	report->between_ms = backend->now_ms() - start_ms;
}

/* What was closed while we looked is open no more. */
static size_t drop_gone(struct lsp_row *rows, size_t count)
{
	size_t kept = 0, i;

	for (i = 0; i < count; i++) {
		if (rows[i].owner != LSP_OWNER_GONE)
			rows[kept++] = rows[i];
	}
	return kept;
}

static enum lsp_err look(struct lsp_report *report, const struct lsp_select *select, struct lsp_fault *ret_fault)
{
	const struct lsp_backend *backend = report->backend;
	struct lsp_select wanted = *select;
	struct lsp_need need = {
		.select = &wanted, .links = true, .holders = true, .want = WANT, .interfaces = true, .users = true};
	uint64_t start_ms = backend->now_ms();
	enum lsp_err err;
	size_t i;

	backend->rules(&report->rules);
	backend->tcp_counters(&report->before);
	wanted.states = states_of(report);
	wanted.udp_states = LSP_STATE_BIT(LSP_CLOSE);
	need.heard = (wanted.states & LSP_STATE_BIT(LSP_CLOSE_WAIT)) != 0;
	err = lsp_look(backend, &need, &report->snapshot, ret_fault);
	if (err != LSP_OK)
		return err;
	look_at_counters(report, start_ms);
	report->row_count = lsp_join(report->snapshot, &report->rows);
	report->row_count = drop_gone(report->rows, report->row_count);
	lsp_order_by_port(report->rows, report->row_count);
	report->sight = lsp_sight_of(report->snapshot, report->rows, report->row_count, true);
	for (i = 0; i < report->row_count; i++)
		report->open_count += lsp_socket_holds_port(report->rows[i].socket);
	return LSP_OK;
}

/* --- asking ----------------------------------------------------------------------------------------------------- */

static void unchecked(struct lsp_report *report, const char *sentence)
{
	if (report->sight.unchecked_count < LSP_UNCHECKED_MAX)
		report->sight.unchecked[report->sight.unchecked_count++] = sentence;
}

static void ask(struct lsp_report *report)
{
	struct lsp_fault fault;
	size_t i;

	report->probes = lsp_alloc((report->open_count + 1) * sizeof *report->probes);
	report->asked = lsp_realloc_array(NULL, report->open_count + 1, sizeof *report->asked);
	for (i = 0; i < report->row_count; i++) {
		const struct lsp_socket *socket = report->rows[i].socket;
		struct lsp_probe *probe = &report->probes[report->probe_count];

		if (!lsp_probe_address(socket, &probe->addr))
			continue;
		probe->port = socket->local_port;
		report->asked[report->probe_count++] = (struct lsp_asked_port){&report->rows[i], probe};
	}
	if (lsp_probe_all(report->backend, report->probes, report->probe_count, PROBE_LIMIT_MS, &fault) != LSP_OK) {
		unchecked(report, N_("what listeners speak: they cannot be asked on this system"));
		return;
	}
	for (i = 0; i < report->probe_count; i++) {
		if (report->probes[i].end != LSP_TALK_NOT_TRIED)
			continue;
		unchecked(report, N_("what some listeners speak: the time was over"));
		break;
	}
}

/* --- the report ------------------------------------------------------------------------------------------------- */

enum lsp_err lsp_report_make(const struct lsp_backend *backend, const struct lsp_select *select, bool probe,
			     struct lsp_report *ret_report, struct lsp_fault *ret_fault)
{
	struct lsp_audit_case facts;
	enum lsp_err err;

	*ret_report = (struct lsp_report){.backend = backend};
	err = look(ret_report, select, ret_fault);
	if (err != LSP_OK)
		return err;
	if (probe)
		ask(ret_report);
	facts = (struct lsp_audit_case){.snapshot = ret_report->snapshot,
					.dialect = backend->dialect,
					.rows = ret_report->rows,
					.row_count = ret_report->row_count,
					.rules = &ret_report->rules,
					.before = ret_report->before,
					.after = ret_report->after,
					.between_ms = ret_report->between_ms,
					.asked = ret_report->asked,
					.asked_count = ret_report->probe_count};
	lsp_audit_judge(&facts, &ret_report->findings);
	return LSP_OK;
}

void lsp_report_clear(struct lsp_report *report)
{
	lsp_findings_clear(&report->findings);
	free(report->asked);
	free(report->probes);
	free(report->rows);
	lsp_snapshot_free(report->snapshot);
	*report = (struct lsp_report){.backend = report->backend};
}

bool lsp_report_is_complete(const struct lsp_report *report)
{
	return report->sight.hidden == 0 && report->sight.unchecked_count == 0;
}

static int exit_code(const struct lsp_report *report, const struct lsp_request *request, enum lsp_severity severity)
{
	int worst;

	if (!request->partial && !lsp_report_is_complete(report))
		return 3;
	for (worst = LSP_SEVERITY_COUNT - 1; worst >= (int)severity; worst--) {
		if (report->findings.by_severity[worst] > 0)
			return 1;
	}
	return 0;
}

int lsp_audit(const struct lsp_backend *backend, const struct lsp_request *request)
{
	enum lsp_severity severity = LSP_SEVERITY_WARNING;
	struct lsp_report report;
	struct lsp_fault fault;
	int code;

	if (request->severity != NULL && !lsp_severity_read(request->severity, &severity)) {
		lsp_say_usage(_("--severity '%.60s': write info, warning or critical"), request->severity);
		return 2;
	}
	if (lsp_report_make(backend, &request->select, request->probe, &report, &fault) != LSP_OK) {
		lsp_say(_("cannot read the sockets: %s: %s"), fault.op, fault.detail);
		return 5;
	}
	errno = 0;
	if (request->format == LSP_FORMAT_JSON && !request->quiet)
		lsp_audit_print_json(&report, severity);
	else if (!request->quiet)
		lsp_audit_print_text(&report, request);
	code = lsp_say_written(exit_code(&report, request, severity));
	/* in a JSON document these are members */
	if (code != 5 && (request->format != LSP_FORMAT_JSON || request->quiet))
		lsp_sight_say(backend, report.snapshot, &report.sight, false);
	lsp_report_clear(&report);
	return code;
}
