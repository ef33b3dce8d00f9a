/*
 * main.c - the story on one page: arguments, look, join, print, exit code. Only here are decisions made, is something
 * said on stderr, and does the program end.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/options.h"
#include "core/mem.h"
#include "core/order.h"
#include "look.h"
#include "say.h"
#include "view/view.h"

/* What a run of one question knows. */
struct run {
	const struct lsp_backend *backend;
	struct lsp_request request;
	struct lsp_need need;
	uint8_t columns[LSP_COLUMN_COUNT];
	size_t column_count;
	bool is_sorted;
	enum lsp_column sort;
	struct lsp_snapshot *snapshot;
	struct lsp_row *rows;
	size_t row_count;
	size_t hidden, owned; /* rows whose owner is hidden; rows that ought to have one */
};

static bool is_json(const struct run *run)
{
	return run->request.format == LSP_FORMAT_JSON || run->request.format == LSP_FORMAT_NDJSON;
}

static void add_column(struct run *run, enum lsp_column column)
{
	size_t i;

	for (i = 0; i < run->column_count; i++) {
		if (run->columns[i] == column)
			return;
	}
	run->columns[run->column_count++] = (uint8_t)column;
}

static void choose_default_columns(struct run *run)
{
	static const enum lsp_column usual[] = {LSP_COL_PROTO, LSP_COL_LOCAL,	LSP_COL_PEER, LSP_COL_STATE,
						LSP_COL_PID,   LSP_COL_PROCESS, LSP_COL_USER, LSP_COL_SERVICE};
	size_t i;

	if (is_json(run)) {
		run->column_count = lsp_columns_json(run->columns);
		return;
	}
	for (i = 0; i < sizeof usual / sizeof *usual; i++) {
		if (usual[i] != LSP_COL_PEER || run->request.shows_peers)
			add_column(run, usual[i]);
	}
	if (run->request.wide && run->request.format == LSP_FORMAT_TABLE)
		add_column(run, LSP_COL_ARGS);
}

static bool choose_columns(struct run *run)
{
	const char *at = run->request.columns;
	enum lsp_column column;
	size_t len;

	if (at == NULL)
		choose_default_columns(run);
	for (; at != NULL; at = at[len] == ',' ? at + len + 1 : NULL) {
		len = strcspn(at, ",");
		if (!lsp_column_find(at, len, &column))
			return lsp_say_usage("'%.*s' is no column; see lsports --columns help", (int)(len < 60 ? len : 60),
					     at);
		add_column(run, column);
	}
	if (run->request.sort != NULL) {
		if (!lsp_column_find(run->request.sort, strlen(run->request.sort), &run->sort))
			return lsp_say_usage("'%.60s' is no column to sort by; see lsports --columns help",
					     run->request.sort);
		run->is_sorted = true;
	}
	return true;
}

static bool choose_user(struct run *run)
{
	const char *user = run->request.user;
	char *end;
	unsigned long number;

	if (user == NULL)
		return true;
	run->need.has_uid = true;
	if (run->backend->user_id(user, &run->need.uid))
		return true;
	errno = 0;
	number = strtoul(user, &end, 10);
	if (*user < '0' || *user > '9' || *end != '\0' || errno != 0 || number > UINT32_MAX)
		return lsp_say_usage("'%.60s' is no user of this system; give an account name or a uid", user);
	run->need.uid = (uint32_t)number;
	return true;
}

static void choose_need(struct run *run)
{
	struct lsp_need *need = &run->need;
	const struct lsp_request *request = &run->request;
	bool by_process = request->process.name != NULL || request->process.has_pid;
	size_t i;

	need->select = &request->select;
	need->holders = by_process || request->question == LSP_ASK_PID;
	need->processes = by_process;
	if (request->process.name != NULL)
		need->want |= LSP_WANT_EXE;
	for (i = 0; i <= run->column_count; i++) {
		enum lsp_column column = i < run->column_count ? (enum lsp_column)run->columns[i] : run->sort;

		if (request->quiet || (i == run->column_count && !run->is_sorted))
			continue;
		need->want |= lsp_column_wants(column);
		if (lsp_column_of_process(column)) {
			need->holders = true;
			need->processes |= column != LSP_COL_OWNER && column != LSP_COL_PID && column != LSP_COL_FDS;
		}
		need->users |= column == LSP_COL_USER || column == LSP_COL_PROCESS_USER;
		need->interfaces |= column == LSP_COL_LOCAL || column == LSP_COL_INTERFACE;
	}
	need->hosts = request->resolve && !request->quiet;
}

