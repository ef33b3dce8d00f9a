/*
 * fuzz_iptable.c - tables of iphlpapi. The first byte says which table; what is read of a row and laid out again as the
 * manual has it is read as the same record.
 */
#include "fuzz_socket.h"

#include "iptable_parse.h"

/* MIB_TCP_STATE */
static uint8_t state_number(uint8_t state)
{
	static const uint8_t numbers[LSP_STATE_COUNT] = {
		[LSP_CLOSE] = 1, [LSP_LISTEN] = 2, [LSP_SYN_SENT] = 3, [LSP_SYN_RECV] = 4, [LSP_ESTABLISHED] = 5,
		[LSP_FIN_WAIT1] = 6, [LSP_FIN_WAIT2] = 7, [LSP_CLOSE_WAIT] = 8, [LSP_CLOSING] = 9, [LSP_LAST_ACK] = 10,
		[LSP_TIME_WAIT] = 11, [LSP_BOUND] = 1,
	};

	return numbers[state];
}

static void put32(uint8_t *at, uint32_t word)
{
	int i;

	for (i = 0; i < 4; i++)
		at[i] = (uint8_t)(word >> 8 * i);
}

static void put_port(uint8_t *at, uint16_t port)
{
	at[0] = (uint8_t)(port >> 8);
	at[1] = (uint8_t)port;
}

static uint32_t pid_of(const struct lsp_socket *socket)
{
	return (socket->has & LSP_IS_KERNELS) != 0 ? 4 : lsp_iptable_pid(socket->key);
}

static void check_again(enum lsp_table table, const struct lsp_socket *socket)
{
	static const size_t sizes[LSP_TABLE_COUNT] = {24, 56, 12, 28, 28, 60};
	bool is_udp = socket->proto == LSP_UDP;
	uint8_t bytes[4 + 60] = {1}, *row = bytes + 4;
	struct lsp_socket again;
	size_t count;

	if (socket->local.family == LSP_INET4) {
		uint8_t *local = is_udp ? row : row + 4;

		memcpy(local, socket->local.bytes, 4);
		put_port(local + 4, socket->local_port);
		put32(is_udp ? row + 8 : row + 20, pid_of(socket));
		if (!is_udp) {
			put32(row, state_number(socket->state));
			memcpy(row + 12, socket->peer.bytes, 4);
			put_port(row + 16, socket->peer_port);
		}
	} else {
		memcpy(row, socket->local.bytes, 16);
		put32(row + 16, socket->local.scope);
		put_port(row + 20, socket->local_port);
		put32(is_udp ? row + 24 : row + 52, pid_of(socket));
		if (!is_udp) {
			memcpy(row + 24, socket->peer.bytes, 16);
			put32(row + 40, socket->peer.scope);
			put_port(row + 44, socket->peer_port);
			put32(row + 48, state_number(socket->state));
		}
	}
	REQUIRE(lsp_iptable_count(table, bytes, 4 + sizes[table], &count) && count == 1);
	REQUIRE(!lsp_iptable_count(table, bytes, 4 + sizes[table] - 1, &count));
	lsp_iptable_row(table, bytes, 0, &again);
	REQUIRE(lsp_addr_cmp(&again.local, &socket->local) == 0 && lsp_addr_cmp(&again.peer, &socket->peer) == 0);
	REQUIRE(again.local_port == socket->local_port && again.peer_port == socket->peer_port);
	REQUIRE(again.state == socket->state && again.has == socket->has && again.key == socket->key);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	enum lsp_table table = len > 0 ? (enum lsp_table)(bytes[0] % LSP_TABLE_COUNT) : LSP_TABLE_TCP4;
	char *copy = fuzz_copy(bytes + (len > 0), len - (len > 0));
	const uint8_t *rows = (const uint8_t *)copy;
	size_t count, i;

	if (lsp_iptable_count(table, rows, len - (len > 0), &count)) {
		for (i = 0; i < count; i++) {
			struct lsp_socket socket;

			lsp_iptable_row(table, rows, i, &socket);
			check_socket(&socket, table == LSP_TABLE_UDP4 || table == LSP_TABLE_UDP6 ? LSP_UDP : LSP_TCP);
			check_again(table, &socket);
		}
	}
	free(copy);
	return 0;
}
