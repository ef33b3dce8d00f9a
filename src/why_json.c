/*
 * why_json.c - the JSON document of --why: one object for each port and protocol. What is unknown is null.
 */
#include "why_say.h"

#include <string.h>

#include "document.h"
#include "view/escape.h"
#include "view/json_value.h"

static void put_endpoint(struct lsp_sink *sink, const char *key, const struct lsp_addr *addr, uint16_t port, bool there)
{
	char text[LSP_ADDR_TEXT_MAX];

	if (!there) {
		lsp_json_put_null(sink, key);
		return;
	}
	lsp_addr_text(addr, text);
	lsp_json_open(sink, key, '{');
	lsp_json_put_word(sink, "addr", text);
	lsp_json_put_number(sink, "port", port);
	lsp_sink_byte(sink, '}');
}

static void put_attempt(struct lsp_sink *sink, const struct lsp_attempt *attempt, int ways)
{
	static const char *const keys[] = {"plain", "reuseaddr", "reuseport", "v6only", "exclusive"};
	char text[LSP_ADDR_TEXT_MAX];
	int way;

	lsp_addr_text(&attempt->addr, text);
	lsp_sink_byte(sink, '{');
	lsp_json_put_word(sink, "addr", text);
	for (way = 0; way < ways; way++)
		lsp_json_put_word(sink, keys[way], lsp_why_result(attempt, (enum lsp_way)way));
	lsp_sink_byte(sink, '}');
}

static void put_holder(struct lsp_sink *sink, const struct lsp_snapshot *snapshot, uint32_t pid)
{
	const struct lsp_process *process = lsp_snapshot_process(snapshot, pid);
	bool has_uid = process != NULL && (process->has & LSP_PROCESS_HAS_UID) != 0;

	lsp_sink_byte(sink, '{');
	lsp_json_put_number(sink, "pid", pid);
	lsp_json_put_word(sink, "name", process != NULL ? process->name : NULL);
	lsp_json_put_word(sink, "exe", process != NULL ? process->exe : NULL);
	lsp_json_put_known(sink, "uid", has_uid, has_uid ? process->uid : 0);
	lsp_json_put_word(sink, "user",
		 has_uid ? lsp_snapshot_name(snapshot, LSP_NAME_USER, process->uid) : process != NULL ? process->user : NULL);
	lsp_json_put_word(sink, "unit", process != NULL ? process->unit : NULL);
	lsp_json_put_word(sink, "container", process != NULL ? process->container : NULL);
	lsp_sink_byte(sink, '}');
}

/* The same members as in a record of a list, as far as they are told. */
static void put_socket(struct lsp_sink *sink, const struct lsp_snapshot *snapshot, const struct lsp_row *row)
{
	const struct lsp_socket *socket = row->socket;
	const struct lsp_process *process = row->holder_count > 0 ? lsp_snapshot_process(snapshot, row->holders[0].pid) : NULL;
	bool has_uid = (socket->has & LSP_HAS_UID) != 0;
	uint32_t i;

	lsp_sink_byte(sink, '{');
	lsp_json_put_word(sink, "proto", lsp_proto_name(socket->proto));
	lsp_json_put_word(sink, "state", lsp_state_name(socket->state));
	put_endpoint(sink, "local", &socket->local, socket->local_port, true);
	put_endpoint(sink, "peer", &socket->peer, socket->peer_port, (socket->has & LSP_HAS_PEER) != 0);
	lsp_json_put_known(sink, "inode", (socket->has & LSP_HAS_KEY) != 0 && (snapshot->notes & LSP_NOTE_OWN_KEYS) == 0,
			   socket->key);
	lsp_json_put_known(sink, "uid", has_uid, socket->uid);
	lsp_json_put_word(sink, "user",
			  has_uid           ? lsp_snapshot_name(snapshot, LSP_NAME_USER, socket->uid)
			  : process != NULL ? process->user
					    : NULL);
	lsp_json_put_word(sink, "owner", lsp_owner_name(row->owner));
	lsp_json_open(sink, "holders", '[');
	for (i = 0; i < row->holder_count; i++) {
		if (i > 0 && row->holders[i].pid == row->holders[i - 1].pid)
			continue;
		lsp_json_item(sink);
		put_holder(sink, snapshot, row->holders[i].pid);
	}
	lsp_sink_word(sink, "]}");
}

static void put_evidence(struct lsp_sink *sink, const struct lsp_why *why, const struct lsp_why_port *port)
{
	bool there = port->verdict.word == LSP_BIND_OTHER_NAMESPACE;
	const struct lsp_row *rows = there ? why->elsewhere_rows : why->rows;
	size_t count = there ? why->elsewhere_count : why->row_count, i;

	lsp_json_open(sink, "evidence", '[');
	for (i = 0; i < count; i++) {
		if (!lsp_bind_is_evidence(&port->bind_case, &port->verdict, &rows[i]))
			continue;
		lsp_json_line(sink);
		put_socket(sink, there ? why->elsewhere : why->snapshot, &rows[i]);
	}
	lsp_sink_byte(sink, ']');
}

