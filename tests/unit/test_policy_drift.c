/*
 * test_policy_drift.c - what is open, as openings, and against a policy.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policy/drift.h"

#define HEAD "lsports-policy 1\n"
#define BOTH (LSP_FAMILY_BIT_4 | LSP_FAMILY_BIT_6)

/* A world that is filled by the calls below, and what is found in it. */
struct world {
	struct lsp_snapshot *snapshot;
	struct lsp_row *rows;
	size_t row_count;
	struct lsp_select select;
	struct lsp_opening *openings;
	size_t opening_count;
	char *texts;
	struct lsp_policy policy;
	struct lsp_drift *drifts;
	size_t drift_count;
	uint64_t next_key;
};

static struct world *new_world(void)
{
	struct world *world = calloc(1, sizeof *world);

	world->snapshot = lsp_snapshot_new();
	world->select = (struct lsp_select){.protos = LSP_PROTO_ALL, .families = BOTH,
					    .states = LSP_STATE_BIT(LSP_LISTEN), .udp_states = LSP_STATE_BIT(LSP_CLOSE)};
	return world;
}

static void end_world(struct world *world)
{
	lsp_snapshot_free(world->snapshot);
	free(world->rows);
	free(world->openings);
	free(world->texts);
	lsp_policy_clear(&world->policy);
	free(world->drifts);
	free(world);
}

/* A link with an address. */
static void add_link(struct world *world, uint32_t index, const char *name, uint32_t is, const char *text)
{
	struct lsp_link link = {.index = index, .is = LSP_LINK_UP | is, .name = name};
	struct lsp_link_addr at = {.link = index, .prefix_len = 24};

	assert_true(lsp_addr_parse(text, strlen(text), &at.addr));
	lsp_snapshot_add_link(world->snapshot, &link);
	lsp_snapshot_add_link_addr(world->snapshot, &at);
	lsp_snapshot_add_name(world->snapshot, LSP_NAME_INTERFACE, index, name);
}

static void add_loopback(struct world *world)
{
	struct lsp_link_addr six = {.link = 1, .prefix_len = 128, .addr = {.family = LSP_INET6, .bytes = {[15] = 1}}};

	add_link(world, 1, "lo", LSP_LINK_LOOPBACK, "127.0.0.1");
	lsp_snapshot_add_link_addr(world->snapshot, &six);
}

/* Dual-stack where text is "*". Its key is a new one. */
static struct lsp_socket socket_at(struct world *world, enum lsp_proto proto, const char *text, uint16_t port)
{
	struct lsp_socket socket = {.key = ++world->next_key, .proto = (uint8_t)proto, .local_port = port, .uid = 0,
				    .state = proto == LSP_TCP ? LSP_LISTEN : LSP_CLOSE, .has = LSP_HAS_KEY | LSP_HAS_UID};
	const char *addr = strcmp(text, "*") == 0 ? "::" : text;

	assert_true(lsp_addr_parse(addr, strlen(addr), &socket.local));
	if (socket.local.family == LSP_INET6) {
		socket.has |= LSP_HAS_V6ONLY;
		socket.v6only = strcmp(text, "*") != 0;
	}
	return socket;
}

static void add_process(struct world *world, uint32_t pid, const char *exe, const char *unit, uint64_t started)
{
	struct lsp_process process = {.pid = pid, .birth = pid, .exe = exe, .unit = unit, .started_ms = started,
				      .has = LSP_PROCESS_HAS_STARTED};

	lsp_snapshot_add_process(world->snapshot, &process);
}

static void hold(struct world *world, const struct lsp_socket *socket, uint32_t pid)
{
	lsp_snapshot_add_holder(world->snapshot, &(struct lsp_holder){socket->key, pid, 3});
}

static void open_at(struct world *world, const char *text, uint16_t port, uint32_t pid)
{
	struct lsp_socket socket = socket_at(world, LSP_TCP, text, port);

	lsp_snapshot_add_socket(world->snapshot, &socket);
	if (pid != 0)
		hold(world, &socket, pid);
}

