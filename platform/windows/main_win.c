/*
 * main_win.c - where Windows starts the program: main() gets UTF-8 arguments, and a stdout that takes its bytes as they
 * are: "\n" stays one byte, and a console reads UTF-8 and ANSI colours. The console is shared with the shell, so that
 * what was changed there is put back.
 */
#include <winsock2.h>

#include <windows.h>

#include <fcntl.h>
#include <io.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>

#include "utf16.h"

#define BUFFER_SIZE (16 * 1024)

int main(int argc, char *argv[]);
int wmain(int argc, wchar_t *wargv[]);

/* What the console was before. */
struct before {
	UINT code_page; /* 0: none to put back */
	DWORD modes[2]; /* of stdout and stderr */
	bool has_mode[2];
};

static const DWORD streams[2] = {STD_OUTPUT_HANDLE, STD_ERROR_HANDLE};

static void console_open(struct before *before)
{
	int i;

	*before = (struct before){.code_page = 0};
	for (i = 0; i < 2; i++) {
		HANDLE stream = GetStdHandle(streams[i]);

		if (GetConsoleMode(stream, &before->modes[i]))
			before->has_mode[i] =
				SetConsoleMode(stream, before->modes[i] | ENABLE_VIRTUAL_TERMINAL_PROCESSING) != 0;
	}
	if (before->has_mode[0] || before->has_mode[1]) {
		before->code_page = GetConsoleOutputCP();
		SetConsoleOutputCP(CP_UTF8);
	}
}

static void console_close(const struct before *before)
{
	int i;

	for (i = 0; i < 2; i++) {
		if (before->has_mode[i])
			SetConsoleMode(GetStdHandle(streams[i]), before->modes[i]);
	}
	if (before->code_page != 0)
		SetConsoleOutputCP(before->code_page);
}

/* One block: the pointers, a NULL behind them, then the texts. NULL when there is no memory. */
static char **arguments_of(int argc, wchar_t *wargv[])
{
	size_t size = ((size_t)argc + 1) * sizeof(char *);
	char **argv, *at;
	int i;

	for (i = 0; i < argc; i++)
		size += LSP_UTF8_MAX(wcslen(wargv[i])) + 1;
	argv = malloc(size);
	if (argv == NULL)
		return NULL;
	at = (char *)(argv + argc + 1);
	for (i = 0; i < argc; i++) {
		size_t len = wcslen(wargv[i]);

		argv[i] = at;
		at += lsp_utf8_of((const uint16_t *)wargv[i], len, at, LSP_UTF8_MAX(len) + 1) + 1;
	}
	argv[argc] = NULL;
	return argv;
}

int wmain(int argc, wchar_t *wargv[])
{
	char **argv = arguments_of(argc, wargv);
	struct before before;
	int code;

	if (argv == NULL)
		return 5;
	_setmode(_fileno(stdout), _O_BINARY);
	_setmode(_fileno(stderr), _O_BINARY);
	/* else each byte goes to a console on its own, and a character of several is torn; who says a line flushes it */
	setvbuf(stdout, NULL, _IOFBF, BUFFER_SIZE);
	setvbuf(stderr, NULL, _IOFBF, BUFFER_SIZE);
	console_open(&before);
	code = main(argc, argv);
	fflush(stdout);
	fflush(stderr);
	console_close(&before);
	free(argv);
	return code;
}
