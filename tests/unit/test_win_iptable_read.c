/*
 * test_win_iptable_read.c - the tables are asked for until they are whole: a Windows of a script.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <lsports/snapshot.h>

#include "iptable_read.h"
#include "win.h"
#include "win_bytes.h"

/* What is in each table, and how often the reader comes in vain. */
struct world {
	struct bytes tables[LSP_TABLE_COUNT];
	uint32_t codes[LSP_TABLE_COUNT]; /* errors in place of a table */
	unsigned grows;			 /* so many first calls find the table grown to more than they bring */
	uint32_t lies_of_size;		 /* told with success */
	unsigned calls, listeners;	 /* how many calls, and of them for listeners alone */
};

static uint32_t read_world(void *self, enum lsp_table table, bool listeners, void *buffer, uint32_t *size)
{
	struct world *world = self;

	world->calls++;
	world->listeners += listeners;
	if (world->codes[table] != 0)
		return world->codes[table];
	if (world->grows > 0 && world->grows-- > 0) {
		*size += 1;
		return LSP_WIN_INSUFFICIENT_BUFFER;
	}
	assert_true(*size >= world->tables[table].len);
	memcpy(buffer, world->tables[table].at, world->tables[table].len);
	*size = world->lies_of_size != 0 ? world->lies_of_size : world->tables[table].len;
	return 0;
}

/* Of each table one row: ports 1 to 4, and a second listener of TCP at 5. */
static struct world *world_new(struct lsp_iptable_calls *ret_calls)
{
	struct world *world = calloc(1, sizeof *world);
	int i;

	assert_non_null(world);
	for (i = 0; i < LSP_TABLE_COUNT; i++)
		put32(&world->tables[i], i == LSP_TABLE_TCP4 ? 2 : i >= LSP_TABLE_BOUND4 ? 0 : 1);
	put_tcp4(&world->tables[LSP_TABLE_TCP4], 2, ANY4, 1, ANY4, 0, 8);
	put_tcp4(&world->tables[LSP_TABLE_TCP4], 2, HOME4, 5, ANY4, 0, 12);
	put_tcp6(&world->tables[LSP_TABLE_TCP6], 2, ANY6, 0, 2, ANY6, 0, 0, 8);
	put_udp4(&world->tables[LSP_TABLE_UDP4], HOME4, 3, 8);
	put_udp6(&world->tables[LSP_TABLE_UDP6], ANY6, 0, 4, 16);
	*ret_calls = (struct lsp_iptable_calls){read_world, world};
	return world;
}

static const struct lsp_hint all = {.protos = LSP_PROTO_ALL, .states = LSP_STATE_ALL & ~LSP_STATE_BIT(LSP_BOUND)};

static enum lsp_err read_all(const struct lsp_iptable_calls *calls, const struct lsp_hint *hint,
			     struct lsp_snapshot **ret_snapshot)
{
	struct lsp_fault fault;

	*ret_snapshot = lsp_snapshot_new();
	return lsp_iptable_read(calls, *ret_snapshot, hint, &fault);
}

static void assert_ports(const struct lsp_snapshot *snapshot, size_t count, const uint16_t *ports)
{
	size_t i;

	assert_int_equal(snapshot->socket_count, count);
	for (i = 0; i < count; i++)
		assert_int_equal(snapshot->sockets[i].local_port, ports[i]);
}

static void test_all(void **state)
{
	struct lsp_iptable_calls calls;
	struct world *world = world_new(&calls);
	struct lsp_snapshot *snapshot;

	(void)state;
	assert_int_equal(read_all(&calls, &all, &snapshot), LSP_OK);
	assert_ports(snapshot, 5, (uint16_t[]){1, 5, 2, 3, 4});
	assert_int_equal(world->calls, 4); /* each once: what mostly fits is brought at once */
	assert_int_equal(world->listeners, 0);
	assert_int_equal(snapshot->notes, 0);
	lsp_snapshot_free(snapshot);
	free(world);
}

static void test_hints(void **state)
{
	static const struct lsp_port_range ranges[] = {{2, 3}, {5, 5}};
	struct lsp_hint hint = {.protos = LSP_PROTO_BIT(LSP_TCP),
				.states = LSP_STATE_BIT(LSP_LISTEN) | LSP_STATE_BIT(LSP_CLOSE)};
	struct lsp_iptable_calls calls;
	struct world *world = world_new(&calls);
	struct lsp_snapshot *snapshot;

	(void)state;
	assert_int_equal(read_all(&calls, &hint, &snapshot), LSP_OK);
	assert_ports(snapshot, 3, (uint16_t[]){1, 5, 2});
	assert_int_equal(world->calls, 2);
	assert_int_equal(world->listeners, 2);
	lsp_snapshot_free(snapshot);
	hint = all;
	hint.ports = ranges;
	hint.port_count = 2;
	assert_int_equal(read_all(&calls, &hint, &snapshot), LSP_OK);
	assert_ports(snapshot, 3, (uint16_t[]){5, 2, 3});
	lsp_snapshot_free(snapshot);
	free(world);
}

static void test_grows(void **state)
{
	struct lsp_iptable_calls calls;
	struct world *world = world_new(&calls);
	struct lsp_snapshot *snapshot;

	(void)state;
	world->grows = 7;
	assert_int_equal(read_all(&calls, &all, &snapshot), LSP_OK);
	assert_int_equal(snapshot->socket_count, 5);
	assert_int_equal(world->calls, 11);
	lsp_snapshot_free(snapshot);
	free(world);
}

