/*
 * kill_json.c - the JSON document of --kill: one object for each PORT word, one for each process. What is unknown is null.
 */
#include "kill_say.h"

#include "act/guard.h"
#include "act/supervisor.h"
#include "document.h"
#include "view/json_value.h"
#include "view/view.h"

/* The same members as in a record of a list. */
static void put_socket(struct lsp_sink *sink, const struct lsp_socket *socket)
{
	char text[LSP_ADDR_TEXT_MAX];

	lsp_addr_text(&socket->local, text);
	lsp_sink_byte(sink, '{');
	lsp_json_put_word(sink, "proto", lsp_proto_name(socket->proto));
	lsp_json_put_word(sink, "state", lsp_state_name(socket->state));
	lsp_json_open(sink, "local", '{');
	lsp_json_put_word(sink, "addr", text);
	lsp_json_put_number(sink, "port", socket->local_port);
	lsp_sink_word(sink, "}}");
}

static void put_listed(const struct lsp_socket *socket, void *arg)
{
	struct lsp_sink *sink = arg;

	lsp_json_item(sink);
	put_socket(sink, socket);
}

/* came_again: then its parent is named as a supervisor, whoever that is. */
static void put_process(struct lsp_sink *sink, const struct lsp_snapshot *snapshot, const struct lsp_process *process,
			bool came_again)
{
	struct lsp_supervisor supervisor;
	char target[80];
	bool has_uid = (process->has & LSP_PROCESS_HAS_UID) != 0;

	lsp_json_put_number(sink, "pid", process->pid);
	lsp_json_put_word(sink, "name", process->name);
	lsp_json_put_word(sink, "exe", process->exe);
	lsp_json_put_known(sink, "uid", has_uid, has_uid ? process->uid : 0);
	lsp_json_put_word(sink, "user", has_uid ? lsp_snapshot_name(snapshot, LSP_NAME_USER, process->uid) : process->user);
	lsp_json_key(sink, "started");
	if ((process->has & LSP_PROCESS_HAS_STARTED) != 0) {
		lsp_sink_byte(sink, '"');
		lsp_sink_time(sink, (int64_t)(process->started_ms / 1000));
		lsp_sink_byte(sink, '"');
	} else {
		lsp_sink_word(sink, "null");
	}
	lsp_json_put_word(sink, "unit", process->unit);
	lsp_json_put_word(sink, "container", process->container);
	if (lsp_forwards(process, target, sizeof target) || !lsp_supervisor_of(snapshot, process, &supervisor) || (!supervisor.is_known && !came_again))
		supervisor = (struct lsp_supervisor){.pid = 0};
	lsp_json_put_word(sink, "supervisor", supervisor.name);
	lsp_json_put_word(sink, "stop_command", supervisor.command);
}

static void put_victim(struct lsp_sink *sink, const struct lsp_kill *kill, const struct lsp_victim *victim)
{
	size_t clients, i;

	lsp_sink_byte(sink, '{');
	put_process(sink, kill->before, victim->process, false);
	lsp_json_open(sink, "holds", '[');
	for (i = 0; i < kill->before_count; i++) {
		if (lsp_victim_holds(victim, kill->before_rows[i].socket->key))
			put_listed(kill->before_rows[i].socket, sink);
	}
	lsp_sink_byte(sink, ']');
	lsp_json_open(sink, "goes_with_it", '[');
	clients = lsp_kill_others(kill, victim, put_listed, sink);
	lsp_sink_byte(sink, ']');
	lsp_json_put_number(sink, "clients", clients);
	lsp_json_put_word(sink, "dependants", victim->process->dependants);
	lsp_json_put_word(sink, "refusal",
		 victim->refusal != LSP_REFUSAL_NONE ? lsp_refusal_name((enum lsp_refusal)victim->refusal) : NULL);
	lsp_json_key(sink, "pinned");
	lsp_sink_word(sink, victim->outcome == LSP_OUTCOME_NONE || victim->outcome >= LSP_OUTCOME_REFUSED ? "null"
			    : victim->unsure						      ? "false"
												    : "true");
	lsp_json_put_word(sink, "outcome", lsp_outcome_name((enum lsp_outcome)victim->outcome));
	lsp_sink_byte(sink, '}');
}

static void put_port(struct lsp_sink *sink, const struct lsp_kill *kill, const struct lsp_kill_port *port)
{
	const struct lsp_verdict *verdict = &port->verdict;
	bool has_uid;

	lsp_sink_byte(sink, '{');
	lsp_json_put_word(sink, "port", port->word);
	lsp_json_put_word(sink, "verdict", lsp_verdict_name(verdict->word));
	lsp_json_put_number(sink, "exit", (uint64_t)port->code);
	if (verdict->process != NULL && verdict->word > LSP_VERDICT_FREED) {
		lsp_json_open(sink, "held_by", '{');
		put_process(sink, kill->after, verdict->process, verdict->word == LSP_VERDICT_TAKEN);
		lsp_sink_byte(sink, '}');
	} else {
		lsp_json_put_null(sink, "held_by");
	}
	has_uid = verdict->socket != NULL && (verdict->socket->has & LSP_HAS_UID) != 0;
	lsp_json_put_known(sink, "uid", has_uid, has_uid ? verdict->socket->uid : 0);
	lsp_json_put_number(sink, "lingering", verdict->waiting);
	lsp_json_put_number(sink, "beside", verdict->beside_count);
	lsp_sink_byte(sink, '}');
}

void lsp_kill_print_json(const struct lsp_kill *kill)
{
	struct lsp_sink sink;
	size_t i;

	lsp_document_open(&sink, kill->backend);
	lsp_json_sight(&sink, kill->sight.hidden, kill->sight.unchecked, kill->sight.unchecked_count);
	lsp_json_put_bool(&sink, "dry_run", kill->request->dry_run);
	lsp_json_open(&sink, "ports", '[');
	for (i = 0; i < kill->port_count; i++) {
		lsp_json_line(&sink);
		put_port(&sink, kill, &kill->ports[i]);
	}
	lsp_sink_word(&sink, "\n],\n\"processes\":[");
	for (i = 0; i < kill->plan.count; i++) {
		lsp_json_line(&sink);
		put_victim(&sink, kill, &kill->plan.victims[i]);
	}
	lsp_sink_word(&sink, "\n]}\n");
	lsp_sink_close(&sink);
}
