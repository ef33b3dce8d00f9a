/*
 * fake_process.c - the people of a scene: who lives, who holds what, and what becomes of whom when a signal comes.
 */
#include "fake.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MORTALS_MAX = 256 };

/* Who was sent a signal that ends it, and when it takes effect. */
static struct {
	uint64_t now_ms;
	size_t count;
	struct {
		uint32_t pid;
		uint64_t ends_ms;
	} mortals[MORTALS_MAX];
} world;

uint64_t fake_now_ms(void)
{
	return world.now_ms;
}

void fake_pause(unsigned ms)
{
	world.now_ms += ms;
}

bool fake_ended(uint32_t pid, uint64_t *ret_when)
{
	size_t i;

	for (i = 0; i < world.count; i++) {
		if (world.mortals[i].pid != pid || world.mortals[i].ends_ms > world.now_ms)
			continue;
		if (ret_when != NULL)
			*ret_when = world.mortals[i].ends_ms;
		return true;
	}
	return false;
}

struct asked {
	struct lsp_snapshot *snapshot;
	const uint64_t *keys;
	size_t key_count;
	uint32_t pid;
	unsigned want;
	bool found, alive;
};

static void look_at_holder(const struct line *line, void *arg)
{
	struct asked *asked = arg;

	if (fake_word_number(line, 1) != asked->keys[0])
		return;
	asked->found = true;
	asked->alive |= !fake_ended((uint32_t)fake_word_number(line, 2), NULL);
}

bool fake_is_open(uint64_t key)
{
	struct asked asked = {.keys = &key};

	fake_walk("holder", look_at_holder, &asked);
	return asked.alive || !asked.found;
}

static void add_kin(const struct line *line, struct lsp_process *process, unsigned *has)
{
	process->parent = (uint32_t)fake_number(line, "parent", LSP_PROCESS_HAS_PARENT, has);
	process->unit = fake_value(line, "unit", NULL);
	process->dependants = fake_value(line, "dependants", NULL);
	process->container = fake_value(line, "container", NULL);
	process->engine = fake_value(line, "cri", NULL) != NULL ? LSP_ENGINE_CRI : LSP_ENGINE_UNKNOWN;
	*has |= fake_value(line, "vital", NULL) != NULL ? LSP_PROCESS_IS_VITAL : 0;
	*has |= fake_value(line, "service", NULL) != NULL ? LSP_PROCESS_IS_SERVICE | LSP_PROCESS_NO_SIGNALS : 0;
	*has |= fake_value(line, "services", NULL) != NULL ? LSP_PROCESS_IS_SERVICE | LSP_PROCESS_HOSTS_MANY : 0;
	*has |= fake_value(line, "init", NULL) != NULL ? LSP_PROCESS_IS_INIT : 0;
	*has |= fake_value(line, "user_unit", NULL) != NULL ? LSP_PROCESS_USER_UNIT : 0;
}

static void add_process(const struct line *line, void *arg)
{
	struct asked *asked = arg;
	struct lsp_process process = {.pid = asked->pid};
	unsigned has = 0;

	if (fake_word_number(line, 1) != asked->pid || fake_ended(asked->pid, NULL))
		return;
	process.birth = fake_number(line, "birth", 0, &has);
	if (fake_value(line, "gone", NULL) != NULL)
		return; /* ended before it could be read */
	if (asked->want & LSP_WANT_NAME)
		process.name = fake_value(line, "name", NULL);
	if (asked->want & LSP_WANT_EXE)
		process.exe = fake_value(line, "exe", NULL);
	if (asked->want & LSP_WANT_ARGV)
		process.argv = fake_value(line, "argv", &process.argv_len);
	if (asked->want & LSP_WANT_UID)
		process.uid = (uint32_t)fake_number(line, "uid", LSP_PROCESS_HAS_UID, &has);
	if (asked->want & (LSP_WANT_UID | LSP_WANT_ACCOUNT))
		process.user = fake_value(line, "user", NULL);
	if (asked->want & LSP_WANT_STARTED)
		process.started_ms = fake_number(line, "started", LSP_PROCESS_HAS_STARTED, &has);
	if (asked->want & LSP_WANT_KIN)
		add_kin(line, &process, &has);
	if (asked->want & LSP_WANT_EXE_PLACE) {
		has |= fake_value(line, "deleted", NULL) != NULL ? LSP_PROCESS_EXE_DELETED : 0;
		has |= fake_value(line, "open", NULL) != NULL ? LSP_PROCESS_EXE_OPEN : 0;
	}
	process.has = has;
	asked->found = true;
	lsp_snapshot_add_process(asked->snapshot, &process);
}

static void add_holder(const struct line *line, void *arg)
{
	const struct asked *asked = arg;
	struct lsp_holder holder = {.key = fake_word_number(line, 1),
				    .pid = (uint32_t)fake_word_number(line, 2),
				    .fd = (uint32_t)fake_word_number(line, 3)};
	struct asked process = {.snapshot = asked->snapshot, .pid = holder.pid, .want = asked->want};
	size_t i;

	if (fake_ended(holder.pid, NULL))
		return;
	for (i = 0; i < asked->key_count; i++) {
		if (asked->keys[i] != holder.key)
			continue;
		lsp_snapshot_add_holder(asked->snapshot, &holder);
		fake_walk("process", add_process, &process);
		return;
	}
}

static void add_blind(const struct line *line, void *arg)
{
	((struct lsp_snapshot *)arg)->blind += fake_word_number(line, 1);
}

