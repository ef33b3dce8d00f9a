/*
 * terminate.c - a grip on one process: a handle, which names a process and not a number.
 *
 * Windows has no signals. TERM ends a process at once, as KILL does (TerminateProcess: nothing in it runs any more), but
 * services are asked to stop through the service manager instead, and those that need them before. While the handle is
 * open nobody else gets the pid, so every check is "look, then ask the handle".
 */
#include "win.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include <windows.h>

#include "iptable_read.h"
#include "services.h"

#define SYSTEM_PID 4
#define EXIT_CODE 1 /* what those who wait for the process are told */
#define LOOK_EVERY_MS 20
#define ENDING_MS 200 /* from the end of a process's threads to its own */

struct lsp_grip {
	HANDLE handle;
	uint32_t pid;
	bool may_end; /* the handle lets us terminate */
	struct lsp_service_io io;
	struct lsp_service_list services; /* that run in it */
	bool *is_stopping; /* they were asked to stop */
};

static bool has_ended(HANDLE handle)
{
	return WaitForSingleObject(handle, 0) == WAIT_OBJECT_0;
}

static enum lsp_err gone(struct lsp_fault *ret_fault, const char *op)
{
	return lsp_windows_fault(ret_fault, op, ERROR_INVALID_PARAMETER);
}

/* 0 or an error of Windows. Whom we may not terminate we may still look at, and perhaps stop its services. */
static uint32_t open_process(uint32_t pid, HANDLE *ret_handle, bool *ret_may_end)
{
	const DWORD look = PROCESS_QUERY_LIMITED_INFORMATION | SYNCHRONIZE;

	*ret_handle = OpenProcess(PROCESS_TERMINATE | look, FALSE, pid);
	*ret_may_end = *ret_handle != NULL;
	if (*ret_handle == NULL && GetLastError() == ERROR_ACCESS_DENIED)
		*ret_handle = OpenProcess(look, FALSE, pid);
	return *ret_handle != NULL ? 0 : GetLastError();
}

static uint64_t birth_of(HANDLE handle)
{
	FILETIME creation, end, kernel, user;

	if (!GetProcessTimes(handle, &creation, &end, &kernel, &user))
		return 0;
	return (uint64_t)creation.dwHighDateTime << 32 | creation.dwLowDateTime;
}

enum lsp_err lsp_terminate_grip(uint32_t pid, uint64_t birth, struct lsp_grip **ret_grip, struct lsp_fault *ret_fault)
{
	struct lsp_grip *grip;
	uint32_t os_code;

	if (pid == 0)
		return gone(ret_fault, "OpenProcess");
	grip = calloc(1, sizeof *grip);
	if (grip == NULL || (grip->is_stopping = calloc(1, sizeof *grip->is_stopping)) == NULL) {
		free(grip);
		return lsp_windows_fault(ret_fault, "OpenProcess", ERROR_OUTOFMEMORY);
	}
	grip->pid = pid;
	os_code = open_process(pid, &grip->handle, &grip->may_end);
	if (os_code == 0 && (birth_of(grip->handle) != birth || has_ended(grip->handle)))
		os_code = ERROR_INVALID_PARAMETER;
	if (os_code != 0) {
		lsp_terminate_release(grip);
		return lsp_windows_fault(ret_fault, "OpenProcess", os_code);
	}
	grip->io = lsp_services_open(&os_code);
	if (os_code == 0)
		lsp_services_of(&grip->io, pid, &grip->services);
	*ret_grip = grip;
	return LSP_OK;
}

bool lsp_terminate_is_sure(const struct lsp_grip *grip)
{
	return grip->handle != NULL;
}

/* The socket is looked for again: what somebody else holds by now has another pid in its key. */
enum lsp_err lsp_terminate_holds(const struct lsp_grip *grip, const uint64_t *keys, size_t key_count,
				 struct lsp_fault *ret_fault)
{
	const struct lsp_hint hint = {.protos = LSP_PROTO_ALL, .states = LSP_STATE_ALL};
	bool *still = calloc(key_count + 1, sizeof *still), holds = false;
	enum lsp_err err;
	size_t i;

