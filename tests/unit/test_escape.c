/*
 * test_escape.c - hostile bytes and the sink, the decoder and the display width behind it.
 *
 * Expected texts are written out by hand; nothing is compared with what the code itself says.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "view/escape.h"
#include "view/utf8.h"
#include "view/width.h"

struct hostile {
	const char *what, *bytes;
	const char *text, *json; /* json without its quotes */
	bool is_utf8;
};

#define FFFD "\xef\xbf\xbd"

static const struct hostile table[] = {
	{"empty", "", "", "", true},
	{"ascii", "nginx: worker", "nginx: worker", "nginx: worker", true},
	{"latin, kept", "caf\xc3\xa9", "caf\xc3\xa9", "caf\xc3\xa9", true},
	{"han, kept", "\xe4\xb8\xad\xe6\x96\x87", "\xe4\xb8\xad\xe6\x96\x87", "\xe4\xb8\xad\xe6\x96\x87", true},
	{"emoji, kept", "\xf0\x9f\x90\x99", "\xf0\x9f\x90\x99", "\xf0\x9f\x90\x99", true},
	{"last code point, kept", "\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf", true},
	{"quote and backslash", "a\"b\\c", "a\"b\\c", "a\\\"b\\\\c", true},
	{"newline, tab, return", "a\nb\tc\rd", "a\\nb\\tc\\rd", "a\\nb\\tc\\rd", true},
	{"escape sequence", "\x1b[2J\x1b]0;x\x07", "\\x1b[2J\\x1b]0;x\\x07", "\\u001b[2J\\u001b]0;x\\u0007", true},
	{"backspace, form feed", "\b\f", "\\x08\\x0c", "\\u0008\\u000c", true},
	{"DEL", "a\x7f", "a\\x7f", "a\\u007f", true},
	{"C1 CSI", "\xc2\x9b" "31m", "\\u009b31m", "\\u009b31m", true},
	{"C1 first, last; then NBSP", "\xc2\x80\xc2\x9f\xc2\xa0", "\\u0080\\u009f\xc2\xa0", "\\u0080\\u009f\xc2\xa0",
	 true},
	{"raw C1 byte", "\x9b" "31m", "\\x9b31m", FFFD "31m", false},
	{"right-to-left override", "cod\xe2\x80\xae" "exe", "cod\\u202eexe", "cod\\u202eexe", true},
	{"marks", "\xd8\x9c\xe2\x80\x8e\xe2\x80\x8f", "\\u061c\\u200e\\u200f", "\\u061c\\u200e\\u200f", true},
	{"embedding", "\xe2\x80\xaa\xe2\x80\xab\xe2\x80\xac\xe2\x80\xad", "\\u202a\\u202b\\u202c\\u202d",
	 "\\u202a\\u202b\\u202c\\u202d", true},
	{"isolates", "\xe2\x81\xa6\xe2\x81\xa7\xe2\x81\xa8\xe2\x81\xa9", "\\u2066\\u2067\\u2068\\u2069",
	 "\\u2066\\u2067\\u2068\\u2069", true},
	{"neighbours of the above, kept", "\xe2\x80\x90\xe2\x80\xaf\xe2\x81\xa5\xe2\x81\xaa",
	 "\xe2\x80\x90\xe2\x80\xaf\xe2\x81\xa5\xe2\x81\xaa", "\xe2\x80\x90\xe2\x80\xaf\xe2\x81\xa5\xe2\x81\xaa", true},
	{"line separators", "\xe2\x80\xa8\xe2\x80\xa9", "\\u2028\\u2029", "\\u2028\\u2029", true},
	{"byte order mark", "\xef\xbb\xbfx", "\\ufeffx", "\\ufeffx", true},
	{"lone continuation", "a\x80z", "a\\x80z", "a" FFFD "z", false},
	{"never a byte of UTF-8", "\xfe\xff", "\\xfe\\xff", FFFD FFFD, false},
	{"overlong slash, 2", "\xc0\xaf", "\\xc0\\xaf", FFFD FFFD, false},
	{"overlong slash, 3", "\xe0\x80\xaf", "\\xe0\\x80\\xaf", FFFD FFFD FFFD, false},
	{"overlong slash, 4", "\xf0\x80\x80\xaf", "\\xf0\\x80\\x80\\xaf", FFFD FFFD FFFD FFFD, false},
	{"surrogate", "\xed\xa0\x80", "\\xed\\xa0\\x80", FFFD FFFD FFFD, false},
	{"just below surrogates, kept", "\xed\x9f\xbf", "\xed\x9f\xbf", "\xed\x9f\xbf", true},
	{"above U+10FFFF", "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80", FFFD FFFD FFFD FFFD, false},
	{"truncated 2 of 3 at the end", "a\xe4\xb8", "a\\xe4\\xb8", "a" FFFD, false},
	{"truncated 3 of 4, then text", "\xf0\x9f\x90z", "\\xf0\\x9f\\x90z", FFFD "z", false},
	{"truncated by an escape", "\xc3\x1b[m", "\\xc3\\x1b[m", FFFD "\\u001b[m", false},
};

