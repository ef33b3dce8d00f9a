/*
 * world_windows.c - see world.h and world_inet.c. A child is tests/windows/holder.exe, which LSPORTS_HOLDER names.
 *
 * Accounts have no numbers here, and nothing keeps a process from opening one more handle.
 */
#include "../world.h"
#include "../world_inet.h"

#include <inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the handle of a world_child points to. */
struct child {
	HANDLE process, orders, answers;
};

bool world_open(int family, int type, intptr_t *ret_handle)
{
	WSADATA data;
	SOCKET made;

	WSAStartup(MAKEWORD(2, 2), &data); /* any number of times */
	made = WSASocketW(family, type, 0, NULL, 0, WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT);
	*ret_handle = (intptr_t)made;
	return made != INVALID_SOCKET;
}

void world_drop(intptr_t handle)
{
	closesocket((SOCKET)handle);
}

uint32_t world_pid(void)
{
	return GetCurrentProcessId();
}

/* A line of the child, without its end. False: it has none more. */
static bool read_line(const struct child *child, char *ret_line, size_t size)
{
	size_t len = 0;
	DWORD got;
	char byte;

	while (len + 1 < size && ReadFile(child->answers, &byte, 1, &got, NULL) && got == 1 && byte != '\n')
		ret_line[len++] = byte;
	ret_line[len] = '\0';
	return len > 0;
}

static void free_child(struct child *child)
{
	if (child->process != NULL)
		CloseHandle(child->process);
	if (child->orders != NULL)
		CloseHandle(child->orders);
	if (child->answers != NULL)
		CloseHandle(child->answers);
	free(child);
}

/* Starts it with pipes; its ends of them are the only handles that it inherits. */
static bool spawn(struct child *child, uint32_t *ret_pid)
{
	SECURITY_ATTRIBUTES inherited = {.nLength = sizeof inherited, .bInheritHandle = TRUE};
	STARTUPINFOA start = {.cb = sizeof start, .dwFlags = STARTF_USESTDHANDLES};
	const char *holder = getenv("LSPORTS_HOLDER");
	PROCESS_INFORMATION made;
	char line[4096];
	bool ok;

	snprintf(line, sizeof line, "\"%s\" tcp:127.0.0.1:0", holder != NULL ? holder : "LSPORTS_HOLDER is not set");
	if (!CreatePipe(&start.hStdInput, &child->orders, &inherited, 0) ||
	    !CreatePipe(&child->answers, &start.hStdOutput, &inherited, 0))
		return false;
	SetHandleInformation(child->orders, HANDLE_FLAG_INHERIT, 0);
	SetHandleInformation(child->answers, HANDLE_FLAG_INHERIT, 0);
	start.hStdError = GetStdHandle(STD_ERROR_HANDLE);
	ok = CreateProcessA(NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &start, &made);
	CloseHandle(start.hStdInput);
	CloseHandle(start.hStdOutput);
	if (!ok)
		return false;
	CloseHandle(made.hThread);
	child->process = made.hProcess;
	*ret_pid = made.dwProcessId;
	return true;
}

bool world_start(struct world_child *ret_child)
{
	struct child *child = calloc(1, sizeof *child);
	char line[128];
	unsigned port;

	*ret_child = (struct world_child){.handle = (intptr_t)child};
	if (child == NULL)
		return false;
	if (!spawn(child, &ret_child->pid)) {
		free_child(child);
		return false;
	}
	if (!read_line(child, line, sizeof line) || sscanf(line, "tcp 127.0.0.1 %u", &port) != 1 ||
	    !read_line(child, line, sizeof line)) { /* "ready …" */
		world_finish(ret_child);
		return false;
	}
	ret_child->what = (struct lsp_socket){.proto = LSP_TCP,
					      .state = LSP_LISTEN,
					      .local_port = (uint16_t)port,
					      .local = {.family = LSP_INET4, .bytes = {127, 0, 0, 1}}};
	return true;
}

bool world_let_go(struct world_child *child)
{
	const struct child *at = (const struct child *)child->handle;
	char line[128];
	DWORD put;

	return WriteFile(at->orders, "close\n", 6, &put, NULL) && put == 6 && read_line(at, line, sizeof line) &&
	       strcmp(line, "closed") == 0;
}

bool world_runs(const struct world_child *child)
{
	return WaitForSingleObject(((const struct child *)child->handle)->process, 0) == WAIT_TIMEOUT;
}

void world_finish(struct world_child *child)
{
	struct child *at = (struct child *)child->handle;

	TerminateProcess(at->process, 1);
	WaitForSingleObject(at->process, INFINITE);
	free_child(at);
	child->handle = 0;
}

bool world_uid(uint32_t *ret_uid)
{
	(void)ret_uid;
	return false;
}

bool world_account(const char **ret_name, uint32_t *ret_uid)
{
	(void)ret_name, (void)ret_uid;
	return false;
}

bool world_starve(void (*body)(void), bool *ret_held)
{
	(void)body, (void)ret_held;
	return false;
}
