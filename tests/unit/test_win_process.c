/*
 * test_win_process.c - who holds a socket, and what may be known of him: a Windows of a script, with processes that may
 * not be opened, end while they are looked at, or got their number from another.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <lsports/snapshot.h>

#include "process_read.h"
#include "win.h"
#include "win_bytes.h"

#define BORN(second) (UINT64_C(116444736000000000) + (second) * UINT64_C(10000000)) /* 100 ns since 1601, of seconds since 1970 */

struct actor {
	uint32_t pid, parent, code; /* code: OpenProcess refuses */
	uint64_t created;
	const char *path, *line, *user, *services; /* ASCII; NULL: not told */
	unsigned service_count;
	const char *dependants;
	bool is_critical;
	bool ends;     /* after its handle was taken */
	bool unlisted; /* no process of Windows (WSL 1) */
	struct lsp_listed listed;
};

struct stage {
	struct actor *actors;
	size_t count;
	int open; /* handles */
	unsigned listings, services;
	struct bytes tcp4;
	bool is_closed; /* the rows are closed sockets: the listeners' table has none of them */
	unsigned closes_after; /* the last row is gone after so many reads; 0: never */
};

static struct actor *actor_of(struct stage *stage, uint32_t pid)
{
	size_t i;

	for (i = 0; i < stage->count; i++) {
		if (stage->actors[i].pid == pid)
			return &stage->actors[i];
	}
	return NULL;
}

static uint32_t play_open(void *self, uint32_t pid, void **ret_handle)
{
	struct stage *stage = self;
	struct actor *actor = actor_of(stage, pid);

	if (actor == NULL || actor->unlisted)
		return LSP_WIN_INVALID_PARAMETER;
	if (actor->code != 0)
		return actor->code;
	stage->open++;
	*ret_handle = actor;
	return 0;
}

static void play_close(void *self, void *handle)
{
	assert_non_null(handle);
	((struct stage *)self)->open--;
}

static bool play_is_alive(void *self, void *handle)
{
	(void)self;
	return !((struct actor *)handle)->ends;
}

static uint64_t play_created(void *self, void *handle)
{
	(void)self;
	return ((struct actor *)handle)->created;
}

static size_t units_of(const char *text, uint16_t *ret_units, size_t max)
{
	size_t len = 0;

	for (; text != NULL && text[len] != '\0' && len < max; len++)
		ret_units[len] = (uint8_t)text[len];
	return len;
}

static size_t play_image(void *self, void *handle, uint16_t *ret_units, size_t max)
{
	(void)self;
	return units_of(((struct actor *)handle)->path, ret_units, max);
}

static size_t play_line(void *self, void *handle, uint16_t *ret_units, size_t max)
{
	(void)self;
	return units_of(((struct actor *)handle)->line, ret_units, max);
}

static bool play_user(void *self, void *handle, char *ret_name, size_t size)
{
	const char *user = ((struct actor *)handle)->user;

	(void)self;
	if (user != NULL)
		snprintf(ret_name, size, "%s", user);
	return user != NULL;
}

static const struct lsp_listed *play_listed(void *self, uint32_t pid)
{
	struct stage *stage = self;
	struct actor *actor = actor_of(stage, pid);
	const char *file;
	size_t len;

	stage->listings++;
	if (actor == NULL || actor->unlisted)
		return NULL;
	file = strrchr(actor->path, '\\');
	len = units_of(file != NULL ? file + 1 : actor->path, actor->listed.file, 259);
	actor->listed.file[len] = 0;
	actor->listed.pid = pid;
	actor->listed.parent = actor->parent;
	return &actor->listed;
}

static size_t play_services(void *self, uint32_t pid, char *ret_names, size_t size)
{
	struct stage *stage = self;
	struct actor *actor = actor_of(stage, pid);

	stage->services++;
	if (actor == NULL || actor->services == NULL)
		return 0;
	snprintf(ret_names, size, "%s", actor->services);
	return actor->service_count;
}

static void play_dependants(void *self, uint32_t pid, char *ret_names, size_t size)
{
	const struct actor *actor = actor_of(self, pid);

	snprintf(ret_names, size, "%s", actor->dependants != NULL ? actor->dependants : "");
}

static bool play_is_critical(void *self, void *handle)
{
	(void)self;
	return ((const struct actor *)handle)->is_critical;
}

static void play_system_folder(void *self, char *ret_path, size_t size)
{
	(void)self;
	snprintf(ret_path, size, "C:\\Windows\\System32");
}

