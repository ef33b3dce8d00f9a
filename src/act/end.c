/*
 * end.c - see end.h.
 */
#include "end.h"

#include <stdlib.h>

#include "core/mem.h"

static void note(struct lsp_victim *victim, const struct lsp_fault *fault)
{
	victim->outcome = fault->err == LSP_GONE     ? LSP_OUTCOME_GONE
			  : fault->err == LSP_DENIED ? LSP_OUTCOME_DENIED
						     : LSP_OUTCOME_FAILED;
	victim->fault = *fault;
}

/* Takes hold, then checks that it is still the holder, then signals what it has hold of: nobody else can be hit. */
static struct lsp_grip *ask_to_end(const struct lsp_backend *backend, struct lsp_victim *victim, int signal)
{
	struct lsp_grip *grip;
	struct lsp_fault fault;

	if (backend->grip(victim->process->pid, victim->process->birth, &grip, &fault) != LSP_OK) {
		note(victim, &fault);
		return NULL;
	}
	victim->unsure = !backend->grip_is_sure(grip);
	if (backend->grip_holds(grip, victim->keys, victim->key_count, &fault) != LSP_OK ||
	    backend->grip_end(grip, signal, &fault) != LSP_OK) {
		note(victim, &fault);
		backend->grip_release(grip);
		return NULL;
	}
	return grip;
}

static unsigned left_ms(const struct lsp_backend *backend, uint64_t until_ms)
{
	uint64_t now = backend->now_ms();

	return now < until_ms ? (unsigned)(until_ms - now) : 0;
}

static void wait_for(const struct lsp_backend *backend, struct lsp_plan *plan, struct lsp_grip **grips,
		     const struct lsp_end_order *order)
{
	struct lsp_fault fault;
	uint64_t until = order->until_ms;
	size_t i;

	for (i = 0; i < plan->count; i++) {
		if (grips[i] != NULL && backend->grip_ended(grips[i], left_ms(backend, until)))
			plan->victims[i].outcome = LSP_OUTCOME_ENDED;
	}
	for (i = 0; order->force && i < plan->count; i++) {
		const struct lsp_victim *victim = &plan->victims[i];

		/* one that let go of the port and finishes its work is in nobody's way */
		if (grips[i] != NULL && victim->outcome == LSP_OUTCOME_NONE &&
		    backend->grip_holds(grips[i], victim->keys, victim->key_count, &fault) == LSP_OK)
			backend->grip_end(grips[i], LSP_SIGNAL_KILL, &fault);
	}
	until = backend->now_ms() + (order->force ? order->kill_wait_ms : 0);
	for (i = 0; i < plan->count; i++) {
		if (grips[i] == NULL || plan->victims[i].outcome != LSP_OUTCOME_NONE)
			continue;
		plan->victims[i].outcome = backend->grip_ended(grips[i], left_ms(backend, until))
						   ? (order->force ? LSP_OUTCOME_KILLED : LSP_OUTCOME_ENDED)
						   : LSP_OUTCOME_SURVIVED;
	}
}

void lsp_end(const struct lsp_backend *backend, struct lsp_plan *plan, const struct lsp_end_order *order)
{
	struct lsp_grip **grips = lsp_alloc(plan->count * sizeof *grips);
	size_t i;

	for (i = 0; i < plan->count; i++) {
		struct lsp_victim *victim = &plan->victims[i];

		if (victim->outcome != LSP_OUTCOME_NONE)
			continue;
		if (victim->refusal != LSP_REFUSAL_NONE &&
		    (!order->force || lsp_refusal_is_final((enum lsp_refusal)victim->refusal)))
			victim->outcome = LSP_OUTCOME_REFUSED;
		else
			grips[i] = ask_to_end(backend, victim, order->signal);
	}
	wait_for(backend, plan, grips, order);
	for (i = 0; i < plan->count; i++)
		backend->grip_release(grips[i]);
	free(grips);
}
