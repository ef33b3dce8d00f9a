/*
 * procfd_walk.h - what the walk of /proc/PID/fd and the look at one process share: pieces of work, handed on among
 * threads, and what each thread found.
 */
#ifndef LSP_LINUX_PROCFD_WALK_H
#define LSP_LINUX_PROCFD_WALK_H

#include <pthread.h>
#include <stdatomic.h>

#include "keyset.h"
#include "linux.h"

/* What is to be looked at in one go. Without a count: the folder of a process, from this position on (getdents64(2),
 * d_off). With one: its numbers from start on, TRIED_AT_ONCE of them; the last such piece lists those above as well. */
struct lsp_piece {
	int64_t start;
	uint32_t pid, count;
};

struct lsp_walk {
	int procfd;
	unsigned want;	  /* enum lsp_process_want */
	bool tells_count; /* the size of PID/fd is the number of its descriptors */
	struct lsp_keyset wanted;
	pthread_mutex_t lock; /* guards the stack and the count below */
	pthread_cond_t changed;
	struct lsp_piece *stack;
	size_t stack_count, stack_capacity;
	unsigned busy; /* threads that look at a piece, and may hand one on */
	atomic_bool failed; /* out of memory or descriptors: the walk is incomplete */
	atomic_int os_code;
};

/* What one thread found; merged when all have ended. */
struct lsp_finds {
	struct lsp_walk *walk;
	struct lsp_holder *holders;
	size_t holder_count, holder_capacity;
	struct lsp_found_process {
		struct lsp_process process;
		void *strings; /* that it points into */
	} *processes;
	size_t process_count, process_capacity;
	struct lsp_process_room *room;
	size_t blind;
	size_t looks; /* links and processes looked at */
};

/* --- procfd.c ---------------------------------------------------------------------------------------------------- */

/* The walk is incomplete from now on, and why. */
void lsp_walk_fail(struct lsp_walk *walk, int os_code);

/* The array, moved where it must be so that one more fits; as it was when there is no memory, which is noted. */
void *lsp_walk_grow(struct lsp_walk *walk, void *array, size_t count, size_t *capacity, size_t size);

/* Hands a piece on to whoever comes first. */
void lsp_walk_push(struct lsp_walk *walk, struct lsp_piece piece);

/* The next piece. Waits while others may still hand one on; false when all is done. Each is given back by
 * lsp_walk_finish. */
bool lsp_walk_take(struct lsp_walk *walk, struct lsp_piece *ret_piece);
void lsp_walk_finish(struct lsp_walk *walk);

/* --- procfd_look.c ----------------------------------------------------------------------------------------------- */

/* A decimal number and nothing else; false for "." and "self". */
bool lsp_proc_number(const char *name, uint32_t *ret_number);

void lsp_look_piece(struct lsp_finds *finds, struct lsp_piece piece);

/* Takes every piece, each a process, and looks at those whose first thread ended. They are rare, and looked for only
 * while somebody is missing. */
void lsp_look_headless(struct lsp_finds *finds);

#endif
