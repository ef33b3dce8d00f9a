/*
 * iptable_read.c - see iptable_read.h.
 */
#include "iptable_read.h"

#include <stdlib.h>

#include "win.h"

#define FIRST_SIZE (64u * 1024) /* some 1,000 IPv6 connections: mostly one call does */
#define TRIES_MAX 8		/* each asks for a fourth more than the last was told */
#define SIZE_MAX_SANE (1u << 30)

struct buffer {
	uint8_t *bytes;
	uint32_t size, len;
};

/* The table may grow between the call that tells its size and the one that reads it. Returns 0 or an error of Windows. */
static uint32_t fill(const struct lsp_iptable_calls *calls, enum lsp_table table, bool listeners, struct buffer *buffer)
{
	uint32_t wanted = buffer->size > 0 ? buffer->size : FIRST_SIZE, code = LSP_WIN_INSUFFICIENT_BUFFER;
	int i;

	for (i = 0; i < TRIES_MAX && code == LSP_WIN_INSUFFICIENT_BUFFER; i++) {
		if (wanted > buffer->size) {
			uint8_t *grown = realloc(buffer->bytes, wanted);

			if (grown == NULL)
				return LSP_WIN_NOT_ENOUGH_MEMORY;
			buffer->bytes = grown;
			buffer->size = wanted;
		}
		buffer->len = buffer->size;
		code = calls->table(calls->self, table, listeners, buffer->bytes, &buffer->len);
		if (buffer->len > SIZE_MAX_SANE || (code == 0 && buffer->len > buffer->size))
			return LSP_WIN_INVALID_DATA;
		wanted = (buffer->len > buffer->size ? buffer->len : buffer->size) / 4 * 5 + 4096;
	}
	return code;
}

static bool wants_port(const struct lsp_hint *hint, uint16_t port)
{
	size_t i;

	for (i = 0; i < hint->port_count; i++) {
		if (port >= hint->ports[i].low && port <= hint->ports[i].high)
			return true;
	}
	return hint->ports == NULL;
}