enum lsp_err fake_holders(struct lsp_snapshot *snapshot, const uint64_t *keys, size_t key_count, unsigned want,
			  struct lsp_fault *ret_fault)
{
	struct asked asked = {.snapshot = snapshot, .keys = keys, .key_count = key_count, .want = want};
	enum lsp_err err = fake_fault("holders", ret_fault);

	if (err == LSP_UNSUPPORTED)
		snapshot->notes |= LSP_NOTE_NO_HOLDERS;
	if (err != LSP_OK)
		return err;
	fake_walk("holder", add_holder, &asked);
	fake_walk("blind", add_blind, snapshot);
	return LSP_OK;
}

static enum lsp_err answer(enum lsp_err err, struct lsp_fault *ret_fault)
{
	if (err != LSP_OK)
		*ret_fault = (struct lsp_fault){.err = err, .op = "fake", .detail = "says the scene"};
	return err;
}

enum lsp_err fake_process(struct lsp_snapshot *snapshot, uint32_t pid, unsigned want, struct lsp_fault *ret_fault)
{
	struct asked asked = {.snapshot = snapshot, .pid = pid, .want = want};

	fake_walk("process", add_process, &asked);
	return answer(asked.found ? LSP_OK : LSP_GONE, ret_fault);
}

static void read_self(const struct line *line, void *arg)
{
	*(uint32_t *)arg = (uint32_t)fake_word_number(line, 1);
}

uint32_t fake_self(void)
{
	uint32_t self = 9000;

	fake_walk("self", read_self, &self);
	return self;
}

/* --- the grip ------------------------------------------------------------------------------------------------ */

enum { FOR_EVER = -1 };

struct lsp_grip {
	uint32_t pid;
	uint64_t birth;
	bool found, unsure;
	enum lsp_err grip, holds, end;
	long term_ms, kill_ms;
};

static enum lsp_err word_of(const struct line *line, const char *call)
{
	const char *word = fake_value(line, call, NULL);

	if (word == NULL)
		return LSP_OK;
	if (strcmp(word, "unsupported") == 0)
		return LSP_UNSUPPORTED;
	return strcmp(word, "denied") == 0 ? LSP_DENIED : LSP_GONE;
}

static long life_of(const struct line *line, const char *signal)
{
	const char *value = fake_value(line, signal, NULL);

	if (value == NULL)
		return 0;
	return strcmp(value, "never") == 0 ? FOR_EVER : strtol(value, NULL, 10);
}

static void read_grip(const struct line *line, void *arg)
{
	struct lsp_grip *grip = arg;
	unsigned has = 0;

	if (fake_word_number(line, 1) != grip->pid || fake_number(line, "birth", 0, &has) != grip->birth)
		return;
	grip->found = true;
	grip->unsure = fake_value(line, "unsure", NULL) != NULL;
	grip->grip = word_of(line, "grip");
	grip->holds = word_of(line, "holds");
	grip->end = word_of(line, "end");
	grip->term_ms = life_of(line, "term");
	grip->kill_ms = life_of(line, "kill");
}

static void break_peace(const struct line *line, void *arg)
{
	(void)arg;
	fake_bad_scene("somebody was gripped", fake_word(line, 0));
}

enum lsp_err fake_grip(uint32_t pid, uint64_t birth, struct lsp_grip **ret_grip, struct lsp_fault *ret_fault)
{
	struct lsp_grip *grip = calloc(1, sizeof *grip);
	enum lsp_err err;

	if (grip == NULL || pid == 0)
		fake_bad_scene("a grip on nobody", "0");
	fake_walk("peace", break_peace, NULL);
	grip->pid = pid;
	grip->birth = birth;
	fake_walk("process", read_grip, grip);
	err = !grip->found || fake_ended(pid, NULL) ? LSP_GONE : grip->grip;
	if (err == LSP_OK)
		*ret_grip = grip;
	else
		free(grip);
	return answer(err, ret_fault);
}

bool fake_grip_is_sure(const struct lsp_grip *grip)
{
	return !grip->unsure;
}

enum lsp_err fake_grip_holds(const struct lsp_grip *grip, const uint64_t *keys, size_t key_count,
			     struct lsp_fault *ret_fault)
{
	(void)keys;
	if (key_count == 0 || fake_ended(grip->pid, NULL))
		return answer(LSP_GONE, ret_fault);
	return answer(grip->holds, ret_fault);
}

enum lsp_err fake_grip_end(const struct lsp_grip *grip, int signal, struct lsp_fault *ret_fault)
{
	long life = signal == LSP_SIGNAL_KILL ? grip->kill_ms : grip->term_ms;

	if (fake_ended(grip->pid, NULL))
		return answer(LSP_GONE, ret_fault);
	if (grip->end != LSP_OK || life == FOR_EVER)
		return answer(grip->end, ret_fault);
	if (world.count == MORTALS_MAX)
		fake_bad_scene("too many signals", "");
	world.mortals[world.count].pid = grip->pid;
	world.mortals[world.count++].ends_ms = world.now_ms + (uint64_t)life;
	return LSP_OK;
}

bool fake_grip_ended(const struct lsp_grip *grip, unsigned limit_ms)
{
	uint64_t until = world.now_ms + limit_ms;

	while (!fake_ended(grip->pid, NULL) && world.now_ms < until)
		world.now_ms++;
	return fake_ended(grip->pid, NULL);
}

void fake_grip_release(struct lsp_grip *grip)
{
	free(grip);
}