static void look(struct world *world)
{
	lsp_snapshot_freeze(world->snapshot);
	world->row_count = lsp_join(world->snapshot, &world->rows);
	world->opening_count = lsp_openings_of(world->snapshot, world->rows, world->row_count, &world->select,
					       &world->openings, &world->texts);
}

static void compare(struct world *world, const char *rules)
{
	char text[1024], fault[LSP_POLICY_FAULT_MAX];
	int len = snprintf(text, sizeof text, HEAD "%s", rules);

	look(world);
	if (!lsp_policy_parse(text, (size_t)len, &world->policy, fault))
		fail_msg("%s", fault);
	world->drift_count = lsp_drift_find(&world->policy, world->openings, world->opening_count, &world->select,
					    &world->drifts);
}

/* "widened 1 *:80; closed 2" with the number of the rule; and ends the world. */
static void assert_drift(struct world *world, const char *expected)
{
	char came[512] = "";
	size_t i;

	for (i = 0; i < world->drift_count; i++) {
		const struct lsp_drift *drift = &world->drifts[i];
		struct lsp_sink sink;
		struct lsp_policy_rule rule;

		lsp_sink_open(&sink, NULL);
		lsp_sink_word(&sink, i > 0 ? "; " : "");
		lsp_sink_word(&sink, lsp_drift_name((enum lsp_drift_kind)drift->kind));
		if (drift->rule != NULL) {
			lsp_sink_byte(&sink, ' ');
			lsp_sink_number(&sink, drift->rule->line - 1);
		}
		if (drift->opening != NULL) {
			rule = lsp_opening_rule(drift->opening, drift->families);
			lsp_sink_byte(&sink, ' ');
			lsp_policy_rule_write_place(&sink, &rule);
		}
		if (drift->keys != 0) {
			lsp_sink_word(&sink, " keys=");
			lsp_sink_number(&sink, drift->keys);
		}
		strncat(came, sink.bytes, sink.used);
		lsp_sink_close(&sink);
	}
	assert_string_equal(came, expected);
	end_world(world);
}

static void assert_opening(const struct world *world, size_t number, const char *expected)
{
	struct lsp_policy_rule rule = lsp_opening_rule(&world->openings[number], world->openings[number].is.families);
	struct lsp_sink sink;

	assert_true(number < world->opening_count);
	lsp_sink_open(&sink, NULL);
	lsp_policy_rule_write(&sink, &rule);
	lsp_sink_byte(&sink, '\0');
	assert_string_equal(sink.bytes, expected);
	lsp_sink_close(&sink);
}

/* --- openings ------------------------------------------------------------------------------------------------------ */

static void test_opening(void **state)
{
	struct world *world = new_world();
	struct lsp_socket socket;

	(void)state;
	add_loopback(world);
	add_link(world, 2, "eth0", 0, "192.168.1.5");
	lsp_snapshot_add_name(world->snapshot, LSP_NAME_USER, 0, "root");
	add_process(world, 10, "/usr/sbin/sshd", "ssh.service", 5);
	add_process(world, 20, "/opt/ada/a b (deleted)", "session-3.scope", 5);
	open_at(world, "*", 22, 10);
	socket = socket_at(world, LSP_UDP, "127.0.0.1", 22);
	socket.uid = 1000; /* nobody's name */
	lsp_snapshot_add_socket(world->snapshot, &socket);
	hold(world, &socket, 20);
	socket = socket_at(world, LSP_UDP, "fe80::1", 546);
	socket.local.scope = 2;
	lsp_snapshot_add_socket(world->snapshot, &socket);
	socket = socket_at(world, LSP_UDP, "0.0.0.0", 68);
	socket.has |= LSP_HAS_IFINDEX;
	socket.ifindex = 77; /* no name either */
	lsp_snapshot_add_socket(world->snapshot, &socket);
	look(world);
	assert_int_equal(world->opening_count, 4);
	assert_opening(world, 0, "tcp  *:22                   scope=private exe=/usr/sbin/sshd user=root unit=ssh.service");
	assert_opening(world, 1, "udp  127.0.0.1:22           exe=\"/opt/ada/a b\" user=1000");
	/* bound to a device that is none of ours: nobody from outside gets there */
	assert_opening(world, 2, "udp  0.0.0.0%77:68          scope=loopback exe=(kernel) user=root");
	assert_opening(world, 3, "udp  [fe80::1%eth0]:546     exe=(kernel) user=root");
	end_world(world);
}

