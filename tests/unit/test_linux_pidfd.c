/*
 * test_linux_pidfd.c - a grip on real processes, all of them children of this test. Where the kernel has no pidfds, as a
 * filter makes this one seem, the same must hold.
 */
#include <dirent.h>
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
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "linux.h"
#include "procstat_parse.h"
#include "test_linux_tree.h"

/* A child that holds a socket, ends itself when this test ends, and does as it is told. */
struct child {
	pid_t pid;
	uint64_t birth, key;
	int orders, news;
};

enum { CLOSE = 'c', EXIT = 'e', EXIT_SOON = 's', IGNORE_TERM = 'i', TELL_SIGNALS = 't', DONE = 'd' };
#define SOON_MS 60

static int told_to;

static void tell(int signal)
{
	char byte = (char)signal;

	if (write(told_to, &byte, 1) != 1)
		_exit(3);
}

static _Noreturn void exit_soon(void)
{
	usleep(SOON_MS * 1000);
	_exit(0);
}

static _Noreturn void obey(int orders, int news)
{
	int held = socket(AF_INET, SOCK_STREAM, 0);
	struct stat status;
	uint64_t key;
	char order;
	ssize_t len;

	if (held < 0 || fstat(held, &status) != 0)
		_exit(2);
	key = status.st_ino;
	if (write(news, &key, sizeof key) != sizeof key)
		_exit(2);
	told_to = news;
	for (;;) {
		len = read(orders, &order, 1);
		if (len < 0 && errno == EINTR)
			continue;
		if (len <= 0 || order == EXIT)
			_exit(0);
		if (order == CLOSE)
			close(held);
		if (order == IGNORE_TERM)
			signal(SIGTERM, SIG_IGN);
		if (order == TELL_SIGNALS) {
			signal(SIGUSR1, tell);
			signal(SIGHUP, tell);
		}
		if (order == EXIT_SOON)
			exit_soon();
		order = DONE;
		if (write(news, &order, 1) != 1)
			_exit(2);
	}
}

static uint64_t birth_of(pid_t pid)
{
	char path[32], text[1024];
	struct lsp_procstat stat;
	long len;

	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	len = lsp_file_read(AT_FDCWD, path, text, sizeof text);
	if (len <= 0 || !lsp_procstat_parse(text, (size_t)len, &stat))
		return 0;
	return stat.starttime;
}

static bool start(struct child *child)
{
	int orders[2], news[2];
	bool good;

	if (pipe(orders) != 0 || pipe(news) != 0)
		return false;
	fflush(NULL);
	child->pid = fork();
	if (child->pid < 0)
		return false;
	if (child->pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(orders[1]);
		close(news[0]);
		obey(orders[0], news[1]);
	}
	close(orders[0]);
	close(news[1]);
	child->orders = orders[1];
	child->news = news[0];
	child->birth = birth_of(child->pid);
	good = read(child->news, &child->key, sizeof child->key) == sizeof child->key;
	return good && child->birth != 0;
}

static bool order(const struct child *child, char what)
{
	char answer = 0;

	if (write(child->orders, &what, 1) != 1)
		return false;
	return what == EXIT || what == EXIT_SOON || (read(child->news, &answer, 1) == 1 && answer == DONE);
}

/* Waits until it is a zombie, and leaves it one. */
static bool await_end(const struct child *child)
{
	siginfo_t info;

	return waitid(P_PID, (id_t)child->pid, &info, WEXITED | WNOWAIT) == 0;
}

