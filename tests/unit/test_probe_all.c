/*
 * test_probe_all.c - what is sent, in which order, to whom; and a ClientHello that says what it means.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "probe/opening.h"
#include "probe/probe.h"

/* --- a backend that answers with the port as an SSH version --------------------------------------------------- */

static struct {
	size_t calls, talks, most;
	unsigned limits[8];
	uint64_t now, takes_ms;
	enum lsp_err err;
} seen;

static uint64_t now_ms(void)
{
	return seen.now;
}

static enum lsp_err talk(struct lsp_talk *talks, size_t count, unsigned limit_ms, struct lsp_fault *ret_fault)
{
	size_t i;

	assert_in_range(count, 1, LSP_TALKS_MAX);
	seen.limits[seen.calls++] = limit_ms;
	seen.talks += count;
	seen.most = count > seen.most ? count : seen.most;
	seen.now += seen.takes_ms;
	for (i = 0; i < count; i++) {
		assert_int_equal(talks[i].end, LSP_TALK_NOT_TRIED);
		assert_int_equal(talks[i].len, 0);
		assert_true(talks[i].message_count > 0 || talks[i].port == 9100);
		talks[i].end = LSP_TALK_ANSWERED;
		talks[i].connects = 1;
		talks[i].len = (uint16_t)snprintf((char *)talks[i].bytes, LSP_TALK_ROOM, "SSH-2.0-%u\n", talks[i].port);
	}
	*ret_fault = (struct lsp_fault){.err = seen.err, .op = "talk"};
	return seen.err;
}

static const struct lsp_backend backend = {.name = "test", .talk = talk, .now_ms = now_ms};

#define LOOPBACK {.family = LSP_INET4, .bytes = {127, 0, 0, 1}}

static void test_each_once(void **state)
{
	static struct lsp_probe probes[3 * 150];
	struct lsp_fault fault;
	char words[32];
	size_t i;

	(void)state;
	memset(&seen, 0, sizeof seen);
	for (i = 0; i < 450; i++)
		probes[i] = (struct lsp_probe){.addr = LOOPBACK, .port = (uint16_t)(9000 + i % 150)};
	assert_int_equal(lsp_probe_all(&backend, probes, 450, 5000, &fault), LSP_OK);
	assert_int_equal(seen.talks, 150);
	assert_int_equal(seen.most, LSP_TALKS_MAX);
	assert_int_equal(seen.calls, 3);
	for (i = 0; i < 450; i++) {
		snprintf(words, sizeof words, "SSH-2.0-%u", probes[i].port);
		assert_int_equal(probes[i].port, 9000 + i % 150);
		assert_int_equal(probes[i].end, LSP_TALK_ANSWERED);
		assert_int_equal(probes[i].heard.speech, LSP_SPEECH_SSH);
		assert_int_equal(probes[i].heard.evidence_len, strlen(words));
		assert_memory_equal(probes[i].heard.evidence, words, strlen(words));
	}
	assert_int_equal(lsp_probe_all(&backend, probes, 0, 5000, &fault), LSP_OK);
	assert_int_equal(seen.calls, 3);
}

/* The time is one for all; who has no turn is said not to have been tried. */
static void test_time(void **state)
{
	static struct lsp_probe probes[200];
	struct lsp_fault fault;
	size_t i, tried = 0;

	(void)state;
	memset(&seen, 0, sizeof seen);
	seen.takes_ms = 600;
	for (i = 0; i < 200; i++)
		probes[i] = (struct lsp_probe){.addr = LOOPBACK, .port = (uint16_t)(9200 + i)};
	assert_int_equal(lsp_probe_all(&backend, probes, 200, 1000, &fault), LSP_OK);
	assert_int_equal(seen.calls, 2);
	assert_int_equal(seen.limits[0], 1000);
	assert_int_equal(seen.limits[1], 400);
	for (i = 0; i < 200; i++)
		tried += probes[i].end != LSP_TALK_NOT_TRIED;
	assert_int_equal(tried, 2 * LSP_TALKS_MAX);
}

static void test_fault(void **state)
{
	struct lsp_probe probe = {.addr = LOOPBACK, .port = 22};
	struct lsp_fault fault = {.err = LSP_OK};

	(void)state;
	memset(&seen, 0, sizeof seen);
	seen.err = LSP_UNSUPPORTED;
	assert_int_equal(lsp_probe_all(&backend, &probe, 1, 1000, &fault), LSP_UNSUPPORTED);
	assert_int_equal(fault.err, LSP_UNSUPPORTED);
	assert_int_equal(probe.end, LSP_TALK_NOT_TRIED);
}

/* --- where ----------------------------------------------------------------------------------------------------- */

