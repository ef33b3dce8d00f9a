/*
 * kill_json.c - the JSON document of --kill: one object for each PORT word, one for each process. What is unknown is null.
 */
#include "kill_say.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "act/guard.h"
#include "act/supervisor.h"
#include "view/json_value.h"
#include "view/view.h"

static void put_word(struct lsp_sink *sink, const char *key, const char *word)
{
	lsp_json_key(sink, false, key);
	if (word == NULL || word[0] == '\0')
		lsp_sink_word(sink, "null");
	else
		lsp_json_text(sink, key, word, strlen(word));
}

static void put_bool(struct lsp_sink *sink, const char *key, bool value)
{
	lsp_json_key(sink, false, key);
	lsp_sink_word(sink, value ? "true" : "false");
}

static void put_number(struct lsp_sink *sink, bool first, const char *key, uint64_t number)
{
	lsp_json_key(sink, first, key);
	lsp_sink_number(sink, number);
}

/* The same members as in a record of a list. */
static void put_socket(struct lsp_sink *sink, const struct lsp_socket *socket)
{
	char text[LSP_ADDR_TEXT_MAX];

	lsp_addr_text(&socket->local, text);
	lsp_sink_byte(sink, '{');
	lsp_json_key(sink, true, "proto");
	lsp_json_text(sink, "proto", lsp_proto_name(socket->proto), 3);
	put_word(sink, "state", lsp_state_name(socket->state));
	lsp_json_key(sink, false, "local");
	lsp_sink_byte(sink, '{');
	lsp_json_key(sink, true, "addr");
	lsp_json_text(sink, "addr", text, strlen(text));
	put_number(sink, false, "port", socket->local_port);
	lsp_sink_word(sink, "}}");
}

struct list {
	struct lsp_sink *sink;
	size_t count;
};

static void put_listed(const struct lsp_socket *socket, void *arg)
{
	struct list *list = arg;

	if (list->count++ > 0)
		lsp_sink_byte(list->sink, ',');
	put_socket(list->sink, socket);
}

/* came_again: then its parent is named as a supervisor, whoever that is. */
static void put_process(struct lsp_sink *sink, const struct lsp_snapshot *snapshot, const struct lsp_process *process,
			bool came_again)
{
	struct lsp_supervisor supervisor;
	char target[80];
	bool has_uid = (process->has & LSP_PROCESS_HAS_UID) != 0;

	put_number(sink, true, "pid", process->pid);
	put_word(sink, "name", process->name);
	put_word(sink, "exe", process->exe);
	lsp_json_key(sink, false, "uid");
	if (has_uid)
		lsp_sink_number(sink, process->uid);
	else
		lsp_sink_word(sink, "null");
	put_word(sink, "user", has_uid ? lsp_snapshot_name(snapshot, LSP_NAME_USER, process->uid) : process->user);
	lsp_json_key(sink, false, "started");
	if ((process->has & LSP_PROCESS_HAS_STARTED) != 0) {
		lsp_sink_byte(sink, '"');
		lsp_sink_time(sink, (int64_t)(process->started_ms / 1000));
		lsp_sink_byte(sink, '"');
	} else {
		lsp_sink_word(sink, "null");
	}
	put_word(sink, "unit", process->unit);
	put_word(sink, "container", process->container);
	if (lsp_forwards(process, target, sizeof target) || !lsp_supervisor_of(snapshot, process, &supervisor) || (!supervisor.is_known && !came_again))
		supervisor = (struct lsp_supervisor){.pid = 0};
	put_word(sink, "supervisor", supervisor.name);
	put_word(sink, "stop_command", supervisor.command);
}

