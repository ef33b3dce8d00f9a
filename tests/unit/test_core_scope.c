/*
 * test_core_scope.c - from how far an address and a socket are reached. The expected classes are those of the documents
 * that scope.h names, tried at both edges of each net.
 */
#include "test_core_world.h"

#include "core/scope.h"

static void test_addresses(void **state)
{
	static const struct {
		const char *text;
		enum lsp_scope scope;
	} cases[] = {
		{"0.0.0.0", LSP_SCOPE_NONE},
		{"::", LSP_SCOPE_NONE},
		{"::ffff:0.0.0.0", LSP_SCOPE_NONE},
		{"127.0.0.1", LSP_SCOPE_LOOPBACK},
		{"127.255.255.255", LSP_SCOPE_LOOPBACK},
		{"126.255.255.255", LSP_SCOPE_PUBLIC},
		{"128.0.0.0", LSP_SCOPE_PUBLIC},
		{"::1", LSP_SCOPE_LOOPBACK},
		{"::2", LSP_SCOPE_PUBLIC},
		{"::ffff:127.0.0.1", LSP_SCOPE_LOOPBACK},
		/* RFC 1918 */
		{"10.0.0.0", LSP_SCOPE_PRIVATE},
		{"10.255.255.255", LSP_SCOPE_PRIVATE},
		{"9.255.255.255", LSP_SCOPE_PUBLIC},
		{"11.0.0.0", LSP_SCOPE_PUBLIC},
		{"172.15.255.255", LSP_SCOPE_PUBLIC},
		{"172.16.0.0", LSP_SCOPE_PRIVATE},
		{"172.31.255.255", LSP_SCOPE_PRIVATE},
		{"172.32.0.0", LSP_SCOPE_PUBLIC},
		{"192.167.255.255", LSP_SCOPE_PUBLIC},
		{"192.168.0.0", LSP_SCOPE_PRIVATE},
		{"192.168.255.255", LSP_SCOPE_PRIVATE},
		{"192.169.0.0", LSP_SCOPE_PUBLIC},
		{"::ffff:192.168.0.1", LSP_SCOPE_PRIVATE},
		/* RFC 6598 */
		{"100.63.255.255", LSP_SCOPE_PUBLIC},
		{"100.64.0.0", LSP_SCOPE_PRIVATE},
		{"100.127.255.255", LSP_SCOPE_PRIVATE},
		{"100.128.0.0", LSP_SCOPE_PUBLIC},
		/* RFC 3927 */
		{"169.253.255.255", LSP_SCOPE_PUBLIC},
		{"169.254.0.0", LSP_SCOPE_LINK},
		{"169.254.255.255", LSP_SCOPE_LINK},
		{"169.255.0.0", LSP_SCOPE_PUBLIC},
		/* RFC 6890: the ends of translators and tunnels */
		{"191.255.255.255", LSP_SCOPE_PUBLIC},
		{"192.0.0.0", LSP_SCOPE_PRIVATE},
		{"192.0.0.255", LSP_SCOPE_PRIVATE},
		{"192.0.1.0", LSP_SCOPE_PUBLIC},
		{"198.17.255.255", LSP_SCOPE_PUBLIC},
		{"198.18.0.0", LSP_SCOPE_PRIVATE},
		{"198.19.255.255", LSP_SCOPE_PRIVATE},
		{"198.20.0.0", LSP_SCOPE_PUBLIC},
		/* set apart for documents: nothing makes it narrower */
		{"203.0.113.1", LSP_SCOPE_PUBLIC},
		{"2001:db8::1", LSP_SCOPE_PUBLIC},
		{"8.8.8.8", LSP_SCOPE_PUBLIC},
		{"2606:4700::1", LSP_SCOPE_PUBLIC},
		/* RFC 4291, RFC 4193 */
		{"fe7f:ffff::", LSP_SCOPE_PUBLIC},
		{"fe80::", LSP_SCOPE_LINK},
		{"febf:ffff::1", LSP_SCOPE_LINK},
		{"fec0::1", LSP_SCOPE_PUBLIC},
		{"fbff::1", LSP_SCOPE_PUBLIC},
		{"fc00::1", LSP_SCOPE_PRIVATE},
		{"fdff:ffff::1", LSP_SCOPE_PRIVATE},
		/* groups */
		{"224.0.0.251", LSP_SCOPE_LINK},
		{"224.0.1.1", LSP_SCOPE_PUBLIC},
		{"239.255.255.250", LSP_SCOPE_PRIVATE},
		{"255.255.255.255", LSP_SCOPE_LINK},
		{"ff01::1", LSP_SCOPE_LOOPBACK},
		{"ff02::fb", LSP_SCOPE_LINK},
		{"ff12::1", LSP_SCOPE_LINK},
		{"ff05::2", LSP_SCOPE_PRIVATE},
		{"ff08::1", LSP_SCOPE_PRIVATE},
		{"ff0e::101", LSP_SCOPE_PUBLIC},
	};
	const struct lsp_addr none = {.family = LSP_FAMILY_NONE};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct lsp_addr addr = addr_of(cases[i].text);

		if (lsp_scope_of_addr(&addr) != cases[i].scope)
			fail_msg("%s: %d, not %d", cases[i].text, lsp_scope_of_addr(&addr), cases[i].scope);
	}
	assert_int_equal(lsp_scope_of_addr(&none), LSP_SCOPE_NONE);
}

