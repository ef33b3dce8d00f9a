/*
 * test_linux_port_ranges.c - the settings of the kernel as ranges of ports, from a folder made for it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "linux.h"
#include "test_linux_tree.h"

static struct lsp_port_ranges read_as(const char *range, const char *start)
{
	struct lsp_port_ranges ranges;
	struct tree tree;

	memset(&ranges, 0xa5, sizeof ranges);
	tree_make(&tree);
	if (range != NULL)
		tree_text(&tree, "ip_local_port_range", range);
	if (start != NULL)
		tree_text(&tree, "ip_unprivileged_port_start", start);
	lsp_port_ranges_read(tree.fd, &ranges);
	tree_drop(&tree);
	return ranges;
}

static void test_usual(void **state)
{
	struct lsp_port_ranges ranges = read_as("32768\t60999\n", "1024\n");

	(void)state;
	assert_int_equal(ranges.has, LSP_RANGES_HAS_EPHEMERAL | LSP_RANGES_HAS_PRIVILEGED);
	assert_int_equal(ranges.ephemeral_low, 32768);
	assert_int_equal(ranges.ephemeral_high, 60999);
	assert_int_equal(ranges.privileged_below, 1024);
}

static void test_edges(void **state)
{
	struct lsp_port_ranges ranges = read_as("1\t65535\n", "0\n");

	(void)state;
	assert_int_equal(ranges.has, LSP_RANGES_HAS_EPHEMERAL | LSP_RANGES_HAS_PRIVILEGED);
	assert_int_equal(ranges.ephemeral_low, 1);
	assert_int_equal(ranges.ephemeral_high, 65535);
	assert_int_equal(ranges.privileged_below, 0);
	ranges = read_as("5000 5000", "65535");
	assert_int_equal(ranges.ephemeral_high, 5000);
	assert_int_equal(ranges.privileged_below, 65535);
}

static void test_not_a_range(void **state)
{
	static const char *const wrong[] = {"", "\n", "32768\n", "32768 60999 1\n", "60999\t32768\n", "32768\t65536\n",
					    "-1\t60999\n", "a b\n", "32768,60999\n", "99999999999 1\n"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof wrong / sizeof *wrong; i++)
		assert_int_equal(read_as(wrong[i], "1024\n").has, LSP_RANGES_HAS_PRIVILEGED);
	assert_int_equal(read_as("1 2", "").has, LSP_RANGES_HAS_EPHEMERAL);
	assert_int_equal(read_as("1 2", "1 2").has, LSP_RANGES_HAS_EPHEMERAL);
	assert_int_equal(read_as("1 2", "65536").has, LSP_RANGES_HAS_EPHEMERAL);
}

/* Kernels before 4.11 have no such setting, and 1024; newer ones without the file (no IPv4) do not tell. */
static void test_missing(void **state)
{
	struct lsp_port_ranges ranges = read_as(NULL, NULL);

	(void)state;
	if (lsp_kernel_is_since(4, 11)) {
		assert_int_equal(ranges.has, 0);
	} else {
		assert_int_equal(ranges.has, LSP_RANGES_HAS_PRIVILEGED);
		assert_int_equal(ranges.privileged_below, 1024);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_usual),
		cmocka_unit_test(test_edges),
		cmocka_unit_test(test_not_a_range),
		cmocka_unit_test(test_missing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
