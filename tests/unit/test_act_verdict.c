/*
 * test_act_verdict.c - what became of a port. A look after the deed decides; the plan only says who was meant.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "act/verdict.h"
#include "test_act_world.h"

#define SELF 9000

/* The look before: nginx, master 10 and worker 11, holds the socket 501 of port 80. */
struct story {
	struct lsp_snapshot *before, *after;
	struct lsp_plan plan;
};

static int begin(void **state)
{
	static struct story story;
	struct lsp_row *rows;
	size_t count;

	story = (struct story){.before = lsp_snapshot_new(), .after = lsp_snapshot_new()};
	add_socket(story.before, 501, LSP_LISTEN, 80);
	add(story.before, 10, 1, 100, "nginx");
	add(story.before, 11, 10, 101, "nginx");
	add_holder(story.before, 501, 10, 3);
	add_holder(story.before, 501, 11, 3);
	lsp_snapshot_freeze(story.before);
	count = lsp_join(story.before, &rows);
	lsp_plan_add(&story.plan, story.before, rows, count, SELF);
	free(rows);
	*state = &story;
	return 0;
}

static int end(void **state)
{
	struct story *story = *state;

	lsp_plan_clear(&story->plan);
	lsp_snapshot_free(story->after);
	lsp_snapshot_free(story->before);
	return 0;
}

/* 80 was asked for; 81 stands for an address that covers it. */
static enum lsp_relation relation(const struct lsp_socket *socket, const void *arg)
{
	assert_string_equal(arg, "arg");
	if (socket->local_port == 81)
		return LSP_OVERLAPS;
	if (socket->local_port != 80)
		return LSP_UNRELATED;
	return lsp_socket_holds_port(socket) ? LSP_ASKED_FOR : LSP_CONNECTED;
}

static struct lsp_verdict judge(struct story *story, bool was_held)
{
	struct lsp_row *rows;
	struct lsp_verdict verdict;
	size_t count;

	lsp_snapshot_freeze(story->after);
	count = lsp_join(story->after, &rows);
	verdict = lsp_verdict_of(&story->plan, story->after, rows, count, relation, "arg", was_held);
	free(rows); /* a verdict points into the snapshot, not into the rows */
	return verdict;
}

static void expect(const struct lsp_verdict *verdict, enum lsp_verdict_word word, uint64_t key, uint32_t pid,
		   const struct lsp_victim *victim)
{
	assert_string_equal(lsp_verdict_name(verdict->word), lsp_verdict_name(word));
	assert_int_equal(verdict->socket != NULL ? verdict->socket->key : 0, key);
	assert_int_equal(verdict->process != NULL ? verdict->process->pid : 0, pid);
	assert_ptr_equal(verdict->victim, victim);
}

static void test_free_and_freed(void **state)
{
	struct story *story = *state;
	struct lsp_verdict verdict = judge(story, false);

	expect(&verdict, LSP_VERDICT_FREE, 0, 0, NULL);
	assert_null(verdict.socket);
	verdict = judge(story, true);
	expect(&verdict, LSP_VERDICT_FREED, 0, 0, NULL);
	assert_int_equal(verdict.waiting, 0);
}

static void test_held_by_a_victim(void **state)
{
	struct story *story = *state;
	struct lsp_verdict verdict;

	add_socket(story->after, 501, LSP_LISTEN, 80);
	add(story->after, 11, 1, 101, "nginx");
	add_holder(story->after, 501, 11, 3);
	verdict = judge(story, true);
	expect(&verdict, LSP_VERDICT_HELD, 501, 11, lsp_plan_find(&story->plan, 11, 101));
	assert_non_null(verdict.victim);
	assert_ptr_equal(verdict.process, lsp_snapshot_process(story->after, 11)); /* of the new look */
}

/* Of several that are equally bad, the first is told. */
static void test_first_of_equals(void **state)
{
	struct story *story = *state;
	struct lsp_verdict verdict;

	add_socket(story->after, 501, LSP_LISTEN, 80);
	add(story->after, 10, 1, 100, "nginx");
	add(story->after, 11, 1, 101, "nginx");
	add_holder(story->after, 501, 10, 3);
	add_holder(story->after, 501, 11, 3);
	verdict = judge(story, true);
	expect(&verdict, LSP_VERDICT_HELD, 501, 10, lsp_plan_find(&story->plan, 10, 100));
}

