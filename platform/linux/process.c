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

#include "cgroup_parse.h"
#include "procstat_parse.h"

#define INITIAL_PIDNS "pid:[4026531836]" /* PROC_PID_INIT_INO, linux/proc_ns.h */

long lsp_file_read(int dirfd, const char *path, void *buffer, size_t size)
{
	int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC), os_code;
	ssize_t len;

	if (fd < 0)
		return -1;
	/* the kernel writes such a file into the buffer in one go, or as much of it as fits */
	do {
		len = read(fd, buffer, size);
	} while (len < 0 && errno == EINTR);
	os_code = errno;
	close(fd);
	errno = os_code;
	return (long)len;
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

static long read_file(int dirfd, const char *prefix, const char *name, void *buffer, size_t size)
{
	char path[32];

	snprintf(path, sizeof path, "%s%s", prefix, name);
	return lsp_file_read(dirfd, path, buffer, size);
}

static void read_exe(int dirfd, const char *prefix, struct lsp_process_room *room, struct lsp_process *process)
{
	char path[32];
	ssize_t len;

	snprintf(path, sizeof path, "%sexe", prefix);
	len = readlinkat(dirfd, path, room->exe, sizeof room->exe - 1);
	if (len <= 0)
		return;
	room->exe[len] = '\0';
	process->exe = room->exe;
}

static void read_argv(int dirfd, const char *prefix, size_t size, struct lsp_process_room *room,
		      struct lsp_process *process)
{
	long len = read_file(dirfd, prefix, "cmdline", room->argv, size);

	if (len <= 0)
		return;
	room->argv[len - 1] = '\0'; /* where it was cut; it is there otherwise */
	while (len > 1 && room->argv[len - 2] == '\0')
		len--; /* a program that writes a title over its arguments leaves NULs behind it */
	process->argv = room->argv;
	process->argv_len = (size_t)len;
}

static void read_status(int dirfd, const char *prefix, unsigned want, struct lsp_process_room *room,
			struct lsp_process *process)
{
	long len = read_file(dirfd, prefix, "status", room->status, sizeof room->status);

	if (len <= 0)
		return;
	if ((want & LSP_WANT_UID) != 0 && lsp_procstatus_parse_uid(room->status, (size_t)len, &process->uid))
		process->has |= LSP_PROCESS_HAS_UID;
	if ((want & LSP_WANT_KIN) != 0 && lsp_procstatus_parse_is_init(room->status, (size_t)len))
		process->has |= LSP_PROCESS_IS_INIT;
}

static void read_cgroup(int dirfd, const char *prefix, struct lsp_process_room *room, struct lsp_process *process)
{
	long len = read_file(dirfd, prefix, "cgroup", room->cgroup, sizeof room->cgroup);
	enum lsp_engine engine;
	bool is_user;

	if (len <= 0)
		return;
	if (lsp_cgroup_parse_unit(room->cgroup, (size_t)len, room->unit, sizeof room->unit, &is_user)) {
		process->unit = room->unit;
		process->has |= is_user ? LSP_PROCESS_USER_UNIT : 0;
	}
	if (lsp_cgroup_parse_container(room->cgroup, (size_t)len, room->container, sizeof room->container, &engine)) {
		process->container = room->container;
		process->engine = (uint8_t)engine;
	}
}

bool lsp_process_read(int dirfd, const char *prefix, uint32_t pid, unsigned want, struct lsp_process_room *room,
		      struct lsp_process *ret_process)
{
	struct lsp_process process = {.pid = pid};
	struct lsp_procstat stat;
	long len = read_file(dirfd, prefix, "stat", room->stat, sizeof room->stat);

	if (len <= 0 || !lsp_procstat_parse(room->stat, (size_t)len, &stat)) {
		if (len >= 0)
			errno = ESRCH; /* what a process leaves when it ends under the reader */
		return false;
	}
	process.birth = stat.starttime;
	if ((want & (LSP_WANT_NAME | LSP_WANT_EXE | LSP_WANT_EXE_PLACE)) != 0)
		read_exe(dirfd, prefix, room, &process);
	if ((want & LSP_WANT_EXE_PLACE) != 0 && process.exe != NULL)
		process.has |= lsp_exe_place_read(dirfd, prefix, process.exe);
	if ((want & LSP_WANT_ARGV) != 0)
		read_argv(dirfd, prefix, sizeof room->argv, room, &process);
	else if ((want & LSP_WANT_NAME) != 0 && !lsp_process_is_named_by(stat.comm, stat.comm_len, process.exe))
		read_argv(dirfd, prefix, 512, room, &process); /* for the name, the first two are enough */
	lsp_process_pick_name(stat.comm, stat.comm_len, process.exe, process.argv, process.argv_len, room->name,
			      sizeof room->name);
	process.name = room->name;
	if ((want & LSP_WANT_ARGV) == 0) {
		process.argv = NULL;
		process.argv_len = 0;
	}
	if ((want & (LSP_WANT_UID | LSP_WANT_KIN)) != 0)
		read_status(dirfd, prefix, want, room, &process);
	if ((want & LSP_WANT_KIN) != 0) {
		read_cgroup(dirfd, prefix, room, &process);
		process.parent = stat.parent;
		process.has |= LSP_PROCESS_HAS_PARENT;
	}
	if ((want & LSP_WANT_STARTED) != 0) {
		process.started_ms = started_ms(stat.starttime);
		process.has |= LSP_PROCESS_HAS_STARTED;
	}
	*ret_process = process;
	return true;
}

enum lsp_err lsp_process_add(int procfd, struct lsp_snapshot *snapshot, uint32_t pid, unsigned want,
			     struct lsp_fault *ret_fault)
{
	struct lsp_process_room *room = malloc(sizeof *room);
	struct lsp_process process;
	enum lsp_err err = LSP_OK;
	char path[16];
	int dirfd;

	snprintf(path, sizeof path, "%u", pid);
	dirfd = openat(procfd, path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dirfd < 0 || room == NULL || !lsp_process_read(dirfd, "", pid, want, room, &process))
		err = lsp_linux_fault(ret_fault, "/proc/PID", ESRCH);
	else
		lsp_snapshot_add_process(snapshot, &process);
	if (dirfd >= 0)
		close(dirfd);
	free(room);
	return err;
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
	char text[LSP_STATUS_MAX];
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
