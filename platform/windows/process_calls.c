/*
 * process_calls.c - what Windows tells of processes. Every text of a strange process is taken with its length, never by
 * its end.
 */
#include <winsock2.h>

#include <windows.h>

#include <tlhelp32.h>
#include <winternl.h>

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "account.h"
#include "process_read.h"
#include "services.h"
#include "utf16.h"

#define PROCESSES_MAX (1u << 20)
#define ACCOUNTS_MAX 16 /* more different users hold sockets on few machines; the last one is asked for again */
#define SID_SIZE 68	/* SECURITY_MAX_SID_SIZE */

/* Not documented: the whole command line (Windows 8.1 and later), for which the least of rights are enough. */
#define COMMAND_LINE_CLASS 60

struct account {
	uint8_t sid[SID_SIZE];
	DWORD sid_len;
	char name[1024];
};

/* What is asked for once. */
struct lsp_process_native {
	struct lsp_listed *listed;
	size_t listed_count;
	bool has_listed;
	struct lsp_running_service *services;
	size_t service_count;
	bool has_services;
	struct account accounts[ACCOUNTS_MAX];
	size_t account_count;
};

static uint32_t open_process(void *self, uint32_t pid, void **ret_handle)
{
	HANDLE handle = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, pid);

	(void)self;
	if (handle == NULL)
		return GetLastError();
	*ret_handle = handle;
	return 0;
}

static void close_process(void *self, void *handle)
{
	(void)self;
	CloseHandle(handle);
}

/* One that ended with the code STILL_ACTIVE seems alive; nothing worse comes of it than a name of what ended just now. */
static bool is_alive(void *self, void *handle)
{
	DWORD code;

	(void)self;
	return GetExitCodeProcess(handle, &code) && code == STILL_ACTIVE;
}

static uint64_t created(void *self, void *handle)
{
	FILETIME start, end, kernel, user;

	(void)self;
	if (!GetProcessTimes(handle, &start, &end, &kernel, &user))
		return 0;
	return (uint64_t)start.dwHighDateTime << 32 | start.dwLowDateTime;
}

static size_t image(void *self, void *handle, uint16_t *ret_units, size_t max)
{
	DWORD len = (DWORD)max;

	(void)self;
	return QueryFullProcessImageNameW(handle, 0, (wchar_t *)ret_units, &len) ? len : 0;
}

/* ProcessBasicInformation and what it leads to, as far as winternl.h documents them for 64 bits: the PEB's address, in it
 * ProcessParameters, in these the CommandLine. Their names in that header differ from compiler to compiler. */
struct basic {
	LONG status;
	uint8_t *peb;
	void *reserved[4];
};
#define PEB_PARAMETERS 0x20
#define PARAMETERS_COMMAND_LINE 0x70
_Static_assert(offsetof(PEB, ProcessParameters) == PEB_PARAMETERS, "winternl.h: PEB");
_Static_assert(offsetof(RTL_USER_PROCESS_PARAMETERS, CommandLine) == PARAMETERS_COMMAND_LINE, "winternl.h: parameters");

static bool read_memory(HANDLE process, const void *at, void *ret_bytes, size_t size)
{
	SIZE_T got = 0;

	return ReadProcessMemory(process, at, ret_bytes, size, &got) && got == size;
}

/* Out of the process's own memory, which takes more rights. */
static size_t command_line_of_peb(HANDLE handle, uint16_t *ret_units, size_t max)
{
	DWORD pid = GetProcessId(handle);
	HANDLE process = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION | PROCESS_VM_READ, FALSE, pid);
	struct basic basic = {.peb = NULL};
	UNICODE_STRING text = {.Length = 0};
	uint8_t *parameters = NULL;
	size_t len = 0;

	/* while handle is open nobody else gets the pid */
	if (process == NULL)
		return 0;
	if (NtQueryInformationProcess(process, ProcessBasicInformation, &basic, sizeof basic, NULL) == 0 &&
	    basic.peb != NULL && read_memory(process, basic.peb + PEB_PARAMETERS, &parameters, sizeof parameters) &&
	    parameters != NULL && read_memory(process, parameters + PARAMETERS_COMMAND_LINE, &text, sizeof text) &&
	    text.Length / sizeof *ret_units <= max && read_memory(process, text.Buffer, ret_units, text.Length))
		len = text.Length / sizeof *ret_units;
	CloseHandle(process);
	return len;
}

static size_t command_line(void *self, void *handle, uint16_t *ret_units, size_t max)
{
	size_t size = sizeof(UNICODE_STRING) + max * sizeof *ret_units, len = 0;
	UNICODE_STRING *text = malloc(size); /* the characters stand behind it */

	(void)self;
	if (text != NULL && NtQueryInformationProcess(handle, (PROCESSINFOCLASS)COMMAND_LINE_CLASS, text, (ULONG)size, NULL) == 0 &&
	    text->Length / sizeof *ret_units <= max) {
		len = text->Length / sizeof *ret_units;
		memcpy(ret_units, text->Buffer, len * sizeof *ret_units);
	}
	free(text);
	return len > 0 ? len : command_line_of_peb(handle, ret_units, max);
}

