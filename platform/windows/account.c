/*
 * account.c - see account.h. LookupAccountSidW may ask a domain's server, which takes its time: ask once for each account.
 */
#include "account.h"

#include <windows.h>

#include <sddl.h>

#include <stdint.h>
#include <string.h>

#include "utf16.h"

#define NAME_UNITS 257 /* UNLEN (lmcons.h) and NUL */

/* An account that was deleted, or whose domain does not answer, has this alone. */
static bool name_by_number(PSID sid, char *ret_name, size_t size)
{
	wchar_t *text;

	if (!ConvertSidToStringSidW(sid, &text))
		return false;
	lsp_utf8_of((const uint16_t *)text, wcslen(text), ret_name, size);
	LocalFree(text);
	return true;
}

bool lsp_account_name(void *sid, char *ret_name, size_t size)
{
	uint16_t name[NAME_UNITS], domain[NAME_UNITS], machine[MAX_COMPUTERNAME_LENGTH + 1];
	DWORD name_len = NAME_UNITS, domain_len = NAME_UNITS, machine_len = MAX_COMPUTERNAME_LENGTH + 1;
	SID_NAME_USE use;
	size_t used = 0;

	if (!LookupAccountSidW(NULL, sid, (wchar_t *)name, &name_len, (wchar_t *)domain, &domain_len, &use))
		return name_by_number(sid, ret_name, size);
	if (!GetComputerNameW((wchar_t *)machine, &machine_len))
		machine_len = 0;
	if (use == SidTypeUser && (domain_len != machine_len || memcmp(domain, machine, domain_len * sizeof *domain) != 0)) {
		used = lsp_utf8_of(domain, domain_len, ret_name, size - 1);
		ret_name[used++] = '\\';
	}
	lsp_utf8_of(name, name_len, ret_name + used, size - used);
	return true;
}
