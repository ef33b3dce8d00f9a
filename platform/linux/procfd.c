/*
 * procfd.c - who holds the sockets: the walk of /proc/PID/fd.
 *
 * The descriptors of every process are read, because a socket may have many holders; a link is only read, never
 * followed (the target may be a dead mount). The work is cut into pieces of some thousand descriptors, so that one
 * process with 100,000 of them is spread over the cores as well as 10,000 small processes are.
 *
 * Since Linux 6.2 the size of PID/fd is the number of descriptors. Nearly all of them have the lowest numbers, so those
 * below the count are tried one by one, and only the few above it are listed: to list costs as much again as to read the
 * links. As many numbers below the count are free as descriptors are above it, so little is tried in vain.
 */
#include "linux.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "keyset.h"
#include "procstat_parse.h"

#define DIRENTS_SIZE (32u * 1024) /* some 1,300 descriptors */
#define DIRENT_MAX 32		  /* the longest entry: 19 bytes, ten digits, a NUL, to a multiple of 8 */
#define FEW_DIRENTS 1024	  /* so few bytes were all that there was; of more, the end is asked for */
#define TRIED_AT_ONCE 1024	  /* numbers in a piece */
#define THREADS_MAX 8
#define ALONE_MAX 2000 /* looks that are done before it pays to start threads: some 5 ms of work */

/* What is to be looked at in one go. Without a count: the folder of a process, from this position on (getdents64(2),
 * d_off). With one: its numbers from start on, TRIED_AT_ONCE of them; the last such piece lists those above as well. */
struct piece {
	int64_t start;
	uint32_t pid, count;
};

struct walk {
	int procfd;
	unsigned want;	  /* enum lsp_process_want */
	bool tells_count; /* the size of PID/fd is the number of its descriptors */
	struct lsp_keyset wanted;
	pthread_mutex_t lock; /* guards the stack and the count below */
	pthread_cond_t changed;
	struct piece *stack;
	size_t stack_count, stack_capacity;
	unsigned busy; /* threads that look at a piece, and may hand one on */
	atomic_bool failed; /* out of memory or descriptors: the walk is incomplete */
	atomic_int os_code;
};

/* What one thread found; merged when all have ended. */
struct finds {
	struct walk *walk;
	struct lsp_holder *holders;
	size_t holder_count, holder_capacity;
	struct found_process {
		struct lsp_process process;
		void *strings; /* that it points into */
	} *processes;
	size_t process_count, process_capacity;
	struct lsp_process_room *room;
	size_t blind;
	size_t looks; /* links and processes looked at */
};

static void fail(struct walk *walk, int os_code)
{
	atomic_store(&walk->os_code, os_code);
	atomic_store(&walk->failed, true);
}

static void *grow(struct walk *walk, void *array, size_t count, size_t *capacity, size_t size)
{
	size_t wider = *capacity > 0 ? *capacity * 2 : 64;
	void *moved;

	if (count < *capacity)
		return array;
	moved = reallocarray(array, wider, size);
	if (moved == NULL) {
		fail(walk, ENOMEM);
		return array;
	}
	*capacity = wider;
	return moved;
}

static void push(struct walk *walk, struct piece piece)
{
	pthread_mutex_lock(&walk->lock);
	walk->stack = grow(walk, walk->stack, walk->stack_count, &walk->stack_capacity, sizeof *walk->stack);
	if (walk->stack_count < walk->stack_capacity)
		walk->stack[walk->stack_count++] = piece;
	pthread_cond_signal(&walk->changed);
	pthread_mutex_unlock(&walk->lock);
}

/* The next piece. Waits while others may still hand one on; false when all is done. Every piece is given back
 * by finish(). */
static bool take(struct walk *walk, struct piece *ret_piece)
{
	bool found;

	pthread_mutex_lock(&walk->lock);
	while (walk->stack_count == 0 && walk->busy > 0)
		pthread_cond_wait(&walk->changed, &walk->lock);
	found = walk->stack_count > 0;
	if (found) {
		*ret_piece = walk->stack[--walk->stack_count];
		walk->busy++;
	}
	pthread_mutex_unlock(&walk->lock);
	return found;
}

static void finish(struct walk *walk)
{
	pthread_mutex_lock(&walk->lock);
	if (--walk->busy == 0)
		pthread_cond_broadcast(&walk->changed);
	pthread_mutex_unlock(&walk->lock);
}

/* A decimal number and nothing else; false for "." and "self". */
static bool to_number(const char *name, uint32_t *ret_number)
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
static bool may_hold_sockets(const struct walk *walk, uint32_t pid)
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

/* Who this is, read through the open descriptor directory, from which prefix leads to its folder: that stays this process's even when its pid is given to
 * another, so that nothing of a stranger is ever taken for the holder's. */
