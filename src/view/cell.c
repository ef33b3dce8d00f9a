/*
 * cell.c - see cell.h. The address:port that people read is made here and nowhere else.
 */
#include "cell.h"

#include <stdlib.h>
#include <string.h>

#include "escape.h"

static void put_device(struct lsp_sink *sink, const struct lsp_snapshot *snapshot, uint32_t device)
{
	const char *name = lsp_snapshot_name(snapshot, LSP_NAME_INTERFACE, device);

	lsp_sink_byte(sink, '%');
	if (name != NULL)
		lsp_escape_text(sink, name, strlen(name));
	else
		lsp_sink_number(sink, device);
}

static void put_addr(struct lsp_sink *sink, const struct lsp_addr *addr)
{
	char text[LSP_ADDR_TEXT_MAX];

	lsp_sink_bytes(sink, text, lsp_addr_text(addr, text));
}

/* "*%eth0:80", "[fe80::1%eth0]:80", "name:80". any: the address is a wildcard for both families. */
static void put_endpoint(struct lsp_sink *sink, const struct lsp_snapshot *snapshot, const struct lsp_addr *addr,
			 uint32_t device, uint16_t port, bool any)
{
	const char *host = lsp_snapshot_host(snapshot, addr);
	bool brackets = addr->family == LSP_INET6 && host == NULL && !any;

	if (brackets)
		lsp_sink_byte(sink, '[');
	if (host != NULL)
		lsp_escape_text(sink, host, strlen(host));
	else if (any || addr->family == LSP_FAMILY_NONE)
		lsp_sink_byte(sink, '*');
	else
		put_addr(sink, addr);
	if (device != 0)
		put_device(sink, snapshot, device);
	if (brackets)
		lsp_sink_byte(sink, ']');
	lsp_sink_byte(sink, ':');
	if (port == 0)
		lsp_sink_byte(sink, '*');
	else
		lsp_sink_number(sink, port);
}

static void put_local(struct lsp_sink *sink, const struct lsp_subject *subject)
{
	const struct lsp_socket *socket = subject->socket;
	bool any = socket->local.family == LSP_INET6 && (socket->has & LSP_HAS_V6ONLY) && !socket->v6only &&
		   lsp_addr_is_any(&socket->local);

	put_endpoint(sink, subject->snapshot, &socket->local, lsp_subject_device(subject), socket->local_port, any);
}

static void put_argv(struct lsp_sink *sink, const char *argv, size_t len)
{
	const char *end;
	size_t arg;

	while (len > 0) {
		end = memchr(argv, '\0', len);
		arg = end != NULL ? (size_t)(end - argv) : len;
		lsp_escape_text(sink, argv, arg);
		if (end == NULL || arg + 1 == len)
			return;
		lsp_sink_byte(sink, ' ');
		argv += arg + 1;
		len -= arg + 1;
	}
}

static void put_fds(struct lsp_sink *sink, const struct lsp_holder *holders, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (i > 0)
			lsp_sink_byte(sink, '+');
		lsp_sink_number(sink, holders[i].fd);
	}
}

static void put_links(struct lsp_sink *sink, const struct lsp_subject *subject)
{
	size_t size, i;
	char *names = lsp_subject_links(subject, &size);

	for (i = 0; i < size; i += strlen(names + i) + 1) {
		if (i > 0)
			lsp_sink_byte(sink, ',');
		lsp_escape_text(sink, names + i, strlen(names + i));
	}
	free(names);
}

static void put_queue(struct lsp_sink *sink, const struct lsp_socket *socket)
{
	if (socket->has & LSP_HAS_RQUEUE)
		lsp_sink_number(sink, socket->rqueue);
	else
		lsp_sink_byte(sink, '-');
	lsp_sink_byte(sink, '/');
	if (socket->has & LSP_HAS_WQUEUE)
		lsp_sink_number(sink, socket->wqueue);
	else
		lsp_sink_byte(sink, '-');
}

void lsp_cell_value(struct lsp_sink *sink, const struct lsp_subject *subject, const struct lsp_value *value)
{
	switch (value->kind) {
	case LSP_VALUE_NONE:
		break;
	case LSP_VALUE_NUMBER:
	case LSP_VALUE_UNNAMED:
	case LSP_VALUE_DIGITS:
		lsp_sink_number(sink, value->number);
		break;
	case LSP_VALUE_BOOL:
		lsp_sink_word(sink, value->number ? "yes" : "no");
		break;
	case LSP_VALUE_TIME:
		lsp_sink_time(sink, (int64_t)(value->number / 1000));
		break;
	case LSP_VALUE_WORD:
		lsp_sink_word(sink, value->word);
		break;
	case LSP_VALUE_TEXT:
		lsp_escape_text(sink, value->bytes, value->len);
		break;
	case LSP_VALUE_ARGV:
		put_argv(sink, value->bytes, value->len);
		break;
	case LSP_VALUE_ADDR:
		put_addr(sink, value->addr);
		break;
	case LSP_VALUE_FDS:
		put_fds(sink, value->holders, value->len);
		break;
	case LSP_VALUE_QUEUE:
		put_queue(sink, value->socket);
		break;
	case LSP_VALUE_LINKS:
		put_links(sink, value->subject);
		break;
	case LSP_VALUE_LOCAL:
		put_local(sink, subject);
		break;
	case LSP_VALUE_PEER:
		put_endpoint(sink, subject->snapshot, &value->socket->peer, value->socket->peer.scope,
			     value->socket->peer_port, false);
		break;
	}
}

/* Where commas part the texts of several processes, those within a text are shown as other bytes are that mean something. */
static void hide_commas(struct lsp_sink *sink, size_t from)
{
	static const char shown[] = "\\x2c";
	size_t more = sizeof shown - 2, at;

	for (at = from; at < sink->used; at++) {
		if (sink->bytes[at] != ',')
			continue;
		lsp_sink_blanks(sink, more);
		memmove(sink->bytes + at + 1 + more, sink->bytes + at + 1, sink->used - more - at - 1);
		memcpy(sink->bytes + at, shown, 1 + more);
		at += more;
	}
}

/* An empty text is shown as unknown: a cell without a character breaks every reader that splits at blanks. */
static void put_one(struct lsp_sink *sink, struct lsp_subject *subject, enum lsp_column column, const char *nothing)
{
	const struct lsp_value value = lsp_column_table[column].value(subject);
	size_t before = sink->used;

	lsp_cell_value(sink, subject, &value);
	if (sink->used == before)
		lsp_sink_word(sink, nothing);
}

void lsp_cell_all(struct lsp_sink *sink, struct lsp_subject *subject, enum lsp_column column, const char *nothing)
{
	size_t before = sink->used;

	put_one(sink, subject, column, nothing);
	if (lsp_column_table[column].place != LSP_PLACE_HOLDER || subject->holder_count == subject->row->holder_count)
		return;
	hide_commas(sink, before);
	while (lsp_subject_next(subject)) {
		lsp_sink_byte(sink, ',');
		before = sink->used;
		put_one(sink, subject, column, nothing);
		hide_commas(sink, before);
	}
	lsp_subject_first(subject);
}