/* The signal that ended it, 0 when it exited. */
static int reap(struct child *child)
{
	int status = 0;

	if (child->pid > 0)
		waitpid(child->pid, &status, 0);
	close(child->orders);
	close(child->news);
	child->pid = 0;
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void finish(struct child *child)
{
	kill(child->pid, SIGKILL);
	reap(child);
}

static uint64_t now_ms(void)
{
	return lsp_system_now_ms();
}

static struct lsp_grip *must_grip(const struct child *child)
{
	struct lsp_grip *grip = NULL;
	struct lsp_fault fault;

	if (lsp_pidfd_grip((uint32_t)child->pid, child->birth, &grip, &fault) != LSP_OK)
		fail_msg("%s: %s", fault.op, fault.detail);
	assert_non_null(grip);
	return grip;
}

/* --- the grip ------------------------------------------------------------------------------------------------- */

static void refuse_grip(uint32_t pid, uint64_t birth)
{
	struct lsp_grip *const untouched = (struct lsp_grip *)(uintptr_t)&told_to, *grip = untouched;
	struct lsp_fault fault = {.err = LSP_OK};

	assert_int_equal(lsp_pidfd_grip(pid, birth, &grip, &fault), LSP_GONE);
	assert_int_equal(fault.err, LSP_GONE);
	assert_non_null(fault.op);
	assert_ptr_equal(grip, untouched);
}

/* Numbers that kill(2) takes for a group, or for everybody, and what a cast would make of them. */
static void test_numbers_that_are_nobody(void **state)
{
	static const uint32_t numbers[] = {0, 0x80000000u, 0xfffffffeu, 0xffffffffu, INT32_MAX};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		refuse_grip(numbers[i], 0);
		refuse_grip(numbers[i], birth_of(getpid()));
	}
}

static void test_birth_is_identity(void **state)
{
	struct child child;

	(void)state;
	assert_true(start(&child));
	refuse_grip((uint32_t)child.pid, child.birth + 1);
	refuse_grip((uint32_t)child.pid, child.birth - 1);
	refuse_grip((uint32_t)child.pid, 0);
	refuse_grip((uint32_t)child.pid, UINT64_MAX);
	assert_int_equal(kill(child.pid, 0), 0);
	finish(&child);
}

static void test_ended_ones(void **state)
{
	struct child child;
	uint32_t pid;

	(void)state;
	assert_true(start(&child));
	pid = (uint32_t)child.pid;
	assert_true(order(&child, EXIT));
	assert_true(await_end(&child));
	refuse_grip(pid, child.birth); /* a zombie holds nothing */
	reap(&child);
	refuse_grip(pid, child.birth);
}

static unsigned count_descriptors(void)
{
	unsigned count = 0;
	DIR *dir = opendir("/proc/self/fd");

	assert_non_null(dir);
	while (readdir(dir) != NULL)
		count++;
	closedir(dir);
	return count;
}

static void test_release(void **state)
{
	unsigned before = count_descriptors(), i;
	struct child child;

	(void)state;
	assert_true(start(&child));
	before = count_descriptors();
	for (i = 0; i < 20; i++) {
		lsp_pidfd_release(must_grip(&child));
		refuse_grip((uint32_t)child.pid, child.birth + 1); /* what fails keeps nothing */
	}
	lsp_pidfd_release(NULL);
	assert_int_equal(count_descriptors(), before);
	finish(&child);
}

/* What is started later must not get them. */
static void test_descriptors_are_not_inherited(void **state)
{
	struct child child;
	struct lsp_grip *grip;
	unsigned open = 0;
	char line[64];
	FILE *list;

	(void)state;
	assert_true(start(&child));
	grip = must_grip(&child);
	list = popen("ls -l /proc/self/fd | grep -c -e pidfd -e ' /proc$'", "r");
	assert_non_null(list);
	if (fgets(line, sizeof line, list) != NULL)
		open = (unsigned)strtoul(line, NULL, 10);
	pclose(list);
	assert_int_equal(open, 0);
	lsp_pidfd_release(grip);
	finish(&child);
}

/* --- who it is, with a pidfd and without ------------------------------------------------------------------------- */

/* These run in a child as well, so they answer with a line number rather than jump. 0: all well. */
#define must(condition)                                                                                                \
	do {                                                                                                           \
		if (!(condition))                                                                                      \
			return __LINE__;                                                                               \
	} while (0)

