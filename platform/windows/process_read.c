/*
 * process_read.c - see process_read.h.
 */
#include "process_read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command_line.h"
#include "utf16.h"
#include "vital.h"
#include "win.h"

#define UNIX_EPOCH UINT64_C(116444736000000000) /* 1970-01-01 UTC in 100 ns since 1601 */
#define TEXT_MAX (LSP_UTF8_MAX(LSP_UNITS_MAX) + 1)

/* Room for what one look at a process gives; the record points into it. */
struct room {
	uint16_t units[LSP_UNITS_MAX];
	char exe[TEXT_MAX], line[TEXT_MAX], argv[TEXT_MAX];
	char name[LSP_UTF8_MAX(260) + 1], host[2080], user[1024], services[2048], dependants[2048], folder[1024];
};

/* A process that is being looked at. handle NULL: we may not, or it is not there. */
struct subject {
	void *handle;
	uint32_t pid, code; /* code: why there is no handle */
	uint64_t created;
	bool holds; /* one of the sockets, still */
};

static const char *file_of(const char *path)
{
	const char *slash = strrchr(path, '\\');

	return slash != NULL ? slash + 1 : path;
}

static bool same_file(const char *name, const char *other)
{
	for (; *name != '\0' && *other != '\0'; name++, other++) {
		char a = *name >= 'A' && *name <= 'Z' ? (char)(*name - 'A' + 'a') : *name;

		if (a != *other)
			return false;
	}
	return *name == *other;
}

static struct subject look_at(const struct lsp_process_calls *calls, uint32_t pid)
{
	struct subject subject = {.pid = pid};

	subject.code = calls->open(calls->self, pid, &subject.handle);
	if (subject.code == 0)
		subject.created = calls->created(calls->self, subject.handle);
	return subject;
}

static void let_go(const struct lsp_process_calls *calls, const struct subject *subject)
{
	if (subject->code == 0)
		calls->close(calls->self, subject->handle);
}

/* Exe and name. The list of processes knows the name of those, too, that we may not open. */
static void read_names(const struct lsp_process_calls *calls, const struct subject *subject, struct room *room,
		       struct lsp_process *process)
{
	const struct lsp_listed *listed;
	size_t len = 0;

	if (subject->code == 0)
		len = calls->image(calls->self, subject->handle, room->units, LSP_UNITS_MAX);
	if (len > 0) {
		lsp_utf8_of(room->units, len, room->exe, sizeof room->exe);
		process->exe = room->exe;
		process->name = file_of(room->exe);
		return;
	}
	listed = calls->listed(calls->self, subject->pid);
	if (listed == NULL)
		return;
	while (len < sizeof listed->file / sizeof *listed->file && listed->file[len] != 0)
		len++;
	lsp_utf8_of(listed->file, len, room->name, sizeof room->name);
	process->name = room->name;
}

static void read_argv(const struct lsp_process_calls *calls, const struct subject *subject, struct room *room,
		      struct lsp_process *process)
{
	size_t len = calls->command_line(calls->self, subject->handle, room->units, LSP_UNITS_MAX);

	if (len == 0)
		return;
	len = lsp_utf8_of(room->units, len, room->line, sizeof room->line);
	process->argv_len = lsp_command_line_cut(room->line, len, room->argv);
	process->argv = room->argv;
}

/* A number of a parent may long be another's: a parent is older than its child. */
static void read_parent(const struct lsp_process_calls *calls, const struct subject *subject, struct lsp_process *process)
{
	const struct lsp_listed *listed = calls->listed(calls->self, subject->pid);
	struct subject parent;

	if (listed == NULL)
		return;
	process->has |= LSP_PROCESS_HAS_PARENT;
	parent = look_at(calls, listed->parent);
	if (parent.code != LSP_WIN_INVALID_PARAMETER &&
	    (parent.created == 0 || subject->created == 0 || parent.created <= subject->created))
		process->parent = listed->parent;
	let_go(calls, &parent);
}

/* What runs services of others and has no name of its own. */
static bool is_host(const struct lsp_process *process)
{
	return process->name != NULL && same_file(process->name, "svchost.exe");
}

static void read_services(const struct lsp_process_calls *calls, const struct subject *subject, unsigned want,
			  struct room *room, struct lsp_process *process)
{
	size_t count = calls->services(calls->self, subject->pid, room->services, sizeof room->services);

