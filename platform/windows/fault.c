/*
 * fault.c - a Windows or Winsock error becomes a word that decides. The only place on Windows that does.
 */
#include "win.h"

#include <stdio.h>

#include <lsports/language.h>

static enum lsp_err err_of(uint32_t os_code)
{
	switch (os_code) {
	case LSP_WIN_ACCESS_DENIED:
	case LSP_WIN_PRIVILEGE_NOT_HELD:
	case LSP_WSA_EACCES:
		return LSP_DENIED;
	case LSP_WIN_INVALID_PARAMETER: /* OpenProcess: no process has this number */
	case LSP_WIN_NOT_FOUND:
	case LSP_WIN_PROCESS_ABORTED:
		return LSP_GONE;
	case LSP_WIN_CALL_NOT_IMPLEMENTED:
	case LSP_WIN_INVALID_FUNCTION:
	case LSP_WIN_NOT_SUPPORTED: /* GetExtendedTcpTable: IPv6 is not installed */
	case LSP_WIN_PROC_NOT_FOUND:
	case LSP_WSA_EAFNOSUPPORT:
	case LSP_WSA_EOPNOTSUPP:
	case LSP_WSA_EPFNOSUPPORT:
	case LSP_WSA_EPROTONOSUPPORT:
	case LSP_WSA_ESOCKTNOSUPPORT:
		return LSP_UNSUPPORTED;
	case LSP_WIN_INVALID_DATA:
		return LSP_MALFORMED;
	case LSP_WIN_INSUFFICIENT_BUFFER: /* each time that we asked */
		return LSP_TORN;
	case LSP_WSA_EADDRINUSE:
		return LSP_IN_USE;
	case LSP_WSA_EADDRNOTAVAIL:
		return LSP_NO_ADDRESS;
	default:
		return LSP_IO;
	}
}

enum lsp_err lsp_windows_fault(struct lsp_fault *ret_fault, const char *op, uint32_t os_code)
{
	*ret_fault = (struct lsp_fault){.err = err_of(os_code), .os_code = (int)os_code, .op = op};
	lsp_windows_message(os_code, ret_fault->detail, sizeof ret_fault->detail);
	if (ret_fault->detail[0] == '\0')
		snprintf(ret_fault->detail, sizeof ret_fault->detail, _("Windows error %lu"), (unsigned long)os_code);
	return ret_fault->err;
}
