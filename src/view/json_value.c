/*
 * json_value.c - see json_value.h.
 */
#include "json_value.h"

#include <stdlib.h>
#include <string.h>

#include "escape.h"
#include "utf8.h"

/* The last byte that was written tells: a string ends with a quote, so a bracket is one. */
void lsp_json_item(struct lsp_sink *sink)
{
	char last = sink->used > 0 ? sink->bytes[sink->used - 1] : '{';

	if (last != '{' && last != '[')
		lsp_sink_byte(sink, ',');
}

void lsp_json_line(struct lsp_sink *sink)
{
	lsp_json_item(sink);
	lsp_sink_byte(sink, '\n');
}

static void put_suffixed_key(struct lsp_sink *sink, const char *key, const char *suffix)
{
	lsp_json_item(sink);
	lsp_sink_byte(sink, '"');
	lsp_sink_word(sink, key);
	lsp_sink_word(sink, suffix);
	lsp_sink_bytes(sink, "\":", 2);
}

void lsp_json_key(struct lsp_sink *sink, const char *key)
{
	put_suffixed_key(sink, key, "");
}

void lsp_json_open(struct lsp_sink *sink, const char *key, char bracket)
{
	lsp_json_key(sink, key);
	lsp_sink_byte(sink, bracket);
}

void lsp_json_put_text(struct lsp_sink *sink, const char *key, const char *bytes, size_t len)
{
	lsp_json_key(sink, key);
	if (bytes == NULL || len == 0)
		lsp_sink_word(sink, "null");
	else
		lsp_json_text(sink, key, bytes, len);
}

void lsp_json_put_word(struct lsp_sink *sink, const char *key, const char *word)
{
	lsp_json_put_text(sink, key, word, word != NULL ? strlen(word) : 0);
}

static void put_known(struct lsp_sink *sink, bool is_known, uint64_t number)
{
	if (is_known)
		lsp_sink_number(sink, number);
	else
		lsp_sink_word(sink, "null");
}

void lsp_json_put_known(struct lsp_sink *sink, const char *key, bool is_known, uint64_t number)
{
	lsp_json_key(sink, key);
	put_known(sink, is_known, number);
}

void lsp_json_put_number(struct lsp_sink *sink, const char *key, uint64_t number)
{
	lsp_json_put_known(sink, key, true, number);
}

void lsp_json_put_bool(struct lsp_sink *sink, const char *key, bool value)
{
	lsp_json_key(sink, key);
	lsp_sink_word(sink, value ? "true" : "false");
}

void lsp_json_put_null(struct lsp_sink *sink, const char *key)
{
	lsp_json_key(sink, key);
	lsp_sink_word(sink, "null");
}

void lsp_json_head(struct lsp_sink *sink, const char *tool, const char *host, int64_t time_unix)
{
	lsp_sink_word(sink, "{\"schema\":1");
	lsp_json_put_word(sink, "tool", tool);
	lsp_json_put_word(sink, "host", host);
	lsp_json_key(sink, "time");
	lsp_sink_byte(sink, '"');
	lsp_sink_time(sink, time_unix);
	lsp_sink_byte(sink, '"');
}

void lsp_json_sight(struct lsp_sink *sink, size_t hidden_owners, const char *const *not_checked, size_t count)
{
	size_t i;

	lsp_json_put_bool(sink, "complete", hidden_owners == 0 && count == 0);
	lsp_json_put_number(sink, "hidden_owners", hidden_owners);
	lsp_json_open(sink, "not_checked", '[');
	for (i = 0; i < count; i++) {
		lsp_json_item(sink);
		lsp_escape_json(sink, not_checked[i], strlen(not_checked[i]));
	}
	lsp_sink_byte(sink, ']');
}

/* On a LISTEN socket the numbers are connections, not bytes; so their names differ. */
static void put_queue(struct lsp_sink *sink, const struct lsp_socket *socket)
{
	bool listens = socket->state == LSP_LISTEN;

	lsp_sink_word(sink, listens ? "{\"length\":" : "{\"recv\":");
	put_known(sink, socket->has & LSP_HAS_RQUEUE, socket->rqueue);
	lsp_sink_word(sink, listens ? ",\"limit\":" : ",\"send\":");
	put_known(sink, socket->has & LSP_HAS_WQUEUE, socket->wqueue);
	lsp_sink_byte(sink, '}');
}

