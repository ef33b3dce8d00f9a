/*
 * test_bind_judge.c - from what bind() said and who is there to one verdict: overlap, precedence, notes, ways out.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bind/judge.h"

#define PORT 8000

struct world {
	struct lsp_rules rules;
	struct lsp_snapshot *snapshot;
	struct lsp_row *rows;
	struct lsp_bind_case bind_case;
	struct lsp_bind_verdict verdict;
};

static struct lsp_addr addr_of(const char *text)
{
	struct lsp_addr addr = {.scope = 0};

	assert_true(lsp_addr_parse(text, strlen(text), &addr));
	return addr;
}

static void begin(struct world *world)
{
	*world = (struct world){.snapshot = lsp_snapshot_new()};
	world->rules = (struct lsp_rules){.has = LSP_RULES_EPHEMERAL | LSP_RULES_RESERVED | LSP_RULES_PRIVILEGED,
					  .ephemeral_low = 30000,
					  .ephemeral_high = 30100,
					  .privileged_below = 1024};
	world->rules.reserved[30050 / 8] |= 1u << 30050 % 8;
	world->bind_case = (struct lsp_bind_case){.proto = LSP_TCP, .port = PORT, .rules = &world->rules};
}

static void end(struct world *world)
{
	free(world->rows);
	lsp_snapshot_free(world->snapshot);
}

static void try_at(struct world *world, const char *addr, enum lsp_err err, const char *op)
{
	struct lsp_attempt *attempt = &world->bind_case.attempts[world->bind_case.attempt_count++];
	int way;

	attempt->addr = addr_of(addr);
	attempt->tried = LSP_WAY_BIT(LSP_WAY_PLAIN) | LSP_WAY_BIT(LSP_WAY_REUSEADDR) | LSP_WAY_BIT(LSP_WAY_REUSEPORT);
	for (way = 0; way < LSP_WAY_COUNT; way++)
		attempt->faults[way] = (struct lsp_fault){.err = err, .op = op, .os_code = err};
}

static void works(struct world *world, enum lsp_way way)
{
	world->bind_case.attempts[world->bind_case.attempt_count - 1].faults[way].err = LSP_OK;
}

/* key 0: nobody's. */
static void add(struct world *world, const char *addr, enum lsp_proto proto, enum lsp_state state, uint64_t key, bool held)
{
	struct lsp_socket socket = {.proto = (uint8_t)proto,
				    .state = (uint8_t)state,
				    .key = key,
				    .local = addr_of(addr),
				    .local_port = PORT,
				    .has = key != 0 ? LSP_HAS_KEY : 0};
	struct lsp_holder holder = {key, 50, 3};

	lsp_snapshot_add_socket(world->snapshot, &socket);
	if (held)
		lsp_snapshot_add_holder(world->snapshot, &holder);
}

static enum lsp_bind_word judge(struct world *world)
{
	lsp_snapshot_freeze(world->snapshot);
	free(world->rows);
	world->bind_case.snapshot = world->snapshot;
	world->bind_case.row_count = lsp_join(world->snapshot, &world->rows);
	world->bind_case.rows = world->rows;
	lsp_bind_judge(&world->bind_case, &world->verdict);
	return world->verdict.word;
}

/* Both must tell the same as the kernel, as tests/live/test_why.py shows. */
static void test_overlap(void **state)
{
	static const struct {
		const char *held;
		int v6only; /* -1: not known */
		const char *asked;
		bool overlaps;
	} table[] = {
		{"127.0.0.1", -1, "127.0.0.1", true}, {"127.0.0.1", -1, "127.0.0.2", false},
		{"127.0.0.1", -1, "0.0.0.0", true},   {"0.0.0.0", -1, "127.0.0.1", true},
		{"0.0.0.0", -1, "::1", false},	      {"127.0.0.1", -1, "::", true},
		{"::", 0, "127.0.0.1", true},	      {"::", 0, "0.0.0.0", true},
		{"::", 1, "127.0.0.1", false},	      {"::", 1, "::1", true},
		{"::", 1, "::", true},		      {"::", -1, "127.0.0.1", true},
		{"::1", 1, "0.0.0.0", false},	      {"::1", 1, "::", true},
		{"::ffff:127.0.0.1", 0, "127.0.0.1", true}, {"::ffff:127.0.0.1", 0, "::1", false},
		{"::1", 0, "::2", false},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof table / sizeof *table; i++) {
		struct lsp_socket socket = {.local = addr_of(table[i].held)};
		struct lsp_addr asked = addr_of(table[i].asked);

		if (table[i].v6only >= 0) {
			socket.has = LSP_HAS_V6ONLY;
			socket.v6only = (uint8_t)table[i].v6only;
		}
		if (lsp_bind_overlaps(&socket, &asked) != table[i].overlaps)
			fail_msg("%s (%d) against %s", table[i].held, table[i].v6only, table[i].asked);
	}
}