static uint32_t play_table(void *self, enum lsp_table table, bool listeners, void *buffer, uint32_t *size)
{
	static const uint8_t empty[4] = {0};
	struct stage *stage = self;

	*size = table == LSP_TABLE_TCP4 && !(listeners && stage->is_closed) ? stage->tcp4.len : sizeof empty;
	memcpy(buffer, *size > sizeof empty ? stage->tcp4.at : empty, *size);
	if (table == LSP_TABLE_TCP4 && stage->closes_after > 0 && --stage->closes_after == 0)
		stage->tcp4.at[0]--;
	return 0;
}

static struct lsp_process_calls calls_of(struct stage *stage)
{
	return (struct lsp_process_calls){.open = play_open, .close = play_close, .is_alive = play_is_alive,
					  .created = play_created, .image = play_image, .command_line = play_line,
					  .user = play_user, .listed = play_listed, .services = play_services,
					  .dependants = play_dependants, .is_critical = play_is_critical,
					  .system_folder = play_system_folder, .self = stage};
}

/* A listener each: the first at port 1, the next at 2 … */
static void listen_all(struct stage *stage)
{
	size_t i;

	put32(&stage->tcp4, (uint32_t)stage->count);
	for (i = 0; i < stage->count; i++)
		put_tcp4(&stage->tcp4, stage->is_closed ? 1 : 2, ANY4, (uint16_t)(i + 1), ANY4, 0, stage->actors[i].pid);
}

#define ALL (LSP_WANT_NAME | LSP_WANT_EXE | LSP_WANT_ARGV | LSP_WANT_UID | LSP_WANT_STARTED)

/* Reads the sockets, then their holders; the snapshot is frozen. */
static struct lsp_snapshot *look(struct stage *stage, unsigned want)
{
	struct lsp_process_calls calls = calls_of(stage);
	struct lsp_iptable_calls tables = {play_table, stage};
	struct lsp_hint hint = {.protos = LSP_PROTO_BIT(LSP_TCP),
				.states = stage->is_closed ? LSP_STATE_ALL : LSP_STATE_BIT(LSP_LISTEN)};
	struct lsp_snapshot *snapshot = lsp_snapshot_new();
	struct lsp_fault fault;
	uint64_t keys[8];
	size_t i;

	assert_int_equal(lsp_iptable_read(&tables, snapshot, &hint, &fault), LSP_OK);
	assert_true(snapshot->socket_count <= 8);
	for (i = 0; i < snapshot->socket_count; i++)
		keys[i] = snapshot->sockets[i].key;
	assert_int_equal(lsp_process_holders(&calls, &tables, snapshot, keys, snapshot->socket_count, want, &fault), LSP_OK);
	lsp_snapshot_freeze(snapshot);
	assert_int_equal(stage->open, 0);
	return snapshot;
}

static void test_whole(void **state)
{
	struct actor node = {.pid = 1000, .created = BORN(1700000000u), .path = "C:\\Program Files\\nodejs\\node.exe",
			     .line = "\"C:\\Program Files\\nodejs\\node.exe\" server.js", .user = "anna"};
	struct stage stage = {.actors = &node, .count = 1};
	struct lsp_snapshot *snapshot;
	const struct lsp_process *process;

	(void)state;
	listen_all(&stage);
	snapshot = look(&stage, ALL);
	assert_int_equal(snapshot->holder_count, 1);
	assert_int_equal(snapshot->holders[0].pid, 1000);
	assert_true(snapshot->holders[0].key == snapshot->sockets[0].key);
	process = lsp_snapshot_process(snapshot, 1000);
	assert_non_null(process);
	assert_string_equal(process->name, "node.exe");
	assert_string_equal(process->exe, "C:\\Program Files\\nodejs\\node.exe");
	assert_string_equal(process->user, "anna");
	assert_int_equal(process->argv_len, 32 + 1 + 9 + 1);
	assert_string_equal(process->argv, process->exe);
	assert_string_equal(process->argv + 33, "server.js");
	assert_true(process->birth == BORN(1700000000u));
	assert_true(process->started_ms == UINT64_C(1700000000000));
	assert_int_equal(process->has, LSP_PROCESS_HAS_STARTED | LSP_PROCESS_NO_SIGNALS);
	assert_null(process->unit);
	assert_int_equal(snapshot->notes, 0);
	assert_int_equal(stage.listings, 0); /* what is not needed is not asked for */
	assert_int_equal(stage.services, 0);
	lsp_snapshot_free(snapshot);
}

