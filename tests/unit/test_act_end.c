/*
 * test_act_end.c - a plan is carried out, on a backend whose processes and whose clock are a script.
 *
 * Every grip that was given must come back exactly once; whom the script does not let be signalled must not be.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "act/end.h"
#include "act/verdict.h"
#include "test_act_world.h"

enum { NEVER = 0, CAST_MAX = 10 };

/* One process of the script. */
struct actor {
	uint32_t pid;
	uint64_t birth, key;
	enum lsp_err grip, holds, end; /* what these calls answer */
	unsigned on_term_ms, on_kill_ms; /* so long after the signal it ends; NEVER: it does not */
	bool unsure;
	/* what happened */
	uint64_t ends_at; /* NEVER: nothing that ends it came */
	unsigned grips, releases;
};

static struct {
	struct actor cast[CAST_MAX];
	size_t count;
	uint64_t now;
	char signals[256]; /* "10:TERM 11:TERM " */
} play;

struct lsp_grip {
	struct actor *actor;
	bool is_checked;
};

static enum lsp_err answer(enum lsp_err err, struct lsp_fault *ret_fault)
{
	if (err != LSP_OK)
		*ret_fault = (struct lsp_fault){.err = err, .op = "play"};
	return err;
}

static enum lsp_err play_grip(uint32_t pid, uint64_t birth, struct lsp_grip **ret_grip, struct lsp_fault *ret_fault)
{
	size_t i;

	assert_int_not_equal(pid, 0);
	for (i = 0; i < play.count; i++) {
		struct actor *actor = &play.cast[i];

		if (actor->pid != pid)
			continue;
		assert_int_equal(actor->birth, birth); /* the identity that was planned */
		if (actor->grip != LSP_OK)
			return answer(actor->grip, ret_fault);
		actor->grips++;
		*ret_grip = calloc(1, sizeof **ret_grip);
		assert_non_null(*ret_grip);
		(*ret_grip)->actor = actor;
		return LSP_OK;
	}
	fail_msg("a grip on %u, who is not in the play", pid);
	return LSP_GONE;
}

static bool play_is_sure(const struct lsp_grip *grip)
{
	return !grip->actor->unsure;
}

static enum lsp_err play_holds(const struct lsp_grip *grip, const uint64_t *keys, size_t key_count,
			       struct lsp_fault *ret_fault)
{
	assert_int_equal(key_count, 1);
	assert_int_equal(keys[0], grip->actor->key);
	((struct lsp_grip *)(uintptr_t)grip)->is_checked = true;
	return answer(grip->actor->holds, ret_fault);
}

static enum lsp_err play_end(const struct lsp_grip *grip, int signal, struct lsp_fault *ret_fault)
{
	struct actor *actor = grip->actor;
	unsigned after = signal == LSP_SIGNAL_KILL ? actor->on_kill_ms : actor->on_term_ms;
	size_t used = strlen(play.signals);

	assert_true(grip->is_checked); /* that it still holds the port */
	assert_int_equal(actor->holds, LSP_OK);
	snprintf(play.signals + used, sizeof play.signals - used, "%u:%d ", actor->pid, signal);
	if (actor->end != LSP_OK)
		return answer(actor->end, ret_fault);
	if (after != NEVER && (actor->ends_at == NEVER || actor->ends_at > play.now + after))
		actor->ends_at = play.now + after;
	return LSP_OK;
}

/* The only one that lets time pass. */
static bool play_ended(const struct lsp_grip *grip, unsigned limit_ms)
{
	const struct actor *actor = grip->actor;

	if (actor->ends_at != NEVER && actor->ends_at <= play.now + limit_ms) {
		if (actor->ends_at > play.now)
			play.now = actor->ends_at;
		return true;
	}
	play.now += limit_ms;
	return false;
}

static void play_release(struct lsp_grip *grip)
{
	if (grip == NULL)
		return;
	grip->actor->releases++;
	free(grip);
}

static uint64_t play_now(void)
{
	return play.now;
}

/* No pause, no name, no list: what is not here is not needed to end somebody. */
static const struct lsp_backend backend = {
	.grip = play_grip,
	.grip_is_sure = play_is_sure,
	.grip_holds = play_holds,
	.grip_end = play_end,
	.grip_ended = play_ended,
	.grip_release = play_release,
	.now_ms = play_now,
};

