/*
 * json.c - the record that scripts may rely on (RFC 8259), alone on its line or inside the envelope.
 *
 * Members come in the order of the column table; adjacent columns of one place share an object. An object whose
 * subject does not exist (no peer, no label) is null as a whole; "local" is always an object and "holders" always
 * an array.
 */
#include "view.h"

#include <string.h>

#include "escape.h"
#include "json_value.h"

struct json {
	const struct lsp_snapshot *snapshot;
	struct lsp_sink sink;
	uint32_t chosen; /* bits of enum lsp_column */
};

static uint32_t choose(const struct lsp_view *view)
{
	uint32_t chosen = 0;
	size_t i;

	for (i = 0; i < view->column_count; i++)
		chosen |= 1u << view->columns[i] | lsp_column_table[view->columns[i]].parts;
	for (i = 0; i < LSP_COLUMN_COUNT; i++) {
		if (lsp_column_table[i].key == NULL)
			chosen &= ~(1u << i);
	}
	return chosen;
}

/* The chosen members among the columns from begin to before end. */
static void put_members(struct json *json, struct lsp_subject *subject, int begin, int end)
{
	int i;

	for (i = begin; i < end; i++) {
		const struct lsp_column_entry *column = &lsp_column_table[i];
		struct lsp_value value;

		if (!(json->chosen & 1u << i))
			continue;
		value = column->value(subject);
		lsp_json_key(&json->sink, column->key);
		lsp_json_value(&json->sink, column->key, &value);
	}
}

static void put_object(struct json *json, struct lsp_subject *subject, int begin, int end)
{
	lsp_sink_byte(&json->sink, '{');
	put_members(json, subject, begin, end);
	lsp_sink_byte(&json->sink, '}');
}

static void put_holders(struct json *json, struct lsp_subject *subject, int begin, int end)
{
	bool there;

	lsp_sink_byte(&json->sink, '[');
	for (there = lsp_subject_first(subject); there; there = lsp_subject_next(subject)) {
		lsp_json_item(&json->sink);
		put_object(json, subject, begin, end);
	}
	lsp_sink_byte(&json->sink, ']');
}

static bool place_exists(enum lsp_place place, struct lsp_subject *subject)
{
	if (place == LSP_PLACE_PEER)
		return (subject->socket->has & LSP_HAS_PEER) != 0;
	if (place == LSP_PLACE_SERVICE)
		return lsp_subject_service(subject) != NULL;
	return true;
}

static void put_place(struct json *json, struct lsp_subject *subject, int begin, int end)
{
	static const char *const keys[] = {
		[LSP_PLACE_LOCAL] = "local",
		[LSP_PLACE_PEER] = "peer",
		[LSP_PLACE_HOLDER] = "holders",
		[LSP_PLACE_SERVICE] = "service",
	};
	enum lsp_place place = lsp_column_table[begin].place;

	lsp_json_key(&json->sink, keys[place]);
	if (!place_exists(place, subject))
		lsp_sink_bytes(&json->sink, "null", 4);
	else if (place == LSP_PLACE_HOLDER)
		put_holders(json, subject, begin, end);
	else
		put_object(json, subject, begin, end);
}

static void put_record(struct json *json, const struct lsp_row *row)
{
	struct lsp_subject subject = lsp_subject_of(json->snapshot, row);
	uint32_t run;
	int i, end;

	lsp_sink_byte(&json->sink, '{');
	for (i = 0; i < LSP_COLUMN_COUNT; i = end) {
		run = 0;
		for (end = i; end < LSP_COLUMN_COUNT; end++) {
			if (lsp_column_table[end].place != lsp_column_table[i].place)
				break;
			run |= 1u << end;
		}
		if (!(json->chosen & run))
			continue;
		if (lsp_column_table[i].place == LSP_PLACE_RECORD)
			put_members(json, &subject, i, end);
		else
			put_place(json, &subject, i, end);
	}
	lsp_sink_byte(&json->sink, '}');
}

static void put_envelope(struct lsp_sink *sink, const struct lsp_view *view)
{
	lsp_json_head(sink, view->tool, view->host, view->time_unix);
	lsp_json_sight(sink, view->hidden_owners, view->not_checked, view->not_checked_count);
	lsp_json_open(sink, "sockets", '[');
}

void lsp_view_json(FILE *out, const struct lsp_view *view)
{
	struct json json = {.snapshot = view->snapshot, .chosen = choose(view)};
	size_t i;

	lsp_sink_open(&json.sink, out);
	put_envelope(&json.sink, view);
	for (i = 0; i < view->row_count; i++) {
		lsp_json_line(&json.sink);
		put_record(&json, &view->rows[i]);
	}
	lsp_sink_word(&json.sink, i == 0 ? "]}\n" : "\n]}\n");
	lsp_sink_close(&json.sink);
}

void lsp_view_json_array(struct lsp_sink *sink, const struct lsp_view *view)
{
	struct json json = {.snapshot = view->snapshot, .sink = *sink, .chosen = choose(view)};
	size_t i;

	lsp_sink_byte(&json.sink, '[');
	for (i = 0; i < view->row_count; i++) {
		lsp_json_item(&json.sink);
		put_record(&json, &view->rows[i]);
	}
	lsp_sink_byte(&json.sink, ']');
	*sink = json.sink;
}

void lsp_view_ndjson(FILE *out, const struct lsp_view *view)
{
	struct json json = {.snapshot = view->snapshot, .chosen = choose(view)};
	size_t i;

	lsp_sink_open(&json.sink, out);
	for (i = 0; i < view->row_count; i++) {
		put_record(&json, &view->rows[i]);
		lsp_sink_byte(&json.sink, '\n');
	}
	lsp_sink_close(&json.sink);
}