/* The second reading looks where the first one found it. */
static void test_closed_socket(void **state)
{
	struct actor node = {.pid = 1000, .created = BORN(5), .path = "C:\\node.exe"};
	struct stage stage = {.actors = &node, .count = 1, .is_closed = true};
	struct lsp_snapshot *snapshot;

	(void)state;
	listen_all(&stage);
	snapshot = look(&stage, LSP_WANT_NAME);
	assert_int_equal(snapshot->socket_count, 1);
	assert_int_equal(snapshot->sockets[0].state, LSP_CLOSE);
	assert_int_equal(snapshot->holder_count, 1);
	lsp_snapshot_free(snapshot);
}

static void test_wants(void **state)
{
	struct actor node = {.pid = 1000, .created = BORN(5), .path = "C:\\node.exe", .line = "node", .user = "anna"};
	struct stage stage = {.actors = &node, .count = 1};
	struct lsp_snapshot *snapshot;
	const struct lsp_process *process;

	(void)state;
	listen_all(&stage);
	snapshot = look(&stage, LSP_WANT_ACCOUNT);
	process = lsp_snapshot_process(snapshot, 1000);
	assert_string_equal(process->user, "anna");
	assert_null(process->name);
	assert_null(process->argv);
	lsp_snapshot_free(snapshot);
	snapshot = look(&stage, LSP_WANT_NAME);
	process = lsp_snapshot_process(snapshot, 1000);
	assert_string_equal(process->name, "node.exe");
	assert_null(process->user);
	lsp_snapshot_free(snapshot);
	snapshot = look(&stage, ALL | LSP_WANT_KIN | LSP_WANT_EXE_PLACE);
	assert_int_equal(snapshot->notes, 0); /* nobody denied anything */
	lsp_snapshot_free(snapshot);
}

/* The pid is in the table and the name in the list: they are shown; that the rest is not known is said. */
static void test_denied(void **state)
{
	struct actor system = {.pid = 700, .code = LSP_WIN_ACCESS_DENIED, .path = "lsass.exe"};
	struct stage stage = {.actors = &system, .count = 1};
	struct lsp_snapshot *snapshot;
	const struct lsp_process *process;

	(void)state;
	listen_all(&stage);
	snapshot = look(&stage, ALL);
	assert_int_equal(snapshot->holder_count, 1);
	process = lsp_snapshot_process(snapshot, 700);
	assert_non_null(process);
	assert_string_equal(process->name, "lsass.exe");
	assert_null(process->exe);
	assert_null(process->user);
	assert_null(process->argv);
	assert_int_equal(process->has, LSP_PROCESS_NO_SIGNALS);
	assert_int_equal(snapshot->notes, LSP_NOTE_NO_DETAILS);
	lsp_snapshot_free(snapshot);
	snapshot = look(&stage, LSP_WANT_NAME);
	assert_int_equal(snapshot->notes, 0); /* nothing else was wanted */
	lsp_snapshot_free(snapshot);
}

/* Opened, but its token and its memory are kept from us. */
static void test_partly_denied(void **state)
{
	struct actor actor = {.pid = 700, .created = BORN(9), .path = "C:\\Windows\\System32\\spoolsv.exe"};
	struct stage stage = {.actors = &actor, .count = 1};
	struct lsp_snapshot *snapshot;

	(void)state;
	listen_all(&stage);
	snapshot = look(&stage, LSP_WANT_EXE | LSP_WANT_STARTED);
	assert_int_equal(snapshot->notes, 0);
	lsp_snapshot_free(snapshot);
	snapshot = look(&stage, LSP_WANT_UID);
	assert_int_equal(snapshot->notes, LSP_NOTE_NO_DETAILS);
	lsp_snapshot_free(snapshot);
	snapshot = look(&stage, LSP_WANT_ARGV);
	assert_int_equal(snapshot->notes, LSP_NOTE_NO_DETAILS);
	lsp_snapshot_free(snapshot);
}

