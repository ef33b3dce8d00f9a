/*
 * test_linux_procfd.c - who holds which socket: the walk of a /proc of our own making, and of the real one.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "linux.h"
#include "test_linux_tree.h"

#define WANT_ALL (LSP_WANT_NAME | LSP_WANT_EXE | LSP_WANT_ARGV | LSP_WANT_UID | LSP_WANT_STARTED)

static void put_stat(const struct tree *tree, unsigned pid, const char *comm, char state, unsigned flags,
		     unsigned birth)
{
	char path[64], text[256];

	snprintf(path, sizeof path, "%u/stat", pid);
	snprintf(text, sizeof text, "%u (%s) %c 1 1 1 0 -1 %u 0 0 0 0 0 0 0 0 20 0 1 0 %u 0 0\n", pid, comm, state,
		 flags, birth);
	tree_text(tree, path, text);
}

/* A process with an empty descriptor folder. */
static void put_process(const struct tree *tree, unsigned pid, const char *comm, unsigned birth)
{
	char path[64], text[256];

	put_stat(tree, pid, comm, 'S', 4194304, birth);
	snprintf(path, sizeof path, "%u/fd", pid);
	tree_folder(tree, path);
	snprintf(path, sizeof path, "%u/exe", pid);
	snprintf(text, sizeof text, "/usr/bin/%s", comm);
	tree_link(tree, path, text);
	snprintf(path, sizeof path, "%u/cmdline", pid);
	tree_file(tree, path, comm, strlen(comm) + 1);
	snprintf(path, sizeof path, "%u/status", pid);
	snprintf(text, sizeof text, "Name:\t%s\nUid:\t1000\t%u\t0\t0\n", comm, 2000 + pid);
	tree_text(tree, path, text);
}

static void put_fd(const struct tree *tree, unsigned pid, const char *fd, const char *target)
{
	char path[64];

	snprintf(path, sizeof path, "%u/fd/%s", pid, fd);
	tree_link(tree, path, target);
}

struct seen {
	struct lsp_snapshot *snapshot;
	struct lsp_fault fault;
	enum lsp_err err;
};

static struct seen look(int procfd, const uint64_t *keys, size_t count, unsigned want)
{
	struct seen seen = {.snapshot = lsp_snapshot_new()};

	seen.err = lsp_procfd_read(procfd, seen.snapshot, keys, count, want, &seen.fault);
	lsp_snapshot_freeze(seen.snapshot);
	return seen;
}

static bool has_holder(const struct lsp_snapshot *snapshot, uint64_t key, uint32_t pid, uint32_t fd)
{
	size_t i;

	for (i = 0; i < snapshot->holder_count; i++) {
		const struct lsp_holder *holder = &snapshot->holders[i];

		if (holder->key == key && holder->pid == pid && holder->fd == fd)
			return true;
	}
	return false;
}

/* --- who ---------------------------------------------------------------------------------------------------- */

static void test_every_holder_of_wanted_keys(void **state)
{
	static const uint64_t keys[] = {123, 77, 4294967299};
	struct seen seen;
	struct tree tree;

	(void)state;
	tree_make(&tree);
	put_process(&tree, 10, "prefork", 1000);
	put_fd(&tree, 10, "3", "socket:[123]");
	put_fd(&tree, 10, "4", "socket:[124]");  /* not wanted */
	put_fd(&tree, 10, "17", "socket:[123]"); /* dup(2) */
	put_process(&tree, 11, "prefork", 1001);
	put_fd(&tree, 11, "3", "socket:[123]"); /* inherited */
	put_fd(&tree, 11, "5", "socket:[4294967299]");
	put_process(&tree, 12, "other", 1002);
	put_fd(&tree, 12, "3", "socket:[12]");
	put_fd(&tree, 12, "4", "socket:[1230]");
	put_fd(&tree, 12, "5", "socket:[3]"); /* 4294967299 cut to 32 bits */
	seen = look(tree.fd, keys, 3, LSP_WANT_NAME);
	assert_int_equal(seen.err, LSP_OK);
	assert_int_equal(seen.snapshot->holder_count, 4);
	assert_true(has_holder(seen.snapshot, 123, 10, 3));
	assert_true(has_holder(seen.snapshot, 123, 10, 17));
	assert_true(has_holder(seen.snapshot, 123, 11, 3));
	assert_true(has_holder(seen.snapshot, 4294967299, 11, 5));
	assert_int_equal(seen.snapshot->process_count, 2); /* who holds nothing wanted is no process of ours */
	assert_int_equal(seen.snapshot->processes[0].pid, 10);
	assert_true(seen.snapshot->processes[0].birth == 1000);
	assert_string_equal(seen.snapshot->processes[0].name, "prefork");
	assert_int_equal(seen.snapshot->processes[1].pid, 11);
	assert_true(seen.snapshot->processes[1].birth == 1001);
	assert_int_equal(seen.snapshot->blind, 0);
	assert_int_equal(seen.snapshot->notes, 0);
	lsp_snapshot_free(seen.snapshot);
	tree_drop(&tree);
}

