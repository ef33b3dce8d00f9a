/*
 * test_cli_operand.c - PORT and peer words: what each means, and what is said of those that mean nothing.
 *
 * The expected ports are written as text, "tcp 80" or "tcp+udp 8000-8100 @ 127.0.0.1", so that a table can be read.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cli/operand.h"

static const char *proto_text(unsigned protos)
{
	return protos == LSP_PROTO_ALL ? "all" : protos == LSP_PROTO_BIT(LSP_TCP) ? "tcp" : "udp";
}

/* "all 80; tcp 443 @ ::1" */
static void describe(const struct lsp_select *select, char *ret_text, size_t size)
{
	size_t used = 0, i;

	ret_text[0] = '\0';
	for (i = 0; i < select->port_count; i++) {
		const struct lsp_endpoint *port = &select->ports[i];
		char range[16] = "", where[LSP_ADDR_TEXT_MAX + 4] = "", addr[LSP_ADDR_TEXT_MAX], device[32] = "";

		if (port->high != port->low)
			snprintf(range, sizeof range, "-%u", port->high);
		if (port->where == LSP_AT_WILDCARD)
			strcpy(where, " @ *");
		if (port->where == LSP_AT_ADDRESS) {
			lsp_addr_text(&port->addr, addr);
			snprintf(where, sizeof where, " @ %s", addr);
		}
		if (port->device != NULL)
			snprintf(device, sizeof device, " on %.*s", (int)port->device_len, port->device);
		else if (port->ifindex != 0)
			snprintf(device, sizeof device, " on number %u", port->ifindex);
		assert_true(used < size);
		used += (size_t)snprintf(ret_text + used, size - used, "%s%s %u%s%s%s", i > 0 ? "; " : "",
					 proto_text(port->protos), port->low, range, where, device);
	}
}

static const struct {
	const char *word, *ports;
} good[] = {
	/* the contract's list */
	{"8000", "all 8000"},
	{"8000-8100", "all 8000-8100"},
	{"80,443", "all 80; all 443"},
	{":8000", "all 8000"},
	{"ntp", "tcp 123; udp 123"},
	{"tcp/53", "tcp 53"},
	{"53/udp", "udp 53"},
	{"127.0.0.1:8000", "all 8000 @ 127.0.0.1"},
	{"[::1]:8000", "all 8000 @ ::1"},
	{"*:8000", "all 8000 @ *"},
	/* as the list writes them */
	{"127.0.0.53%lo:53", "all 53 @ 127.0.0.53 on lo"},
	{"[fe80::1%eth0]:80", "all 80 @ fe80::1 on eth0"},
	{"tcp/[::%eth0.100]:80-81", "tcp 80-81 @ :: on eth0.100"},
	{"*%br-0:80,*%3:81", "all 80 @ * on br-0; all 81 @ * on number 3"},
	{"[::1%0]:80", "all 80 @ ::1 on 0"}, /* no number of an interface: it is looked for as a name, in vain */
	{"[::1%4294967296]:80", "all 80 @ ::1 on 4294967296"},
	/* their neighbours */
	{"1", "all 1"},
	{"65535", "all 65535"},
	{"1-65535", "all 1-65535"},
	{"80-80", "all 80"},
	{"tcp:8000", "tcp 8000"},
	{"TCP:8000", "tcp 8000"},
	{"udp:53", "udp 53"},
	{"8000/tcp", "tcp 8000"},
	{"8000/TCP", "tcp 8000"},
	{"8000-8100/tcp", "tcp 8000-8100"},
	{"tcp:80,443", "tcp 80; tcp 443"},
	{"tcp/80,443", "tcp 80; tcp 443"},
	{"80,443/tcp", "tcp 80; tcp 443"},
	{"53/udp,80/tcp", "udp 53; tcp 80"},
	{"80/tcp,53/udp", "tcp 80; udp 53"},
	{"udp:53,tcp:80", "udp 53; tcp 80"},
	{"tcp:80,53/udp", "tcp 80; udp 53"},
	{"53,80/udp,443", "all 53; udp 80; all 443"},
	{"80,8000-8100,443", "all 80; all 8000-8100; all 443"},
	{":80,:443", "all 80; all 443"},
	{"*:80,443", "all 80 @ *; all 443"},
	{"*:8000-8100", "all 8000-8100 @ *"},
	{"tcp:*:80", "tcp 80 @ *"},
	{"tcp/127.0.0.1:80", "tcp 80 @ 127.0.0.1"},
	{"127.0.0.1:80/tcp", "tcp 80 @ 127.0.0.1"},
	{"127.0.0.1:80-90", "all 80-90 @ 127.0.0.1"},
	{"0.0.0.0:80", "all 80 @ 0.0.0.0"},
	{"[::]:80", "all 80 @ ::"},
	{"[::ffff:127.0.0.1]:80", "all 80 @ 127.0.0.1"}, /* v4-mapped counts as IPv4 */
	{"tcp:[fe80::1]:80", "tcp 80 @ fe80::1"},
	{"[::1]:80/udp", "udp 80 @ ::1"},
	{"localhost:80", "all 80 @ 127.0.0.1; all 80 @ ::1"},
	/* names, in any case, with aliases */
	{"tcp/ssh", "tcp 22"},
	{"SSH/tcp", "tcp 22"},
	{"tcp/sshd", "tcp 22"},
	{"tcp/pop3", "tcp 110"},
	{"whois/tcp", "tcp 43"},
	{"tcp/http", "tcp 80"},
	{":http/tcp", "tcp 80"},
	{"127.0.0.1:http/tcp", "tcp 80 @ 127.0.0.1"},
	{"tcp:ssh,http,8000", "tcp 22; tcp 80; tcp 8000"},
	{"tcp:ftp-data", "tcp 20"}, /* a name with a dash is no range */
};

