/*
 * vital.c - see vital.h. Those that the restart manager of Windows never closes either (rstrtmgr.dll's own list).
 */
#include "vital.h"

#include <stddef.h>
#include <string.h>

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_same(const char *a, const char *b, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (lower(a[i]) != lower(b[i]))
			return false;
	}
	return true;
}

static bool is_in(const char *exe, const char *folder, const char *name)
{
	size_t len = strlen(folder), name_len = strlen(name);

	return strlen(exe) == len + 1 + name_len && is_same(exe, folder, len) && exe[len] == '\\' &&
	       is_same(exe + len + 1, name, name_len);
}

bool lsp_is_vital(const char *name, const char *exe, const char *system_folder)
{
	static const char *const names[] = {"smss.exe",	    "csrss.exe",    "wininit.exe", "services.exe",
					    "lsass.exe", "winlogon.exe", "logonui.exe"};
	size_t i;

	for (i = 0; i < sizeof names / sizeof *names; i++) {
		if (exe != NULL ? is_in(exe, system_folder, names[i]) :
				  name != NULL && strlen(name) == strlen(names[i]) && is_same(name, names[i], strlen(name)))
			return true;
	}
	return false;
}
