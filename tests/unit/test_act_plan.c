/*
 * test_act_plan.c - which processes would have to end: each once, whatever it holds and however often, and none of
 * whom nothing is known.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "act/plan.h"
#include "test_act_world.h"

#define SELF 9000

static size_t plan_of(struct lsp_plan *plan, struct lsp_snapshot *snapshot)
{
	struct lsp_row *rows;
	size_t count;

	lsp_snapshot_freeze(snapshot);
	count = lsp_join(snapshot, &rows);
	lsp_plan_add(plan, snapshot, rows, count, SELF);
	free(rows);
	return plan->count;
}

static void test_each_once(void **state)
{
	struct lsp_snapshot *snapshot = lsp_snapshot_new();
	struct lsp_plan plan = {.count = 0};

	(void)state;
	add_socket(snapshot, 501, LSP_LISTEN, 80); /* prefork: a master and two workers hold both */
	add_socket(snapshot, 502, LSP_LISTEN, 443);
	add_socket(snapshot, 503, LSP_LISTEN, 8080); /* of one worker alone */
	add(snapshot, 10, 1, 100, "nginx");
	add(snapshot, 11, 10, 101, "nginx");
	add(snapshot, 12, 10, 102, "nginx");
	add(snapshot, 13, 10, 103, "holds nothing");
	add_holder(snapshot, 501, 10, 6);
	add_holder(snapshot, 501, 10, 7); /* dup(2) */
	add_holder(snapshot, 501, 11, 6);
	add_holder(snapshot, 501, 12, 6);
	add_holder(snapshot, 502, 10, 8);
	add_holder(snapshot, 502, 11, 8);
	add_holder(snapshot, 503, 12, 9);
	assert_int_equal(plan_of(&plan, snapshot), 3);
	assert_int_equal(plan.victims[0].process->pid, 10);
	assert_int_equal(lsp_plan_find(&plan, 10, 100)->key_count, 2);
	assert_int_equal(lsp_plan_find(&plan, 11, 101)->key_count, 2);
	assert_int_equal(lsp_plan_find(&plan, 12, 102)->key_count, 2);
	assert_true(lsp_victim_holds(lsp_plan_find(&plan, 10, 100), 501));
	assert_true(lsp_victim_holds(lsp_plan_find(&plan, 10, 100), 502));
	assert_false(lsp_victim_holds(lsp_plan_find(&plan, 10, 100), 503));
	assert_true(lsp_victim_holds(lsp_plan_find(&plan, 12, 102), 503));
	assert_false(lsp_victim_holds(lsp_plan_find(&plan, 12, 102), 502));
	assert_null(lsp_plan_find(&plan, 13, 103));
	assert_int_equal(plan.victims[0].outcome, LSP_OUTCOME_NONE);
	assert_int_equal(plan.victims[0].refusal, LSP_REFUSAL_NONE);
	assert_false(plan.victims[0].unsure);
	/* the same again adds nothing */
	assert_int_equal(plan_of(&plan, snapshot), 3);
	assert_int_equal(lsp_plan_find(&plan, 10, 100)->key_count, 2);
	lsp_plan_clear(&plan);
	assert_int_equal(plan.count, 0);
	assert_null(plan.victims);
	lsp_plan_clear(&plan);
	lsp_snapshot_free(snapshot);
}

/* A pid alone is nobody: the one that has it later is another victim, and its keys are its own. */
static void test_identity_is_pid_and_birth(void **state)
{
	struct lsp_snapshot *first = lsp_snapshot_new(), *second = lsp_snapshot_new();
	struct lsp_plan plan = {.count = 0};

	(void)state;
	add_socket(first, 501, LSP_LISTEN, 80);
	add(first, 10, 0, 100, "before");
	add_holder(first, 501, 10, 3);
	add_socket(second, 502, LSP_LISTEN, 80);
	add(second, 10, 0, 200, "after");
	add_holder(second, 502, 10, 3);
	assert_int_equal(plan_of(&plan, first), 1);
	assert_int_equal(plan_of(&plan, second), 2);
	assert_null(lsp_plan_find(&plan, 10, 300));
	assert_null(lsp_plan_find(&plan, 100, 10));
	assert_string_equal(lsp_plan_find(&plan, 10, 100)->process->name, "before");
	assert_string_equal(lsp_plan_find(&plan, 10, 200)->process->name, "after");
	assert_false(lsp_victim_holds(lsp_plan_find(&plan, 10, 100), 502));
	assert_false(lsp_victim_holds(lsp_plan_find(&plan, 10, 200), 501));
	lsp_plan_clear(&plan);
	lsp_snapshot_free(second);
	lsp_snapshot_free(first);
}

