/*
 * test_linux_counters.c - what TCP counts, out of the texts of /proc/net; and where a program lies.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "linux.h"
#include "test_linux_tree.h"

static void test_pair(void **state)
{
	static const struct {
		const char *text;
		bool found;
		uint64_t number;
	} table[] = {
		{"TcpExt: A ListenOverflows B\nTcpExt: 1 22 3\n", true, 22},
		{"IpExt: ListenOverflows\nIpExt: 5\nTcpExt: A ListenOverflows\nTcpExt: 1 22\n", true, 22},
		{"TcpExt: ListenOverflowsX ListenOverflows\nTcpExt: 1 2\n", true, 2},
		{"TcpExt: A B\nTcpExt: 1 2\n", false, 0},
		{"TcpExt: A ListenOverflows\nTcpExt: 1\n", false, 0},
		{"TcpExt: A ListenOverflows\n", false, 0},
		{"TcpExt: ListenOverflows\nTcpExt: -1\n", false, 0},
		{"TcpExt: ListenOverflows\nTcpExt: 18446744073709551616\n", false, 0},
		{"TcpExt: ListenOverflows\nTcpExt: 7", true, 7},
		{"", false, 0},
	};
	uint64_t number;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof table / sizeof *table; i++) {
		if (lsp_counters_parse_pair(table[i].text, strlen(table[i].text), "TcpExt:", "ListenOverflows", &number) !=
		    table[i].found)
			fail_msg("%s", table[i].text);
		if (table[i].found)
			assert_true(number == table[i].number);
	}
}

static void test_turn(void **state)
{
	static const char text[] = "sockets: used 16\nTCP: inuse 1 orphan 0 tw 42 alloc 1 mem 282\nUDP: inuse 0 mem 0\n";
	uint64_t number;

	(void)state;
	assert_true(lsp_counters_parse_turn(text, sizeof text - 1, "TCP:", "tw", &number));
	assert_true(number == 42);
	assert_true(lsp_counters_parse_turn(text, sizeof text - 1, "UDP:", "mem", &number));
	assert_true(number == 0);
	assert_false(lsp_counters_parse_turn(text, sizeof text - 1, "UDP:", "tw", &number));
	assert_false(lsp_counters_parse_turn(text, sizeof text - 1, "TCP6:", "tw", &number));
	assert_false(lsp_counters_parse_turn("TCP: tw", 7, "TCP:", "tw", &number));
}

/* Each file that is there tells its own; what is missing has no bit. */
static void test_files(void **state)
{
	struct lsp_tcp_counters counters;
	struct tree tree;

	(void)state;
	tree_make(&tree);
	tree_text(&tree, "self/net/sockstat", "TCP: inuse 1 tw 9\n");
	lsp_counters_read(tree.fd, &counters);
	assert_int_equal(counters.has, LSP_COUNTS_TIME_WAIT);
	assert_true(counters.time_wait == 9);
	tree_text(&tree, "self/net/netstat", "TcpExt: ListenOverflows\nTcpExt: 3\n");
	tree_text(&tree, "self/net/snmp", "Tcp: ActiveOpens CurrEstab\nTcp: 5 6\n");
	lsp_counters_read(tree.fd, &counters);
	assert_int_equal(counters.has, LSP_COUNTS_TIME_WAIT | LSP_COUNTS_OVERFLOWS | LSP_COUNTS_CONNECTIONS);
	assert_true(counters.overflows == 3 && counters.connections == 6);
	tree_drop(&tree);
}

/* The folder is looked at only for processes of our own mounts. */
static void test_exe_place(void **state)
{
	char ours[64] = "", exe[256];
	struct tree tree;
	ssize_t len = readlink("/proc/self/ns/mnt", ours, sizeof ours - 1);

	(void)state;
	assert_true(len > 0);
	if (!lsp_kernel_is_since(5, 12))
		skip(); /* no RESOLVE_CACHED: nothing is looked at */
	tree_make(&tree);
	tree_link(&tree, "7/ns/mnt", ours);
	tree_link(&tree, "8/ns/mnt", "mnt:[1]");
	tree_folder(&tree, "wide");
	assert_int_equal(fchmodat(tree.fd, "wide", 0777, 0), 0);
	snprintf(exe, sizeof exe, "%s/wide/server", tree.path);
	assert_int_equal(access(exe, F_OK), -1); /* it need not be there: the folder is looked at */
	assert_int_equal(lsp_exe_place_read(tree.fd, "7/", exe), LSP_PROCESS_EXE_OPEN);
	assert_int_equal(lsp_exe_place_read(tree.fd, "8/", exe), 0);
	assert_int_equal(lsp_exe_place_read(tree.fd, "9/", exe), 0);
	assert_int_equal(fchmodat(tree.fd, "wide", 0775, 0), 0);
	assert_int_equal(lsp_exe_place_read(tree.fd, "7/", exe), 0);
	assert_int_equal(lsp_exe_place_read(tree.fd, "7/", "/usr/bin/server (deleted)"), LSP_PROCESS_EXE_DELETED);
	assert_int_equal(lsp_exe_place_read(tree.fd, "7/", " (deleted)"), 0);
	assert_int_equal(lsp_exe_place_read(tree.fd, "7/", "server"), 0);
	assert_int_equal(lsp_exe_place_read(tree.fd, "7/", "/server"), 0);
	tree_drop(&tree);
}

/* An AppImage is where its file system is mounted, which only counts while it is and while nobody can write to it. */
static void test_exe_place_mounted(void **state)
{
	static const struct {
		const char *mounts;
		uint32_t has;
	} table[] = {
		{"21 1 8:1 / / rw - ext4 /dev/sda1 rw\n45 21 0:73 / /tmp/.mount_Joplin ro,nosuid shared:3 - fuse.x x ro\n",
		 LSP_PROCESS_EXE_READ_ONLY},
		{"21 1 8:1 / / rw - ext4 /dev/sda1 rw\n", 0},
		{"45 21 0:73 / /tmp/.mount_Joplin rw,nosuid - fuse.x x rw\n", 0},
		{"45 21 0:73 / /tmp/.mount_Jop ro - fuse.x x ro\n", 0},
		{"45 21 0:73 / /tmp/.mount_Joplin ro - fuse.x x ro\n46 45 0:74 / /tmp/.mount_Joplin/usr rw - tmpfs x rw\n", 0},
		{"45 21 0:73 / /tmp/.mount_Joplin ro - fuse.x x ro\n46 45 0:74 / /tmp/.mount_Joplin rw - tmpfs x rw\n", 0},
		{"45 21", 0},
	};
	struct tree tree;
	size_t i;

	(void)state;
	tree_make(&tree);
	assert_int_equal(lsp_exe_place_read(tree.fd, "7/", "/tmp/.mount_Joplin/usr/bin/joplin"), 0);
	for (i = 0; i < sizeof table / sizeof *table; i++) {
		tree_text(&tree, "7/mountinfo", table[i].mounts);
		if (lsp_exe_place_read(tree.fd, "7/", "/tmp/.mount_Joplin/usr/bin/joplin") != table[i].has)
			fail_msg("%s", table[i].mounts);
	}
	tree_drop(&tree);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pair),
		cmocka_unit_test(test_turn),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_exe_place),
		cmocka_unit_test(test_exe_place_mounted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