static void test_ports(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof good / sizeof *good; i++) {
		struct lsp_select select = {.protos = 0};
		char usage[LSP_USAGE_TEXT_MAX] = "", text[512];
		unsigned protos = 0;

		if (!lsp_operand_read(good[i].word, 3, &select, &protos, usage))
			fail_msg("'%s': %s", good[i].word, usage);
		describe(&select, text, sizeof text);
		if (strcmp(text, good[i].ports) != 0)
			fail_msg("'%s' became '%s', not '%s'", good[i].word, text, good[i].ports);
		assert_int_equal(protos, 0);
		assert_int_equal(select.ports[select.port_count - 1].word, 3);
		free(select.ports);
	}
}

static void test_proto_alone(void **state)
{
	struct lsp_select select = {.protos = 0};
	char usage[LSP_USAGE_TEXT_MAX];
	unsigned protos = 0;

	(void)state;
	assert_true(lsp_operand_read("tcp", 0, &select, &protos, usage));
	assert_int_equal(protos, LSP_PROTO_BIT(LSP_TCP));
	assert_true(lsp_operand_read("UDP", 1, &select, &protos, usage));
	assert_int_equal(protos, LSP_PROTO_ALL);
	assert_int_equal(select.port_count, 0);
}

/* A name of many ports is all of them, in either protocol: X11 has one for each display, 6000 to 6063, but for a few
 * that belong to others. */
static void test_name_of_many_ports(void **state)
{
	static const char *const words[] = {"tcp/x11", "x11/udp"};
	size_t i, j;

	(void)state;
	for (i = 0; i < 2; i++) {
		struct lsp_select select = {.protos = 0};
		char usage[LSP_USAGE_TEXT_MAX];
		unsigned protos = 0;

		assert_true(lsp_operand_read(words[i], 0, &select, &protos, usage));
		assert_true(select.port_count >= 50);
		for (j = 0; j < select.port_count; j++) {
			assert_int_equal(select.ports[j].protos, LSP_PROTO_BIT(i == 0 ? LSP_TCP : LSP_UDP));
			assert_in_range(select.ports[j].low, 6000, 6063);
		}
		assert_int_equal(select.ports[0].low, 6000);
		assert_int_equal(select.ports[select.port_count - 1].low, 6063);
		free(select.ports);
	}
}