	if (count == 0)
		return;
	process->unit = room->services;
	process->has |= LSP_PROCESS_IS_SERVICE | (count > 1 ? LSP_PROCESS_HOSTS_MANY : 0);
	if ((want & LSP_WANT_KIN) != 0) {
		calls->dependants(calls->self, subject->pid, room->dependants, sizeof room->dependants);
		process->dependants = room->dependants[0] != '\0' ? room->dependants : NULL;
	}
	if (is_host(process)) {
		snprintf(room->host, sizeof room->host, "%.15s (%s)", process->name, process->unit);
		process->name = room->host;
	}
}

/* By what Windows says of it, or by its program: what says nothing may be one of those that nobody may look into. */
static bool is_vital(const struct lsp_process_calls *calls, const struct subject *subject, struct room *room,
		     const struct lsp_process *process)
{
	if (subject->code == 0 && calls->is_critical(calls->self, subject->handle))
		return true;
	calls->system_folder(calls->self, room->folder, sizeof room->folder);
	return lsp_is_vital(process->name, process->exe, room->folder);
}

/* True when all that was wanted is known; false: we may not look. */
static bool read_process(const struct lsp_process_calls *calls, const struct subject *subject, unsigned want,
			 struct room *room, struct lsp_process *ret_process)
{
	struct lsp_process process = {
		.pid = subject->pid, .birth = subject->created, .has = LSP_PROCESS_NO_SIGNALS};
	/* the file of a running program cannot be deleted here; who may write beside it is not looked at */
	unsigned got = LSP_WANT_NAME | LSP_WANT_KIN | LSP_WANT_EXE_PLACE;

	if (subject->created > UNIX_EPOCH) {
		process.started_ms = (subject->created - UNIX_EPOCH) / 10000;
		process.has |= LSP_PROCESS_HAS_STARTED;
	}
	if ((want & (LSP_WANT_NAME | LSP_WANT_EXE | LSP_WANT_KIN)) != 0)
		read_names(calls, subject, room, &process);
	if ((want & LSP_WANT_ARGV) != 0 && subject->code == 0)
		read_argv(calls, subject, room, &process);
	if ((want & (LSP_WANT_UID | LSP_WANT_ACCOUNT)) != 0 && subject->code == 0 &&
	    calls->user(calls->self, subject->handle, room->user, sizeof room->user))
		process.user = room->user;
	if ((want & LSP_WANT_KIN) != 0)
		read_parent(calls, subject, &process);
	if ((want & LSP_WANT_KIN) != 0 || is_host(&process))
		read_services(calls, subject, want, room, &process);
	if ((want & LSP_WANT_KIN) != 0 && is_vital(calls, subject, room, &process))
		process.has |= LSP_PROCESS_IS_VITAL;
	got |= (process.exe != NULL ? LSP_WANT_EXE : 0) | (process.argv != NULL ? LSP_WANT_ARGV : 0) |
	       (process.user != NULL ? LSP_WANT_UID | LSP_WANT_ACCOUNT : 0) | (subject->created != 0 ? LSP_WANT_STARTED : 0);
	*ret_process = process;
	return (want & ~got) == 0;
}

/* Nobody else's number: it was there when its handle was taken, and is. */
static bool is_there(const struct lsp_process_calls *calls, const struct subject *subject)
{
	if (subject->code != 0)
		return subject->code == LSP_WIN_ACCESS_DENIED;
	return calls->is_alive(calls->self, subject->handle);
}

static void add_process(const struct lsp_process_calls *calls, struct lsp_snapshot *snapshot,
			const struct subject *subject, unsigned want, struct room *room)
{
	struct lsp_process process;
	bool is_whole = read_process(calls, subject, want, room, &process);

	/* what could not be read of one that ended meanwhile was not denied */
	if (!is_there(calls, subject))
		return;
	lsp_snapshot_add_process(snapshot, &process);
	snapshot->notes |= is_whole ? 0 : LSP_NOTE_NO_DETAILS;
}

static int by_pid(const void *a, const void *b)
{
	const struct subject *x = a, *y = b;

	return (x->pid > y->pid) - (x->pid < y->pid);
}

