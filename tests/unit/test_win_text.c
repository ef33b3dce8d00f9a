/*
 * test_win_text.c - UTF-16 and command lines.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "command_line.h"
#include "utf16.h"

static void test_utf8(void **state)
{
	/* the first and last character of each length, a pair of surrogates: the Unicode Standard, table 3-6 */
	static const struct {
		uint16_t units[8];
		size_t len;
		const char *text;
	} cases[] = {
		{{0}, 0, ""},
		{{'a', 'Z'}, 2, "aZ"},
		{{0x7f, 0x80}, 2, "\x7f\xc2\x80"},
		{{0x7ff, 0x800}, 2, "\xdf\xbf\xe0\xa0\x80"},
		{{0xffff}, 1, "\xef\xbf\xbf"},
		{{0xd800, 0xdc00}, 2, "\xf0\x90\x80\x80"},
		{{0xdbff, 0xdfff}, 2, "\xf4\x8f\xbf\xbf"},
		{{0xd83d, 0xde00, '!'}, 3, "\xf0\x9f\x98\x80!"},
		{{0xd83d, 'x'}, 2, "\xef\xbf\xbdx"},
		{{0xde00, 0xd83d}, 2, "\xef\xbf\xbd\xef\xbf\xbd"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof *cases; i++) {
		char text[32];
		size_t len = lsp_utf8_of(cases[i].units, cases[i].len, text, sizeof text);

		assert_string_equal(text, cases[i].text);
		assert_int_equal(len, strlen(cases[i].text));
	}
}

/* No character is cut in two, and the NUL always has room. */
static void test_utf8_cut(void **state)
{
	static const uint16_t units[] = {'a', 0x20ac, 0xd83d, 0xde00}; /* 1, 3 and 4 bytes */
	static const size_t lens[] = {0, 0, 1, 1, 1, 4, 4, 4, 4, 8};
	size_t size;

	(void)state;
	for (size = 1; size < sizeof lens / sizeof *lens; size++) {
		char text[16];

		memset(text, 'x', sizeof text);
		assert_int_equal(lsp_utf8_of(units, 4, text, size), lens[size]);
		assert_int_equal(text[lens[size]], '\0');
		assert_int_equal(text[size], 'x');
	}
}

/* From the table of Microsoft's "Parsing C command-line arguments"; "|" stands for NUL. */
static void test_command_line(void **state)
{
	static const struct {
		const char *line, *args;
	} cases[] = {
		{"", ""},
		{"p", "p|"},
		{"p a b", "p|a|b|"},
		{"p  \t a ", "p|a|"},
		{"p \"a b c\" d e", "p|a b c|d|e|"},
		{"p \"ab\\\"c\" \"\\\\\" d", "p|ab\"c|\\|d|"},
		{"p a\\\\\\b d\"e f\"g h", "p|a\\\\\\b|de fg|h|"},
		{"p a\\\\\\\"b c d", "p|a\\\"b|c|d|"},
		{"p a\\\\\\\\\"b c\" d e", "p|a\\\\b c|d|e|"},
		{"p a\"b\"\" c d", "p|ab\" c d|"},
		{"p \"\" x", "p||x|"},
		{"p \"open", "p|open|"},
		{"\"C:\\a b\\p.exe\" -x", "C:\\a b\\p.exe|-x|"},
		{"C:\\dir\\p.exe C:\\dir\\", "C:\\dir\\p.exe|C:\\dir\\|"},
		{"\"p\"q r", "pq|r|"},
		{" a", "|a|"},
	};
	size_t i, j;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof *cases; i++) {
		char args[64];
		size_t len = strlen(cases[i].line), used = lsp_command_line_cut(cases[i].line, len, args);

		assert_int_equal(used, strlen(cases[i].args));
		assert_true(used <= len + 1);
		for (j = 0; j < used; j++)
			assert_int_equal(args[j], cases[i].args[j] == '|' ? '\0' : cases[i].args[j]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_utf8),
		cmocka_unit_test(test_utf8_cut),
		cmocka_unit_test(test_command_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