static void test_each_row(void **state)
{
	static const struct {
		enum lsp_proto proto;
		enum lsp_state state;
		uint64_t key;
		bool held, blind;
		enum lsp_bind_word word;
	} table[] = {
		{LSP_TCP, LSP_LISTEN, 1, true, false, LSP_BIND_HELD},
		{LSP_TCP, LSP_LISTEN, 1, false, true, LSP_BIND_HIDDEN},
		{LSP_TCP, LSP_LISTEN, 1, false, false, LSP_BIND_HELD}, /* the kernel's */
		{LSP_TCP, LSP_BOUND, 1, true, false, LSP_BIND_IDLE},
		{LSP_TCP, LSP_BOUND, 1, false, true, LSP_BIND_HIDDEN},
		{LSP_TCP, LSP_ESTABLISHED, 1, true, false, LSP_BIND_CLIENT},
		{LSP_TCP, LSP_SYN_SENT, 1, true, false, LSP_BIND_CLIENT},
		{LSP_TCP, LSP_ESTABLISHED, 1, false, true, LSP_BIND_HIDDEN},
		{LSP_TCP, LSP_TIME_WAIT, 0, false, true, LSP_BIND_TIME_WAIT},
		{LSP_TCP, LSP_FIN_WAIT2, 0, false, false, LSP_BIND_TIME_WAIT},
		{LSP_UDP, LSP_CLOSE, 1, true, false, LSP_BIND_HELD},
		{LSP_UDP, LSP_ESTABLISHED, 1, true, false, LSP_BIND_CLIENT},
	};
	struct world world;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof table / sizeof *table; i++) {
		begin(&world);
		world.bind_case.proto = table[i].proto;
		world.snapshot->blind = table[i].blind;
		try_at(&world, "0.0.0.0", LSP_IN_USE, "bind");
		add(&world, "127.0.0.1", table[i].proto, table[i].state, table[i].key, table[i].held);
		if (judge(&world) != table[i].word)
			fail_msg("%zu: %s", i, lsp_bind_word_name(world.verdict.word));
		assert_ptr_equal(world.verdict.row, &world.rows[0]);
		assert_int_equal(world.verdict.evidence, 1);
		end(&world);
	}
}

/* The greatest reason is told, and only its rows are evidence; other ports, protocols and addresses are not in the way. */
static void test_precedence(void **state)
{
	struct world world;

	(void)state;
	begin(&world);
	try_at(&world, "127.0.0.1", LSP_IN_USE, "bind");
	add(&world, "127.0.0.1", LSP_TCP, LSP_TIME_WAIT, 0, false);
	add(&world, "127.0.0.1", LSP_UDP, LSP_CLOSE, 9, true);
	add(&world, "127.0.0.2", LSP_TCP, LSP_LISTEN, 8, true);
	assert_int_equal(judge(&world), LSP_BIND_TIME_WAIT);
	assert_int_equal(world.verdict.evidence, 1);
	add(&world, "127.0.0.1", LSP_TCP, LSP_ESTABLISHED, 3, true);
	assert_int_equal(judge(&world), LSP_BIND_CLIENT);
	add(&world, "127.0.0.1", LSP_TCP, LSP_BOUND, 4, true);
	assert_int_equal(judge(&world), LSP_BIND_IDLE);
	add(&world, "0.0.0.0", LSP_TCP, LSP_LISTEN, 5, true);
	assert_int_equal(judge(&world), LSP_BIND_HELD);
	assert_int_equal(world.verdict.evidence, 1);
	assert_int_equal(world.verdict.row->socket->key, 5);
	end(&world);
}

