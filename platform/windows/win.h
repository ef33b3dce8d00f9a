/*
 * win.h - what the files of this backend share (not windows.h: that is the system's). Nothing here is known outside of
 * platform/windows, and no header of Windows is needed: what only decides is compiled and tested on other systems too.
 */
#ifndef LSP_WIN_H
#define LSP_WIN_H

#include <lsports/backend.h>

/* Errors of Windows and Winsock that decide something here: winerror.h. fault_calls.c holds them against that header. */
enum lsp_win_error {
	LSP_WIN_INVALID_FUNCTION = 1,
	LSP_WIN_ACCESS_DENIED = 5,
	LSP_WIN_NOT_ENOUGH_MEMORY = 8,
	LSP_WIN_INVALID_DATA = 13,
	LSP_WIN_NOT_SUPPORTED = 50,
	LSP_WIN_INVALID_PARAMETER = 87,
	LSP_WIN_CALL_NOT_IMPLEMENTED = 120,
	LSP_WIN_INSUFFICIENT_BUFFER = 122,
	LSP_WIN_PROC_NOT_FOUND = 127,
	LSP_WIN_PROCESS_ABORTED = 1067,
	LSP_WIN_NOT_FOUND = 1168,
	LSP_WIN_PRIVILEGE_NOT_HELD = 1314,
	LSP_WSA_EACCES = 10013,
	LSP_WSA_EPROTONOSUPPORT = 10043,
	LSP_WSA_ESOCKTNOSUPPORT = 10044,
	LSP_WSA_EOPNOTSUPP = 10045,
	LSP_WSA_EPFNOSUPPORT = 10046,
	LSP_WSA_EAFNOSUPPORT = 10047,
	LSP_WSA_EADDRINUSE = 10048,
	LSP_WSA_EADDRNOTAVAIL = 10049,
};

/* The one place where an error of Windows or Winsock becomes an enum lsp_err. Fills *ret_fault and returns its err. */
enum lsp_err lsp_windows_fault(struct lsp_fault *ret_fault, const char *op, uint32_t os_code);

/* What the system says of an error, in its own language; "" when it knows none. */
void lsp_windows_message(uint32_t os_code, char *ret_text, size_t size);

/* --- system.c: see backend.h --------------------------------------------------------------------- */

uint32_t lsp_system_self(void);
void lsp_system_pause(unsigned ms);
uint64_t lsp_system_now_ms(void);
void lsp_system_host_name(char *ret_name, size_t size);
void lsp_system_way_out(char *ret_text, size_t size);
void lsp_system_name_of(struct lsp_snapshot *snapshot, enum lsp_name_kind kind, uint32_t id);
void lsp_system_console(struct lsp_console *ret_console);
void lsp_system_tcp_counters(struct lsp_tcp_counters *ret_counters);

/* --- resolve.c: see backend.h -------------------------------------------------------------------------------- */

void lsp_resolve_hosts(struct lsp_snapshot *snapshot, const struct lsp_addr *addrs, size_t count, unsigned limit_ms);

/* --- terminate.c: see backend.h, grip and the calls behind it ----------------------------------------------- */

enum lsp_err lsp_terminate_grip(uint32_t pid, uint64_t birth, struct lsp_grip **ret_grip, struct lsp_fault *ret_fault);
bool lsp_terminate_is_sure(const struct lsp_grip *grip);
enum lsp_err lsp_terminate_holds(const struct lsp_grip *grip, const uint64_t *keys, size_t key_count,
				 struct lsp_fault *ret_fault);
enum lsp_err lsp_terminate_end(const struct lsp_grip *grip, int signal, struct lsp_fault *ret_fault);
bool lsp_terminate_ended(const struct lsp_grip *grip, unsigned limit_ms);
void lsp_terminate_release(struct lsp_grip *grip);
bool lsp_terminate_signal_of(const char *name, int *ret_signal);

/* handle: of the process, with PROCESS_QUERY_LIMITED_INFORMATION. */
bool lsp_terminate_is_critical(void *handle);

/* --- file.c: see backend.h ----------------------------------------------------------------------------------- */

enum lsp_err lsp_file_replace(const char *path, const char *text, size_t len, struct lsp_fault *ret_fault);

/* --- bind.c, links.c: see backend.h ------------------------------------------------------------------------- */

enum lsp_err lsp_bind_try(enum lsp_proto proto, const struct lsp_addr *addr, uint16_t port, enum lsp_way way,
			  struct lsp_fault *ret_fault);
void lsp_rules(struct lsp_rules *ret_rules);
enum lsp_err lsp_links_read(struct lsp_snapshot *snapshot, struct lsp_fault *ret_fault);

#endif