/* Who ended before it could be read, and whose pid passed on, is never signalled. */
static void test_nobody_unknown(void **state)
{
	struct lsp_snapshot *snapshot = lsp_snapshot_new();
	struct lsp_plan plan = {.count = 0};

	(void)state;
	add_socket(snapshot, 501, LSP_LISTEN, 80);
	add_socket(snapshot, 502, LSP_LISTEN, 80);
	add_socket(snapshot, 503, LSP_LISTEN, 80); /* nobody was found */
	add_socket(snapshot, 0, LSP_LISTEN, 80);   /* the kernel's own */
	add_holder(snapshot, 501, 10, 3);	     /* no such record */
	add(snapshot, 11, 0, 100, "first");
	add_holder(snapshot, 501, 11, 3);
	add_holder(snapshot, 502, 11, 4);
	lsp_snapshot_freeze(snapshot);
	add(snapshot, 11, 0, 200, "second"); /* marks the first as gone */
	assert_int_equal(plan_of(&plan, snapshot), 0);
	lsp_plan_add(&plan, snapshot, NULL, 0, SELF);
	assert_int_equal(plan.count, 0);
	assert_null(lsp_plan_find(&plan, 0, 0));
	lsp_plan_clear(&plan);
	lsp_snapshot_free(snapshot);
}

static void assert_order(const struct lsp_plan *plan, const uint32_t *pids, size_t count)
{
	size_t i;

	assert_int_equal(plan->count, count);
	for (i = 0; i < count; i++)
		assert_int_equal(plan->victims[i].process->pid, pids[i]);
}

/* By the family, not by the pid: pids start again at the bottom, so a master may have a higher one than its workers. */
static void test_parents_first(void **state)
{
	static const uint32_t first[] = {400, 9, 10, 401, 5}, both[] = {400, 9, 10, 401, 5, 2000, 1000};
	struct lsp_snapshot *snapshot = lsp_snapshot_new(), *later = lsp_snapshot_new();
	struct lsp_plan plan = {.count = 0};
	size_t i;

	(void)state;
	add_socket(snapshot, 501, LSP_LISTEN, 80);
	add(snapshot, 1, 0, 1, "init");
	add(snapshot, 300, 1, 2, "shell");
	add(snapshot, 400, 300, 3, "master");
	add(snapshot, 10, 400, 4, "worker");
	add(snapshot, 9, 400, 4, "worker");
	add(snapshot, 401, 400, 4, "worker");
	add(snapshot, 5, 401, 5, "worker of a worker");
	for (i = 0; i < 5; i++)
		add_holder(snapshot, 501, first[i], 3);
	plan_of(&plan, snapshot);
	assert_order(&plan, first, 5);
	/* what comes later stays behind what is there already, which may be under way */
	add_socket(later, 502, LSP_LISTEN, 80);
	add(later, 1, 0, 1, "init");
	add(later, 2000, 0, 6, "master"); /* of whose parents nothing is known */
	add(later, 1000, 2000, 7, "worker");
	add_holder(later, 502, 1000, 3);
	add_holder(later, 502, 2000, 3);
	plan_of(&plan, later);
	assert_order(&plan, both, 7);
	lsp_plan_clear(&plan);
	lsp_snapshot_free(later);
	lsp_snapshot_free(snapshot);
}

/* Parents read one after the other may form a circle when pids pass on meanwhile. */
static void test_circles_end(void **state)
{
	struct lsp_snapshot *snapshot = lsp_snapshot_new();
	struct lsp_plan plan = {.count = 0};

	(void)state;
	add_socket(snapshot, 501, LSP_LISTEN, 80);
	add(snapshot, 10, 11, 100, "a");
	add(snapshot, 11, 10, 101, "b");
	add(snapshot, 12, 12, 102, "its own parent");
	add(snapshot, 13, 1, 103, "c");
	add(snapshot, SELF, 10, 104, "lsports"); /* whose ancestors go round and round */
	add_holder(snapshot, 501, 10, 3);
	add_holder(snapshot, 501, 11, 3);
	add_socket(snapshot, 502, LSP_LISTEN, 81);
	add_holder(snapshot, 502, 12, 3);
	add_holder(snapshot, 502, 13, 3);
	assert_int_equal(plan_of(&plan, snapshot), 4);
	assert_int_equal(lsp_plan_find(&plan, 10, 100)->refusal, LSP_REFUSAL_ANCESTOR);
	assert_int_equal(lsp_plan_find(&plan, 12, 102)->refusal, LSP_REFUSAL_NONE);
	lsp_plan_clear(&plan);
	lsp_snapshot_free(snapshot);
}