static void test_service_hosts(void **state)
{
	struct actor actors[] = {
		{.pid = 800, .created = BORN(9), .path = "C:\\Windows\\System32\\svchost.exe", .services = "Dnscache", .service_count = 1},
		{.pid = 804, .created = BORN(9), .path = "C:\\Windows\\System32\\SVCHOST.EXE", .services = "RpcEptMapper, RpcSs",
		 .service_count = 2},
		{.pid = 808, .code = LSP_WIN_ACCESS_DENIED, .path = "svchost.exe", .services = "EventLog", .service_count = 1},
		{.pid = 812, .created = BORN(9), .path = "C:\\pg\\postgres.exe", .services = "postgresql-x64-16", .service_count = 1},
		{.pid = 816, .created = BORN(9), .path = "C:\\Windows\\System32\\svchost.exe"},
	};
	struct stage stage = {.actors = actors, .count = 5};
	struct lsp_snapshot *snapshot;
	const struct lsp_process *process;

	(void)state;
	listen_all(&stage);
	snapshot = look(&stage, LSP_WANT_NAME);
	process = lsp_snapshot_process(snapshot, 800);
	assert_string_equal(process->name, "svchost.exe (Dnscache)");
	assert_string_equal(process->unit, "Dnscache");
	assert_int_equal(process->has & (LSP_PROCESS_IS_SERVICE | LSP_PROCESS_HOSTS_MANY), LSP_PROCESS_IS_SERVICE);
	process = lsp_snapshot_process(snapshot, 804);
	assert_string_equal(process->name, "SVCHOST.EXE (RpcEptMapper, RpcSs)");
	assert_int_not_equal(process->has & LSP_PROCESS_HOSTS_MANY, 0);
	assert_string_equal(lsp_snapshot_process(snapshot, 808)->name, "svchost.exe (EventLog)");
	assert_string_equal(lsp_snapshot_process(snapshot, 812)->name, "postgres.exe");
	assert_null(lsp_snapshot_process(snapshot, 812)->unit); /* not asked for */
	assert_string_equal(lsp_snapshot_process(snapshot, 816)->name, "svchost.exe");
	lsp_snapshot_free(snapshot);
	snapshot = look(&stage, LSP_WANT_NAME | LSP_WANT_KIN);
	assert_string_equal(lsp_snapshot_process(snapshot, 812)->unit, "postgresql-x64-16");
	lsp_snapshot_free(snapshot);
}

/* What stops with a service, and whom Windows does not live without: only for who asks for kin. */
static void test_kin(void **state)
{
	struct actor actors[] = {
		{.pid = 800, .created = BORN(9), .path = "C:\\Windows\\System32\\svchost.exe", .services = "RpcSs",
		 .service_count = 1, .dependants = "Spooler, Fax", .is_critical = true},
		{.pid = 804, .created = BORN(9), .path = "C:\\pg\\postgres.exe", .services = "postgresql", .service_count = 1},
		{.pid = 808, .code = LSP_WIN_ACCESS_DENIED, .path = "lsass.exe"},
		{.pid = 812, .created = BORN(9), .path = "C:\\Windows\\System32\\lsass.exe"},
		{.pid = 816, .created = BORN(9), .path = "C:\\temp\\lsass.exe"},
	};
	static const bool vital[] = {true, false, true, true, false};
	struct stage stage = {.actors = actors, .count = 5};
	struct lsp_snapshot *snapshot;
	size_t i;

	(void)state;
	listen_all(&stage);
	snapshot = look(&stage, LSP_WANT_KIN);
	assert_string_equal(lsp_snapshot_process(snapshot, 800)->dependants, "Spooler, Fax");
	assert_null(lsp_snapshot_process(snapshot, 804)->dependants);
	for (i = 0; i < 5; i++)
		assert_int_equal((lsp_snapshot_process(snapshot, actors[i].pid)->has & LSP_PROCESS_IS_VITAL) != 0, vital[i]);
	lsp_snapshot_free(snapshot);
	snapshot = look(&stage, LSP_WANT_NAME);
	assert_null(lsp_snapshot_process(snapshot, 800)->dependants);
	assert_int_equal(lsp_snapshot_process(snapshot, 800)->has & LSP_PROCESS_IS_VITAL, 0);
	lsp_snapshot_free(snapshot);
}

/* WSL 1: pids of the table that are no process. The number is told, and no name is made up. */
static void test_no_process(void **state)
{
	struct actor actor = {.pid = 5000, .unlisted = true};
	struct stage stage = {.actors = &actor, .count = 1};
	struct lsp_snapshot *snapshot;

	(void)state;
	listen_all(&stage);
	snapshot = look(&stage, ALL);
	assert_int_equal(snapshot->holder_count, 1);
	assert_int_equal(snapshot->process_count, 0);
	assert_int_equal(snapshot->notes, 0);
	lsp_snapshot_free(snapshot);
}

