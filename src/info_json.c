/*
 * info_json.c - the JSON document of --info: one object for each port, with its uses, notes and sockets. What is unknown is
 * null; nothing is cut.
 */
#include "info.h"

#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "document.h"
#include "view/json_value.h"
#include "view/view.h"

enum { ALIASES_MAX = 32 };

static void put_item(struct lsp_sink *sink, const char *word)
{
	lsp_json_item(sink);
	lsp_json_text(sink, "", word, strlen(word));
}

static void put_protos(struct lsp_sink *sink, unsigned protos)
{
	int proto;

	lsp_json_open(sink, "protos", '[');
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
	lsp_json_put_word(sink, "name", service->name);
	lsp_json_put_word(sink, "status", lsp_use_status_name(use->status));
	lsp_json_put_text(sink, "registered_as", use->registered, use->registered_len);
	lsp_json_open(sink, "aliases", '[');
	for (i = 0; i < count && i < ALIASES_MAX; i++)
		put_item(sink, aliases[i]);
	lsp_sink_byte(sink, ']');
	lsp_json_put_word(sink, "description", service->description);
	lsp_json_put_word(sink, "source", service->origin == LSP_ORIGIN_IANA ? "iana" : "customary");
	lsp_sink_byte(sink, '}');
}

static void put_note(struct lsp_sink *sink, const struct lsp_info_note *note)
{
	int kind;

	lsp_sink_byte(sink, '{');
	put_protos(sink, note->protos);
	lsp_json_open(sink, "kinds", '[');
	for (kind = 0; kind < LSP_KIND_COUNT; kind++) {
		if ((note->note.kinds & LSP_KIND_BIT(kind)) != 0)
			put_item(sink, lsp_kind_name((enum lsp_kind)kind));
	}
	lsp_sink_byte(sink, ']');
	lsp_json_put_word(sink, "why", note->note.why);
	lsp_json_put_word(sink, "advice", note->note.advice);
	lsp_json_put_word(sink, "source", note->note.source);
	lsp_sink_byte(sink, '}');
}

/* null when they cannot be read. */
static void put_sockets(struct lsp_sink *sink, const struct lsp_info *info, const struct lsp_info_port *port)
{
	uint8_t columns[LSP_COLUMN_COUNT];
	struct lsp_view view = {.snapshot = info->snapshot, .columns = columns};

	if (info->snapshot == NULL) {
		lsp_json_put_null(sink, "sockets");
		return;
	}
	lsp_json_key(sink, "sockets");
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
	lsp_json_put_number(sink, "port", port->port);
	lsp_json_put_word(sink, "class", lsp_port_class(port->port));
	if ((rules->has & LSP_RULES_EPHEMERAL) != 0)
		lsp_json_put_bool(sink, "ephemeral", port->port >= rules->ephemeral_low && port->port <= rules->ephemeral_high);
	else
		lsp_json_put_null(sink, "ephemeral");
	if ((rules->has & LSP_RULES_PRIVILEGED) != 0)
		lsp_json_put_bool(sink, "privileged", port->port > 0 && port->port < rules->privileged_below);
	else
		lsp_json_put_null(sink, "privileged");
	lsp_json_open(sink, "uses", '[');
	for (i = 0; i < use_count; i++) {
		lsp_json_item(sink);
		put_use(sink, &uses[i]);
	}
	lsp_sink_byte(sink, ']');
	lsp_json_open(sink, "security", '[');
	for (i = 0; i < note_count; i++) {
		lsp_json_item(sink);
		put_note(sink, &notes[i]);
	}
	lsp_sink_byte(sink, ']');
	put_sockets(sink, info, port);
	lsp_sink_byte(sink, '}');
}

static void put_rules(struct lsp_sink *sink, const struct lsp_rules *rules)
{
	lsp_json_open(sink, "this_host", '{');
	if ((rules->has & LSP_RULES_EPHEMERAL) != 0) {
		lsp_json_open(sink, "ephemeral", '{');
		lsp_json_put_number(sink, "low", rules->ephemeral_low);
		lsp_json_put_number(sink, "high", rules->ephemeral_high);
		lsp_sink_byte(sink, '}');
	} else {
		lsp_json_put_null(sink, "ephemeral");
	}
	lsp_json_put_known(sink, "privileged_below", (rules->has & LSP_RULES_PRIVILEGED) != 0, rules->privileged_below);
	lsp_sink_byte(sink, '}');
}

void lsp_info_print_json(const struct lsp_info *info)
{
	struct lsp_sink sink;
	size_t i;

	lsp_document_open(&sink, info->backend);
	lsp_json_sight(&sink, info->sight.hidden, info->sight.unchecked, info->sight.unchecked_count);
	put_rules(&sink, &info->rules);
	lsp_json_open(&sink, "ports", '[');
	for (i = 0; i < info->port_count; i++) {
		lsp_json_line(&sink);
		put_port(&sink, info, &info->ports[i]);
	}
	lsp_sink_word(&sink, i == 0 ? "]}\n" : "\n]}\n");
	lsp_sink_close(&sink);
}
