/*
 * test_linux_rules.c - what the settings of the kernel say about ports, from a tree made for it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "linux.h"
#include "test_linux_tree.h"

static struct lsp_rules read_as(const char *range, const char *start)
{
	struct lsp_rules rules = {.has = 0};
	struct tree tree;

	tree_make(&tree);
	if (range != NULL)
		tree_text(&tree, "sys/net/ipv4/ip_local_port_range", range);
	if (start != NULL)
		tree_text(&tree, "sys/net/ipv4/ip_unprivileged_port_start", start);
	lsp_rules_read(tree.fd, &rules);
	tree_drop(&tree);
	return rules;
}

static void test_usual(void **state)
{
	struct lsp_rules rules = read_as("32768\t60999\n", "1024\n");

	(void)state;
	assert_int_equal(rules.has, LSP_RULES_EPHEMERAL | LSP_RULES_PRIVILEGED);
	assert_int_equal(rules.ephemeral_low, 32768);
	assert_int_equal(rules.ephemeral_high, 60999);
	assert_int_equal(rules.privileged_below, 1024);
}

static void test_edges(void **state)
{
	struct lsp_rules rules = read_as("1\t65535\n", "0\n");

	(void)state;
	assert_int_equal(rules.has, LSP_RULES_EPHEMERAL | LSP_RULES_PRIVILEGED);
	assert_int_equal(rules.ephemeral_low, 1);
	assert_int_equal(rules.ephemeral_high, 65535);
	assert_int_equal(rules.privileged_below, 0);
	rules = read_as("5000 5000", "65535");
	assert_int_equal(rules.ephemeral_high, 5000);
	assert_int_equal(rules.privileged_below, 65535);
}

static void test_not_a_range(void **state)
{
	static const char *const wrong[] = {"", "\n", "32768\n", "32768 60999 1\n", "60999\t32768\n", "32768\t65536\n",
					    "-1\t60999\n", "a b\n", "32768,60999\n", "99999999999 1\n"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof wrong / sizeof *wrong; i++)
		assert_int_equal(read_as(wrong[i], "1024\n").has, LSP_RULES_PRIVILEGED);
	assert_int_equal(read_as("1 2", "").has, LSP_RULES_EPHEMERAL);
	assert_int_equal(read_as("1 2", "1 2").has, LSP_RULES_EPHEMERAL);
	assert_int_equal(read_as("1 2", "65536").has, LSP_RULES_EPHEMERAL);
}

/* Kernels before 4.11 have no such setting, and 1024; newer ones without the file (no IPv4) do not tell. */
static void test_missing(void **state)
{
	struct lsp_rules rules = read_as(NULL, NULL);

	(void)state;
	if (lsp_kernel_is_since(4, 11)) {
		assert_int_equal(rules.has, 0);
	} else {
		assert_int_equal(rules.has, LSP_RULES_PRIVILEGED);
		assert_int_equal(rules.privileged_below, 1024);
	}
}

static void test_parse_ports(void **state)
{
	static const char *const bad[] = {"x", "1-", "-1", "2-1", "65536", "1,,2", "1 2", "1;2", "99999999999"};
	uint8_t ports[65536 / 8], before[65536 / 8];
	size_t i, count = 0;

	(void)state;
	assert_true(lsp_rules_parse_ports("1,8080,9148-9150,65535\n", 23, ports));
	for (i = 0; i < 65536; i++)
		count += ports[i / 8] >> i % 8 & 1;
	assert_int_equal(count, 6);
	assert_int_equal(ports[9149 / 8] >> 9149 % 8 & 1, 1);
	assert_int_equal(ports[65535 / 8] >> 65535 % 8 & 1, 1);
	memcpy(before, ports, sizeof ports);
	for (i = 0; i < sizeof bad / sizeof *bad; i++) {
		assert_false(lsp_rules_parse_ports(bad[i], strlen(bad[i]), ports));
		assert_memory_equal(ports, before, sizeof ports);
	}
	assert_true(lsp_rules_parse_ports("\n", 1, ports)); /* none are reserved */
	for (i = 0; i < sizeof ports; i++)
		assert_int_equal(ports[i], 0);
}

static void test_rules(void **state)
{
	struct lsp_rules rules = {.has = 0};
	struct tree tree;

	(void)state;
	tree_make(&tree);
	lsp_rules_read(tree.fd, &rules); /* nothing is there: nothing is known */
	assert_int_equal(rules.has, 0);
	tree_file(&tree, "sys/net/ipv4/ip_local_port_range", "32768\t60999\n", 12);
	tree_file(&tree, "sys/net/ipv4/ip_unprivileged_port_start", "1024\n", 5);
	tree_file(&tree, "sys/net/ipv4/ip_nonlocal_bind", "0\n", 2);
	tree_file(&tree, "sys/net/ipv6/ip_nonlocal_bind", "1\n", 2);
	tree_file(&tree, "sys/net/ipv4/ip_local_reserved_ports", "\n", 1);
	lsp_rules_read(tree.fd, &rules);
	assert_int_equal(rules.has,
			 LSP_RULES_EPHEMERAL | LSP_RULES_PRIVILEGED | LSP_RULES_RESERVED | LSP_RULES_NONLOCAL6);
	assert_int_equal(rules.ephemeral_low, 32768);
	assert_int_equal(rules.ephemeral_high, 60999);
	assert_int_equal(rules.privileged_below, 1024);
	tree_drop(&tree);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_usual),
		cmocka_unit_test(test_edges),
		cmocka_unit_test(test_not_a_range),
		cmocka_unit_test(test_missing),
		cmocka_unit_test(test_parse_ports),
		cmocka_unit_test(test_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
