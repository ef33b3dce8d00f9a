/*
 * audit_text.c - the findings for a person: what one sentence explains stands together, worst first; a line of totals.
 */
#include "audit.h"

#include <stdio.h>
#include <string.h>

#include <lsports/language.h>

#include "core/mem.h"
#include "show.h"
#include "view/cell.h"
#include "view/page.h"
#include "view/view.h"
#include "view/width.h"

enum {
	LINES_MAX = 10, /* of one group, without --wide; the others are counted */
	PIPE_WIDTH = 100,
	LEAST_WIDTH = 40, /* a narrower terminal wraps itself */
	MOST_WIDTH = 120, /* longer lines are hard to read */
	WHERE_MOST = 34,  /* a longer address does not push the others to the right */
	WHO_MAX = 700,
};

static const char *const dim = "\x1b[2m", *const plain = "\x1b[0m";

/* "tcp *:6379", escaped: owned by the sink, good until it is used again. */
static const char *where(struct lsp_sink *sink, const struct lsp_snapshot *snapshot, const struct lsp_row *row)
{
	struct lsp_subject subject = lsp_subject_of(snapshot, row);

	sink->used = 0;
	lsp_sink_word(sink, lsp_proto_name(row->socket->proto));
	lsp_sink_byte(sink, ' ');
	lsp_cell_all(sink, &subject, LSP_COL_LOCAL, "-");
	lsp_sink_byte(sink, '\0');
	return sink->bytes;
}

static void who_is(const struct lsp_snapshot *snapshot, const struct lsp_process *process, char ret_text[WHO_MAX])
{
	const char *name = process->name != NULL ? process->name : _("a process"), *user = process->user;

	if ((process->has & LSP_PROCESS_HAS_UID) != 0)
		user = lsp_snapshot_name(snapshot, LSP_NAME_USER, process->uid);
	if (user != NULL)
		snprintf(ret_text, WHO_MAX, _("%s (pid %u, user %s)"), name, process->pid, user);
	else if ((process->has & LSP_PROCESS_HAS_UID) != 0)
		snprintf(ret_text, WHO_MAX, _("%s (pid %u, uid %u)"), name, process->pid, process->uid);
	else
		snprintf(ret_text, WHO_MAX, _("%s (pid %u)"), name, process->pid);
}

/* "" when the finding is of nobody. */
static void who(const struct lsp_snapshot *snapshot, const struct lsp_finding *finding, char ret_text[WHO_MAX])
{
	const struct lsp_row *row = finding->rows[0];
	const struct lsp_process *process = NULL;
	struct lsp_subject subject;
	size_t more = row != NULL ? lsp_row_process_count(row) : 0, used;

	ret_text[0] = '\0';
	if (row != NULL)
		subject = lsp_subject_of(snapshot, row);
	if (finding->pid != 0)
		process = lsp_snapshot_process(snapshot, finding->pid);
	else if (row != NULL)
		process = subject.process;
	if (process != NULL)
		who_is(snapshot, process, ret_text);
	else if (row != NULL)
		snprintf(ret_text, WHO_MAX, "%s", lsp_subject_nobody(&subject));
	used = strlen(ret_text);
	if (finding->pid == 0 && more > 1)
		snprintf(ret_text + used, WHO_MAX - used, " +%zu", more - 1);
}

static void gap(struct lsp_page *page)
{
	lsp_page_go_to(page, page->column + 2);
}

static void put_heading(struct lsp_page *page, const struct lsp_finding *finding)
{
	static const char *const styles[] = {[LSP_SEVERITY_INFO] = "\x1b[1m",
					     [LSP_SEVERITY_WARNING] = "\x1b[1;33m",
					     [LSP_SEVERITY_CRITICAL] = "\x1b[1;31m"};

	lsp_page_end_line(page);
	lsp_page_style(page, styles[finding->severity]);
	lsp_page_put(page, _(lsp_severity_name(finding->severity)));
	lsp_page_style(page, plain);
	gap(page);
	lsp_page_put(page, lsp_rule_name(finding->rule));
}

static void put_line(struct lsp_page *page, const struct lsp_snapshot *snapshot, const struct lsp_finding *finding,
		     struct lsp_sink *room, size_t where_width)
{
	char text[WHO_MAX];

	lsp_page_end_line(page);
	lsp_page_go_to(page, 2);
	if (finding->rows[0] != NULL) {
		lsp_page_put(page, where(room, snapshot, finding->rows[0]));
		lsp_page_go_to(page, 2 + where_width);
		gap(page);
	}
	who(snapshot, finding, text);
	if (text[0] != '\0') {
		lsp_page_put(page, text);
		gap(page);
	}
	lsp_page_wrap(page, finding->sentence, 6);
}

