/*
 * iptable_parse.c - see iptable_parse.h.
 */
#include "iptable_parse.h"

#include <string.h>

#define ROWS_AT 4	/* behind the count */
#define NOT_THERE 0xff	/* offset of what a table does not have */
#define SYSTEM_PID 4	/* the kernel's own threads: drivers as http.sys and srv2.sys listen in its name */

struct layout {
	uint8_t size, local, local_scope, local_port, peer, peer_scope, peer_port, state, pid;
	uint8_t proto, family;
};

/* Offsets in bytes. The row of a bound endpoint is MIB_TCPROW2: MIB_TCPROW_OWNER_PID and the offload state. */
#define TCP4(bytes) {bytes, 4, NOT_THERE, 8, 12, NOT_THERE, 16, 0, 20, LSP_TCP, LSP_INET4}
#define TCP6(bytes) {bytes, 0, 16, 20, 24, 40, 44, 48, 52, LSP_TCP, LSP_INET6}
static const struct layout layouts[LSP_TABLE_COUNT] = {
	[LSP_TABLE_TCP4] = TCP4(24),
	[LSP_TABLE_TCP6] = TCP6(56),
	[LSP_TABLE_UDP4] = {12, 0, NOT_THERE, 4, NOT_THERE, NOT_THERE, NOT_THERE, NOT_THERE, 8, LSP_UDP, LSP_INET4},
	[LSP_TABLE_UDP6] = {28, 0, 16, 20, NOT_THERE, NOT_THERE, NOT_THERE, NOT_THERE, 24, LSP_UDP, LSP_INET6},
	[LSP_TABLE_BOUND4] = TCP4(28),
	[LSP_TABLE_BOUND6] = TCP6(60),
};

/* Little-endian, as every Windows is. */
static uint32_t word_at(const uint8_t *bytes)
{
	return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

/* The low 16 bits, in network order; those above may be anything (MIB_TCPROW_OWNER_PID). */
static uint16_t port_at(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

/* An interface number. The manual says network order (MIB_TCP6ROW_OWNER_PID), what others print and what wine gives is
 * the host's: numbers of interfaces are small, so of both readings it is the smaller. */
static uint32_t scope_at(const uint8_t *bytes)
{
	uint32_t host = word_at(bytes);
	uint32_t network = (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];

	return host < network ? host : network;
}

static struct lsp_addr addr_at(const struct layout *layout, const uint8_t *row, uint8_t at, uint8_t scope_offset)
{
	struct lsp_addr addr = {.family = layout->family};

	memcpy(addr.bytes, row + at, addr.family == LSP_INET4 ? 4 : 16);
	if (addr.family == LSP_INET6 && addr.bytes[0] == 0xfe && (addr.bytes[1] & 0xc0) == 0x80)
		addr.scope = scope_at(row + scope_offset);
	return addr;
}

/* MIB_TCP_STATE. DELETE_TCB is on its way out; a number that is none of these can hold no port either. */
static uint8_t state_of(uint32_t number)
{
	static const uint8_t states[] = {
		[1] = LSP_CLOSE,	[2] = LSP_LISTEN,    [3] = LSP_SYN_SENT,    [4] = LSP_SYN_RECV,
		[5] = LSP_ESTABLISHED,	[6] = LSP_FIN_WAIT1, [7] = LSP_FIN_WAIT2,   [8] = LSP_CLOSE_WAIT,
		[9] = LSP_CLOSING,	[10] = LSP_LAST_ACK, [11] = LSP_TIME_WAIT,  [12] = LSP_CLOSE,
	};

	return number >= 1 && number < sizeof states ? states[number] : LSP_CLOSE;
}

/* FNV-1a. */
static uint32_t mix(uint32_t hash, const void *bytes, size_t len)
{
	const uint8_t *at = bytes;

	for (; len > 0; len--)
		hash = (hash ^ *at++) * 16777619u;
	return hash;
}

static uint64_t key_of(const struct lsp_socket *socket, uint32_t pid)
{
	uint32_t hash = 2166136261u;

	hash = mix(hash, &socket->proto, sizeof socket->proto);
	hash = mix(hash, &socket->local.family, sizeof socket->local.family);
	hash = mix(hash, socket->local.bytes, sizeof socket->local.bytes);
	hash = mix(hash, &socket->local.scope, sizeof socket->local.scope);
	hash = mix(hash, &socket->local_port, sizeof socket->local_port);
	hash = mix(hash, socket->peer.bytes, sizeof socket->peer.bytes);
	hash = mix(hash, &socket->peer_port, sizeof socket->peer_port);
	return (uint64_t)pid << 32 | hash;
}

uint32_t lsp_iptable_pid(uint64_t key)
{
	return (uint32_t)(key >> 32);
}

bool lsp_iptable_count(enum lsp_table table, const uint8_t *bytes, size_t len, size_t *ret_count)
{
	size_t count;

	if (len < ROWS_AT)
		return false;
	count = word_at(bytes);
	if (count > (len - ROWS_AT) / layouts[table].size)
		return false;
	*ret_count = count;
	return true;
}

void lsp_iptable_row(enum lsp_table table, const uint8_t *bytes, size_t number, struct lsp_socket *ret_socket)
{
	const struct layout *layout = &layouts[table];
	const uint8_t *row = bytes + ROWS_AT + number * layout->size;
	uint32_t pid = word_at(row + layout->pid);
	struct lsp_socket socket = {.proto = layout->proto, .state = LSP_CLOSE};

	if (table == LSP_TABLE_BOUND4 || table == LSP_TABLE_BOUND6)
		socket.state = LSP_BOUND;
	else if (layout->state != NOT_THERE)
		socket.state = state_of(word_at(row + layout->state));
	socket.local = addr_at(layout, row, layout->local, layout->local_scope);
	socket.local_port = port_at(row + layout->local_port);
	socket.peer.family = layout->family;
	/* a listener's row may keep what was there before */
	if (layout->peer != NOT_THERE && socket.state != LSP_LISTEN && socket.state != LSP_BOUND)
		socket.peer_port = port_at(row + layout->peer_port);
	if (socket.peer_port != 0) {
		socket.peer = addr_at(layout, row, layout->peer, layout->peer_scope);
		socket.has |= LSP_HAS_PEER;
	}
	if (pid == SYSTEM_PID) {
		socket.has |= LSP_IS_KERNELS;
	} else if (pid != 0) {
		socket.key = key_of(&socket, pid);
		socket.has |= LSP_HAS_KEY;
	}
	*ret_socket = socket;
}
