/*
 * help.c - the --help text, made from the table of options.
 */
#include "options.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <lsports/language.h>

#include "core/mem.h"

struct text {
	char *bytes;
	size_t len, size;
};

static void put(struct text *text, const char *format, ...)
{
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(text->bytes + text->len, text->size - text->len, format, args);
	va_end(args);
	if (len > 0)
		text->len += (size_t)len;
	if (text->len >= text->size)
		text->len = text->size - 1;
}

static void put_option(struct text *text, const struct lsp_option *option)
{
	char left[48];

	snprintf(left, sizeof left, "%s%c%s%s%s%s%s", option->letter != 0 ? "-" : "  ",
		 option->letter != 0 ? option->letter : ' ', option->letter != 0 && option->name != NULL ? ", " : " ",
		 option->name != NULL ? "--" : "", option->name != NULL ? option->name : "",
		 option->argument != NULL ? " " : "", option->argument != NULL ? option->argument : "");
	if (strlen(left) > 26)
		put(text, "  %s\n  %-26s %s\n", left, "", _(option->help));
	else
		put(text, "  %-26s %s\n", left, _(option->help));
}

char *lsp_help_text(void)
{
	static const char *const titles[] = {
		[LSP_GROUP_QUESTION] = N_("Questions"),
		[LSP_GROUP_SELECT] = N_("Selecting"),
		[LSP_GROUP_SHOW] = N_("Showing"),
		[LSP_GROUP_KILL] = N_("With --kill"),
		[LSP_GROUP_AUDIT] = N_("With --audit"),
		[LSP_GROUP_NEXT] = N_("With --next"),
		[LSP_GROUP_HABIT] = N_("Accepted from other tools"),
	};
	struct text text = {.size = 16384};
	size_t count, group, i;
	const struct lsp_option *table = lsp_options(&count);

	text.bytes = lsp_alloc(text.size);
	put(&text, "%s",
	    _("usage: lsports [OPTION...] [PORT...]\n"
	      "What is open on this machine, and who holds it.\n\n"));
	put(&text, "PORT: 8000  8000-8100  80,443  :8000  http  tcp/53  53/udp  127.0.0.1:8000  [::1]:8000  *:8000\n");
	for (group = 0; group < sizeof titles / sizeof *titles; group++) {
		put(&text, "\n%s:\n", _(titles[group]));
		for (i = 0; i < count; i++) {
			if (table[i].group == group)
				put_option(&text, &table[i]);
		}
	}
	put(&text, "%s",
	    _("\nExit status: 0 found, 1 nothing found or not bindable, 2 wrong usage, 3 an owner was hidden and the\n"
	      "question needed it, 4 a port is still held, 5 the system failed us. The manual: man lsports;\n"
	      "on Windows, lsports.txt beside the program\n"));
	return text.bytes;
}
