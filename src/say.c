/*
 * say.c - see say.h.
 */
#include "say.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <lsports/language.h>

#include "view/escape.h"

static void say(const char *format, va_list args)
{
	char line[2048];
	struct lsp_sink sink;

	vsnprintf(line, sizeof line, format, args);
	lsp_sink_open(&sink, stderr);
	lsp_sink_word(&sink, "lsports: ");
	lsp_escape_text(&sink, line, strlen(line));
	lsp_sink_byte(&sink, '\n');
	lsp_sink_close(&sink);
	fflush(stderr);
}

void lsp_say(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(format, args);
	va_end(args);
}

bool lsp_say_usage(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(format, args);
	va_end(args);
	return false;
}

int lsp_say_written(int code)
{
	bool failed = ferror(stdout) != 0;

	failed |= fflush(stdout) != 0;
	failed |= fclose(stdout) != 0;
	if (failed && errno != EPIPE)
		lsp_say(_("cannot write: %s"), errno != 0 ? strerror(errno) : _("output error"));
	return failed ? 5 : code;
}
