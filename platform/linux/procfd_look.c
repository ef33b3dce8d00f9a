/*
 * procfd_look.c - the descriptors of one process: which of them are sockets that we look for. A link is only read, never
 * followed (the target may be a dead mount).
 *
 * Since Linux 6.2 the size of PID/fd is the number of descriptors. Nearly all of them have the lowest numbers, so those
 * below the count are tried one by one, and only the few above it are listed: to list costs as much again as to read the
 * links. As many numbers below the count are free as descriptors are above it, so little is tried in vain.
 */
#include "procfd_walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "procstat_parse.h"

#define DIRENTS_SIZE (32u * 1024) /* some 1,300 descriptors */
#define DIRENT_MAX 32		  /* the longest entry: 19 bytes, ten digits, a NUL, to a multiple of 8 */
#define FEW_DIRENTS 1024	  /* so few bytes were all that there was; of more, the end is asked for */
#define TRIED_AT_ONCE 1024	  /* numbers in a piece */

bool lsp_proc_number(const char *name, uint32_t *ret_number)
{
	uint32_t value = 0;

	if (*name == '\0')
		return false;
	for (; *name != '\0'; name++) {
		unsigned digit = (unsigned)(unsigned char)*name - '0';

		if (digit > 9 || value > (UINT32_MAX - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	*ret_number = value;
	return true;
}

/* "socket:[12345]"; 0 for any other link. */
static uint64_t socket_key(const char *link, size_t len)
{
	uint64_t key = 0;
	size_t i;

	if (len < 10 || memcmp(link, "socket:[", 8) != 0 || link[len - 1] != ']')
		return 0;
	for (i = 8; i < len - 1; i++) {
		unsigned digit = (unsigned)(unsigned char)link[i] - '0';

		if (digit > 9)
			return 0;
		key = key * 10 + digit;
	}
	return key;
}

/* Processes that hold nothing are no blind spot: kernel threads and zombies. Their stat is readable for everybody,
 * unless /proc hides it, and then we cannot tell. */
static bool may_hold_sockets(const struct lsp_walk *walk, uint32_t pid)
{
	char path[32], text[1024];
	struct lsp_procstat stat;
	long len;

	snprintf(path, sizeof path, "%u/stat", pid);
	len = lsp_file_read(walk->procfd, path, text, sizeof text);
	if (len <= 0 || !lsp_procstat_parse(text, (size_t)len, &stat))
		return len < 0 && errno != ENOENT && errno != ESRCH; /* hidden; else it ended */
	return !lsp_procstat_is_dead(&stat) && (stat.flags & LSP_PF_KTHREAD) == 0;
}

/* The same process with strings of its own, in one block. */
static bool keep_strings(struct lsp_process *process, void **ret_block)
{
	const char **const texts[] = {&process->name, &process->exe, &process->unit, &process->container,
				      &process->argv};
	size_t lens[sizeof texts / sizeof *texts], total = 1, i;
	char *at;

	for (i = 0; i < sizeof texts / sizeof *texts; i++) {
		lens[i] = *texts[i] == NULL ? 0 : texts[i] == &process->argv ? process->argv_len : strlen(*texts[i]) + 1;
		total += lens[i];
	}
	at = malloc(total);
	*ret_block = at;
	for (i = 0; at != NULL && i < sizeof texts / sizeof *texts; i++) {
		if (*texts[i] != NULL)
			*texts[i] = memcpy(at, *texts[i], lens[i]);
		at += lens[i];
	}
	return at != NULL;
}

/* Who this is, read through the open descriptor directory, from which prefix leads to its folder: that stays this
 * process's even when its pid is given to another, so that nothing of a stranger is ever taken for the holder's. */
static void add_process(struct lsp_finds *finds, int fddir, const char *prefix, uint32_t pid)
{
	struct lsp_walk *walk = finds->walk;
	struct lsp_found_process found;

	if (finds->room == NULL)
		finds->room = malloc(sizeof *finds->room);
	if (finds->room == NULL) {
		lsp_walk_fail(walk, ENOMEM);
		return;
	}
	if (!lsp_process_read(fddir, prefix, pid, walk->want, finds->room, &found.process)) {
		if (errno != ENOENT && errno != ESRCH)
			lsp_walk_fail(walk, errno);
		return; /* else it ended meanwhile; its sockets are gone or held by others */
	}
	finds->processes =
		lsp_walk_grow(walk, finds->processes, finds->process_count, &finds->process_capacity, sizeof *finds->processes);
	if (finds->process_count < finds->process_capacity && keep_strings(&found.process, &found.strings))
		finds->processes[finds->process_count++] = found;
	else
		lsp_walk_fail(walk, ENOMEM);
}

static void add_holder(struct lsp_finds *finds, uint64_t key, uint32_t pid, uint32_t fd)
{
	finds->holders =
		lsp_walk_grow(finds->walk, finds->holders, finds->holder_count, &finds->holder_capacity, sizeof *finds->holders);
	if (finds->holder_count < finds->holder_capacity)
		finds->holders[finds->holder_count++] = (struct lsp_holder){key, pid, fd};
}

/* One descriptor. False when the process may not be looked into. */
static bool look_at(struct lsp_finds *finds, int fddir, uint32_t pid, uint32_t fd, const char *name, size_t *found)
{
	char link[64];
	ssize_t len = readlinkat(fddir, name, link, sizeof link);
	uint64_t key;

	finds->looks++;
	if (len < 0)
		return errno != EACCES && errno != EPERM;
	key = socket_key(link, (size_t)len);
	if (key != 0 && lsp_keyset_find(&finds->walk->wanted, key)) {
		add_holder(finds, key, pid, fd);
		(*found)++;
	}
	return true;
}

static bool try_numbers(struct lsp_finds *finds, int fddir, uint32_t pid, uint32_t from, uint32_t to, size_t *found)
{
	uint32_t fd;

	for (fd = from; fd < to; fd++) {
		char digits[12], *name = digits + sizeof digits - 1;
		uint32_t rest = fd;

		*name = '\0';
		do {
			*--name = (char)('0' + rest % 10);
			rest /= 10;
		} while (rest > 0);
		if (!look_at(finds, fddir, pid, fd, name, found))
			return false;
	}
	return true;
}

static bool try_listed(struct lsp_finds *finds, int fddir, uint32_t pid, const char *dirents, long size, size_t *found)
{
	long at = 0;

	while (at < size) {
		const struct dirent64 *entry = (const struct dirent64 *)(const void *)(dirents + at);
		uint32_t fd;

		at += entry->d_reclen;
		if (lsp_proc_number(entry->d_name, &fd) && !look_at(finds, fddir, pid, fd, entry->d_name, found))
			return false;
	}
	return true;
}

/* Where to go on behind a buffer: the folder's own word for it. */
static int64_t next_position(const char *dirents, long size)
{
	const struct dirent64 *entry;
	long at;

	for (at = 0; at < size; at += entry->d_reclen)
		entry = (const struct dirent64 *)(const void *)(dirents + at);
	return entry->d_off;
}

/* From the folder's position on. */
static bool list(struct lsp_finds *finds, int fddir, uint32_t pid, size_t *found)
{
	_Alignas(struct dirent64) char dirents[DIRENTS_SIZE];
	bool is_full, readable = true;
	long size;

	do {
		size = syscall(SYS_getdents64, fddir, dirents, sizeof dirents);
		/* a full buffer: somebody else may go on behind it while we look at this one */
		is_full = size > (long)(sizeof dirents - DIRENT_MAX);
		if (is_full)
			lsp_walk_push(finds->walk, (struct lsp_piece){.pid = pid, .start = next_position(dirents, size)});
		if (size > 0)
			readable = try_listed(finds, fddir, pid, dirents, size, found);
	} while (readable && !is_full && size > FEW_DIRENTS);
	return readable;
}

/* The numbers of one piece, then, if it is the last, those above the count. */
static bool try_piece(struct lsp_finds *finds, int fddir, struct lsp_piece piece, size_t *found)
{
	uint32_t from = (uint32_t)piece.start, to = piece.count;

	if (to - from > TRIED_AT_ONCE) {
		to = from + TRIED_AT_ONCE;
		lsp_walk_push(finds->walk, (struct lsp_piece){.pid = piece.pid, .start = to, .count = piece.count});
		return try_numbers(finds, fddir, piece.pid, from, to, found);
	}
	if (!try_numbers(finds, fddir, piece.pid, from, to, found))
		return false;
	/* the position in this folder is the number + 2 (proc_readfd_common, fs/proc/fd.c) */
	if (lseek(fddir, (off_t)to + 2, SEEK_SET) < 0)
		lsp_walk_fail(finds->walk, errno);
	return list(finds, fddir, piece.pid, found);
}

void lsp_look_piece(struct lsp_finds *finds, struct lsp_piece piece)
{
	struct lsp_walk *walk = finds->walk;
	struct stat folder;
	char path[32];
	size_t found = 0;
	bool readable;
	int fddir;

	finds->looks++;
	snprintf(path, sizeof path, "%u/fd", piece.pid);
	if (walk->tells_count && piece.start == 0 && fstatat(walk->procfd, path, &folder, 0) == 0) {
		if (folder.st_size == 0)
			return; /* a kernel thread or a zombie: nothing to see, and no blind spot */
		piece.count = (uint32_t)folder.st_size;
	}
	fddir = openat(walk->procfd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fddir < 0) {
		if (errno == EACCES || errno == EPERM)
			finds->blind += may_hold_sockets(walk, piece.pid);
		else if (errno != ENOENT && errno != ESRCH && errno != ENOTDIR) /* else it ended, or is none */
			lsp_walk_fail(walk, errno);
		return;
	}
	if (piece.count == 0 && piece.start > 0 && lseek(fddir, (off_t)piece.start, SEEK_SET) < 0)
		lsp_walk_fail(walk, errno);
	readable = piece.count > 0 ? try_piece(finds, fddir, piece, &found) : list(finds, fddir, piece.pid, &found);
	if (!readable && piece.start == 0 && may_hold_sockets(walk, piece.pid))
		finds->blind++;
	if (found > 0)
		add_process(finds, fddir, "../", piece.pid);
	close(fddir);
}

/* A process whose first thread ended is a zombie with an empty PID/fd; its descriptors are those of its other threads.
 * Opens the folder of one of them. -1 when pid is no such process; errno EACCES and EPERM: it is, and we may not look. */
static int open_headless(int procfd, uint32_t pid)
{
	struct lsp_procstat stat;
	struct stat folder;
	struct dirent *entry;
	char path[64], text[1024];
	int tasks, fd = -1, os_code = ENOENT;
	uint32_t thread;
	long len;
	DIR *dir;

	snprintf(path, sizeof path, "%u/task", pid);
	/* 2 links and one for each thread (proc_task_getattr, fs/proc/base.c): most are ruled out by that */
	if (fstatat(procfd, path, &folder, 0) < 0 || folder.st_nlink <= 3) {
		errno = ENOENT;
		return -1;
	}
	tasks = openat(procfd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	snprintf(path, sizeof path, "%u/stat", pid);
	len = lsp_file_read(procfd, path, text, sizeof text);
	dir = tasks >= 0 ? fdopendir(tasks) : NULL;
	if (dir == NULL && tasks >= 0)
		close(tasks);
	if (len <= 0 || !lsp_procstat_parse(text, (size_t)len, &stat) || stat.state != 'Z') {
		if (dir != NULL)
			closedir(dir);
		errno = ENOENT;
		return -1;
	}
	while (dir != NULL && fd < 0 && (entry = readdir(dir)) != NULL) {
		if (!lsp_proc_number(entry->d_name, &thread) || thread == pid)
			continue;
		snprintf(path, sizeof path, "%u/task/%u/fd", pid, thread);
		fd = openat(procfd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		os_code = errno;
	}
	if (dir != NULL)
		closedir(dir);
	errno = os_code;
	return fd;
}

void lsp_look_headless(struct lsp_finds *finds)
{
	struct lsp_walk *walk = finds->walk;
	struct lsp_piece piece;

	while (lsp_walk_take(walk, &piece)) {
		int fddir = open_headless(walk->procfd, piece.pid);
		struct dirent *entry;
		size_t found = 0;
		uint32_t fd;
		DIR *dir;

		lsp_walk_finish(walk);
		if (fddir < 0) {
			finds->blind += errno == EACCES || errno == EPERM;
			continue;
		}
		dir = fdopendir(fddir);
		while (dir != NULL && (entry = readdir(dir)) != NULL) {
			if (lsp_proc_number(entry->d_name, &fd) && !look_at(finds, fddir, piece.pid, fd, entry->d_name, &found))
				break;
		}
		if (found > 0)
			add_process(finds, fddir, "../../../", piece.pid);
		if (dir != NULL)
			closedir(dir);
		else
			close(fddir);
	}
}

enum lsp_err lsp_procfd_holds(int procfd, uint32_t pid, const uint64_t *keys, size_t key_count,
			      struct lsp_fault *ret_fault)
{
	struct lsp_keyset wanted;
	char path[32], link[64];
	struct dirent *entry;
	int os_code = ESRCH, fd;
	DIR *dir;

	if (!lsp_keyset_make(&wanted, keys, key_count)) {
		lsp_keyset_free(&wanted);
		return lsp_linux_fault(ret_fault, "/proc/PID/fd", ENOMEM);
	}
	fd = open_headless(procfd, pid);
	snprintf(path, sizeof path, "%u/fd", pid);
	if (fd < 0)
		fd = openat(procfd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	dir = fd >= 0 ? fdopendir(fd) : NULL;
	if (dir == NULL && errno != ENOENT)
		os_code = errno;
	if (dir == NULL && fd >= 0)
		close(fd);
	while (dir != NULL && os_code != 0 && (entry = readdir(dir)) != NULL) {
		ssize_t len = readlinkat(fd, entry->d_name, link, sizeof link);
		uint64_t key = len > 0 ? socket_key(link, (size_t)len) : 0;

		if (len < 0 && (errno == EACCES || errno == EPERM))
			os_code = errno;
		if (key != 0 && lsp_keyset_find(&wanted, key))
			os_code = 0;
	}
	if (dir != NULL)
		closedir(dir);
	lsp_keyset_free(&wanted);
	return os_code == 0 ? LSP_OK : lsp_linux_fault(ret_fault, "/proc/PID/fd", os_code);
}
