/*
 * pidfd.c - a grip on one process, so that a signal can never reach a stranger.
 *
 * A pidfd names a process, not a number (pidfd_open(2), Linux 5.3). What is read of /proc/PID is that of the same process
 * as long as the pidfd says that it is alive: until it was waited for, nobody else can get its pid. So every check is
 * "look, then ask the pidfd". Without pidfds the check comes right before the kill(2), and grip_is_sure says no.
 */
#include "linux.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <lsports/language.h>

#include "procstat_parse.h"

#define LOOK_EVERY_MS 20 /* without a pidfd */

struct lsp_grip {
	uint64_t birth;
	uint32_t pid;
	int pidfd; /* -1: this kernel has none */
};

static int send(const struct lsp_grip *grip, int signal)
{
	if (grip->pidfd >= 0)
		return (int)syscall(SYS_pidfd_send_signal, grip->pidfd, signal, NULL, 0);
	return kill((pid_t)grip->pid, signal);
}

static int open_proc(void)
{
	return open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
}

/* 0, or an errno: ESRCH when the process ended or is none born then. */
static int check(const struct lsp_grip *grip, char *ret_state)
{
	char path[32], text[1024];
	struct lsp_procstat stat;
	long len;

	snprintf(path, sizeof path, "/proc/%u/stat", grip->pid);
	len = lsp_file_read(AT_FDCWD, path, text, sizeof text);
	if (len < 0 && errno != ENOENT)
		return errno;
	if (len <= 0 || !lsp_procstat_parse(text, (size_t)len, &stat) || stat.starttime != grip->birth ||
	    lsp_procstat_is_dead(&stat))
		return ESRCH;
	/* what was read is this process's only if it is still there. EPERM means that it is, and not ours. */
	if (grip->pidfd >= 0 && send(grip, 0) < 0 && errno != EPERM)
		return errno;
	*ret_state = stat.state;
	return 0;
}

/* pidfd_open counts in our pid namespace, /proc in that of its mount: "unshare --pid" without a new /proc, for one. */
static bool is_our_proc(void)
{
	char self[16];
	ssize_t len = readlink("/proc/self", self, sizeof self - 1);

	self[len > 0 ? len : 0] = '\0';
	return strtol(self, NULL, 10) == (long)getpid();
}

/* The descriptor's own entry in /proc tells the number that this /proc gives to the process. */
static bool is_same_process(const struct lsp_grip *grip)
{
	char path[64], text[512];
	const char *line;
	long len;

	if (grip->pidfd < 0)
		return is_our_proc();
	snprintf(path, sizeof path, "/proc/self/fdinfo/%d", grip->pidfd);
	len = lsp_file_read(AT_FDCWD, path, text, sizeof text - 1);
	text[len > 0 ? len : 0] = '\0';
	line = strstr(text, "Pid:\t");
	return line != NULL && strtol(line + 5, NULL, 10) == (long)grip->pid;
}

/* A master may have more workers than we have descriptors, but rarely than we may have. */
static int open_pidfd(uint32_t pid)
{
	struct rlimit limit;
	int pidfd = (int)syscall(SYS_pidfd_open, (pid_t)pid, 0);

	if (pidfd >= 0 || errno != EMFILE || getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur == limit.rlim_max)
		return pidfd;
	limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit) < 0) {
		errno = EMFILE;
		return -1;
	}
	return (int)syscall(SYS_pidfd_open, (pid_t)pid, 0);
}

enum lsp_err lsp_pidfd_grip(uint32_t pid, uint64_t birth, struct lsp_grip **ret_grip, struct lsp_fault *ret_fault)
{
	struct lsp_grip *grip;
	int os_code = 0;
	char state;

	if (pid == 0 || pid > INT32_MAX) /* 0 would be our own process group to kill(2) */
		return lsp_linux_fault(ret_fault, "pidfd_open", ESRCH);
	grip = calloc(1, sizeof *grip);
	if (grip == NULL)
		return lsp_linux_fault(ret_fault, "pidfd_open", ENOMEM);
	*grip = (struct lsp_grip){.birth = birth, .pid = pid, .pidfd = open_pidfd(pid)};
	/* ENOSYS: an old kernel; EPERM: a sandbox that does not know the call. kill(2) remains. EINVAL and ENOENT: what some
	 * kernels say of a process that is just being reaped. */
	if (grip->pidfd < 0 && errno != ENOSYS && errno != EPERM)
		os_code = errno == EINVAL || errno == ENOENT ? ESRCH : errno;
	if (os_code == 0)
		os_code = check(grip, &state);
	/* one that was reaped meanwhile has no number there either: that is asked first. And who is not here may be there. */
	if ((os_code == 0 && !is_same_process(grip) && (os_code = check(grip, &state)) == 0) ||
	    (os_code == ESRCH && !is_our_proc())) {
		lsp_pidfd_release(grip);
		*ret_fault = (struct lsp_fault){.err = LSP_UNSUPPORTED, .op = "/proc"};
		snprintf(ret_fault->detail, sizeof ret_fault->detail, "%s",
			 _("it shows another pid namespace than the one we would signal in"));
		return LSP_UNSUPPORTED;
	}
	if (os_code != 0) {
		lsp_pidfd_release(grip);
		return lsp_linux_fault(ret_fault, "pidfd_open", os_code);
	}
	*ret_grip = grip;
	return LSP_OK;
}

