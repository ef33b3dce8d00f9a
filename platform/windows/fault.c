/*
 * fault.c - a Windows or Winsock error becomes a word that decides. The only place on Windows that does.
 *
 * Winsock's numbers (10000 to 11999) and the system's share one list, winerror.h.
 */
#include "win.h"

#include <stdio.h>
#include <string.h>

#include <winsock2.h>

#include <windows.h>

#include "utf16.h"

static enum lsp_err err_of(uint32_t os_code)
{
	switch (os_code) {
	case ERROR_ACCESS_DENIED:
	case ERROR_PRIVILEGE_NOT_HELD:
	case WSAEACCES:
		return LSP_DENIED;
	case ERROR_INVALID_PARAMETER: /* OpenProcess: no process has this number */
	case ERROR_NOT_FOUND:
	case ERROR_PROCESS_ABORTED:
		return LSP_GONE;
	case ERROR_CALL_NOT_IMPLEMENTED:
	case ERROR_INVALID_FUNCTION:
	case ERROR_NOT_SUPPORTED:
	case ERROR_PROC_NOT_FOUND:
	case WSAEAFNOSUPPORT:
	case WSAEOPNOTSUPP:
	case WSAEPFNOSUPPORT:
	case WSAEPROTONOSUPPORT:
	case WSAESOCKTNOSUPPORT:
		return LSP_UNSUPPORTED;
	case ERROR_INVALID_DATA:
		return LSP_MALFORMED;
	case ERROR_INSUFFICIENT_BUFFER: /* each time that we asked */
		return LSP_TORN;
	case WSAEADDRINUSE:
		return LSP_IN_USE;
	case WSAEADDRNOTAVAIL:
		return LSP_NO_ADDRESS;
	default:
		return LSP_IO;
	}
}

enum lsp_err lsp_windows_fault(struct lsp_fault *ret_fault, const char *op, uint32_t os_code)
{
	wchar_t text[128];
	DWORD len = FormatMessageW(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, NULL, os_code, 0, text,
				   sizeof text / sizeof *text, NULL);

	while (len > 0 && (text[len - 1] <= L' ' || text[len - 1] == L'.'))
		len--;
	*ret_fault = (struct lsp_fault){.err = err_of(os_code), .os_code = (int)os_code, .op = op};
	if (len > 0)
		lsp_utf8_of((const uint16_t *)text, len, ret_fault->detail, sizeof ret_fault->detail);
	else
		snprintf(ret_fault->detail, sizeof ret_fault->detail, "Windows error %lu", (unsigned long)os_code);
	return ret_fault->err;
}