static void test_group(void **state)
{
	struct world world;

	(void)state;
	begin(&world);
	try_at(&world, "0.0.0.0", LSP_IN_USE, "bind");
	works(&world, LSP_WAY_REUSEPORT);
	add(&world, "0.0.0.0", LSP_TCP, LSP_LISTEN, 1, true);
	assert_int_equal(judge(&world), LSP_BIND_GROUP);
	assert_true(world.verdict.is_of_one_user && world.verdict.reuseport && !world.verdict.reuseaddr);
	end(&world);

	begin(&world); /* twins, and no way in: another user's */
	try_at(&world, "0.0.0.0", LSP_IN_USE, "bind");
	add(&world, "0.0.0.0", LSP_TCP, LSP_LISTEN, 1, true);
	assert_int_equal(judge(&world), LSP_BIND_HELD);
	add(&world, "0.0.0.0", LSP_TCP, LSP_LISTEN, 2, true);
	assert_int_equal(judge(&world), LSP_BIND_GROUP);
	assert_false(world.verdict.is_of_one_user);
	assert_int_equal(world.verdict.evidence, 2);
	end(&world);

	begin(&world); /* UDP that anybody may share is no group */
	world.bind_case.proto = LSP_UDP;
	try_at(&world, "0.0.0.0", LSP_IN_USE, "bind");
	works(&world, LSP_WAY_REUSEADDR);
	add(&world, "0.0.0.0", LSP_UDP, LSP_CLOSE, 1, true);
	add(&world, "0.0.0.0", LSP_UDP, LSP_CLOSE, 2, true);
	assert_int_equal(judge(&world), LSP_BIND_HELD);
	end(&world);
}

static void test_nobody_seen(void **state)
{
	struct world world;

	(void)state;
	begin(&world);
	try_at(&world, "0.0.0.0", LSP_IN_USE, "bind");
	assert_int_equal(judge(&world), LSP_BIND_REFUSED);
	assert_int_equal(world.verdict.notes, LSP_BIND_NOTE_DEDUCED);
	world.snapshot->notes = LSP_NOTE_NO_BOUND;
	assert_int_equal(judge(&world), LSP_BIND_IDLE);
	assert_int_equal(world.verdict.notes, LSP_BIND_NOTE_DEDUCED);
	assert_null(world.verdict.row);
	world.bind_case.proto = LSP_UDP; /* whose list is whole */
	assert_int_equal(judge(&world), LSP_BIND_REFUSED);
	end(&world);
}

static void test_other_faults(void **state)
{
	struct world world;

	(void)state;
	begin(&world);
	world.bind_case.port = 80;
	try_at(&world, "0.0.0.0", LSP_DENIED, "bind");
	assert_int_equal(judge(&world), LSP_BIND_PRIVILEGED);
	world.rules.has |= LSP_RULES_MAY_PRIVILEGED; /* then somebody else forbids it */
	assert_int_equal(judge(&world), LSP_BIND_REFUSED);
	world.bind_case.port = 8080;
	world.rules.has &= ~(unsigned)LSP_RULES_MAY_PRIVILEGED;
	assert_int_equal(judge(&world), LSP_BIND_REFUSED);
	end(&world);

	begin(&world);
	try_at(&world, "192.0.2.7", LSP_NO_ADDRESS, "bind");
	assert_int_equal(judge(&world), LSP_BIND_NO_ADDRESS);
	world.bind_case.attempts[0].faults[LSP_WAY_PLAIN].err = LSP_UNSUPPORTED; /* EINVAL */
	assert_int_equal(judge(&world), LSP_BIND_REFUSED);
	world.bind_case.attempts[0].faults[LSP_WAY_PLAIN] = (struct lsp_fault){.err = LSP_IO, .op = "socket"};
	assert_int_equal(judge(&world), LSP_BIND_UNKNOWN);
	assert_int_equal(lsp_bind_code(world.verdict.word), 3);
	end(&world);
}