static void test_words(void **state)
{
	enum lsp_scope scope;
	int i;

	(void)state;
	assert_null(lsp_scope_name(LSP_SCOPE_NONE));
	for (i = LSP_SCOPE_LOOPBACK; i < LSP_SCOPE_COUNT; i++) {
		const char *name = lsp_scope_name((enum lsp_scope)i);

		assert_true(lsp_scope_read(name, strlen(name), &scope));
		assert_int_equal(scope, i);
		assert_false(lsp_scope_read(name, strlen(name) - 1, &scope));
	}
	assert_true(lsp_scope_read("Public,x", 6, &scope));
	assert_int_equal(scope, LSP_SCOPE_PUBLIC);
	assert_false(lsp_scope_read("publics", 7, &scope));
	assert_false(lsp_scope_read("", 0, &scope));
	assert_string_equal(lsp_scope_name(LSP_SCOPE_LOOPBACK), "loopback");
	assert_string_equal(lsp_scope_name(LSP_SCOPE_LINK), "link");
	assert_string_equal(lsp_scope_name(LSP_SCOPE_PRIVATE), "private");
}

struct reach {
	const char *local;
	int kind;
	uint32_t device;
	enum lsp_scope scope;
	uint32_t via[8]; /* ended by 0 */
};

static void check(const struct lsp_snapshot *snapshot, const struct reach *reach)
{
	struct lsp_socket socket = listener(reach->local, reach->kind, reach->device);
	uint32_t via[8] = {0};
	size_t count = lsp_scope_links(snapshot, &socket, via, 8), i;

	if (lsp_scope_of_socket(snapshot, &socket) != reach->scope)
		fail_msg("%s %d %u: scope %d, not %d", reach->local, reach->kind, reach->device,
			 lsp_scope_of_socket(snapshot, &socket), reach->scope);
	for (i = 0; i < 8 && reach->via[i] != 0; i++) {
		if (via[i] != reach->via[i])
			fail_msg("%s %d %u: via %u, not %u", reach->local, reach->kind, reach->device, via[i], reach->via[i]);
	}
	assert_int_equal(count, i);
}

static void check_all(const struct lsp_snapshot *snapshot, const struct reach *reaches, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		check(snapshot, &reaches[i]);
}
#define CHECK(snapshot, reaches) check_all(snapshot, reaches, sizeof(reaches) / sizeof *(reaches))

static void test_wildcards(void **state)
{
	/* old is down, blue and in0 are another routing table */
	static const struct reach reaches[] = {
		{"0.0.0.0", 0, 0, LSP_SCOPE_PUBLIC, {LO, ETH0, WAN}},
		{"::", V6ONLY, 0, LSP_SCOPE_PUBLIC, {LO, ETH0, WAN}},
		{"::", DUAL, 0, LSP_SCOPE_PUBLIC, {LO, ETH0, WAN}},
		{"::ffff:0.0.0.0", DUAL, 0, LSP_SCOPE_PUBLIC, {LO, ETH0, WAN}},
	};
	struct lsp_snapshot *snapshot = host();

	(void)state;
	CHECK(snapshot, reaches);
	lsp_snapshot_free(snapshot);
}

