/*
 * calls.c - the calls that decide nothing, on the system itself: what no script can play (rights, accounts, services).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <windows.h>

#include "account.h"
#include "process_read.h"
#include "services.h"

static bool debugs(DWORD *ret_attributes)
{
	union {
		TOKEN_PRIVILEGES all;
		uint8_t bytes[4096];
	} room;
	DWORD len, i;
	HANDLE token;
	LUID luid;

	assert_true(OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token));
	assert_true(GetTokenInformation(token, TokenPrivileges, &room, sizeof room, &len));
	CloseHandle(token);
	assert_true(LookupPrivilegeValueW(NULL, L"SeDebugPrivilege", &luid));
	for (i = 0; i < room.all.PrivilegeCount; i++) {
		if (memcmp(&room.all.Privileges[i].Luid, &luid, sizeof luid) == 0) {
			*ret_attributes = room.all.Privileges[i].Attributes;
			return true;
		}
	}
	return false;
}

/* An administrator's right to look into the processes of others is turned on. */
static void test_rights(void **state)
{
	struct lsp_process_calls calls;
	DWORD attributes;

	(void)state;
	if (!debugs(&attributes)) {
		print_message("not shown: this user is no administrator\n");
		skip();
	}
	lsp_process_native_close(lsp_process_native_open(&calls));
	assert_true(debugs(&attributes));
	assert_true((attributes & SE_PRIVILEGE_ENABLED) != 0);
}

/* Of the system, of this machine, and one that was deleted. */
static void test_accounts(void **state)
{
	SID_IDENTIFIER_AUTHORITY nt = {SECURITY_NT_AUTHORITY};
	char name[64], small[8] = "1234567";
	PSID system, deleted;

	(void)state;
	assert_true(AllocateAndInitializeSid(&nt, 1, SECURITY_LOCAL_SYSTEM_RID, 0, 0, 0, 0, 0, 0, 0, &system));
	assert_true(AllocateAndInitializeSid(&nt, 5, SECURITY_NT_NON_UNIQUE, 1, 2, 3, 9999, 0, 0, 0, &deleted));
	assert_true(lsp_account_name(system, name, sizeof name));
	assert_string_equal(name, "SYSTEM");
	assert_true(lsp_account_name(deleted, name, sizeof name));
	assert_string_equal(name, "S-1-5-21-1-2-3-9999");
	assert_true(lsp_account_name(deleted, small, 5));
	assert_string_equal(small, "S-1-");
	assert_int_equal(small[5], '6');
	FreeSid(system);
	FreeSid(deleted);
}

/* wine.sh has started some: each once, in a process that there is, which is told to run it. */
static void test_services(void **state)
{
	struct lsp_process_calls calls;
	struct lsp_process_native *native = lsp_process_native_open(&calls);
	struct lsp_running_service *all;
	struct lsp_service_list list;
	struct lsp_service_io io;
	uint32_t os_code;
	size_t count, i, j;

	(void)state;
	io = lsp_services_open(&os_code);
	assert_int_equal(os_code, 0);
	all = lsp_services_running(&io, &count);
	assert_true(count > 0);
	for (i = 0; i < count; i++) {
		char names[2048];
		bool is_there = false;

		for (j = 0; j < i; j++)
			assert_string_not_equal(all[i].name, all[j].name);
		assert_non_null(calls.listed(calls.self, all[i].pid));
		lsp_services_of(&io, all[i].pid, &list);
		for (j = 0; j < list.count; j++)
			is_there |= strcmp(list.names[j], all[i].name) == 0;
		assert_true(is_there);
		assert_int_equal(calls.services(calls.self, all[i].pid, names, sizeof names), list.count);
		assert_non_null(strstr(names, all[i].name));
	}
	lsp_services_of(&io, GetCurrentProcessId(), &list);
	assert_int_equal(list.count, 0);
	free(all);
	lsp_services_close(&io);
	lsp_process_native_close(native);
}

/* Names that do not fit are cut, and nothing is written behind them. */
static void test_services_small_room(void **state)
{
	struct lsp_process_calls calls;
	struct lsp_process_native *native = lsp_process_native_open(&calls);
	struct lsp_running_service *all;
	struct lsp_service_io io;
	char names[8] = "1234567";
	uint32_t os_code;
	size_t count, size;

	(void)state;
	io = lsp_services_open(&os_code);
	all = lsp_services_running(&io, &count);
	assert_non_null(all);
	for (size = 1; size < sizeof names; size++) {
		calls.services(calls.self, all[0].pid, names, size);
		assert_true(strlen(names) < size);
	}
	assert_int_equal(names[7], '\0');
	free(all);
	lsp_services_close(&io);
	lsp_process_native_close(native);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rights),
		cmocka_unit_test(test_accounts),
		cmocka_unit_test(test_services),
		cmocka_unit_test(test_services_small_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