	if (still == NULL)
		return lsp_windows_fault(ret_fault, "GetExtendedTcpTable", LSP_WIN_NOT_ENOUGH_MEMORY);
	err = lsp_iptable_still(&lsp_iptable_native, &hint, keys, key_count, still, ret_fault);
	for (i = 0; err == LSP_OK && i < key_count; i++)
		holds |= still[i] && lsp_iptable_pid(keys[i]) == grip->pid;
	free(still);
	if (err == LSP_OK && (!holds || has_ended(grip->handle)))
		return gone(ret_fault, "GetExtendedTcpTable");
	return err;
}

/* Windows stops with it: csrss, wininit, and services that are set up so. Windows 8.1 and later tell; mingw's headers do
 * not know the call. */
bool lsp_terminate_is_critical(void *handle)
{
	union {
		FARPROC any;
		BOOL(WINAPI *call)(HANDLE, BOOL *);
	} found = {.any = GetProcAddress(GetModuleHandleW(L"kernel32.dll"), "IsProcessCritical")};
	BOOL critical = FALSE;

	return found.any != NULL && found.call(handle, &critical) && critical;
}

/* One that ends or has ended meanwhile answers "access denied" to TerminateProcess. */
static enum lsp_err terminate(const struct lsp_grip *grip, struct lsp_fault *ret_fault)
{
	uint32_t os_code;

	if (TerminateProcess(grip->handle, EXIT_CODE))
		return LSP_OK;
	os_code = GetLastError();
	if (os_code == ERROR_ACCESS_DENIED && WaitForSingleObject(grip->handle, ENDING_MS) == WAIT_OBJECT_0)
		return gone(ret_fault, "TerminateProcess");
	return lsp_windows_fault(ret_fault, "TerminateProcess", os_code);
}

enum lsp_err lsp_terminate_end(const struct lsp_grip *grip, int signal, struct lsp_fault *ret_fault)
{
	enum lsp_err err;
	bool ended;

	if (has_ended(grip->handle))
		return gone(ret_fault, "TerminateProcess");
	if (signal != LSP_SIGNAL_KILL && grip->services.count > 0) {
		err = lsp_services_step(&grip->io, &grip->services, grip->pid, &ended, ret_fault);
		*grip->is_stopping = err == LSP_OK;
		return err;
	}
	*grip->is_stopping = false;
	if (grip->pid == SYSTEM_PID || !grip->may_end || lsp_terminate_is_critical(grip->handle))
		return lsp_windows_fault(ret_fault, "TerminateProcess", ERROR_ACCESS_DENIED);
	return terminate(grip, ret_fault);
}

/* A process of several services outlives one that was stopped in it. */
static bool is_over(const struct lsp_grip *grip)
{
	struct lsp_fault fault;
	bool ended = false;

	if (has_ended(grip->handle))
		return true;
	return *grip->is_stopping &&
	       lsp_services_step(&grip->io, &grip->services, grip->pid, &ended, &fault) == LSP_OK && ended;
}

bool lsp_terminate_ended(const struct lsp_grip *grip, unsigned limit_ms)
{
	uint64_t until = lsp_system_now_ms() + limit_ms, now;

	if (!*grip->is_stopping)
		return WaitForSingleObject(grip->handle, limit_ms) == WAIT_OBJECT_0;
	for (;;) {
		if (is_over(grip))
			return true;
		now = lsp_system_now_ms();
		if (now >= until)
			return false;
		WaitForSingleObject(grip->handle, until - now < LOOK_EVERY_MS ? (DWORD)(until - now) : LOOK_EVERY_MS);
	}
}

void lsp_terminate_release(struct lsp_grip *grip)
{
	if (grip == NULL)
		return;
	lsp_services_close(&grip->io);
	if (grip->handle != NULL)
		CloseHandle(grip->handle);
	free(grip->is_stopping);
	free(grip);
}

static bool is_word(const char *name, const char *word)
{
	while (*name != '\0' && toupper((unsigned char)*name) == *word) {
		name++;
		word++;
	}
	return *name == *word;
}

bool lsp_terminate_signal_of(const char *name, int *ret_signal)
{
	static const struct {
		const char *words[3];
		int signal;
	} signals[] = {{{"TERM", "SIGTERM", "15"}, LSP_SIGNAL_TERM}, {{"KILL", "SIGKILL", "9"}, LSP_SIGNAL_KILL}};
	size_t i, j;

	for (i = 0; i < sizeof signals / sizeof *signals; i++) {
		for (j = 0; j < 3; j++) {
			if (!is_word(name, signals[i].words[j]))
				continue;
			*ret_signal = signals[i].signal;
			return true;
		}
	}
	return false;
}