static void test_refusals_are_noted(void **state)
{
	static const uint32_t pids[] = {1, 20, SELF, 30, 31, 32};
	struct lsp_snapshot *snapshot = lsp_snapshot_new();
	struct lsp_plan plan = {.count = 0};
	size_t i;

	(void)state;
	add(snapshot, 1, 0, 1, "init");
	add(snapshot, 20, 1, 2, "sshd");
	add(snapshot, SELF, 20, 3, "lsports");
	add(snapshot, 30, 1, 4, "docker-proxy");
	add(snapshot, 31, 1, 5, "nginx");
	add(snapshot, 32, 1, 6, "systemd");
	for (i = 0; i < 6; i++) {
		add_socket(snapshot, 501 + i, LSP_LISTEN, 80);
		add_holder(snapshot, 501 + i, pids[i], 3);
	}
	assert_int_equal(plan_of(&plan, snapshot), 6);
	assert_int_equal(lsp_plan_find(&plan, 1, 1)->refusal, LSP_REFUSAL_INIT);
	assert_int_equal(lsp_plan_find(&plan, 20, 2)->refusal, LSP_REFUSAL_ANCESTOR);
	assert_int_equal(lsp_plan_find(&plan, SELF, 3)->refusal, LSP_REFUSAL_SELF);
	assert_int_equal(lsp_plan_find(&plan, 30, 4)->refusal, LSP_REFUSAL_FORWARDER);
	assert_int_equal(lsp_plan_find(&plan, 31, 5)->refusal, LSP_REFUSAL_NONE);
	assert_int_equal(lsp_plan_find(&plan, 32, 6)->refusal, LSP_REFUSAL_MANAGER);
	lsp_plan_clear(&plan);
	lsp_snapshot_free(snapshot);
}

/* Socket activation: pid 1 keeps the socket, so to end the service beside it frees nothing. Nor does it to end who shares
 * another socket with that service, which stays as well. */
static void test_shared_with_a_refused_one(void **state)
{
	struct lsp_snapshot *snapshot = lsp_snapshot_new();
	struct lsp_plan plan = {.count = 0};

	(void)state;
	add_socket(snapshot, 501, LSP_LISTEN, 80);
	add_socket(snapshot, 502, LSP_LISTEN, 81);
	add_socket(snapshot, 503, LSP_LISTEN, 82);
	add(snapshot, 1, 0, 1, "init");
	add(snapshot, 10, 1, 2, "service");
	add(snapshot, 11, 10, 3, "its worker");
	add(snapshot, 12, 1, 4, "stranger");
	add_holder(snapshot, 501, 1, 40);
	add_holder(snapshot, 501, 10, 3);
	add_holder(snapshot, 502, 10, 4);
	add_holder(snapshot, 502, 11, 4);
	add_holder(snapshot, 503, 12, 4);
	assert_int_equal(plan_of(&plan, snapshot), 4);
	assert_int_equal(lsp_plan_find(&plan, 1, 1)->refusal, LSP_REFUSAL_INIT);
	assert_int_equal(lsp_plan_find(&plan, 10, 2)->refusal, LSP_REFUSAL_SHARED);
	assert_int_equal(lsp_plan_find(&plan, 11, 3)->refusal, LSP_REFUSAL_SHARED);
	assert_int_equal(lsp_plan_find(&plan, 12, 4)->refusal, LSP_REFUSAL_NONE);
	lsp_plan_clear(&plan);
	lsp_snapshot_free(snapshot);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_once),
		cmocka_unit_test(test_identity_is_pid_and_birth),
		cmocka_unit_test(test_nobody_unknown),
		cmocka_unit_test(test_parents_first),
		cmocka_unit_test(test_circles_end),
		cmocka_unit_test(test_refusals_are_noted),
		cmocka_unit_test(test_shared_with_a_refused_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