static void put_victim(struct lsp_sink *sink, const struct lsp_kill *kill, const struct lsp_victim *victim)
{
	struct list holds = {sink, 0}, others = {sink, 0};
	size_t clients, i;

	lsp_sink_byte(sink, '{');
	put_process(sink, kill->before, victim->process, false);
	lsp_json_key(sink, false, "holds");
	lsp_sink_byte(sink, '[');
	for (i = 0; i < kill->before_count; i++) {
		if (lsp_victim_holds(victim, kill->before_rows[i].socket->key))
			put_listed(kill->before_rows[i].socket, &holds);
	}
	lsp_sink_byte(sink, ']');
	lsp_json_key(sink, false, "goes_with_it");
	lsp_sink_byte(sink, '[');
	clients = lsp_kill_others(kill, victim, put_listed, &others);
	lsp_sink_byte(sink, ']');
	put_number(sink, false, "clients", clients);
	put_word(sink, "dependants", victim->process->dependants);
	put_word(sink, "refusal",
		 victim->refusal != LSP_REFUSAL_NONE ? lsp_refusal_name((enum lsp_refusal)victim->refusal) : NULL);
	lsp_json_key(sink, false, "pinned");
	lsp_sink_word(sink, victim->outcome == LSP_OUTCOME_NONE || victim->outcome >= LSP_OUTCOME_REFUSED ? "null"
			    : victim->unsure						      ? "false"
												    : "true");
	put_word(sink, "outcome", lsp_outcome_name((enum lsp_outcome)victim->outcome));
	lsp_sink_byte(sink, '}');
}

static void put_port(struct lsp_sink *sink, const struct lsp_kill *kill, const struct lsp_kill_port *port)
{
	const struct lsp_verdict *verdict = &port->verdict;

	lsp_sink_byte(sink, '{');
	lsp_json_key(sink, true, "port");
	lsp_json_text(sink, "port", port->word, strlen(port->word));
	put_word(sink, "verdict", lsp_verdict_name(verdict->word));
	put_number(sink, false, "exit", (uint64_t)port->code);
	lsp_json_key(sink, false, "held_by");
	if (verdict->process != NULL && verdict->word > LSP_VERDICT_FREED) {
		lsp_sink_byte(sink, '{');
		put_process(sink, kill->after, verdict->process, verdict->word == LSP_VERDICT_TAKEN);
		lsp_sink_byte(sink, '}');
	} else {
		lsp_sink_word(sink, "null");
	}
	lsp_json_key(sink, false, "uid");
	if (verdict->socket != NULL && (verdict->socket->has & LSP_HAS_UID) != 0)
		lsp_sink_number(sink, verdict->socket->uid);
	else
		lsp_sink_word(sink, "null");
	put_number(sink, false, "lingering", verdict->waiting);
	put_number(sink, false, "beside", verdict->beside_count);
	lsp_sink_byte(sink, '}');
}

void lsp_kill_print_json(const struct lsp_kill *kill)
{
	struct lsp_sink sink;
	char host[256] = "";
	size_t i;

	kill->backend->host_name(host, sizeof host);
	lsp_sink_open(&sink, stdout);
	lsp_json_head(&sink, "lsports " LSPORTS_VERSION, host, (int64_t)time(NULL));
	lsp_json_sight(&sink, kill->sight.hidden, kill->sight.unchecked, kill->sight.unchecked_count);
	put_bool(&sink, "dry_run", kill->request->dry_run);
	lsp_json_key(&sink, false, "ports");
	lsp_sink_word(&sink, "[");
	for (i = 0; i < kill->port_count; i++) {
		lsp_sink_word(&sink, i > 0 ? ",\n" : "\n");
		put_port(&sink, kill, &kill->ports[i]);
	}
	lsp_sink_word(&sink, "\n],\n\"processes\":[");
	for (i = 0; i < kill->plan.count; i++) {
		lsp_sink_word(&sink, i > 0 ? ",\n" : "\n");
		put_victim(&sink, kill, &kill->plan.victims[i]);
	}
	lsp_sink_word(&sink, "\n]}\n");
	lsp_sink_close(&sink);
}
