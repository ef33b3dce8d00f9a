/*
 * verdict.c - see verdict.h.
 */
#include "verdict.h"

const char *lsp_verdict_name(enum lsp_verdict_word word)
{
	static const char *const names[] = {
		[LSP_VERDICT_FREE] = "free",	 [LSP_VERDICT_FREED] = "freed",	  [LSP_VERDICT_PLANNED] = "planned",
		[LSP_VERDICT_KERNEL] = "kernel", [LSP_VERDICT_HIDDEN] = "hidden", [LSP_VERDICT_TAKEN] = "taken_again",
		[LSP_VERDICT_HELD] = "held",
	};

	return names[word];
}

const char *lsp_refusal_name(enum lsp_refusal refusal)
{
	static const char *const names[] = {
		[LSP_REFUSAL_NONE] = "none",
		[LSP_REFUSAL_INIT] = "init",
		[LSP_REFUSAL_SELF] = "self",
		[LSP_REFUSAL_ANCESTOR] = "ancestor",
		[LSP_REFUSAL_CONTAINER_INIT] = "container_init",
		[LSP_REFUSAL_FORWARDER] = "forwarder",
	};

	return names[refusal];
}

const char *lsp_outcome_name(enum lsp_outcome outcome)
{
	static const char *const names[] = {
		[LSP_OUTCOME_NONE] = "planned",	    [LSP_OUTCOME_ENDED] = "ended",	[LSP_OUTCOME_KILLED] = "killed",
		[LSP_OUTCOME_SURVIVED] = "survived", [LSP_OUTCOME_GONE] = "gone",	[LSP_OUTCOME_REFUSED] = "refused",
		[LSP_OUTCOME_DECLINED] = "declined", [LSP_OUTCOME_DENIED] = "denied",
	};

	return names[outcome];
}

/* Somebody of the plan had this very socket: it was not let go of. */
static bool was_planned(const struct lsp_plan *plan, uint64_t key)
{
	size_t i;

	for (i = 0; i < plan->count; i++) {
		if (lsp_victim_holds(&plan->victims[i], key))
			return true;
	}
	return false;
}

static void judge_holder(const struct lsp_plan *plan, const struct lsp_snapshot *snapshot, const struct lsp_row *row,
			 uint32_t pid, struct lsp_verdict *worst)
{
	const struct lsp_process *process = lsp_snapshot_process(snapshot, pid);
	const struct lsp_victim *victim;
	enum lsp_verdict_word word;

	if (process == NULL || (process->has & LSP_PROCESS_GONE) != 0)
		return;
	victim = lsp_plan_find(plan, pid, process->birth);
	word = victim != NULL || was_planned(plan, row->socket->key) ? LSP_VERDICT_HELD : LSP_VERDICT_TAKEN;
	if (word > worst->word) {
		worst->word = word;
		worst->socket = row->socket;
		worst->process = process;
		worst->victim = victim;
	}
}

struct lsp_verdict lsp_verdict_of(const struct lsp_plan *plan, const struct lsp_snapshot *snapshot,
				  const struct lsp_row *rows, size_t count,
				  bool (*wanted)(const struct lsp_socket *socket, const void *arg), const void *arg,
				  bool was_held)
{
	struct lsp_verdict worst = {.word = was_held ? LSP_VERDICT_FREED : LSP_VERDICT_FREE};
	size_t i;
	uint32_t j;

	for (i = 0; i < count; i++) {
		const struct lsp_row *row = &rows[i];
		enum lsp_verdict_word word = row->owner == LSP_OWNER_KERNEL   ? LSP_VERDICT_KERNEL
					     : row->owner == LSP_OWNER_HIDDEN ? LSP_VERDICT_HIDDEN
									      : LSP_VERDICT_FREE;

		if (!wanted(row->socket, arg)) /* a neighbour, or a connection that keeps nobody from listening */
			continue;
		if (row->owner == LSP_OWNER_NONE)
			worst.waiting++;
		for (j = 0; j < row->holder_count; j++)
			judge_holder(plan, snapshot, row, row->holders[j].pid, &worst);
		if (word > worst.word) {
			worst.word = word;
			worst.socket = row->socket;
			worst.process = NULL;
			worst.victim = NULL;
		}
	}
	return worst;
}