/* The different processes of the keys, sorted, each held. NULL: no memory. */
static struct subject *hold(const struct lsp_process_calls *calls, const uint64_t *keys, size_t key_count,
			    size_t *ret_count)
{
	struct subject *subjects = calloc(key_count + 1, sizeof *subjects);
	size_t count = 0, i;

	for (i = 0; subjects != NULL && i < key_count; i++)
		subjects[i].pid = lsp_iptable_pid(keys[i]);
	if (subjects != NULL)
		qsort(subjects, key_count, sizeof *subjects, by_pid);
	for (i = 0; subjects != NULL && i < key_count; i++) {
		if (count == 0 || subjects[count - 1].pid != subjects[i].pid)
			subjects[count++] = look_at(calls, subjects[i].pid);
	}
	*ret_count = count;
	return subjects;
}

/* What the sockets with these keys were found by; of keys from elsewhere anything may be true. */
static struct lsp_hint hint_of(const struct lsp_snapshot *snapshot)
{
	struct lsp_hint hint = {.protos = 0};
	size_t i;

	if (snapshot->socket_count == 0)
		return (struct lsp_hint){.protos = LSP_PROTO_ALL, .states = LSP_STATE_ALL};
	for (i = 0; i < snapshot->socket_count; i++) {
		hint.protos |= LSP_PROTO_BIT(snapshot->sockets[i].proto);
		hint.states |= LSP_STATE_BIT(snapshot->sockets[i].state);
		/* to the reader CLOSE is UDP's, and then the listeners' table would do */
		if (snapshot->sockets[i].proto == LSP_TCP && snapshot->sockets[i].state == LSP_CLOSE)
			hint.states |= LSP_STATE_ALL & ~LSP_STATE_BIT(LSP_BOUND);
	}
	return hint;
}

static void add_holders(struct lsp_snapshot *snapshot, const uint64_t *keys, const bool *still, size_t key_count,
			struct subject *subjects, size_t count)
{
	size_t i;

	for (i = 0; i < key_count; i++) {
		struct lsp_holder holder = {.key = keys[i], .pid = lsp_iptable_pid(keys[i])};
		struct subject sought = {.pid = holder.pid};
		struct subject *subject = bsearch(&sought, subjects, count, sizeof *subjects, by_pid);

		if (!still[i] || subject == NULL)
			continue;
		lsp_snapshot_add_holder(snapshot, &holder);
		subject->holds = true;
	}
}

enum lsp_err lsp_process_holders(const struct lsp_process_calls *calls, const struct lsp_iptable_calls *tables,
				 struct lsp_snapshot *snapshot, const uint64_t *keys, size_t key_count, unsigned want,
				 struct lsp_fault *ret_fault)
{
	struct lsp_hint hint = hint_of(snapshot);
	bool *still = calloc(key_count + 1, sizeof *still);
	struct room *room = malloc(sizeof *room);
	size_t count = 0, i;
	struct subject *subjects = hold(calls, keys, key_count, &count);
	enum lsp_err err;

	if (still == NULL || room == NULL || subjects == NULL)
		err = lsp_windows_fault(ret_fault, "list of processes", LSP_WIN_NOT_ENOUGH_MEMORY);
	else
		err = lsp_iptable_still(tables, &hint, keys, key_count, still, ret_fault);
	if (err == LSP_OK)
		add_holders(snapshot, keys, still, key_count, subjects, count);
	for (i = 0; i < count; i++) {
		if (err == LSP_OK && subjects[i].holds)
			add_process(calls, snapshot, &subjects[i], want, room);
		let_go(calls, &subjects[i]);
	}
	free(subjects);
	free(room);
	free(still);
	return err;
}

enum lsp_err lsp_process_add(const struct lsp_process_calls *calls, struct lsp_snapshot *snapshot, uint32_t pid,
			     unsigned want, struct lsp_fault *ret_fault)
{
	struct room *room = malloc(sizeof *room);
	struct subject subject;

	if (room == NULL)
		return lsp_windows_fault(ret_fault, "process", LSP_WIN_NOT_ENOUGH_MEMORY);
	subject = look_at(calls, pid);
	/* pid 0 is no process, and of what we may not open there is at least the name */
	if (pid == 0 || !is_there(calls, &subject)) {
		let_go(calls, &subject);
		free(room);
		return lsp_windows_fault(ret_fault, "process",
					 subject.code != 0 && subject.code != LSP_WIN_ACCESS_DENIED ?
						 subject.code : LSP_WIN_INVALID_PARAMETER);
	}
	add_process(calls, snapshot, &subject, want, room);
	let_go(calls, &subject);
	free(room);
	return LSP_OK;
}
