/*
 * test_bind_port.c - which ports --next passes over, and the list of reserved ports as the kernel takes it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bind/port.h"

static void reserve(struct lsp_rules *rules, uint32_t low, uint32_t high)
{
	for (; low <= high; low++)
		rules->reserved[low / 8] |= (uint8_t)(1u << low % 8);
}

static void test_pass(void **state)
{
	struct lsp_rules rules = {.has = LSP_RULES_EPHEMERAL | LSP_RULES_RESERVED, .ephemeral_low = 30000, .ephemeral_high = 30010};

	(void)state;
	reserve(&rules, 30005, 30005);
	assert_int_equal(lsp_port_pass(&rules, LSP_PROTO_ALL, 8000, false, false), LSP_PASS_NONE);
	assert_int_equal(lsp_port_pass(&rules, LSP_PROTO_ALL, 8000, false, true), LSP_PASS_WELL_KNOWN);
	assert_int_equal(lsp_port_pass(&rules, LSP_PROTO_ALL, 8000, true, true), LSP_PASS_NONE);
	assert_int_equal(lsp_port_pass(&rules, LSP_PROTO_ALL, 29999, true, false), LSP_PASS_NONE);
	assert_int_equal(lsp_port_pass(&rules, LSP_PROTO_ALL, 30000, true, false), LSP_PASS_EPHEMERAL);
	assert_int_equal(lsp_port_pass(&rules, LSP_PROTO_ALL, 30010, true, false), LSP_PASS_EPHEMERAL);
	assert_int_equal(lsp_port_pass(&rules, LSP_PROTO_ALL, 30011, true, false), LSP_PASS_NONE);
	assert_int_equal(lsp_port_pass(&rules, LSP_PROTO_ALL, 30005, true, false), LSP_PASS_RESERVED);
	rules.has = 0; /* what is not known forbids nothing */
	assert_int_equal(lsp_port_pass(&rules, LSP_PROTO_ALL, 30005, true, false), LSP_PASS_NONE);
}

static void test_kept(void **state)
{
	struct lsp_rules rules = {.kept = {{50000, 50059, LSP_PROTO_BIT(LSP_TCP), 1},
					   {50050, 50149, LSP_PROTO_BIT(LSP_TCP), 0},
					   {60000, 60000, LSP_PROTO_BIT(LSP_UDP), 0}},
				  .kept_count = 3};

	(void)state;
	assert_null(lsp_kept_of(&rules, LSP_PROTO_ALL, 49999));
	assert_ptr_equal(lsp_kept_of(&rules, LSP_PROTO_ALL, 50000), &rules.kept[0]);
	assert_ptr_equal(lsp_kept_of(&rules, LSP_PROTO_ALL, 50050), &rules.kept[1]); /* what nobody may bind, before */
	assert_ptr_equal(lsp_kept_of(&rules, LSP_PROTO_ALL, 50149), &rules.kept[1]);
	assert_null(lsp_kept_of(&rules, LSP_PROTO_ALL, 50150));
	assert_null(lsp_kept_of(&rules, LSP_PROTO_BIT(LSP_TCP), 60000));
	assert_ptr_equal(lsp_kept_of(&rules, LSP_PROTO_BIT(LSP_UDP), 60000), &rules.kept[2]);
	assert_int_equal(lsp_port_pass(&rules, LSP_PROTO_BIT(LSP_TCP), 50000, true, false), LSP_PASS_RESERVED);
	assert_int_equal(lsp_port_pass(&rules, LSP_PROTO_BIT(LSP_TCP), 60000, true, false), LSP_PASS_NONE);
	assert_int_equal(lsp_port_pass(&rules, LSP_PROTO_ALL, 60000, true, false), LSP_PASS_RESERVED);
}

static void test_reserved_text(void **state)
{
	struct lsp_rules rules = {.has = LSP_RULES_RESERVED};
	char text[64], small[8];

	(void)state;
	assert_true(lsp_reserved_text(&rules, 40000, text, sizeof text));
	assert_string_equal(text, "40000");
	reserve(&rules, 1, 1);
	reserve(&rules, 39998, 39999);
	reserve(&rules, 65535, 65535);
	assert_true(lsp_reserved_text(&rules, 40000, text, sizeof text));
	assert_string_equal(text, "1,39998-40000,65535");
	assert_true(lsp_reserved_text(&rules, 1, text, sizeof text));
	assert_string_equal(text, "1,39998-39999,65535");
	assert_false(lsp_reserved_text(&rules, 40000, small, sizeof small));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pass),
		cmocka_unit_test(test_kept),
		cmocka_unit_test(test_reserved_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
