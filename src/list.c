/*
 * list.c - see list.h.
 */
#include "list.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lsports/language.h>

#include "core/mem.h"
#include "say.h"
#include "show.h"

/* What a run of one question knows. */
struct list {
	const struct lsp_backend *backend;
	const struct lsp_request *request;
	struct lsp_show show;
	struct lsp_need need;
	struct lsp_process_match match;
	struct lsp_snapshot *snapshot;
	struct lsp_row *rows;
	size_t row_count;
	struct lsp_sight sight;
};

static bool is_by_process(const struct list *list)
{
	return list->match.name != NULL || list->match.has_pid || list->match.user != NULL;
}

static bool choose_user(struct list *list)
{
	const char *user = list->request->user;
	char *end;
	unsigned long number;

	list->match = list->request->process;
	if (user == NULL)
		return true;
	if (list->backend->user_id == NULL) {
		list->match.user = user;
		return true;
	}
	list->need.has_uid = true;
	if (list->backend->user_id(user, &list->need.uid))
		return true;
	errno = 0;
	number = strtoul(user, &end, 10);
	if (*user < '0' || *user > '9' || *end != '\0' || errno != 0 || number > UINT32_MAX)
		return lsp_say_usage(_("'%.60s' is no user of this system; give an account name or a uid"), user);
	list->need.uid = (uint32_t)number;
	return true;
}

static void choose_need(struct list *list)
{
	struct lsp_need *need = &list->need;

	need->select = &list->request->select;
	need->holders = list->request->question == LSP_ASK_PID || is_by_process(list);
	need->scopes = list->request->scopes;
	need->links = need->scopes != 0;
	need->want = list->match.name != NULL ? LSP_WANT_NAME | LSP_WANT_EXE : 0;
	need->want |= list->match.user != NULL ? LSP_WANT_ACCOUNT : 0;
	if (list->request->quiet)
		return;
	/* JSON has the addresses themselves */
	need->hosts = list->request->resolve && list->request->format != LSP_FORMAT_JSON &&
		      list->request->format != LSP_FORMAT_NDJSON;
	lsp_show_need(&list->show, need);
	if (list->backend->user_id == NULL) /* it is the process that has a user */
		need->holders |= (need->want & LSP_WANT_ACCOUNT) != 0;
}

static void make_rows(struct list *list)
{
	list->row_count = lsp_join(list->snapshot, &list->rows);
	list->sight = lsp_sight_of(list->snapshot, list->rows, list->row_count, list->need.holders);
	if (list->request->question == LSP_ASK_PID)
		list->row_count = lsp_join_split(list->rows, list->row_count, &list->rows);
	if (is_by_process(list))
		list->row_count =
			lsp_keep_rows_of(list->snapshot, &list->match, list->rows, list->row_count);
	lsp_show_order(&list->show, list->snapshot, list->rows, list->row_count);
}

/* The worst of all words: 0 held by somebody we can name, 1 held by nobody, 3 held by somebody hidden. */
static int code_of_words(const struct list *list)
{
	const struct lsp_select *select = &list->request->select;
	uint8_t *codes = lsp_alloc(list->request->word_count), worst = 0;
	size_t i, j;

	memset(codes, 1, list->request->word_count);
	for (i = 0; i < select->port_count; i++) {
		uint8_t *code = &codes[select->ports[i].word];

		for (j = 0; j < list->row_count && *code != 3; j++) {
			const struct lsp_row *row = &list->rows[j];

			if (!lsp_endpoint_matches(&select->ports[i], row->socket))
				continue;
			if (row->owner == LSP_OWNER_HIDDEN)
				*code = 3;
			else if (row->owner == LSP_OWNER_KNOWN || !list->request->quiet)
				*code = 0; /* the kernel is an answer, but has no pid for -q */
		}
	}
	for (i = 0; i < list->request->word_count; i++)
		worst = codes[i] > worst ? codes[i] : worst;
	free(codes);
	return worst;
}

static int exit_code(const struct list *list)
{
	if (list->request->question == LSP_ASK_PID && list->request->word_count > 0)
		return code_of_words(list);
	if (list->row_count > 0)
		return 0;
	if (list->request->scopes != 0 && (list->snapshot->notes & LSP_NOTE_NO_LINKS) != 0)
		return 3;
	if (is_by_process(list) && list->sight.hidden > 0)
		return 3;
	/* it may be one of those of which there is no more than a number */
	return !list->match.has_pid && is_by_process(list) && (list->snapshot->notes & LSP_NOTE_NO_DETAILS) != 0 ? 3 : 1;
}

/* A person should not wonder about an empty screen; a script asks the exit status. */
static void say_nothing(const struct list *list)
{
	struct lsp_console console;

	list->backend->console(&console);
	if (console.is_terminal && !list->request->quiet && list->request->format == LSP_FORMAT_TABLE)
		lsp_say("%s", list->request->select.port_count > 0 ? _("nothing holds that") : _("nothing found"));
}

int lsp_list(const struct lsp_backend *backend, const struct lsp_request *request)
{
	struct list list = {.backend = backend, .request = request};
	struct lsp_fault fault;
	int code;

	if (!lsp_show_choose(request, &list.show) || !choose_user(&list))
		return 2;
	choose_need(&list);
	if (lsp_look(backend, &list.need, &list.snapshot, &fault) != LSP_OK) {
		lsp_say(_("cannot read the sockets: %s: %s"), fault.op, fault.detail);
		return 5;
	}
	make_rows(&list);
	errno = 0;
	if (request->quiet)
		lsp_show_pids(list.rows, list.row_count);
	else
		lsp_show_rows(&list.show, request, backend, list.snapshot, list.rows, list.row_count, &list.sight);
	if (list.row_count == 0)
		say_nothing(&list); /* before stdout, which tells whether a person reads it, is closed */
	code = lsp_say_written(exit_code(&list));
	/* in a JSON document these are members */
	if (code != 5 && (request->format != LSP_FORMAT_JSON || request->quiet))
		lsp_sight_say(backend, list.snapshot, &list.sight, code == 0 && !request->bound);
	free(list.rows);
	lsp_snapshot_free(list.snapshot);
	return code;
}
