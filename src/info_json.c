/*
 * info_json.c - the JSON document of --info: one object for each port, with its uses, notes and sockets. What is unknown is
 * null; nothing is cut.
 */
#include "info.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/mem.h"
#include "view/json_value.h"
#include "view/view.h"

enum { ALIASES_MAX = 32 };

static void put_text(struct lsp_sink *sink, bool first, const char *key, const char *text, size_t len)
{
	lsp_json_key(sink, first, key);
	if (text == NULL || len == 0)
		lsp_sink_word(sink, "null");
	else
		lsp_json_text(sink, key, text, len);
}

static void put_word(struct lsp_sink *sink, bool first, const char *key, const char *word)
{
	put_text(sink, first, key, word, word != NULL ? strlen(word) : 0);
}

static void put_bool(struct lsp_sink *sink, const char *key, bool is_known, bool value)
{
	lsp_json_key(sink, false, key);
	lsp_sink_word(sink, !is_known ? "null" : value ? "true" : "false");
}

static void put_item(struct lsp_sink *sink, const char *word)
{
	if (sink->bytes[sink->used - 1] != '[')
		lsp_sink_byte(sink, ',');
	lsp_json_text(sink, "", word, strlen(word));
}

static void put_protos(struct lsp_sink *sink, unsigned protos)
{
	int proto;

	lsp_json_key(sink, true, "protos");
	lsp_sink_byte(sink, '[');
	for (proto = LSP_TCP; proto <= LSP_UDP; proto++) {
		if ((protos & LSP_PROTO_BIT(proto)) != 0)
			put_item(sink, lsp_proto_name((enum lsp_proto)proto));
	}
	lsp_sink_byte(sink, ']');
}

static void put_use(struct lsp_sink *sink, const struct lsp_use *use)
{
	const struct lsp_service *service = &use->service;
	const char *aliases[ALIASES_MAX];
	size_t count = lsp_service_aliases(service->proto, service->port, aliases, ALIASES_MAX), i;

	lsp_sink_byte(sink, '{');
	put_protos(sink, use->protos);
	put_word(sink, false, "name", service->name);
	put_word(sink, false, "status", lsp_use_status_name(use->status));
	put_text(sink, false, "registered_as", use->registered, use->registered_len);
	lsp_json_key(sink, false, "aliases");
	lsp_sink_byte(sink, '[');
	for (i = 0; i < count && i < ALIASES_MAX; i++)
		put_item(sink, aliases[i]);
	lsp_sink_byte(sink, ']');
	put_word(sink, false, "description", service->description);
	put_word(sink, false, "source", service->origin == LSP_ORIGIN_IANA ? "iana" : "customary");
	lsp_sink_byte(sink, '}');
}

static void put_note(struct lsp_sink *sink, const struct lsp_info_note *note)
{
	int kind;

	lsp_sink_byte(sink, '{');
	put_protos(sink, note->protos);
	lsp_json_key(sink, false, "kinds");
	lsp_sink_byte(sink, '[');
	for (kind = 0; kind < LSP_KIND_COUNT; kind++) {
		if ((note->note.kinds & LSP_KIND_BIT(kind)) != 0)
			put_item(sink, lsp_kind_name((enum lsp_kind)kind));
	}
	lsp_sink_byte(sink, ']');
	put_word(sink, false, "why", note->note.why);
	put_word(sink, false, "advice", note->note.advice);
	put_word(sink, false, "source", note->note.source);
	lsp_sink_byte(sink, '}');
}

/* null when they cannot be read. */
static void put_sockets(struct lsp_sink *sink, const struct lsp_info *info, const struct lsp_info_port *port)
{
	uint8_t columns[LSP_COLUMN_COUNT];
	struct lsp_view view = {.snapshot = info->snapshot, .columns = columns};

	lsp_json_key(sink, false, "sockets");
	if (info->snapshot == NULL) {
		lsp_sink_word(sink, "null");
		return;
	}
	view.column_count = lsp_columns_json(columns);
	view.rows = lsp_info_rows(info, port, &view.row_count);
	lsp_view_json_array(sink, &view);
}