/* A plan of the whole cast, each with its own socket, in the order of the script. */
static void stage(struct lsp_plan *plan, const struct actor *cast, size_t count)
{
	static struct lsp_process people[CAST_MAX];
	size_t i;

	assert_true(count <= CAST_MAX);
	memset(&play, 0, sizeof play);
	play.now = 1000;
	play.count = count;
	*plan = (struct lsp_plan){.victims = calloc(count + 1, sizeof *plan->victims), .count = count};
	assert_non_null(plan->victims);
	for (i = 0; i < count; i++) {
		play.cast[i] = cast[i];
		play.cast[i].birth = 70 + cast[i].pid;
		play.cast[i].key = 500 + cast[i].pid;
		people[i] = person(cast[i].pid, 1, play.cast[i].birth, "x");
		plan->victims[i].process = &people[i];
		plan->victims[i].keys = malloc(sizeof(uint64_t));
		assert_non_null(plan->victims[i].keys);
		plan->victims[i].keys[0] = play.cast[i].key;
		plan->victims[i].key_count = 1;
	}
}

static void carry_out(struct lsp_plan *plan, bool force)
{
	const struct lsp_end_order order = {
		.signal = LSP_SIGNAL_TERM, .force = force, .until_ms = play.now + 5000, .kill_wait_ms = 2000};
	size_t i;

	lsp_end(&backend, plan, &order);
	for (i = 0; i < play.count; i++)
		assert_int_equal(play.cast[i].releases, play.cast[i].grips);
}

static void expect(const struct lsp_plan *plan, size_t at, enum lsp_outcome outcome)
{
	assert_string_equal(lsp_outcome_name((enum lsp_outcome)plan->victims[at].outcome), lsp_outcome_name(outcome));
}

static void test_ends_at_term(void **state)
{
	static const struct actor cast[] = {{.pid = 10, .on_term_ms = 40}, {.pid = 11, .on_term_ms = 30}};
	struct lsp_plan plan;

	(void)state;
	stage(&plan, cast, 2);
	carry_out(&plan, false);
	expect(&plan, 0, LSP_OUTCOME_ENDED);
	expect(&plan, 1, LSP_OUTCOME_ENDED);
	assert_string_equal(play.signals, "10:15 11:15 ");
	assert_int_equal(play.now, 1040); /* no longer than they take */
	assert_int_equal(play.cast[0].grips, 1);
	lsp_plan_clear(&plan);
}

/* All are asked before anybody is waited for: else a master would see its workers go one by one. */
static void test_signals_in_order_of_the_plan(void **state)
{
	static const struct actor cast[] = {{.pid = 40, .on_term_ms = 100},
					    {.pid = 11, .on_term_ms = 1},
					    {.pid = 10, .on_term_ms = 1},
					    {.pid = 12, .on_term_ms = 1}};
	struct lsp_plan plan;

	(void)state;
	stage(&plan, cast, 4);
	carry_out(&plan, true);
	assert_string_equal(play.signals, "40:15 11:15 10:15 12:15 ");
	lsp_plan_clear(&plan);
}

static void test_ignores_term(void **state)
{
	static const struct actor cast[] = {{.pid = 10, .on_kill_ms = 5}, {.pid = 11, .on_term_ms = 10}};
	struct lsp_plan plan;

	(void)state;
	stage(&plan, cast, 2);
	carry_out(&plan, false);
	expect(&plan, 0, LSP_OUTCOME_SURVIVED); /* never KILL without --force */
	expect(&plan, 1, LSP_OUTCOME_ENDED);    /* the time that the first took is not the second's fault */
	assert_string_equal(play.signals, "10:15 11:15 ");
	assert_int_equal(play.now, 6000);
	lsp_plan_clear(&plan);
}

static void test_ends_at_kill(void **state)
{
	static const struct actor cast[] = {
		{.pid = 10, .on_kill_ms = 5}, {.pid = 11, .on_term_ms = 10}, {.pid = 12, .on_kill_ms = 7}};
	struct lsp_plan plan;

	(void)state;
	stage(&plan, cast, 3);
	carry_out(&plan, true);
	expect(&plan, 0, LSP_OUTCOME_KILLED);
	expect(&plan, 1, LSP_OUTCOME_ENDED);
	expect(&plan, 2, LSP_OUTCOME_KILLED);
	assert_string_equal(play.signals, "10:15 11:15 12:15 10:9 12:9 ");
	assert_int_equal(play.now, 6007);
	lsp_plan_clear(&plan);
}