/* What is no port that is open: connections, bound and idle, closed meanwhile, without a number. */
static void test_not_open(void **state)
{
	struct world *world = new_world();
	struct lsp_socket socket = socket_at(world, LSP_TCP, "127.0.0.1", 1);

	(void)state;
	socket.state = LSP_ESTABLISHED;
	lsp_snapshot_add_socket(world->snapshot, &socket);
	socket.state = LSP_BOUND;
	lsp_snapshot_add_socket(world->snapshot, &socket);
	socket.state = LSP_LISTEN;
	socket.gone = 1;
	lsp_snapshot_add_socket(world->snapshot, &socket);
	socket.gone = 0;
	socket.local_port = 0;
	lsp_snapshot_add_socket(world->snapshot, &socket);
	socket = socket_at(world, LSP_UDP, "127.0.0.1", 1);
	socket.state = LSP_ESTABLISHED;
	lsp_snapshot_add_socket(world->snapshot, &socket);
	look(world);
	assert_int_equal(world->opening_count, 0);
	end_world(world);
}

/* A group by SO_REUSEPORT, twins for IPv4 and IPv6, workers: one line. Another program at the same place: one more. */
static void test_merged(void **state)
{
	struct world *world = new_world();

	(void)state;
	add_loopback(world);
	add_process(world, 10, "/bin/web", NULL, 9); /* a worker with a lower pid than its master */
	add_process(world, 20, "/bin/master", NULL, 5);
	add_process(world, 30, "/bin/other", NULL, 5);
	open_at(world, "0.0.0.0", 80, 20);
	open_at(world, "0.0.0.0", 80, 20);
	open_at(world, "::", 80, 20);
	hold(world, &(struct lsp_socket){.key = 1}, 10);
	open_at(world, "0.0.0.0", 80, 30);
	look(world);
	assert_int_equal(world->opening_count, 2);
	assert_opening(world, 0, "tcp  *:80                   scope=loopback exe=/bin/master user=0");
	assert_int_equal(world->openings[0].socket_count, 3);
	assert_opening(world, 1, "tcp  0.0.0.0:80             scope=loopback exe=/bin/other user=0");
	end_world(world);
}

static void test_order(void **state)
{
	static const char *const places[] = {"0.0.0.0", "10.0.0.9", "127.0.0.1", "::1"};
	struct world *world = new_world();
	size_t i;

	(void)state;
	world->snapshot->notes |= LSP_NOTE_NO_LINKS;
	open_at(world, "::1", 80, 0);
	open_at(world, "127.0.0.1", 80, 0);
	open_at(world, "127.0.0.1", 9, 0);
	open_at(world, "10.0.0.9", 80, 0);
	open_at(world, "0.0.0.0", 80, 0);
	look(world);
	assert_int_equal(world->opening_count, 5);
	assert_int_equal(world->openings[0].is.low, 9);
	assert_opening(world, 1, "tcp  0.0.0.0:80             exe=(kernel) user=0"); /* no scope: the links are not known */
	for (i = 1; i < 4; i++) {
		struct lsp_addr addr;

		assert_true(lsp_addr_parse(places[i], strlen(places[i]), &addr));
		assert_int_equal(lsp_addr_cmp(&world->openings[1 + i].is.addr, &addr), 0);
	}
	end_world(world);
}