static void make_rows(struct run *run)
{
	run->row_count = lsp_join(run->snapshot, &run->rows);
	run->hidden = lsp_row_count(run->rows, run->row_count, LSP_OWNER_HIDDEN);
	run->owned = run->row_count - lsp_row_count(run->rows, run->row_count, LSP_OWNER_NONE);
	if (!run->need.holders)
		run->hidden = 0;
	if (run->request.question == LSP_ASK_PID)
		run->row_count = lsp_join_split(run->rows, run->row_count, &run->rows);
	if (run->request.process.name != NULL || run->request.process.has_pid)
		run->row_count = lsp_keep_rows_of(run->snapshot, &run->request.process, run->rows, run->row_count);
	lsp_order_by_port(run->rows, run->row_count);
	if (run->is_sorted) {
		struct lsp_column_order order = {run->snapshot, run->sort};

		lsp_order_by(run->rows, run->row_count, lsp_column_compare, &order);
	}
}

/* What was asked for and could not be looked at. Returns how many sentences. */
static size_t list_unchecked(const struct run *run, const char *ret_unchecked[8])
{
	static const struct {
		enum lsp_note note;
		bool hiding; /* matters only when an owner is missing */
		const char *sentence;
	} sentences[] = {
		{LSP_NOTE_NO_HOLDERS, false, "owners: processes cannot be listed (is /proc mounted?)"},
		{LSP_NOTE_HIDEPID, true, "processes that /proc hides (hidepid)"},
		{LSP_NOTE_OTHER_PIDNS, true, "processes outside of this pid namespace"},
		{LSP_NOTE_NO_BOUND, false, "bound-idle TCP ports: not listed here (Linux 6.8 with sock_diag lists them)"},
		{LSP_NOTE_PROCNET, false, "v6only, devices and backlog limits: sock_diag is refused, /proc/net was read"},
		{LSP_NOTE_TORN, false, "the list changed while it was read: rows may be missing or doubled"},
	};
	size_t count = 0, i;

	for (i = 0; i < sizeof sentences / sizeof *sentences; i++) {
		if ((run->snapshot->notes & sentences[i].note) != 0 && (!sentences[i].hiding || run->hidden > 0))
			ret_unchecked[count++] = sentences[i].sentence;
	}
	return count;
}

/* The one line about hidden owners, and the others about what is not known. In a JSON document they are fields. */
static void say_limits(const struct run *run)
{
	const char *unchecked[8];
	char way_out[1200];
	size_t count = list_unchecked(run, unchecked), i;

	if (run->request.format == LSP_FORMAT_JSON && !run->request.quiet)
		return;
	for (i = 0; i < count; i++)
		lsp_say("not known: %s", unchecked[i]);
	if (run->hidden == 0 || (run->snapshot->notes & LSP_NOTE_NO_HOLDERS) != 0)
		return;
	run->backend->way_out(way_out, sizeof way_out);
	lsp_say("%zu of %zu owners hidden; %s", run->hidden, run->owned, way_out);
}

