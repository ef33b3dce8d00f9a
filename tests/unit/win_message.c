/*
 * win_message.c - the system's words for its errors, where there is no such system.
 */
#include <stdio.h>

#include "win.h"

void lsp_windows_message(uint32_t os_code, char *ret_text, size_t size)
{
	if (os_code == LSP_WIN_ACCESS_DENIED)
		snprintf(ret_text, size, "Access is denied");
	else
		ret_text[0] = '\0';
}
