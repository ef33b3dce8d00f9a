/*
 * process_read.h - who holds the sockets, and what of those processes may be known. Decides only; the calls are in
 * process_calls.c. No header of Windows is needed.
 */
#ifndef LSP_WINDOWS_PROCESS_READ_H
#define LSP_WINDOWS_PROCESS_READ_H

#include <lsports/backend.h>

#include "iptable_read.h"

#define LSP_UNITS_MAX 32768u /* UTF-16 units of the longest path and command line, NUL included */

/* What anybody may know of every process. */
struct lsp_listed {
	uint32_t pid, parent;
	uint16_t file[260]; /* name of the program's file, ended by 0 */
};

/* What the system is asked; the tests play it. */
struct lsp_process_calls {
	/* 0 and a handle that stays this process, whoever gets its pid; or an error of Windows. */
	uint32_t (*open)(void *self, uint32_t pid, void **ret_handle);
	void (*close)(void *self, void *handle);
	bool (*is_alive)(void *self, void *handle);
	/* 100 ns since 1601-01-01 UTC. 0: not told. */
	uint64_t (*created)(void *self, void *handle);
	/* Each writes a text of at most max units and returns its length; 0: not told. */
	size_t (*image)(void *self, void *handle, uint16_t *ret_units, size_t max);
	size_t (*command_line)(void *self, void *handle, uint16_t *ret_units, size_t max);
	/* "anna", "DOMAIN\anna". False: not told. */
	bool (*user)(void *self, void *handle, char *ret_name, size_t size);
	/* NULL: there is none of this pid. */
	const struct lsp_listed *(*listed)(void *self, uint32_t pid);
	/* The names of the services that run in a process, ", " between. How many there are. */
	size_t (*services)(void *self, uint32_t pid, char *ret_names, size_t size);
	/* Those that stop with the services of a process; "" when there are none. */
	void (*dependants)(void *self, uint32_t pid, char *ret_names, size_t size);
	/* Windows says that it stops with this process. */
	bool (*is_critical)(void *self, void *handle);
	/* "C:\\Windows\\System32"; "" when it is not told. */
	void (*system_folder)(void *self, char *ret_path, size_t size);
	void *self;
};

/* The system itself. What it remembers from call to call is freed by lsp_process_native_close. */
struct lsp_process_native;
struct lsp_process_native *lsp_process_native_open(struct lsp_process_calls *ret_calls); /* NULL: no memory */
void lsp_process_native_close(struct lsp_process_native *native);

/* See backend.h, holders(). Sockets are read again while the processes are held: a key that is still there then belongs to
 * the very process that is held. */
enum lsp_err lsp_process_holders(const struct lsp_process_calls *calls, const struct lsp_iptable_calls *tables,
				 struct lsp_snapshot *snapshot, const uint64_t *keys, size_t key_count, unsigned want,
				 struct lsp_fault *ret_fault);

/* See backend.h, process(). */
enum lsp_err lsp_process_add(const struct lsp_process_calls *calls, struct lsp_snapshot *snapshot, uint32_t pid,
			     unsigned want, struct lsp_fault *ret_fault);

#endif