static void put_notes(struct lsp_sink *sink, unsigned notes)
{
	int i;

	lsp_json_open(sink, "notes", '[');
	for (i = 0; i < LSP_BIND_NOTE_COUNT; i++) {
		const char *name = lsp_bind_note_name((enum lsp_bind_note)(1u << i));

		if ((notes & (1u << i)) == 0)
			continue;
		lsp_json_item(sink);
		lsp_escape_json(sink, name, strlen(name));
	}
	lsp_sink_byte(sink, ']');
}

static void put_attempts(struct lsp_sink *sink, const char *key, const struct lsp_attempt *attempts, size_t count, int ways)
{
	size_t i;

	lsp_json_open(sink, key, '[');
	for (i = 0; i < count; i++) {
		lsp_json_item(sink);
		put_attempt(sink, &attempts[i], ways);
	}
	lsp_sink_byte(sink, ']');
}

static void put_fault(struct lsp_sink *sink, const struct lsp_fault *fault)
{
	if (fault == NULL) {
		lsp_json_put_null(sink, "error");
		return;
	}
	lsp_json_open(sink, "error", '{');
	lsp_json_put_word(sink, "op", fault->op);
	lsp_json_put_known(sink, "errno", fault->os_code > 0, (uint64_t)fault->os_code);
	lsp_json_put_word(sink, "text", fault->detail);
	lsp_sink_byte(sink, '}');
}

/* The range in which the system keeps the port. */
static void put_kept(struct lsp_sink *sink, const struct lsp_kept *kept)
{
	if (kept == NULL) {
		lsp_json_put_null(sink, "kept");
		return;
	}
	lsp_json_open(sink, "kept", '[');
	lsp_sink_number(sink, kept->low);
	lsp_sink_byte(sink, ',');
	lsp_sink_number(sink, kept->high);
	lsp_sink_byte(sink, ']');
}

static void put_port(struct lsp_sink *sink, const struct lsp_why *why, const struct lsp_why_port *port)
{
	const struct lsp_bind_verdict *verdict = &port->verdict;
	char words[LSP_WHY_TEXT_MAX];

	lsp_sink_byte(sink, '{');
	lsp_json_put_word(sink, "asked", why->request->words[port->asked->word]);
	lsp_json_put_word(sink, "proto", lsp_proto_name(port->bind_case.proto));
	lsp_addr_text(&port->asked->addr, words);
	lsp_json_put_word(sink, "addr", port->asked->where == LSP_AT_ADDRESS ? words : NULL);
	lsp_json_put_number(sink, "port", port->bind_case.port);
	lsp_json_put_word(sink, "verdict", lsp_bind_word_name(verdict->word));
	lsp_json_key(sink, "bindable");
	lsp_sink_word(sink, port->code == 0 ? "true" : port->code == 1 ? "false" : "null");
	lsp_json_put_number(sink, "exit", (uint64_t)port->code);
	put_notes(sink, verdict->notes);
	lsp_why_sentence(why, port, words);
	lsp_json_put_word(sink, "sentence", words);
	lsp_why_way_out(why, port, words);
	lsp_json_put_word(sink, "way_out", words);
	put_kept(sink, verdict->kept);
	put_attempts(sink, "tried", port->bind_case.attempts, port->bind_case.attempt_count, LSP_WAY_COUNT);
	put_attempts(sink, "also", port->also, port->also_count, LSP_WAY_PLAIN + 1);
	put_fault(sink, verdict->fault);
	lsp_json_put_word(sink, "group", verdict->word != LSP_BIND_GROUP ? NULL : verdict->is_of_one_user ? "own" : "other");
	put_evidence(sink, why, port);
	lsp_sink_byte(sink, '}');
}

/* The rules that the judgement rests on. */
static void put_rules(struct lsp_sink *sink, const struct lsp_rules *rules)
{
	lsp_json_put_known(sink, "uid", (rules->has & LSP_RULES_UID) != 0, rules->uid);
	lsp_json_put_known(sink, "privileged_below", (rules->has & LSP_RULES_PRIVILEGED) != 0, rules->privileged_below);
	if ((rules->has & LSP_RULES_EPHEMERAL) == 0) {
		lsp_json_put_null(sink, "ephemeral");
		return;
	}
	lsp_json_open(sink, "ephemeral", '[');
	lsp_sink_number(sink, rules->ephemeral_low);
	lsp_sink_byte(sink, ',');
	lsp_sink_number(sink, rules->ephemeral_high);
	lsp_sink_byte(sink, ']');
}

void lsp_why_print_json(const struct lsp_why *why)
{
	struct lsp_sink sink;
	size_t i;

	lsp_document_open(&sink, why->backend);
	put_rules(&sink, &why->rules);
	/* null: there was no need to look there */
	lsp_json_key(&sink, "other_namespaces_seen");
	if (why->elsewhere == NULL)
		lsp_sink_word(&sink, "null");
	else
		lsp_sink_word(&sink, (why->elsewhere->notes & LSP_NOTE_UNSEEN_NAMESPACES) != 0 ? "false" : "true");
	lsp_json_open(&sink, "ports", '[');
	for (i = 0; i < why->port_count; i++) {
		lsp_json_line(&sink);
		put_port(&sink, why, &why->ports[i]);
	}
	lsp_sink_word(&sink, "\n]}\n");
	lsp_sink_close(&sink);
}