static int by_pid(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* --pid -q: for $(...). */
static void print_pids(const struct run *run)
{
	uint32_t *pids = lsp_realloc_array(NULL, run->row_count, sizeof *pids);
	size_t count = 0, i;

	for (i = 0; i < run->row_count; i++) {
		if (run->rows[i].holder_count > 0)
			pids[count++] = run->rows[i].holders->pid;
	}
	qsort(pids, count, sizeof *pids, by_pid);
	for (i = 0; i < count; i++) {
		if (i == 0 || pids[i] != pids[i - 1])
			printf("%u\n", pids[i]);
	}
	free(pids);
}

static void fit_console(const struct run *run, struct lsp_view *view)
{
	const char *no_color = getenv("NO_COLOR"), *columns = getenv("COLUMNS");
	struct lsp_console console;

	run->backend->console(&console);
	view->colour = run->request.colour == LSP_COLOUR_ALWAYS ||
		       (run->request.colour == LSP_COLOUR_AUTO && console.colour && (no_color == NULL || *no_color == '\0'));
	if (!console.is_terminal)
		return;
	view->width = console.width;
	if (view->width == 0 && columns != NULL)
		view->width = (unsigned)strtoul(columns, NULL, 10);
	if (view->width == 0)
		view->width = 80;
}

static void print_rows(const struct run *run)
{
	static void (*const print[])(FILE *out, const struct lsp_view *view) = {
		[LSP_FORMAT_TABLE] = lsp_view_text, [LSP_FORMAT_PLAIN] = lsp_view_plain,
		[LSP_FORMAT_CSV] = lsp_view_csv,    [LSP_FORMAT_JSON] = lsp_view_json,
		[LSP_FORMAT_NDJSON] = lsp_view_ndjson,
	};
	const char *unchecked[8];
	char host[256] = "";
	struct lsp_view view = {
		.snapshot = run->snapshot,
		.rows = run->rows,
		.row_count = run->row_count,
		.columns = run->columns,
		.column_count = run->column_count,
		.no_header = run->request.no_header,
		.wide = run->request.wide,
		.tool = "lsports " LSPORTS_VERSION,
		.host = host,
		.time_unix = (int64_t)time(NULL),
		.hidden_owners = run->hidden,
		.not_checked = unchecked,
		.not_checked_count = list_unchecked(run, unchecked),
	};

	view.complete = view.hidden_owners == 0 && view.not_checked_count == 0;
	if (run->request.format == LSP_FORMAT_TABLE)
		fit_console(run, &view);
	if (run->request.format == LSP_FORMAT_JSON)
		run->backend->host_name(host, sizeof host);
	if (run->row_count > 0 || run->request.format != LSP_FORMAT_TABLE)
		print[run->request.format](stdout, &view);
}

/* 0 held by somebody we can name, 1 held by nobody, 3 held by somebody hidden. word: of the command line;
 * any: whichever it was. */
static int answer_of_port(const struct run *run, uint32_t word, bool any)
{
	int answer = 1;
	size_t i, j;

	for (i = 0; i < run->row_count; i++) {
		bool matches = any;

		for (j = 0; j < run->request.select.port_count && !matches; j++) {
			const struct lsp_endpoint *endpoint = &run->request.select.ports[j];

			matches = endpoint->word == word && lsp_endpoint_matches(endpoint, run->rows[i].socket);
		}
		if (!matches)
			continue;
		if (run->rows[i].owner == LSP_OWNER_HIDDEN && !any)
			return 3;
		if (run->rows[i].owner == LSP_OWNER_KNOWN || !run->request.quiet)
			answer = 0;
	}
	return answer;
}

static int exit_code(const struct run *run)
{
	const struct lsp_select *select = &run->request.select;
	int worst = 0;
	size_t i;

	if (run->request.question != LSP_ASK_PID) {
		bool by_process = run->request.process.name != NULL || run->request.process.has_pid;

		return run->row_count > 0 ? 0 : by_process && run->hidden > 0 ? 3 : 1;
	}
	if (select->port_count == 0)
		return answer_of_port(run, 0, true);
	for (i = 0; i < select->port_count; i++) {
		int code = answer_of_port(run, select->ports[i].word, false);

		worst = code > worst ? code : worst;
	}
	return worst;
}

/* Sends out what is left. A reader that went away is nothing to talk about; anything else is. */
static int close_output(int code)
{
	bool failed = ferror(stdout) != 0; /* errno is then still that of the write: nothing else has failed since */

	failed |= fflush(stdout) != 0;
	failed |= fclose(stdout) != 0;
	if (failed && errno != EPIPE)
		lsp_say("cannot write: %s", errno != 0 ? strerror(errno) : "output error");
	return failed ? 5 : code;
}

static int answer(struct run *run)
{
	struct lsp_fault fault;
	int code;

	if (!choose_columns(run) || !choose_user(run))
		return 2;
	choose_need(run);
	if (lsp_look(run->backend, &run->need, &run->snapshot, &fault) != LSP_OK) {
		lsp_say("cannot read the sockets: %s: %s", fault.op, fault.detail);
		return 5;
	}
	make_rows(run);
	errno = 0;
	if (run->request.quiet)
		print_pids(run);
	else
		print_rows(run);
	code = close_output(exit_code(run));
	if (code != 5)
		say_limits(run);
	free(run->rows);
	lsp_snapshot_free(run->snapshot);
	return code;
}

static void print_columns_help(void)
{
	int i;

	for (i = 0; i < LSP_COLUMN_COUNT; i++)
		printf("%-14s %s\n", lsp_column_name((enum lsp_column)i), lsp_column_meaning((enum lsp_column)i));
}

static void print_help(void)
{
	char *text = lsp_help_text();

	fputs(text, stdout);
	free(text);
}

/* Questions that need no look at the system. False when it is none of those. */
static bool print_about(const struct lsp_request *request)
{
	if (request->question == LSP_ASK_HELP)
		print_help();
	else if (request->question == LSP_ASK_VERSION)
		puts("lsports " LSPORTS_VERSION);
	else if (request->columns != NULL && strcmp(request->columns, "help") == 0)
		print_columns_help();
	else
		return false;
	return true;
}

int main(int argc, char *argv[])
{
	struct run run = {.backend = lsp_backend_native()};
	char usage[LSP_USAGE_TEXT_MAX];
	int code;

	if (!lsp_request_parse(argc, argv, &run.request, usage)) {
		lsp_say_usage("%s", usage);
		return 2;
	}
	errno = 0;
	code = print_about(&run.request) ? close_output(0) : answer(&run);
	lsp_request_clear(&run.request);
	return code;
}
