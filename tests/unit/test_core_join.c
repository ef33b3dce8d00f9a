/*
 * test_core_join.c - sockets and holders become rows: who owns each, or why nobody is shown.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/join.h"

struct world {
	struct lsp_snapshot *snapshot;
	struct lsp_row *rows;
	size_t count;
};

static int set_up(void **state)
{
	struct world *world = calloc(1, sizeof *world);

	world->snapshot = lsp_snapshot_new();
	*state = world;
	return 0;
}

static int tear_down(void **state)
{
	struct world *world = *state;

	free(world->rows);
	lsp_snapshot_free(world->snapshot);
	free(world);
	return 0;
}

static void add(struct world *world, enum lsp_proto proto, enum lsp_state state, uint64_t key)
{
	lsp_snapshot_add_socket(world->snapshot,
				&(struct lsp_socket){.proto = (uint8_t)proto, .state = (uint8_t)state, .key = key,
						     .local_port = 80, .has = key != 0 ? LSP_HAS_KEY : 0});
}

static void hold(struct world *world, uint64_t key, uint32_t pid, uint32_t fd)
{
	lsp_snapshot_add_holder(world->snapshot, &(struct lsp_holder){.key = key, .pid = pid, .fd = fd});
}

static void join(struct world *world)
{
	lsp_snapshot_freeze(world->snapshot);
	free(world->rows);
	world->count = lsp_join(world->snapshot, &world->rows);
}

static void test_nothing(void **state)
{
	struct world *world = *state;

	join(world);
	assert_int_equal(world->count, 0);
	world->count = lsp_join_split(world->rows, world->count, &world->rows);
	assert_int_equal(world->count, 0);
}

static void test_known(void **state)
{
	struct world *world = *state;

	add(world, LSP_TCP, LSP_LISTEN, 7);
	add(world, LSP_TCP, LSP_ESTABLISHED, 8);
	hold(world, 8, 100, 4);
	hold(world, 7, 100, 3);
	hold(world, 9, 100, 5); /* of a socket that is not here */
	world->snapshot->blind = 3; /* blind spots do not matter where the owner was found */
	join(world);
	assert_int_equal(world->count, 2);
	assert_ptr_equal(world->rows[0].socket, &world->snapshot->sockets[0]);
	assert_int_equal(world->rows[0].owner, LSP_OWNER_KNOWN);
	assert_int_equal(world->rows[0].holder_count, 1);
	assert_int_equal(world->rows[0].holders->fd, 3);
	assert_int_equal(world->rows[1].holders->fd, 4);
}

/* Each owner with sight and without: is it the kernel's, or were we blind? */
static void test_owner_without_holder(void **state)
{
	static const struct {
		enum lsp_proto proto;
		enum lsp_state state;
		uint64_t key;
		bool gone;
		enum lsp_owner seeing, blind;
	} table[] = {
		{LSP_TCP, LSP_LISTEN, 7, false, LSP_OWNER_KERNEL, LSP_OWNER_HIDDEN},
		{LSP_TCP, LSP_ESTABLISHED, 7, false, LSP_OWNER_KERNEL, LSP_OWNER_HIDDEN},
		{LSP_UDP, LSP_CLOSE, 7, false, LSP_OWNER_KERNEL, LSP_OWNER_HIDDEN},
		{LSP_TCP, LSP_LISTEN, 7, true, LSP_OWNER_GONE, LSP_OWNER_GONE},
		{LSP_TCP, LSP_LISTEN, 0, false, LSP_OWNER_KERNEL, LSP_OWNER_KERNEL}, /* no inode: NFS, WireGuard … */
		{LSP_UDP, LSP_CLOSE, 0, false, LSP_OWNER_KERNEL, LSP_OWNER_KERNEL},
		{LSP_TCP, LSP_BOUND, 0, false, LSP_OWNER_KERNEL, LSP_OWNER_KERNEL},
		{LSP_TCP, LSP_TIME_WAIT, 0, false, LSP_OWNER_NONE, LSP_OWNER_NONE},
		{LSP_TCP, LSP_SYN_RECV, 0, false, LSP_OWNER_NONE, LSP_OWNER_NONE},
		{LSP_TCP, LSP_FIN_WAIT1, 0, false, LSP_OWNER_NONE, LSP_OWNER_NONE}, /* an orphan */
		{LSP_TCP, LSP_CLOSE_WAIT, 0, false, LSP_OWNER_NONE, LSP_OWNER_NONE},
	};
	struct world *world = *state;
	const size_t count = sizeof table / sizeof *table;
	size_t i;

	for (i = 0; i < count; i++) {
		add(world, table[i].proto, table[i].state, table[i].key);
		world->snapshot->sockets[i].gone = table[i].gone;
	}
	hold(world, 0, 1, 3); /* trap 3: key 0 belongs to nobody, whatever is said of it */
	join(world);
	for (i = 0; i < count; i++) {
		assert_int_equal(world->rows[i].owner, table[i].seeing);
		assert_int_equal(world->rows[i].holder_count, 0);
	}
	world->snapshot->blind = 1;
	join(world);
	for (i = 0; i < count; i++)
		assert_int_equal(world->rows[i].owner, table[i].blind);
	world->snapshot->blind = 0;
	world->snapshot->notes = LSP_NOTE_HIDEPID;
	join(world);
	for (i = 0; i < count; i++)
		assert_int_equal(world->rows[i].owner, table[i].blind);
	assert_int_equal(lsp_row_count(world->rows, count, LSP_OWNER_HIDDEN), 3);
	assert_int_equal(lsp_row_count(world->rows, count, LSP_OWNER_NONE), 4);
	assert_int_equal(lsp_row_count(world->rows, count, LSP_OWNER_GONE), 1);
	assert_int_equal(lsp_row_count(world->rows, count, LSP_OWNER_KNOWN), 0);
	assert_int_equal(lsp_row_count(world->rows, 0, LSP_OWNER_NONE), 0);
}