static void test_hidden(void **state)
{
	struct world *world = new_world();

	(void)state;
	world->snapshot->blind = 1;
	open_at(world, "127.0.0.1", 80, 0);
	look(world);
	assert_opening(world, 0, "tcp  127.0.0.1:80           user=0");
	assert_int_equal(world->openings[0].unseen, 1 << LSP_POLICY_EXE | 1 << LSP_POLICY_UNIT);
	end_world(world);
}

/* --- drift --------------------------------------------------------------------------------------------------------- */

/* A host with 127.0.0.1, ::1 and one address more. */
static struct world *host(const char *addr)
{
	struct world *world = new_world();

	add_loopback(world);
	add_link(world, 2, "eth0", 0, addr);
	lsp_snapshot_add_name(world->snapshot, LSP_NAME_USER, 0, "root");
	add_process(world, 10, "/bin/a", "a.service", 1);
	add_process(world, 20, "/bin/b", NULL, 1);
	return world;
}

static void drift_of(const char *open, uint32_t pid, const char *rules, const char *expected)
{
	struct world *world = host("192.168.1.5");

	if (open != NULL)
		open_at(world, open, 80, pid);
	compare(world, rules);
	assert_drift(world, expected);
}

static void test_none(void **state)
{
	(void)state;
	drift_of(NULL, 0, "", "");
	drift_of("127.0.0.1", 10, "tcp 127.0.0.1:80 exe=/bin/a user=root unit=a.service", "");
	drift_of("127.0.0.1", 10, "tcp 127.0.0.1:80", "");
	drift_of("127.0.0.1", 10, "* loopback:* exe=/bin/* unit=*", "");
	drift_of("127.0.0.1", 20, "tcp 127.0.0.1:80 unit=*", "");
	drift_of("::1", 10, "tcp loopback:80", "");
	drift_of("192.168.1.5", 10, "tcp private:79-81", "");
	drift_of("127.0.0.1", 10, "tcp public:80", "");
	drift_of("*", 10, "tcp *:80", "");
	drift_of("0.0.0.0", 10, "tcp *:80", "");
	drift_of("::", 10, "tcp *:80", "");
	drift_of("*", 10, "tcp *:80 scope=private", "");
	drift_of("*", 10, "tcp *:80 scope=public", "");
	drift_of("*", 10, "tcp private:80", "");
	drift_of("*", 10, "tcp 0.0.0.0:80\ntcp [::]:80", "");
}

static void test_opened_closed(void **state)
{
	(void)state;
	drift_of("127.0.0.1", 10, "", "opened 127.0.0.1:80");
	drift_of("*", 10, "", "opened *:80");
	drift_of("127.0.0.1", 10, "udp 127.0.0.1:80", "opened 127.0.0.1:80; closed 1");
	drift_of("127.0.0.1", 10, "tcp 127.0.0.1:81", "opened 127.0.0.1:80; closed 1");
	drift_of("127.0.0.2", 10, "tcp 127.0.0.1:80", "closed 1; opened 127.0.0.2:80");
	/* several ports are allowed, none of them has to be open; what they do not allow was opened */
	drift_of(NULL, 0, "tcp *:80\nudp loopback:*\ntcp *:81-82", "closed 1");
	drift_of("0.0.0.0", 10, "tcp loopback:*", "opened 0.0.0.0:80");
	drift_of("127.0.0.1", 10, "tcp *:79-81 exe=/bin/b", "opened 127.0.0.1:80");
	/* place and owner are others */
	drift_of("0.0.0.0", 20, "tcp 127.0.0.1:80 exe=/bin/a", "opened 0.0.0.0:80; closed 1");
	/* rules of one port, of all and of some, in any order */
	drift_of("127.0.0.1", 10, "tcp *:* exe=/bin/b\ntcp *:80 exe=/bin/b\ntcp loopback:80-81 exe=/bin/a", "closed 2");
	drift_of("127.0.0.1", 10, "tcp loopback:80 exe=/bin/a\ntcp *:80 exe=/bin/b\ntcp *:81", "closed 2; closed 3");
}

