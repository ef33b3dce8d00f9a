/*
 * test_win_fault.c - each error of Windows that decides something, by its number in winerror.h.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "win.h"

static void test_errors(void **state)
{
	static const struct {
		uint32_t code;
		enum lsp_err err;
	} cases[] = {
		{5, LSP_DENIED},	 /* ERROR_ACCESS_DENIED */
		{1314, LSP_DENIED},	 /* ERROR_PRIVILEGE_NOT_HELD */
		{10013, LSP_DENIED},	 /* WSAEACCES */
		{87, LSP_GONE},		 /* ERROR_INVALID_PARAMETER: OpenProcess of a pid that nobody has */
		{1168, LSP_GONE},	 /* ERROR_NOT_FOUND */
		{1067, LSP_GONE},	 /* ERROR_PROCESS_ABORTED */
		{1, LSP_UNSUPPORTED},	 /* ERROR_INVALID_FUNCTION */
		{50, LSP_UNSUPPORTED},	 /* ERROR_NOT_SUPPORTED: a table of IPv6 where there is no IPv6 */
		{120, LSP_UNSUPPORTED},	 /* ERROR_CALL_NOT_IMPLEMENTED */
		{127, LSP_UNSUPPORTED},	 /* ERROR_PROC_NOT_FOUND */
		{10043, LSP_UNSUPPORTED}, /* WSAEPROTONOSUPPORT */
		{10044, LSP_UNSUPPORTED}, /* WSAESOCKTNOSUPPORT */
		{10045, LSP_UNSUPPORTED}, /* WSAEOPNOTSUPP */
		{10046, LSP_UNSUPPORTED}, /* WSAEPFNOSUPPORT */
		{10047, LSP_UNSUPPORTED}, /* WSAEAFNOSUPPORT */
		{13, LSP_MALFORMED},	 /* ERROR_INVALID_DATA */
		{122, LSP_TORN},	 /* ERROR_INSUFFICIENT_BUFFER */
		{10048, LSP_IN_USE},	 /* WSAEADDRINUSE */
		{10049, LSP_NO_ADDRESS}, /* WSAEADDRNOTAVAIL */
		{8, LSP_IO},		 /* ERROR_NOT_ENOUGH_MEMORY */
		{31, LSP_IO},		 /* ERROR_GEN_FAILURE: any other */
		{10022, LSP_IO},	 /* WSAEINVAL */
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct lsp_fault fault;

		assert_int_equal(lsp_windows_fault(&fault, "call", cases[i].code), cases[i].err);
		assert_int_equal(fault.err, cases[i].err);
		assert_int_equal(fault.os_code, cases[i].code);
		assert_string_equal(fault.op, "call");
	}
}

static void test_words(void **state)
{
	struct lsp_fault fault;

	(void)state;
	lsp_windows_fault(&fault, "call", 5);
	assert_string_equal(fault.detail, "Access is denied");
	lsp_windows_fault(&fault, "call", 4242); /* the system has no words for it */
	assert_string_equal(fault.detail, "Windows error 4242");
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_errors), cmocka_unit_test(test_words)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