/* word: what the message must hold, as typed; hint: part of what it says would be right. */
static const struct {
	const char *word, *hint;
} bad[] = {
	{"70000", "1 to 65535"},
	{"0", "1 to 65535"},
	{"65536", "1 to 65535"},
	{"99999999999999999999", "1 to 65535"},
	{"8000-", "8000-8100"},
	{"-", "8000-8100"},
	{"8000--8100", "1 to 65535"},
	{"8000-8100-8200", "1 to 65535"},
	{"9000-8000", "write 8000-9000"},
	{"8000-70000", "1 to 65535"},
	{"0-80", "1 to 65535"},
	{"nosuchservice", "known service such as http"},
	{"htpp", "did you mean 'http'?"},
	{"tcp/htpps", "did you mean 'https'?"},
	{"0x50", "service"},
	{"8000x", "service"},
	{"80 ", "1 to 65535"},
	{"+80", "1 to 65535"},
	{"80,", "port is missing"},
	{",80", "port is missing"},
	{"80,,443", "port is missing"},
	{",", "port is missing"},
	{":", "port is missing"},
	{"127.0.0.1:", "port is missing"},
	{"[::1]:", "port is missing"},
	{"*:", "port is missing"},
	{"tcp/", "service"},
	{"sctp/80", "service"},
	{"80/sctp", "service"},
	{"127.0.0.1", "write 127.0.0.1:PORT"},
	{"::1", "write [::1]:PORT"},
	{"::", "write [::1]:PORT"},
	{"[::1]", "[ADDRESS]:PORT"},
	{"[::1]80", "[ADDRESS]:PORT"},
	{"[::1", "[ADDRESS]:PORT"},
	{"[::1:80", "[ADDRESS]:PORT"},
	{"[]:80", "write [ADDRESS]:PORT"}, /* "[$ADDRESS]:80" is not every address */
	{"::1:80x", "in brackets"},
	{"fe80::1%eth0:80", "in brackets"},
	{"127.1:80", "no address"},
	{"010.0.0.1:80", "no address"},
	{"300.1.2.3:80", "no address"},
	{"[127.1]:80", "no address"},
	{"127.0.0.1:99999", "1 to 65535"},
	{"127.0.0.1:8000-", "8000-8100"},
	{"*:*", "1 to 65535"},
	{"http:80", "no address"},
	{"80:443", "no address"},
	{"80,443,70000", "1 to 65535"},
};

static void assert_usage(const char *word, const char *hint, const char *usage)
{
	if (strstr(usage, word) == NULL)
		fail_msg("'%s' is not in: %s", word, usage);
	if (strstr(usage, hint) == NULL)
		fail_msg("'%s': '%s' is not in: %s", word, hint, usage);
	assert_null(strchr(usage, '\n'));
}

static void test_bad_ports(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct lsp_select select = {.protos = 0};
		char usage[LSP_USAGE_TEXT_MAX] = "";
		unsigned protos = 0;

		if (lsp_operand_read(bad[i].word, 0, &select, &protos, usage))
			fail_msg("'%s' was read", bad[i].word);
		assert_usage(bad[i].word, bad[i].hint, usage);
		free(select.ports);
	}
}

/* A word as long as the command line: cut in the message, which stays one line with its advice. */
static void test_long_words(void **state)
{
	static const char fills[] = "x9:-,[*/.";
	struct lsp_select select = {.protos = 0};
	char usage[LSP_USAGE_TEXT_MAX], word[5001];
	struct lsp_peer peer;
	unsigned protos = 0;
	size_t i;

	(void)state;
	for (i = 0; fills[i] != '\0'; i++) {
		memset(word, fills[i], sizeof word - 1);
		word[sizeof word - 1] = '\0';
		usage[0] = '\0';
		assert_false(lsp_operand_read(word, 0, &select, &protos, usage));
		assert_true(strlen(usage) > 20 && strlen(usage) < LSP_USAGE_TEXT_MAX - 1);
		usage[0] = '\0';
		assert_false(lsp_peer_read(word, &peer, usage));
		assert_true(strlen(usage) > 20 && strlen(usage) < LSP_USAGE_TEXT_MAX - 1);
	}
	free(select.ports);
}