static void test_specific(void **state)
{
	static const struct reach reaches[] = {
		{"127.0.0.1", 0, 0, LSP_SCOPE_LOOPBACK, {LO}},
		{"127.0.0.53", 0, 0, LSP_SCOPE_LOOPBACK, {LO}}, /* the whole net is lo's */
		{"::1", V6ONLY, 0, LSP_SCOPE_LOOPBACK, {LO}},
		{"192.168.1.5", 0, 0, LSP_SCOPE_PRIVATE, {ETH0}},
		{"::ffff:192.168.1.5", DUAL, 0, LSP_SCOPE_PRIVATE, {ETH0}},
		{"192.168.1.6", 0, 0, LSP_SCOPE_PRIVATE, {0}}, /* of eth0 it is the address alone */
		{"fe80::5", V6ONLY, ETH0, LSP_SCOPE_LINK, {ETH0}},
		{"2001:db8::9", V6ONLY, 0, LSP_SCOPE_PUBLIC, {WAN}},
		{"198.51.100.4", 0, 0, LSP_SCOPE_PUBLIC, {0}}, /* until old goes up */
		{"10.6.0.1", 0, 0, LSP_SCOPE_PRIVATE, {0}},    /* needs blue */
		{"203.0.113.9", 0, LO, LSP_SCOPE_LOOPBACK, {LO}},
	};
	struct lsp_snapshot *snapshot = host();

	(void)state;
	CHECK(snapshot, reaches);
	lsp_snapshot_free(snapshot);
}

static void test_devices(void **state)
{
	static const struct reach reaches[] = {
		{"0.0.0.0", 0, LO, LSP_SCOPE_LOOPBACK, {LO}},
		{"0.0.0.0", 0, ETH0, LSP_SCOPE_PRIVATE, {ETH0}},
		{"::", V6ONLY, ETH0, LSP_SCOPE_PRIVATE, {ETH0}},
		{"0.0.0.0", 0, WAN, LSP_SCOPE_PUBLIC, {WAN}},
		{"0.0.0.0", 0, OLD, LSP_SCOPE_LOOPBACK, {0}},	 /* down: nothing comes in */
		{"0.0.0.0", 0, 99, LSP_SCOPE_LOOPBACK, {0}},	 /* taken away */
		{"0.0.0.0", 0, BARE, LSP_SCOPE_LINK, {BARE}},	 /* what neighbours send to our other addresses */
		{"::", V6ONLY, IN0, LSP_SCOPE_LINK, {IN0}},
		{"0.0.0.0", 0, IN0, LSP_SCOPE_PRIVATE, {IN0}},
		{"0.0.0.0", 0, BLUE, LSP_SCOPE_PRIVATE, {IN0}},
		{"10.6.0.1", 0, BLUE, LSP_SCOPE_PRIVATE, {IN0}},
		{"10.6.0.1", 0, ETH0, LSP_SCOPE_PRIVATE, {ETH0}}, /* whoever sends to it there */
	};
	struct lsp_snapshot *snapshot = host();

	(void)state;
	CHECK(snapshot, reaches);
	lsp_snapshot_free(snapshot);
}

/* Where the families differ: public by IPv6 alone. */
static void test_families(void **state)
{
	static const struct reach reaches[] = {
		{"0.0.0.0", 0, 0, LSP_SCOPE_LINK, {1, 2}},
		{"::", V6ONLY, 0, LSP_SCOPE_PUBLIC, {1, 3}},
		{"::", DUAL, 0, LSP_SCOPE_PUBLIC, {1, 2, 3}},
		{"::", UNSAID, 0, LSP_SCOPE_PUBLIC, {1, 2, 3}},
	};
	static const struct lsp_link links[] = {
		{.index = 1, .is = LSP_LINK_UP | LSP_LINK_LOOPBACK, .name = "lo"},
		{.index = 2, .is = LSP_LINK_UP, .name = "four"},
		{.index = 3, .is = LSP_LINK_UP, .name = "six"},
	};
	struct lsp_snapshot *snapshot = lsp_snapshot_new();
	struct lsp_socket socket = listener("::", UNSAID, 2);
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++)
		lsp_snapshot_add_link(snapshot, &links[i]);
	give_addr(snapshot, 1, "127.0.0.1", 8);
	give_addr(snapshot, 1, "::1", 128);
	give_addr(snapshot, 2, "169.254.3.4", 16);
	give_addr(snapshot, 3, "2001:db8::3", 64);
	lsp_snapshot_freeze(snapshot);
	CHECK(snapshot, reaches);
	assert_int_equal(lsp_scope_of_socket(snapshot, &socket), LSP_SCOPE_LINK);
	lsp_snapshot_free(snapshot);
}

