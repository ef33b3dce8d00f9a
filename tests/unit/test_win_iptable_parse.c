/*
 * test_win_iptable_parse.c - rows of the tables of iphlpapi.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "iptable_parse.h"
#include "win_bytes.h"

static void assert_addr(const struct lsp_addr *addr, const char *text)
{
	char is[LSP_ADDR_TEXT_MAX];

	lsp_addr_text(addr, is);
	assert_string_equal(is, text);
}

static struct lsp_socket first_of(enum lsp_table table, const struct bytes *bytes)
{
	struct lsp_socket socket;
	size_t count;

	assert_true(lsp_iptable_count(table, bytes->at, bytes->len, &count));
	assert_true(count >= 1);
	lsp_iptable_row(table, bytes->at, 0, &socket);
	return socket;
}

static void test_connection_inet4(void **state)
{
	struct bytes bytes = {.len = 0};
	struct lsp_socket socket;

	(void)state;
	put32(&bytes, 1);
	put_tcp4(&bytes, 5, HOME4, 49152, "\10\10\4\4", 443, 1234);
	socket = first_of(LSP_TABLE_TCP4, &bytes);
	assert_int_equal(socket.proto, LSP_TCP);
	assert_int_equal(socket.state, LSP_ESTABLISHED);
	assert_addr(&socket.local, "127.0.0.1");
	assert_int_equal(socket.local_port, 49152);
	assert_addr(&socket.peer, "8.8.4.4");
	assert_int_equal(socket.peer_port, 443);
	assert_int_equal(socket.has, LSP_HAS_KEY | LSP_HAS_PEER);
	assert_int_equal(lsp_iptable_pid(socket.key), 1234);
}

/* The row of a listener may keep who was connected before. */
static void test_listener_has_no_peer(void **state)
{
	struct bytes bytes = {.len = 0};
	struct lsp_socket socket;

	(void)state;
	put32(&bytes, 1);
	put_tcp4(&bytes, 2, ANY4, 80, "\1\2\3\4", 4711, 8);
	socket = first_of(LSP_TABLE_TCP4, &bytes);
	assert_int_equal(socket.state, LSP_LISTEN);
	assert_int_equal(socket.has, LSP_HAS_KEY);
	assert_true(lsp_addr_is_any(&socket.peer));
	assert_int_equal(socket.peer.family, LSP_INET4);
	assert_int_equal(socket.peer_port, 0);
}

static void test_connection_inet6(void **state)
{
	struct bytes bytes = {.len = 0};
	struct lsp_socket socket;

	(void)state;
	put32(&bytes, 1);
	put_tcp6(&bytes, 8, WIDE6, 0, 8080, LINK6, 7, 50000, 99);
	socket = first_of(LSP_TABLE_TCP6, &bytes);
	assert_int_equal(socket.state, LSP_CLOSE_WAIT);
	assert_addr(&socket.local, "2001:db8::2");
	assert_int_equal(socket.local.scope, 0);
	assert_int_equal(socket.local_port, 8080);
	assert_addr(&socket.peer, "fe80::1");
	assert_int_equal(socket.peer.scope, 7);
	assert_int_equal(socket.peer_port, 50000);
	assert_int_equal(lsp_iptable_pid(socket.key), 99);
	assert_int_equal(socket.has & LSP_HAS_V6ONLY, 0); /* Windows does not tell */
}

/* In the order of the host, as is seen, or of the network, as the manual says; of a wider address it means nothing. */
static void test_scope(void **state)
{
	static const struct {
		const char *addr;
		uint32_t word, scope;
	} cases[] = {{LINK6, 12, 12}, {LINK6, 12u << 24, 12}, {LINK6, 0x0102, 0x0102}, {LINK6, 0, 0}, {ANY6, 12, 0}, {WIDE6, 12, 0}};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct bytes bytes = {.len = 0};

		put32(&bytes, 1);
		put_udp6(&bytes, cases[i].addr, cases[i].word, 5353, 20);
		assert_int_equal(first_of(LSP_TABLE_UDP6, &bytes).local.scope, cases[i].scope);
	}
}

static void test_udp(void **state)
{
	struct bytes four = {.len = 0}, six = {.len = 0};
	struct lsp_socket socket;

	(void)state;
	put32(&four, 1);
	put_udp4(&four, HOME4, 53, 16);
	socket = first_of(LSP_TABLE_UDP4, &four);
	assert_int_equal(socket.proto, LSP_UDP);
	assert_int_equal(socket.state, LSP_CLOSE);
	assert_true(lsp_socket_holds_port(&socket));
	assert_addr(&socket.local, "127.0.0.1");
	assert_int_equal(socket.local_port, 53);
	assert_int_equal(socket.has, LSP_HAS_KEY);
	put32(&six, 1);
	put_udp6(&six, WIDE6, 0, 546, 24);
	socket = first_of(LSP_TABLE_UDP6, &six);
	assert_addr(&socket.local, "2001:db8::2");
	assert_int_equal(socket.local_port, 546);
	assert_int_equal(lsp_iptable_pid(socket.key), 24);
}

