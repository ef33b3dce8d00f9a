/*
 * kill.c - see kill.h. The plan is made from one look, carried out by act/, and judged by new looks: "freed" is never
 * said of anything that was not looked at again.
 */
#include "kill.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lsports/language.h>

#include "act/end.h"
#include "act/guard.h"
#include "act/supervisor.h"
#include "core/mem.h"
#include "kill_asked.h"
#include "kill_say.h"
#include "look.h"
#include "say.h"

#define KILL_WAIT_MS 2000  /* KILL cannot be ignored, but a process may sit in the kernel */
#define SETTLE_MS 300	   /* the port must stay free so long before it is called freed */
#define SETTLE_KNOWN_MS 1500 /* the same when somebody's job is to start the process again: systemd waits 100 ms */
#define STRAGGLER_MS 1000   /* one that was found late gets so long even when time is up */
#define LOOK_EVERY_MS 50
#define WANT_ALL \
	(LSP_WANT_NAME | LSP_WANT_EXE | LSP_WANT_ARGV | LSP_WANT_UID | LSP_WANT_STARTED | LSP_WANT_KIN)

static enum lsp_err look(struct lsp_kill *kill, const struct lsp_select *select, unsigned want,
			 struct lsp_snapshot **ret_snapshot)
{
	struct lsp_need need = {.select = select, .holders = true, .want = want, .users = true, .interfaces = true};
	struct lsp_fault fault;
	enum lsp_err err = lsp_look(kill->backend, &need, ret_snapshot, &fault);

	if (err != LSP_OK)
		lsp_say(_("cannot read the sockets: %s: %s"), fault.op, fault.detail);
	return err;
}

/* What holds the ports now, and the connections that linger on them. */
static bool look_after(struct lsp_kill *kill)
{
	struct lsp_select select = kill->request->select;
	enum lsp_err err;
	size_t i;

	/* whatever has these ports, at any address: it may be in the way */
	select.families = LSP_FAMILY_BIT_4 | LSP_FAMILY_BIT_6;
	select.ports = lsp_realloc_array(NULL, select.port_count, sizeof *select.ports);
	for (i = 0; i < select.port_count; i++) {
		select.ports[i] = kill->request->select.ports[i];
		select.ports[i].where = LSP_ANYWHERE;
		select.ports[i].ifindex = 0;
	}
	free(kill->after_rows);
	kill->after_rows = NULL;
	kill->after_count = 0;
	lsp_snapshot_free(kill->after);
	kill->after = NULL;
	select.states = select.udp_states = LSP_STATE_ALL;
	err = look(kill, &select, WANT_ALL, &kill->after);
	free(select.ports);
	if (err != LSP_OK)
		return false;
	lsp_kin_read(kill->backend, kill->after, kill->backend->self());
	kill->after_count = lsp_join(kill->after, &kill->after_rows);
	return true;
}

static bool was_held(const struct lsp_kill *kill, const struct lsp_kill_asked *asked)
{
	size_t i;

	for (i = 0; i < kill->before_count; i++) {
		if (kill->before_rows[i].owner != LSP_OWNER_GONE && kill->before_rows[i].owner != LSP_OWNER_NONE &&
		    lsp_kill_asks(asked, kill->before_rows[i].socket))
			return true;
	}
	return false;
}

/* The verdict of each port, from the last look. */
static void judge(struct lsp_kill *kill)
{
	uint32_t i;

	for (i = 0; i < kill->port_count; i++) {
		struct lsp_kill_asked asked = {kill, i};

		kill->ports[i].verdict = lsp_verdict_of(&kill->plan, kill->after, kill->after_rows, kill->after_count,
							lsp_kill_relation, &asked, was_held(kill, &asked));
	}
}

static size_t count_verdicts(const struct lsp_kill *kill, enum lsp_verdict_word word)
{
	size_t count = 0, i;

	for (i = 0; i < kill->port_count; i++)
		count += kill->ports[i].verdict.word == word;
	return count;
}

/* Somebody is about to start one of the victims again. */
static bool is_supervised(const struct lsp_kill *kill)
{
	struct lsp_supervisor supervisor;
	size_t i;

	for (i = 0; i < kill->plan.count; i++) {
		if (lsp_supervisor_of(kill->before, kill->plan.victims[i].process, &supervisor) && supervisor.is_known)
			return true;
	}
	return false;
}

