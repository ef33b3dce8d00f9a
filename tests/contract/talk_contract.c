/*
 * talk_contract.c - what every backend promises of talks: see include/lsports/backend.h, talk(). A backend that cannot talk
 * says UNSUPPORTED and has said nothing to anybody.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <lsports/backend.h>

#include "world.h"

static const uint8_t word[] = {'h', 'e', 'l', 'l', 'o', '\n'};

/* One talk with a short word; skips the test where the backend cannot talk. */
static struct lsp_talk talk_to(const struct lsp_addr *addr, uint16_t port, size_t messages)
{
	static struct lsp_talk talk;
	struct lsp_fault fault = {.err = LSP_OK};
	enum lsp_err err;
	size_t i;

	talk = (struct lsp_talk){.addr = *addr, .port = port, .listen_ms = 20, .answer_ms = 100};
	for (i = 0; i < messages; i++)
		talk.messages[talk.message_count++] = (struct lsp_message){word, sizeof word};
	err = lsp_backend_native()->talk(&talk, 1, 5000, &fault);
	if (err == LSP_UNSUPPORTED) {
		assert_int_equal(fault.err, LSP_UNSUPPORTED);
		assert_int_equal(talk.end, LSP_TALK_NOT_TRIED);
		skip();
	}
	assert_int_equal(err, LSP_OK);
	assert_int_equal(talk.len, 0);
	return talk;
}

/* Each message has a connection of its own, the first of which also listens; there are no more than messages. */
static void test_silent(void **state)
{
	struct world_socket listener;
	struct lsp_talk talk;

	(void)state;
	assert_true(world_listen(LSP_INET4, &listener));
	talk = talk_to(&listener.what.local, listener.what.local_port, 0);
	assert_int_equal(talk.end, LSP_TALK_SILENT);
	assert_int_equal(talk.connects, 1);
	assert_int_equal(talk.sent, 0);
	talk = talk_to(&listener.what.local, listener.what.local_port, 2);
	assert_int_equal(talk.end, LSP_TALK_SILENT);
	assert_int_equal(talk.connects, 2);
	assert_int_equal(talk.sent, 2);
	world_close(&listener);
	talk = talk_to(&listener.what.local, listener.what.local_port, 1);
	assert_int_equal(talk.end, LSP_TALK_REFUSED);
	assert_int_equal(talk.connects, 0);
}

/* RFC 5737 and RFC 3849: addresses that nobody has. */
static void test_foreign(void **state)
{
	static const char *const texts[] = {"192.0.2.1", "2001:db8::1", "::ffff:198.51.100.1", "0.0.0.0", "::"};
	struct lsp_addr addr;
	struct lsp_talk talk;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof texts / sizeof *texts; i++) {
		assert_true(lsp_addr_parse(texts[i], strlen(texts[i]), &addr));
		talk = talk_to(&addr, 80, 1);
		assert_int_equal(talk.end, LSP_TALK_FOREIGN);
		assert_int_equal(talk.connects, 0);
		assert_int_equal(talk.sent, 0);
	}
}

/* Several at once, of which one must not wait for the other; and the time is for all. */
static void test_at_once(void **state)
{
	const struct lsp_backend *backend = lsp_backend_native();
	static struct lsp_talk talks[8];
	struct world_socket listener;
	struct lsp_fault fault;
	uint64_t begun = backend->now_ms();
	size_t i;

	(void)state;
	assert_true(world_listen(LSP_INET4, &listener));
	for (i = 0; i < 8; i++)
		talks[i] = (struct lsp_talk){.addr = listener.what.local, .port = listener.what.local_port, .listen_ms = 60000};
	if (backend->talk(talks, 8, 300, &fault) == LSP_UNSUPPORTED)
		skip();
	assert_in_range(backend->now_ms() - begun, 250, 2000);
	for (i = 0; i < 8; i++)
		assert_int_equal(talks[i].end, LSP_TALK_SILENT);
	world_close(&listener);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_silent),
		cmocka_unit_test(test_foreign),
		cmocka_unit_test(test_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
