/*
 * test_linux_procnet.c - the tables of /proc/net: lines into records, and the reading of whole files.
 *
 * Lines are as the kernel's get_tcp4_sock(), get_timewait4_sock(), get_openreq4() (net/ipv4/tcp_ipv4.c), their IPv6
 * brothers and udp4_format_sock() print them. Addresses there are 32-bit words in host order; the canned lines are
 * those of a little-endian machine, and skipped on others.
 */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "linux.h"
#include "procnet_parse.h"
#include "test_linux_tree.h"

#define TITLE4 "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode"
#define TITLE6                                                                                                         \
	"  sl  local_address                         remote_address                        st tx_queue rx_queue tr "   \
	"tm->when retrnsmt   uid  timeout inode"

static bool parse(const char *line, enum lsp_proto proto, struct lsp_socket *ret_socket)
{
	/* a copy without a byte behind it, so that a read too far is seen */
	size_t len = strlen(line);
	char *copy = malloc(len > 0 ? len : 1);
	bool parsed;

	assert_non_null(copy);
	memcpy(copy, line, len);
	parsed = lsp_procnet_parse(copy, len, proto, ret_socket);
	free(copy);
	return parsed;
}

static struct lsp_socket parsed(const char *line, enum lsp_proto proto)
{
	struct lsp_socket socket;

	memset(&socket, 0xa5, sizeof socket);
	if (!parse(line, proto, &socket))
		fail_msg("refused: %s", line);
	return socket;
}

static void assert_refused(const char *line)
{
	struct lsp_socket socket, before;

	memset(&socket, 0xa5, sizeof socket);
	before = socket;
	if (parse(line, LSP_TCP, &socket))
		fail_msg("taken: %s", line);
	assert_memory_equal(&socket, &before, sizeof socket);
}

static bool is_big_endian(void)
{
	return htonl(1) == 1;
}

static void assert_addr(const struct lsp_addr *addr, const char *expected)
{
	char text[LSP_ADDR_TEXT_MAX];

	lsp_addr_text(addr, text);
	assert_string_equal(text, expected);
}

/* --- lines ------------------------------------------------------------------------------------------------ */

/* 127.0.0.1 is 0100007F, and the port is not turned around. */
static void test_listener(void **state)
{
	struct lsp_socket socket;

	(void)state;
	if (is_big_endian())
		skip();
	socket = parsed(
		"   0: 0100007F:1F90 00000000:0000 0A 00000000:00000003 00:00000000 00000000  1000        0 31337 1 "
		"0000000000000000 100 0 0 10 0                     ",
		LSP_TCP);
	assert_int_equal(socket.proto, LSP_TCP);
	assert_int_equal(socket.state, LSP_LISTEN);
	assert_int_equal(socket.local.family, LSP_INET4);
	assert_addr(&socket.local, "127.0.0.1");
	assert_int_equal(socket.local_port, 8080);
	assert_int_equal(socket.peer.family, LSP_INET4);
	assert_int_equal(socket.peer_port, 0);
	assert_int_equal(socket.uid, 1000);
	assert_true(socket.key == 31337);
	assert_int_equal(socket.rqueue, 3); /* waiting for accept(); the backlog limit is not told */
	assert_int_equal(socket.has, LSP_HAS_KEY | LSP_HAS_UID | LSP_HAS_RQUEUE);
}

static void test_connection(void **state)
{
	struct lsp_socket socket;

	(void)state;
	if (is_big_endian())
		skip();
	socket = parsed("  12: 0A01A8C0:D431 0771000A:01BB 01 00000105:00000020 01:00000014 00000000     0        0 "
			"4294967299 2 "
			"ffff9c1a8f3b1180 20 4 30 10 -1",
			LSP_TCP);
	assert_int_equal(socket.state, LSP_ESTABLISHED);
	assert_addr(&socket.local, "192.168.1.10");
	assert_int_equal(socket.local_port, 54321);
	assert_addr(&socket.peer, "10.0.113.7");
	assert_int_equal(socket.peer_port, 443);
	assert_int_equal(socket.wqueue, 0x105);
	assert_int_equal(socket.rqueue, 0x20);
	assert_int_equal(socket.uid, 0);
	assert_true(socket.key == 4294967299u); /* more than 32 bits */
	assert_int_equal(socket.has, LSP_HAS_KEY | LSP_HAS_UID | LSP_HAS_PEER | LSP_HAS_RQUEUE | LSP_HAS_WQUEUE);
}