/* Processes that hold the very sockets of the plan and are not in it: a worker born while its master ended. */
static size_t count_stragglers(const struct lsp_kill *kill)
{
	size_t count = 0, i;

	for (i = 0; i < kill->port_count; i++) {
		const struct lsp_verdict *verdict = &kill->ports[i].verdict;

		count += verdict->word == LSP_VERDICT_HELD && verdict->victim == NULL;
	}
	return count;
}

static void end_stragglers(struct lsp_kill *kill, size_t round, struct lsp_end_order *order)
{
	uint64_t at_least = kill->backend->now_ms() + STRAGGLER_MS;
	struct lsp_row *rows = lsp_realloc_array(NULL, kill->after_count, sizeof *rows);
	size_t count = 0, i, j;

	for (i = 0; i < kill->after_count; i++) {
		bool is_planned = false;

		for (j = 0; j < kill->plan.count; j++)
			is_planned |= lsp_victim_holds(&kill->plan.victims[j], kill->after_rows[i].socket->key);
		if (is_planned)
			rows[count++] = kill->after_rows[i];
	}
	lsp_plan_add(&kill->plan, kill->after, rows, count, kill->backend->self());
	free(rows);
	for (i = 0; i < kill->port_count; i++)
		kill->ports[i].verdict = (struct lsp_verdict){.word = LSP_VERDICT_FREE}; /* it pointed into the plan */
	/* the plan points into this look now: it is kept */
	kill->stragglers[round] = kill->after;
	kill->after = NULL;
	if (order->until_ms < at_least)
		order->until_ms = at_least;
	lsp_end(kill->backend, &kill->plan, order);
}

/* Until when a port must stay free that is free now. */
static uint64_t settles_at(const struct lsp_kill *kill)
{
	return kill->backend->now_ms() + (is_supervised(kill) ? SETTLE_KNOWN_MS : SETTLE_MS);
}

/* Ends, then looks until all that is free stayed so for a while, or one was taken again. False: a look failed. */
static bool end_and_watch(struct lsp_kill *kill)
{
	const struct lsp_backend *backend = kill->backend;
	struct lsp_end_order order = {.signal = kill->signal,
				      .force = kill->request->force,
				      .until_ms = backend->now_ms() + kill->request->timeout_ms,
				      .kill_wait_ms = KILL_WAIT_MS};
	uint64_t settled;
	size_t round = 0;

	lsp_end(backend, &kill->plan, &order);
	settled = settles_at(kill);
	for (;;) {
		if (!look_after(kill))
			return false;
		judge(kill);
		/* with -i nobody ends who was not asked about */
		if (count_stragglers(kill) > 0 && round < 3 && !kill->request->interactive) {
			end_stragglers(kill, round++, &order);
			settled = settles_at(kill);
			continue;
		}
		/* a port that is held for good does not shorten the watch of the others */
		if (count_verdicts(kill, LSP_VERDICT_TAKEN) > 0 || count_verdicts(kill, LSP_VERDICT_FREED) == 0 ||
		    backend->now_ms() >= settled)
			return true;
		backend->pause(LOOK_EVERY_MS);
	}
}

/* y or Y is yes; anything else, and the end of the input, is no. */
static bool answers_yes(void)
{
	int first = getchar(), next = first;

	while (next != '\n' && next != EOF)
		next = getchar();
	return first == 'y' || first == 'Y';
}

static void ask(struct lsp_kill *kill)
{
	size_t i;

	for (i = 0; i < kill->plan.count; i++) {
		struct lsp_victim *victim = &kill->plan.victims[i];

		if (victim->refusal != LSP_REFUSAL_NONE && !kill->request->force)
			continue; /* it will be refused, and said so */
		lsp_kill_say_question(kill, victim);
		if (!answers_yes())
			victim->outcome = LSP_OUTCOME_DECLINED;
	}
}

/* A dry run ends as the run would, as far as can be told before. */
static int code_of_plan(const struct lsp_kill *kill, uint32_t word)
{
	const struct lsp_verdict *verdict = &kill->ports[word].verdict;
	size_t i;

	for (i = 0; i < kill->plan.count; i++) {
		enum lsp_refusal refusal = (enum lsp_refusal)kill->plan.victims[i].refusal;

		if (refusal != LSP_REFUSAL_NONE && (!kill->request->force || lsp_refusal_is_final(refusal)) &&
		    lsp_kill_is_of_port(kill, &kill->plan.victims[i], word))
			return 4;
	}
	return verdict->kernel_too ? 4 : verdict->hidden_too ? 3 : 0;
}