/* The same pid and birth on a socket that is new: it was to end and did not. */
static void test_held_by_a_victim_anew(void **state)
{
	struct story *story = *state;
	struct lsp_verdict verdict;

	add_socket(story->after, 777, LSP_LISTEN, 80);
	add(story->after, 11, 1, 101, "nginx");
	add_holder(story->after, 777, 11, 3);
	verdict = judge(story, true);
	expect(&verdict, LSP_VERDICT_HELD, 777, 11, lsp_plan_find(&story->plan, 11, 101));
}

/* A worker born while its master ended: the very socket, so the port was never free. */
static void test_straggler(void **state)
{
	struct story *story = *state;
	struct lsp_verdict verdict;

	add_socket(story->after, 501, LSP_LISTEN, 80);
	add(story->after, 12, 1, 102, "nginx");
	add_holder(story->after, 501, 12, 3);
	verdict = judge(story, true);
	expect(&verdict, LSP_VERDICT_HELD, 501, 12, NULL);
}

/* A pid that came back with another birth is a stranger; with the old socket it is a straggler, with a new one it
 * took the port. */
static void test_reused_pid(void **state)
{
	struct story *story = *state;
	struct lsp_verdict verdict;

	add_socket(story->after, 777, LSP_LISTEN, 80);
	add(story->after, 10, 1, 999, "nginx");
	add_holder(story->after, 777, 10, 3);
	verdict = judge(story, true);
	expect(&verdict, LSP_VERDICT_TAKEN, 777, 10, NULL);
}

static void test_taken(void **state)
{
	struct story *story = *state;
	struct lsp_verdict verdict;

	add_socket(story->after, 777, LSP_LISTEN, 80);
	add(story->after, 13, 1, 103, "nginx");
	add_holder(story->after, 777, 13, 3);
	verdict = judge(story, true);
	expect(&verdict, LSP_VERDICT_TAKEN, 777, 13, NULL);
}

static void test_hidden_and_kernel(void **state)
{
	struct story *story = *state;
	struct lsp_verdict verdict;

	add_socket(story->after, 601, LSP_LISTEN, 80);
	verdict = judge(story, false);
	expect(&verdict, LSP_VERDICT_KERNEL, 601, 0, NULL); /* we saw every process */
	story->after->blind = 1;
	verdict = judge(story, true);
	expect(&verdict, LSP_VERDICT_HIDDEN, 601, 0, NULL);
	add_socket(story->after, 0, LSP_LISTEN, 80); /* surely the kernel's: it has no key */
	verdict = judge(story, true);
	expect(&verdict, LSP_VERDICT_HIDDEN, 601, 0, NULL); /* the worse of both */
	assert_true(verdict.hidden_too && verdict.kernel_too);
}

/* Sockets that closed while we looked, holders that ended before they could be read, and pids that passed on. */
static void test_nobody_there(void **state)
{
	struct story *story = *state;
	struct lsp_socket closed = {.proto = LSP_TCP,
				    .state = LSP_LISTEN,
				    .key = 501,
				    .has = LSP_HAS_KEY,
				    .local = {.family = LSP_INET4},
				    .local_port = 80,
				    .gone = 1};
	struct lsp_verdict verdict;

	lsp_snapshot_add_socket(story->after, &closed);
	add_socket(story->after, 777, LSP_LISTEN, 80);
	add_holder(story->after, 777, 13, 3); /* no record */
	add_socket(story->after, 778, LSP_LISTEN, 80);
	add(story->after, 14, 1, 104, "a");
	add_holder(story->after, 778, 14, 3);
	lsp_snapshot_freeze(story->after);
	add(story->after, 14, 1, 105, "b");
	verdict = judge(story, true);
	expect(&verdict, LSP_VERDICT_FREED, 0, 0, NULL);
}