static void test_inet6_words(void **state)
{
	struct lsp_socket socket;

	(void)state;
	if (is_big_endian())
		skip();
	/* 2001:db8::1:2:3 is 20 01 0d b8  00 00 00 00  00 00 00 01  00 02 00 03 */
	socket = parsed("   3: B80D0120000000000100000003000200:0050 00000000000000000000000001000000:FFFF 01 "
			"00000000:00000000 "
			"00:00000000 00000000    33        0 555 1 0000000000000000 20 0 0 10 -1",
			LSP_TCP);
	assert_int_equal(socket.local.family, LSP_INET6);
	assert_addr(&socket.local, "2001:db8::1:2:3");
	assert_int_equal(socket.local_port, 80);
	assert_addr(&socket.peer, "::1");
	assert_int_equal(socket.peer_port, 65535);
	assert_int_equal(socket.local.scope, 0);
	assert_int_equal(socket.has & (LSP_HAS_V6ONLY | LSP_HAS_IFINDEX | LSP_HAS_COOKIE | LSP_HAS_CGROUP), 0);
	socket = parsed("   4: 0000000000000000FFFF00000100007F:0050 00000000000000000000000000000000:0000 0A "
			"00000000:00000000 "
			"00:00000000 00000000    33        0 556 1 0000000000000000 100 0 0 10 0",
			LSP_TCP);
	assert_addr(&socket.local, "::ffff:127.0.0.1");
}

static void test_udp(void **state)
{
	struct lsp_socket socket;

	(void)state;
	if (is_big_endian())
		skip();
	socket = parsed(
		"  313: 3500007F:0035 00000000:0000 07 00000000:00000000 00:00000000 00000000   101        0 16411 2 "
		"0000000000000000 0         ",
		LSP_UDP);
	assert_int_equal(socket.proto, LSP_UDP);
	assert_int_equal(socket.state, LSP_CLOSE);
	assert_addr(&socket.local, "127.0.0.53");
	assert_int_equal(socket.local_port, 53);
	assert_int_equal(socket.uid, 101);
	assert_int_equal(socket.has, LSP_HAS_KEY | LSP_HAS_UID | LSP_HAS_RQUEUE | LSP_HAS_WQUEUE);
	assert_true(lsp_socket_holds_port(&socket));
	socket = parsed(
		"23456: 3500007F:C001 0100007F:0035 01 00000000:00000300 00:00000000 00000000   101        0 16412 2 "
		"0000000000000000 7",
		LSP_UDP);
	assert_int_equal(socket.state, LSP_ESTABLISHED);
	assert_int_equal(socket.rqueue, 768);
	assert_int_equal(socket.has & LSP_HAS_PEER, LSP_HAS_PEER);
}

/* Without an inode: nobody's, and the uid printed beside it (SYN_RECV: the listener's; TIME_WAIT: 0) is not told. */
static void test_orphans(void **state)
{
	struct lsp_socket socket;

	(void)state;
	socket =
		parsed("   5: 0100007F:1F90 0100007F:C8A2 06 00000000:00000000 03:00001770 00000000     0        0 0 3 "
		       "0000000000000000",
		       LSP_TCP);
	assert_int_equal(socket.state, LSP_TIME_WAIT);
	assert_int_equal(socket.has, LSP_HAS_PEER);
	assert_true(socket.key == 0);
	socket =
		parsed("   6: 0100007F:1F90 0100007F:C8A4 03 00000000:00000000 01:00000063 00000000  1000        0 0 0 "
		       "0000000000000000",
		       LSP_TCP);
	assert_int_equal(socket.state, LSP_SYN_RECV);
	assert_int_equal(socket.has, LSP_HAS_PEER);
	socket =
		parsed("   7: 0100007F:1F90 0100007F:C8A6 04 00000001:00000000 01:00000063 00000000     0        0 0 2 "
		       "0000000000000000 20 0 0 10 -1",
		       LSP_TCP);
	assert_int_equal(socket.state, LSP_FIN_WAIT1);
	assert_int_equal(socket.has, LSP_HAS_PEER | LSP_HAS_RQUEUE | LSP_HAS_WQUEUE);
}

