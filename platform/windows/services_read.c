/*
 * services_read.c - the service manager of this machine, for services.c. Decides nothing.
 */
#include "services.h"

#include <stdlib.h>
#include <string.h>

#include <windows.h>

#include "utf16.h"

#define TRIES 4		      /* services start while they are listed */
#define TABLE_MAX (1024 * 1024)
#define PART_SIZE (64u * 1024) /* some 400 services */
#define SERVICES_MAX 65536

static uint32_t open_service(void *manager, const char *name, DWORD access, SC_HANDLE *ret_service)
{
	wchar_t wide[LSP_SERVICE_NAME_MAX];

	if (MultiByteToWideChar(CP_UTF8, 0, name, -1, wide, LSP_SERVICE_NAME_MAX) == 0)
		return GetLastError();
	*ret_service = OpenServiceW(manager, wide, access);
	return *ret_service != NULL ? 0 : GetLastError();
}

static uint32_t stop(void *self, const char *name)
{
	SERVICE_STATUS status;
	SC_HANDLE service;
	uint32_t os_code = open_service(self, name, SERVICE_STOP, &service);

	if (os_code != 0)
		return os_code;
	if (!ControlService(service, SERVICE_CONTROL_STOP, &status))
		os_code = GetLastError();
	CloseServiceHandle(service);
	return os_code;
}

static uint32_t status(void *self, const char *name, uint32_t *ret_state, uint32_t *ret_pid)
{
	SERVICE_STATUS_PROCESS now;
	SC_HANDLE service;
	DWORD needed;
	uint32_t os_code = open_service(self, name, SERVICE_QUERY_STATUS, &service);

	if (os_code != 0)
		return os_code;
	if (QueryServiceStatusEx(service, SC_STATUS_PROCESS_INFO, (BYTE *)&now, sizeof now, &needed)) {
		*ret_state = now.dwCurrentState;
		*ret_pid = now.dwProcessId;
	} else {
		os_code = GetLastError();
	}
	CloseServiceHandle(service);
	return os_code;
}

static void add_name(struct lsp_service_list *list, const wchar_t *name)
{
	if (list->count < LSP_SERVICES_MAX)
		lsp_utf8_of((const uint16_t *)name, wcslen(name), list->names[list->count++], LSP_SERVICE_NAME_MAX);
}

static uint32_t dependants(void *self, const char *name, struct lsp_service_list *ret_list)
{
	ENUM_SERVICE_STATUSW *table = NULL;
	SC_HANDLE service;
	DWORD size = 0, count = 0, i;
	uint32_t os_code = open_service(self, name, SERVICE_ENUMERATE_DEPENDENTS, &service);
	int tries;

	if (os_code != 0)
		return os_code;
	for (tries = 0; tries < TRIES; tries++) {
		DWORD needed = 0;

		os_code = EnumDependentServicesW(service, SERVICE_ACTIVE, table, size, &needed, &count) ? 0 : GetLastError();
		if (os_code != ERROR_MORE_DATA || needed > TABLE_MAX)
			break;
		free(table);
		size = needed;
		table = malloc(size);
		if (table == NULL)
			break;
	}
	for (i = 0; os_code == 0 && i < count; i++)
		add_name(ret_list, table[i].lpServiceName);
	free(table);
	CloseServiceHandle(service);
	return os_code;
}

struct lsp_service_io lsp_services_open(uint32_t *ret_os_code)
{
	SC_HANDLE manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_CONNECT | SC_MANAGER_ENUMERATE_SERVICE);

	*ret_os_code = manager != NULL ? 0 : GetLastError();
	return (struct lsp_service_io){.stop = stop, .status = status, .dependants = dependants, .self = manager};
}

void lsp_services_close(struct lsp_service_io *io)
{
	if (io->self != NULL)
		CloseServiceHandle(io->self);
	io->self = NULL;
}

/* Told in parts, whatever the size of the buffer: 256 KB of them at most in one (EnumServicesStatusExW). */
struct lsp_running_service *lsp_services_running(const struct lsp_service_io *io, size_t *ret_count)
{
	ENUM_SERVICE_STATUS_PROCESSW *part = malloc(PART_SIZE);
	struct lsp_running_service *all = NULL, *grown;
	DWORD missing, count = 0, resume = 0, i;
	bool is_last = false;
	size_t total = 0;

	while (part != NULL && !is_last) {
		is_last = EnumServicesStatusExW(io->self, SC_ENUM_PROCESS_INFO, SERVICE_WIN32, SERVICE_ACTIVE, (BYTE *)part,
						PART_SIZE, &missing, &count, &resume, NULL) != 0;
		if (!is_last && (GetLastError() != ERROR_MORE_DATA || count == 0 || total > SERVICES_MAX))
			break;
		grown = realloc(all, (total + count + 1) * sizeof *all);
		if (grown == NULL) {
			is_last = false;
			break;
		}
		all = grown;
		for (i = 0; i < count; i++) {
			const wchar_t *name = part[i].lpServiceName;

			all[total].pid = part[i].ServiceStatusProcess.dwProcessId;
			lsp_utf8_of((const uint16_t *)name, wcslen(name), all[total++].name, LSP_SERVICE_NAME_MAX);
		}
	}
	free(part);
	if (!is_last) { /* half a list would have a process seem to be of one service alone */
		free(all);
		all = NULL;
		total = 0;
	}
	*ret_count = total;
	return all;
}

void lsp_services_of(const struct lsp_service_io *io, uint32_t pid, struct lsp_service_list *ret_list)
{
	struct lsp_running_service *all;
	size_t count, i;

	all = lsp_services_running(io, &count);
	ret_list->count = 0;
	for (i = 0; i < count && ret_list->count < LSP_SERVICES_MAX; i++) {
		if (all[i].pid == pid)
			memcpy(ret_list->names[ret_list->count++], all[i].name, LSP_SERVICE_NAME_MAX);
	}
	free(all);
}