static void test_no_keys(void **state)
{
	static const uint64_t twice[] = {123, 123};
	struct seen seen;
	struct tree tree;

	(void)state;
	tree_make(&tree);
	put_process(&tree, 10, "one", 1000);
	put_fd(&tree, 10, "3", "socket:[123]");
	put_fd(&tree, 10, "4", "socket:[0]"); /* inode 0 belongs to nobody */
	seen = look(tree.fd, NULL, 0, LSP_WANT_NAME);
	assert_int_equal(seen.err, LSP_OK);
	assert_int_equal(seen.snapshot->holder_count, 0);
	assert_int_equal(seen.snapshot->process_count, 0);
	lsp_snapshot_free(seen.snapshot);
	seen = look(tree.fd, twice, 2, LSP_WANT_NAME);
	assert_int_equal(seen.snapshot->holder_count, 1);
	lsp_snapshot_free(seen.snapshot);
	tree_drop(&tree);
}

static void test_links_that_are_no_sockets(void **state)
{
	static const char *const targets[] = {
		"/var/log/syslog",
		"pipe:[123]",
		"anon_inode:[eventpoll]",
		"anon_inode:[123]",
		"/dev/null",
		"socket:",
		"socket:[",
		"socket:[]",
		"socket:[123",
		"socket:123]",
		"socket:[12x3]",
		"socket:[ 123]",
		"socket:[-123]",
		"socket:[+123]",
		"socket:[0x7b]",
		"socket:[123] (deleted)",
		"Socket:[123]",
		" socket:[123]",
		"/tmp/socket:[123]",
		"net:[123]",
		"x",
		"socket:[123]]",
		"socket:[1234",
		"socket:[123x",
		"socket:[11=]",
	};
	static const uint64_t keys[] = {123};
	struct seen seen;
	struct tree tree;
	size_t i;

	(void)state;
	tree_make(&tree);
	put_process(&tree, 10, "files", 1000);
	for (i = 0; i < sizeof targets / sizeof *targets; i++) {
		char fd[16];

		snprintf(fd, sizeof fd, "%zu", i);
		put_fd(&tree, 10, fd, targets[i]);
	}
	seen = look(tree.fd, keys, 1, LSP_WANT_NAME);
	assert_int_equal(seen.err, LSP_OK);
	for (i = 0; i < seen.snapshot->holder_count; i++)
		print_error("taken: %s\n", targets[seen.snapshot->holders[i].fd]);
	assert_int_equal(seen.snapshot->holder_count, 0);
	lsp_snapshot_free(seen.snapshot);
	tree_drop(&tree);
}

/* A target longer than the room for it must not end up looking like a socket. */
static void test_long_link(void **state)
{
	static const uint64_t keys[] = {123};
	char target[1024] = "socket:[";
	struct seen seen;
	struct tree tree;

	(void)state;
	memset(target + 8, '0', sizeof target - 13);
	strcpy(target + sizeof target - 5, "123]");
	tree_make(&tree);
	put_process(&tree, 10, "files", 1000);
	put_fd(&tree, 10, "1", target);
	put_fd(&tree, 10, "2", "socket:[123]");
	seen = look(tree.fd, keys, 1, LSP_WANT_NAME);
	assert_int_equal(seen.snapshot->holder_count, 1);
	lsp_snapshot_free(seen.snapshot);
	tree_drop(&tree);
}

