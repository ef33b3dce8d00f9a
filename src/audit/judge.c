/*
 * judge.c - the audit as a whole: the open ports are prepared, each rule looks, the findings are put in order.
 */
#include "rules.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <lsports/language.h>

#include "core/mem.h"

/* --- reporting ------------------------------------------------------------------------------------------------ */

struct lsp_finding *lsp_finding_add(struct lsp_audit *audit, enum lsp_rule rule, enum lsp_severity severity,
				    const struct lsp_row *row)
{
	struct lsp_findings *all = audit->findings;
	struct lsp_finding *finding;

	all->list = lsp_grow(all->list, all->count, &all->capacity, sizeof *all->list);
	finding = &all->list[all->count++];
	*finding = (struct lsp_finding){.rule = rule,
					.severity = severity,
					.why = lsp_rule_why(rule),
					.advice = lsp_rule_advice(rule, audit->facts->dialect),
					.rows = {row}};
	all->by_severity[severity]++;
	return finding;
}

void lsp_finding_say(struct lsp_finding *finding, const char *format, ...)
{
	va_list args, again;
	int len;

	va_start(args, format);
	va_copy(again, args);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	free(finding->sentence);
	finding->sentence = lsp_alloc(len > 0 ? (size_t)len + 1 : 1);
	if (len > 0)
		vsnprintf(finding->sentence, (size_t)len + 1, format, again);
	va_end(again);
}

static struct lsp_fact *add_fact(struct lsp_finding *finding, const char *key)
{
	struct lsp_fact *fact =
		&finding->facts[finding->fact_count < LSP_FACTS_MAX ? finding->fact_count++ : LSP_FACTS_MAX - 1];

	*fact = (struct lsp_fact){.key = key};
	return fact;
}

void lsp_finding_text(struct lsp_finding *finding, const char *key, const char *text)
{
	if (text != NULL)
		add_fact(finding, key)->text = text;
}

void lsp_finding_addr(struct lsp_finding *finding, const char *key, const struct lsp_addr *addr)
{
	add_fact(finding, key)->addr = addr;
}

void lsp_finding_number(struct lsp_finding *finding, const char *key, uint64_t number)
{
	add_fact(finding, key)->number = number;
}

/* --- what several rules ask ----------------------------------------------------------------------------------- */

const struct lsp_process *lsp_row_process(const struct lsp_snapshot *snapshot, const struct lsp_row *row, uint32_t *at)
{
	while (*at < row->holder_count) {
		uint32_t pid = row->holders[(*at)++].pid;
		const struct lsp_process *process;

		while (*at < row->holder_count && row->holders[*at].pid == pid)
			(*at)++;
		process = lsp_snapshot_process(snapshot, pid);
		if (process != NULL && (process->has & LSP_PROCESS_GONE) == 0)
			return process;
	}
	return NULL;
}

const char *lsp_who(const struct lsp_snapshot *snapshot, const struct lsp_row *row, char ret_text[LSP_WHO_MAX])
{
	uint32_t at = 0;
	const struct lsp_process *process = lsp_row_process(snapshot, row, &at);

	if (process != NULL && process->name != NULL)
		snprintf(ret_text, LSP_WHO_MAX, _("%s (pid %u)"), process->name, process->pid);
	else if (row->holder_count > 0)
		snprintf(ret_text, LSP_WHO_MAX, _("a process (pid %u)"), row->holders[0].pid);
	else if (row->owner == LSP_OWNER_HIDDEN)
		snprintf(ret_text, LSP_WHO_MAX, "%s", _("a process that cannot be seen"));
	else
		snprintf(ret_text, LSP_WHO_MAX, "%s", _("the kernel itself"));
	return ret_text;
}

bool lsp_audit_is_ephemeral(const struct lsp_rules *rules, uint16_t port)
{
	return (rules->has & LSP_RULES_EPHEMERAL) != 0 && port >= rules->ephemeral_low && port <= rules->ephemeral_high;
}

const struct lsp_program_nature *lsp_audit_nature(const struct lsp_audit *audit, const struct lsp_process *process)
{
	return &audit->natures[process - audit->facts->snapshot->processes];
}

/* --- preparing ------------------------------------------------------------------------------------------------ */

/* One of the row's programs is known: first of all for this port. */
static void find_program(const struct lsp_audit *audit, struct lsp_open_port *port)
{
	const struct lsp_snapshot *snapshot = audit->facts->snapshot;
	const struct lsp_program *customary = lsp_program_at(port->socket->proto, port->socket->local_port);
	const struct lsp_process *process;
	uint32_t at = 0;

	while ((process = lsp_row_process(snapshot, port->row, &at)) != NULL) {
		const struct lsp_program_nature *nature = lsp_audit_nature(audit, process);

		if (port->process == NULL)
			port->process = process;
		port->passes_on |= nature->passes_on;
		port->is_one_of_two |= nature->is_one_of_two;
		if (customary != NULL && lsp_program_is(customary, process))
			port->program = customary;
		else if (port->program == NULL)
			port->program = nature->program;
	}
}

