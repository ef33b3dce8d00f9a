/*
 * metrics.c - see metrics.h.
 */
#include "metrics.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <lsports/language.h>
#include <lsports/service.h>

#include "audit.h"
#include "core/mem.h"
#include "diff.h"
#include "look.h"
#include "say.h"
#include "view/openmetrics.h"

struct counting {
	struct lsp_metrics metrics;
	struct lsp_metric_port *ports;
	struct lsp_metric_count drifts[LSP_DRIFT_COUNT];
	struct lsp_metric_count states[2 * LSP_STATE_COUNT];
	struct lsp_metric_count findings[LSP_SEVERITY_COUNT * LSP_RULE_COUNT + 1]; /* one to try in */
	struct lsp_rules rules;
};

/* Many programs take whatever port comes; those that the registry knows are meant. */
static bool is_ephemeral(const struct lsp_rules *rules, uint16_t port)
{
	return (rules->has & LSP_RULES_EPHEMERAL) != 0 && port >= rules->ephemeral_low && port <= rules->ephemeral_high;
}

static const char *process_of(const struct lsp_opening *opening)
{
	if (opening->process != NULL)
		return opening->process->name;
	return opening->owner == LSP_OWNER_KERNEL ? LSP_POLICY_KERNEL : "(hidden)";
}

static struct lsp_metric_port port_of(const struct lsp_opening *opening, unsigned families, const struct lsp_rules *rules)
{
	const struct lsp_policy_rule rule = lsp_opening_rule(opening, families);
	enum lsp_proto proto = (rule.protos & LSP_PROTO_BIT(LSP_TCP)) != 0 ? LSP_TCP : LSP_UDP;
	struct lsp_addr addr = rule.addr;
	struct lsp_service service = {.name = NULL};
	struct lsp_metric_port port = {
		.proto = lsp_proto_name(proto),
		.device = rule.device.bytes,
		.scope = lsp_scope_name(lsp_opening_scope(opening, families)),
		.process = process_of(opening),
		.user = rule.owner[LSP_POLICY_USER].bytes,
		.address = "*",
		.port = rule.low,
		.count = opening->socket_count,
	};

	if (rule.where == LSP_AT_WILDCARD)
		addr = (struct lsp_addr){.family = families == LSP_FAMILY_BIT_4 ? LSP_INET4 : LSP_INET6};
	if (rule.where != LSP_AT_WILDCARD || families != (LSP_FAMILY_BIT_4 | LSP_FAMILY_BIT_6))
		lsp_addr_text(&addr, port.address);
	if (lsp_service_at(proto, rule.low, &service))
		port.service = service.name;
	else if (is_ephemeral(rules, rule.low))
		port.port = 0;
	return port;
}

static void count_ports(struct counting *counting, const struct lsp_request *request, const struct lsp_opened *opened)
{
	struct lsp_metrics *metrics = &counting->metrics;
	size_t i;

	counting->ports = lsp_realloc_array(NULL, opened->count, sizeof *counting->ports);
	for (i = 0; i < opened->count; i++) {
		const struct lsp_opening *opening = &opened->openings[i];
		unsigned families = opening->is.families & request->select.families;

		if (!opening->is_asked || families == 0)
			continue;
		counting->ports[metrics->port_count++] = port_of(opening, families, &counting->rules);
		metrics->hidden_owners += opening->owner == LSP_OWNER_HIDDEN ? opening->socket_count : 0;
	}
	metrics->ports = counting->ports;
	metrics->not_checked = opened->sight.unchecked_count;
}

/* Every state that a socket may be in, also those in which none is: a series that comes and goes cannot be told from one
 * that was lost. BOUND is no part: its walk is not free. */
