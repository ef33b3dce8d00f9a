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

#endif