static void test_widened(void **state)
{
	struct world *world;

	(void)state;
	drift_of("0.0.0.0", 10, "tcp 127.0.0.1:80 exe=/bin/a", "widened 1 0.0.0.0:80");
	drift_of("*", 10, "tcp 127.0.0.1:80", "widened 1 *:80");
	drift_of("192.168.1.5", 10, "tcp 127.0.0.1:80", "widened 1 192.168.1.5:80");
	drift_of("192.168.1.5", 10, "tcp loopback:80", "widened 1 192.168.1.5:80");
	drift_of("*", 10, "tcp *:80 scope=loopback", "widened 1 0.0.0.0:80");
	drift_of("*", 10, "tcp 0.0.0.0:80", "widened 1 [::]:80");
	drift_of("*", 10, "tcp *%eth0:80", "widened 1 *:80");
	/* the same service stays where it was, and is elsewhere as well */
	world = host("192.168.1.5");
	open_at(world, "127.0.0.1", 80, 10);
	open_at(world, "0.0.0.0", 80, 10);
	compare(world, "tcp 127.0.0.1:80 exe=/bin/a");
	assert_drift(world, "widened 1 0.0.0.0:80");
	/* the host got another address, the socket is what it was */
	world = host("203.0.113.5");
	open_at(world, "0.0.0.0", 80, 10);
	compare(world, "tcp 0.0.0.0:80 scope=private");
	assert_drift(world, "widened 1 0.0.0.0:80");
	/* rather the rule of the same owner than that of the same place */
	world = host("192.168.1.5");
	open_at(world, "0.0.0.0", 80, 10);
	compare(world, "tcp 0.0.0.0:80 exe=/bin/b\ntcp 127.0.0.1:80 exe=/bin/a");
	assert_drift(world, "widened 2 0.0.0.0:80; closed 1");
}

static void test_narrowed(void **state)
{
	struct world *world;

	(void)state;
	drift_of("127.0.0.1", 10, "tcp *:80", "narrowed 1 127.0.0.1:80");
	drift_of("127.0.0.1", 10, "tcp 192.168.1.5:80", "narrowed 1 127.0.0.1:80");
	drift_of("::1", 10, "tcp 0.0.0.0:80", "closed 1; opened [::1]:80");
	/* what is still there is not narrowed */
	world = host("192.168.1.5");
	open_at(world, "0.0.0.0", 80, 10);
	open_at(world, "127.0.0.1", 80, 10);
	compare(world, "tcp 0.0.0.0:80");
	assert_drift(world, "opened 127.0.0.1:80");
}

static void test_owner(void **state)
{
	struct world *world;

	(void)state;
	drift_of("127.0.0.1", 20, "tcp 127.0.0.1:80 exe=/bin/a", "owner 1 127.0.0.1:80 keys=1");
	drift_of("127.0.0.1", 20, "tcp 127.0.0.1:80 exe=/bin/a user=ada unit=a.service", "owner 1 127.0.0.1:80 keys=7");
	drift_of("127.0.0.1", 10, "tcp 127.0.0.1:80 unit=b.service", "owner 1 127.0.0.1:80 keys=4");
	drift_of("127.0.0.1", 0, "tcp 127.0.0.1:80 exe=/bin/a", "owner 1 127.0.0.1:80 keys=1"); /* the kernel's */
	/* one is still there: the other came along */
	world = host("192.168.1.5");
	open_at(world, "127.0.0.1", 80, 10);
	open_at(world, "127.0.0.1", 80, 20);
	compare(world, "tcp 127.0.0.1:80 exe=/bin/a");
	assert_drift(world, "opened 127.0.0.1:80");
}