static void assert_sink(const struct lsp_sink *sink, const char *expected, const char *what)
{
	if (sink->used != strlen(expected) || memcmp(sink->bytes, expected, sink->used) != 0)
		fail_msg("%s: \"%.*s\" where \"%s\" is expected", what, (int)sink->used, sink->bytes, expected);
}

static void test_text(void **state)
{
	struct lsp_sink sink;
	size_t i;

	(void)state;
	lsp_sink_open(&sink, NULL);
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		sink.used = 0;
		lsp_escape_text(&sink, table[i].bytes, strlen(table[i].bytes));
		assert_sink(&sink, table[i].text, table[i].what);
	}
	sink.used = 0;
	lsp_escape_text(&sink, "a\0b", 3);
	assert_sink(&sink, "a\\x00b", "NUL inside");
	lsp_sink_close(&sink);
}

static void test_json(void **state)
{
	struct lsp_sink sink;
	char expected[128];
	size_t i;

	(void)state;
	lsp_sink_open(&sink, NULL);
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		sink.used = 0;
		if (lsp_escape_json(&sink, table[i].bytes, strlen(table[i].bytes)) != table[i].is_utf8)
			fail_msg("%s: wrong answer whether it is UTF-8", table[i].what);
		assert_int_equal(lsp_utf8_is(table[i].bytes, strlen(table[i].bytes)), table[i].is_utf8);
		strcpy(expected, "\"");
		strcat(strcat(expected, table[i].json), "\"");
		assert_sink(&sink, expected, table[i].what);
	}
	sink.used = 0;
	lsp_escape_hex(&sink, "\xff\x00Z", 3);
	assert_sink(&sink, "\"ff005a\"", "hex");
	lsp_sink_close(&sink);
}

/* Every pair of bytes: nothing that comes out may be a control, in either form. */
static void test_no_control_survives(void **state)
{
	struct lsp_sink sink;
	unsigned i;
	size_t at;

	(void)state;
	lsp_sink_open(&sink, NULL);
	for (i = 0; i < 0x10000; i++) {
		const char pair[2] = {(char)(i >> 8), (char)i};

		sink.used = 0;
		lsp_escape_text(&sink, pair, 2);
		lsp_escape_json(&sink, pair, 2);
		assert_true(lsp_utf8_is(sink.bytes, sink.used));
		for (at = 0; at < sink.used; at++) {
			unsigned char byte = (unsigned char)sink.bytes[at];

			assert_true(byte >= 0x20 && byte != 0x7f);
			assert_false(byte == 0xc2 && (unsigned char)sink.bytes[at + 1] < 0xa0);
		}
	}
	lsp_sink_close(&sink);
}

static void test_long(void **state)
{
	enum { LEN = 4096 };
	struct lsp_sink sink;
	char name[LEN];
	size_t i;

	(void)state;
	memset(name, '\x1b', LEN);
	lsp_sink_open(&sink, NULL);
	lsp_escape_text(&sink, name, LEN);
	assert_int_equal(sink.used, LEN * 4);
	for (i = 0; i < sink.used; i += 4)
		assert_memory_equal(sink.bytes + i, "\\x1b", 4);
	lsp_sink_close(&sink);
}