static int check_holds(void)
{
	struct lsp_fault fault = {.err = LSP_OK};
	struct lsp_grip *grip;
	struct child child;
	uint64_t keys[3];

	must(start(&child));
	keys[0] = 1;
	keys[1] = child.key;
	keys[2] = UINT64_MAX;
	must(lsp_pidfd_grip((uint32_t)child.pid, child.birth, &grip, &fault) == LSP_OK);
	must(lsp_pidfd_holds(grip, keys, 3, &fault) == LSP_OK);
	must(lsp_pidfd_holds(grip, &child.key, 1, &fault) == LSP_OK);
	must(lsp_pidfd_holds(grip, keys, 1, &fault) == LSP_GONE && fault.err == LSP_GONE);
	must(lsp_pidfd_holds(grip, NULL, 0, &fault) == LSP_GONE);
	must(order(&child, CLOSE));
	must(lsp_pidfd_holds(grip, &child.key, 1, &fault) == LSP_GONE); /* it lives and let go */
	must(!lsp_pidfd_ended(grip, 0));
	lsp_pidfd_release(grip);
	finish(&child);

	must(start(&child));
	must(lsp_pidfd_grip((uint32_t)child.pid, child.birth, &grip, &fault) == LSP_OK);
	must(order(&child, EXIT) && await_end(&child));
	must(lsp_pidfd_holds(grip, &child.key, 1, &fault) == LSP_GONE);
	must(lsp_pidfd_ended(grip, 0));
	must(lsp_pidfd_end(grip, SIGTERM, &fault) == LSP_GONE); /* the kernel would take a zombie's signal, and say well done */
	reap(&child);
	must(lsp_pidfd_holds(grip, &child.key, 1, &fault) == LSP_GONE);
	must(lsp_pidfd_ended(grip, 0));
	must(lsp_pidfd_end(grip, SIGTERM, &fault) == LSP_GONE && fault.err == LSP_GONE);
	lsp_pidfd_release(grip);
	return 0;
}

static int check_end(void)
{
	struct lsp_fault fault = {.err = LSP_OK};
	struct lsp_grip *grip;
	struct child child;
	char signal = 0;

	must(start(&child));
	must(lsp_pidfd_grip((uint32_t)child.pid, child.birth, &grip, &fault) == LSP_OK);
	must(order(&child, TELL_SIGNALS));
	must(lsp_pidfd_end(grip, SIGUSR1, &fault) == LSP_OK);
	must(read(child.news, &signal, 1) == 1 && signal == SIGUSR1);
	must(lsp_pidfd_end(grip, SIGHUP, &fault) == LSP_OK);
	must(read(child.news, &signal, 1) == 1 && signal == SIGHUP);
	must(!lsp_pidfd_ended(grip, 0));
	must(lsp_pidfd_end(grip, LSP_SIGNAL_TERM, &fault) == LSP_OK);
	must(lsp_pidfd_ended(grip, 5000)); /* a zombie has ended, though nobody waited for it yet */
	lsp_pidfd_release(grip);
	must(reap(&child) == SIGTERM);

	must(start(&child));
	must(lsp_pidfd_grip((uint32_t)child.pid, child.birth, &grip, &fault) == LSP_OK);
	must(order(&child, IGNORE_TERM));
	must(lsp_pidfd_end(grip, LSP_SIGNAL_TERM, &fault) == LSP_OK);
	must(!lsp_pidfd_ended(grip, 30));
	must(lsp_pidfd_end(grip, LSP_SIGNAL_KILL, &fault) == LSP_OK);
	must(lsp_pidfd_ended(grip, 5000));
	lsp_pidfd_release(grip);
	must(reap(&child) == SIGKILL);
	return 0;
}