static void put_labelled(struct lsp_page *page, const char *label, const char *text, size_t indent)
{
	lsp_page_end_line(page);
	lsp_page_go_to(page, 2);
	lsp_page_style(page, dim);
	lsp_page_put(page, label);
	lsp_page_style(page, plain);
	lsp_page_go_to(page, indent);
	lsp_page_wrap(page, text, indent);
}

static bool same_group(const struct lsp_finding *a, const struct lsp_finding *b)
{
	return a->severity == b->severity && a->rule == b->rule && a->group == b->group;
}

/* One explanation and all that it is about; returns how many findings that was. */
static size_t put_group(struct lsp_page *page, const struct lsp_report *report, const struct lsp_finding *findings,
			size_t count, size_t most)
{
	const char *why = _("why"), *what_to_do = _("what to do");
	size_t first = lsp_width(why, strlen(why)), second = lsp_width(what_to_do, strlen(what_to_do)), width = 0, size,
	       i;
	size_t indent = 2 + (first > second ? first : second) + 2;
	struct lsp_sink room;
	char text[160];

	lsp_sink_open(&room, NULL);
	for (size = 0; size < count && same_group(&findings[size], findings); size++) {
		const char *place = findings[size].rows[0] != NULL && size < most
					    ? where(&room, report->snapshot, findings[size].rows[0])
					    : "";
		size_t cells = lsp_width(place, strlen(place));

		width = cells > width && cells <= WHERE_MOST ? cells : width;
	}
	put_heading(page, findings);
	for (i = 0; i < size && i < most; i++)
		put_line(page, report->snapshot, &findings[i], &room, width);
	if (size > most) {
		snprintf(text, sizeof text,
			 lsp_text_of("%zu more; --wide shows it", "%zu more; --wide shows them", size - most),
			 size - most);
		lsp_page_end_line(page);
		lsp_page_go_to(page, 2);
		lsp_page_wrap(page, text, 2);
	}
	put_labelled(page, why, _(findings->why), indent);
	put_labelled(page, what_to_do, _(findings->advice), indent);
	lsp_page_end_line(page);
	lsp_sink_byte(&page->sink, '\n');
	lsp_sink_close(&room);
	return size;
}

static void put_answer(struct lsp_page *page, const struct lsp_report *report, const struct lsp_asked_port *asked,
		       struct lsp_sink *room)
{
	const char *speaks = lsp_speech_name(asked->probe->heard.speech);
	char text[LSP_EVIDENCE_MAX + 1];

	lsp_page_go_to(page, 2);
	lsp_page_put(page, where(room, report->snapshot, asked->row));
	gap(page);
	lsp_page_put(page, speaks != NULL ? speaks : _(lsp_talk_end_name(asked->probe->end)));
	if (asked->probe->heard.evidence_len > 0) {
		gap(page);
		snprintf(text, sizeof text, "%.*s", (int)asked->probe->heard.evidence_len,
			 asked->probe->heard.evidence);
		lsp_page_wrap(page, text, 6);
	}
	lsp_page_end_line(page);
}

static void put_answers(struct lsp_page *page, const struct lsp_report *report)
{
	struct lsp_sink room;
	size_t i;

	if (report->probe_count == 0)
		return;
	lsp_sink_open(&room, NULL);
	lsp_page_put(page, _("what answers"));
	lsp_page_end_line(page);
	for (i = 0; i < report->probe_count; i++)
		put_answer(page, report, &report->asked[i], &room);
	lsp_sink_byte(&page->sink, '\n');
	lsp_sink_close(&room);
}

void lsp_audit_print_text(const struct lsp_report *report, const struct lsp_request *request)
{
	const struct lsp_findings *findings = &report->findings;
	struct lsp_view view = {.width = 0};
	struct lsp_page page = {.width = PIPE_WIDTH};
	char totals[300];
	size_t i;

	lsp_show_fit(request, report->backend, &view);
	page.colour = view.colour;
	if (view.width > 0)
		page.width = view.width < LEAST_WIDTH ? LEAST_WIDTH : view.width > MOST_WIDTH ? MOST_WIDTH : view.width;
	lsp_sink_open(&page.sink, stdout);
	for (i = 0; i < findings->count;)
		i += put_group(&page, report, &findings->list[i], findings->count - i,
			       request->wide ? SIZE_MAX : LINES_MAX);
	put_answers(&page, report);
	snprintf(totals, sizeof totals, _("critical: %zu, warning: %zu, info: %zu; open ports looked at: %zu"),
		 findings->by_severity[LSP_SEVERITY_CRITICAL], findings->by_severity[LSP_SEVERITY_WARNING],
		 findings->by_severity[LSP_SEVERITY_INFO], report->open_count);
	lsp_page_wrap(&page, totals, 0);
	lsp_page_end_line(&page);
	lsp_sink_close(&page.sink);
}