static void add_process(struct finds *finds, int fddir, const char *prefix, uint32_t pid)
{
	struct walk *walk = finds->walk;
	struct found_process found;

	if (finds->room == NULL)
		finds->room = malloc(sizeof *finds->room);
	if (finds->room == NULL) {
		fail(walk, ENOMEM);
		return;
	}
	if (!lsp_process_read(fddir, prefix, pid, walk->want, finds->room, &found.process)) {
		if (errno != ENOENT && errno != ESRCH)
			fail(walk, errno);
		return; /* else it ended meanwhile; its sockets are gone or held by others */
	}
	finds->processes =
		grow(walk, finds->processes, finds->process_count, &finds->process_capacity, sizeof *finds->processes);
	if (finds->process_count < finds->process_capacity && keep_strings(&found.process, &found.strings))
		finds->processes[finds->process_count++] = found;
	else
		fail(walk, ENOMEM);
}

static void add_holder(struct finds *finds, uint64_t key, uint32_t pid, uint32_t fd)
{
	finds->holders =
		grow(finds->walk, finds->holders, finds->holder_count, &finds->holder_capacity, sizeof *finds->holders);
	if (finds->holder_count < finds->holder_capacity)
		finds->holders[finds->holder_count++] = (struct lsp_holder){key, pid, fd};
}

/* One descriptor. False when the process may not be looked into. */
static bool look_at(struct finds *finds, int fddir, uint32_t pid, uint32_t fd, const char *name, size_t *found)
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

static bool try_numbers(struct finds *finds, int fddir, uint32_t pid, uint32_t from, uint32_t to, size_t *found)
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