/* Closed between the looks: nobody is said to hold it. */
static void test_closed_meanwhile(void **state)
{
	struct actor actors[] = {{.pid = 100, .created = BORN(1), .path = "a.exe"}, {.pid = 104, .created = BORN(1), .path = "b.exe"}};
	struct stage stage = {.actors = actors, .count = 2, .closes_after = 1};
	struct lsp_snapshot *snapshot;

	(void)state;
	listen_all(&stage);
	snapshot = look(&stage, LSP_WANT_NAME);
	assert_int_equal(snapshot->socket_count, 2);
	assert_int_equal(snapshot->holder_count, 1);
	assert_int_equal(snapshot->holders[0].pid, 100);
	assert_int_equal(snapshot->process_count, 1);
	lsp_snapshot_free(snapshot);
}

static void test_ended_meanwhile(void **state)
{
	struct actor actor = {.pid = 100, .created = BORN(1), .path = "a.exe", .ends = true};
	struct stage stage = {.actors = &actor, .count = 1};
	struct lsp_snapshot *snapshot;

	(void)state;
	listen_all(&stage);
	snapshot = look(&stage, ALL);
	assert_int_equal(snapshot->holder_count, 1);
	assert_int_equal(snapshot->process_count, 0);
	assert_int_equal(snapshot->notes, 0); /* not denied */
	lsp_snapshot_free(snapshot);
}

static enum lsp_err add(struct stage *stage, uint32_t pid, unsigned want, struct lsp_snapshot **ret_snapshot)
{
	struct lsp_process_calls calls = calls_of(stage);
	struct lsp_fault fault;
	enum lsp_err err;

	*ret_snapshot = lsp_snapshot_new();
	err = lsp_process_add(&calls, *ret_snapshot, pid, want, &fault);
	lsp_snapshot_freeze(*ret_snapshot);
	assert_int_equal(stage->open, 0);
	return err;
}

static void test_parents(void **state)
{
	struct actor actors[] = {
		{.pid = 4, .code = LSP_WIN_ACCESS_DENIED, .path = "System"},
		{.pid = 100, .parent = 4, .created = BORN(10), .path = "old.exe"},
		{.pid = 104, .parent = 100, .created = BORN(20), .path = "child.exe"},
		{.pid = 108, .parent = 104, .created = BORN(15), .path = "orphan.exe"}, /* its parent's number passed on */
		{.pid = 112, .parent = 9999, .created = BORN(15), .path = "orphan.exe"}, /* its parent is gone */
	};
	static const uint32_t parents[][2] = {{100, 4}, {104, 100}, {108, 0}, {112, 0}};
	struct stage stage = {.actors = actors, .count = 5};
	struct lsp_snapshot *snapshot;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof parents / sizeof *parents; i++) {
		const struct lsp_process *process;

		assert_int_equal(add(&stage, parents[i][0], LSP_WANT_NAME | LSP_WANT_KIN, &snapshot), LSP_OK);
		process = lsp_snapshot_process(snapshot, parents[i][0]);
		assert_non_null(process);
		assert_int_not_equal(process->has & LSP_PROCESS_HAS_PARENT, 0);
		assert_int_equal(process->parent, parents[i][1]);
		lsp_snapshot_free(snapshot);
	}
}

static void test_one_process(void **state)
{
	struct actor actors[] = {{.pid = 100, .created = BORN(1), .path = "a.exe", .ends = true},
				 {.pid = 104, .code = LSP_WIN_ACCESS_DENIED, .path = "csrss.exe"}};
	struct stage stage = {.actors = actors, .count = 2};
	struct lsp_snapshot *snapshot;

	(void)state;
	assert_int_equal(add(&stage, 9999, LSP_WANT_NAME, &snapshot), LSP_GONE);
	lsp_snapshot_free(snapshot);
	assert_int_equal(add(&stage, 0, LSP_WANT_NAME, &snapshot), LSP_GONE);
	lsp_snapshot_free(snapshot);
	assert_int_equal(add(&stage, 100, LSP_WANT_NAME, &snapshot), LSP_GONE);
	assert_int_equal(snapshot->process_count, 0);
	lsp_snapshot_free(snapshot);
	assert_int_equal(add(&stage, 104, LSP_WANT_NAME, &snapshot), LSP_OK);
	assert_string_equal(lsp_snapshot_process(snapshot, 104)->name, "csrss.exe");
	lsp_snapshot_free(snapshot);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_closed_socket),
		cmocka_unit_test(test_wants),
		cmocka_unit_test(test_denied),
		cmocka_unit_test(test_partly_denied),
		cmocka_unit_test(test_service_hosts),
		cmocka_unit_test(test_kin),
		cmocka_unit_test(test_no_process),
		cmocka_unit_test(test_closed_meanwhile),
		cmocka_unit_test(test_ended_meanwhile),
		cmocka_unit_test(test_parents),
		cmocka_unit_test(test_one_process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
