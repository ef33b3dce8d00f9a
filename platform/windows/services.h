/*
 * services.h - services that run in a process, and how they are stopped: by steps that decide, on calls that are given.
 */
#ifndef LSP_WINDOWS_SERVICES_H
#define LSP_WINDOWS_SERVICES_H

#include <stdbool.h>

#include "win.h"

#define LSP_SERVICE_NAME_MAX 772 /* 256 units of UTF-16 (CreateServiceW) as UTF-8, and NUL */
#define LSP_SERVICES_MAX 48	 /* in one process, or that need one service */

struct lsp_running_service {
	uint32_t pid;
	char name[LSP_SERVICE_NAME_MAX];
};

struct lsp_service_list {
	char names[LSP_SERVICES_MAX][LSP_SERVICE_NAME_MAX];
	size_t count;
};

/* The numbers of SERVICE_STATUS_PROCESS.dwCurrentState. */
enum lsp_service_state { LSP_SERVICE_STOPPED = 1, LSP_SERVICE_STOP_PENDING = 3, LSP_SERVICE_RUNNING = 4, LSP_SERVICE_PAUSED = 7 };

/* What is asked of the service manager. Each call answers 0 or an error of Windows. */
struct lsp_service_io {
	uint32_t (*stop)(void *self, const char *name);
	uint32_t (*status)(void *self, const char *name, uint32_t *ret_state, uint32_t *ret_pid);
	/* Those that run and need it, the one to stop first first. */
	uint32_t (*dependants)(void *self, const char *name, struct lsp_service_list *ret_list);
	void *self;
};

/* One step towards the end of these services, as far as they run in pid: what needs them is stopped first. It does not
 * wait. *ret_ended: none of them runs there any more. An error is final: DENIED; UNSUPPORTED: it cannot be stopped. */
enum lsp_err lsp_services_step(const struct lsp_service_io *io, const struct lsp_service_list *list, uint32_t pid,
			       bool *ret_ended, struct lsp_fault *ret_fault);

/* Writes the names of all that a stop of these services would stop as well: "B, C"; "" when there are none. */
void lsp_services_dependants(const struct lsp_service_io *io, const struct lsp_service_list *list, char *ret_text, size_t size);

/* --- services_read.c: the service manager of this machine ---------------------------------------------------- */

/* Opens it; self is NULL when that fails, with the error. Close it with lsp_services_close. */
struct lsp_service_io lsp_services_open(uint32_t *ret_os_code);
void lsp_services_close(struct lsp_service_io *io);

/* All that run now, to be freed; NULL, and 0 of them, when they cannot be listed. */
struct lsp_running_service *lsp_services_running(const struct lsp_service_io *io, size_t *ret_count);

/* Those of them that run in a process. */
void lsp_services_of(const struct lsp_service_io *io, uint32_t pid, struct lsp_service_list *ret_list);

#endif
