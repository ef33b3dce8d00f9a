/*
 * system.c - this process, this host, time, the console, and what a person can do to see more.
 */
#include <winsock2.h>

#include <windows.h>

#include <iphlpapi.h>

#include <stdio.h>

#include <lsports/language.h>

#include "utf16.h"
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

void lsp_system_host_name(char *ret_name, size_t size)
{
	uint16_t name[256];
	DWORD len = sizeof name / sizeof *name;

	if (!GetComputerNameExW(ComputerNameDnsHostname, (wchar_t *)name, &len))
		len = 0;
	lsp_utf8_of(name, len, ret_name, size);
}

/* What the user gave the interface: "Ethernet", "Wi-Fi". Accounts have no numbers. */
void lsp_system_name_of(struct lsp_snapshot *snapshot, enum lsp_name_kind kind, uint32_t id)
{
	uint16_t alias[IF_MAX_STRING_SIZE + 1];
	char name[LSP_UTF8_MAX(IF_MAX_STRING_SIZE) + 1];
	NET_LUID luid;

	if (kind != LSP_NAME_INTERFACE || ConvertInterfaceIndexToLuid(id, &luid) != NO_ERROR ||
	    ConvertInterfaceLuidToAlias(&luid, (wchar_t *)alias, sizeof alias / sizeof *alias) != NO_ERROR)
		return;
	if (lsp_utf8_of(alias, wcslen((wchar_t *)alias), name, sizeof name) > 0)
		lsp_snapshot_add_name(snapshot, kind, id, name);
}

/* main_win.c has switched the console over before. */
void lsp_system_console(struct lsp_console *ret_console)
{
	HANDLE out = GetStdHandle(STD_OUTPUT_HANDLE);
	CONSOLE_SCREEN_BUFFER_INFO screen;
	DWORD mode;

	*ret_console = (struct lsp_console){.is_terminal = GetConsoleMode(out, &mode) != 0};
	if (!ret_console->is_terminal)
		return;
	ret_console->colour = (mode & ENABLE_VIRTUAL_TERMINAL_PROCESSING) != 0;
	/* the last column is left free: older consoles wrap there */
	if (GetConsoleScreenBufferInfo(out, &screen) && screen.srWindow.Right > screen.srWindow.Left)
		ret_console->width = (unsigned)(screen.srWindow.Right - screen.srWindow.Left);
}

/* GetTcpStatisticsEx: dwCurrEstab is the MIB's tcpCurrEstab, ESTABLISHED and CLOSE_WAIT (RFC 4022). */
void lsp_system_tcp_counters(struct lsp_tcp_counters *ret_counters)
{
	static const ULONG families[] = {AF_INET, AF_INET6};
	size_t i;

	*ret_counters = (struct lsp_tcp_counters){.has = 0};
	for (i = 0; i < 2; i++) {
		MIB_TCPSTATS stats;

		if (GetTcpStatisticsEx(&stats, families[i]) != NO_ERROR)
			continue; /* no such family here */
		ret_counters->connections += stats.dwCurrEstab;
		ret_counters->has = LSP_COUNTS_CONNECTIONS;
	}
}

static bool is_elevated(void)
{
	TOKEN_ELEVATION elevation = {.TokenIsElevated = 0};
	DWORD len;
	HANDLE token;

	if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token))
		return false;
	if (!GetTokenInformation(token, TokenElevation, &elevation, sizeof elevation, &len))
		elevation.TokenIsElevated = 0;
	CloseHandle(token);
	return elevation.TokenIsElevated != 0;
}

void lsp_system_way_out(char *ret_text, size_t size)
{
	snprintf(ret_text, size, "%s",
		 is_elevated() ? _("even an administrator may not: Windows protects such processes") :
				 _("run as administrator"));
}