static bool user(void *self, void *handle, char *ret_name, size_t size)
{
	struct lsp_process_native *native = self;
	union {
		TOKEN_USER user;
		uint8_t bytes[sizeof(TOKEN_USER) + SID_SIZE];
	} room;
	struct account *account;
	DWORD len;
	HANDLE token;
	bool is_told;
	size_t i;

	if (!OpenProcessToken(handle, TOKEN_QUERY, &token))
		return false;
	is_told = GetTokenInformation(token, TokenUser, &room, sizeof room, &len) != 0;
	CloseHandle(token);
	if (!is_told)
		return false;
	len = GetLengthSid(room.user.User.Sid);
	for (i = 0; i < native->account_count; i++) {
		account = &native->accounts[i];
		if (account->sid_len == len && memcmp(account->sid, room.user.User.Sid, len) == 0) {
			snprintf(ret_name, size, "%s", account->name);
			return true;
		}
	}
	if (!lsp_account_name(room.user.User.Sid, ret_name, size))
		return false;
	native->account_count += native->account_count < ACCOUNTS_MAX;
	account = &native->accounts[native->account_count - 1];
	account->sid_len = len;
	memcpy(account->sid, room.user.User.Sid, len);
	snprintf(account->name, sizeof account->name, "%s", ret_name);
	return true;
}

/* Adds one; false: no memory. */
static bool list_one(struct lsp_process_native *native, const PROCESSENTRY32W *entry, size_t *capacity)
{
	struct lsp_listed *listed;

	if (native->listed_count == *capacity) {
		*capacity = *capacity * 2 + 256;
		listed = realloc(native->listed, *capacity * sizeof *listed);
		if (listed == NULL)
			return false;
		native->listed = listed;
	}
	listed = &native->listed[native->listed_count++];
	listed->pid = entry->th32ProcessID;
	listed->parent = entry->th32ParentProcessID;
	_Static_assert(sizeof listed->file == sizeof entry->szExeFile, "process_read.h: file");
	memcpy(listed->file, entry->szExeFile, sizeof listed->file);
	return true;
}

static void list_processes(struct lsp_process_native *native)
{
	HANDLE all = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
	PROCESSENTRY32W entry = {.dwSize = sizeof entry};
	size_t capacity = 0;
	BOOL is_one;

	native->has_listed = true;
	if (all == INVALID_HANDLE_VALUE)
		return;
	for (is_one = Process32FirstW(all, &entry); is_one && native->listed_count < PROCESSES_MAX;
	     is_one = Process32NextW(all, &entry)) {
		if (!list_one(native, &entry, &capacity))
			break;
	}
	CloseHandle(all);
}

static const struct lsp_listed *listed(void *self, uint32_t pid)
{
	struct lsp_process_native *native = self;
	size_t i;

	if (!native->has_listed)
		list_processes(native);
	for (i = 0; i < native->listed_count; i++) {
		if (native->listed[i].pid == pid)
			return &native->listed[i];
	}
	return NULL;
}

static void list_services(struct lsp_process_native *native)
{
	uint32_t os_code;
	struct lsp_service_io io = lsp_services_open(&os_code);

	native->has_services = true;
	if (os_code == 0)
		native->services = lsp_services_running(&io, &native->service_count);
	lsp_services_close(&io);
}

static size_t services(void *self, uint32_t pid, char *ret_names, size_t size)
{
	struct lsp_process_native *native = self;
	size_t count = 0, used = 0, i;

	if (!native->has_services)
		list_services(native);
	ret_names[0] = '\0';
	for (i = 0; i < native->service_count; i++) {
		if (native->services[i].pid != pid)
			continue;
		if (used < size)
			used += (size_t)snprintf(ret_names + used, size - used, count > 0 ? ", %s" : "%s", native->services[i].name);
		count++;
	}
	return count;
}

static void dependants(void *self, uint32_t pid, char *ret_names, size_t size)
{
	struct lsp_service_list *list = malloc(sizeof *list);
	uint32_t os_code;
	struct lsp_service_io io = lsp_services_open(&os_code);

	(void)self;
	ret_names[0] = '\0';
	if (list != NULL && os_code == 0) {
		lsp_services_of(&io, pid, list);
		lsp_services_dependants(&io, list, ret_names, size);
	}
	lsp_services_close(&io);
	free(list);
}

static bool is_critical(void *self, void *handle)
{
	(void)self;
	return lsp_terminate_is_critical(handle);
}

static void system_folder(void *self, char *ret_path, size_t size)
{
	wchar_t path[MAX_PATH + 1];
	UINT len = GetSystemDirectoryW(path, MAX_PATH + 1);

	(void)self;
	lsp_utf8_of((const uint16_t *)path, len <= MAX_PATH ? len : 0, ret_path, size);
}

/* An administrator has the right to look into processes of others, but turned off (OpenProcess, OpenProcessToken:
 * SE_DEBUG_NAME). Others do not have it, and nothing changes for them. */
static void use_rights(void)
{
	TOKEN_PRIVILEGES wanted = {.PrivilegeCount = 1};
	HANDLE token;

	if (!OpenProcessToken(GetCurrentProcess(), TOKEN_ADJUST_PRIVILEGES, &token))
		return;
	wanted.Privileges[0].Attributes = SE_PRIVILEGE_ENABLED;
	if (LookupPrivilegeValueW(NULL, L"SeDebugPrivilege", &wanted.Privileges[0].Luid))
		AdjustTokenPrivileges(token, FALSE, &wanted, 0, NULL, NULL);
	CloseHandle(token);
}

struct lsp_process_native *lsp_process_native_open(struct lsp_process_calls *ret_calls)
{
	struct lsp_process_native *native = calloc(1, sizeof *native);

	if (native == NULL)
		return NULL;
	use_rights();
	*ret_calls = (struct lsp_process_calls){
		.open = open_process, .close = close_process, .is_alive = is_alive, .created = created, .image = image,
		.command_line = command_line, .user = user, .listed = listed, .services = services,
		.dependants = dependants, .is_critical = is_critical, .system_folder = system_folder, .self = native};
	return native;
}

void lsp_process_native_close(struct lsp_process_native *native)
{
	free(native->listed);
	free(native->services);
	free(native);
}
