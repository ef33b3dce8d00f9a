/*
 * netsh_read.c - runs the netsh of this machine: by its full path, without a shell, for a bounded time and of bounded
 * output. What it says is parsed elsewhere.
 */
#include "netsh.h"

#include <stdio.h>
#include <stdlib.h>

#include <windows.h>

#define TIME_MAX_MS 3000 /* for all of them together */
#define PATH_UNITS 512
#define POLL_MS 5

struct run {
	HANDLE process, output;
};

static wchar_t *add_text(wchar_t *at, const wchar_t *end, const char *ascii)
{
	while (*ascii != '\0' && at < end)
		*at++ = (wchar_t)(unsigned char)*ascii++;
	*at = L'\0';
	return at;
}

/* The child gets the writing end and nothing else of ours: it is closed here before the next one starts. */
static bool spawn(const wchar_t *folder, const wchar_t *path, wchar_t *line, HANDLE output, PROCESS_INFORMATION *ret_process)
{
	STARTUPINFOW start = {.cb = sizeof start, .dwFlags = STARTF_USESTDHANDLES, .hStdOutput = output};

	return CreateProcessW(path, line, NULL, NULL, TRUE, CREATE_NO_WINDOW, NULL, folder, &start, ret_process) != 0;
}

static void *start(void *self, const char *arguments)
{
	SECURITY_ATTRIBUTES inherited = {.nLength = sizeof inherited, .bInheritHandle = TRUE};
	wchar_t folder[PATH_UNITS], path[PATH_UNITS + 16], line[PATH_UNITS];
	PROCESS_INFORMATION process;
	HANDLE output, writing;
	struct run *run = NULL;
	UINT len = GetSystemDirectoryW(folder, PATH_UNITS);

	(void)self;
	if (len == 0 || len >= PATH_UNITS)
		return NULL;
	swprintf(path, PATH_UNITS + 16, L"%ls\\netsh.exe", folder);
	add_text(add_text(line, line + PATH_UNITS - 1, "netsh "), line + PATH_UNITS - 1, arguments);
	if (!CreatePipe(&output, &writing, &inherited, 0))
		return NULL;
	SetHandleInformation(output, HANDLE_FLAG_INHERIT, 0);
	if (spawn(folder, path, line, writing, &process)) {
		CloseHandle(process.hThread);
		run = malloc(sizeof *run);
		if (run != NULL)
			*run = (struct run){process.hProcess, output};
		else
			CloseHandle(process.hProcess);
	}
	CloseHandle(writing);
	if (run == NULL)
		CloseHandle(output);
	return run;
}

/* 0 at the end, -1 when nothing came in time or it is too much. */
static long read_some(HANDLE output, uint64_t until, char *ret_bytes, size_t size)
{
	DWORD ready, got;

	for (;;) {
		if (!PeekNamedPipe(output, NULL, 0, NULL, &ready, NULL))
			return GetLastError() == ERROR_BROKEN_PIPE ? 0 : -1; /* its other end is closed */
		if (ready > 0)
			break;
		if (lsp_system_now_ms() >= until)
			return -1;
		Sleep(POLL_MS);
	}
	if (size == 0 || !ReadFile(output, ret_bytes, ready < size ? ready : (DWORD)size, &got, NULL))
		return -1;
	return (long)got;
}

static long collect(void *self, void *taken, char *ret_text, size_t size)
{
	uint64_t until = *(const uint64_t *)self, now;
	struct run *run = taken;
	DWORD code = 1;
	long used = 0, got;

	while ((got = read_some(run->output, until, ret_text + used, size - (size_t)used)) > 0)
		used += got;
	now = lsp_system_now_ms();
	if (got < 0 || WaitForSingleObject(run->process, now < until ? (DWORD)(until - now) : 0) != WAIT_OBJECT_0)
		TerminateProcess(run->process, 1);
	else
		GetExitCodeProcess(run->process, &code);
	CloseHandle(run->process);
	CloseHandle(run->output);
	free(run);
	return code == 0 ? used : -1;
}

void lsp_netsh_read(struct lsp_rules *ret_rules)
{
	uint64_t until = lsp_system_now_ms() + TIME_MAX_MS;
	const struct lsp_netsh_io io = {.start = start, .collect = collect, .self = &until};

	lsp_netsh_rules(&io, ret_rules);
}
