/*
 * test_core_snapshot.c - the three lists, what freeze does to them, and the memory behind them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <lsports/snapshot.h>

static int set_up(void **state)
{
	*state = lsp_snapshot_new();
	return 0;
}

static int tear_down(void **state)
{
	lsp_snapshot_free(*state);
	return 0;
}

static void add_sockets(struct lsp_snapshot *snapshot, uint16_t first, uint16_t count)
{
	uint16_t i;

	for (i = 0; i < count; i++) {
		struct lsp_socket socket = {.proto = LSP_TCP, .state = LSP_LISTEN, .local_port = (uint16_t)(first + i)};

		lsp_snapshot_add_socket(snapshot, &socket);
	}
}

static void add_holder(struct lsp_snapshot *snapshot, uint64_t key, uint32_t pid, uint32_t fd)
{
	lsp_snapshot_add_holder(snapshot, &(struct lsp_holder){.key = key, .pid = pid, .fd = fd});
}

static void add_process(struct lsp_snapshot *snapshot, uint32_t pid, uint64_t birth, const char *name)
{
	lsp_snapshot_add_process(snapshot, &(struct lsp_process){.pid = pid, .birth = birth, .name = name});
}

static void test_new_is_empty(void **state)
{
	struct lsp_snapshot *snapshot = *state;
	struct lsp_addr addr = {.family = LSP_INET4};
	size_t count = 9;

	assert_int_equal(snapshot->socket_count + snapshot->holder_count + snapshot->process_count, 0);
	assert_int_equal(snapshot->blind, 0);
	assert_int_equal(snapshot->notes, 0);
	lsp_snapshot_freeze(snapshot);
	assert_null(lsp_snapshot_holders_of(snapshot, 1, &count));
	assert_int_equal(count, 0);
	assert_null(lsp_snapshot_process(snapshot, 1));
	assert_null(lsp_snapshot_name(snapshot, LSP_NAME_USER, 0));
	assert_null(lsp_snapshot_host(snapshot, &addr));
	lsp_snapshot_free(NULL);
}

/* Every name of thousands stays where it was and what it was, also those larger than a chunk of the arena. */
static void test_strings_never_move(void **state)
{
	enum { COUNT = 5000, HUGE_LEN = 200000 };
	struct lsp_snapshot *snapshot = *state;
	static const char *first_name, *first_argv;
	char *huge = malloc(HUGE_LEN + 1), name[32];
	uint32_t i;

	memset(huge, 'x', HUGE_LEN);
	huge[HUGE_LEN] = '\0';
	lsp_snapshot_add_process(snapshot, &(struct lsp_process){.pid = 1, .name = "init", .exe = "/sbin/init",
								 .argv = "a\0b c\0", .argv_len = 6});
	first_name = snapshot->processes[0].name;
	first_argv = snapshot->processes[0].argv;
	for (i = 2; i < COUNT; i++) {
		snprintf(name, sizeof name, "name %u", i);
		add_process(snapshot, i, i, i % 1000 == 0 ? huge : name);
	}
	memset(name, '!', sizeof name); /* what was handed over is copied */
	lsp_snapshot_freeze(snapshot);
	assert_ptr_equal(snapshot->processes[0].name, first_name);
	assert_ptr_equal(snapshot->processes[0].argv, first_argv);
	assert_string_equal(first_name, "init");
	assert_memory_equal(first_argv, "a\0b c\0", 6);
	assert_null(snapshot->processes[0].user);
	for (i = 2; i < COUNT; i++) {
		const struct lsp_process *process = lsp_snapshot_process(snapshot, i);

		snprintf(name, sizeof name, "name %u", i);
		assert_string_equal(process->name, i % 1000 == 0 ? huge : name);
	}
	free(huge);
}

