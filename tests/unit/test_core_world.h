/*
 * test_core_world.h - a host with interfaces, for the tests of scopes and answers:
 *   1 lo                 127.0.0.1/8, ::1
 *   2 eth0               192.168.1.5/24, fd00::5, fe80::5
 *   3 wan                203.0.113.9/24 (stands for any public address), 2001:db8::9
 *   4 old   (down)       198.51.100.4
 *   5 blue  (a VRF)      no address
 *   6 in0   (in blue)    10.6.0.1/24
 *   7 bare               no address
 */
#ifndef TEST_CORE_WORLD_H
#define TEST_CORE_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <lsports/snapshot.h>

enum { LO = 1, ETH0, WAN, OLD, BLUE, IN0, BARE };

static inline struct lsp_addr addr_of(const char *text)
{
	struct lsp_addr addr;

	assert_true(lsp_addr_parse(text, strlen(text), &addr));
	return addr;
}

static inline void give_addr(struct lsp_snapshot *snapshot, uint32_t link, const char *text, uint8_t prefix_len)
{
	struct lsp_link_addr addr = {.addr = addr_of(text), .link = link, .prefix_len = prefix_len};

	if (addr.addr.bytes[0] == 0xfe)
		addr.addr.scope = link;
	lsp_snapshot_add_link_addr(snapshot, &addr);
}

static inline struct lsp_snapshot *host(void)
{
	static const struct lsp_link links[] = {
		{.index = BARE, .is = LSP_LINK_UP, .name = "bare"},
		{.index = LO, .is = LSP_LINK_UP | LSP_LINK_LOOPBACK, .name = "lo"},
		{.index = ETH0, .is = LSP_LINK_UP, .name = "eth0"},
		{.index = WAN, .is = LSP_LINK_UP, .name = "wan"},
		{.index = OLD, .name = "old"},
		{.index = BLUE, .is = LSP_LINK_UP | LSP_LINK_VRF, .name = "blue", .kind = "vrf"},
		{.index = IN0, .is = LSP_LINK_UP, .name = "in0", .master = BLUE},
	};
	struct lsp_snapshot *snapshot = lsp_snapshot_new();
	size_t i;

	for (i = 0; i < sizeof links / sizeof *links; i++)
		lsp_snapshot_add_link(snapshot, &links[i]);
	give_addr(snapshot, WAN, "203.0.113.9", 24);
	give_addr(snapshot, WAN, "2001:db8::9", 64);
	give_addr(snapshot, LO, "127.0.0.1", 8);
	give_addr(snapshot, LO, "::1", 128);
	give_addr(snapshot, ETH0, "192.168.1.5", 24);
	give_addr(snapshot, ETH0, "fd00::5", 64);
	give_addr(snapshot, ETH0, "fe80::5", 64);
	give_addr(snapshot, OLD, "198.51.100.4", 24);
	give_addr(snapshot, IN0, "10.6.0.1", 24);
	lsp_snapshot_freeze(snapshot);
	return snapshot;
}

enum { V6ONLY = 1, DUAL, UNSAID };

/* kind: of an IPv6 socket. device: 0 none. */
static inline struct lsp_socket listener(const char *local, int kind, uint32_t device)
{
	struct lsp_socket socket = {.proto = LSP_TCP, .state = LSP_LISTEN, .local = addr_of(local), .local_port = 80};

	if (socket.local.family == LSP_INET6 && kind != UNSAID)
		socket.has |= LSP_HAS_V6ONLY;
	socket.v6only = kind == V6ONLY;
	socket.ifindex = device;
	socket.has |= device != 0 ? LSP_HAS_IFINDEX : 0;
	return socket;
}

#endif
