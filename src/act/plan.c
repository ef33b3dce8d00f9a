/*
 * plan.c - see plan.h.
 */
#include "plan.h"

#include <stdlib.h>

#include "core/mem.h"
#include "guard.h"

#define DEPTH_MAX 64 /* of a family tree; a longer chain is a circle */

bool lsp_refusal_is_final(enum lsp_refusal refusal)
{
	return refusal == LSP_REFUSAL_SELF || refusal == LSP_REFUSAL_VITAL;
}

struct lsp_victim *lsp_plan_find(const struct lsp_plan *plan, uint32_t pid, uint64_t birth)
{
	size_t i;

	for (i = 0; i < plan->count; i++) {
		if (plan->victims[i].process->pid == pid && plan->victims[i].process->birth == birth)
			return &plan->victims[i];
	}
	return NULL;
}

bool lsp_victim_holds(const struct lsp_victim *victim, uint64_t key)
{
	size_t i;

	for (i = 0; i < victim->key_count; i++) {
		if (victim->keys[i] == key)
			return true;
	}
	return false;
}

static void add_key(struct lsp_victim *victim, uint64_t key)
{
	if (lsp_victim_holds(victim, key))
		return;
	victim->keys = lsp_realloc_array(victim->keys, victim->key_count + 1, sizeof *victim->keys);
	victim->keys[victim->key_count++] = key;
}

static struct lsp_victim *add_victim(struct lsp_plan *plan, const struct lsp_snapshot *snapshot,
				     const struct lsp_process *process, uint32_t self)
{
	struct lsp_victim *victim = lsp_plan_find(plan, process->pid, process->birth);

	if (victim != NULL)
		return victim;
	plan->victims = lsp_realloc_array(plan->victims, plan->count + 1, sizeof *plan->victims);
	victim = &plan->victims[plan->count++];
	*victim = (struct lsp_victim){.process = process, .refusal = lsp_guard(snapshot, process, self)};
	return victim;
}

/* How many of its ancestors the snapshot knows. */
static int depth_of(const struct lsp_snapshot *snapshot, const struct lsp_process *process)
{
	int depth = 0;

	while (process != NULL && (process->has & LSP_PROCESS_HAS_PARENT) != 0 && depth < DEPTH_MAX) {
		process = lsp_snapshot_process(snapshot, process->parent);
		depth++;
	}
	return depth;
}

/* By insertion: a plan has few victims, and those of an earlier call stay where they are. */
static void put_parents_first(struct lsp_plan *plan, size_t from, const struct lsp_snapshot *snapshot)
{
	size_t i, j;

	for (i = from + 1; i < plan->count; i++) {
		struct lsp_victim victim = plan->victims[i];
		int depth = depth_of(snapshot, victim.process);

		for (j = i; j > from && depth_of(snapshot, plan->victims[j - 1].process) > depth; j--)
			plan->victims[j] = plan->victims[j - 1];
		plan->victims[j] = victim;
	}
}

static bool share_a_socket(const struct lsp_victim *a, const struct lsp_victim *b)
{
	size_t i;

	for (i = 0; i < a->key_count; i++) {
		if (lsp_victim_holds(b, a->keys[i]))
			return true;
	}
	return false;
}

/* To end some holders of a socket that another will keep does harm and frees nothing. Who is refused for that keeps its
 * other sockets as well, and so on. */
static void refuse_sharers(struct lsp_plan *plan)
{
	bool changed;
	size_t i, j;

	do {
		changed = false;
		for (i = 0; i < plan->count; i++) {
			for (j = 0; j < plan->count && plan->victims[i].refusal == LSP_REFUSAL_NONE; j++) {
				if (plan->victims[j].refusal == LSP_REFUSAL_NONE ||
				    !share_a_socket(&plan->victims[i], &plan->victims[j]))
					continue;
				plan->victims[i].refusal = LSP_REFUSAL_SHARED;
				changed = true;
			}
		}
	} while (changed);
}

void lsp_plan_add(struct lsp_plan *plan, const struct lsp_snapshot *snapshot, const struct lsp_row *rows, size_t count,
		  uint32_t self)
{
	size_t old = plan->count, i;
	uint32_t j;

	for (i = 0; i < count; i++) {
		for (j = 0; j < rows[i].holder_count; j++) {
			const struct lsp_process *process = lsp_snapshot_process(snapshot, rows[i].holders[j].pid);

			/* one that ended before it could be read holds nothing any more */
			if (process != NULL && (process->has & LSP_PROCESS_GONE) == 0)
				add_key(add_victim(plan, snapshot, process, self), rows[i].socket->key);
		}
	}
	put_parents_first(plan, old, snapshot);
	refuse_sharers(plan);
}

void lsp_plan_clear(struct lsp_plan *plan)
{
	size_t i;

	for (i = 0; i < plan->count; i++)
		free(plan->victims[i].keys);
	free(plan->victims);
	*plan = (struct lsp_plan){.count = 0};
}
