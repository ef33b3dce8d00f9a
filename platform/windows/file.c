/*
 * file.c - a file is replaced whole or not at all: ReplaceFileW keeps what the old one's rights and attributes were,
 * MoveFileExW gives a new one its name (learn.microsoft.com/windows/win32/api/winbase).
 */
#include <windows.h>

#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>

#include <lsports/language.h>

#include "win.h"

enum { TRIES_MAX = 100, PATH_MAX_UNITS = 32768 };

static enum lsp_err refuse(struct lsp_fault *ret_fault, const char *why)
{
	enum lsp_err err = lsp_windows_fault(ret_fault, "open", LSP_WIN_NOT_SUPPORTED);

	snprintf(ret_fault->detail, sizeof ret_fault->detail, "%s", why);
	return err;
}

/* Whether something stands there that may be replaced. */
static enum lsp_err look_at(const wchar_t *path, bool *ret_is_there, struct lsp_fault *ret_fault)
{
	DWORD is = GetFileAttributesW(path), os_code = GetLastError();

	*ret_is_there = is != INVALID_FILE_ATTRIBUTES;
	if (!*ret_is_there && os_code == ERROR_PATH_NOT_FOUND)
		return refuse(ret_fault, _("there is no such folder"));
	if (!*ret_is_there)
		return os_code == ERROR_FILE_NOT_FOUND ? LSP_OK : lsp_windows_fault(ret_fault, "open", os_code);
	if ((is & FILE_ATTRIBUTE_REPARSE_POINT) != 0)
		return refuse(ret_fault, _("it is a symbolic link; name the file that it leads to"));
	if ((is & FILE_ATTRIBUTE_DIRECTORY) != 0)
		return refuse(ret_fault, _("it is a folder"));
	if ((is & FILE_ATTRIBUTE_DEVICE) != 0)
		return refuse(ret_fault, _("it is no plain file; - is standard output"));
	return LSP_OK;
}

static HANDLE create_beside(const wchar_t *path, wchar_t *ret_beside)
{
	HANDLE file = INVALID_HANDLE_VALUE;
	int i;

	for (i = 0; i < TRIES_MAX && file == INVALID_HANDLE_VALUE; i++) {
		if (_snwprintf(ret_beside, PATH_MAX_UNITS - 1, L"%ls.lsports-%lu-%d", path, GetCurrentProcessId(), i) < 0) {
			SetLastError(ERROR_BUFFER_OVERFLOW);
			break;
		}
		file = CreateFileW(ret_beside, GENERIC_WRITE, 0, NULL, CREATE_NEW, FILE_ATTRIBUTE_NORMAL, NULL);
		if (file == INVALID_HANDLE_VALUE && GetLastError() != ERROR_FILE_EXISTS)
			break;
	}
	return file;
}

static bool write_all(HANDLE file, const char *text, size_t len)
{
	while (len > 0) {
		DWORD written, part = len < 1u << 20 ? (DWORD)len : 1u << 20;

		if (!WriteFile(file, text, part, &written, NULL))
			return false;
		text += written;
		len -= written;
	}
	return FlushFileBuffers(file) != 0;
}

static bool take_place(const wchar_t *path, const wchar_t *beside, bool is_there)
{
	if (is_there)
		return ReplaceFileW(path, beside, NULL, REPLACEFILE_IGNORE_MERGE_ERRORS, NULL, NULL) != 0;
	return MoveFileExW(beside, path, MOVEFILE_WRITE_THROUGH) != 0;
}

static enum lsp_err replace(const wchar_t *path, wchar_t *beside, bool is_there, const char *text, size_t len,
			    struct lsp_fault *ret_fault)
{
	HANDLE file = create_beside(path, beside);
	const char *op = "write";
	DWORD os_code;
	bool done;

	if (file == INVALID_HANDLE_VALUE)
		return lsp_windows_fault(ret_fault, "open", GetLastError());
	done = write_all(file, text, len);
	os_code = GetLastError();
	CloseHandle(file);
	if (done) {
		op = "rename";
		done = take_place(path, beside, is_there);
		os_code = GetLastError();
	}
	if (done)
		return LSP_OK;
	DeleteFileW(beside);
	return lsp_windows_fault(ret_fault, op, os_code);
}

enum lsp_err lsp_file_replace(const char *path, const char *text, size_t len, struct lsp_fault *ret_fault)
{
	wchar_t *wide = malloc(PATH_MAX_UNITS * sizeof *wide), *beside = calloc(PATH_MAX_UNITS, sizeof *beside);
	bool is_there = false;
	enum lsp_err err;

	if (wide == NULL || beside == NULL)
		err = lsp_windows_fault(ret_fault, "open", LSP_WIN_NOT_ENOUGH_MEMORY);
	else if (MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, path, -1, wide, PATH_MAX_UNITS) == 0)
		err = lsp_windows_fault(ret_fault, "open", GetLastError());
	else
		err = look_at(wide, &is_there, ret_fault);
	if (err == LSP_OK && text != NULL)
		err = replace(wide, beside, is_there, text, len, ret_fault);
	free(wide);
	free(beside);
	return err;
}