static bool try_listed(struct finds *finds, int fddir, uint32_t pid, const char *dirents, long size, size_t *found)
{
	long at = 0;

	while (at < size) {
		const struct dirent64 *entry = (const struct dirent64 *)(const void *)(dirents + at);
		uint32_t fd;

		at += entry->d_reclen;
		if (to_number(entry->d_name, &fd) && !look_at(finds, fddir, pid, fd, entry->d_name, found))
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
static bool list(struct finds *finds, int fddir, uint32_t pid, size_t *found)
{
	_Alignas(struct dirent64) char dirents[DIRENTS_SIZE];
	bool is_full, readable = true;
	long size;

	do {
		size = syscall(SYS_getdents64, fddir, dirents, sizeof dirents);
		/* a full buffer: somebody else may go on behind it while we look at this one */
		is_full = size > (long)(sizeof dirents - DIRENT_MAX);
		if (is_full)
			push(finds->walk, (struct piece){.pid = pid, .start = next_position(dirents, size)});
		if (size > 0)
			readable = try_listed(finds, fddir, pid, dirents, size, found);
	} while (readable && !is_full && size > FEW_DIRENTS);
	return readable;
}

/* The numbers of one piece, then, if it is the last, those above the count. */
static bool try_piece(struct finds *finds, int fddir, struct piece piece, size_t *found)
{
	uint32_t from = (uint32_t)piece.start, to = piece.count;

	if (to - from > TRIED_AT_ONCE) {
		to = from + TRIED_AT_ONCE;
		push(finds->walk, (struct piece){.pid = piece.pid, .start = to, .count = piece.count});
		return try_numbers(finds, fddir, piece.pid, from, to, found);
	}
	if (!try_numbers(finds, fddir, piece.pid, from, to, found))
		return false;
	/* the position in this folder is the number + 2 (proc_readfd_common, fs/proc/fd.c) */
	if (lseek(fddir, (off_t)to + 2, SEEK_SET) < 0)
		fail(finds->walk, errno);
	return list(finds, fddir, piece.pid, found);
}

static void walk_piece(struct finds *finds, struct piece piece)
{
	struct walk *walk = finds->walk;
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
			fail(walk, errno);
		return;
	}
	if (piece.count == 0 && piece.start > 0 && lseek(fddir, (off_t)piece.start, SEEK_SET) < 0)
		fail(walk, errno);
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
		if (!to_number(entry->d_name, &thread) || thread == pid)
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

/* They are rare, and looked for only while somebody is missing. */
static void walk_headless(struct finds *finds)
{
	struct walk *walk = finds->walk;
	struct piece piece;

	while (take(walk, &piece)) {
		int fddir = open_headless(walk->procfd, piece.pid);
		struct dirent *entry;
		size_t found = 0;
		uint32_t fd;
		DIR *dir;

		finish(walk);
		if (fddir < 0) {
			finds->blind += errno == EACCES || errno == EPERM;
			continue;
		}
		dir = fdopendir(fddir);
		while (dir != NULL && (entry = readdir(dir)) != NULL) {
			if (to_number(entry->d_name, &fd) && !look_at(finds, fddir, piece.pid, fd, entry->d_name, &found))
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

/* Until nothing is left, or looks_max has been reached. */
static void work(struct finds *finds, size_t looks_max)
{
	struct piece piece;

	while (finds->looks < looks_max && take(finds->walk, &piece)) {
		walk_piece(finds, piece);
		finish(finds->walk);
	}
}

static void *work_to_end(void *arg)
{
	work(arg, SIZE_MAX);
	return NULL;
}

/* Every process, as a piece of its own. False when /proc cannot be listed: errno says why, 0: it is empty. */
static bool list_processes(struct walk *walk)
{
	int fd = openat(walk->procfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	struct dirent *entry;
	uint32_t pid;

	if (dir == NULL) {
		if (fd >= 0)
			close(fd);
		return false;
	}
	while ((entry = readdir(dir)) != NULL) {
		if (to_number(entry->d_name, &pid))
			push(walk, (struct piece){.pid = pid});
	}
	closedir(dir);
	errno = 0;
	return walk->stack_count > 0;
}

/* The kernel's own /proc, new enough. Another's numbers and positions may mean something else. */
static bool tells_count(int procfd)
{
	struct statfs filesystem;

	return fstatfs(procfd, &filesystem) == 0 && filesystem.f_type == PROC_SUPER_MAGIC && lsp_kernel_is_since(6, 2);
}

static unsigned core_count(void)
{
	cpu_set_t cores;
	int count = sched_getaffinity(0, sizeof cores, &cores) == 0 ? CPU_COUNT(&cores) : 1;

	return count < THREADS_MAX ? (unsigned)count : THREADS_MAX;
}

/* Alone first; with the others when there is much. Returns how many elements of finds were used. */
static unsigned walk_all(struct walk *walk, struct finds finds[THREADS_MAX])
{
	pthread_t threads[THREADS_MAX];
	unsigned count = 1, cores, i;

	finds[0] = (struct finds){.walk = walk};
	work(&finds[0], ALONE_MAX);
	cores = finds[0].looks >= ALONE_MAX ? core_count() : 1;
	for (i = 1; i < cores; i++) {
		finds[count] = (struct finds){.walk = walk};
		if (pthread_create(&threads[count], NULL, work_to_end, &finds[count]) == 0)
			count++; /* refused: fewer of us do the same work */
	}
	work_to_end(&finds[0]);
	for (i = 1; i < count; i++)
		pthread_join(threads[i], NULL);
	return count;
}

static void merge(struct lsp_snapshot *snapshot, struct finds *finds)
{
	size_t i;

	for (i = 0; i < finds->holder_count; i++)
		lsp_snapshot_add_holder(snapshot, &finds->holders[i]);
	for (i = 0; i < finds->process_count; i++) {
		lsp_snapshot_add_process(snapshot, &finds->processes[i].process);
		free(finds->processes[i].strings);
	}
	snapshot->blind += finds->blind;
	free(finds->holders);
	free(finds->processes);
	free(finds->room);
}

enum lsp_err lsp_procfd_read(int procfd, struct lsp_snapshot *snapshot, const uint64_t *keys, size_t key_count,
			     unsigned want, struct lsp_fault *ret_fault)
{
	struct walk walk = {.procfd = procfd,
			    .want = want,
			    .lock = PTHREAD_MUTEX_INITIALIZER,
			    .changed = PTHREAD_COND_INITIALIZER};
	struct finds finds[THREADS_MAX];
	enum lsp_err err = LSP_OK;
	unsigned count, i;

	if (!lsp_keyset_make(&walk.wanted, keys, key_count)) {
		lsp_keyset_free(&walk.wanted);
		return lsp_linux_fault(ret_fault, "walk of /proc", ENOMEM);
	}
	walk.tells_count = tells_count(procfd);
	if (list_processes(&walk)) {
		count = walk_all(&walk, finds);
		if (!lsp_keyset_all_found(&walk.wanted) && list_processes(&walk))
			walk_headless(&finds[0]);
		for (i = 0; i < count; i++)
			merge(snapshot, &finds[i]);
		if (!lsp_keyset_all_found(&walk.wanted))
			lsp_sight_read(procfd, snapshot);
	} else if (errno == 0 || errno == ENOENT || errno == ENOTDIR) {
		snapshot->notes |= LSP_NOTE_NO_HOLDERS;
		err = lsp_linux_fault(ret_fault, "/proc", ENOSYS);
	} else {
		err = lsp_linux_fault(ret_fault, "/proc", errno);
	}
	if (atomic_load(&walk.failed))
		err = lsp_linux_fault(ret_fault, "walk of /proc", atomic_load(&walk.os_code));
	free(walk.stack);
	lsp_keyset_free(&walk.wanted);
	pthread_mutex_destroy(&walk.lock);
	pthread_cond_destroy(&walk.changed);
	return err;
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