static int code_of(const struct lsp_kill *kill, uint32_t word)
{
	const struct lsp_verdict *verdict = &kill->ports[word].verdict;

	switch (verdict->word) {
	case LSP_VERDICT_FREE:
		return kill->request->ok_if_free ? 0 : 1;
	case LSP_VERDICT_FREED:
		return 0;
	case LSP_VERDICT_HIDDEN:
		return 3;
	case LSP_VERDICT_PLANNED:
		return code_of_plan(kill, word);
	case LSP_VERDICT_IN_USE:
		/* a client's own port: nobody holds it, as far as the question goes, but free it is not */
		return lsp_socket_holds_port(verdict->socket) || kill->request->ok_if_free ? 4 : 1;
	default:
		return 4;
	}
}

/* A dry run judges what is: who would have to end is no failure yet. */
static void judge_plan(struct lsp_kill *kill)
{
	size_t i;

	for (i = 0; i < kill->port_count; i++) {
		if (kill->ports[i].verdict.word == LSP_VERDICT_HELD || kill->ports[i].verdict.word == LSP_VERDICT_TAKEN)
			kill->ports[i].verdict.word = LSP_VERDICT_PLANNED;
	}
}

static bool plan(struct lsp_kill *kill)
{
	const struct lsp_request *request = kill->request;
	uint32_t self = kill->backend->self();

	if (look(kill, &request->select, WANT_ALL, &kill->before) != LSP_OK)
		return false;
	lsp_kin_read(kill->backend, kill->before, self);
	kill->before_count = lsp_join(kill->before, &kill->before_rows);
	lsp_plan_add(&kill->plan, kill->before, kill->before_rows, kill->before_count, self);
	if (kill->plan.count > 0 && (request->dry_run || request->interactive || request->format == LSP_FORMAT_JSON)) {
		struct lsp_select all = {.protos = LSP_PROTO_ALL,
					 .families = LSP_FAMILY_BIT_4 | LSP_FAMILY_BIT_6,
					 .states = LSP_STATE_ALL,
					 .udp_states = LSP_STATE_ALL};

		return look(kill, &all, 0, &kill->wide) == LSP_OK;
	}
	return true;
}

static bool carry_out(struct lsp_kill *kill)
{
	if (kill->request->interactive)
		ask(kill);
	if (kill->plan.count > 0)
		return end_and_watch(kill);
	/* nobody to end: what is there is all there is to say */
	if (!look_after(kill))
		return false;
	judge(kill);
	return true;
}

static bool rehearse(struct lsp_kill *kill)
{
	if (!look_after(kill))
		return false;
	judge(kill);
	judge_plan(kill);
	return true;
}

static void clear(struct lsp_kill *kill)
{
	size_t i;

	lsp_plan_clear(&kill->plan);
	for (i = 0; i < sizeof kill->stragglers / sizeof *kill->stragglers; i++)
		lsp_snapshot_free(kill->stragglers[i]);
	lsp_snapshot_free(kill->after);
	lsp_snapshot_free(kill->wide);
	lsp_snapshot_free(kill->before);
	free(kill->after_rows);
	free(kill->before_rows);
	free(kill->ports);
}

static bool choose(struct lsp_kill *kill)
{
	const char *signal = kill->request->signal;
	uint32_t i;

	kill->signal = LSP_SIGNAL_TERM;
	if (signal != NULL && !kill->backend->signal_of(signal, &kill->signal))
		return lsp_say_usage(_("--signal '%.60s': there is no such signal here; write TERM or KILL, or on Unix another's name or number"),
				     signal);
	kill->port_count = kill->request->word_count;
	kill->ports = lsp_alloc(kill->port_count * sizeof *kill->ports);
	for (i = 0; i < kill->port_count; i++)
		kill->ports[i].word = kill->request->words[i];
	return true;
}

int lsp_kill(const struct lsp_backend *backend, const struct lsp_request *request)
{
	struct lsp_kill kill = {.backend = backend, .request = request};
	int code = 0;
	uint32_t i;

	if (!choose(&kill)) {
		clear(&kill);
		return 2;
	}
	if (!plan(&kill)) {
		clear(&kill);
		return 5;
	}
	if (!(request->dry_run ? rehearse(&kill) : carry_out(&kill))) {
		clear(&kill); /* what was done is done; what came of it, nobody looked at */
		return 5;
	}
	for (i = 0; i < kill.port_count; i++) {
		kill.ports[i].code = code_of(&kill, i);
		code = kill.ports[i].code > code ? kill.ports[i].code : code;
	}
	kill.sight = lsp_sight_of(kill.after, kill.after_rows, kill.after_count, true);
	errno = 0;
	lsp_kill_say(&kill);
	code = lsp_say_written(code);
	clear(&kill);
	return code;
}