static void test_names_that_are_no_numbers(void **state)
{
	static const char *const names[] = {"self", "10x", "x10", "-1", "4294967296", "99999999999", " 10"};
	static const uint64_t keys[] = {123};
	struct seen seen;
	struct tree tree;
	char path[64];
	size_t i;

	(void)state;
	tree_make(&tree);
	put_process(&tree, 10, "one", 1000);
	put_fd(&tree, 10, "3", "socket:[123]");
	for (i = 0; i < sizeof names / sizeof *names; i++) {
		put_fd(&tree, 10, names[i], "socket:[123]");
		snprintf(path, sizeof path, "%s/fd/3", names[i]);
		tree_link(&tree, path, "socket:[123]");
	}
	tree_text(&tree, "uptime", "1 1\n");
	tree_text(&tree, "77", "a number, but no folder\n");
	seen = look(tree.fd, keys, 1, LSP_WANT_NAME);
	assert_int_equal(seen.err, LSP_OK);
	assert_int_equal(seen.snapshot->holder_count, 1);
	assert_true(has_holder(seen.snapshot, 123, 10, 3));
	lsp_snapshot_free(seen.snapshot);
	tree_drop(&tree);
}

/* A folder without descriptors, or gone, or a process gone before it was read. */
static void test_vanished(void **state)
{
	static const uint64_t keys[] = {123};
	struct seen seen;
	struct tree tree;

	(void)state;
	tree_make(&tree);
	tree_folder(&tree, "10");
	put_stat(&tree, 11, "nofd", 'S', 0, 1000);
	tree_link(&tree, "12/fd/3", "socket:[123]"); /* no stat */
	tree_link(&tree, "13/fd/3", "socket:[123]");
	tree_text(&tree, "13/stat", "13 (cut) S");
	put_process(&tree, 14, "there", 1004);
	put_fd(&tree, 14, "3", "socket:[123]");
	tree_text(&tree, "14/fd/4", ""); /* readlink: EINVAL */
	seen = look(tree.fd, keys, 1, LSP_WANT_NAME);
	assert_int_equal(seen.err, LSP_OK);
	assert_int_equal(seen.snapshot->blind, 0);
	assert_int_equal(seen.snapshot->holder_count, 3); /* backend.h: its holders stay */
	assert_int_equal(seen.snapshot->process_count, 1);
	assert_int_equal(seen.snapshot->processes[0].pid, 14);
	lsp_snapshot_free(seen.snapshot);
	tree_drop(&tree);
}

static void test_wanted_details(void **state)
{
	static const uint64_t keys[] = {123};
	const struct lsp_process *process;
	struct seen seen;
	struct tree tree;

	(void)state;
	tree_make(&tree);
	put_process(&tree, 10, "a) R 1 (b", 1000);
	put_fd(&tree, 10, "3", "socket:[123]");
	tree_file(&tree, "10/cmdline", "prog\0--flag\0\0last", 18);
	seen = look(tree.fd, keys, 1, WANT_ALL);
	process = lsp_snapshot_process(seen.snapshot, 10);
	assert_non_null(process);
	assert_string_equal(process->name, "a) R 1 (b");
	assert_string_equal(process->exe, "/usr/bin/a) R 1 (b");
	assert_int_equal(process->argv_len, 18);
	assert_memory_equal(process->argv, "prog\0--flag\0\0last", 18);
	assert_int_equal(process->has, LSP_PROCESS_HAS_UID | LSP_PROCESS_HAS_STARTED);
	assert_int_equal(process->uid, 2010);
	lsp_snapshot_free(seen.snapshot);
	seen = look(tree.fd, keys, 1, 0);
	process = lsp_snapshot_process(seen.snapshot, 10);
	assert_non_null(process);
	assert_true(process->birth == 1000);
	assert_null(process->argv);
	assert_int_equal(process->argv_len, 0);
	assert_int_equal(process->has, 0);
	lsp_snapshot_free(seen.snapshot);
	tree_drop(&tree);
}

static void test_empty_proc(void **state)
{
	static const uint64_t keys[] = {123};
	struct seen seen;
	struct tree tree;

	(void)state;
	tree_make(&tree);
	seen = look(tree.fd, keys, 1, LSP_WANT_NAME);
	assert_int_equal(seen.err, LSP_UNSUPPORTED);
	assert_int_equal(seen.fault.err, LSP_UNSUPPORTED);
	assert_int_equal(seen.snapshot->notes, LSP_NOTE_NO_HOLDERS);
	assert_true(lsp_snapshot_is_blind(seen.snapshot));
	lsp_snapshot_free(seen.snapshot);
	tree_text(&tree, "uptime", "1 1\n");
	tree_folder(&tree, "self");
	seen = look(tree.fd, keys, 1, LSP_WANT_NAME);
	assert_int_equal(seen.err, LSP_UNSUPPORTED);
	lsp_snapshot_free(seen.snapshot);
	tree_drop(&tree);
}

