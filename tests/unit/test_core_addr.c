/*
 * test_core_addr.c - addresses as text and back.
 *
 * The expected texts are the examples of RFC 5952 and RFC 4291 themselves, written out by hand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <lsports/addr.h>

static struct lsp_addr read_addr(const char *text)
{
	struct lsp_addr addr = {.family = 99};

	if (!lsp_addr_parse(text, strlen(text), &addr))
		fail_msg("'%s' was not read", text);
	return addr;
}

static void assert_text(const char *read, const char *expected)
{
	struct lsp_addr addr = read_addr(read);
	char text[LSP_ADDR_TEXT_MAX];
	size_t len = lsp_addr_text(&addr, text);

	if (strcmp(text, expected) != 0 || len != strlen(expected))
		fail_msg("'%s' became '%s' (%zu), not '%s'", read, text, len, expected);
}

/* RFC 5952, section 1: eight ways to write one address; section 4: the one right way. */
static void test_rfc5952_text(void **state)
{
	static const char *const same[] = {
		"2001:db8:0:0:1:0:0:1", "2001:0db8:0:0:1:0:0:1", "2001:db8::1:0:0:1", "2001:db8::0:1:0:0:1",
		"2001:0db8::1:0:0:1",	"2001:db8:0:0:1::1",	 "2001:db8:0000:0:1::1", "2001:DB8:0:0:1::1",
	};
	static const struct {
		const char *read, *expected;
	} right[] = {
		{"2001:0db8::0001", "2001:db8::1"},		    /* 4.1 leading zeros go */
		{"2001:db8:0:0:0:0:2:1", "2001:db8::2:1"},	    /* 4.2.1 as short as can be */
		{"2001:db8::0:1", "2001:db8::1"},		    /* 4.2.1 */
		{"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},   /* 4.2.2 a single group is not shortened */
		{"2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},	    /* 4.2.3 the longest run */
		{"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},	    /* 4.2.3 the first of equals */
		{"2001:DB8:AAAA:BBBB:CCCC:DDDD:EEEE:AAAA", "2001:db8:aaaa:bbbb:cccc:dddd:eeee:aaaa"}, /* 4.3 */
		{"::FFFF:192.0.2.1", "::ffff:192.0.2.1"},	    /* 5 */
		{"::ffff:c000:201", "::ffff:192.0.2.1"},	    /* 5 */
		{"0:0:0:0:0:0:0:0", "::"},
		{"0:0:0:0:0:0:0:1", "::1"},
		{"1:0:0:0:0:0:0:0", "1::"},
		{"1:0:0:2:0:0:0:0", "1:0:0:2::"},
		{"0:0:1:0:0:0:0:1", "0:0:1::1"},
		{"0:1:0:1:0:1:0:1", "0:1:0:1:0:1:0:1"},
		{"0:0:0:1:0:0:0:1", "::1:0:0:0:1"},
		{"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
		{"::1.2.3.4", "::102:304"}, /* deprecated, so not written */
		{"0.0.0.0", "0.0.0.0"},
		{"255.255.255.255", "255.255.255.255"},
		{"10.200.30.4", "10.200.30.4"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof same / sizeof *same; i++)
		assert_text(same[i], "2001:db8::1:0:0:1");
	for (i = 0; i < sizeof right / sizeof *right; i++)
		assert_text(right[i].read, right[i].expected);
}

static void test_text_of_nothing(void **state)
{
	struct lsp_addr addr = {.family = LSP_FAMILY_NONE};
	char text[LSP_ADDR_TEXT_MAX];

	(void)state;
	assert_int_equal(lsp_addr_text(&addr, text), 1);
	assert_string_equal(text, "?");
}

static void test_parse_good(void **state)
{
	static const struct {
		const char *text;
		uint8_t family, bytes[16];
	} good[] = {
		{"127.0.0.1", LSP_INET4, {127, 0, 0, 1}},
		{"0.0.0.0", LSP_INET4, {0}},
		{"::", LSP_INET6, {0}},
		{"::1", LSP_INET6, {[15] = 1}},
		{"1::", LSP_INET6, {[1] = 1}},
		{"1:2:3:4:5:6:7:8", LSP_INET6, {0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8}},
		{"1:2:3:4:5:6:7::", LSP_INET6, {0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 0}},
		{"::2:3:4:5:6:7:8", LSP_INET6, {0, 0, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8}},
		{"FE80::aBcD", LSP_INET6, {0xfe, 0x80, [14] = 0xab, 0xcd}},
		{"::ffff:1.2.3.4", LSP_INET6, {[10] = 0xff, 0xff, 1, 2, 3, 4}},
		{"64:ff9b::192.0.2.33", LSP_INET6, {0, 0x64, 0xff, 0x9b, [12] = 192, 0, 2, 33}},
		{"1:2:3:4:5:6:1.2.3.4", LSP_INET6, {0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 1, 2, 3, 4}},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof good / sizeof *good; i++) {
		struct lsp_addr addr = read_addr(good[i].text);

		assert_int_equal(addr.family, good[i].family);
		assert_memory_equal(addr.bytes, good[i].bytes, 16);
		assert_int_equal(addr.scope, 0);
	}
}

static void test_parse_bad(void **state)
{
	static const char *const bad[] = {
		"", " ", "1", "127.1", "127.0.1", "1.2.3.4.5", "1.2.3.4.", ".1.2.3.4", "1..2.3", "1.2.3.256", "1.2.3.1000",
		"010.0.0.1", "1.2.3.04", "00.0.0.0", "0x7f.0.0.1", "1.2.3.4 ", " 1.2.3.4", "1.2.3.-4", "+1.2.3.4", "1.2.3.a",
		"*", ":", ":::", "::::", "1::2::3", "::1::", "12345::", "::12345", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9",
		"::1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8::", "1:2:3:4::5:6:7:8", "1:", "1::2:", ":1", ":1::2", "1:2:3:4:5:6:7:",
		"g::", "::g", "[::1]", "::1%eth0", "fe80::1%1", "::1/64", "::ffff:1.2.3", "::ffff:1.2.3.4.5", "::ffff:1.2.3.4:5",
		"::ffff:01.2.3.4", "1.2.3.4::", "1:2:3:4:5:6:7:1.2.3.4", "1:2:3:4:5:1.2.3.4", "::abc.1.2.3", "0:0",
		"localhost",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct lsp_addr addr, before;

		memset(&addr, 0x5a, sizeof addr);
		before = addr;
		if (lsp_addr_parse(bad[i], strlen(bad[i]), &addr))
			fail_msg("'%s' was read", bad[i]);
		assert_memory_equal(&addr, &before, sizeof addr);
	}
}

/* Only len bytes count: what stands behind them is somebody else's. */
static void test_parse_by_length(void **state)
{
	struct lsp_addr addr;
	char text[LSP_ADDR_TEXT_MAX];

	(void)state;
	assert_true(lsp_addr_parse("10.0.0.12]:80", 8, &addr));
	lsp_addr_text(&addr, text);
	assert_string_equal(text, "10.0.0.1");
	assert_true(lsp_addr_parse("::12", 3, &addr));
	lsp_addr_text(&addr, text);
	assert_string_equal(text, "::1");
	assert_false(lsp_addr_parse("1.2.3.4\0", 8, &addr));
	assert_false(lsp_addr_parse(NULL, 0, &addr));
}

/* A generator of our own: the same numbers on every system. */
static uint32_t next_random(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

static void test_round_trip(void **state)
{
	uint32_t seed = 1;
	int i, j;

	(void)state;
	for (i = 0; i < 200000; i++) {
		struct lsp_addr addr = {.family = i % 4 == 0 ? LSP_INET4 : LSP_INET6}, again;
		char text[LSP_ADDR_TEXT_MAX];
		size_t len;

		for (j = 0; j < (addr.family == LSP_INET4 ? 4 : 16); j++) {
			/* many zeros, as the shortening needs */
			addr.bytes[j] = next_random(&seed) % 4 < 3 && i % 4 > 1 ? 0 : (uint8_t)next_random(&seed);
		}
		len = lsp_addr_text(&addr, text);
		assert_int_equal(len, strlen(text));
		assert_true(len < LSP_ADDR_TEXT_MAX);
		if (!lsp_addr_parse(text, len, &again) || lsp_addr_cmp(&addr, &again) != 0)
			fail_msg("'%s' does not come back", text);
	}
}

static void test_is_any(void **state)
{
	struct lsp_addr addr;

	(void)state;
	addr = read_addr("0.0.0.0");
	assert_true(lsp_addr_is_any(&addr));
	addr = read_addr("::");
	assert_true(lsp_addr_is_any(&addr));
	addr = read_addr("::1");
	assert_false(lsp_addr_is_any(&addr));
	addr = read_addr("0.0.0.1");
	assert_false(lsp_addr_is_any(&addr));
}

static void test_unmap(void **state)
{
	struct lsp_addr mapped, plain, kept;

	(void)state;
	mapped = read_addr("::ffff:10.1.2.3");
	plain = lsp_addr_unmap(&mapped);
	kept = read_addr("10.1.2.3");
	assert_int_equal(lsp_addr_cmp(&plain, &kept), 0);
	kept = read_addr("::fffe:10.1.2.3");
	plain = lsp_addr_unmap(&kept);
	assert_int_equal(lsp_addr_cmp(&plain, &kept), 0);
	kept = read_addr("fe80::1");
	kept.scope = 7;
	plain = lsp_addr_unmap(&kept);
	assert_int_equal(lsp_addr_cmp(&plain, &kept), 0);
}

static void test_cmp(void **state)
{
	static const char *const ascending[] = {"0.0.0.0", "10.0.0.1", "127.0.0.1", "200.0.0.1", "255.255.255.255",
						"::",	   "::1",      "::ffff:0.0.0.0", "2001:db8::", "fe80::1"};
	const size_t count = sizeof ascending / sizeof *ascending;
	struct lsp_addr a, b;
	size_t i, j;

	(void)state;
	for (i = 0; i < count; i++) {
		for (j = 0; j < count; j++) {
			int order;

			a = read_addr(ascending[i]);
			b = read_addr(ascending[j]);
			order = lsp_addr_cmp(&a, &b);
			assert_int_equal((order > 0) - (order < 0), (i > j) - (i < j));
		}
	}
	/* trap 13: these two differ by more than INT_MAX */
	a = b = read_addr("fe80::1");
	a.scope = 1;
	b.scope = 4000000000u;
	assert_true(lsp_addr_cmp(&a, &b) < 0);
	assert_true(lsp_addr_cmp(&b, &a) > 0);
}

static void test_within(void **state)
{
	static const struct {
		const char *addr, *net;
		unsigned bits;
		bool within;
	} table[] = {
		{"1.2.3.4", "0.0.0.0", 0, true},
		{"255.255.255.255", "1.2.3.4", 0, true},
		{"127.255.255.255", "0.0.0.0", 1, true},
		{"128.0.0.0", "0.0.0.0", 1, false},
		{"10.9.8.7", "10.0.0.0", 8, true},
		{"11.9.8.7", "10.0.0.0", 8, false},
		{"10.15.255.255", "10.8.0.0", 13, true},
		{"10.16.0.0", "10.8.0.0", 13, false},
		{"10.0.0.1", "10.0.0.0", 31, true},
		{"10.0.0.2", "10.0.0.0", 31, false},
		{"10.0.0.2", "10.0.0.2", 32, true},
		{"10.0.0.3", "10.0.0.2", 32, false},
		{"10.9.8.7", "10.1.2.3", 8, true}, /* bits behind the mask do not count */
		{"10.0.0.1", "10.0.0.1", 33, false},
		{"2001:db8::1", "::", 0, true},
		{"2001:db8::1", "2001:db8::", 32, true},
		{"2001:db9::1", "2001:db8::", 32, false},
		{"7fff::", "::", 1, true},
		{"8000::", "::", 1, false},
		{"fe80::1", "fe80::1", 128, true},
		{"fe80::1", "fe80::", 127, true},
		{"fe80::2", "fe80::", 127, false},
		{"fe80::1", "fe80::1", 129, false},
		{"10.0.0.1", "::", 0, false}, /* another family */
		{"::1", "0.0.0.0", 0, false},
		{"::ffff:10.0.0.1", "10.0.0.0", 8, true},
		{"::ffff:11.0.0.1", "10.0.0.0", 8, false},
		{"10.0.0.1", "::ffff:10.0.0.0", 104, true},
		{"11.0.0.1", "::ffff:10.0.0.0", 104, false},
		{"::ffff:10.0.0.1", "::ffff:10.0.0.0", 104, true},
		{"10.0.0.1", "::ffff:0.0.0.0", 96, true},
		{"10.0.0.1", "::ffff:10.0.0.1", 128, true},
		{"10.0.0.2", "::ffff:10.0.0.1", 128, false},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof table / sizeof *table; i++) {
		struct lsp_addr addr = read_addr(table[i].addr), net = read_addr(table[i].net);

		if (lsp_addr_within(&addr, &net, table[i].bits) != table[i].within)
			fail_msg("%s in %s/%u", table[i].addr, table[i].net, table[i].bits);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rfc5952_text),
		cmocka_unit_test(test_text_of_nothing),
		cmocka_unit_test(test_parse_good),
		cmocka_unit_test(test_parse_bad),
		cmocka_unit_test(test_parse_by_length),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_is_any),
		cmocka_unit_test(test_unmap),
		cmocka_unit_test(test_cmp),
		cmocka_unit_test(test_within),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