/* MIB_TCP_STATE, in tcpmib.h's order. */
static void test_states(void **state)
{
	static const enum lsp_state states[] = {
		LSP_CLOSE,	/* 0 is none */
		LSP_CLOSE,	LSP_LISTEN,	LSP_SYN_SENT, LSP_SYN_RECV, LSP_ESTABLISHED, LSP_FIN_WAIT1, LSP_FIN_WAIT2,
		LSP_CLOSE_WAIT, LSP_CLOSING,	LSP_LAST_ACK, LSP_TIME_WAIT,
		LSP_CLOSE,	/* DELETE_TCB */
		LSP_CLOSE,	/* 13 is none */
	};
	uint32_t i;

	(void)state;
	for (i = 0; i < sizeof states / sizeof *states; i++) {
		struct bytes bytes = {.len = 0};

		put32(&bytes, 1);
		put_tcp4(&bytes, i, HOME4, 1, HOME4, 2, 4712);
		assert_int_equal(first_of(LSP_TABLE_TCP4, &bytes).state, states[i]);
	}
}

static void test_nobodys_and_the_kernels(void **state)
{
	struct bytes bytes = {.len = 0};
	struct lsp_socket socket;

	(void)state;
	put32(&bytes, 2);
	put_tcp4(&bytes, 11, HOME4, 50001, HOME4, 80, 0);
	put_tcp4(&bytes, 2, ANY4, 445, ANY4, 0, 4);
	lsp_iptable_row(LSP_TABLE_TCP4, bytes.at, 0, &socket);
	assert_int_equal(socket.has, LSP_HAS_PEER);
	assert_int_equal(socket.key, 0);
	lsp_iptable_row(LSP_TABLE_TCP4, bytes.at, 1, &socket);
	assert_int_equal(socket.has, LSP_IS_KERNELS);
	assert_int_equal(socket.key, 0);
}

/* MIB_TCPROW2 is longer by the offload state. */
static void test_bound(void **state)
{
	struct bytes four = {.len = 0}, six = {.len = 0};
	struct lsp_socket socket;
	size_t count;

	(void)state;
	put32(&four, 2);
	put_tcp4(&four, 1, HOME4, 9000, HOME4, 1, 28);
	put32(&four, 0);
	put_tcp4(&four, 1, ANY4, 9001, ANY4, 0, 32);
	put32(&four, 0);
	assert_true(lsp_iptable_count(LSP_TABLE_BOUND4, four.at, four.len, &count));
	assert_int_equal(count, 2);
	lsp_iptable_row(LSP_TABLE_BOUND4, four.at, 0, &socket);
	assert_int_equal(socket.state, LSP_BOUND);
	assert_int_equal(socket.has, LSP_HAS_KEY);
	lsp_iptable_row(LSP_TABLE_BOUND4, four.at, 1, &socket);
	assert_int_equal(socket.local_port, 9001);
	assert_int_equal(lsp_iptable_pid(socket.key), 32);
	put32(&six, 2);
	put_tcp6(&six, 1, ANY6, 0, 9002, ANY6, 0, 0, 36);
	put32(&six, 0);
	put_tcp6(&six, 1, WIDE6, 0, 9003, ANY6, 0, 0, 40);
	put32(&six, 0);
	lsp_iptable_row(LSP_TABLE_BOUND6, six.at, 1, &socket);
	assert_int_equal(socket.local_port, 9003);
	assert_int_equal(lsp_iptable_pid(socket.key), 40);
}

/* The same socket is found again by its key, whatever became of it; any other has another. */
static void test_keys(void **state)
{
	struct bytes bytes = {.len = 0};
	struct lsp_socket sockets[6];
	size_t i, j;

	(void)state;
	put32(&bytes, 6);
	put_tcp4(&bytes, 5, HOME4, 1000, HOME4, 2000, 44);
	put_tcp4(&bytes, 8, HOME4, 1000, HOME4, 2000, 44); /* the first, later */
	put_tcp4(&bytes, 5, HOME4, 1001, HOME4, 2000, 44);
	put_tcp4(&bytes, 5, HOME4, 1000, HOME4, 2001, 44);
	put_tcp4(&bytes, 5, HOME4, 1000, "\177\0\0\2", 2000, 44);
	put_tcp4(&bytes, 5, HOME4, 1000, HOME4, 2000, 48);
	for (i = 0; i < 6; i++)
		lsp_iptable_row(LSP_TABLE_TCP4, bytes.at, i, &sockets[i]);
	assert_true(sockets[0].key == sockets[1].key);
	for (i = 1; i < 6; i++) {
		for (j = i + 1; j < 6; j++)
			assert_true(sockets[i].key != sockets[j].key);
	}
}

static void test_cut_tables(void **state)
{
	struct bytes bytes = {.len = 0};
	uint32_t len;
	size_t count = 77;

	(void)state;
	put32(&bytes, 2);
	put_udp4(&bytes, HOME4, 1, 8);
	put_udp4(&bytes, HOME4, 2, 8);
	for (len = 0; len < bytes.len; len++)
		assert_false(lsp_iptable_count(LSP_TABLE_UDP4, bytes.at, len, &count));
	assert_int_equal(count, 77);
	assert_true(lsp_iptable_count(LSP_TABLE_UDP4, bytes.at, bytes.len, &count));
	assert_int_equal(count, 2);
	memset(bytes.at, 0xff, 4); /* 4,294,967,295 rows */
	assert_false(lsp_iptable_count(LSP_TABLE_UDP4, bytes.at, bytes.len, &count));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_connection_inet4),
		cmocka_unit_test(test_listener_has_no_peer),
		cmocka_unit_test(test_connection_inet6),
		cmocka_unit_test(test_scope),
		cmocka_unit_test(test_udp),
		cmocka_unit_test(test_states),
		cmocka_unit_test(test_nobodys_and_the_kernels),
		cmocka_unit_test(test_bound),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_cut_tables),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
