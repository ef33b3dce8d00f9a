/*
 * test_linux_process.c - one process, read through a descriptor that pins it, and what /proc as a whole lets us see.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "linux.h"
#include "test_linux_tree.h"

#define STAT(name, birth) "7 (" name ") S 1 1 1 0 -1 4194304 0 0 0 0 0 0 0 0 20 0 1 0 " birth " 0 0\n"

static struct lsp_process_room room;

static int open_in(const struct tree *tree, const char *path)
{
	int fd = openat(tree->fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	assert_true(fd >= 0);
	return fd;
}

/* The pid goes to another while we hold the first one's descriptor folder: what is read is the first one's. */
static void test_pid_passes_to_another(void **state)
{
	struct lsp_process process;
	struct tree tree;
	int fddir;

	(void)state;
	tree_make(&tree);
	tree_text(&tree, "7/stat", STAT("first", "1000"));
	tree_text(&tree, "7/status", "Uid:\t1\t11\t1\t1\n");
	tree_file(&tree, "7/cmdline", "first\0one", 10);
	tree_link(&tree, "7/exe", "/usr/bin/first");
	tree_folder(&tree, "7/fd");
	fddir = open_in(&tree, "7/fd");
	assert_int_equal(renameat(tree.fd, "7", tree.fd, "old"), 0);
	tree_text(&tree, "7/stat", STAT("second", "2000"));
	tree_text(&tree, "7/status", "Uid:\t2\t22\t2\t2\n");
	tree_file(&tree, "7/cmdline", "second\0two", 11);
	tree_link(&tree, "7/exe", "/usr/bin/second");
	assert_true(lsp_process_read(fddir, "../", 7, LSP_WANT_NAME | LSP_WANT_EXE | LSP_WANT_ARGV | LSP_WANT_UID,
				     &room, &process));
	assert_int_equal(process.pid, 7);
	assert_true(process.birth == 1000);
	assert_string_equal(process.name, "first");
	assert_string_equal(process.exe, "/usr/bin/first");
	assert_string_equal(process.argv, "first");
	assert_int_equal(process.uid, 11);
	close(fddir);
	tree_drop(&tree);
}

static void test_ended(void **state)
{
	struct lsp_process process, before;
	struct tree tree;
	int fddir;

	(void)state;
	tree_make(&tree);
	tree_folder(&tree, "7/fd");
	fddir = open_in(&tree, "7/fd");
	memset(&process, 0xa5, sizeof process);
	before = process;
	assert_false(lsp_process_read(fddir, "../", 7, LSP_WANT_NAME, &room, &process));
	tree_text(&tree, "7/stat", "");
	assert_false(lsp_process_read(fddir, "../", 7, LSP_WANT_NAME, &room, &process));
	tree_text(&tree, "7/stat", "7 (x) S 1");
	assert_false(lsp_process_read(fddir, "../", 7, LSP_WANT_NAME, &room, &process));
	assert_memory_equal(&process, &before, sizeof process);
	close(fddir);
	tree_drop(&tree);
}

/* Only the stat can be read: a process of another user, or one of the kernel. */
static void test_bare(void **state)
{
	struct lsp_process process;
	struct tree tree;
	int fddir;

	(void)state;
	tree_make(&tree);
	tree_text(&tree, "7/stat", STAT("bare", "1000"));
	tree_text(&tree, "7/cmdline", "");
	fddir = open_in(&tree, "7");
	assert_true(lsp_process_read(fddir, "", 7, LSP_WANT_NAME | LSP_WANT_EXE | LSP_WANT_ARGV | LSP_WANT_UID, &room,
				     &process));
	assert_string_equal(process.name, "bare");
	assert_null(process.exe);
	assert_null(process.argv);
	assert_int_equal(process.argv_len, 0);
	assert_int_equal(process.has, 0);
	close(fddir);
	tree_drop(&tree);
}