/* In the order of the rows one after the other appears, and the worst so far is told. */
static void test_worst_counts(void **state)
{
	struct story *story = *state;
	struct lsp_verdict verdict;

	add_socket(story->after, 0, LSP_LISTEN, 80);
	verdict = judge(story, true);
	expect(&verdict, LSP_VERDICT_KERNEL, 0, 0, NULL);
	assert_non_null(verdict.socket);
	assert_true(verdict.kernel_too && !verdict.hidden_too);
	add_socket(story->after, 777, LSP_LISTEN, 80);
	add(story->after, 13, 1, 103, "nginx");
	add_holder(story->after, 777, 13, 3);
	verdict = judge(story, true);
	expect(&verdict, LSP_VERDICT_TAKEN, 777, 13, NULL);
	add_holder(story->after, 501, 11, 3); /* beside the one who took it, a victim on the same socket */
	add_holder(story->after, 777, 11, 4);
	add(story->after, 11, 1, 101, "nginx");
	verdict = judge(story, true);
	expect(&verdict, LSP_VERDICT_HELD, 777, 11, lsp_plan_find(&story->plan, 11, 101));
	add_socket(story->after, 0, LSP_LISTEN, 80);
	verdict = judge(story, true);
	expect(&verdict, LSP_VERDICT_HELD, 777, 11, lsp_plan_find(&story->plan, 11, 101));
	assert_true(verdict.kernel_too); /* said beside the worst: it would not be the end of it */
}

/* A server at another address that covers this one: nobody asked for it, and nobody can bind while it is there. */
static void test_overlap(void **state)
{
	struct story *story = *state;
	struct lsp_verdict verdict;

	add_socket(story->after, 901, LSP_LISTEN, 81);
	add(story->after, 13, 1, 103, "caddy");
	add_holder(story->after, 901, 13, 3);
	verdict = judge(story, true); /* what was asked for let go; the neighbour is told */
	expect(&verdict, LSP_VERDICT_FREED, 0, 0, NULL);
	assert_int_equal(verdict.beside_count, 1);
	assert_int_equal(verdict.beside->key, 901);
	assert_int_equal(verdict.beside_process->pid, 13);
	verdict = judge(story, false);
	expect(&verdict, LSP_VERDICT_IN_USE, 901, 13, NULL);
	add_socket(story->after, 0, LSP_LISTEN, 80); /* what was asked for and stays is worse */
	verdict = judge(story, true);
	expect(&verdict, LSP_VERDICT_KERNEL, 0, 0, NULL);
}

static void test_overlap_of_the_unseen(void **state)
{
	struct story *story = *state;
	struct lsp_verdict verdict;

	add_socket(story->after, 0, LSP_LISTEN, 81);
	verdict = judge(story, false);
	expect(&verdict, LSP_VERDICT_IN_USE, 0, 0, NULL);
	assert_non_null(verdict.socket);
	assert_false(verdict.kernel_too || verdict.hidden_too); /* these are of what was asked for */
}

static void test_overlap_that_closed(void **state)
{
	struct story *story = *state;
	struct lsp_socket closed = {.proto = LSP_TCP,
				    .state = LSP_LISTEN,
				    .key = 901,
				    .has = LSP_HAS_KEY,
				    .local = {.family = LSP_INET4},
				    .local_port = 81,
				    .gone = 1};
	struct lsp_verdict verdict;

	lsp_snapshot_add_socket(story->after, &closed);
	verdict = judge(story, false);
	expect(&verdict, LSP_VERDICT_FREE, 0, 0, NULL);
}

/* A client whose own port it is is in the way; a connection that came in through the listener is not. */
static void test_connections(void **state)
{
	struct story *story = *state;
	struct lsp_verdict verdict;

	add_socket(story->after, 902, LSP_ESTABLISHED, 80);
	add(story->after, 14, 1, 104, "curl");
	add_holder(story->after, 902, 14, 3);
	verdict = judge(story, false);
	expect(&verdict, LSP_VERDICT_IN_USE, 902, 14, NULL);
	assert_int_equal(verdict.waiting, 0);
	verdict = judge(story, true);
	expect(&verdict, LSP_VERDICT_FREED, 0, 0, NULL);
	assert_int_equal(verdict.waiting, 0);
}

