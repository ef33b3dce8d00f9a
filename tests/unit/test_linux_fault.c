/*
 * test_linux_fault.c - which errno is which word. The word decides: DENIED and UNSUPPORTED make the backend turn to
 * /proc/net, the others end the question with a fault.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "linux.h"

static const struct expected {
	int os_code;
	enum lsp_err err;
} table[] = {
	{EPERM, LSP_DENIED},
	{EACCES, LSP_DENIED},
	{ESRCH, LSP_GONE},
	/* socket(2): no such family, type or protocol in this kernel, or hidden by a sandbox */
	{EAFNOSUPPORT, LSP_UNSUPPORTED},
	{EPROTONOSUPPORT, LSP_UNSUPPORTED},
	{ESOCKTNOSUPPORT, LSP_UNSUPPORTED},
	{ENOSYS, LSP_UNSUPPORTED},
	/* sendto(2) on netlink without a kernel socket on the other side */
	{ECONNREFUSED, LSP_UNSUPPORTED},
	/* sock_diag without a handler for the family or protocol */
	{ENOENT, LSP_UNSUPPORTED},
	{EINVAL, LSP_UNSUPPORTED},
	{EOPNOTSUPP, LSP_UNSUPPORTED},
	{ENOPROTOOPT, LSP_UNSUPPORTED},
	{ENOTDIR, LSP_UNSUPPORTED},
	{EBADMSG, LSP_MALFORMED},
	{EPROTO, LSP_MALFORMED},
	/* bind(2) */
	{EADDRINUSE, LSP_IN_USE},
	{EADDRNOTAVAIL, LSP_NO_ADDRESS},
	/* what more rights or another source would not cure */
	{EIO, LSP_IO},
	{ENOMEM, LSP_IO},
	{EMFILE, LSP_IO},
	{ENFILE, LSP_IO},
	{ENOBUFS, LSP_IO},
	{ENOSPC, LSP_IO},
	{EISDIR, LSP_IO},
	{12345, LSP_IO},
};

static void test_words(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof table / sizeof *table; i++) {
		struct lsp_fault fault;
		enum lsp_err err;

		memset(&fault, 0xa5, sizeof fault);
		err = lsp_linux_fault(&fault, "some call", table[i].os_code);
		if (err != table[i].err)
			print_error("errno %d (%s)\n", table[i].os_code, strerror(table[i].os_code));
		assert_int_equal(err, table[i].err);
		assert_int_equal(fault.err, err);
		assert_int_equal(fault.os_code, table[i].os_code);
		assert_string_equal(fault.op, "some call");
		assert_non_null(memchr(fault.detail, '\0', sizeof fault.detail));
		assert_int_not_equal(strlen(fault.detail), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