static void test_unsure(void **state)
{
	static const struct {
		const char *open, *rules, *expected;
	} table[] = {
		{"127.0.0.1", "tcp 127.0.0.1:80 user=root", ""},
		{"127.0.0.1", "tcp 127.0.0.1:80 user=ada", "owner 1 127.0.0.1:80 keys=2"},
		{"127.0.0.1", "tcp 127.0.0.1:80 exe=/bin/a user=root unit=a.service", "unsure 1 127.0.0.1:80 keys=5"},
		{"127.0.0.1", "tcp 127.0.0.1:80 exe=/bin/a user=ada", "owner 1 127.0.0.1:80 keys=2"},
		{"127.0.0.1", "tcp 127.0.0.1:80 exe=/bin/a\ntcp loopback:*", ""},
		{"0.0.0.0", "tcp 127.0.0.1:80 exe=/bin/a", "widened 1 0.0.0.0:80"}, /* the place is certain */
	};
	struct world *world;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof table / sizeof *table; i++) {
		world = host("192.168.1.5");
		world->snapshot->blind = 1;
		open_at(world, table[i].open, 80, 0);
		compare(world, table[i].rules);
		assert_drift(world, table[i].expected);
	}
	/* nobody could say how far a wildcard reaches */
	world = new_world();
	world->snapshot->notes |= LSP_NOTE_NO_LINKS;
	open_at(world, "*", 80, 0);
	open_at(world, "*", 81, 0);
	compare(world, "tcp *:80 scope=private\ntcp *:81");
	assert_drift(world, "unsure 1 *:80");
}

static void test_selected(void **state)
{
	struct lsp_endpoint endpoint = {.protos = LSP_PROTO_ALL, .low = 81, .high = 81};
	struct world *world = host("192.168.1.5");

	(void)state;
	world->select.ports = &endpoint;
	world->select.port_count = 1;
	open_at(world, "127.0.0.1", 80, 10);
	open_at(world, "127.0.0.1", 81, 10);
	compare(world, "tcp *:82\nudp *:81\ntcp *:81 exe=/bin/b");
	assert_drift(world, "closed 3; opened 127.0.0.1:81; closed 2");

	/* by one family: what the other meets is met */
	world = host("192.168.1.5");
	world->select.families = LSP_FAMILY_BIT_4;
	open_at(world, "*", 80, 10);
	open_at(world, "::1", 81, 10);
	open_at(world, "::", 82, 10);
	compare(world, "tcp [::1]:80\ntcp *:82\ntcp [::1]:83");
	assert_drift(world, "widened 1 0.0.0.0:80");

	world = host("192.168.1.5");
	world->select.protos = LSP_PROTO_BIT(LSP_UDP);
	open_at(world, "*", 80, 10);
	compare(world, "tcp *:81\n* *:82");
	assert_drift(world, "closed 2");
}

static void test_counts(void **state)
{
	static const struct lsp_drift drifts[] = {{.kind = LSP_DRIFT_CLOSED}, {.kind = LSP_DRIFT_UNSURE}, {.kind = LSP_DRIFT_CLOSED}};
	size_t counts[LSP_DRIFT_COUNT];

	(void)state;
	lsp_drift_count(drifts, 3, counts);
	assert_int_equal(counts[LSP_DRIFT_OPENED], 0);
	assert_int_equal(counts[LSP_DRIFT_CLOSED], 2);
	assert_int_equal(counts[LSP_DRIFT_UNSURE], 1);
	assert_null(lsp_drift_name(LSP_DRIFT_COUNT));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_opening),	 cmocka_unit_test(test_not_open),      cmocka_unit_test(test_merged),
		cmocka_unit_test(test_order),	 cmocka_unit_test(test_hidden),	       cmocka_unit_test(test_none),
		cmocka_unit_test(test_opened_closed), cmocka_unit_test(test_widened),  cmocka_unit_test(test_narrowed),
		cmocka_unit_test(test_owner),	 cmocka_unit_test(test_unsure),	       cmocka_unit_test(test_selected),
		cmocka_unit_test(test_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
