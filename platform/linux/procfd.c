/*
 * procfd.c - who holds the sockets: the walk of /proc/PID/fd.
 *
 * The descriptors of every process are read, because a socket may have many holders. The work is cut into pieces of
 * some thousand descriptors, so that one process with 100,000 of them is spread over the cores as well as 10,000 small
 * processes are. What is done with a piece is procfd_look.
 */
#include "procfd_walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statfs.h>
#include <unistd.h>

#define THREADS_MAX 8
#define ALONE_MAX 2000 /* looks that are done before it pays to start threads: some 5 ms of work */

void lsp_walk_fail(struct lsp_walk *walk, int os_code)
{
	atomic_store(&walk->os_code, os_code);
	atomic_store(&walk->failed, true);
}

void *lsp_walk_grow(struct lsp_walk *walk, void *array, size_t count, size_t *capacity, size_t size)
{
	size_t wider = *capacity > 0 ? *capacity * 2 : 64;
	void *moved;

	if (count < *capacity)
		return array;
	moved = reallocarray(array, wider, size);
	if (moved == NULL) {
		lsp_walk_fail(walk, ENOMEM);
		return array;
	}
	*capacity = wider;
	return moved;
}

void lsp_walk_push(struct lsp_walk *walk, struct lsp_piece piece)
{
	pthread_mutex_lock(&walk->lock);
	walk->stack = lsp_walk_grow(walk, walk->stack, walk->stack_count, &walk->stack_capacity, sizeof *walk->stack);
	if (walk->stack_count < walk->stack_capacity)
		walk->stack[walk->stack_count++] = piece;
	pthread_cond_signal(&walk->changed);
	pthread_mutex_unlock(&walk->lock);
}

bool lsp_walk_take(struct lsp_walk *walk, struct lsp_piece *ret_piece)
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

void lsp_walk_finish(struct lsp_walk *walk)
{
	pthread_mutex_lock(&walk->lock);
	if (--walk->busy == 0)
		pthread_cond_broadcast(&walk->changed);
	pthread_mutex_unlock(&walk->lock);
}

/* Until nothing is left, or looks_max has been reached. */
static void work(struct lsp_finds *finds, size_t looks_max)
{
	struct lsp_piece piece;

	while (finds->looks < looks_max && lsp_walk_take(finds->walk, &piece)) {
		lsp_look_piece(finds, piece);
		lsp_walk_finish(finds->walk);
	}
}

static void *work_to_end(void *arg)
{
	work(arg, SIZE_MAX);
	return NULL;
}

/* Every process, as a piece of its own. False when /proc cannot be listed: errno says why, 0: it is empty. */
static bool list_processes(struct lsp_walk *walk)
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
		if (lsp_proc_number(entry->d_name, &pid))
			lsp_walk_push(walk, (struct lsp_piece){.pid = pid});
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
static unsigned walk_all(struct lsp_walk *walk, struct lsp_finds finds[THREADS_MAX])
{
	pthread_t threads[THREADS_MAX];
	unsigned count = 1, cores, i;

	finds[0] = (struct lsp_finds){.walk = walk};
	work(&finds[0], ALONE_MAX);
	cores = finds[0].looks >= ALONE_MAX ? core_count() : 1;
	for (i = 1; i < cores; i++) {
		finds[count] = (struct lsp_finds){.walk = walk};
		if (pthread_create(&threads[count], NULL, work_to_end, &finds[count]) == 0)
			count++; /* refused: fewer of us do the same work */
	}
	work_to_end(&finds[0]);
	for (i = 1; i < count; i++)
		pthread_join(threads[i], NULL);
	return count;
}

static void merge(struct lsp_snapshot *snapshot, struct lsp_finds *finds)
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
	struct lsp_walk walk = {.procfd = procfd,
			    .want = want,
			    .lock = PTHREAD_MUTEX_INITIALIZER,
			    .changed = PTHREAD_COND_INITIALIZER};
	struct lsp_finds finds[THREADS_MAX];
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
			lsp_look_headless(&finds[0]);
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