static void test_listener_with_stale_peer(void **state)
{
	static const uint8_t zero[16];
	struct lsp_socket socket;

	(void)state;
	socket = parsed(
		"   0: 0100007F:1F90 0100007F:C8A6 0A 00000000:00000000 00:00000000 00000000     0        0 9 1 x",
		LSP_TCP);
	assert_int_equal(socket.has & LSP_HAS_PEER, 0);
	assert_memory_equal(socket.peer.bytes, zero, 16);
}

static void test_states(void **state)
{
	/* by the numbers of net/tcp_states.h */
	static const uint8_t expected[] = {
		[1] = LSP_ESTABLISHED, [2] = LSP_SYN_SENT,  [3] = LSP_SYN_RECV, [4] = LSP_FIN_WAIT1,
		[5] = LSP_FIN_WAIT2,   [6] = LSP_TIME_WAIT, [7] = LSP_CLOSE,    [8] = LSP_CLOSE_WAIT,
		[9] = LSP_LAST_ACK,    [10] = LSP_LISTEN,   [11] = LSP_CLOSING, [12] = LSP_SYN_RECV,
	};
	char line[256];
	unsigned number;

	(void)state;
	for (number = 0; number < 256; number++) {
		snprintf(line, sizeof line,
			 "   0: 00000000:0016 00000000:0000 %02X 00000000:00000000 00:00000000 00000000 "
			 "    0        0 42 1",
			 number);
		if (number >= 1 && number <= 12)
			assert_int_equal(parsed(line, LSP_TCP).state, expected[number]);
		else
			assert_refused(line);
	}
}

static void test_no_socket_lines(void **state)
{
	static const char *const lines[] = {
		"",
		" ",
		TITLE4,
		TITLE6,
		":",
		"   0:",
		"0",
		"-1: 00000000:0016",
		/* too many digits: of the number, an address, a port, a state, a queue, the uid, the inode */
		"12345678901: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 42 "
		"1",
		"   0: 000000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 42 1",
		"   0: 00000000:00160 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 42 1",
		"   0: 00000000:0016 00000000:0000 00A 00000000:00000000 00:00000000 00000000     0        0 42 1",
		"   0: 00000000:0016 00000000:0000 0A 000000000:00000000 00:00000000 00000000     0        0 42 1",
		"   0: 00000000:0016 00000000:0000 0A 00000000:000000000 00:00000000 00000000     0        0 42 1",
		"   0: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000 12345678901 0 42 1",
		"   0: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000 4294967296 0 42 1",
		"   0: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 "
		"18446744073709551616 1",
		"   0: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 "
		"123456789012345678901 1",
		/* too few */
		"   0: 0000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 42 1",
		"   0: 0000000000000000:0016 0000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0     "
		"   0 42 1",
		"   0: 00000000: 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 42 1",
		/* families do not match; five words */
		"   0: 00000000:0016 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000 0 "
		"0 42 1",
		"   0: 0000000000000000000000000000000000000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 0 "
		"0 0 42 1",
		/* no digits */
		"   0: 0000000G:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 42 1",
		"   0: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000    -1        0 42 1",
		"   0: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 x 1",
		"   0: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 42x 1",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof lines / sizeof *lines; i++)
		assert_refused(lines[i]);
}

/* Every line that ends before the inode does not join to anything: it is refused. */
static void test_cut_lines(void **state)
{
	static const char whole[] = "   0: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000   "
				    "  0        0 42 1";
	size_t inode_at = (size_t)(strstr(whole, "42") - whole), len;
	char line[sizeof whole];

	(void)state;
	for (len = 0; len <= inode_at; len++) {
		memcpy(line, whole, len);
		line[len] = '\0';
		assert_refused(line);
	}
	assert_true(parsed(whole, LSP_TCP).key == 42);
}

/* --- files ------------------------------------------------------------------------------------------------ */

static void put_line(char *text, size_t size, unsigned number, unsigned port, unsigned state, unsigned long inode)
{
	size_t len = strlen(text);

	/* padded to 149 bytes, as seq_pad() does */
	snprintf(text + len, size - len,
		 "%4u: 00000000:%04X 00000000:0000 %02X 00000000:00000000 00:00000000 00000000 "
		 "    0        0 %-57lu\n",
		 number, port, state, inode);
}

