/*
 * test_linux_bind.c - trying to bind, and other network namespaces in a tree of our own.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "linux.h"
#include "test_linux_tree.h"

static const struct lsp_addr loopback = {.family = LSP_INET4, .bytes = {127, 0, 0, 1}};
static const struct lsp_addr nowhere = {.family = LSP_INET4, .bytes = {192, 0, 2, 7}};
static const struct lsp_addr linklocal = {.family = LSP_INET6, .bytes = {0xfe, 0x80, [15] = 9}};

static void test_try(void **state)
{
	struct sockaddr_in name = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof name;
	int fd = socket(AF_INET, SOCK_STREAM, 0), probe;
	struct lsp_fault fault;
	uint16_t port;

	(void)state;
	assert_int_equal(bind(fd, (struct sockaddr *)&name, len), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&name, &len), 0);
	port = ntohs(name.sin_port);
	assert_int_equal(lsp_bind_try(LSP_TCP, &loopback, port, LSP_WAY_PLAIN, &fault), LSP_IN_USE);
	assert_int_equal(fault.os_code, EADDRINUSE);
	assert_string_equal(fault.op, "bind");
	assert_int_equal(lsp_bind_try(LSP_UDP, &loopback, port, LSP_WAY_PLAIN, &fault), LSP_OK);
	close(fd);
	assert_int_equal(lsp_bind_try(LSP_TCP, &loopback, port, LSP_WAY_PLAIN, &fault), LSP_OK);
	assert_int_equal(lsp_bind_try(LSP_TCP, &nowhere, port, LSP_WAY_PLAIN, &fault), LSP_NO_ADDRESS);
	assert_int_equal(lsp_bind_try(LSP_TCP, &linklocal, port, LSP_WAY_PLAIN, &fault), LSP_UNSUPPORTED);
	if (fault.os_code == EINVAL)
		assert_non_null(strstr(fault.detail, "wants its device"));
	probe = socket(AF_INET, SOCK_STREAM, 0); /* the lowest descriptor is free again: nothing is left open */
	assert_int_equal(probe, fd);
	close(probe);
}

#define TITLE "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
#define LISTENER(port, inode)                                                                                             \
	"   0: 0100007F:" port " 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 " inode            \
	" 1 0000000000000000 100 0 0 10 0\n"
#define CLIENT "   1: 0100007F:1F40 0100007F:0050 01 00000000:00000000 00:00000000 00000000     0        0 99 1 0000000000000000 20 4 30 10 -1\n"

/* One process of each namespace is asked; of what is there only what holds a port that is wanted. */
static void test_elsewhere(void **state)
{
	static const struct lsp_port_range range = {8000, 8000};
	static const struct lsp_hint hint = {
		.protos = LSP_PROTO_BIT(LSP_TCP), .states = LSP_STATE_ALL, .ports = &range, .port_count = 1};
	static const char other[] = TITLE LISTENER("1F40", "501") LISTENER("1F41", "502") CLIENT;
	static const char ours[] = TITLE LISTENER("1F40", "601");
	struct lsp_snapshot *snapshot = lsp_snapshot_new();
	struct lsp_fault fault;
	struct tree tree;

	(void)state;
	tree_make(&tree);
	assert_int_not_equal(lsp_elsewhere_read(tree.fd, snapshot, &hint, &fault), LSP_OK); /* no self */
	tree_link(&tree, "self/ns/net", "net:[1]");
	tree_link(&tree, "10/ns/net", "net:[1]");
	tree_link(&tree, "20/ns/net", "net:[2]"); /* a corpse: no tables */
	tree_link(&tree, "21/ns/net", "net:[2]");
	tree_link(&tree, "22/ns/net", "net:[2]");
	tree_file(&tree, "10/net/tcp", ours, sizeof ours - 1);
	tree_file(&tree, "21/net/tcp", other, sizeof other - 1);
	tree_file(&tree, "22/net/tcp", other, sizeof other - 1);
	assert_int_equal(lsp_elsewhere_read(tree.fd, snapshot, &hint, &fault), LSP_OK);
	assert_int_equal(snapshot->socket_count, 1);
	assert_int_equal(snapshot->sockets[0].key, 501);
	assert_int_equal(snapshot->notes, 0);
	lsp_snapshot_free(snapshot);
	tree_drop(&tree);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_try),
		cmocka_unit_test(test_elsewhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