static int check_waits(void)
{
	struct lsp_fault fault = {.err = LSP_OK};
	struct lsp_grip *grip;
	struct child child;
	uint64_t begin;

	must(start(&child));
	must(lsp_pidfd_grip((uint32_t)child.pid, child.birth, &grip, &fault) == LSP_OK);
	begin = now_ms();
	must(!lsp_pidfd_ended(grip, 0));
	must(now_ms() - begin < 1000);
	begin = now_ms();
	must(!lsp_pidfd_ended(grip, 50));
	must(now_ms() - begin >= 50 && now_ms() - begin < 3000);
	must(order(&child, EXIT_SOON));
	begin = now_ms();
	must(lsp_pidfd_ended(grip, 60000));
	must(now_ms() - begin < 20000); /* no longer than it takes, which a busy machine stretches */
	must(lsp_pidfd_ended(grip, 0) && lsp_pidfd_ended(grip, 1000));
	lsp_pidfd_release(grip);
	reap(&child);
	return 0;
}

static int check_all(void)
{
	int line = check_holds();

	line = line != 0 ? line : check_end();
	return line != 0 ? line : check_waits();
}

static void all_well(int line)
{
	if (line != 0)
		fail_msg("%s:%d: not so", __FILE__, line);
}

static void test_holds(void **state)
{
	(void)state;
	all_well(check_holds());
}

static void test_end(void **state)
{
	(void)state;
	all_well(check_end());
}

static void test_waits(void **state)
{
	(void)state;
	all_well(check_waits());
}

/* pidfd_open(2) answers this from here on. */
static bool forbid_pidfd(int os_code)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_pidfd_open, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)os_code),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {sizeof filter / sizeof *filter, filter};

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

enum { NO_FILTER = 77 };

/* In a child: its exit status. */
static int run_without_pidfd(int os_code)
{
	int status, line = 0;
	pid_t runner;

	fflush(NULL);
	runner = fork();
	assert_true(runner >= 0);
	if (runner == 0) {
		struct lsp_grip *grip;
		struct lsp_fault fault;

		if (!forbid_pidfd(os_code))
			_exit(NO_FILTER);
		if (lsp_pidfd_grip((uint32_t)getppid(), birth_of(getppid()), &grip, &fault) != LSP_OK)
			line = __LINE__;
		else if (lsp_pidfd_is_sure(grip)) /* it says that a pid may pass on behind its back */
			line = __LINE__;
		else if (lsp_pidfd_grip((uint32_t)getppid(), birth_of(getppid()) + 1, &grip, &fault) != LSP_GONE)
			line = __LINE__;
		if (line == 0)
			line = check_all();
		if (line != 0)
			fprintf(stderr, "%s:%d: not so\n", __FILE__, line);
		fflush(NULL);
		_exit(line != 0);
	}
	assert_int_equal(waitpid(runner, &status, 0), runner);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void test_without_pidfd(void **state)
{
	static const int os_codes[] = {ENOSYS, EPERM}; /* an old kernel; a container's filter that does not know it */
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		int status = run_without_pidfd(os_codes[i]);

		if (status == NO_FILTER)
			skip();
		assert_int_equal(status, 0);
	}
}

/* Any other refusal is said, never papered over with kill(2). */
static void test_out_of_descriptors(void **state)
{
	int status;
	pid_t runner;

	(void)state;
	fflush(NULL);
	runner = fork();
	assert_true(runner >= 0);
	if (runner == 0) {
		struct lsp_grip *grip;
		struct lsp_fault fault;
		enum lsp_err err;

		if (!forbid_pidfd(EMFILE))
			_exit(NO_FILTER);
		err = lsp_pidfd_grip((uint32_t)getppid(), birth_of(getppid()), &grip, &fault);
		_exit(err == LSP_IO && fault.os_code == EMFILE ? 0 : 1);
	}
	assert_int_equal(waitpid(runner, &status, 0), runner);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == NO_FILTER)
		skip();
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void test_sure(void **state)
{
	struct child child;
	struct lsp_grip *grip;

	(void)state;
	if (!lsp_kernel_is_since(5, 3))
		skip();
	assert_true(start(&child));
	grip = must_grip(&child);
	assert_true(lsp_pidfd_is_sure(grip));
	lsp_pidfd_release(grip);
	finish(&child);
}