bool lsp_pidfd_is_sure(const struct lsp_grip *grip)
{
	return grip->pidfd >= 0;
}

enum lsp_err lsp_pidfd_holds(const struct lsp_grip *grip, const uint64_t *keys, size_t key_count,
			     struct lsp_fault *ret_fault)
{
	int procfd = open_proc(), os_code;
	enum lsp_err err;
	char state;

	if (procfd < 0)
		return lsp_linux_fault(ret_fault, "/proc", errno);
	err = lsp_procfd_holds(procfd, grip->pid, keys, key_count, ret_fault);
	close(procfd);
	if (err != LSP_OK)
		return err;
	os_code = check(grip, &state);
	return os_code == 0 ? LSP_OK : lsp_linux_fault(ret_fault, "pidfd_send_signal", os_code);
}

enum lsp_err lsp_pidfd_end(const struct lsp_grip *grip, int signal, struct lsp_fault *ret_fault)
{
	char state = '?';
	int os_code = check(grip, &state);

	if (os_code == 0 && send(grip, signal) < 0)
		os_code = errno;
	if (os_code != 0)
		return lsp_linux_fault(ret_fault, "pidfd_send_signal", os_code);
	/* Ctrl-Z: only KILL reaches a stopped process at once */
	if (state == 'T' && signal != SIGSTOP && signal != SIGTSTP && signal != SIGKILL)
		send(grip, SIGCONT);
	return LSP_OK;
}

bool lsp_pidfd_ended(const struct lsp_grip *grip, unsigned limit_ms)
{
	struct pollfd end = {.fd = grip->pidfd, .events = POLLIN};
	uint64_t until = lsp_system_now_ms() + limit_ms, now;
	char state;

	do {
		now = lsp_system_now_ms();
		if (grip->pidfd < 0) {
			if (check(grip, &state) == ESRCH)
				return true;
			lsp_system_pause(now < until ? LOOK_EVERY_MS : 0);
		} else if (poll(&end, 1, now < until ? (int)(until - now) : 0) > 0) {
			return true;
		}
	} while (now < until);
	return false;
}

void lsp_pidfd_release(struct lsp_grip *grip)
{
	if (grip == NULL)
		return;
	if (grip->pidfd >= 0)
		close(grip->pidfd);
	free(grip);
}

/* Not by strcasecmp(3): in a Turkish locale "kill" is not "KILL" to it. */
static bool begins(const char *name, const char *upper)
{
	for (; *upper != '\0'; name++, upper++) {
		if ((*name >= 'a' && *name <= 'z' ? *name - 'a' + 'A' : *name) != *upper)
			return false;
	}
	return true;
}

bool lsp_pidfd_signal_of(const char *name, int *ret_signal)
{
	static const struct {
		const char *name;
		int number;
	} signals[] = {
		{"HUP", SIGHUP},   {"INT", SIGINT},   {"QUIT", SIGQUIT}, {"ABRT", SIGABRT}, {"KILL", SIGKILL},
		{"USR1", SIGUSR1}, {"USR2", SIGUSR2}, {"ALRM", SIGALRM}, {"TERM", SIGTERM}, {"CONT", SIGCONT},
		{"STOP", SIGSTOP}, {"TSTP", SIGTSTP}, {"PIPE", SIGPIPE}, {"WINCH", SIGWINCH},
	};
	const char *plain = begins(name, "SIG") ? name + 3 : name;
	char *end;
	long number = strtol(name, &end, 10);
	size_t i;

	if (name[0] >= '0' && name[0] <= '9' && *end == '\0' && number > 0 && number < NSIG) {
		*ret_signal = (int)number;
		return true;
	}
	for (i = 0; i < sizeof signals / sizeof *signals; i++) {
		if (begins(plain, signals[i].name) && plain[strlen(signals[i].name)] == '\0') {
			*ret_signal = signals[i].number;
			return true;
		}
	}
	return false;
}