/* More than one thread's worth. */
static void test_many_processes(void **state)
{
	enum { PROCESSES = 60, DESCRIPTORS = 100 };
	struct seen seen;
	struct tree tree;
	uint64_t *keys = calloc(PROCESSES * DESCRIPTORS, sizeof *keys);
	unsigned pid, fd, count = 0;
	char name[16], target[32];

	(void)state;
	assert_non_null(keys);
	tree_make(&tree);
	for (pid = 0; pid < PROCESSES; pid++) {
		put_process(&tree, 100 + pid, "worker", 5000 + pid);
		for (fd = 0; fd < DESCRIPTORS; fd++) {
			uint64_t key = 1000000 + pid * DESCRIPTORS + fd;

			snprintf(name, sizeof name, "%u", fd);
			snprintf(target, sizeof target, "socket:[%lu]", (unsigned long)key);
			put_fd(&tree, 100 + pid, name, target);
			if (fd % 2 == 0)
				keys[count++] = key;
		}
	}
	seen = look(tree.fd, keys, count, WANT_ALL);
	assert_int_equal(seen.err, LSP_OK);
	assert_int_equal(seen.snapshot->holder_count, count);
	for (fd = 0; fd < count; fd++) {
		const struct lsp_holder *holder = &seen.snapshot->holders[fd];

		assert_true(holder->key == keys[fd]);
		assert_int_equal(holder->pid, 100 + (holder->key - 1000000) / DESCRIPTORS);
		assert_int_equal(holder->fd, (holder->key - 1000000) % DESCRIPTORS);
	}
	assert_int_equal(seen.snapshot->process_count, PROCESSES);
	for (pid = 0; pid < PROCESSES; pid++) {
		assert_true(seen.snapshot->processes[pid].birth == 5000 + pid);
		assert_int_equal(seen.snapshot->processes[pid].uid, 2100 + pid);
		assert_string_equal(seen.snapshot->processes[pid].name, "worker");
	}
	lsp_snapshot_free(seen.snapshot);
	free(keys);
	tree_drop(&tree);
}

/* Several readings of one folder, on a file system whose positions are not descriptor numbers. */
static void test_thousands_in_one_folder(void **state)
{
	enum { DESCRIPTORS = 3000 };
	uint64_t keys[DESCRIPTORS];
	struct seen seen;
	struct tree tree;
	unsigned fd;

	(void)state;
	tree_make(&tree);
	put_process(&tree, 10, "many", 1000);
	for (fd = 0; fd < DESCRIPTORS; fd++) {
		char name[16], target[32];

		keys[fd] = 1000 + fd;
		snprintf(name, sizeof name, "%u", fd);
		snprintf(target, sizeof target, "socket:[%u]", 1000 + fd);
		put_fd(&tree, 10, name, target);
	}
	seen = look(tree.fd, keys, DESCRIPTORS, LSP_WANT_NAME);
	assert_int_equal(seen.err, LSP_OK);
	assert_int_equal(seen.snapshot->holder_count, DESCRIPTORS);
	assert_int_equal(seen.snapshot->process_count, 1);
	lsp_snapshot_free(seen.snapshot);
	tree_drop(&tree);
}

/* --- what may not be seen ------------------------------------------------------------------------------------- */

static void look_blindly(const struct tree *tree)
{
	static const uint64_t keys[] = {123};
	struct seen seen = look(tree->fd, keys, 1, LSP_WANT_NAME);

	child_assert(seen.err == LSP_OK);
	child_assert(seen.snapshot->blind == 4); /* 20, 21, 25, 26 */
	child_assert(seen.snapshot->holder_count == 1);
	child_assert(has_holder(seen.snapshot, 123, 10, 3));
	child_assert(seen.snapshot->process_count == 1);
	child_assert(lsp_snapshot_is_blind(seen.snapshot));
	lsp_snapshot_free(seen.snapshot);
}