static void test_rollback(void **state)
{
	struct lsp_snapshot *snapshot = *state;
	size_t mark;

	add_sockets(snapshot, 100, 3);
	mark = lsp_snapshot_mark(snapshot);
	add_sockets(snapshot, 200, 1000);
	assert_int_equal(snapshot->socket_count, 1003);
	lsp_snapshot_rollback(snapshot, mark);
	assert_int_equal(snapshot->socket_count, 3);
	add_sockets(snapshot, 300, 1);
	assert_int_equal(snapshot->sockets[2].local_port, 102);
	assert_int_equal(snapshot->sockets[3].local_port, 300);
	lsp_snapshot_rollback(snapshot, 1000); /* nothing is behind it */
	assert_int_equal(snapshot->socket_count, 4);
	lsp_snapshot_rollback(snapshot, 0);
	assert_int_equal(snapshot->socket_count, 0);
}

static bool is_even(const struct lsp_socket *socket, const void *arg)
{
	(void)arg;
	return socket->local_port % 2 == 0;
}

static bool is_listed(const struct lsp_socket *socket, const void *arg)
{
	return arg != NULL && socket->local_port == *(const uint16_t *)arg;
}

static void test_keep(void **state)
{
	struct lsp_snapshot *snapshot = *state;
	const uint16_t wanted = 106;
	size_t i;

	lsp_snapshot_keep(snapshot, is_even, NULL);
	assert_int_equal(snapshot->socket_count, 0);
	add_sockets(snapshot, 101, 10);
	lsp_snapshot_keep(snapshot, is_even, NULL);
	assert_int_equal(snapshot->socket_count, 5);
	for (i = 0; i < 5; i++)
		assert_int_equal(snapshot->sockets[i].local_port, 102 + 2 * i);
	lsp_snapshot_keep(snapshot, is_listed, &wanted);
	assert_int_equal(snapshot->socket_count, 1);
	assert_int_equal(snapshot->sockets[0].local_port, 106);
	lsp_snapshot_keep(snapshot, is_listed, NULL);
	assert_int_equal(snapshot->socket_count, 0);
}

static void assert_holder(const struct lsp_holder *holder, uint64_t key, uint32_t pid, uint32_t fd)
{
	assert_int_equal(holder->key, key);
	assert_int_equal(holder->pid, pid);
	assert_int_equal(holder->fd, fd);
}

/* Keys, pids and fds whose differences do not fit into an int (trap 13). */
static void test_freeze_holders(void **state)
{
	struct lsp_snapshot *snapshot = *state;
	const uint64_t far = UINT64_C(1) << 33;
	const struct lsp_holder *run;
	size_t count;

	add_holder(snapshot, far, 4000000000u, 3);
	add_holder(snapshot, 7, 20, 4);
	add_holder(snapshot, 7, 10, 5);
	add_holder(snapshot, far, 1, 3);
	add_holder(snapshot, 7, 10, 5); /* threads share descriptors: seen twice, there once */
	add_holder(snapshot, 7, 10, 3);
	add_holder(snapshot, 7, 10, 3000000000u);
	lsp_snapshot_freeze(snapshot);
	assert_int_equal(snapshot->holder_count, 6);

	run = lsp_snapshot_holders_of(snapshot, 7, &count);
	assert_int_equal(count, 4);
	assert_holder(&run[0], 7, 10, 3);
	assert_holder(&run[1], 7, 10, 5);
	assert_holder(&run[2], 7, 10, 3000000000u);
	assert_holder(&run[3], 7, 20, 4);
	run = lsp_snapshot_holders_of(snapshot, far, &count);
	assert_int_equal(count, 2);
	assert_holder(&run[0], far, 1, 3);
	assert_holder(&run[1], far, 4000000000u, 3);
	assert_null(lsp_snapshot_holders_of(snapshot, 6, &count));
	assert_null(lsp_snapshot_holders_of(snapshot, 8, &count));
	assert_null(lsp_snapshot_holders_of(snapshot, UINT64_MAX, &count));
	assert_int_equal(count, 0);

	add_holder(snapshot, 8, 1, 1); /* more, and frozen again */
	add_holder(snapshot, 7, 20, 4);
	lsp_snapshot_freeze(snapshot);
	assert_int_equal(snapshot->holder_count, 7);
	assert_non_null(lsp_snapshot_holders_of(snapshot, 8, &count));
	assert_int_equal(count, 1);
}

