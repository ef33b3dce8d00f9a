/*
 * system.c - this process, this host, time, and what a person can do to see more.
 */
#include <winsock2.h>

#include <windows.h>

#include "win.h"

uint32_t lsp_system_self(void)
{
	return GetCurrentProcessId();
}

void lsp_system_pause(unsigned ms)
{
	Sleep(ms);
}

uint64_t lsp_system_now_ms(void)
{
	return GetTickCount64();
}
