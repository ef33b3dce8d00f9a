/*
 * test_win_netsh.c - what netsh says of ports, in four languages and broken, and what several answers come to.
 *
 * The tables are made up, after the shape that people show in public threads (microsoft/WSL 5306 and 5514): headings in the
 * language and code page of the system, numbers in columns, a star behind what an administrator added.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "netsh.h"
#include "netsh_parse.h"

#define ROWS                                \
	"      5357        5357      \r\n"  \
	"     49700       49799      \r\n"  \
	"     49800       49899      \r\n"  \
	"     50000       50059     *\r\n"  \
	"\r\n"

static const char *const tables[] = {
	"\r\nProtocol tcp Port Exclusion Ranges\r\n\r\nStart Port    End Port      \r\n----------    --------      \r\n" ROWS
	"* - Administered port exclusions.\r\n\r\n",
	/* Korean in UTF-8, then Chinese in its code page 936 */
	"\r\n프로토콜 tcp 포트 제외 범위\r\n\r\n시작 포트    끝 포트      \r\n----------    --------      \r\n" ROWS
	"* - 관리되는 포트 제외입니다.\r\n\r\n",
	"\r\n\xd0\xad\xd2\xe9 tcp \xb6\xcb\xbf\xda\xc5\xc5\xb3\xfd\xb7\xb6\xce\xa7\r\n\r\n\xbf\xaa\xca\xbc\xb6\xcb\xbf\xda    "
	"\xbd\xe1\xca\xf8\xb6\xcb\xbf\xda\r\n----------    --------      \r\n" ROWS "* - \xb9\xdc\xc0\xed\r\n",
	"\nPortausschlussbereiche fuer Protokoll tcp\n\nStartport     Endport\n---------     -------\n" ROWS
	"* - Verwaltete Portausschl\x81sse\n",
	ROWS, /* the headings do not matter */
};

static void test_languages(void **state)
{
	static const struct lsp_kept expected[] = {
		{5357, 5357, 0, 0}, {49700, 49799, 0, 0}, {49800, 49899, 0, 0}, {50000, 50059, 0, 1}};
	size_t i, j;

	(void)state;
	for (i = 0; i < sizeof tables / sizeof *tables; i++) {
		struct lsp_kept kept[8];

		assert_int_equal(lsp_netsh_parse_excluded(tables[i], strlen(tables[i]), kept, 8), 4);
		for (j = 0; j < 4; j++) {
			assert_int_equal(kept[j].low, expected[j].low);
			assert_int_equal(kept[j].high, expected[j].high);
			assert_int_equal(kept[j].is_bindable, expected[j].is_bindable);
			assert_int_equal(kept[j].protos, 0);
		}
	}
}

/* Lines that are no range are none; more ranges than there is room for are counted. */
static void test_broken(void **state)
{
	static const char *const lines[] = {"",
					    "80",
					    "80 ",
					    "90 80",
					    "80 65536",
					    "99999999999999999999 1",
					    "80 90 100",
					    "80 90 **",
					    "80 90 x",
					    "80-90",
					    "80 90*",
					    "x 80 90",
					    "-1 5",
					    "+80 90",
					    "0x50 90"};
	struct lsp_kept kept[2];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof lines / sizeof *lines; i++)
		assert_int_equal(lsp_netsh_parse_excluded(lines[i], strlen(lines[i]), kept, 2), 0);
	assert_int_equal(lsp_netsh_parse_excluded("1 2\n3 4\n5 6", 11, kept, 2), 3);
	assert_int_equal(kept[1].high, 4);
	assert_int_equal(lsp_netsh_parse_excluded("1 2", 2, kept, 2), 0); /* the length rules, not a NUL */
	assert_int_equal(lsp_netsh_parse_excluded("0\t65535\t*\r", 10, kept, 2), 1);
	assert_int_equal(kept[0].low, 0);
	assert_int_equal(kept[0].high, 65535);
	assert_int_equal(kept[0].is_bindable, 1);
}

static void test_dynamic(void **state)
{
	static const struct {
		const char *text;
		uint16_t low, high; /* low 0: it is none */
	} table[] = {
		{"\r\nProtocol tcp Dynamic Port Range\r\n---------------------------------\r\nStart Port      : 49152\r\n"
		 "Number of Ports : 16384\r\n\r\n",
		 49152, 65535},
		{"\r\n프로토콜 tcp 동적 포트 범위\r\n------\r\n시작 포트      : 1024\r\n포트 수 : 64511\r\n", 1024, 65534},
		{"Startport : 10000 \nAnzahl von Ports : 1", 10000, 10000},
		{"a : 1\nb : 65535", 1, 65535},
		{"a : 2\nb : 65535", 0, 0}, /* beyond the last port */
		{"a : 0\nb : 10", 0, 0},
		{"a : 10\nb : 0", 0, 0},
		{"a : 10", 0, 0},
		{"a : 10\nb : 10\nc : 10", 0, 0},
		{"a:10\nb:10", 0, 0},
		{"", 0, 0},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof table / sizeof *table; i++) {
		uint16_t low = 7, high = 7;
		bool found = lsp_netsh_parse_dynamic(table[i].text, strlen(table[i].text), &low, &high);

		assert_int_equal(found, table[i].low != 0);
		assert_int_equal(low, found ? table[i].low : 7);
		assert_int_equal(high, found ? table[i].high : 7);
	}
}

