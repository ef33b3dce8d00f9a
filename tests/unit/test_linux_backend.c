/*
 * test_linux_backend.c - the Linux backend as a whole in places where the kernel refuses: without netlink, without
 * /proc, with a failure halfway. A filter of system calls (seccomp) refuses; each place is a child of its own.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/seccomp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <cmocka.h>

#include "linux.h"
#include "test_linux_tree.h"

#define NOT_HERE 77 /* the child's word for: this place cannot be made */

#define WORD_AT(offset) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)(offset))
#define ARG(n) (offsetof(struct seccomp_data, args) + 8 * (n))
/* Call nr fails with os_code when argument n is value. */
#define REFUSE(nr_, n, value, os_code)                                                                                 \
	WORD_AT(offsetof(struct seccomp_data, nr)), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, nr_, 0, 3), WORD_AT(ARG(n)),   \
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1),                                                      \
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ((os_code)&SECCOMP_RET_DATA))

static void refuse(long call, unsigned argument, uint32_t value, int os_code)
{
	struct sock_filter filter[] = {
		REFUSE((uint32_t)call, argument, value, (uint32_t)os_code),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {sizeof filter / sizeof *filter, filter};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
		_exit(NOT_HERE);
}

/* Runs a place in a child; skips the test where it cannot be made. */
static void in_child(void (*place)(const struct tree *tree))
{
	struct tree tree;
	int status;
	pid_t child;

	tree_make(&tree);
	fflush(NULL);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		place(&tree);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	tree_drop(&tree);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == NOT_HERE)
		skip();
	assert_int_equal(WEXITSTATUS(status), 0);
}

static const struct lsp_hint everything = {.protos = LSP_PROTO_ALL, .states = LSP_STATE_ALL};
static const struct lsp_hint tcp_listeners = {.protos = LSP_PROTO_BIT(LSP_TCP), .states = LSP_STATE_BIT(LSP_LISTEN)};

static uint16_t open_listener(void)
{
	struct sockaddr_in addr = {.sin_family = AF_INET};
	socklen_t len = sizeof addr;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	child_assert(fd >= 0 && bind(fd, (struct sockaddr *)&addr, sizeof addr) == 0 && listen(fd, 5) == 0);
	child_assert(getsockname(fd, (struct sockaddr *)&addr, &len) == 0);
	return ntohs(addr.sin_port);
}

static const struct lsp_socket *find_listener(const struct lsp_snapshot *snapshot, uint16_t port)
{
	size_t i;

	for (i = 0; i < snapshot->socket_count; i++) {
		if (snapshot->sockets[i].state == LSP_LISTEN && snapshot->sockets[i].local_port == port)
			return &snapshot->sockets[i];
	}
	return NULL;
}

/* --- /proc/net takes over ---------------------------------------------------------------------------------- */

static void assert_fallback(void)
{
	const struct lsp_backend *backend = lsp_backend_native();
	struct lsp_snapshot *snapshot = lsp_snapshot_new();
	struct lsp_fault fault;
	uint16_t port = open_listener();
	const struct lsp_socket *socket;

	child_assert(backend->sockets(snapshot, &everything, &fault) == LSP_OK);
	child_assert(snapshot->notes == (LSP_NOTE_PROCNET | LSP_NOTE_NO_BOUND));
	socket = find_listener(snapshot, port);
	child_assert(socket != NULL && (socket->has & LSP_HAS_KEY) != 0);
	lsp_snapshot_free(snapshot);
	snapshot = lsp_snapshot_new();
	child_assert(backend->sockets(snapshot, &tcp_listeners, &fault) == LSP_OK);
	child_assert(snapshot->notes == LSP_NOTE_PROCNET); /* BOUND was not asked for */
	child_assert(find_listener(snapshot, port) != NULL);
	lsp_snapshot_free(snapshot);
}

static void place_netlink_denied(const struct tree *tree)
{
	(void)tree;
	refuse(SYS_socket, 0, AF_NETLINK, EPERM);
	assert_fallback();
}

static void place_netlink_unknown(const struct tree *tree)
{
	(void)tree;
	refuse(SYS_socket, 0, AF_NETLINK, EAFNOSUPPORT);
	assert_fallback();
}

static void place_sock_diag_unknown(const struct tree *tree)
{
	(void)tree;
	refuse(SYS_socket, 2, NETLINK_SOCK_DIAG, EPROTONOSUPPORT);
	assert_fallback();
}

static void test_fallback(void **state)
{
	(void)state;
	in_child(place_netlink_denied);
	in_child(place_netlink_unknown);
	in_child(place_sock_diag_unknown);
}

/* --- no way at all --------------------------------------------------------------------------------------------- */

static void place_without_proc(const struct tree *tree)
{
	static const uint64_t keys[] = {1};
	const struct lsp_backend *backend = lsp_backend_native();
	struct lsp_snapshot *snapshot = lsp_snapshot_new();
	struct lsp_fault fault;

	if (chroot(tree->path) != 0 || chdir("/") != 0)
		_exit(NOT_HERE);
	child_assert(backend->holders(snapshot, keys, 1, LSP_WANT_NAME, &fault) == LSP_UNSUPPORTED);
	child_assert(fault.err == LSP_UNSUPPORTED);
	child_assert(snapshot->notes == LSP_NOTE_NO_HOLDERS);
	refuse(SYS_socket, 0, AF_NETLINK, EACCES);
	memset(&fault, 0, sizeof fault);
	child_assert(backend->sockets(snapshot, &everything, &fault) ==
		     LSP_DENIED); /* the first refusal is the one said */
	child_assert(fault.err == LSP_DENIED && fault.os_code == EACCES);
	child_assert(snapshot->socket_count == 0);
	child_assert((snapshot->notes & LSP_NOTE_PROCNET) == 0);
	lsp_snapshot_free(snapshot);
}

static void test_no_way(void **state)
{
	(void)state;
	in_child(place_without_proc);
}

/* --- TCP is read, UDP fails ------------------------------------------------------------------------------------ */

static void place_udp_fails(const struct tree *tree)
{
	const struct lsp_backend *backend = lsp_backend_native();
	struct lsp_snapshot *snapshot = lsp_snapshot_new();
	struct lsp_fault fault;
	uint16_t port = open_listener();

	(void)tree;
	/* the requests differ in length: UDP's is the newer one, or the older with an attribute behind it */
	refuse(SYS_sendto, 2, NLMSG_HDRLEN + sizeof(struct inet_diag_req_v2), EIO);
	refuse(SYS_sendto, 2, NLMSG_HDRLEN + sizeof(struct inet_diag_req) + NLA_HDRLEN + sizeof(uint32_t), EIO);
	child_assert(backend->sockets(snapshot, &tcp_listeners, &fault) == LSP_OK);
	child_assert(find_listener(snapshot, port) != NULL);
	lsp_snapshot_free(snapshot);
	snapshot = lsp_snapshot_new();
	child_assert(backend->sockets(snapshot, &everything, &fault) == LSP_IO);
	child_assert(fault.err == LSP_IO && fault.os_code == EIO);
	child_assert(snapshot->socket_count == 0); /* half an answer is none */
	lsp_snapshot_free(snapshot);
}

static void test_half_an_answer(void **state)
{
	(void)state;
	in_child(place_udp_fails);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fallback),
		cmocka_unit_test(test_no_way),
		cmocka_unit_test(test_half_an_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