static enum lsp_err read_tree(const struct tree *tree, enum lsp_proto proto, struct lsp_snapshot **ret_snapshot,
			      struct lsp_fault *ret_fault)
{
	struct lsp_socket stranger = {.local_port = 9};

	*ret_snapshot = lsp_snapshot_new();
	lsp_snapshot_add_socket(*ret_snapshot, &stranger);
	memset(ret_fault, 0, sizeof *ret_fault);
	return lsp_procnet_read(tree->fd, *ret_snapshot, proto, ret_fault);
}

static void assert_file_fault(const struct tree *tree, enum lsp_proto proto, enum lsp_err expected)
{
	struct lsp_snapshot *snapshot;
	struct lsp_fault fault;
	enum lsp_err err = read_tree(tree, proto, &snapshot, &fault);

	assert_int_equal(err, expected);
	assert_int_equal(fault.err, expected);
	assert_int_equal(snapshot->socket_count, 1); /* nothing of the first table stays */
	assert_int_equal(snapshot->notes, 0);
	lsp_snapshot_free(snapshot);
}

static const char one_line[] = TITLE4 "\n   0: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000"
				      "     0        0 42 1 x\n";

static void test_both_tables(void **state)
{
	struct tree tree;
	struct lsp_snapshot *snapshot;
	struct lsp_fault fault;

	(void)state;
	tree_make(&tree);
	tree_text(&tree, "net/tcp", one_line);
	tree_text(&tree, "net/tcp6",
		  TITLE6 "\n   0: 00000000000000000000000000000000:0050 "
			 "00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        "
			 "0 43 1\n");
	tree_text(&tree, "net/udp", "");
	tree_text(&tree, "net/udp6", TITLE6 "\n");
	assert_int_equal(read_tree(&tree, LSP_TCP, &snapshot, &fault), LSP_OK);
	assert_int_equal(snapshot->socket_count, 3);
	assert_int_equal(snapshot->sockets[1].local_port, 22);
	assert_int_equal(snapshot->sockets[1].proto, LSP_TCP);
	assert_int_equal(snapshot->sockets[2].local_port, 80);
	assert_int_equal(snapshot->sockets[2].local.family, LSP_INET6);
	assert_int_equal(snapshot->notes, LSP_NOTE_PROCNET);
	lsp_snapshot_free(snapshot);
	assert_int_equal(read_tree(&tree, LSP_UDP, &snapshot, &fault), LSP_OK);
	assert_int_equal(snapshot->socket_count, 1);
	lsp_snapshot_free(snapshot);
	tree_drop(&tree);
}

static void test_without_inet6(void **state)
{
	struct tree tree;
	struct lsp_snapshot *snapshot;
	struct lsp_fault fault;

	(void)state;
	tree_make(&tree);
	tree_text(&tree, "net/udp", one_line);
	assert_int_equal(read_tree(&tree, LSP_UDP, &snapshot, &fault), LSP_OK);
	assert_int_equal(snapshot->socket_count, 2);
	assert_int_equal(snapshot->sockets[1].proto, LSP_UDP);
	lsp_snapshot_free(snapshot);
	tree_drop(&tree);
}

static void test_no_table(void **state)
{
	struct tree tree;

	(void)state;
	tree_make(&tree);
	assert_file_fault(&tree, LSP_TCP, LSP_UNSUPPORTED);
	tree_text(&tree, "net/tcp6", one_line);
	assert_file_fault(&tree, LSP_TCP, LSP_UNSUPPORTED);
	assert_file_fault(&tree, LSP_UDP, LSP_UNSUPPORTED);
	tree_drop(&tree);
}

static void read_denied(const struct tree *tree)
{
	struct lsp_snapshot *snapshot;
	struct lsp_fault fault;

	child_assert(read_tree(tree, LSP_TCP, &snapshot, &fault) == LSP_DENIED);
	child_assert(fault.err == LSP_DENIED && fault.os_code == EACCES);
	child_assert(snapshot->socket_count == 1);
	lsp_snapshot_free(snapshot);
	child_assert(read_tree(tree, LSP_UDP, &snapshot, &fault) == LSP_DENIED);
	child_assert(snapshot->socket_count == 1);
	lsp_snapshot_free(snapshot);
}

