/*
 * command_line.c - see command_line.h.
 */
#include "command_line.h"

#include <stdbool.h>

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* The program's name: to the blank, or between quotes; a backslash is nothing special. Returns where it ends. */
static size_t cut_program(const char *line, size_t len, char *ret_args, size_t *used)
{
	bool quoted = false;
	size_t at = 0;

	for (; at < len && (quoted || !is_blank(line[at])); at++) {
		if (line[at] == '"')
			quoted = !quoted;
		else
			ret_args[(*used)++] = line[at];
	}
	ret_args[(*used)++] = '\0';
	return at;
}

/* Backslashes are themselves but before a quote: there two are one, and an odd one makes the quote a character. Within
 * quotes, two quotes are one character. Returns where the argument ends. */
static size_t cut_argument(const char *line, size_t len, size_t at, char *ret_args, size_t *used)
{
	bool quoted = false;

	while (at < len && (quoted || !is_blank(line[at]))) {
		size_t slashes = 0, i;

		while (at + slashes < len && line[at + slashes] == '\\')
			slashes++;
		at += slashes;
		if (at == len || line[at] != '"') {
			for (i = 0; i < slashes; i++)
				ret_args[(*used)++] = '\\';
			if (at < len && (quoted || !is_blank(line[at])))
				ret_args[(*used)++] = line[at++];
			continue;
		}
		for (i = 0; i < slashes / 2; i++)
			ret_args[(*used)++] = '\\';
		if (slashes % 2 != 0) {
			ret_args[(*used)++] = '"';
		} else if (quoted && at + 1 < len && line[at + 1] == '"') {
			ret_args[(*used)++] = '"';
			at++;
		} else {
			quoted = !quoted;
		}
		at++;
	}
	ret_args[(*used)++] = '\0';
	return at;
}

size_t lsp_command_line_cut(const char *line, size_t len, char *ret_args)
{
	size_t used = 0, at;

	if (len == 0)
		return 0;
	at = cut_program(line, len, ret_args, &used);
	for (;;) {
		while (at < len && is_blank(line[at]))
			at++;
		if (at == len)
			return used;
		at = cut_argument(line, len, at, ret_args, &used);
	}
}