/* Arguments beyond the room are cut, and what is left of them still ends in NUL. */
static void test_endless_arguments(void **state)
{
	size_t size = sizeof room.argv + 5000;
	char *argv = malloc(size);
	struct lsp_process process;
	struct tree tree;
	int fddir;

	(void)state;
	assert_non_null(argv);
	memset(argv, 'a', size);
	memcpy(argv, "prog", 5);
	tree_make(&tree);
	tree_text(&tree, "7/stat", STAT("prog", "1000"));
	tree_file(&tree, "7/cmdline", argv, size);
	fddir = open_in(&tree, "7");
	assert_true(lsp_process_read(fddir, "", 7, LSP_WANT_NAME | LSP_WANT_ARGV, &room, &process));
	assert_int_equal(process.argv_len, sizeof room.argv);
	assert_int_equal(process.argv[process.argv_len - 1], '\0');
	assert_string_equal(process.argv, "prog");
	assert_string_equal(process.name, "prog");
	/* without a NUL at all: a title written over the arguments to their very end */
	memset(argv, 't', 600);
	tree_file(&tree, "7/cmdline", argv, 600);
	assert_true(lsp_process_read(fddir, "", 7, LSP_WANT_NAME, &room, &process));
	assert_string_equal(process.name, "prog");
	tree_file(&tree, "7/cmdline", "title\0\0\0\0", 9);
	assert_true(lsp_process_read(fddir, "", 7, LSP_WANT_NAME | LSP_WANT_ARGV, &room, &process));
	assert_int_equal(process.argv_len, 6);
	assert_memory_equal(process.argv, "title", 6);
	tree_file(&tree, "7/cmdline", "\0\0\0", 3);
	assert_true(lsp_process_read(fddir, "", 7, LSP_WANT_NAME | LSP_WANT_ARGV, &room, &process));
	assert_int_equal(process.argv_len, 1);
	close(fddir);
	free(argv);
	tree_drop(&tree);
}

