/*
 * audit_json.c - the JSON document of --audit: one object for each finding. What is unknown is null.
 */
#include "audit.h"

#include <string.h>

#include "document.h"
#include "view/json_value.h"
#include "view/view.h"

static void put_addr(struct lsp_sink *sink, const char *key, const struct lsp_addr *addr)
{
	char text[LSP_ADDR_TEXT_MAX];

	lsp_addr_text(addr, text);
	lsp_json_put_word(sink, key, text);
}

static void put_evidence(struct lsp_sink *sink, const struct lsp_finding *finding)
{
	char addr[LSP_ADDR_TEXT_MAX];
	size_t i;

	lsp_json_open(sink, "evidence", '{');
	for (i = 0; i < finding->fact_count; i++) {
		const struct lsp_fact *fact = &finding->facts[i];

		if (fact->addr != NULL)
			lsp_addr_text(fact->addr, addr);
		if (fact->text != NULL || fact->addr != NULL)
			lsp_json_put_word(sink, fact->key, fact->text != NULL ? fact->text : addr);
		else
			lsp_json_put_number(sink, fact->key, fact->number);
	}
	lsp_sink_byte(sink, '}');
}

/* null where the sockets' own holders are meant. */
static void put_process(struct lsp_sink *sink, const struct lsp_snapshot *snapshot, uint32_t pid)
{
	const struct lsp_process *process = lsp_snapshot_process(snapshot, pid);
	bool has_uid = process != NULL && (process->has & LSP_PROCESS_HAS_UID) != 0;

	if (pid == 0) {
		lsp_json_put_null(sink, "process");
		return;
	}
	lsp_json_open(sink, "process", '{');
	lsp_json_put_number(sink, "pid", pid);
	lsp_json_put_word(sink, "name", process != NULL ? process->name : NULL);
	lsp_json_put_word(sink, "exe", process != NULL ? process->exe : NULL);
	lsp_json_put_word(sink, "user",
		 has_uid           ? lsp_snapshot_name(snapshot, LSP_NAME_USER, process->uid)
		 : process != NULL ? process->user
				   : NULL);
	lsp_sink_byte(sink, '}');
}

/* The same records as in a list, as far as they were read. */
static void put_sockets(struct lsp_sink *sink, const struct lsp_snapshot *snapshot, const struct lsp_finding *finding)
{
	uint8_t columns[LSP_COLUMN_COUNT];
	size_t count = lsp_columns_json(columns), i;
	struct lsp_view view = {.snapshot = snapshot, .columns = columns};
	struct lsp_row rows[2];

	for (i = 0; i < count; i++) {
		if (columns[i] != LSP_COL_ARGS && columns[i] != LSP_COL_STARTED)
			columns[view.column_count++] = columns[i];
	}
	for (i = 0; i < 2 && finding->rows[i] != NULL; i++)
		rows[view.row_count++] = *finding->rows[i];
	view.rows = rows;
	lsp_json_key(sink, "sockets");
	lsp_view_json_array(sink, &view);
}

static void put_finding(struct lsp_sink *sink, const struct lsp_report *report, const struct lsp_finding *finding)
{
	lsp_sink_byte(sink, '{');
	lsp_json_put_word(sink, "rule", lsp_rule_name(finding->rule));
	lsp_json_put_word(sink, "severity", lsp_severity_name(finding->severity));
	lsp_json_put_word(sink, "sentence", finding->sentence);
	lsp_json_put_word(sink, "why", finding->why);
	lsp_json_put_word(sink, "advice", finding->advice);
	put_evidence(sink, finding);
	put_process(sink, report->snapshot, finding->pid);
	put_sockets(sink, report->snapshot, finding);
	lsp_sink_byte(sink, '}');
}

static void put_answer(struct lsp_sink *sink, const struct lsp_asked_port *asked)
{
	static const char *const fits[] = {[LSP_FIT_UNKNOWN] = "null", [LSP_FIT_YES] = "true", [LSP_FIT_NO] = "false"};
	const struct lsp_probe *probe = asked->probe;
	struct lsp_service service;
	bool has_label = lsp_service_at(LSP_TCP, probe->port, &service);

	lsp_sink_byte(sink, '{');
	lsp_json_put_word(sink, "proto", "tcp");
	lsp_json_put_number(sink, "port", probe->port);
	put_addr(sink, "bound_to", &asked->row->socket->local);
	put_addr(sink, "asked_at", &probe->addr);
	lsp_json_put_word(sink, "end", lsp_talk_end_name(probe->end));
	lsp_json_put_word(sink, "speaks", lsp_speech_name(probe->heard.speech));
	lsp_json_put_word(sink, "label", has_label ? service.name : NULL);
	lsp_json_key(sink, "fits");
	lsp_sink_word(sink, fits[lsp_speech_fit(probe->heard.speech, has_label ? &service : NULL)]);
	lsp_json_put_text(sink, "heard", probe->heard.evidence, probe->heard.evidence_len);
	lsp_sink_byte(sink, '}');
}

/* null: nobody was asked. */
static void put_answers(struct lsp_sink *sink, const struct lsp_report *report)
{
	size_t i;

	if (report->probes == NULL) {
		lsp_json_put_null(sink, "answers");
		return;
	}
	lsp_json_open(sink, "answers", '[');
	for (i = 0; i < report->probe_count; i++) {
		lsp_json_line(sink);
		put_answer(sink, &report->asked[i]);
	}
	lsp_sink_word(sink, "\n]");
}

void lsp_audit_print_json(const struct lsp_report *report, enum lsp_severity severity)
{
	const struct lsp_findings *findings = &report->findings;
	struct lsp_sink sink;
	size_t i;
	int level;

	lsp_document_open(&sink, report->backend);
	lsp_json_sight(&sink, report->sight.hidden, report->sight.unchecked, report->sight.unchecked_count);
	lsp_json_put_word(&sink, "severity", lsp_severity_name(severity));
	lsp_json_put_number(&sink, "open", report->open_count);
	lsp_json_open(&sink, "counts", '{');
	for (level = LSP_SEVERITY_COUNT - 1; level >= 0; level--)
		lsp_json_put_number(&sink, lsp_severity_name((enum lsp_severity)level),
			   findings->by_severity[level]);
	lsp_sink_byte(&sink, '}');
	put_answers(&sink, report);
	lsp_json_open(&sink, "findings", '[');
	for (i = 0; i < findings->count; i++) {
		lsp_json_line(&sink);
		put_finding(&sink, report, &findings->list[i]);
	}
	lsp_sink_word(&sink, i > 0 ? "\n]}\n" : "]}\n");
	lsp_sink_close(&sink);
}