/* A system without IPv6 is no reason; one without either is. */
static void test_missing_families(void **state)
{
	struct world world;

	(void)state;
	begin(&world);
	try_at(&world, "0.0.0.0", LSP_OK, NULL);
	try_at(&world, "::", LSP_UNSUPPORTED, "socket");
	assert_int_equal(judge(&world), LSP_BIND_FREE);
	assert_int_equal(world.verdict.notes, LSP_BIND_NOTE_NO_INET6);
	world.bind_case.attempts[0].faults[LSP_WAY_PLAIN] = world.bind_case.attempts[1].faults[LSP_WAY_PLAIN];
	assert_int_equal(judge(&world), LSP_BIND_REFUSED);
	end(&world);
}

/* 0.0.0.0 is free and :: is not: the port cannot be bound, and what is in the way of :: is the reason. */
static void test_one_of_two(void **state)
{
	struct world world;

	(void)state;
	begin(&world);
	try_at(&world, "0.0.0.0", LSP_OK, NULL);
	try_at(&world, "::", LSP_IN_USE, "bind");
	add(&world, "::1", LSP_TCP, LSP_LISTEN, 1, true);
	assert_int_equal(judge(&world), LSP_BIND_HELD);
	assert_ptr_equal(world.verdict.attempt, &world.bind_case.attempts[1]);
	end(&world);
}

static void test_notes(void **state)
{
	static const struct {
		uint16_t port;
		unsigned notes;
	} table[] = {
		{8000, 0},
		{1023, LSP_BIND_NOTE_PRIVILEGED},
		{1024, 0},
		{29999, 0},
		{30000, LSP_BIND_NOTE_EPHEMERAL},
		{30100, LSP_BIND_NOTE_EPHEMERAL},
		{30101, 0},
		{30050, LSP_BIND_NOTE_RESERVED},
	};
	struct lsp_addr here = addr_of("10.0.0.5");
	struct world world;
	size_t i;

	(void)state;
	begin(&world);
	try_at(&world, "0.0.0.0", LSP_OK, NULL);
	for (i = 0; i < sizeof table / sizeof *table; i++) {
		world.bind_case.port = table[i].port;
		assert_int_equal(judge(&world), LSP_BIND_FREE);
		assert_int_equal(world.verdict.notes, table[i].notes);
	}
	world.bind_case.port = PORT;
	world.bind_case.addrs = &here;
	world.bind_case.addr_count = 1;
	world.bind_case.attempts[0].addr = addr_of("192.0.2.7");
	judge(&world);
	assert_int_equal(world.verdict.notes, LSP_BIND_NOTE_NONLOCAL);
	world.bind_case.attempts[0].addr = addr_of("127.9.9.9"); /* all of 127.0.0.0/8 is here */
	judge(&world);
	assert_int_equal(world.verdict.notes, 0);
	end(&world);
}

static void test_elsewhere(void **state)
{
	struct lsp_row *rows;
	struct world world;

	(void)state;
	begin(&world);
	try_at(&world, "0.0.0.0", LSP_OK, NULL);
	add(&world, "127.0.0.1", LSP_TCP, LSP_LISTEN, 1, true);
	lsp_snapshot_freeze(world.snapshot);
	world.bind_case.elsewhere_count = lsp_join(world.snapshot, &rows);
	world.bind_case.elsewhere = rows;
	lsp_bind_judge(&world.bind_case, &world.verdict);
	assert_int_equal(world.verdict.word, LSP_BIND_OTHER_NAMESPACE);
	assert_int_equal(lsp_bind_code(world.verdict.word), 0);
	assert_ptr_equal(world.verdict.row, &rows[0]);
	world.bind_case.port = PORT + 1;
	lsp_bind_judge(&world.bind_case, &world.verdict);
	assert_int_equal(world.verdict.word, LSP_BIND_FREE);
	free(rows);
	end(&world);
}