/* It ends, and nothing of half a look stays. */
static void test_grows_for_ever(void **state)
{
	struct lsp_iptable_calls calls;
	struct world *world = world_new(&calls);
	struct lsp_snapshot *snapshot;

	(void)state;
	world->codes[LSP_TABLE_UDP4] = LSP_WIN_INSUFFICIENT_BUFFER;
	assert_int_equal(read_all(&calls, &all, &snapshot), LSP_TORN);
	assert_int_equal(snapshot->socket_count, 0);
	assert_true(world->calls <= 12);
	lsp_snapshot_free(snapshot);
	free(world);
}

static void test_refusals(void **state)
{
	static const struct {
		enum lsp_table table;
		uint32_t code;
		enum lsp_err err;
		size_t count;
	} cases[] = {
		{LSP_TABLE_TCP6, LSP_WIN_NOT_SUPPORTED, LSP_OK, 4}, /* no IPv6 here */
		{LSP_TABLE_UDP6, LSP_WIN_NOT_SUPPORTED, LSP_OK, 4},
		{LSP_TABLE_TCP4, LSP_WIN_NOT_SUPPORTED, LSP_UNSUPPORTED, 0},
		{LSP_TABLE_TCP6, LSP_WIN_ACCESS_DENIED, LSP_DENIED, 0},
		{LSP_TABLE_UDP4, LSP_WIN_NOT_ENOUGH_MEMORY, LSP_IO, 0},
	};
	struct lsp_snapshot *snapshot;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct lsp_iptable_calls calls;
		struct world *world = world_new(&calls);

		world->codes[cases[i].table] = cases[i].code;
		assert_int_equal(read_all(&calls, &all, &snapshot), cases[i].err);
		assert_int_equal(snapshot->socket_count, cases[i].count);
		lsp_snapshot_free(snapshot);
		free(world);
	}
}

static void test_broken_tables(void **state)
{
	struct lsp_iptable_calls calls;
	struct world *world = world_new(&calls);
	struct lsp_snapshot *snapshot;

	(void)state;
	world->tables[LSP_TABLE_UDP6].at[0] = 2; /* and one row */
	assert_int_equal(read_all(&calls, &all, &snapshot), LSP_MALFORMED);
	assert_int_equal(snapshot->socket_count, 0);
	lsp_snapshot_free(snapshot);
	world->tables[LSP_TABLE_UDP6].at[0] = 1;
	world->lies_of_size = 0x10000000;
	assert_int_equal(read_all(&calls, &all, &snapshot), LSP_MALFORMED);
	lsp_snapshot_free(snapshot);
	free(world);
}

/* The table of bound endpoints has those of connections and listeners as well: theirs are left out. */
static void test_bound(void **state)
{
	struct lsp_hint hint = {.protos = LSP_PROTO_BIT(LSP_TCP), .states = LSP_STATE_ALL};
	struct lsp_iptable_calls calls;
	struct world *world = world_new(&calls);
	struct bytes *bound = &world->tables[LSP_TABLE_BOUND4];
	struct lsp_snapshot *snapshot;

	(void)state;
	bound->at[0] = 3;
	put_tcp4(bound, 1, ANY4, 1, ANY4, 0, 8); /* listens, above */
	put32(bound, 0);
	put_tcp4(bound, 1, ANY4, 1, ANY4, 0, 20); /* another process at the same port */
	put32(bound, 0);
	put_tcp4(bound, 1, HOME4, 7, ANY4, 0, 8);
	put32(bound, 0);
	assert_int_equal(read_all(&calls, &hint, &snapshot), LSP_OK);
	assert_ports(snapshot, 5, (uint16_t[]){1, 5, 2, 1, 7});
	assert_int_equal(snapshot->sockets[3].state, LSP_BOUND);
	assert_int_equal(lsp_iptable_pid(snapshot->sockets[3].key), 20);
	assert_int_equal(snapshot->notes, 0);
	lsp_snapshot_free(snapshot);
	world->codes[LSP_TABLE_BOUND4] = LSP_WIN_CALL_NOT_IMPLEMENTED; /* an older Windows */
	assert_int_equal(read_all(&calls, &hint, &snapshot), LSP_OK);
	assert_ports(snapshot, 3, (uint16_t[]){1, 5, 2});
	assert_int_equal(snapshot->notes, LSP_NOTE_NO_BOUND);
	lsp_snapshot_free(snapshot);
	free(world);
}

static void test_still(void **state)
{
	struct lsp_iptable_calls calls;
	struct world *world = world_new(&calls);
	struct lsp_snapshot *snapshot;
	struct lsp_fault fault;
	uint64_t keys[3];
	bool still[3] = {false, true, false};

	(void)state;
	assert_int_equal(read_all(&calls, &all, &snapshot), LSP_OK);
	keys[0] = snapshot->sockets[4].key;
	keys[1] = snapshot->sockets[1].key;
	keys[2] = snapshot->sockets[0].key;
	world->tables[LSP_TABLE_TCP4].at[0] = 1; /* the second listener has closed */
	assert_int_equal(lsp_iptable_still(&calls, &all, keys, 3, still, &fault), LSP_OK);
	assert_true(still[0]);
	assert_false(still[1]);
	assert_true(still[2]);
	world->codes[LSP_TABLE_TCP4] = LSP_WIN_ACCESS_DENIED;
	assert_int_equal(lsp_iptable_still(&calls, &all, keys, 3, still, &fault), LSP_DENIED);
	lsp_snapshot_free(snapshot);
	free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all),
		cmocka_unit_test(test_hints),
		cmocka_unit_test(test_grows),
		cmocka_unit_test(test_grows_for_ever),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_broken_tables),
		cmocka_unit_test(test_bound),
		cmocka_unit_test(test_still),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
