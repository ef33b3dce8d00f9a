/*
 * fault_calls.c - the system's words for its errors, and the proof that win.h has its numbers.
 */
#include <winsock2.h>

#include <windows.h>

#include "utf16.h"
#include "win.h"

#define IS(ours, theirs) _Static_assert((ours) == (theirs), "win.h: " #ours)
IS(LSP_WIN_INVALID_FUNCTION, ERROR_INVALID_FUNCTION);
IS(LSP_WIN_ACCESS_DENIED, ERROR_ACCESS_DENIED);
IS(LSP_WIN_NOT_ENOUGH_MEMORY, ERROR_NOT_ENOUGH_MEMORY);
IS(LSP_WIN_INVALID_DATA, ERROR_INVALID_DATA);
IS(LSP_WIN_NOT_SUPPORTED, ERROR_NOT_SUPPORTED);
IS(LSP_WIN_INVALID_PARAMETER, ERROR_INVALID_PARAMETER);
IS(LSP_WIN_CALL_NOT_IMPLEMENTED, ERROR_CALL_NOT_IMPLEMENTED);
IS(LSP_WIN_INSUFFICIENT_BUFFER, ERROR_INSUFFICIENT_BUFFER);
IS(LSP_WIN_PROC_NOT_FOUND, ERROR_PROC_NOT_FOUND);
IS(LSP_WIN_PROCESS_ABORTED, ERROR_PROCESS_ABORTED);
IS(LSP_WIN_NOT_FOUND, ERROR_NOT_FOUND);
IS(LSP_WIN_PRIVILEGE_NOT_HELD, ERROR_PRIVILEGE_NOT_HELD);
IS(LSP_WSA_EACCES, WSAEACCES);
IS(LSP_WSA_EPROTONOSUPPORT, WSAEPROTONOSUPPORT);
IS(LSP_WSA_ESOCKTNOSUPPORT, WSAESOCKTNOSUPPORT);
IS(LSP_WSA_EOPNOTSUPP, WSAEOPNOTSUPP);
IS(LSP_WSA_EPFNOSUPPORT, WSAEPFNOSUPPORT);
IS(LSP_WSA_EAFNOSUPPORT, WSAEAFNOSUPPORT);
IS(LSP_WSA_EADDRINUSE, WSAEADDRINUSE);
IS(LSP_WSA_EADDRNOTAVAIL, WSAEADDRNOTAVAIL);

void lsp_windows_message(uint32_t os_code, char *ret_text, size_t size)
{
	uint16_t text[1024]; /* what does not fit is not told at all */
	DWORD len = FormatMessageW(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, NULL, os_code, 0,
				   (wchar_t *)text, sizeof text / sizeof *text, NULL);

	/* it ends in a full stop and a new line */
	while (len > 0 && (text[len - 1] <= ' ' || text[len - 1] == '.'))
		len--;
	lsp_utf8_of(text, len, ret_text, size);
}