static void test_address(void **state)
{
	static const struct lsp_addr loopback4 = LOOPBACK, loopback6 = {.family = LSP_INET6, .bytes = {[15] = 1}};
	static const struct lsp_addr own = {.family = LSP_INET4, .bytes = {10, 0, 0, 5}};
	static const struct lsp_addr link = {.family = LSP_INET6, .bytes = {0xfe, 0x80, [15] = 9}};
	struct lsp_socket socket = {.proto = LSP_TCP, .state = LSP_LISTEN, .local = {.family = LSP_INET4}};
	struct lsp_addr addr;

	(void)state;
	assert_true(lsp_probe_address(&socket, &addr));
	assert_int_equal(lsp_addr_cmp(&addr, &loopback4), 0);
	socket.local.family = LSP_INET6;
	assert_true(lsp_probe_address(&socket, &addr)); /* v6only is not known: ::1 is right in both cases */
	assert_int_equal(lsp_addr_cmp(&addr, &loopback6), 0);
	socket.has = LSP_HAS_V6ONLY;
	assert_true(lsp_probe_address(&socket, &addr));
	assert_int_equal(lsp_addr_cmp(&addr, &loopback4), 0);
	socket.v6only = 1;
	assert_true(lsp_probe_address(&socket, &addr));
	assert_int_equal(lsp_addr_cmp(&addr, &loopback6), 0);
	socket.local = own;
	assert_true(lsp_probe_address(&socket, &addr));
	assert_int_equal(lsp_addr_cmp(&addr, &own), 0);
	socket.has |= LSP_HAS_IFINDEX;
	socket.ifindex = 3;
	assert_false(lsp_probe_address(&socket, &addr));
	socket.local = link;
	assert_true(lsp_probe_address(&socket, &addr));
	assert_int_equal(addr.scope, 3);
	socket.has = 0;
	socket.state = LSP_ESTABLISHED;
	assert_false(lsp_probe_address(&socket, &addr));
	socket.state = LSP_LISTEN;
	socket.proto = LSP_UDP;
	assert_false(lsp_probe_address(&socket, &addr));
}

/* --- what ------------------------------------------------------------------------------------------------------ */

static void opens_with(uint16_t port, size_t count, enum lsp_asked first, enum lsp_asked second, enum lsp_asked third)
{
	const enum lsp_asked want[] = {first, second, third};
	struct lsp_service label;
	bool has = lsp_service_at(LSP_TCP, port, &label);
	struct lsp_opening opening = lsp_opening_of(port, has ? &label : NULL);
	size_t i;

	if (opening.count != count)
		fail_msg("port %u: %zu messages", port, opening.count);
	for (i = 0; i < count; i++) {
		if (opening.asked[i] != want[i])
			fail_msg("port %u, message %zu: %d", port, i, (int)opening.asked[i]);
		assert_int_not_equal(lsp_opening_message(opening.asked[i]).len, 0);
	}
}

static void test_openings(void **state)
{
	struct lsp_service label;

	(void)state;
	opens_with(8080, 3, LSP_ASKED_HELLO, LSP_ASKED_GET, LSP_ASKED_SSL_REQUEST);
	opens_with(50000, 3, LSP_ASKED_HELLO, LSP_ASKED_GET, LSP_ASKED_SSL_REQUEST);
	opens_with(22, 3, LSP_ASKED_HELLO, LSP_ASKED_GET, LSP_ASKED_SSL_REQUEST);
	opens_with(6379, 3, LSP_ASKED_PING, LSP_ASKED_HELLO, LSP_ASKED_GET);
	opens_with(5432, 3, LSP_ASKED_SSL_REQUEST, LSP_ASKED_HELLO, LSP_ASKED_GET);
	opens_with(11211, 3, LSP_ASKED_VERSION, LSP_ASKED_HELLO, LSP_ASKED_GET);
	opens_with(27017, 3, LSP_ASKED_GET, LSP_ASKED_HELLO, LSP_ASKED_SSL_REQUEST);
	opens_with(9100, 0, LSP_ASKED_NOTHING, LSP_ASKED_NOTHING, LSP_ASKED_NOTHING); /* it would be printed */
	assert_true(lsp_service_at(LSP_TCP, 22, &label));
	assert_true(lsp_opening_of(22, &label).listen_ms > lsp_opening_of(22, NULL).listen_ms);
	assert_int_equal(lsp_opening_message(LSP_ASKED_NOTHING).len, 0);
}

static size_t number(const uint8_t *at, size_t len)
{
	size_t value = 0;

	while (len-- > 0)
		value = value << 8 | *at++;
	return value;
}

/* RFC 8446, sections 4.1.2, 4.2 and 5.1, read field by field: every length ends where its field does. */
static void test_hello(void **state)
{
	struct lsp_message hello = lsp_opening_message(LSP_ASKED_HELLO);
	const uint8_t *at = hello.bytes, *end = at + hello.len, *line;
	bool found[64] = {false};

	(void)state;
	assert_int_equal(at[0], 22);
	assert_int_equal(number(at + 3, 2), hello.len - 5);
	assert_int_equal(at[5], 1);
	assert_int_equal(number(at + 6, 3), hello.len - 9);
	assert_int_equal(number(at + 9, 2), 0x303);
	at += 43;
	assert_int_equal(*at, ' '); /* 32, the length of the session id, parts the words of a request */
	assert_memory_equal(at + 1, "/ HTTP/1.0\r\n\r\n", 14);
	for (line = hello.bytes; line < at; line++)
		assert_false(strchr(" \t\n\v\f\r", *line) != NULL && *line != '\0');
	at += 1 + *at;
	assert_int_equal(number(at, 2) % 2, 0);
	at += 2 + number(at, 2);
	assert_memory_equal(at, "\1\0", 2);
	at += 2;
	assert_int_equal(number(at, 2), end - at - 2);
	for (at += 2; at < end; at += 4 + number(at + 2, 2)) {
		assert_true(end - at >= 4);
		assert_true(number(at, 2) < 64 && !found[number(at, 2)]);
		found[number(at, 2)] = true;
	}
	assert_ptr_equal(at, end);
	assert_true(found[10] && found[13] && found[43] && found[51]); /* 9.2: what 1.3 demands without a shared secret */
}

static void test_words(void **state)
{
	int end;

	(void)state;
	for (end = 0; end < LSP_TALK_END_COUNT; end++)
		assert_non_null(lsp_talk_end_name((enum lsp_talk_end)end));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_once), cmocka_unit_test(test_time),	   cmocka_unit_test(test_fault),
		cmocka_unit_test(test_address),	  cmocka_unit_test(test_openings), cmocka_unit_test(test_hello),
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
