/*
 * fuzz_socket.h - what every socket record must be, whatever bytes it was read from.
 */
#ifndef FUZZ_SOCKET_H
#define FUZZ_SOCKET_H

#include "fuzz.h"

#include <lsports/socket.h>

static inline void check_addr(const struct lsp_addr *addr)
{
	static const uint8_t zero[12];

	REQUIRE(addr->family == LSP_INET4 || addr->family == LSP_INET6);
	REQUIRE(addr->family == LSP_INET6 || memcmp(addr->bytes + 4, zero, sizeof zero) == 0);
}

static inline void check_socket(const struct lsp_socket *socket, enum lsp_proto proto)
{
	check_addr(&socket->local);
	check_addr(&socket->peer);
	REQUIRE(socket->local.family == socket->peer.family);
	REQUIRE(socket->proto == proto);
	REQUIRE(socket->state > LSP_STATE_NONE && socket->state < LSP_STATE_COUNT);
	REQUIRE(((socket->has & LSP_HAS_KEY) != 0) == (socket->key != 0)); /* trap 3: inode 0 belongs to nobody */
	REQUIRE((socket->has & LSP_HAS_KEY) != 0 || (socket->has & LSP_HAS_UID) == 0);
	REQUIRE((socket->has & LSP_HAS_PEER) != 0 || lsp_addr_is_any(&socket->peer));
	REQUIRE((socket->has & LSP_HAS_PEER) == 0 || (socket->peer_port != 0 && socket->state != LSP_LISTEN));
	REQUIRE((socket->has & LSP_HAS_IFINDEX) == 0 || socket->ifindex != 0);
	REQUIRE((socket->has & LSP_HAS_HEARD) != 0 ? proto == LSP_TCP && socket->state != LSP_LISTEN : socket->heard_ms == 0);
	REQUIRE(socket->v6only <= 1);
	REQUIRE(socket->gone == 0);
	if (socket->state == LSP_TIME_WAIT || socket->state == LSP_SYN_RECV)
		REQUIRE((socket->has & (LSP_HAS_RQUEUE | LSP_HAS_WQUEUE)) == 0);
}

#endif