static void put_port(struct lsp_sink *sink, const struct lsp_info *info, const struct lsp_info_port *port)
{
	const struct lsp_rules *rules = &info->rules;
	struct lsp_info_note notes[2];
	struct lsp_use uses[2];
	size_t use_count = lsp_info_uses(port, uses), note_count = lsp_info_notes(port, notes), i;

	lsp_sink_byte(sink, '{');
	lsp_json_key(sink, true, "port");
	lsp_sink_number(sink, port->port);
	put_word(sink, false, "class", lsp_port_class(port->port));
	put_bool(sink, "ephemeral", (rules->has & LSP_RULES_EPHEMERAL) != 0,
		 port->port >= rules->ephemeral_low && port->port <= rules->ephemeral_high);
	put_bool(sink, "privileged", (rules->has & LSP_RULES_PRIVILEGED) != 0,
		 port->port > 0 && port->port < rules->privileged_below);
	lsp_json_key(sink, false, "uses");
	lsp_sink_byte(sink, '[');
	for (i = 0; i < use_count; i++) {
		if (i > 0)
			lsp_sink_byte(sink, ',');
		put_use(sink, &uses[i]);
	}
	lsp_sink_byte(sink, ']');
	lsp_json_key(sink, false, "security");
	lsp_sink_byte(sink, '[');
	for (i = 0; i < note_count; i++) {
		if (i > 0)
			lsp_sink_byte(sink, ',');
		put_note(sink, &notes[i]);
	}
	lsp_sink_byte(sink, ']');
	put_sockets(sink, info, port);
	lsp_sink_byte(sink, '}');
}

static void put_rules(struct lsp_sink *sink, const struct lsp_rules *rules)
{
	lsp_json_key(sink, false, "this_host");
	lsp_sink_byte(sink, '{');
	lsp_json_key(sink, true, "ephemeral");
	if ((rules->has & LSP_RULES_EPHEMERAL) != 0) {
		lsp_sink_byte(sink, '{');
		lsp_json_key(sink, true, "low");
		lsp_sink_number(sink, rules->ephemeral_low);
		lsp_json_key(sink, false, "high");
		lsp_sink_number(sink, rules->ephemeral_high);
		lsp_sink_byte(sink, '}');
	} else {
		lsp_sink_word(sink, "null");
	}
	lsp_json_key(sink, false, "privileged_below");
	if ((rules->has & LSP_RULES_PRIVILEGED) != 0)
		lsp_sink_number(sink, rules->privileged_below);
	else
		lsp_sink_word(sink, "null");
	lsp_sink_byte(sink, '}');
}

static void put_envelope(struct lsp_sink *sink, const struct lsp_info *info)
{
	char host[256] = "";

	info->backend->host_name(host, sizeof host);
	lsp_json_head(sink, "lsports " LSPORTS_VERSION, host, (int64_t)time(NULL));
	lsp_json_sight(sink, info->sight.hidden, info->sight.unchecked, info->sight.unchecked_count);
	put_rules(sink, &info->rules);
}

void lsp_info_print_json(const struct lsp_info *info)
{
	struct lsp_sink sink;
	size_t i;

	lsp_sink_open(&sink, stdout);
	put_envelope(&sink, info);
	lsp_json_key(&sink, false, "ports");
	lsp_sink_byte(&sink, '[');
	for (i = 0; i < info->port_count; i++) {
		lsp_sink_word(&sink, i > 0 ? ",\n" : "\n");
		put_port(&sink, info, &info->ports[i]);
	}
	lsp_sink_word(&sink, i == 0 ? "]}\n" : "\n]}\n");
	lsp_sink_close(&sink);
}
