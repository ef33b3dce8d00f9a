/*
 * procnet_parse.c - see procnet_parse.h. The format is that of get_tcp4_sock() and friends in the kernel's
 * net/ipv4/tcp_ipv4.c, net/ipv6/tcp_ipv6.c and udp.c:
 *
 *   sl: local:port peer:port st tx_queue:rx_queue tr:when retrnsmt uid timeout inode …
 *
 * Addresses are 32-bit words in host order printed in hex: on a little-endian machine 127.0.0.1 is 0100007F.
 */
#include "procnet_parse.h"

#include <string.h>

struct cursor {
	const char *at, *end;
};

static void skip_blanks(struct cursor *cursor)
{
	while (cursor->at < cursor->end && *cursor->at == ' ')
		cursor->at++;
}

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return 99;
}

/* At least one and at most digits_max digits; the value must fit into 64 bits. */
static bool take_number(struct cursor *cursor, unsigned base, size_t digits_max, uint64_t *ret_value)
{
	uint64_t value = 0;
	size_t digits = 0;

	while (cursor->at < cursor->end && digits < digits_max && digit_value(*cursor->at) < (int)base) {
		unsigned digit = (unsigned)digit_value(*cursor->at);

		if (value > (UINT64_MAX - digit) / base)
			return false;
		value = value * base + digit;
		cursor->at++;
		digits++;
	}
	*ret_value = value;
	return digits > 0;
}

static bool take_char(struct cursor *cursor, char c)
{
	if (cursor->at >= cursor->end || *cursor->at != c)
		return false;
	cursor->at++;
	return true;
}

/* A number that goes on, because it has too many digits or others than its base has, is none. */
static bool at_word_end(const struct cursor *cursor)
{
	return cursor->at == cursor->end || *cursor->at == ' ';
}

static bool skip_word(struct cursor *cursor)
{
	skip_blanks(cursor);
	if (cursor->at >= cursor->end)
		return false;
	while (cursor->at < cursor->end && *cursor->at != ' ')
		cursor->at++;
	return true;
}

/* 8 or 32 hex digits, a colon, a port. */
static bool take_endpoint(struct cursor *cursor, struct lsp_addr *addr, uint16_t *ret_port)
{
	size_t words = 0;
	uint64_t value;

	skip_blanks(cursor);
	while (words < 4 && cursor->at < cursor->end && *cursor->at != ':') {
		const char *start = cursor->at;
		uint32_t word;

		if (!take_number(cursor, 16, 8, &value) || cursor->at - start != 8)
			return false;
		word = (uint32_t)value;
		memcpy(addr->bytes + 4 * words++, &word, sizeof word);
	}
	if ((words != 1 && words != 4) || !take_char(cursor, ':') || !take_number(cursor, 16, 4, &value))
		return false;
	addr->family = words == 1 ? LSP_INET4 : LSP_INET6;
	*ret_port = (uint16_t)value;
	return true;
}

static bool take_queues(struct cursor *cursor, struct lsp_socket *socket)
{
	uint64_t transmit, receive;

	skip_blanks(cursor);
	if (!take_number(cursor, 16, 8, &transmit) || !take_char(cursor, ':') || !take_number(cursor, 16, 8, &receive) ||
	    !at_word_end(cursor))
		return false;
	if (socket->state == LSP_TIME_WAIT || socket->state == LSP_SYN_RECV)
		return true;
	socket->rqueue = (uint32_t)receive;
	socket->has |= LSP_HAS_RQUEUE;
	if (socket->state != LSP_LISTEN) { /* of a listener the backlog limit is not told, 0 stands in its place */
		socket->wqueue = (uint32_t)transmit;
		socket->has |= LSP_HAS_WQUEUE;
	}
	return true;
}

bool lsp_procnet_parse(const char *line, size_t len, enum lsp_proto proto, struct lsp_socket *ret_socket)
{
	static const uint8_t states[] = {
		[1] = LSP_ESTABLISHED, [2] = LSP_SYN_SENT,  [3] = LSP_SYN_RECV,	  [4] = LSP_FIN_WAIT1,
		[5] = LSP_FIN_WAIT2,   [6] = LSP_TIME_WAIT, [7] = LSP_CLOSE,	  [8] = LSP_CLOSE_WAIT,
		[9] = LSP_LAST_ACK,    [10] = LSP_LISTEN,   [11] = LSP_CLOSING,	  [12] = LSP_SYN_RECV,
	};
	struct cursor cursor = {line, line + len};
	struct lsp_socket socket = {.proto = (uint8_t)proto};
	uint64_t value, uid, inode;

	skip_blanks(&cursor);
	if (!take_number(&cursor, 10, 10, &value) || !take_char(&cursor, ':'))
		return false;
	if (!take_endpoint(&cursor, &socket.local, &socket.local_port) ||
	    !take_endpoint(&cursor, &socket.peer, &socket.peer_port) || socket.local.family != socket.peer.family)
		return false;
	skip_blanks(&cursor);
	if (!take_number(&cursor, 16, 2, &value) || value == 0 || value >= sizeof states)
		return false;
	socket.state = states[value];
	if (!take_queues(&cursor, &socket) || !skip_word(&cursor) || !skip_word(&cursor)) /* timer, retransmits */
		return false;
	skip_blanks(&cursor);
	if (!take_number(&cursor, 10, 10, &uid) || uid > UINT32_MAX || !at_word_end(&cursor))
		return false;
	if (!skip_word(&cursor)) /* timeout */
		return false;
	skip_blanks(&cursor);
	if (!take_number(&cursor, 10, 20, &inode) || !at_word_end(&cursor))
		return false;
	if (socket.state == LSP_LISTEN)
		socket.peer_port = 0; /* may be stale */
	if (socket.peer_port != 0)
		socket.has |= LSP_HAS_PEER;
	else
		memset(socket.peer.bytes, 0, sizeof socket.peer.bytes);
	if (inode != 0) { /* inode 0 belongs to nobody, and its uid is nobody's */
		socket.key = inode;
		socket.uid = (uint32_t)uid;
		socket.has |= LSP_HAS_KEY | LSP_HAS_UID;
	}
	*ret_socket = socket;
	return true;
}
