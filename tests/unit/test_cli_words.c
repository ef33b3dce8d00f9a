/*
 * test_cli_words.c - the spellings of states, protocols and numbers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cli/words.h"

struct spelling {
	const char *word;
	enum lsp_state state;
};

static void assert_states(const struct spelling *table, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		enum lsp_state state = LSP_STATE_NONE;

		if (!lsp_state_read(table[i].word, strlen(table[i].word), &state) || state != table[i].state)
			fail_msg("'%s' is %s", table[i].word, lsp_state_name(state));
	}
}

static void test_states_of_the_contract(void **state)
{
	static const struct spelling table[] = {
		{"LISTEN", LSP_LISTEN},		{"ESTABLISHED", LSP_ESTABLISHED}, {"SYN_SENT", LSP_SYN_SENT},
		{"SYN_RECV", LSP_SYN_RECV},	{"FIN_WAIT1", LSP_FIN_WAIT1},	  {"FIN_WAIT2", LSP_FIN_WAIT2},
		{"TIME_WAIT", LSP_TIME_WAIT},	{"CLOSE", LSP_CLOSE},		  {"CLOSE_WAIT", LSP_CLOSE_WAIT},
		{"LAST_ACK", LSP_LAST_ACK},	{"CLOSING", LSP_CLOSING},	  {"BOUND", LSP_BOUND},
	};

	(void)state;
	assert_states(table, sizeof table / sizeof *table);
}

/* As ss(8), netstat(8), Get-NetTCPConnection, Windows' netstat and BSD print them. */
static void test_states_of_other_tools(void **state)
{
	static const struct spelling table[] = {
		{"ESTAB", LSP_ESTABLISHED},	  {"UNCONN", LSP_CLOSE},	  {"SYN-SENT", LSP_SYN_SENT},
		{"SYN-RECV", LSP_SYN_RECV},	  {"FIN-WAIT-1", LSP_FIN_WAIT1},  {"FIN-WAIT-2", LSP_FIN_WAIT2},
		{"TIME-WAIT", LSP_TIME_WAIT},	  {"CLOSE-WAIT", LSP_CLOSE_WAIT}, {"LAST-ACK", LSP_LAST_ACK},
		{"closed", LSP_CLOSE},		  {"established", LSP_ESTABLISHED}, {"syn-sent", LSP_SYN_SENT},
		{"fin-wait-1", LSP_FIN_WAIT1},	  {"listening", LSP_LISTEN},	  {"bound-inactive", LSP_BOUND},
		{"LISTENING", LSP_LISTEN},	  {"SYN_RECEIVED", LSP_SYN_RECV}, {"FIN_WAIT_1", LSP_FIN_WAIT1},
		{"FIN_WAIT_2", LSP_FIN_WAIT2},	  {"SynSent", LSP_SYN_SENT},	  {"SynReceived", LSP_SYN_RECV},
		{"FinWait1", LSP_FIN_WAIT1},	  {"FinWait2", LSP_FIN_WAIT2},	  {"CloseWait", LSP_CLOSE_WAIT},
		{"LastAck", LSP_LAST_ACK},	  {"TimeWait", LSP_TIME_WAIT},	  {"Bound", LSP_BOUND},
		{"CLOSED", LSP_CLOSE},		  {"SYN_RCVD", LSP_SYN_RECV},	  {"Listen", LSP_LISTEN},
		{"time_wait", LSP_TIME_WAIT},	  {"Time-Wait", LSP_TIME_WAIT},	  {"timewait", LSP_TIME_WAIT},
	};

	(void)state;
	assert_states(table, sizeof table / sizeof *table);
}

static void test_no_states(void **state)
{
	static const char *const words[] = {"", "FOO", "LISTE", "LISTENINGS", "ESTABLISH", "TIME WAIT", "TIMEWAIT2", "WAIT",
					    "UNKNOWN", "-", "_", "10", "L\xc4\xb0STEN", "FIN_WAIT", "FIN_WAIT3", "SYN"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof words / sizeof *words; i++) {
		enum lsp_state found = LSP_CLOSING;

		if (lsp_state_read(words[i], strlen(words[i]), &found))
			fail_msg("'%s' was read", words[i]);
		assert_int_equal(found, LSP_CLOSING);
	}
	assert_false(lsp_state_read("LISTEN", 5, &(enum lsp_state){0})); /* only len bytes count */
}

static void test_protos(void **state)
{
	static const char *const none[] = {"", "t", "tc", "tcpp", "sctp", "udp6", "TCP4", "ucp", "tdp", "ipv", "tp "};
	size_t i;

	(void)state;
	assert_int_equal(lsp_proto_read("tcp", 3), LSP_PROTO_BIT(LSP_TCP));
	assert_int_equal(lsp_proto_read("TCP", 3), LSP_PROTO_BIT(LSP_TCP));
	assert_int_equal(lsp_proto_read("uDp", 3), LSP_PROTO_BIT(LSP_UDP));
	assert_int_equal(lsp_proto_read("tcp:80", 3), LSP_PROTO_BIT(LSP_TCP));
	for (i = 0; i < sizeof none / sizeof *none; i++)
		assert_int_equal(lsp_proto_read(none[i], strlen(none[i])), 0);
}

static void test_numbers(void **state)
{
	static const char *const none[] = {"", "-1", "+1", " 1", "1 ", "0x10", "1e3", "65536", "70000", "4294967296",
					   "18446744073709551617", "99999999999999999999999", "1_000", "\xd9\xa1"};
	uint32_t number;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof none / sizeof *none; i++) {
		number = 77;
		if (lsp_number_read(none[i], strlen(none[i]), 65535, &number))
			fail_msg("'%s' was read as %u", none[i], number);
		assert_int_equal(number, 77);
	}
	assert_true(lsp_number_read("0", 1, 0, &number));
	assert_int_equal(number, 0);
	assert_true(lsp_number_read("65535", 5, 65535, &number));
	assert_int_equal(number, 65535);
	assert_true(lsp_number_read("000080", 6, 65535, &number));
	assert_int_equal(number, 80);
	assert_true(lsp_number_read("4294967295", 10, UINT32_MAX, &number));
	assert_int_equal(number, UINT32_MAX);
	assert_true(lsp_number_read("80,443", 2, 65535, &number));
	assert_int_equal(number, 80);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_states_of_the_contract),
		cmocka_unit_test(test_states_of_other_tools),
		cmocka_unit_test(test_no_states),
		cmocka_unit_test(test_protos),
		cmocka_unit_test(test_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
