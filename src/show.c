/*
 * show.c - see show.h.
 */
#include "show.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <lsports/language.h>

#include "core/mem.h"
#include "core/order.h"
#include "say.h"
#include "view/view.h"

static void add_column(struct lsp_show *show, enum lsp_column column)
{
	size_t i;

	for (i = 0; i < show->column_count; i++) {
		if (show->columns[i] == column)
			return;
	}
	show->columns[show->column_count++] = (uint8_t)column;
}

static void add_usual_columns(const struct lsp_request *request, struct lsp_show *show)
{
	static const enum lsp_column usual[] = {LSP_COL_PROTO, LSP_COL_LOCAL,	LSP_COL_PEER, LSP_COL_STATE,
						LSP_COL_PID,   LSP_COL_PROCESS, LSP_COL_USER, LSP_COL_SERVICE};
	size_t i;

	if (request->format == LSP_FORMAT_JSON || request->format == LSP_FORMAT_NDJSON) {
		show->column_count = lsp_columns_json(show->columns);
		return;
	}
	for (i = 0; i < sizeof usual / sizeof *usual; i++) {
		if (usual[i] != LSP_COL_PEER || request->shows_peers)
			add_column(show, usual[i]);
	}
	if (request->wide && request->format == LSP_FORMAT_TABLE)
		add_column(show, LSP_COL_ARGS);
}

bool lsp_show_choose(const struct lsp_request *request, struct lsp_show *ret_show)
{
	const char *at = request->columns;
	enum lsp_column column;
	size_t len;

	*ret_show = (struct lsp_show){.is_sorted = request->sort != NULL};
	if (at == NULL)
		add_usual_columns(request, ret_show);
	for (; at != NULL; at = at[len] == ',' ? at + len + 1 : NULL) {
		len = strcspn(at, ",");
		if (!lsp_column_find(at, len, &column))
			return lsp_say_usage(_("'%.*s' is no column; see lsports --columns help"), len < 60 ? (int)len : 60,
					     at);
		add_column(ret_show, column);
	}
	if (request->sort != NULL && !lsp_column_find(request->sort, strlen(request->sort), &ret_show->sort))
		return lsp_say_usage(_("'%.60s' is no column to sort by; see lsports --columns help"), request->sort);
	return true;
}

static void need_column(enum lsp_column column, struct lsp_need *need)
{
	need->want |= lsp_column_wants(column);
	need->holders |= lsp_column_of_process(column);
	need->users |= column == LSP_COL_USER || column == LSP_COL_PROCESS_USER;
	need->links |= column == LSP_COL_SCOPE || column == LSP_COL_VIA;
	need->interfaces |= column == LSP_COL_LOCAL || column == LSP_COL_INTERFACE || column == LSP_COL_PEER;
}

void lsp_show_need(const struct lsp_show *show, struct lsp_need *need)
{
	size_t i;

	for (i = 0; i < show->column_count; i++)
		need_column((enum lsp_column)show->columns[i], need);
	if (show->is_sorted)
		need_column(show->sort, need);
}

void lsp_show_order(const struct lsp_show *show, const struct lsp_snapshot *snapshot, struct lsp_row *rows,
		    size_t count)
{
	struct lsp_column_order order = {snapshot, show->sort};

	lsp_order_by_port(rows, count);
	if (show->is_sorted)
		lsp_order_by(rows, count, lsp_column_compare, &order);
}

void lsp_show_fit(const struct lsp_request *request, const struct lsp_backend *backend, struct lsp_view *view)
{
	const char *no_color = getenv("NO_COLOR"), *columns = getenv("COLUMNS");
	bool wants_none = no_color != NULL && *no_color != '\0';
	struct lsp_console console;

	backend->console(&console);
	view->colour = request->colour == LSP_COLOUR_ALWAYS ||
		       (request->colour == LSP_COLOUR_AUTO && console.colour && !wants_none);
	if (!console.is_terminal)
		return;
	view->width = console.width;
	if (view->width == 0 && columns != NULL)
		view->width = (unsigned)strtoul(columns, NULL, 10);
	if (view->width == 0)
		view->width = 80;
}

void lsp_show_rows(const struct lsp_show *show, const struct lsp_request *request, const struct lsp_backend *backend,
		   const struct lsp_snapshot *snapshot, const struct lsp_row *rows, size_t count,
		   const struct lsp_sight *sight)
{
	static void (*const print[])(FILE *out, const struct lsp_view *view) = {
		[LSP_FORMAT_TABLE] = lsp_view_text, [LSP_FORMAT_PLAIN] = lsp_view_plain,
		[LSP_FORMAT_CSV] = lsp_view_csv,    [LSP_FORMAT_JSON] = lsp_view_json,
		[LSP_FORMAT_NDJSON] = lsp_view_ndjson,
	};
	char host[256] = "";
	struct lsp_view view = {
		.snapshot = snapshot,
		.rows = rows,
		.row_count = count,
		.columns = show->columns,
		.column_count = show->column_count,
		.no_header = request->no_header,
		.wide = request->wide,
		.tool = "lsports " LSPORTS_VERSION,
		.host = host,
		.hidden_owners = sight->hidden,
		.not_checked = sight->unchecked,
		.not_checked_count = sight->unchecked_count,
	};

	if (request->format == LSP_FORMAT_TABLE && count == 0)
		return;
	if (request->format == LSP_FORMAT_TABLE)
		lsp_show_fit(request, backend, &view);
	if (request->format == LSP_FORMAT_JSON) {
		view.time_unix = (int64_t)time(NULL);
		backend->host_name(host, sizeof host);
	}
	print[request->format](stdout, &view);
}

static int by_pid(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

void lsp_show_pids(const struct lsp_row *rows, size_t count)
{
	size_t total = 0, i;
	uint32_t *pids, j;

	for (i = 0; i < count; i++)
		total += rows[i].holder_count;
	pids = lsp_realloc_array(NULL, total, sizeof *pids);
	total = 0;
	for (i = 0; i < count; i++) {
		for (j = 0; j < rows[i].holder_count; j++)
			pids[total++] = rows[i].holders[j].pid;
	}
	qsort(pids, total, sizeof *pids, by_pid);
	for (i = 0; i < total; i++) {
		if (i == 0 || pids[i] != pids[i - 1])
			printf("%u\n", pids[i]);
	}
	free(pids);
}

void lsp_show_columns_help(void)
{
	int i;

	for (i = 0; i < LSP_COLUMN_COUNT; i++)
		printf("%-14s %s\n", lsp_column_name((enum lsp_column)i), _(lsp_column_meaning((enum lsp_column)i)));
}