/* Where the system itself says that it is the kernel's (Windows), it is in every state, whatever else stays unseen. */
static void test_the_kernels_own(void **state)
{
	struct world *world = *state;

	add(world, LSP_TCP, LSP_ESTABLISHED, 0);
	add(world, LSP_TCP, LSP_LISTEN, 0);
	world->snapshot->sockets[0].has = world->snapshot->sockets[1].has = LSP_IS_KERNELS;
	world->snapshot->blind = 1;
	join(world);
	assert_int_equal(world->rows[0].owner, LSP_OWNER_KERNEL);
	assert_int_equal(world->rows[1].owner, LSP_OWNER_KERNEL);
}

/* A process that was looked at and is dead is still the one that held it. */
static void test_dead_holder_is_known(void **state)
{
	struct world *world = *state;

	add(world, LSP_TCP, LSP_LISTEN, 7);
	hold(world, 7, 100, 3);
	world->snapshot->sockets[0].gone = 1;
	join(world);
	assert_int_equal(world->rows[0].owner, LSP_OWNER_KNOWN);
}

/* A prefork server: four workers, one of them with the socket under two descriptors. */
static void test_split(void **state)
{
	static const struct {
		uint32_t pid, holders;
	} expected[] = {{100, 1}, {101, 2}, {102, 1}, {103, 1}, {0, 0}, {100, 1}};
	struct world *world = *state;
	size_t i;

	add(world, LSP_TCP, LSP_LISTEN, 7);
	add(world, LSP_TCP, LSP_TIME_WAIT, 0);
	add(world, LSP_TCP, LSP_LISTEN, 8);
	hold(world, 7, 103, 3);
	hold(world, 7, 102, 3);
	hold(world, 7, 101, 9);
	hold(world, 7, 101, 3);
	hold(world, 7, 100, 3);
	hold(world, 8, 100, 4);
	join(world);
	assert_int_equal(world->count, 3);
	assert_int_equal(world->rows[0].holder_count, 5);
	assert_int_equal(lsp_row_process_count(&world->rows[0]), 4);
	assert_int_equal(lsp_row_process_count(&world->rows[1]), 0);
	assert_int_equal(lsp_row_process_count(&world->rows[2]), 1);
	world->count = lsp_join_split(world->rows, world->count, &world->rows);
	assert_int_equal(world->count, 6);
	for (i = 0; i < 6; i++) {
		const struct lsp_row *row = &world->rows[i];

		assert_int_equal(row->holder_count, expected[i].holders);
		assert_int_equal(lsp_row_process_count(row), expected[i].holders > 0);
		if (row->holder_count > 0)
			assert_int_equal(row->holders->pid, expected[i].pid);
		assert_ptr_equal(row->socket, &world->snapshot->sockets[i < 4 ? 0 : i - 3]);
		assert_int_equal(row->owner, i == 4 ? LSP_OWNER_NONE : LSP_OWNER_KNOWN);
	}
	assert_int_equal(world->rows[1].holders[0].fd, 3);
	assert_int_equal(world->rows[1].holders[1].fd, 9);
}

static void test_names(void **state)
{
	(void)state;
	assert_string_equal(lsp_owner_name(LSP_OWNER_KNOWN), "known");
	assert_string_equal(lsp_owner_name(LSP_OWNER_HIDDEN), "hidden");
	assert_string_equal(lsp_owner_name(LSP_OWNER_KERNEL), "kernel");
	assert_string_equal(lsp_owner_name(LSP_OWNER_NONE), "none");
	assert_string_equal(lsp_owner_name(LSP_OWNER_GONE), "gone");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_known, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_owner_without_holder, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_the_kernels_own, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_dead_holder_is_known, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_split, set_up, tear_down),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