/* A stream's sink is emptied in blocks: nothing is lost or doubled where they meet. */
static void test_blocks(void **state)
{
	enum { LINES = 30000 };
	FILE *file = tmpfile();
	struct lsp_sink sink;
	char line[64];
	char *huge = malloc(200000);
	unsigned i, number;
	int c, letters = 0;

	(void)state;
	assert_non_null(file);
	assert_non_null(huge);
	memset(huge, 'x', 200000);
	lsp_sink_open(&sink, file);
	for (i = 0; i < LINES; i++) {
		lsp_sink_number(&sink, i);
		lsp_sink_byte(&sink, '\n');
	}
	lsp_sink_bytes(&sink, huge, 200000);
	lsp_sink_close(&sink);
	rewind(file);
	for (i = 0; i < LINES; i++) {
		assert_non_null(fgets(line, sizeof(line), file));
		number = (unsigned)strtoul(line, NULL, 10);
		assert_int_equal(number, i);
	}
	while ((c = getc(file)) == 'x')
		letters++;
	assert_int_equal(c, EOF);
	assert_int_equal(letters, 200000);
	fclose(file);
	free(huge);
}

static void test_number_and_time(void **state)
{
	static const struct {
		int64_t seconds;
		const char *text;
	} times[] = {
		{0, "1970-01-01T00:00:00Z"},
		{-1, "1969-12-31T23:59:59Z"},
		{951782400, "2000-02-29T00:00:00Z"},
		{951868800, "2000-03-01T00:00:00Z"},
		{1700000000, "2023-11-14T22:13:20Z"},
		{2147483648, "2038-01-19T03:14:08Z"},
		{4107542400, "2100-03-01T00:00:00Z"},
		{4107542399, "2100-02-28T23:59:59Z"},
		{253402300799, "9999-12-31T23:59:59Z"},
		{INT64_MAX, "9999-12-31T23:59:59Z"},
		{INT64_MIN, "0000-01-01T00:00:00Z"},
	};
	struct lsp_sink sink;
	size_t i;

	(void)state;
	lsp_sink_open(&sink, NULL);
	lsp_sink_number(&sink, 0);
	lsp_sink_blanks(&sink, 2);
	lsp_sink_number(&sink, UINT64_MAX);
	assert_sink(&sink, "0  18446744073709551615", "numbers");
	for (i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		sink.used = 0;
		lsp_sink_time(&sink, times[i].seconds);
		assert_sink(&sink, times[i].text, "time");
	}
	lsp_sink_close(&sink);
}

static void test_width(void **state)
{
	static const struct {
		const char *what, *text;
		size_t width;
	} widths[] = {
		{"empty", "", 0},
		{"ascii", "nginx", 5},
		{"latin", "caf\xc3\xa9", 4},
		{"latin, decomposed", "cafe\xcc\x81", 4},
		{"han", "\xe4\xb8\xad\xe6\x96\x87", 4},
		{"hiragana", "\xe3\x81\x82", 2},
		{"hangul syllable", "\xed\x95\x9c", 2},
		{"hangul jamo, three as one", "\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab", 2},
		{"fullwidth A, halfwidth ka", "\xef\xbc\xa1\xef\xbd\xb6", 3},
		{"octopus", "\xf0\x9f\x90\x99", 2},
		{"umbrella with rain, BMP emoji", "\xe2\x98\x94", 2},
		{"black heart, text", "\xe2\x99\xa5", 1},
		{"zero width joiner, variation selector", "\xe2\x80\x8d\xef\xb8\x8f", 0},
		{"thai with marks", "\xe0\xb8\x81\xe0\xb8\xb4\xe0\xb9\x88", 1},
		{"extension B", "\xf0\xa0\x80\x80", 2},
		{"ellipsis", "\xe2\x80\xa6", 1},
		{"invalid bytes", "a\xff\xc0z", 4},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(widths) / sizeof(widths[0]); i++) {
		if (lsp_width(widths[i].text, strlen(widths[i].text)) != widths[i].width)
			fail_msg("%s: %d", widths[i].what, (int)lsp_width(widths[i].text, strlen(widths[i].text)));
	}
	assert_int_equal(lsp_width_fit("abc", 3, 2), 2);
	assert_int_equal(lsp_width_fit("\xe4\xb8\xad\xe6\x96\x87", 6, 3), 3);
	assert_int_equal(lsp_width_fit("e\xcc\x81x", 4, 1), 3);
	assert_int_equal(lsp_width_fit("abc", 3, 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_no_control_survives),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_blocks),
		cmocka_unit_test(test_number_and_time),
		cmocka_unit_test(test_width),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