/* --- the commands, by a netsh that is a script -------------------------------------------------------------- */

struct play {
	const char *answers[5]; /* to dynamicport, ipv4 tcp, ipv4 udp, ipv6 tcp, ipv6 udp; NULL: it fails */
	unsigned started, collected;
	bool is_missing;
};

static void *play_start(void *self, const char *arguments)
{
	static const char *const words[] = {"ipv4 show dynamicport protocol=tcp", "ipv4 show excludedportrange protocol=tcp",
					    "ipv4 show excludedportrange protocol=udp", "ipv6 show excludedportrange protocol=tcp",
					    "ipv6 show excludedportrange protocol=udp"};
	struct play *play = self;
	size_t i;

	assert_int_equal(play->collected, 0); /* all of them run at once */
	assert_true(strncmp(arguments, "interface ", 10) == 0);
	for (i = 0; strcmp(words[i], arguments + 10) != 0; i++)
		assert_true(i < 4);
	if (play->is_missing)
		return NULL;
	play->started++;
	return &play->answers[i];
}

static long play_collect(void *self, void *run, char *ret_text, size_t size)
{
	const char *answer = *(const char **)run;
	struct play *play = self;

	play->collected++;
	if (answer == NULL)
		return -1;
	assert_true(strlen(answer) <= size);
	memcpy(ret_text, answer, strlen(answer));
	return (long)strlen(answer);
}

static struct lsp_rules ask(struct play *play)
{
	const struct lsp_netsh_io io = {play_start, play_collect, play};
	struct lsp_rules rules = {.has = 0};

	lsp_netsh_rules(&io, &rules);
	assert_int_equal(play->started, play->collected);
	return rules;
}

static void test_rules(void **state)
{
	struct play play = {.answers = {"a : 49152\nb : 16384\n", "80 80\n50000 50059 *\n", "90 99\n", "80 80\n", "heading\n"}};
	struct lsp_rules rules = ask(&play);

	(void)state;
	assert_int_equal(rules.has, LSP_RULES_EPHEMERAL | LSP_RULES_KEPT);
	assert_int_equal(rules.ephemeral_low, 49152);
	assert_int_equal(rules.ephemeral_high, 65535);
	assert_int_equal(rules.kept_count, 3); /* what IPv6 repeats is there once */
	assert_int_equal(rules.kept[0].low, 80);
	assert_int_equal(rules.kept[0].protos, LSP_PROTO_BIT(LSP_TCP));
	assert_int_equal(rules.kept[1].is_bindable, 1);
	assert_int_equal(rules.kept[2].protos, LSP_PROTO_BIT(LSP_UDP));
	assert_int_equal(rules.kept[2].high, 99);
}

static void test_rules_in_part(void **state)
{
	struct play no_inet6 = {.answers = {NULL, "80 80\n", "heading\n", NULL, NULL}},
		    no_udp = {.answers = {NULL, "80 80\n", NULL, "1 2\n", "1 2\n"}},
		    silent = {.answers = {"", "", "", "", ""}}, /* as wine's netsh: that is not "none" */
		missing = {.is_missing = true};
	struct lsp_rules rules;

	(void)state;
	assert_int_equal(ask(&no_inet6).has, LSP_RULES_KEPT);
	rules = ask(&no_udp);
	assert_int_equal(rules.has, 0);
	assert_int_equal(rules.kept_count, 3); /* what is known is of use all the same */
	assert_int_equal(ask(&silent).has, 0);
	assert_int_equal(ask(&missing).has, 0);
}

static void test_too_many(void **state)
{
	static char text[LSP_KEPT_MAX * 16];
	struct play play = {.answers = {NULL, text, "heading\n", NULL, NULL}};
	struct lsp_rules rules;
	int i;

	(void)state;
	text[0] = '\0';
	for (i = 0; i < LSP_KEPT_MAX; i++)
		sprintf(text + strlen(text), "%d %d\n", 1000 + i, 1000 + i);
	rules = ask(&play);
	assert_int_equal(rules.kept_count, LSP_KEPT_MAX);
	assert_int_equal(rules.has, LSP_RULES_KEPT);
	sprintf(text + strlen(text), "9000 9000\n");
	play.started = play.collected = 0;
	rules = ask(&play);
	assert_int_equal(rules.kept_count, LSP_KEPT_MAX);
	assert_int_equal(rules.has, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_languages), cmocka_unit_test(test_broken),	 cmocka_unit_test(test_dynamic),
		cmocka_unit_test(test_rules),	  cmocka_unit_test(test_rules_in_part), cmocka_unit_test(test_too_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