static void test_many_holders(void **state)
{
	enum { KEYS = 500, PIDS = 20 };
	struct lsp_snapshot *snapshot = *state;
	uint32_t i, seed = 1;
	uint64_t key;
	size_t count;

	for (i = 0; i < 4 * KEYS * PIDS; i++) {
		seed = seed * 1664525u + 1013904223u;
		add_holder(snapshot, (seed >> 8) % KEYS * 3, (seed >> 20) % PIDS, 0);
	}
	for (i = 0; i < KEYS * PIDS; i++)
		add_holder(snapshot, i / PIDS * 3, i % PIDS, 0);
	lsp_snapshot_freeze(snapshot);
	assert_int_equal(snapshot->holder_count, KEYS * PIDS);
	for (key = 0; key < 3 * KEYS; key++) {
		const struct lsp_holder *run = lsp_snapshot_holders_of(snapshot, key, &count);

		assert_int_equal(count, key % 3 == 0 ? PIDS : 0);
		for (i = 0; i < count; i++)
			assert_holder(&run[i], key, i, 0);
	}
}

static void test_processes_once(void **state)
{
	struct lsp_snapshot *snapshot = *state;

	add_process(snapshot, 4000000000u, 1, "far");
	add_process(snapshot, 30, 1, "c");
	add_process(snapshot, 10, 1, "a");
	add_process(snapshot, 30, 1, "c");
	add_process(snapshot, 20, 1, "b");
	lsp_snapshot_freeze(snapshot);
	assert_int_equal(snapshot->process_count, 4);
	assert_string_equal(lsp_snapshot_process(snapshot, 10)->name, "a");
	assert_string_equal(lsp_snapshot_process(snapshot, 20)->name, "b");
	assert_string_equal(lsp_snapshot_process(snapshot, 30)->name, "c");
	assert_string_equal(lsp_snapshot_process(snapshot, 4000000000u)->name, "far");
	assert_null(lsp_snapshot_process(snapshot, 0));
	assert_null(lsp_snapshot_process(snapshot, 11));
	assert_null(lsp_snapshot_process(snapshot, UINT32_MAX));
	assert_int_equal(lsp_snapshot_process(snapshot, 30)->has & LSP_PROCESS_GONE, 0);
}

/* Details come after the freeze and belong to the process that was there. */
static void test_details_after_freeze(void **state)
{
	struct lsp_snapshot *snapshot = *state;
	const struct lsp_process *process;

	add_process(snapshot, 10, 5, NULL);
	add_process(snapshot, 20, 5, NULL);
	lsp_snapshot_freeze(snapshot);
	process = lsp_snapshot_process(snapshot, 10);
	lsp_snapshot_add_process(snapshot, &(struct lsp_process){.pid = 10, .birth = 5, .name = "nginx", .uid = 33,
								 .exe = "/usr/sbin/nginx", .has = LSP_PROCESS_HAS_UID});
	assert_int_equal(snapshot->process_count, 2);
	assert_ptr_equal(lsp_snapshot_process(snapshot, 10), process);
	assert_string_equal(process->name, "nginx");
	assert_string_equal(process->exe, "/usr/sbin/nginx");
	assert_int_equal(process->uid, 33);
	assert_int_equal(process->has, LSP_PROCESS_HAS_UID);
	assert_null(lsp_snapshot_process(snapshot, 20)->name);

	add_process(snapshot, 15, 5, "new"); /* not found before the next freeze */
	assert_null(lsp_snapshot_process(snapshot, 15));
	lsp_snapshot_freeze(snapshot);
	assert_string_equal(lsp_snapshot_process(snapshot, 15)->name, "new");
	assert_int_equal(snapshot->process_count, 3);
}

/* Trap 8: the pid is there and another process has it. Its name is never shown. */
static void test_reused_pid_is_gone(void **state)
{
	struct lsp_snapshot *snapshot = *state;

	add_process(snapshot, 10, 5, "first");
	lsp_snapshot_freeze(snapshot);
	add_process(snapshot, 10, 6, "other");
	assert_string_equal(lsp_snapshot_process(snapshot, 10)->name, "first");
	assert_int_equal(lsp_snapshot_process(snapshot, 10)->birth, 5);
	assert_int_equal(lsp_snapshot_process(snapshot, 10)->has & LSP_PROCESS_GONE, LSP_PROCESS_GONE);

	/* who has lost its pid never gets it back: a late look at the first one does not undo it */
	add_process(snapshot, 10, 5, "first");
	assert_int_equal(lsp_snapshot_process(snapshot, 10)->has & LSP_PROCESS_GONE, LSP_PROCESS_GONE);
	lsp_snapshot_freeze(snapshot);
	assert_int_equal(snapshot->process_count, 1);
	assert_int_equal(lsp_snapshot_process(snapshot, 10)->has & LSP_PROCESS_GONE, LSP_PROCESS_GONE);
}