/* A port that one service is known by: 6379, and not 8080. */
static bool has_customary(const struct lsp_socket *socket)
{
	const struct lsp_program *customary = lsp_program_at((enum lsp_proto)socket->proto, socket->local_port);

	return customary != NULL && lsp_program_owns(customary, socket->local_port);
}

static void prepare_port(struct lsp_audit *audit, const struct lsp_row *row)
{
	struct lsp_open_port *port = &audit->ports[audit->port_count++];
	uint16_t number = row->socket->local_port;
	bool varies = false;

	*port = (struct lsp_open_port){.row = row, .socket = row->socket};
	port->scope = lsp_scope_of_socket(audit->facts->snapshot, row->socket);
	find_program(audit, port);
	if (port->program != NULL && !lsp_program_owns(port->program, number)) {
		varies = (port->program->is & LSP_PROGRAM_VARIES) != 0;
		number = port->program->own[0];
	}
	port->has_note = !varies && lsp_security_note_at(row->socket->proto, number, &port->note);
	port->is_sure = port->program != NULL || row->owner == LSP_OWNER_KERNEL || (port->passes_on && has_customary(row->socket));
}

static void prepare(struct lsp_audit *audit)
{
	const struct lsp_audit_case *facts = audit->facts;
	size_t i;

	audit->natures = lsp_realloc_array(NULL, facts->snapshot->process_count + 1, sizeof *audit->natures);
	for (i = 0; i < facts->snapshot->process_count; i++)
		audit->natures[i] = lsp_program_nature_of(&facts->snapshot->processes[i]);
	audit->ports = lsp_realloc_array(NULL, facts->row_count + 1, sizeof *audit->ports);
	for (i = 0; i < facts->row_count; i++) {
		const struct lsp_socket *socket = facts->rows[i].socket;

		if (socket->state == LSP_LISTEN || (socket->proto == LSP_UDP && lsp_socket_holds_port(socket) &&
						    !lsp_audit_is_ephemeral(facts->rules, socket->local_port)))
			prepare_port(audit, &facts->rows[i]);
	}
}

/* --- the order ------------------------------------------------------------------------------------------------ */

/* Worst first, then by rule; what one sentence explains stands together, in the order in which it was found. */
static int by_weight(const void *a, const void *b)
{
	const struct lsp_finding *x = *(const struct lsp_finding *const *)a, *y = *(const struct lsp_finding *const *)b;

	if (x->severity != y->severity)
		return x->severity > y->severity ? -1 : 1;
	if (x->rule != y->rule)
		return x->rule < y->rule ? -1 : 1;
	if (x->group != y->group)
		return x->group < y->group ? -1 : 1;
	return (x > y) - (x < y);
}

/* Findings with the same explanation have the number of the first of them. */
static void group(struct lsp_findings *findings)
{
	size_t i, j;

	for (i = 0; i < findings->count; i++) {
		struct lsp_finding *finding = &findings->list[i];

		finding->group = i;
		for (j = i; j > 0 && findings->list[j - 1].rule == finding->rule; j--) {
			if (findings->list[j - 1].why == finding->why) {
				finding->group = findings->list[j - 1].group;
				break;
			}
		}
	}
}

static void order(struct lsp_findings *findings)
{
	const struct lsp_finding **sorted = lsp_realloc_array(NULL, findings->count + 1, sizeof *sorted);
	struct lsp_finding *list = lsp_realloc_array(NULL, findings->count + 1, sizeof *list);
	size_t i;

	group(findings);
	for (i = 0; i < findings->count; i++)
		sorted[i] = &findings->list[i];
	qsort(sorted, findings->count, sizeof *sorted, by_weight);
	for (i = 0; i < findings->count; i++)
		list[i] = *sorted[i];
	free(sorted);
	free(findings->list);
	findings->list = list;
	findings->capacity = findings->count + 1;
}

void lsp_audit_judge(const struct lsp_audit_case *audit_case, struct lsp_findings *ret_findings)
{
	struct lsp_audit audit = {.facts = audit_case, .findings = ret_findings};
	int rule;

	*ret_findings = (struct lsp_findings){.count = 0};
	prepare(&audit);
	for (rule = 0; rule < LSP_RULE_COUNT; rule++)
		lsp_rule_run(&audit, (enum lsp_rule)rule);
	order(ret_findings);
	free(audit.ports);
	free(audit.natures);
}

void lsp_findings_clear(struct lsp_findings *findings)
{
	size_t i;

	for (i = 0; i < findings->count; i++)
		free(findings->list[i].sentence);
	free(findings->list);
	*findings = (struct lsp_findings){.count = 0};
}
