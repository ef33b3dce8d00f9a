/*
 * file.c - a file is replaced whole or not at all: written beside under another name and to the disk, then moved in its
 * place (MoveFileEx), or put there with the old one's attributes and rights (ReplaceFile).
 */
#include <winsock2.h>

#include <windows.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "win.h"

enum { TRIES_MAX = 100, BESIDE_MAX = 48 };

/* Room behind for the name of what is written beside. NULL: no memory, or no UTF-8. free() it. */
static wchar_t *wide_of(const char *path)
{
	int len = MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, path, -1, NULL, 0);
	wchar_t *wide = len > 0 ? malloc(((size_t)len + BESIDE_MAX) * sizeof *wide) : NULL;

	if (wide != NULL)
		MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, path, -1, wide, len);
	return wide;
}

static enum lsp_err refuse(struct lsp_fault *ret_fault, const char *why)
{
	*ret_fault = (struct lsp_fault){.err = LSP_UNSUPPORTED, .op = "open"};
	snprintf(ret_fault->detail, sizeof ret_fault->detail, "%s", why);
	return LSP_UNSUPPORTED;
}

/* Whether something stands there that may be replaced. */
static enum lsp_err look_at(const wchar_t *path, bool *ret_is_there, struct lsp_fault *ret_fault)
{
	DWORD attributes = GetFileAttributesW(path), code = GetLastError();

	*ret_is_there = attributes != INVALID_FILE_ATTRIBUTES;
	if (!*ret_is_there && (code == ERROR_PATH_NOT_FOUND || code == ERROR_INVALID_NAME || code == ERROR_DIRECTORY))
		return refuse(ret_fault, "there is no such folder");
	if (!*ret_is_there && code != ERROR_FILE_NOT_FOUND)
		return lsp_windows_fault(ret_fault, "open", code);
	if (!*ret_is_there)
		return LSP_OK;
	if ((attributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0)
		return refuse(ret_fault, "it is a symbolic link; name the file that it leads to");
	if ((attributes & FILE_ATTRIBUTE_DIRECTORY) != 0)
		return refuse(ret_fault, "it is a folder");
	if ((attributes & FILE_ATTRIBUTE_DEVICE) != 0)
		return refuse(ret_fault, "it is no plain file; - is standard output");
	return LSP_OK;
}

/* A new file in the same folder; its name into ret_name, which has room for path and BESIDE_MAX. */
static HANDLE create_beside(const wchar_t *path, wchar_t *ret_name)
{
	const wchar_t *at, *name = path;
	HANDLE file = INVALID_HANDLE_VALUE;
	size_t len;
	int i;

	for (at = path; *at != L'\0'; at++) {
		if (*at == L'\\' || *at == L'/' || *at == L':')
			name = at + 1;
	}
	len = (size_t)(name - path);
	memcpy(ret_name, path, len * sizeof *path);
	for (i = 0; i < TRIES_MAX && file == INVALID_HANDLE_VALUE; i++) {
		swprintf(ret_name + len, BESIDE_MAX, L".lsports-%lu-%d", (unsigned long)GetCurrentProcessId(), i);
		file = CreateFileW(ret_name, GENERIC_WRITE, 0, NULL, CREATE_NEW, FILE_ATTRIBUTE_NORMAL, NULL);
		if (file == INVALID_HANDLE_VALUE && GetLastError() != ERROR_FILE_EXISTS)
			break;
	}
	return file;
}

static bool write_all(HANDLE file, const char *text, size_t len)
{
	while (len > 0) {
		DWORD piece = len < (1u << 20) ? (DWORD)len : 1u << 20, written = 0;

		if (!WriteFile(file, text, piece, &written, NULL) || written == 0)
			return false;
		text += written;
		len -= written;
	}
	return FlushFileBuffers(file) != 0;
}

static enum lsp_err replace(const wchar_t *path, bool is_there, const char *text, size_t len, wchar_t *beside,
			    struct lsp_fault *ret_fault)
{
	HANDLE file = create_beside(path, beside);
	const char *op = "write";
	bool done;
	DWORD code;

	if (file == INVALID_HANDLE_VALUE)
		return lsp_windows_fault(ret_fault, "open", GetLastError());
	done = write_all(file, text, len);
	code = GetLastError();
	CloseHandle(file);
	if (done) {
		op = "rename";
		done = is_there ? ReplaceFileW(path, beside, NULL, REPLACEFILE_IGNORE_MERGE_ERRORS, NULL, NULL) != 0 :
				  MoveFileExW(beside, path, MOVEFILE_WRITE_THROUGH) != 0;
		code = GetLastError();
	}
	if (done)
		return LSP_OK;
	DeleteFileW(beside);
	return lsp_windows_fault(ret_fault, op, code);
}

enum lsp_err lsp_file_replace(const char *path, const char *text, size_t len, struct lsp_fault *ret_fault)
{
	wchar_t *wide = wide_of(path), *beside = wide != NULL ? wide_of(path) : NULL;
	bool is_there = false;
	enum lsp_err err;

	if (beside == NULL)
		err = lsp_windows_fault(ret_fault, "open", wide == NULL ? GetLastError() : ERROR_NOT_ENOUGH_MEMORY);
	else
		err = look_at(wide, &is_there, ret_fault);
	if (err == LSP_OK && text != NULL)
		err = replace(wide, is_there, text, len, beside, ret_fault);
	free(beside);
	free(wide);
	return err;
}