static void test_denied(void **state)
{
	struct tree tree;

	(void)state;
	tree_make(&tree);
	tree_text(&tree, "net/tcp", one_line);
	tree_text(&tree, "net/udp", one_line);
	tree_text(&tree, "net/udp6", one_line);
	assert_int_equal(fchmodat(tree.fd, "net/tcp", 0, 0), 0);
	assert_int_equal(fchmodat(tree.fd, "net/udp6", 0, 0), 0); /* the second table: the first does not stay */
	assert_true(run_as_nobody(read_denied, &tree));
	tree_drop(&tree);
}

static void test_second_table_fails(void **state)
{
	struct tree tree;

	(void)state;
	tree_make(&tree);
	tree_text(&tree, "net/tcp", one_line);
	tree_folder(&tree, "net/tcp6"); /* EISDIR */
	assert_file_fault(&tree, LSP_TCP, LSP_IO);
	tree_drop(&tree);
}

static void test_line_without_end(void **state)
{
	static char zeros[64 * 1024 + 1];
	struct tree tree;

	(void)state;
	memset(zeros, '0', sizeof zeros);
	tree_make(&tree);
	tree_file(&tree, "net/tcp", zeros, sizeof zeros);
	assert_file_fault(&tree, LSP_TCP, LSP_MALFORMED);
	tree_file(&tree, "net/tcp", zeros, 64 * 1024);
	assert_file_fault(&tree, LSP_TCP, LSP_MALFORMED);
	tree_drop(&tree);
}

/* The kernel ends every line. One that is not ended was cut, and its inode may be the start of a longer one. */
static void test_last_line_without_newline(void **state)
{
	struct tree tree;
	struct lsp_snapshot *snapshot;
	struct lsp_fault fault;
	char text[512] = "";

	(void)state;
	tree_make(&tree);
	put_line(text, sizeof text, 0, 80, 10, 41);
	strcat(text, "   1: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 42");
	tree_text(&tree, "net/tcp", text);
	assert_int_equal(read_tree(&tree, LSP_TCP, &snapshot, &fault), LSP_OK);
	assert_int_equal(snapshot->socket_count, 2);
	assert_int_equal(snapshot->sockets[1].local_port, 80);
	lsp_snapshot_free(snapshot);
	tree_drop(&tree);
}

/* Lines that lie across the ends of the buffer. */
static void test_many_lines(void **state)
{
	enum { LINES = 3000 };
	struct tree tree;
	struct lsp_snapshot *snapshot;
	struct lsp_fault fault;
	char *text = calloc(LINES, 160), *at = text;
	unsigned i;

	(void)state;
	assert_non_null(text);
	tree_make(&tree);
	for (i = 0; i < LINES; i++) {
		put_line(at, 160, i, 1 + i, 10, 100000 + i);
		at += strlen(at);
	}
	tree_text(&tree, "net/tcp", text);
	free(text);
	assert_int_equal(read_tree(&tree, LSP_TCP, &snapshot, &fault), LSP_OK);
	assert_int_equal(snapshot->socket_count, LINES + 1);
	for (i = 0; i < LINES; i++) {
		assert_int_equal(snapshot->sockets[i + 1].local_port, 1 + i);
		assert_true(snapshot->sockets[i + 1].key == 100000 + i);
	}
	lsp_snapshot_free(snapshot);
	tree_drop(&tree);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_listener),         cmocka_unit_test(test_connection),
		cmocka_unit_test(test_inet6_words),      cmocka_unit_test(test_udp),
		cmocka_unit_test(test_orphans),          cmocka_unit_test(test_listener_with_stale_peer),
		cmocka_unit_test(test_states),           cmocka_unit_test(test_no_socket_lines),
		cmocka_unit_test(test_cut_lines),        cmocka_unit_test(test_both_tables),
		cmocka_unit_test(test_without_inet6),    cmocka_unit_test(test_no_table),
		cmocka_unit_test(test_denied),           cmocka_unit_test(test_second_table_fails),
		cmocka_unit_test(test_line_without_end), cmocka_unit_test(test_last_line_without_newline),
		cmocka_unit_test(test_many_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
