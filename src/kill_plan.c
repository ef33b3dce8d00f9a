/*
 * kill_plan.c - what --kill says before it ends anybody: who, what goes with him, and who is refused.
 */
#include <stdlib.h>
#include <string.h>

#include <lsports/language.h>

#include "core/mem.h"
#include "kill_say.h"
#include "kill_words.h"
#include "view/escape.h"

size_t lsp_kill_others(const struct lsp_kill *kill, const struct lsp_victim *victim,
		       void (*each)(const struct lsp_socket *socket, void *arg), void *arg)
{
	const struct lsp_snapshot *wide = kill->wide;
	bool *is_served = lsp_alloc((UINT16_MAX + 1) * sizeof *is_served); /* ports that somebody listens on */
	size_t clients = 0, holder, i;

	for (i = 0; wide != NULL && i < wide->socket_count; i++)
		is_served[wide->sockets[i].local_port] |= wide->sockets[i].state == LSP_LISTEN;
	for (i = 0; wide != NULL && i < wide->socket_count; i++) {
		const struct lsp_socket *socket = &wide->sockets[i];
		size_t count = 0;
		const struct lsp_holder *holders =
			(socket->has & LSP_HAS_KEY) != 0 ? lsp_snapshot_holders_of(wide, socket->key, &count) : NULL;
		bool is_held = false;

		for (holder = 0; holder < count; holder++)
			is_held |= holders[holder].pid == victim->process->pid;
		if (!is_held || lsp_victim_holds(victim, socket->key))
			continue;
		if (lsp_socket_holds_port(socket))
			each(socket, arg);
		else
			clients += socket->state == LSP_ESTABLISHED && is_served[socket->local_port];
	}
	free(is_served);
	return clients;
}

/* "\n    TITLE: " before the first of a list, a comma before the others. */
static void put_begin(struct lsp_sink *sink, size_t before, const char *title)
{
	if (before > 0) {
		lsp_sink_word(sink, ", ");
		return;
	}
	lsp_sink_word(sink, "\n    ");
	lsp_sink_word(sink, title);
	lsp_sink_word(sink, ": ");
}

struct others {
	struct lsp_sink *sink;
	const struct lsp_snapshot *snapshot;
	size_t count;
};

static void put_other(const struct lsp_socket *socket, void *arg)
{
	struct others *others = arg;

	put_begin(others->sink, others->count++, _("goes with it"));
	lsp_kill_put_socket(others->sink, others->snapshot, socket);
}

/* Of Windows: what is stopped in the process's place, and what the service manager stops before. */
static void put_services(struct lsp_sink *sink, const struct lsp_process *process)
{
	if ((process->has & LSP_PROCESS_IS_SERVICE) == 0 || process->unit == NULL)
		return;
	put_begin(sink, 0, _("stopped as a service"));
	lsp_escape_text(sink, process->unit, strlen(process->unit));
	if (process->dependants == NULL)
		return;
	put_begin(sink, 0, _("services that need it and stop first"));
	lsp_escape_text(sink, process->dependants, strlen(process->dependants));
}

static void put_victim(struct lsp_sink *sink, const struct lsp_kill *kill, const struct lsp_victim *victim)
{
	struct others others = {sink, kill->wide, 0};
	char phrase[LSP_KILL_PHRASE_MAX], reason[400];
	size_t clients, count = 0, i;

	lsp_kill_phrase(kill->before, victim->process, phrase);
	lsp_escape_text(sink, phrase, strlen(phrase));
	if ((victim->process->has & LSP_PROCESS_HAS_STARTED) != 0) {
		lsp_sink_word(sink, _(", started "));
		lsp_sink_time(sink, (int64_t)(victim->process->started_ms / 1000));
	}
	for (i = 0; i < kill->before_count; i++) {
		if (!lsp_victim_holds(victim, kill->before_rows[i].socket->key))
			continue;
		put_begin(sink, count++, _("holds"));
		lsp_kill_put_socket(sink, kill->before, kill->before_rows[i].socket);
	}
	put_services(sink, victim->process);
	clients = lsp_kill_others(kill, victim, put_other, &others);
	if (clients > 0) {
		put_begin(sink, 0, _("connected clients"));
		lsp_sink_number(sink, clients);
	}
	if (victim->refusal != LSP_REFUSAL_NONE) {
		const char *text = lsp_kill_reason(kill, victim, reason, sizeof reason);

		put_begin(sink, 0,
			  lsp_refusal_is_final((enum lsp_refusal)victim->refusal) ? _("refused")
										  : _("refused without --force"));
		lsp_escape_text(sink, text, strlen(text));
	}
	lsp_sink_byte(sink, '\n');
}

void lsp_kill_say_question(const struct lsp_kill *kill, const struct lsp_victim *victim)
{
	struct lsp_sink sink;

	lsp_sink_open(&sink, stderr);
	put_victim(&sink, kill, victim);
	lsp_sink_word(&sink, _("End it? [y/N] "));
	lsp_sink_close(&sink);
	fflush(stderr);
}

void lsp_kill_put_plan(struct lsp_sink *sink, const struct lsp_kill *kill)
{
	size_t i;

	if (kill->plan.count == 0)
		return;
	lsp_sink_word(sink, _("would end:\n"));
	for (i = 0; i < kill->plan.count; i++) {
		lsp_sink_word(sink, "  ");
		put_victim(sink, kill, &kill->plan.victims[i]);
	}
}