/* Windows says "denied" in ranges that it keeps, and of holders that share with nobody. */
static void test_denied(void **state)
{
	static const struct lsp_kept kept[] = {{7000, 7099, LSP_PROTO_BIT(LSP_UDP), 0},
					       {7990, 8010, LSP_PROTO_BIT(LSP_TCP), 1},
					       {8000, 8099, LSP_PROTO_BIT(LSP_TCP), 0}};
	struct world world;

	(void)state;
	begin(&world);
	world.rules.has = LSP_RULES_OVERLAPS | LSP_RULES_KEPT;
	memcpy(world.rules.kept, kept, sizeof kept);
	world.rules.kept_count = 3;
	try_at(&world, "0.0.0.0", LSP_DENIED, "bind");
	assert_int_equal(judge(&world), LSP_BIND_EXCLUDED);
	assert_int_equal(lsp_bind_code(world.verdict.word), 1);
	assert_int_equal(world.verdict.kept->low, 8000);
	assert_int_equal(world.verdict.notes, 0);
	add(&world, "0.0.0.0", LSP_TCP, LSP_ESTABLISHED, 1, true); /* a connection does not deny */
	assert_int_equal(judge(&world), LSP_BIND_EXCLUDED);
	add(&world, "127.0.0.1", LSP_TCP, LSP_LISTEN, 2, true); /* who is there says more */
	assert_int_equal(judge(&world), LSP_BIND_HELD);
	assert_int_equal(world.verdict.notes, LSP_BIND_NOTE_EXCLUSIVE);
	add(&world, "127.0.0.1", LSP_TCP, LSP_LISTEN, 3, true); /* twins are no group of SO_REUSEPORT here */
	assert_int_equal(judge(&world), LSP_BIND_HELD);
	world.rules.has = 0; /* elsewhere a security module says so */
	assert_int_equal(judge(&world), LSP_BIND_REFUSED);
	end(&world);

	begin(&world); /* an administrator's range: a word of it, no reason; UDP's range is not TCP's */
	world.rules.has = LSP_RULES_OVERLAPS | LSP_RULES_KEPT;
	memcpy(world.rules.kept, kept, sizeof kept);
	world.rules.kept_count = 3;
	world.bind_case.port = 7995;
	try_at(&world, "0.0.0.0", LSP_DENIED, "bind");
	assert_int_equal(judge(&world), LSP_BIND_REFUSED);
	assert_int_equal(world.verdict.notes, LSP_BIND_NOTE_RESERVED);
	world.bind_case.port = 7050;
	assert_int_equal(judge(&world), LSP_BIND_REFUSED);
	assert_null(world.verdict.kept);
	world.bind_case.proto = LSP_UDP;
	assert_int_equal(judge(&world), LSP_BIND_EXCLUDED);
	end(&world);
}

/* Bound beside somebody's more exact address: free, and told. */
static void test_beside(void **state)
{
	struct world world;

	(void)state;
	begin(&world);
	try_at(&world, "0.0.0.0", LSP_IN_USE, "bind");
	works(&world, LSP_WAY_PLAIN);
	world.bind_case.attempts[0].tried = LSP_WAY_BIT(LSP_WAY_PLAIN) | LSP_WAY_BIT(LSP_WAY_EXCLUSIVE);
	add(&world, "127.0.0.1", LSP_TCP, LSP_ESTABLISHED, 1, true);
	add(&world, "::1", LSP_TCP, LSP_LISTEN, 2, true);
	add(&world, "127.0.0.1", LSP_TCP, LSP_LISTEN, 3, true);
	assert_int_equal(judge(&world), LSP_BIND_FREE);
	assert_int_equal(world.verdict.notes, LSP_BIND_NOTE_OVERLAP);
	assert_int_equal(world.verdict.evidence, 1);
	assert_int_equal(world.verdict.row->socket->key, 3);
	works(&world, LSP_WAY_EXCLUSIVE);
	assert_int_equal(judge(&world), LSP_BIND_FREE);
	assert_int_equal(world.verdict.notes, 0);
	assert_null(world.verdict.row);
	end(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_overlap),	       cmocka_unit_test(test_each_row),
		cmocka_unit_test(test_precedence),     cmocka_unit_test(test_group),
		cmocka_unit_test(test_nobody_seen),    cmocka_unit_test(test_other_faults),
		cmocka_unit_test(test_missing_families), cmocka_unit_test(test_one_of_two),
		cmocka_unit_test(test_notes),	       cmocka_unit_test(test_elsewhere),
		cmocka_unit_test(test_denied),	       cmocka_unit_test(test_beside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
