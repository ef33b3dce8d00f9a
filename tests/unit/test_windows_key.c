/*
 * test_windows_key.c - the key of a Windows socket says whose it is, and is the same in every look.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "key.h"

static const struct lsp_socket listener = {.proto = LSP_TCP,
					   .state = LSP_LISTEN,
					   .local = {.family = LSP_INET4, .bytes = {127, 0, 0, 1}},
					   .local_port = 8000};

static void test_owner(void **state)
{
	(void)state;
	assert_true(lsp_key_of(&listener, 0) == 0);
	assert_int_equal(lsp_key_pid(lsp_key_of(&listener, 4)), 4);
	assert_int_equal(lsp_key_pid(lsp_key_of(&listener, 0xfffffffc)), 0xfffffffc);
	assert_int_equal(lsp_key_pid(UINT64_MAX), 0xffffffff); /* no process: pids are multiples of four */
	assert_true(lsp_key_of(&listener, 8) != lsp_key_of(&listener, 12));
}

/* What a later look tells in other words is the same socket. */
static void test_same(void **state)
{
	struct lsp_socket later = listener;

	(void)state;
	later.key = 77;
	later.state = LSP_ESTABLISHED;
	later.peer_port = 9; /* of a listener, this is stale */
	later.has = LSP_HAS_KEY | LSP_HAS_V6ONLY;
	assert_true(lsp_key_of(&later, 100) == lsp_key_of(&listener, 100));
}

static void test_others(void **state)
{
	struct lsp_socket others[8];
	size_t i, j;

	(void)state;
	for (i = 0; i < 8; i++)
		others[i] = listener;
	others[1].proto = LSP_UDP;
	others[2].local_port = 8001;
	others[3].local.bytes[3] = 2;
	others[4].local.family = LSP_INET6;
	others[5].local.scope = 3;
	others[6].has = others[7].has = LSP_HAS_PEER;
	others[6].peer = others[7].peer = listener.local;
	others[6].peer_port = 50000;
	others[7].peer_port = 50001;
	for (i = 0; i < 8; i++) {
		for (j = 0; j < i; j++)
			assert_true(lsp_key_of(&others[i], 100) != lsp_key_of(&others[j], 100));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_owner),
		cmocka_unit_test(test_same),
		cmocka_unit_test(test_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