/* A wildcard on a host that has nothing but loopback is not public. */
static void test_loopback_alone(void **state)
{
	static const struct reach reaches[] = {
		{"0.0.0.0", 0, 0, LSP_SCOPE_LOOPBACK, {LO}},
		{"::", DUAL, 0, LSP_SCOPE_LOOPBACK, {LO}},
		{"203.0.113.9", 0, 0, LSP_SCOPE_PUBLIC, {0}},
	};
	static const struct lsp_link lo = {.index = LO, .is = LSP_LINK_UP | LSP_LINK_LOOPBACK, .name = "lo"};
	struct lsp_snapshot *snapshot = lsp_snapshot_new();

	(void)state;
	lsp_snapshot_add_link(snapshot, &lo);
	give_addr(snapshot, LO, "127.0.0.1", 8);
	give_addr(snapshot, LO, "::1", 128);
	lsp_snapshot_freeze(snapshot);
	CHECK(snapshot, reaches);
	lsp_snapshot_free(snapshot);
}

static void test_vrf_open(void **state)
{
	static const struct reach open[] = {
		{"0.0.0.0", 0, 0, LSP_SCOPE_PUBLIC, {LO, ETH0, WAN, IN0}},
		{"10.6.0.1", 0, 0, LSP_SCOPE_PRIVATE, {IN0}},
	};
	static const struct reach closed[] = {{"0.0.0.0", 0, 0, LSP_SCOPE_PUBLIC, {LO, ETH0, WAN}}};
	struct lsp_snapshot *snapshot = host();

	(void)state;
	snapshot->vrf_open = LSP_PROTO_BIT(LSP_TCP);
	CHECK(snapshot, open);
	snapshot->vrf_open = LSP_PROTO_BIT(LSP_UDP);
	CHECK(snapshot, closed);
	lsp_snapshot_free(snapshot);
}

static void test_unknown_links(void **state)
{
	static const struct reach reaches[] = {
		{"0.0.0.0", 0, 0, LSP_SCOPE_NONE, {0}},
		{"::", DUAL, 7, LSP_SCOPE_NONE, {0}},
		{"127.0.0.1", 0, 0, LSP_SCOPE_LOOPBACK, {0}},
		{"10.0.0.1", 0, 0, LSP_SCOPE_PRIVATE, {0}},
	};
	struct lsp_snapshot *snapshot = lsp_snapshot_new();

	(void)state;
	lsp_snapshot_freeze(snapshot);
	CHECK(snapshot, reaches);
	lsp_snapshot_free(snapshot);
}

static void test_room(void **state)
{
	struct lsp_snapshot *snapshot = host();
	struct lsp_socket socket = listener("0.0.0.0", 0, 0);
	uint32_t via[3] = {0, 77, 78};

	(void)state;
	assert_int_equal(lsp_scope_links(snapshot, &socket, NULL, 0), 3);
	assert_int_equal(lsp_scope_links(snapshot, &socket, via, 1), 3);
	assert_int_equal(via[0], LO);
	assert_int_equal(via[1], 77);
	lsp_snapshot_free(snapshot);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addresses),      cmocka_unit_test(test_words),
		cmocka_unit_test(test_wildcards),      cmocka_unit_test(test_specific),
		cmocka_unit_test(test_devices),	       cmocka_unit_test(test_families),
		cmocka_unit_test(test_loopback_alone), cmocka_unit_test(test_vrf_open),
		cmocka_unit_test(test_unknown_links),  cmocka_unit_test(test_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
