/*
 * win.h - what the files of this backend share (not windows.h: that is the system's). Nothing here is known outside of
 * platform/windows, and no header of Windows is needed: what only decides is compiled and tested on other systems too.
 */
#ifndef LSP_WIN_H
#define LSP_WIN_H

#include <lsports/backend.h>

/* The one place where an error of Windows or Winsock becomes an enum lsp_err. Fills *ret_fault and returns its err. */
enum lsp_err lsp_windows_fault(struct lsp_fault *ret_fault, const char *op, uint32_t os_code);

/* --- system.c, console.c: see backend.h --------------------------------------------------------------------- */

uint32_t lsp_system_self(void);
void lsp_system_pause(unsigned ms);
uint64_t lsp_system_now_ms(void);

/* --- terminate.c: see backend.h, grip and the calls behind it ----------------------------------------------- */

enum lsp_err lsp_terminate_grip(uint32_t pid, uint64_t birth, struct lsp_grip **ret_grip, struct lsp_fault *ret_fault);
bool lsp_terminate_is_sure(const struct lsp_grip *grip);
enum lsp_err lsp_terminate_holds(const struct lsp_grip *grip, const uint64_t *keys, size_t key_count,
				 struct lsp_fault *ret_fault);
enum lsp_err lsp_terminate_end(const struct lsp_grip *grip, int signal, struct lsp_fault *ret_fault);
bool lsp_terminate_ended(const struct lsp_grip *grip, unsigned limit_ms);
void lsp_terminate_release(struct lsp_grip *grip);
bool lsp_terminate_signal_of(const char *name, int *ret_signal);

/* --- bind.c, links.c: see backend.h ------------------------------------------------------------------------- */

enum lsp_err lsp_bind_try(enum lsp_proto proto, const struct lsp_addr *addr, uint16_t port, enum lsp_way way,
			  struct lsp_fault *ret_fault);
void lsp_rules(struct lsp_rules *ret_rules);
enum lsp_err lsp_links_read(struct lsp_snapshot *snapshot, struct lsp_fault *ret_fault);
size_t lsp_links_addresses(struct lsp_addr *ret_addrs, size_t max);

#endif