static void test_reused_pid_before_freeze(void **state)
{
	struct lsp_snapshot *snapshot = *state;

	add_process(snapshot, 10, 5, NULL);
	add_process(snapshot, 10, 6, NULL);
	add_process(snapshot, 10, 5, NULL);
	lsp_snapshot_freeze(snapshot);
	assert_int_equal(snapshot->process_count, 1);
	assert_int_equal(lsp_snapshot_process(snapshot, 10)->has & LSP_PROCESS_GONE, LSP_PROCESS_GONE);
}

static void test_names(void **state)
{
	struct lsp_snapshot *snapshot = *state;
	char name[] = "root";
	int i;

	lsp_snapshot_add_name(snapshot, LSP_NAME_USER, 0, name);
	lsp_snapshot_add_name(snapshot, LSP_NAME_INTERFACE, 2, "eth0");
	lsp_snapshot_add_name(snapshot, LSP_NAME_USER, 2, "bin");
	name[0] = '!';
	for (i = 0; i < 100; i++)
		lsp_snapshot_add_name(snapshot, LSP_NAME_USER, 1000 + (uint32_t)i, "somebody");
	assert_string_equal(lsp_snapshot_name(snapshot, LSP_NAME_USER, 0), "root");
	assert_string_equal(lsp_snapshot_name(snapshot, LSP_NAME_USER, 2), "bin");
	assert_string_equal(lsp_snapshot_name(snapshot, LSP_NAME_INTERFACE, 2), "eth0");
	assert_string_equal(lsp_snapshot_name(snapshot, LSP_NAME_USER, 1099), "somebody");
	assert_null(lsp_snapshot_name(snapshot, LSP_NAME_INTERFACE, 0));
	assert_null(lsp_snapshot_name(snapshot, LSP_NAME_USER, 3));
}

static void test_hosts(void **state)
{
	struct lsp_snapshot *snapshot = *state;
	struct lsp_addr addr = {.family = LSP_INET4, .bytes = {127, 0, 0, 1}}, other = addr;

	lsp_snapshot_add_host(snapshot, &addr, "localhost");
	assert_string_equal(lsp_snapshot_host(snapshot, &addr), "localhost");
	other.bytes[3] = 2;
	assert_null(lsp_snapshot_host(snapshot, &other));
	other = addr;
	other.scope = 3;
	assert_null(lsp_snapshot_host(snapshot, &other));
}

static void test_blindness(void **state)
{
	struct lsp_snapshot *snapshot = *state;

	assert_false(lsp_snapshot_is_blind(snapshot));
	snapshot->notes = LSP_NOTE_PROCNET | LSP_NOTE_TORN | LSP_NOTE_NO_BOUND;
	assert_false(lsp_snapshot_is_blind(snapshot));
	snapshot->blind = 1;
	assert_true(lsp_snapshot_is_blind(snapshot));
	snapshot->blind = 0;
	snapshot->notes = LSP_NOTE_NO_HOLDERS;
	assert_true(lsp_snapshot_is_blind(snapshot));
	snapshot->notes = LSP_NOTE_HIDEPID;
	assert_true(lsp_snapshot_is_blind(snapshot));
	snapshot->notes = LSP_NOTE_OTHER_PIDNS;
	assert_true(lsp_snapshot_is_blind(snapshot));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_new_is_empty, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_strings_never_move, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_rollback, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_keep, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_freeze_holders, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_many_holders, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_processes_once, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_details_after_freeze, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_reused_pid_is_gone, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_reused_pid_before_freeze, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_names, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_hosts, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_blindness, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