static int by_number(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* A process and a port of it. */
static uint64_t place_of(const struct lsp_socket *socket)
{
	return (uint64_t)lsp_iptable_pid(socket->key) << 16 | socket->local_port;
}

struct places {
	uint64_t *all; /* sorted */
	size_t count;
};

/* Where TCP sockets are that were added since mark. */
static bool places_of(const struct lsp_snapshot *snapshot, size_t mark, struct places *ret_places)
{
	size_t i;

	*ret_places = (struct places){.all = malloc((snapshot->socket_count - mark + 1) * sizeof *ret_places->all)};
	if (ret_places->all == NULL)
		return false;
	for (i = mark; i < snapshot->socket_count; i++)
		ret_places->all[ret_places->count++] = place_of(&snapshot->sockets[i]);
	qsort(ret_places->all, ret_places->count, sizeof *ret_places->all, by_number);
	return true;
}

/* Adds the rows of a table; of those whose place is taken, none. */
static enum lsp_err add_rows(struct lsp_snapshot *snapshot, enum lsp_table table, const struct buffer *buffer,
			     const struct lsp_hint *hint, const struct places *taken, struct lsp_fault *ret_fault)
{
	size_t count, i;

	if (!lsp_iptable_count(table, buffer->bytes, buffer->len, &count))
		return lsp_windows_fault(ret_fault, "table of sockets", LSP_WIN_INVALID_DATA);
	for (i = 0; i < count; i++) {
		struct lsp_socket socket;
		uint64_t place;

		lsp_iptable_row(table, buffer->bytes, i, &socket);
		place = place_of(&socket);
		if (!wants_port(hint, socket.local_port) ||
		    (taken != NULL && bsearch(&place, taken->all, taken->count, sizeof place, by_number) != NULL))
			continue;
		lsp_snapshot_add_socket(snapshot, &socket);
	}
	return LSP_OK;
}

static enum lsp_err read_table(const struct lsp_iptable_calls *calls, struct lsp_snapshot *snapshot, enum lsp_table table,
			       bool listeners, const struct lsp_hint *hint, const struct places *taken,
			       struct buffer *buffer, struct lsp_fault *ret_fault)
{
	uint32_t code = fill(calls, table, listeners, buffer);

	if (code != 0)
		return lsp_windows_fault(ret_fault, "table of sockets", code);
	return add_rows(snapshot, table, buffer, hint, taken, ret_fault);
}

/* Both families of one protocol. IPv4 is always there. */
static enum lsp_err read_pair(const struct lsp_iptable_calls *calls, struct lsp_snapshot *snapshot, enum lsp_table first,
			      bool listeners, const struct lsp_hint *hint, const struct places *taken,
			      struct buffer *buffer, struct lsp_fault *ret_fault)
{
	enum lsp_err err = read_table(calls, snapshot, first, listeners, hint, taken, buffer, ret_fault);

	if (err != LSP_OK)
		return err;
	err = read_table(calls, snapshot, first + 1, listeners, hint, taken, buffer, ret_fault);
	return err == LSP_UNSUPPORTED ? LSP_OK : err;
}

/* Bound endpoints that are neither connected nor listen: the table has those as well, at the same place. */
static enum lsp_err read_bound(const struct lsp_iptable_calls *calls, struct lsp_snapshot *snapshot, size_t mark,
			       const struct lsp_hint *hint, struct buffer *buffer, struct lsp_fault *ret_fault)
{
	struct places taken;
	enum lsp_err err;

	if (!places_of(snapshot, mark, &taken))
		return lsp_windows_fault(ret_fault, "table of sockets", LSP_WIN_NOT_ENOUGH_MEMORY);
	err = read_pair(calls, snapshot, LSP_TABLE_BOUND4, false, hint, &taken, buffer, ret_fault);
	free(taken.all);
	if (err != LSP_UNSUPPORTED)
		return err;
	snapshot->notes |= LSP_NOTE_NO_BOUND;
	return LSP_OK;
}

enum lsp_err lsp_iptable_read(const struct lsp_iptable_calls *calls, struct lsp_snapshot *snapshot,
			      const struct lsp_hint *hint, struct lsp_fault *ret_fault)
{
	size_t mark = lsp_snapshot_mark(snapshot);
	/* CLOSE is UDP's; a closed TCP socket is in no table for longer than it takes to take it out */
	bool listeners = (hint->states & ~(LSP_STATE_BIT(LSP_LISTEN) | LSP_STATE_BIT(LSP_CLOSE))) == 0;
	struct buffer buffer = {.bytes = NULL};
	enum lsp_err err = LSP_OK;

	if ((hint->protos & LSP_PROTO_BIT(LSP_TCP)) != 0) {
		err = read_pair(calls, snapshot, LSP_TABLE_TCP4, listeners, hint, NULL, &buffer, ret_fault);
		if (err == LSP_OK && (hint->states & LSP_STATE_BIT(LSP_BOUND)) != 0)
			err = read_bound(calls, snapshot, mark, hint, &buffer, ret_fault);
	}
	if (err == LSP_OK && (hint->protos & LSP_PROTO_BIT(LSP_UDP)) != 0)
		err = read_pair(calls, snapshot, LSP_TABLE_UDP4, false, hint, NULL, &buffer, ret_fault);
	if (err != LSP_OK)
		lsp_snapshot_rollback(snapshot, mark); /* half an answer is none */
	free(buffer.bytes);
	return err;
}

enum lsp_err lsp_iptable_still(const struct lsp_iptable_calls *calls, const struct lsp_hint *hint, const uint64_t *keys,
			       size_t count, bool *ret_still, struct lsp_fault *ret_fault)
{
	struct lsp_snapshot *now = lsp_snapshot_new();
	enum lsp_err err = lsp_iptable_read(calls, now, hint, ret_fault);
	uint64_t *there = malloc((now->socket_count + 1) * sizeof *there);
	size_t i;

	if (err == LSP_OK && there == NULL)
		err = lsp_windows_fault(ret_fault, "table of sockets", LSP_WIN_NOT_ENOUGH_MEMORY);
	if (err == LSP_OK) {
		for (i = 0; i < now->socket_count; i++)
			there[i] = now->sockets[i].key;
		qsort(there, now->socket_count, sizeof *there, by_number);
		for (i = 0; i < count; i++)
			ret_still[i] = bsearch(&keys[i], there, now->socket_count, sizeof *there, by_number) != NULL;
	}
	free(there);
	lsp_snapshot_free(now);
	return err;
}
