/*
 * procstat_parse.h - /proc/PID/stat and /proc/PID/status become facts. Bytes in, facts out; no I/O.
 */
#ifndef LSP_LINUX_PROCSTAT_PARSE_H
#define LSP_LINUX_PROCSTAT_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* proc_pid_stat(5). The kernel cuts the name at 15 bytes (TASK_COMM_LEN); any byte but NUL may be in it. */
struct lsp_procstat {
	const char *comm; /* points into the text, comm_len bytes, not ended by NUL */
	size_t comm_len;
	char state;	    /* 'R', 'S', 'Z' … */
	uint32_t parent;    /* 0: none in our pid namespace */
	uint32_t threads;   /* that live; a zombie with others is a process whose first thread ended */
	uint64_t flags;	    /* PF_* of the kernel's linux/sched.h */
	uint64_t starttime; /* clock ticks since boot */
};
#define LSP_PF_KTHREAD 0x00200000u

bool lsp_procstat_parse(const char *text, size_t len, struct lsp_procstat *ret_stat);

/* A zombie without a living thread, or what is about to vanish: holds nothing any more. */
bool lsp_procstat_is_dead(const struct lsp_procstat *stat);

/* The effective uid, of the line "Uid:" of /proc/PID/status. */
bool lsp_procstatus_parse_uid(const char *text, size_t len, uint32_t *ret_uid);

/* True when the line "NSpid:" of /proc/PID/status ends with 1 and names more than one namespace: the process is the init
 * of a nested one. */
bool lsp_procstatus_parse_is_init(const char *text, size_t len);

/* Whether the program's file name decides the name already, so that the arguments need not be read. */
bool lsp_process_is_named_by(const char *comm, size_t comm_len, const char *exe);

/* Which name tells a person most: see the .c file. Writes a NUL-ended string of at most size bytes.
 * exe may be NULL; argv: argv_len bytes, arguments ended by NUL, may be NULL. */
void lsp_process_pick_name(const char *comm, size_t comm_len, const char *exe, const char *argv, size_t argv_len,
			   char *ret_name, size_t size);

#endif
