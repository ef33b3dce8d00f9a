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
		[LSP_VERDICT_IN_USE] = "in_use",
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
		[LSP_REFUSAL_MANAGER] = "service_manager",
		[LSP_REFUSAL_SHARED] = "shared",
		[LSP_REFUSAL_VITAL] = "vital",
		[LSP_REFUSAL_HOST] = "service_host",
	};

	return names[refusal];
}

const char *lsp_outcome_name(enum lsp_outcome outcome)
{
	static const char *const names[] = {
		[LSP_OUTCOME_NONE] = "planned",	    [LSP_OUTCOME_ENDED] = "ended",	[LSP_OUTCOME_KILLED] = "killed",
		[LSP_OUTCOME_SURVIVED] = "survived", [LSP_OUTCOME_GONE] = "gone",	[LSP_OUTCOME_REFUSED] = "refused",
		[LSP_OUTCOME_DECLINED] = "declined", [LSP_OUTCOME_DENIED] = "denied",
		[LSP_OUTCOME_FAILED] = "failed",
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

/* One process that holds a socket that was asked for. */
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

static void worsen(struct lsp_verdict *worst, enum lsp_verdict_word word, const struct lsp_socket *socket,
		   const struct lsp_process *process)
{
	if (word > worst->word)
		*worst = (struct lsp_verdict){.word = word,
					      .socket = socket,
					      .process = process,
					      .waiting = worst->waiting,
					      .hidden_too = worst->hidden_too,
					      .kernel_too = worst->kernel_too,
					      .beside = worst->beside,
					      .beside_process = worst->beside_process,
					      .beside_count = worst->beside_count};
}

/* A row that was asked for. */
static void judge_row(const struct lsp_plan *plan, const struct lsp_snapshot *snapshot, const struct lsp_row *row,
		      struct lsp_verdict *worst)
{
	uint32_t i;

	for (i = 0; i < row->holder_count; i++)
		judge_holder(plan, snapshot, row, row->holders[i].pid, worst);
	if (row->owner == LSP_OWNER_HIDDEN) {
		worst->hidden_too = true;
		worsen(worst, LSP_VERDICT_HIDDEN, row->socket, NULL);
	} else if (row->owner == LSP_OWNER_KERNEL) {
		worst->kernel_too = true;
		worsen(worst, LSP_VERDICT_KERNEL, row->socket, NULL);
	}
}

/* A row that was not, and that may be in the way all the same. Of a port that was held and let go, it is only told. What a
 * victim has beside goes with it. */
static void judge_neighbour(const struct lsp_plan *plan, const struct lsp_snapshot *snapshot, const struct lsp_row *row,
			    bool was_held, struct lsp_verdict *worst)
{
	const struct lsp_process *process =
		row->holder_count > 0 ? lsp_snapshot_process(snapshot, row->holders[0].pid) : NULL;

	if (row->owner == LSP_OWNER_GONE || (process != NULL && lsp_plan_find(plan, process->pid, process->birth) != NULL))
		return;
	if (worst->beside_count++ == 0) {
		worst->beside = row->socket;
		worst->beside_process = process;
	}
	if (!was_held)
		worsen(worst, LSP_VERDICT_IN_USE, row->socket, process);
}

struct lsp_verdict lsp_verdict_of(const struct lsp_plan *plan, const struct lsp_snapshot *snapshot,
				  const struct lsp_row *rows, size_t count,
				  enum lsp_relation (*relation)(const struct lsp_socket *socket, const void *arg),
				  const void *arg, bool was_held)
{
	struct lsp_verdict worst = {.word = was_held ? LSP_VERDICT_FREED : LSP_VERDICT_FREE};
	size_t i;

	for (i = 0; i < count; i++) {
		const struct lsp_row *row = &rows[i];

		switch (relation(row->socket, arg)) {
		case LSP_ASKED_FOR:
			judge_row(plan, snapshot, row, &worst);
			break;
		case LSP_OVERLAPS:
			judge_neighbour(plan, snapshot, row, was_held, &worst);
			break;
		case LSP_CONNECTED:
			if (row->owner == LSP_OWNER_NONE)
				worst.waiting++;
			else
				judge_neighbour(plan, snapshot, row, was_held, &worst);
			break;
		case LSP_UNRELATED:
			break;
		}
	}
	return worst;
}