static bool count_states(struct counting *counting, const struct lsp_backend *backend, const struct lsp_request *request)
{
	static const unsigned states[] = {
		[LSP_TCP] = LSP_STATE_ALL & ~(LSP_STATE_BIT(LSP_BOUND) | LSP_STATE_BIT(LSP_CLOSE)),
		[LSP_UDP] = LSP_STATE_BIT(LSP_CLOSE) | LSP_STATE_BIT(LSP_ESTABLISHED),
	};
	struct lsp_select select = request->select;
	const struct lsp_need need = {.select = &select};
	struct lsp_metric_count *count = counting->states;
	struct lsp_snapshot *snapshot;
	struct lsp_fault fault;
	int proto, state;
	size_t i;

	select.states = states[LSP_TCP];
	select.udp_states = states[LSP_UDP];
	if (lsp_look(backend, &need, &snapshot, &fault) != LSP_OK) {
		lsp_say(_("cannot read the sockets: %s: %s"), fault.op, fault.detail);
		return false;
	}
	for (proto = LSP_TCP; proto <= LSP_UDP; proto++) {
		for (state = 1; state < LSP_STATE_COUNT; state++) {
			if ((states[proto] & LSP_STATE_BIT(state)) == 0 || (select.protos & LSP_PROTO_BIT(proto)) == 0)
				continue;
			*count = (struct lsp_metric_count){lsp_proto_name((enum lsp_proto)proto),
							   lsp_state_name((enum lsp_state)state), 0};
			for (i = 0; i < snapshot->socket_count; i++)
				count->count += snapshot->sockets[i].proto == proto && snapshot->sockets[i].state == state;
			count++;
		}
	}
	lsp_snapshot_free(snapshot);
	counting->metrics.states = counting->states;
	counting->metrics.state_count = (size_t)(count - counting->states);
	return true;
}

static size_t count_finding(const struct lsp_findings *findings, enum lsp_severity severity, enum lsp_rule rule)
{
	size_t count = 0, i;

	for (i = 0; i < findings->count; i++)
		count += findings->list[i].severity == severity && findings->list[i].rule == rule;
	return count;
}

/* As --audit finds them; those that there are. */
static bool count_findings(struct counting *counting, const struct lsp_backend *backend, const struct lsp_request *request)
{
	struct lsp_metric_count *count = counting->findings;
	struct lsp_report report;
	struct lsp_fault fault;
	int severity, rule;

	if (lsp_report_make(backend, &request->select, false, &report, &fault) != LSP_OK) {
		lsp_say(_("cannot read the sockets: %s: %s"), fault.op, fault.detail);
		return false;
	}
	for (severity = LSP_SEVERITY_COUNT - 1; severity >= 0; severity--) {
		for (rule = 0; rule < LSP_RULE_COUNT; rule++) {
			*count = (struct lsp_metric_count){
				lsp_severity_name((enum lsp_severity)severity), lsp_rule_name((enum lsp_rule)rule),
				count_finding(&report.findings, (enum lsp_severity)severity, (enum lsp_rule)rule)};
			count += count->count > 0;
		}
	}
	lsp_report_clear(&report);
	counting->metrics.findings = counting->findings;
	counting->metrics.finding_count = (size_t)(count - counting->findings);
	return true;
}

static void count_drifts(struct counting *counting, const struct lsp_diff *diff)
{
	int i;

	for (i = 0; i < LSP_DRIFT_COUNT; i++)
		counting->drifts[i] = (struct lsp_metric_count){lsp_drift_name((enum lsp_drift_kind)i), NULL, diff->counts[i]};
	counting->metrics.drifts = counting->drifts;
	counting->metrics.drift_count = LSP_DRIFT_COUNT;
	counting->metrics.rule_count = diff->policy.rule_count;
}

int lsp_metrics(const struct lsp_backend *backend, const struct lsp_request *request)
{
	struct counting *counting = lsp_alloc(sizeof *counting);
	bool compares = request->question == LSP_ASK_DIFF;
	struct lsp_diff diff;
	int code = 0;

	counting->metrics.version = LSPORTS_VERSION;
	backend->rules(&counting->rules);
	memset(&diff, 0, sizeof diff);
	if (compares)
		code = lsp_diff_start(backend, request, &diff);
	else if (!lsp_opened_look(backend, request, &diff.opened))
		code = 5;
	if (code != 0) {
		free(counting);
		return code;
	}
	count_ports(counting, request, &diff.opened);
	if (compares)
		count_drifts(counting, &diff);
	errno = 0;
	if (!count_states(counting, backend, request) || !count_findings(counting, backend, request))
		code = 5;
	else
		lsp_view_openmetrics(stdout, &counting->metrics);
	code = lsp_say_written(code);
	lsp_diff_end(&diff);
	free(counting->ports);
	free(counting);
	return code;
}