static void test_blind_spots(void **state)
{
	struct tree tree;

	(void)state;
	tree_make(&tree);
	put_process(&tree, 10, "ours", 1000);
	put_fd(&tree, 10, "3", "socket:[123]");
	put_process(&tree, 20, "theirs", 1000);
	put_process(&tree, 21, "theirs", 1000);
	put_process(&tree, 22, "kthread", 1000);
	put_stat(&tree, 22, "kthread", 'S', 2129984, 1000); /* PF_KTHREAD and others */
	put_process(&tree, 23, "zombie", 1000);
	put_stat(&tree, 23, "zombie", 'Z', 4194304, 1000);
	put_process(&tree, 24, "gone", 1000);
	assert_int_equal(unlinkat(tree.fd, "24/stat", 0), 0);
	put_process(&tree, 25, "hidden", 1000);
	assert_int_equal(fchmodat(tree.fd, "25/stat", 0, 0), 0);
	put_process(&tree, 26, "half", 1000); /* may be listed, links may not be read */
	put_fd(&tree, 26, "3", "socket:[123]");
	put_fd(&tree, 26, "4", "socket:[123]");
	put_process(&tree, 27, "dead", 1000);
	put_stat(&tree, 27, "dead", 'X', 4194304, 1000);
	assert_int_equal(fchmodat(tree.fd, "20/fd", 0, 0), 0);
	assert_int_equal(fchmodat(tree.fd, "21/fd", 0, 0), 0);
	assert_int_equal(fchmodat(tree.fd, "22/fd", 0, 0), 0);
	assert_int_equal(fchmodat(tree.fd, "23/fd", 0, 0), 0);
	assert_int_equal(fchmodat(tree.fd, "24/fd", 0, 0), 0);
	assert_int_equal(fchmodat(tree.fd, "25/fd", 0, 0), 0);
	assert_int_equal(fchmodat(tree.fd, "26/fd", 0444, 0), 0);
	assert_int_equal(fchmodat(tree.fd, "27/fd", 0, 0), 0);
	assert_true(run_as_nobody(look_blindly, &tree));
	tree_drop(&tree);
}

/* --- links are read and not followed --------------------------------------------------------------------------- */

#define ALLOW BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
#define KILL BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS)
#define NUMBER BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr))
#define FLAGS_AT(n) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)(offsetof(struct seccomp_data, args) + 8 * (n)))
/* Dies of a stat by path. One of an open descriptor (AT_EMPTY_PATH, as fdopendir(3) does) is none. */
#define NO_CALL(nr) NUMBER, BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, nr, 0, 1), KILL
#define NO_PATH(nr, flags)                                                                                             \
	NUMBER, BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, nr, 0, 3), FLAGS_AT(flags),                                        \
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, AT_EMPTY_PATH, 1, 0), KILL

static bool forbid_stat(void)
{
	struct sock_filter filter[] = {
#ifdef SYS_stat
		NO_CALL(SYS_stat),          NO_CALL(SYS_lstat),
#endif
		NO_PATH(SYS_newfstatat, 3), NO_PATH(SYS_statx, 2), ALLOW,
	};
	struct sock_fprog program = {sizeof filter / sizeof *filter, filter};

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

/* Runs look() where a stat by path is death, and where what hangs is ended. How the child ended. */
static int look_without_stat(const struct tree *tree, bool and_stat)
{
	static const uint64_t keys[] = {123};
	int status;
	pid_t child;

	fflush(NULL);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		struct seen seen;
		struct stat target;

		alarm(10); /* to open a FIFO without a writer waits for ever */
		if (!forbid_stat())
			_exit(77);
		seen = look(tree->fd, keys, 1, WANT_ALL);
		if (and_stat)
			fstatat(tree->fd, "10/fd/4", &target, 0);
		_exit(seen.err == LSP_OK && seen.snapshot->holder_count == 1 ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return status;
}

static void test_targets_are_never_touched(void **state)
{
	char target[128];
	struct tree tree;
	int status;

	(void)state;
	tree_make(&tree);
	put_process(&tree, 10, "files", 1000);
	put_fd(&tree, 10, "3", "socket:[123]");
	put_fd(&tree, 10, "5", "5"); /* a loop */
	assert_int_equal(mkfifoat(tree.fd, "fifo", 0666), 0);
	snprintf(target, sizeof target, "%s/fifo", tree.path);
	put_fd(&tree, 10, "4", target);
	status = look_without_stat(&tree, false);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
		tree_drop(&tree);
		skip(); /* no seccomp here */
	}
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	status = look_without_stat(&tree, true); /* that the trap does bite */
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGSYS);
	tree_drop(&tree);
}

/* --- the real /proc -------------------------------------------------------------------------------------------- */

