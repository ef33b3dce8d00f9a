/*
 * process.c - more about one process, read from its /proc folder, and what /proc as a whole lets us see.
 */
#include "linux.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "procstat_parse.h"

#define ARGV_MAX (32u * 1024) /* arguments behind these are not shown */
#define INITIAL_PIDNS "pid:[4026531836]" /* PROC_PID_INIT_INO, linux/proc_ns.h */

long lsp_file_read(int dirfd, const char *path, void *buffer, size_t size)
{
	int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC), os_code;
	size_t filled = 0;
	ssize_t len = 0;

	if (fd < 0)
		return -1;
	while (filled < size) {
		len = read(fd, (char *)buffer + filled, size - filled);
		if (len < 0 && errno == EINTR)
			continue;
		if (len <= 0)
			break;
		filled += (size_t)len;
	}
	os_code = errno;
	close(fd);
	errno = os_code;
	return len < 0 ? -1 : (long)filled;
}

static uint64_t started_ms(uint64_t ticks)
{
	struct timespec now, up;
	int64_t boot_ms;
	long per_second = sysconf(_SC_CLK_TCK);

	clock_gettime(CLOCK_REALTIME, &now);
	clock_gettime(CLOCK_BOOTTIME, &up); /* the clock of starttime; both know of time namespaces */
	boot_ms = ((int64_t)now.tv_sec - up.tv_sec) * 1000 + (now.tv_nsec - up.tv_nsec) / 1000000;
	return (uint64_t)(boot_ms + (int64_t)(ticks * 1000 / (uint64_t)(per_second > 0 ? per_second : 100)));
}

/* What one look at /proc/PID gave; the process points into it. */
struct look {
	char stat[1024], status[2048], exe[4096], name[256], argv[ARGV_MAX];
};

static bool read_identity(int dirfd, struct look *look, struct lsp_procstat *ret_stat)
{
	long len = lsp_file_read(dirfd, "stat", look->stat, sizeof look->stat);

	return len > 0 && lsp_procstat_parse(look->stat, (size_t)len, ret_stat);
}

/* dirfd stays the folder of this very process, whoever gets its pid. */
static void read_details(int dirfd, const struct lsp_procstat *stat, unsigned want, struct look *look,
			 struct lsp_process *process)
{
	/* of the arguments the name needs only the first two */
	size_t argv_size = (want & LSP_WANT_ARGV) != 0 ? sizeof look->argv : 512;
	long len = lsp_file_read(dirfd, "cmdline", look->argv, argv_size);
	ssize_t exe_len = readlinkat(dirfd, "exe", look->exe, sizeof look->exe - 1);

	if (exe_len > 0) {
		look->exe[exe_len] = '\0';
		process->exe = look->exe;
	}
	if (len > 0) {
		look->argv[len - 1] = '\0'; /* where it was cut; it is there otherwise */
		process->argv = look->argv;
		process->argv_len = (size_t)len;
	}
	lsp_process_pick_name(stat->comm, stat->comm_len, process->exe, process->argv, process->argv_len, look->name,
			      sizeof look->name);
	process->name = look->name;
	if ((want & LSP_WANT_ARGV) == 0) {
		process->argv = NULL;
		process->argv_len = 0;
	}
	if ((want & LSP_WANT_UID) != 0) {
		len = lsp_file_read(dirfd, "status", look->status, sizeof look->status);
		if (len > 0 && lsp_procstatus_parse_uid(look->status, (size_t)len, &process->uid))
			process->has |= LSP_PROCESS_HAS_UID;
	}
	if ((want & LSP_WANT_STARTED) != 0) {
		process->started_ms = started_ms(stat->starttime);
		process->has |= LSP_PROCESS_HAS_STARTED;
	}
}

enum lsp_err lsp_process_read(int procfd, struct lsp_snapshot *snapshot, uint32_t pid, uint64_t birth, unsigned want,
			      struct lsp_fault *ret_fault)
{
	struct lsp_process process = {.pid = pid, .birth = birth};
	struct lsp_procstat stat;
	struct look *look = malloc(sizeof *look);
	char path[16];
	int dirfd;

	if (look == NULL)
		return lsp_linux_fault(ret_fault, "/proc/PID", ENOMEM);
	snprintf(path, sizeof path, "%u", pid);
	dirfd = openat(procfd, path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dirfd < 0 || !read_identity(dirfd, look, &stat)) {
		process.birth = birth + 1; /* no process with this birth is there any more */
	} else {
		process.birth = stat.starttime;
		if (stat.starttime == birth)
			read_details(dirfd, &stat, want, look, &process);
	}
	if (dirfd >= 0)
		close(dirfd);
	lsp_snapshot_add_process(snapshot, &process);
	free(look);
	return process.birth == birth ? LSP_OK : lsp_linux_fault(ret_fault, "/proc/PID", ESRCH);
}

/* True when the line's mount options hold hidepid other than 0. proc(5): hidepid=1, 2, 4, or noaccess, invisible,
 * ptraceable; "off" and "0" hide nothing. */
static bool is_hiding_mount(const char *line)
{
	const char *option = strstr(line, "hidepid=");

	return strstr(line, " - proc ") != NULL && strstr(line, " /proc ") != NULL && option != NULL &&
	       option[8] != '0' && strncmp(option + 8, "off", 3) != 0;
}

/* Effective capability CAP_SYS_PTRACE: hidepid does not count for those who may trace. */
static bool may_trace(int procfd)
{
	char text[4096];
	long len = lsp_file_read(procfd, "self/status", text, sizeof text - 1);
	const char *line;

	if (len <= 0)
		return false;
	text[len] = '\0';
	line = strstr(text, "\nCapEff:");
	return line != NULL && (strtoull(line + 8, NULL, 16) >> 19 & 1) != 0;
}

void lsp_sight_read(int procfd, struct lsp_snapshot *snapshot)
{
	char link[64], line[4096];
	ssize_t len = readlinkat(procfd, "self/ns/pid", link, sizeof link - 1);
	int fd;
	FILE *mounts;

	if (len > 0) {
		link[len] = '\0';
		if (strcmp(link, INITIAL_PIDNS) != 0)
			snapshot->notes |= LSP_NOTE_OTHER_PIDNS;
	}
	if (may_trace(procfd))
		return;
	fd = openat(procfd, "self/mountinfo", O_RDONLY | O_CLOEXEC);
	mounts = fd >= 0 ? fdopen(fd, "r") : NULL;
	while (mounts != NULL && fgets(line, sizeof line, mounts) != NULL) {
		if (is_hiding_mount(line))
			snapshot->notes |= LSP_NOTE_HIDEPID;
	}
	if (mounts != NULL)
		fclose(mounts);
}