/* --- rights ----------------------------------------------------------------------------------------------------- */

static struct child roots_own;

static void try_as_nobody(const struct tree *tree)
{
	struct lsp_fault fault = {.err = LSP_OK};
	struct lsp_grip *grip;

	(void)tree;
	child_assert(lsp_pidfd_grip((uint32_t)roots_own.pid, roots_own.birth, &grip, &fault) == LSP_OK);
	child_assert(lsp_pidfd_holds(grip, &roots_own.key, 1, &fault) == LSP_DENIED);
	child_assert(fault.err == LSP_DENIED);
	fault.err = LSP_OK;
	child_assert(lsp_pidfd_end(grip, SIGTERM, &fault) == LSP_DENIED);
	child_assert(fault.err == LSP_DENIED && (fault.os_code == EPERM || fault.os_code == EACCES));
	child_assert(!lsp_pidfd_ended(grip, 20)); /* denied is not ended */
	lsp_pidfd_release(grip);
}

static void test_not_ours(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	assert_true(start(&roots_own));
	assert_true(run_as_nobody(try_as_nobody, NULL));
	assert_int_equal(kill(roots_own.pid, 0), 0);
	finish(&roots_own);
}

/* --- signals ---------------------------------------------------------------------------------------------------- */

static void test_signals(void **state)
{
	static const struct {
		const char *word;
		int number; /* 0: none */
	} table[] = {
		{"TERM", SIGTERM},   {"SIGTERM", SIGTERM}, {"term", SIGTERM},	{"sigterm", SIGTERM}, {"SigTerm", SIGTERM},
		{"15", 15},	     {"9", 9},		   {"KILL", SIGKILL},	{"INT", SIGINT},      {"HUP", SIGHUP},
		{"QUIT", SIGQUIT},   {"ABRT", SIGABRT},	   {"USR1", SIGUSR1},	{"USR2", SIGUSR2},    {"ALRM", SIGALRM},
		{"CONT", SIGCONT},   {"STOP", SIGSTOP},	   {"TSTP", SIGTSTP},	{"PIPE", SIGPIPE},    {"WINCH", SIGWINCH},
		{"1", 1},	     {"64", 64},	   {"015", 15},		{"0", 0},	      {"65", 0},
		{"-9", 0},	     {"+9", 0},		   {" 9", 0},		{"9 ", 0},	      {"9x", 0},
		{"0x9", 0},	     {"", 0},		   {"SIG", 0},		{"SIGSIGTERM", 0},    {"TERMINATE", 0},
		{"TER", 0},	     {"SIG15", 0},	   {"\n", 0},		{"99999999999999999999", 0},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof table / sizeof *table; i++) {
		int signal = -7;

		if (lsp_pidfd_signal_of(table[i].word, &signal) != (table[i].number != 0) ||
		    signal != (table[i].number != 0 ? table[i].number : -7))
			fail_msg("'%s': %d", table[i].word, signal);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers_that_are_nobody),
		cmocka_unit_test(test_birth_is_identity),
		cmocka_unit_test(test_ended_ones),
		cmocka_unit_test(test_release),
		cmocka_unit_test(test_descriptors_are_not_inherited),
		cmocka_unit_test(test_holds),
		cmocka_unit_test(test_end),
		cmocka_unit_test(test_waits),
		cmocka_unit_test(test_without_pidfd),
		cmocka_unit_test(test_out_of_descriptors),
		cmocka_unit_test(test_sure),
		cmocka_unit_test(test_not_ours),
		cmocka_unit_test(test_signals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