/* Ourselves, who were started in the last minutes. */
static void test_started(void **state)
{
	struct lsp_process process;
	struct timespec now;
	int64_t now_ms;
	int self = open("/proc/self", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	(void)state;
	assert_true(self >= 0);
	assert_true(lsp_process_read(self, "", (uint32_t)getpid(), LSP_WANT_NAME | LSP_WANT_STARTED, &room, &process));
	assert_int_equal(process.has, LSP_PROCESS_HAS_STARTED);
	assert_int_equal(strncmp(process.name, "test_linux_proc", 15), 0);
	clock_gettime(CLOCK_REALTIME, &now);
	now_ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
	assert_true((int64_t)process.started_ms <= now_ms + 50); /* a clock tick is 10 ms */
	assert_true((int64_t)process.started_ms > now_ms - 10 * 60 * 1000);
	close(self);
}

static void test_file_read(void **state)
{
	struct tree tree;
	char buffer[8];

	(void)state;
	tree_make(&tree);
	tree_text(&tree, "file", "0123456789");
	memset(buffer, 'x', sizeof buffer);
	assert_int_equal(lsp_file_read(tree.fd, "file", buffer, 4), 4);
	assert_memory_equal(buffer, "0123xxxx", 8);
	errno = 0;
	assert_int_equal(lsp_file_read(tree.fd, "none", buffer, 4), -1);
	assert_int_equal(errno, ENOENT);
	tree_folder(&tree, "folder");
	assert_int_equal(lsp_file_read(tree.fd, "folder", buffer, 4), -1);
	assert_int_equal(errno, EISDIR);
	tree_drop(&tree);
}

/* --- the sight ------------------------------------------------------------------------------------------------- */

#define MOUNT(options)                                                                                                 \
	"21 26 0:19 / /sys rw,nosuid - sysfs sysfs rw\n"                                                               \
	"22 26 0:20 / /proc rw,nosuid,nodev,noexec,relatime shared:12 - proc proc rw" options "\n"

static unsigned notes_of(const char *pidns, const char *capabilities, const char *mounts)
{
	struct lsp_snapshot *snapshot = lsp_snapshot_new();
	struct tree tree;
	char text[256];
	unsigned notes;

	tree_make(&tree);
	tree_link(&tree, "self/ns/pid", pidns);
	snprintf(text, sizeof text, "Name:\tx\nCapPrm:\t000001ffffffffff\nCapEff:\t%s\nCapBnd:\t000001ffffffffff\n",
		 capabilities);
	tree_text(&tree, "self/status", text);
	tree_text(&tree, "self/mountinfo", mounts);
	lsp_sight_read(tree.fd, snapshot);
	notes = snapshot->notes;
	tree_drop(&tree);
	lsp_snapshot_free(snapshot);
	return notes;
}

static void test_sight(void **state)
{
	static const char initial[] = "pid:[4026531836]", other[] = "pid:[4026532281]";
	static const char none[] = "0000000000000000", trace[] = "0000000000080000", others[] = "000001fffff7ffff";
	static const char *const hiding[] = {",hidepid=1",        ",hidepid=2",         ",hidepid=4",
					     ",hidepid=noaccess", ",hidepid=invisible", ",gid=5,hidepid=ptraceable"};
	size_t i;

	(void)state;
	assert_int_equal(notes_of(initial, none, MOUNT("")), 0);
	assert_int_equal(notes_of(initial, none, MOUNT(",hidepid=0")), 0);
	assert_int_equal(notes_of(initial, none, MOUNT(",hidepid=off")), 0);
	assert_int_equal(notes_of(initial, none, MOUNT(",gid=5")), 0);
	assert_int_equal(notes_of(other, none, MOUNT("")), LSP_NOTE_OTHER_PIDNS);
	assert_int_equal(notes_of(other, trace, MOUNT("")), LSP_NOTE_OTHER_PIDNS);
	for (i = 0; i < sizeof hiding / sizeof *hiding; i++) {
		char mounts[512];

		snprintf(mounts, sizeof mounts, "22 26 0:20 / /proc rw,nosuid - proc proc rw%s\n", hiding[i]);
		assert_int_equal(notes_of(initial, none, mounts), LSP_NOTE_HIDEPID);
		assert_int_equal(notes_of(initial, others, mounts), LSP_NOTE_HIDEPID);
		/* CAP_SYS_PTRACE is capability 19: nothing is hidden from who has it */
		assert_int_equal(notes_of(initial, trace, mounts), 0);
		assert_int_equal(notes_of(other, none, mounts), LSP_NOTE_HIDEPID | LSP_NOTE_OTHER_PIDNS);
	}
	/* somebody else's /proc */
	assert_int_equal(notes_of(initial, none, "30 26 0:20 / /srv/jail/proc rw - proc proc rw,hidepid=2\n"), 0);
	assert_int_equal(notes_of(initial, none, ""), 0);
}

/* --- families ----------------------------------------------------------------------------------------------- */

#define SHORT "0123456789ab"
#define ID SHORT "cdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void put_kin(const struct tree *tree)
{
	tree_text(tree, "7/stat", "7 (node) S 4711 1 1 0 -1 4194304 0 0 0 0 0 0 0 0 20 0 1 0 1000 0 0\n");
	tree_text(tree, "7/status", "Name:\tnode\nUid:\t1\t11\t1\t1\nNSpid:\t7\t1\n");
	tree_text(tree, "7/cgroup", "0::/user.slice/user-1.slice/user@1.service/app.slice/web.service/libpod-" ID ".scope\n");
	tree_file(tree, "7/cmdline", "node\0x.js", 10);
	tree_link(tree, "7/exe", "/usr/bin/node");
}

/* As of an account in a large directory: the line that counts comes late. */
static void put_many_groups(const struct tree *tree)
{
	static char text[20000];
	size_t used = (size_t)snprintf(text, sizeof text, "Name:\tnode\nUid:\t1\t11\t1\t1\nGroups:\t"), i;

	for (i = 0; i < 1500; i++)
		used += (size_t)snprintf(text + used, sizeof text - used, "%zu ", 1000000000 + i);
	snprintf(text + used, sizeof text - used, "\nNSpid:\t7\t1\n");
	tree_text(tree, "7/status", text);
}

static void test_kin(void **state)
{
	struct lsp_process process;
	struct tree tree;
	int dir;

	(void)state;
	tree_make(&tree);
	put_kin(&tree);
	dir = open_in(&tree, "7");
	assert_true(lsp_process_read(dir, "", 7, LSP_WANT_KIN, &room, &process));
	assert_int_equal(process.has, LSP_PROCESS_HAS_PARENT | LSP_PROCESS_IS_INIT | LSP_PROCESS_USER_UNIT);
	assert_int_equal(process.parent, 4711);
	assert_string_equal(process.unit, "web.service");
	assert_string_equal(process.container, SHORT);
	assert_int_equal(process.engine, LSP_ENGINE_PODMAN);
	put_many_groups(&tree);
	assert_true(lsp_process_read(dir, "", 7, LSP_WANT_KIN, &room, &process));
	assert_int_equal(process.has & LSP_PROCESS_IS_INIT, LSP_PROCESS_IS_INIT);
	assert_true(lsp_process_read(dir, "", 7, LSP_WANT_UID, &room, &process)); /* not asked for */
	assert_int_equal(process.has, LSP_PROCESS_HAS_UID);
	assert_int_equal(process.parent, 0);
	assert_null(process.unit);
	assert_null(process.container);
	tree_text(&tree, "7/cgroup", "0::/init.scope\n");
	tree_text(&tree, "7/status", "NSpid:\t7\n");
	assert_true(lsp_process_read(dir, "", 7, LSP_WANT_KIN, &room, &process));
	assert_int_equal(process.has, LSP_PROCESS_HAS_PARENT);
	assert_null(process.unit);
	assert_null(process.container);
	close(dir);
	tree_drop(&tree);
}

/* Neither status nor cgroup can be read: what the stat says is known all the same. */
static void test_kin_of_a_bare_one(void **state)
{
	struct lsp_process process;
	struct tree tree;
	int dir;

	(void)state;
	tree_make(&tree);
	tree_text(&tree, "7/stat", STAT("bare", "1000"));
	dir = open_in(&tree, "7");
	assert_true(lsp_process_read(dir, "", 7, LSP_WANT_KIN, &room, &process));
	assert_int_equal(process.has, LSP_PROCESS_HAS_PARENT);
	assert_int_equal(process.parent, 1);
	assert_null(process.unit);
	close(dir);
	tree_drop(&tree);
}

static void test_add(void **state)
{
	struct lsp_snapshot *snapshot = lsp_snapshot_new();
	struct lsp_fault fault = {.err = LSP_OK};
	const struct lsp_process *process;
	struct tree tree;

	(void)state;
	tree_make(&tree);
	put_kin(&tree);
	tree_folder(&tree, "8"); /* it ended under the reader */
	assert_int_equal(lsp_process_add(tree.fd, snapshot, 7, LSP_WANT_NAME | LSP_WANT_ARGV | LSP_WANT_KIN, &fault), LSP_OK);
	assert_int_equal(lsp_process_add(tree.fd, snapshot, 8, LSP_WANT_KIN, &fault), LSP_GONE);
	assert_int_equal(fault.err, LSP_GONE);
	assert_non_null(fault.op);
	assert_int_equal(lsp_process_add(tree.fd, snapshot, 9, LSP_WANT_KIN, &fault), LSP_GONE);
	assert_int_equal(lsp_process_add(tree.fd, snapshot, 0, LSP_WANT_KIN, &fault), LSP_GONE);
	assert_int_equal(lsp_process_add(tree.fd, snapshot, UINT32_MAX, LSP_WANT_KIN, &fault), LSP_GONE);
	lsp_snapshot_freeze(snapshot);
	assert_int_equal(snapshot->process_count, 1);
	process = lsp_snapshot_process(snapshot, 7);
	assert_non_null(process);
	assert_true(process->birth == 1000);
	assert_string_equal(process->name, "node");
	assert_string_equal(process->unit, "web.service");
	assert_int_equal(process->argv_len, 10);
	lsp_snapshot_free(snapshot);
	tree_drop(&tree);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pid_passes_to_another),
		cmocka_unit_test(test_ended),
		cmocka_unit_test(test_bare),
		cmocka_unit_test(test_endless_arguments),
		cmocka_unit_test(test_started),
		cmocka_unit_test(test_file_read),
		cmocka_unit_test(test_sight),
		cmocka_unit_test(test_kin),
		cmocka_unit_test(test_kin_of_a_bare_one),
		cmocka_unit_test(test_add),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
