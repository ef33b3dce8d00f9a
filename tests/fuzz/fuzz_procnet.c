/*
 * fuzz_procnet.c - lines of /proc/net/tcp and its sisters. What is read, written as the kernel writes it and read again
 * is the same record.
 */
#include "fuzz_socket.h"

#include "procnet_parse.h"

static size_t put_endpoint(char *text, size_t size, const struct lsp_addr *addr, uint16_t port)
{
	size_t used = 0, i;

	for (i = 0; i < (addr->family == LSP_INET4 ? 1u : 4u); i++) {
		uint32_t word;

		memcpy(&word, addr->bytes + 4 * i, sizeof word);
		used += (size_t)snprintf(text + used, size - used, "%08X", word);
	}
	return used + (size_t)snprintf(text + used, size - used, ":%04X ", port);
}

/* The numbers of the kernel's net/tcp_states.h. */
static unsigned state_number(uint8_t state)
{
	static const uint8_t numbers[LSP_STATE_COUNT] = {
		[LSP_ESTABLISHED] = 1, [LSP_SYN_SENT] = 2, [LSP_SYN_RECV] = 3, [LSP_FIN_WAIT1] = 4, [LSP_FIN_WAIT2] = 5,
		[LSP_TIME_WAIT] = 6, [LSP_CLOSE] = 7, [LSP_CLOSE_WAIT] = 8, [LSP_LAST_ACK] = 9, [LSP_LISTEN] = 10,
		[LSP_CLOSING] = 11,
	};

	return numbers[state];
}

static void check_again(const struct lsp_socket *socket, enum lsp_proto proto)
{
	struct lsp_socket again;
	char line[256];
	size_t used = (size_t)snprintf(line, sizeof line, "   7: ");

	used += put_endpoint(line + used, sizeof line - used, &socket->local, socket->local_port);
	used += put_endpoint(line + used, sizeof line - used, &socket->peer, socket->peer_port);
	used += (size_t)snprintf(line + used, sizeof line - used,
				 "%02X %08X:%08X 00:00000000 00000000 %5u        0 %llu 1 0000000000000000 100 0 0 10 0",
				 state_number(socket->state), socket->wqueue, socket->rqueue, socket->uid,
				 (unsigned long long)socket->key);
	REQUIRE(used < sizeof line);
	REQUIRE(lsp_procnet_parse(line, used, proto, &again));
	REQUIRE(lsp_addr_cmp(&again.local, &socket->local) == 0 && lsp_addr_cmp(&again.peer, &socket->peer) == 0);
	REQUIRE(again.local_port == socket->local_port && again.peer_port == socket->peer_port);
	REQUIRE(again.state == socket->state && again.has == socket->has && again.key == socket->key);
	REQUIRE(again.uid == socket->uid && again.rqueue == socket->rqueue && again.wqueue == socket->wqueue);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	char *line = fuzz_copy(bytes, len);
	static const enum lsp_proto protos[] = {LSP_TCP, LSP_UDP};
	size_t i;

	for (i = 0; i < 2; i++) {
		struct lsp_socket socket, before;

		memset(&socket, 0x5a, sizeof socket);
		before = socket;
		if (lsp_procnet_parse(line, len, protos[i], &socket)) {
			check_socket(&socket, protos[i]);
			REQUIRE((socket.has & (LSP_HAS_COOKIE | LSP_HAS_CGROUP | LSP_HAS_V6ONLY | LSP_HAS_IFINDEX)) == 0);
			check_again(&socket, protos[i]);
		} else {
			REQUIRE(memcmp(&socket, &before, sizeof socket) == 0);
		}
	}
	free(line);
	return 0;
}