/* In the kernel's hands (state D): even KILL waits. So do we, but not for ever, and once for all of them. */
static void test_survives_kill(void **state)
{
	static const struct actor cast[] = {{.pid = 10}, {.pid = 11}};
	struct lsp_plan plan;

	(void)state;
	stage(&plan, cast, 2);
	carry_out(&plan, true);
	expect(&plan, 0, LSP_OUTCOME_SURVIVED);
	expect(&plan, 1, LSP_OUTCOME_SURVIVED);
	assert_int_equal(play.now, 1000 + 5000 + 2000);
	assert_int_equal(play.cast[0].grips, 1);
	lsp_plan_clear(&plan);
}

static void test_gone_before_the_grip(void **state)
{
	static const struct actor cast[] = {{.pid = 10, .grip = LSP_GONE}, {.pid = 11, .on_term_ms = 1}};
	struct lsp_plan plan;

	(void)state;
	stage(&plan, cast, 2);
	carry_out(&plan, true);
	expect(&plan, 0, LSP_OUTCOME_GONE);
	expect(&plan, 1, LSP_OUTCOME_ENDED);
	assert_string_equal(play.signals, "11:15 ");
	lsp_plan_clear(&plan);
}

/* It lives and has closed the socket: it has nothing to do with the port any more, so it is left alone. */
static void test_let_go(void **state)
{
	static const struct actor cast[] = {{.pid = 10, .holds = LSP_GONE, .on_term_ms = 1}};
	struct lsp_plan plan;

	(void)state;
	stage(&plan, cast, 1);
	carry_out(&plan, true);
	expect(&plan, 0, LSP_OUTCOME_GONE);
	assert_string_equal(play.signals, "");
	assert_int_equal(play.now, 1000);
	lsp_plan_clear(&plan);
}

static void test_denied(void **state)
{
	static const struct actor cast[] = {{.pid = 10, .grip = LSP_DENIED},
					    {.pid = 11, .holds = LSP_DENIED},
					    {.pid = 12, .end = LSP_DENIED},
					    {.pid = 13, .grip = LSP_UNSUPPORTED},
					    {.pid = 14, .end = LSP_GONE},
					    {.pid = 15, .on_term_ms = 3},
					    {.pid = 16, .holds = LSP_IO},
					    {.pid = 17, .end = LSP_IO}};
	struct lsp_plan plan;

	(void)state;
	stage(&plan, cast, 8);
	carry_out(&plan, true);
	expect(&plan, 0, LSP_OUTCOME_DENIED);
	expect(&plan, 1, LSP_OUTCOME_DENIED);
	expect(&plan, 2, LSP_OUTCOME_DENIED);
	expect(&plan, 3, LSP_OUTCOME_FAILED); /* neither denied nor gone: the fault says what it was */
	assert_int_equal(plan.victims[3].fault.err, LSP_UNSUPPORTED);
	assert_string_equal(plan.victims[3].fault.op, "play");
	expect(&plan, 4, LSP_OUTCOME_GONE);
	expect(&plan, 5, LSP_OUTCOME_ENDED);
	expect(&plan, 6, LSP_OUTCOME_FAILED);
	expect(&plan, 7, LSP_OUTCOME_FAILED);
	assert_int_equal(plan.victims[7].fault.err, LSP_IO);
	assert_string_equal(play.signals, "12:15 14:15 15:15 17:15 ");
	assert_int_equal(play.now, 1003);
	lsp_plan_clear(&plan);
}

static void test_refused(void **state)
{
	static const struct actor cast[] = {{.pid = 1},	 {.pid = 10}, {.pid = 11}, {.pid = 12},
					    {.pid = 13}, {.pid = 15}, {.pid = 16}, {.pid = 14, .on_term_ms = 1}};
	struct lsp_plan plan;
	size_t i;

	(void)state;
	stage(&plan, cast, 8);
	for (i = 0; i < 7; i++)
		plan.victims[i].refusal = (uint8_t)(LSP_REFUSAL_INIT + i);
	assert_int_equal(plan.victims[6].refusal, LSP_REFUSAL_SHARED);
	carry_out(&plan, false);
	for (i = 0; i < 7; i++) {
		expect(&plan, i, LSP_OUTCOME_REFUSED);
		assert_int_equal(play.cast[i].grips, 0);
	}
	expect(&plan, 7, LSP_OUTCOME_ENDED);
	assert_string_equal(play.signals, "14:15 ");
	lsp_plan_clear(&plan);
}