static void test_neighbours_do_not_count(void **state)
{
	struct story *story = *state;
	struct lsp_verdict verdict;

	add_socket(story->after, 501, LSP_LISTEN, 8080); /* even the planned socket: it is not on this port */
	add(story->after, 11, 1, 101, "nginx");
	add_holder(story->after, 501, 11, 3);
	add_socket(story->after, 0, LSP_LISTEN, 8080);
	add_socket(story->after, 0, LSP_TIME_WAIT, 8080);
	verdict = judge(story, true);
	expect(&verdict, LSP_VERDICT_FREED, 0, 0, NULL);
	assert_int_equal(verdict.waiting, 0);
}

static void test_waiting(void **state)
{
	struct story *story = *state;
	struct lsp_verdict verdict;

	add_socket(story->after, 0, LSP_TIME_WAIT, 80);
	add_socket(story->after, 0, LSP_TIME_WAIT, 80);
	add_socket(story->after, 0, LSP_FIN_WAIT2, 80);
	verdict = judge(story, true);
	expect(&verdict, LSP_VERDICT_FREED, 0, 0, NULL);
	assert_int_equal(verdict.waiting, 3);
	verdict = judge(story, false);
	expect(&verdict, LSP_VERDICT_FREE, 0, 0, NULL);
	assert_int_equal(verdict.waiting, 3);
	add_socket(story->after, 777, LSP_LISTEN, 80);
	add(story->after, 13, 1, 103, "nginx");
	add_holder(story->after, 777, 13, 3);
	verdict = judge(story, true);
	expect(&verdict, LSP_VERDICT_TAKEN, 777, 13, NULL);
	assert_int_equal(verdict.waiting, 3);
}

/* Nobody was to end (the plan is empty): who holds it now is who came meanwhile. */
static void test_empty_plan(void **state)
{
	struct story *story = *state;
	struct lsp_verdict verdict;

	lsp_plan_clear(&story->plan);
	add_socket(story->after, 501, LSP_LISTEN, 80);
	add(story->after, 10, 1, 100, "nginx");
	add_holder(story->after, 501, 10, 3);
	verdict = judge(story, false);
	expect(&verdict, LSP_VERDICT_TAKEN, 501, 10, NULL);
}

/* Words of the JSON contract, each its own; the order of the verdicts is that of how bad they are. */
static void test_words(void **state)
{
	static const char *const verdicts[] = {"free",   "freed",  "planned",     "in_use",
					       "kernel", "hidden", "taken_again", "held"};
	static const char *const refusals[] = {"none", "init", "self", "ancestor", "container_init", "forwarder",
					       "service_manager", "shared"};
	static const char *const outcomes[] = {"planned", "ended",   "killed",	 "survived",
					       "gone",	  "refused", "declined", "denied", "failed"};
	int i;

	(void)state;
	for (i = LSP_VERDICT_FREE; i <= LSP_VERDICT_HELD; i++)
		assert_string_equal(lsp_verdict_name((enum lsp_verdict_word)i), verdicts[i]);
	for (i = LSP_REFUSAL_NONE; i <= LSP_REFUSAL_SHARED; i++)
		assert_string_equal(lsp_refusal_name((enum lsp_refusal)i), refusals[i]);
	for (i = LSP_OUTCOME_NONE; i <= LSP_OUTCOME_FAILED; i++)
		assert_string_equal(lsp_outcome_name((enum lsp_outcome)i), outcomes[i]);
}

#define told(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		told(test_free_and_freed), told(test_held_by_a_victim), told(test_first_of_equals), told(test_held_by_a_victim_anew),
		told(test_straggler),	   told(test_reused_pid),	told(test_taken),
		told(test_hidden_and_kernel), told(test_nobody_there),	told(test_worst_counts),
		told(test_neighbours_do_not_count), told(test_waiting), told(test_empty_plan), told(test_overlap), told(test_overlap_of_the_unseen),
		told(test_overlap_that_closed), told(test_connections),
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