struct held {
	uint64_t key;
	uint32_t fd;
};

/* A child that holds sockets at every step-th descriptor number, tells them through a pipe, and waits to be ended. */
static pid_t hold_sockets(unsigned count, unsigned step, struct held *ret_held)
{
	size_t size = count * sizeof *ret_held, filled = 0;
	int pipe_fds[2];
	pid_t child;

	assert_int_equal(pipe(pipe_fds), 0);
	fflush(NULL);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		struct rlimit limit = {count * step + 100, count * step + 100};
		unsigned i;

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
			_exit(1);
		for (i = 0; i < count; i++) {
			int low = socket(AF_INET, SOCK_DGRAM, 0), high = fcntl(low, F_DUPFD, (int)(20 + i * step));
			struct stat status;
			struct held held;

			if (low < 0 || high < 0 || fstat(high, &status) != 0)
				_exit(1);
			close(low);
			held = (struct held){status.st_ino, (uint32_t)high};
			if (write(pipe_fds[1], &held, sizeof held) != sizeof held)
				_exit(1);
		}
		close(pipe_fds[1]);
		for (;;)
			pause();
	}
	close(pipe_fds[1]);
	while (filled < size) {
		ssize_t len = read(pipe_fds[0], (char *)ret_held + filled, size - filled);

		if (len <= 0)
			break;
		filled += (size_t)len;
	}
	close(pipe_fds[0]);
	if (filled == size)
		return child;
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	return -1;
}

static void assert_all_held(unsigned count, unsigned step)
{
	struct held *held = calloc(count, sizeof *held);
	uint64_t *keys = calloc(count, sizeof *keys);
	int procfd = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC), status;
	const struct lsp_process *process;
	struct seen seen;
	pid_t child;
	unsigned i;

	assert_non_null(held);
	assert_non_null(keys);
	assert_true(procfd >= 0);
	child = hold_sockets(count, step, held);
	if (child < 0) {
		free(held);
		free(keys);
		close(procfd);
		skip(); /* may not have so many descriptors */
	}
	for (i = 0; i < count; i++)
		keys[i] = held[i].key;
	seen = look(procfd, keys, count, WANT_ALL);
	kill(child, SIGKILL);
	waitpid(child, &status, 0);
	close(procfd);
	assert_int_equal(seen.err, LSP_OK);
	assert_int_equal(seen.snapshot->holder_count, count);
	for (i = 0; i < count; i++) {
		size_t holders;
		const struct lsp_holder *holder = lsp_snapshot_holders_of(seen.snapshot, held[i].key, &holders);

		assert_non_null(holder);
		assert_int_equal(holders, 1);
		assert_int_equal(holder->pid, child);
		assert_int_equal(holder->fd, held[i].fd);
	}
	assert_int_equal(seen.snapshot->process_count, 1);
	process = lsp_snapshot_process(seen.snapshot, (uint32_t)child);
	assert_non_null(process);
	assert_int_equal(process->has, LSP_PROCESS_HAS_UID | LSP_PROCESS_HAS_STARTED);
	assert_int_equal(process->uid, geteuid());
	lsp_snapshot_free(seen.snapshot);
	free(held);
	free(keys);
}

/* Many readings of one folder: nobody is left out and nobody doubled at the seams. */
static void test_thousands_in_one_process(void **state)
{
	(void)state;
	assert_all_held(3000, 1);
}

static void test_thousands_with_gaps(void **state)
{
	(void)state;
	assert_all_held(3000, 6);
}

/* As far apart as the limit allows: names of two to six digits. */
static void test_descriptors_far_apart(void **state)
{
	enum { COUNT = 1500, HIGHEST = 150000 };
	struct rlimit limit;
	unsigned highest;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	highest = limit.rlim_max < HIGHEST ? (unsigned)limit.rlim_max : HIGHEST;
	if (highest < 2 * COUNT)
		skip();
	assert_all_held(COUNT, (highest - 100) / COUNT);
}

/* --- does this one hold it still ------------------------------------------------------------------------------- */

static enum lsp_err holds(const struct tree *tree, uint32_t pid, const uint64_t *keys, size_t count)
{
	struct lsp_fault fault = {.err = LSP_OK};
	enum lsp_err err = lsp_procfd_holds(tree->fd, pid, keys, count, &fault);

	assert_int_equal(fault.err, err);
	assert_true(err == LSP_OK || fault.op != NULL);
	return err;
}