static void put_fds(struct lsp_sink *sink, const struct lsp_holder *holders, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		lsp_sink_byte(sink, i == 0 ? '[' : ',');
		lsp_sink_number(sink, holders[i].fd);
	}
	lsp_sink_byte(sink, ']');
}

void lsp_json_text(struct lsp_sink *sink, const char *key, const char *bytes, size_t len)
{
	if (lsp_escape_json(sink, bytes, len))
		return;
	put_suffixed_key(sink, key, "_hex");
	lsp_escape_hex(sink, bytes, len);
}

/* One pass over the arguments: as strings, or in hex with null for those that are UTF-8. True: all are. */
static bool put_arguments(struct lsp_sink *sink, const char *argv, size_t len, bool in_hex)
{
	bool all = true;
	const char *end;
	size_t arg, step;

	lsp_sink_byte(sink, '[');
	while (len > 0) {
		end = memchr(argv, '\0', len);
		arg = end != NULL ? (size_t)(end - argv) : len;
		lsp_json_item(sink);
		if (!in_hex)
			all = lsp_escape_json(sink, argv, arg) && all;
		else if (lsp_utf8_is(argv, arg))
			lsp_sink_bytes(sink, "null", 4);
		else
			lsp_escape_hex(sink, argv, arg);
		step = arg + (end != NULL);
		argv += step;
		len -= step;
	}
	lsp_sink_byte(sink, ']');
	return all;
}

static void put_argv(struct lsp_sink *sink, const char *key, const char *argv, size_t len)
{
	if (put_arguments(sink, argv, len, false))
		return;
	put_suffixed_key(sink, key, "_hex");
	put_arguments(sink, argv, len, true);
}

static void put_links(struct lsp_sink *sink, const char *key, const struct lsp_subject *subject)
{
	size_t size;
	char *names = lsp_subject_links(subject, &size);

	put_argv(sink, key, names, size);
	free(names);
}

void lsp_json_value(struct lsp_sink *sink, const char *key, const struct lsp_value *value)
{
	char addr[LSP_ADDR_TEXT_MAX];

	switch (value->kind) {
	case LSP_VALUE_NONE:
	case LSP_VALUE_UNNAMED:
	case LSP_VALUE_LOCAL:
	case LSP_VALUE_PEER:
		lsp_sink_bytes(sink, "null", 4);
		break;
	case LSP_VALUE_NUMBER:
		lsp_sink_number(sink, value->number);
		break;
	case LSP_VALUE_DIGITS:
		lsp_sink_byte(sink, '"');
		lsp_sink_number(sink, value->number);
		lsp_sink_byte(sink, '"');
		break;
	case LSP_VALUE_BOOL:
		lsp_sink_word(sink, value->number ? "true" : "false");
		break;
	case LSP_VALUE_TIME:
		lsp_sink_byte(sink, '"');
		lsp_sink_time(sink, (int64_t)(value->number / 1000));
		lsp_sink_byte(sink, '"');
		break;
	case LSP_VALUE_WORD:
		lsp_escape_json(sink, value->word, strlen(value->word));
		break;
	case LSP_VALUE_TEXT:
		lsp_json_text(sink, key, value->bytes, value->len);
		break;
	case LSP_VALUE_ARGV:
		put_argv(sink, key, value->bytes, value->len);
		break;
	case LSP_VALUE_LINKS:
		put_links(sink, key, value->subject);
		break;
	case LSP_VALUE_ADDR:
		lsp_escape_json(sink, addr, lsp_addr_text(value->addr, addr));
		break;
	case LSP_VALUE_FDS:
		put_fds(sink, value->holders, value->len);
		break;
	case LSP_VALUE_QUEUE:
		put_queue(sink, value->socket);
		break;
	}
}
