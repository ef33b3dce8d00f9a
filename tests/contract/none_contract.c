/*
 * none_contract.c - the backend of no system: each question is answered UNSUPPORTED, and nothing is made up.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <lsports/backend.h>

static void test_unsupported(void **state)
{
	static const struct lsp_hint everything = {.protos = LSP_PROTO_ALL, .states = LSP_STATE_ALL};
	static const uint64_t keys[] = {1, 2};
	const struct lsp_backend *backend = lsp_backend_native();
	struct lsp_snapshot *snapshot = lsp_snapshot_new();
	struct lsp_fault fault;

	(void)state;
	assert_string_equal(backend->name, "none");
	memset(&fault, 0, sizeof fault);
	assert_int_equal(backend->sockets(snapshot, &everything, &fault), LSP_UNSUPPORTED);
	assert_int_equal(fault.err, LSP_UNSUPPORTED);
	assert_int_equal(fault.os_code, 0);
	assert_non_null(fault.op);
	assert_int_not_equal(strlen(fault.detail), 0);
	assert_int_equal(snapshot->notes, 0);
	memset(&fault, 0, sizeof fault);
	assert_int_equal(backend->holders(snapshot, keys, 2, LSP_WANT_NAME, &fault), LSP_UNSUPPORTED);
	assert_int_equal(fault.err, LSP_UNSUPPORTED);
	assert_non_null(fault.op);
	assert_int_equal(snapshot->notes, LSP_NOTE_NO_HOLDERS);
	assert_true(lsp_snapshot_is_blind(snapshot));
	memset(&fault, 0, sizeof fault);
	assert_int_equal(backend->links(snapshot, &fault), LSP_UNSUPPORTED);
	assert_int_equal(fault.err, LSP_UNSUPPORTED);
	assert_non_null(fault.op);
	assert_int_equal(snapshot->notes, LSP_NOTE_NO_HOLDERS | LSP_NOTE_NO_LINKS);
	assert_int_equal(snapshot->socket_count + snapshot->holder_count + snapshot->process_count, 0);
	assert_int_equal(snapshot->link_count + snapshot->link_addr_count, 0);
	lsp_snapshot_free(snapshot);
}

/* Nobody can be ended where nobody can be seen; and nothing is said to have ended. */
static void test_no_grip(void **state)
{
	static const uint64_t keys[] = {1, 2};
	const struct lsp_backend *backend = lsp_backend_native();
	struct lsp_snapshot *snapshot = lsp_snapshot_new();
	struct lsp_grip *grip = NULL;
	struct lsp_fault fault = {.err = LSP_OK};
	int signal = -7;

	(void)state;
	assert_int_equal(backend->process(snapshot, 1, LSP_WANT_KIN, &fault), LSP_UNSUPPORTED);
	assert_int_equal(fault.err, LSP_UNSUPPORTED);
	assert_int_equal(snapshot->process_count, 0);
	fault.err = LSP_OK;
	assert_int_equal(backend->grip(1, 1, &grip, &fault), LSP_UNSUPPORTED);
	assert_int_equal(fault.err, LSP_UNSUPPORTED);
	assert_non_null(fault.op);
	assert_int_not_equal(strlen(fault.detail), 0);
	assert_null(grip);
	assert_false(backend->grip_is_sure(grip));
	assert_int_equal(backend->grip_holds(grip, keys, 2, &fault), LSP_UNSUPPORTED);
	assert_int_equal(backend->grip_end(grip, LSP_SIGNAL_TERM, &fault), LSP_UNSUPPORTED);
	assert_false(backend->grip_ended(grip, 0));
	assert_false(backend->grip_ended(grip, 1000));
	backend->grip_release(grip);
	assert_false(backend->signal_of("TERM", &signal));
	assert_int_equal(signal, -7);
	assert_int_equal(backend->self(), 0);
	backend->pause(1);
	assert_int_equal(backend->now_ms(), backend->now_ms());
	lsp_snapshot_free(snapshot);
}

static void test_silent(void **state)
{
	static const struct lsp_addr addr = {.family = LSP_INET4, .bytes = {127, 0, 0, 1}};
	const struct lsp_backend *backend = lsp_backend_native();
	struct lsp_snapshot *snapshot = lsp_snapshot_new();
	struct lsp_rules rules;
	struct lsp_console console;
	struct lsp_talk talk = {.addr = addr, .port = 9};
	struct lsp_fault fault = {.err = LSP_OK};
	char text[] = "text";
	uint32_t uid = 7;

	(void)state;
	assert_int_equal(backend->talk(&talk, 1, 1000, &fault), LSP_UNSUPPORTED);
	assert_int_equal(fault.err, LSP_UNSUPPORTED);
	assert_int_equal(talk.end, LSP_TALK_NOT_TRIED);
	backend->name_of(snapshot, LSP_NAME_USER, 0);
	assert_null(lsp_snapshot_name(snapshot, LSP_NAME_USER, 0));
	backend->hosts_of(snapshot, &addr, 1, 1000);
	assert_null(lsp_snapshot_host(snapshot, &addr));
	assert_false(backend->user_id("root", &uid));
	assert_int_equal(uid, 7);
	assert_int_equal(backend->file_replace("nowhere", "text", 4, &fault), LSP_UNSUPPORTED);
	assert_int_equal(fault.err, LSP_UNSUPPORTED);
	assert_null(fopen("nowhere", "rb"));
	backend->host_name(text, sizeof text);
	assert_string_equal(text, "");
	strcpy(text, "text");
	backend->way_out(text, sizeof text);
	assert_string_equal(text, "");
	memset(&rules, 0xa5, sizeof rules);
	backend->rules(&rules);
	assert_int_equal(rules.has, 0);
	memset(&console, 0xa5, sizeof console);
	backend->console(&console);
	assert_int_equal(console.is_terminal, false);
	assert_int_equal(console.width, 0);
	lsp_snapshot_free(snapshot);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unsupported),
		cmocka_unit_test(test_no_grip),
		cmocka_unit_test(test_silent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