static void test_peers(void **state)
{
	static const struct {
		const char *word, *net;
		unsigned bits;
		uint16_t port;
	} table[] = {
		{"10.0.0.1", "10.0.0.1", 32, 0},
		{"10.0.0.1:443", "10.0.0.1", 32, 443},
		{"10.0.0.0/8", "10.0.0.0", 8, 0},
		{"10.0.0.0/8:443", "10.0.0.0", 8, 443},
		{"0.0.0.0/0", "0.0.0.0", 0, 0},
		{"10.0.0.0/32:1", "10.0.0.0", 32, 1},
		{"::1", "::1", 128, 0},
		{"2001:db8::/32", "2001:db8::", 32, 0},
		{"2001:db8::1", "2001:db8::1", 128, 0},
		{"[::1]", "::1", 128, 0},
		{"[::1]:443", "::1", 128, 443},
		{"[2001:db8::]/32", "2001:db8::", 32, 0},
		{"[2001:db8::]/32:443", "2001:db8::", 32, 443},
		{"[2001:db8::/32]", "2001:db8::", 32, 0},
		{"[2001:db8::/32]:443", "2001:db8::", 32, 443},
		{"::/0", "::", 0, 0},
		{"::ffff:10.0.0.0/104", "::ffff:10.0.0.0", 104, 0},
		{":443", NULL, 0, 443},
		{"*:443", NULL, 0, 443},
		{"*", NULL, 0, 0},
		{"*:65535", NULL, 0, 65535},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof table / sizeof *table; i++) {
		char usage[LSP_USAGE_TEXT_MAX] = "", text[LSP_ADDR_TEXT_MAX];
		struct lsp_peer peer;

		if (!lsp_peer_read(table[i].word, &peer, usage))
			fail_msg("'%s': %s", table[i].word, usage);
		lsp_addr_text(&peer.net, text);
		assert_string_equal(text, table[i].net != NULL ? table[i].net : "?");
		assert_int_equal(peer.bits, table[i].bits);
		assert_int_equal(peer.port, table[i].port);
	}
}

static void test_bad_peers(void **state)
{
	static const struct {
		const char *word, *hint;
	} table[] = {
		{"", "ADDRESS[/BITS][:PORT]"},
		{"1.2.3", "no address"},
		{"300.1.2.3", "no address"},
		{"localhost", "no address"},
		{"10.0.0.0/33", "0 to 32"},
		{"10.0.0.0/", "0 to 32"},
		{"10.0.0.0/x", "0 to 32"},
		{"10.0.0.0/-1", "0 to 32"},
		{"10.0.0.0/8/8", "0 to 32"},
		{"2001:db8::/129", "0 to 128"},
		{"[2001:db8::]/129", "0 to 128"},
		{"10.0.0.1:0", "1 to 65535"},
		{"10.0.0.1:", "1 to 65535"},
		{"10.0.0.1:70000", "1 to 65535"},
		{"10.0.0.1:http", "1 to 65535"},
		{"10.0.0.0/8:70000", "1 to 65535"},
		{":", "1 to 65535"},
		{"[::1", "[ADDRESS]/BITS:PORT"},
		{"[::1]443", "[ADDRESS]/BITS:PORT"}, /* not ::1443 */
		{"[10.0.0.1]2", "[ADDRESS]/BITS:PORT"},
		{"[]:443", "[ADDRESS]/BITS:PORT"},
		{"[::1]:", "1 to 65535"},
		{"[::1]:443:1", "1 to 65535"},
		{"*/8", "no address"},
		{"::1/64:443", "0 to 128"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof table / sizeof *table; i++) {
		struct lsp_peer peer = {.port = 77};
		char usage[LSP_USAGE_TEXT_MAX] = "";

		if (lsp_peer_read(table[i].word, &peer, usage))
			fail_msg("'%s' was read", table[i].word);
		assert_usage(table[i].word, table[i].hint, usage);
		assert_int_equal(peer.port, 77);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ports),
		cmocka_unit_test(test_proto_alone),
		cmocka_unit_test(test_name_of_many_ports),
		cmocka_unit_test(test_bad_ports),
		cmocka_unit_test(test_long_words),
		cmocka_unit_test(test_peers),
		cmocka_unit_test(test_bad_peers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