static void test_refused_and_forced(void **state)
{
	static const struct actor cast[] = {{.pid = 10, .on_term_ms = 1}, {.pid = 11}, {.pid = 12, .on_term_ms = 1}};
	struct lsp_plan plan;

	(void)state;
	stage(&plan, cast, 3);
	plan.victims[0].refusal = LSP_REFUSAL_ANCESTOR;
	plan.victims[1].refusal = LSP_REFUSAL_SELF; /* never: nobody would be left to say what became of it */
	plan.victims[2].refusal = LSP_REFUSAL_FORWARDER;
	carry_out(&plan, true);
	expect(&plan, 0, LSP_OUTCOME_ENDED);
	expect(&plan, 1, LSP_OUTCOME_REFUSED);
	expect(&plan, 2, LSP_OUTCOME_ENDED);
	assert_int_equal(play.cast[1].grips, 0);
	assert_string_equal(play.signals, "10:15 12:15 ");
	lsp_plan_clear(&plan);
}

static void test_unsure(void **state)
{
	static const struct actor cast[] = {{.pid = 10, .on_term_ms = 1, .unsure = true},
					    {.pid = 11, .on_term_ms = 1},
					    {.pid = 12, .grip = LSP_GONE, .unsure = true}};
	struct lsp_plan plan;

	(void)state;
	stage(&plan, cast, 3);
	carry_out(&plan, false);
	assert_true(plan.victims[0].unsure);
	assert_false(plan.victims[1].unsure);
	assert_false(plan.victims[2].unsure);
	lsp_plan_clear(&plan);
}

/* A second round, for those that came later: who was dealt with, or was spared, is not touched again. */
static void test_outcomes_stay(void **state)
{
	static const struct actor cast[] = {{.pid = 10}, {.pid = 11}, {.pid = 12}, {.pid = 13}, {.pid = 14},
					    {.pid = 15}, {.pid = 16}, {.pid = 18}, {.pid = 17, .on_term_ms = 1}};
	struct lsp_plan plan;
	size_t i;

	(void)state;
	stage(&plan, cast, 9);
	for (i = 0; i < 8; i++)
		plan.victims[i].outcome = (uint8_t)(LSP_OUTCOME_ENDED + i);
	assert_int_equal(plan.victims[7].outcome, LSP_OUTCOME_FAILED);
	carry_out(&plan, true);
	for (i = 0; i < 8; i++) {
		expect(&plan, i, (enum lsp_outcome)(LSP_OUTCOME_ENDED + i));
		assert_int_equal(play.cast[i].grips, 0);
	}
	expect(&plan, 8, LSP_OUTCOME_ENDED);
	assert_string_equal(play.signals, "17:15 ");
	carry_out(&plan, true);
	assert_string_equal(play.signals, "17:15 ");
	lsp_plan_clear(&plan);
}

/* Time that is over already: one look, no wait. */
static void test_no_time(void **state)
{
	static const struct actor cast[] = {{.pid = 10, .on_term_ms = 1}};
	const struct lsp_end_order order = {.signal = LSP_SIGNAL_TERM, .until_ms = 900};
	struct lsp_plan plan;

	(void)state;
	stage(&plan, cast, 1);
	lsp_end(&backend, &plan, &order);
	expect(&plan, 0, LSP_OUTCOME_SURVIVED);
	assert_int_equal(play.now, 1000);
	assert_int_equal(play.cast[0].releases, 1);
	lsp_plan_clear(&plan);
}

static void test_other_signal_and_empty_plan(void **state)
{
	static const struct actor cast[] = {{.pid = 10, .on_term_ms = 1}};
	const struct lsp_end_order order = {.signal = 2, .until_ms = 6000};
	struct lsp_plan plan, none = {.count = 0};

	(void)state;
	stage(&plan, cast, 1);
	lsp_end(&backend, &none, &order);
	assert_string_equal(play.signals, "");
	assert_int_equal(play.now, 1000);
	lsp_end(&backend, &plan, &order);
	assert_string_equal(play.signals, "10:2 ");
	expect(&plan, 0, LSP_OUTCOME_ENDED);
	lsp_plan_clear(&plan);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ends_at_term),
		cmocka_unit_test(test_signals_in_order_of_the_plan),
		cmocka_unit_test(test_ignores_term),
		cmocka_unit_test(test_ends_at_kill),
		cmocka_unit_test(test_survives_kill),
		cmocka_unit_test(test_gone_before_the_grip),
		cmocka_unit_test(test_let_go),
		cmocka_unit_test(test_denied),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_refused_and_forced),
		cmocka_unit_test(test_unsure),
		cmocka_unit_test(test_outcomes_stay),
		cmocka_unit_test(test_no_time),
		cmocka_unit_test(test_other_signal_and_empty_plan),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