static void test_holds(void **state)
{
	static const uint64_t keys[] = {123, 77, 4294967299}, strangers[] = {12, 1230, 3, 0, UINT64_MAX};
	struct tree tree;

	(void)state;
	tree_make(&tree);
	put_process(&tree, 10, "holder", 1000);
	put_fd(&tree, 10, "0", "/dev/null");
	put_fd(&tree, 10, "1", "pipe:[77]"); /* no socket, whatever its number */
	put_fd(&tree, 10, "2", "socket:[0]");
	put_fd(&tree, 10, "3", "socket:[4294967299]");
	put_process(&tree, 11, "neighbour", 1001);
	put_fd(&tree, 11, "3", "socket:[123]");
	assert_int_equal(holds(&tree, 10, keys, 3), LSP_OK);
	assert_int_equal(holds(&tree, 10, keys + 2, 1), LSP_OK);
	assert_int_equal(holds(&tree, 10, keys, 2), LSP_GONE); /* its neighbour's */
	assert_int_equal(holds(&tree, 10, strangers, 5), LSP_GONE);
	assert_int_equal(holds(&tree, 10, NULL, 0), LSP_GONE);
	assert_int_equal(holds(&tree, 11, keys, 1), LSP_OK);
	assert_int_equal(holds(&tree, 12, keys, 3), LSP_GONE); /* no such process */
	assert_int_equal(holds(&tree, 0, keys, 3), LSP_GONE);
	/* it lets go */
	assert_int_equal(unlinkat(tree.fd, "10/fd/3", 0), 0);
	assert_int_equal(holds(&tree, 10, keys, 3), LSP_GONE);
	tree_drop(&tree);
}

/* The last of many, beyond what one reading of the folder gives. */
static void test_holds_the_last_of_many(void **state)
{
	static const uint64_t key = 100999;
	struct tree tree;
	unsigned i;

	(void)state;
	tree_make(&tree);
	put_process(&tree, 10, "holder", 1000);
	for (i = 0; i < 1500; i++) {
		char fd[16], target[32];

		snprintf(fd, sizeof fd, "%u", i);
		snprintf(target, sizeof target, "socket:[%u]", 99000 + i);
		put_fd(&tree, 10, fd, target);
	}
	assert_int_equal(holds(&tree, 10, &key, 1), LSP_GONE);
	put_fd(&tree, 10, "1500", "socket:[101000]");
	put_fd(&tree, 10, "1501", "socket:[100999]");
	assert_int_equal(holds(&tree, 10, &key, 1), LSP_OK);
	tree_drop(&tree);
}

static void try_holds_denied(const struct tree *tree)
{
	static const uint64_t key = 123;
	struct lsp_fault fault = {.err = LSP_OK};

	child_assert(lsp_procfd_holds(tree->fd, 10, &key, 1, &fault) == LSP_DENIED);
	child_assert(fault.err == LSP_DENIED);
}

/* "We cannot look" is no "it let go". */
static void test_holds_denied(void **state)
{
	struct tree tree;

	(void)state;
	tree_make(&tree);
	put_process(&tree, 10, "holder", 1000);
	put_fd(&tree, 10, "3", "socket:[123]");
	assert_int_equal(fchmodat(tree.fd, "10/fd", 0, 0), 0);
	assert_true(run_as_nobody(try_holds_denied, &tree));
	assert_int_equal(fchmodat(tree.fd, "10/fd", 0755, 0), 0);
	tree_drop(&tree);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_holder_of_wanted_keys),
		cmocka_unit_test(test_no_keys),
		cmocka_unit_test(test_links_that_are_no_sockets),
		cmocka_unit_test(test_long_link),
		cmocka_unit_test(test_names_that_are_no_numbers),
		cmocka_unit_test(test_vanished),
		cmocka_unit_test(test_wanted_details),
		cmocka_unit_test(test_empty_proc),
		cmocka_unit_test(test_many_processes),
		cmocka_unit_test(test_thousands_in_one_folder),
		cmocka_unit_test(test_blind_spots),
		cmocka_unit_test(test_targets_are_never_touched),
		cmocka_unit_test(test_thousands_in_one_process),
		cmocka_unit_test(test_thousands_with_gaps),
		cmocka_unit_test(test_descriptors_far_apart),
		cmocka_unit_test(test_holds),
		cmocka_unit_test(test_holds_the_last_of_many),
		cmocka_unit_test(test_holds_denied),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
