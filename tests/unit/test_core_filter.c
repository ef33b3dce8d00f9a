/*
 * test_core_filter.c - which sockets and rows a question is about, and the words for states.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/filter.h"

static struct lsp_addr addr_of(const char *text)
{
	struct lsp_addr addr;

	assert_true(lsp_addr_parse(text, strlen(text), &addr));
	return addr;
}

static struct lsp_socket socket_at(enum lsp_proto proto, enum lsp_state state, const char *local, uint16_t port)
{
	return (struct lsp_socket){.proto = (uint8_t)proto, .state = (uint8_t)state, .local = addr_of(local),
				   .local_port = port};
}

static struct lsp_select everything(void)
{
	return (struct lsp_select){.protos = LSP_PROTO_ALL, .families = LSP_FAMILY_BIT_4 | LSP_FAMILY_BIT_6,
				   .states = LSP_STATE_ALL, .udp_states = LSP_STATE_ALL};
}

static void test_everything(void **state)
{
	struct lsp_select select = everything();
	int i;

	(void)state;
	for (i = LSP_ESTABLISHED; i < LSP_STATE_COUNT; i++) {
		struct lsp_socket tcp = socket_at(LSP_TCP, (enum lsp_state)i, "0.0.0.0", 1);
		struct lsp_socket udp = socket_at(LSP_UDP, (enum lsp_state)i, "::", 65535);

		assert_true(lsp_select_socket(&tcp, &select));
		assert_true(lsp_select_socket(&udp, &select));
	}
	assert_int_equal(LSP_STATE_ALL & LSP_STATE_BIT(LSP_STATE_NONE), 0);
}

static void test_proto_family_state(void **state)
{
	struct lsp_socket tcp4 = socket_at(LSP_TCP, LSP_LISTEN, "127.0.0.1", 80);
	struct lsp_socket udp6 = socket_at(LSP_UDP, LSP_CLOSE, "::1", 80);
	struct lsp_select select = everything();

	(void)state;
	select.protos = LSP_PROTO_BIT(LSP_UDP);
	assert_false(lsp_select_socket(&tcp4, &select));
	assert_true(lsp_select_socket(&udp6, &select));
	select = everything();
	select.families = LSP_FAMILY_BIT_4;
	assert_true(lsp_select_socket(&tcp4, &select));
	assert_false(lsp_select_socket(&udp6, &select));
	select.families = LSP_FAMILY_BIT_6;
	assert_false(lsp_select_socket(&tcp4, &select));
	assert_true(lsp_select_socket(&udp6, &select));
	/* each protocol has its own states: CLOSE is UDP's listener and not TCP's */
	select = everything();
	select.states = LSP_STATE_BIT(LSP_LISTEN);
	select.udp_states = LSP_STATE_BIT(LSP_CLOSE);
	assert_true(lsp_select_socket(&tcp4, &select));
	assert_true(lsp_select_socket(&udp6, &select));
	tcp4.state = LSP_CLOSE;
	udp6.state = LSP_ESTABLISHED;
	assert_false(lsp_select_socket(&tcp4, &select));
	assert_false(lsp_select_socket(&udp6, &select));
}

static void test_ports(void **state)
{
	struct lsp_endpoint ports[] = {
		{.protos = LSP_PROTO_ALL, .low = 80, .high = 80},
		{.protos = LSP_PROTO_BIT(LSP_UDP), .low = 53, .high = 53},
		{.protos = LSP_PROTO_BIT(LSP_TCP), .low = 8000, .high = 65535},
	};
	static const struct {
		enum lsp_proto proto;
		uint16_t port;
		bool wanted;
	} table[] = {
		{LSP_TCP, 80, true},   {LSP_UDP, 80, true},    {LSP_TCP, 79, false},   {LSP_TCP, 81, false},
		{LSP_UDP, 53, true},   {LSP_TCP, 53, false},   {LSP_TCP, 7999, false}, {LSP_TCP, 8000, true},
		{LSP_UDP, 8000, false}, {LSP_TCP, 65535, true}, {LSP_TCP, 40000, true}, {LSP_TCP, 0, false},
	};
	struct lsp_select select = everything();
	size_t i;

	(void)state;
	select.ports = ports;
	select.port_count = 3;
	for (i = 0; i < sizeof table / sizeof *table; i++) {
		struct lsp_socket socket = socket_at(table[i].proto, LSP_CLOSE, "10.0.0.1", table[i].port);

		if (lsp_select_socket(&socket, &select) != table[i].wanted)
			fail_msg("%s/%u", lsp_proto_name(table[i].proto), table[i].port);
	}
}

static void test_where(void **state)
{
	static const struct {
		uint8_t where;
		const char *asked, *local;
		bool matches;
	} table[] = {
		{LSP_ANYWHERE, "0.0.0.0", "10.0.0.1", true},
		{LSP_ANYWHERE, "0.0.0.0", "::", true},
		{LSP_AT_ADDRESS, "127.0.0.1", "127.0.0.1", true},
		{LSP_AT_ADDRESS, "127.0.0.1", "127.0.0.2", false},
		{LSP_AT_ADDRESS, "127.0.0.1", "0.0.0.0", false}, /* exactly this address */
		{LSP_AT_ADDRESS, "127.0.0.1", "::ffff:127.0.0.1", true},
		{LSP_AT_ADDRESS, "127.0.0.1", "::1", false},
		{LSP_AT_ADDRESS, "::1", "::1", true},
		{LSP_AT_ADDRESS, "::1", "127.0.0.1", false},
		{LSP_AT_ADDRESS, "0.0.0.0", "0.0.0.0", true},
		{LSP_AT_ADDRESS, "0.0.0.0", "::", false},
		{LSP_AT_ADDRESS, "::", "::", true},
		{LSP_AT_WILDCARD, "0.0.0.0", "0.0.0.0", true},
		{LSP_AT_WILDCARD, "0.0.0.0", "::", true},
		{LSP_AT_WILDCARD, "0.0.0.0", "127.0.0.1", false},
		{LSP_AT_WILDCARD, "0.0.0.0", "::1", false},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof table / sizeof *table; i++) {
		struct lsp_socket socket = socket_at(LSP_TCP, LSP_LISTEN, table[i].local, 80);
		struct lsp_endpoint endpoint = {.protos = LSP_PROTO_ALL, .low = 80, .high = 80,
						.where = table[i].where, .addr = addr_of(table[i].asked)};

		if (lsp_endpoint_matches(&endpoint, &socket) != table[i].matches)
			fail_msg("asked %s (%d), bound to %s", table[i].asked, table[i].where, table[i].local);
	}
}

/* fe80::1 is an address of each link: asked for without a scope it is found on all. */
static void test_address_ignores_scope(void **state)
{
	struct lsp_socket socket = socket_at(LSP_TCP, LSP_LISTEN, "fe80::1", 80);
	struct lsp_endpoint endpoint = {.protos = LSP_PROTO_ALL, .low = 80, .high = 80, .where = LSP_AT_ADDRESS,
					.addr = addr_of("fe80::1")};

	(void)state;
	socket.local.scope = 3;
	assert_true(lsp_endpoint_matches(&endpoint, &socket));
}

/* A socket is bound to a device, or its link-local address says which; without one in the word, either will do. */
static void test_device(void **state)
{
	struct lsp_endpoint endpoint = {.protos = LSP_PROTO_ALL, .low = 80, .high = 80};
	struct lsp_socket socket = socket_at(LSP_TCP, LSP_LISTEN, "fe80::1", 80);

	(void)state;
	assert_true(lsp_endpoint_matches(&endpoint, &socket));
	endpoint.ifindex = 3;
	assert_false(lsp_endpoint_matches(&endpoint, &socket));
	socket.local.scope = 3;
	assert_true(lsp_endpoint_matches(&endpoint, &socket));
	socket.ifindex = 4;
	socket.has = LSP_HAS_IFINDEX; /* what it is bound to counts */
	assert_false(lsp_endpoint_matches(&endpoint, &socket));
	socket.ifindex = 3;
	assert_true(lsp_endpoint_matches(&endpoint, &socket));
	endpoint.ifindex = 0;
	assert_true(lsp_endpoint_matches(&endpoint, &socket));
}

static void test_peer(void **state)
{
	static const struct {
		const char *net, *peer;
		unsigned bits;
		uint16_t asked_port, port;
		bool has_peer, wanted;
	} table[] = {
		{NULL, "10.1.2.3", 0, 443, 443, true, true},
		{NULL, "10.1.2.3", 0, 443, 80, true, false},
		{NULL, "2001:db8::1", 0, 443, 443, true, true},
		{"10.0.0.0", "10.1.2.3", 8, 0, 443, true, true},
		{"10.0.0.0", "11.1.2.3", 8, 0, 443, true, false},
		{"10.0.0.0", "::ffff:10.1.2.3", 8, 443, 443, true, true},
		{"10.0.0.0", "10.1.2.3", 8, 443, 80, true, false},
		{"10.1.2.3", "10.1.2.3", 32, 443, 443, true, true},
		{"10.1.2.3", "10.1.2.4", 32, 443, 443, true, false},
		{"2001:db8::", "2001:db8::7", 32, 0, 1, true, true},
		{"2001:db8::", "2001:db9::7", 32, 0, 1, true, false},
		{"0.0.0.0", "0.0.0.0", 0, 0, 0, false, false}, /* a listener has none, not 0.0.0.0 */
		{NULL, "0.0.0.0", 0, 0, 0, false, false},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof table / sizeof *table; i++) {
		struct lsp_socket socket = socket_at(LSP_TCP, LSP_ESTABLISHED, "10.0.0.1", 50000);
		struct lsp_select select = everything();

		select.has_peer = true;
		select.peer.bits = table[i].bits;
		select.peer.port = table[i].asked_port;
		if (table[i].net != NULL)
			select.peer.net = addr_of(table[i].net);
		socket.peer = addr_of(table[i].peer);
		socket.peer_port = table[i].port;
		socket.has = table[i].has_peer ? LSP_HAS_PEER : 0;
		if (lsp_select_socket(&socket, &select) != table[i].wanted)
			fail_msg("row %zu", i);
	}
}

/* Every condition counts, not any. */
static void test_all_conditions(void **state)
{
	struct lsp_endpoint port = {.protos = LSP_PROTO_ALL, .low = 80, .high = 80};
	struct lsp_socket socket = socket_at(LSP_TCP, LSP_ESTABLISHED, "10.0.0.1", 80);
	struct lsp_select select = everything();

	(void)state;
	select.ports = &port;
	select.port_count = 1;
	select.has_peer = true;
	select.peer.port = 9;
	assert_false(lsp_select_socket(&socket, &select));
	socket.has = LSP_HAS_PEER;
	socket.peer_port = 9;
	assert_true(lsp_select_socket(&socket, &select));
	port.low = port.high = 81;
	assert_false(lsp_select_socket(&socket, &select));
}

static size_t keep(const struct lsp_snapshot *snapshot, struct lsp_process_match match, struct lsp_row rows[4])
{
	size_t i;

	for (i = 0; i < 3; i++) {
		rows[i] = (struct lsp_row){.socket = &snapshot->sockets[i], .owner = LSP_OWNER_KNOWN};
		size_t count;

		rows[i].holders = lsp_snapshot_holders_of(snapshot, snapshot->sockets[i].key, &count);
		rows[i].holder_count = (uint32_t)count;
	}
	return lsp_keep_rows_of(snapshot, &match, rows, 3);
}

static void test_rows_of_process(void **state)
{
	struct lsp_snapshot *snapshot = lsp_snapshot_new();
	struct lsp_row rows[4];
	uint64_t key;

	(void)state;
	for (key = 1; key <= 3; key++)
		lsp_snapshot_add_socket(snapshot, &(struct lsp_socket){.key = key, .has = LSP_HAS_KEY});
	lsp_snapshot_add_holder(snapshot, &(struct lsp_holder){1, 10, 3});
	lsp_snapshot_add_holder(snapshot, &(struct lsp_holder){1, 20, 3});
	lsp_snapshot_add_holder(snapshot, &(struct lsp_holder){2, 20, 4});
	lsp_snapshot_add_process(snapshot, &(struct lsp_process){.pid = 10, .birth = 1, .name = "Nginx"});
	lsp_snapshot_add_process(snapshot, &(struct lsp_process){.pid = 20, .birth = 1, .name = "web worker",
								 .exe = "/opt/Node-18/bin/node"});
	lsp_snapshot_freeze(snapshot);

	assert_int_equal(keep(snapshot, (struct lsp_process_match){.has_pid = true, .pid = 20}, rows), 2);
	assert_int_equal(rows[0].socket->key, 1);
	assert_int_equal(rows[1].socket->key, 2);
	assert_int_equal(keep(snapshot, (struct lsp_process_match){.has_pid = true, .pid = 10}, rows), 1);
	assert_int_equal(keep(snapshot, (struct lsp_process_match){.has_pid = true, .pid = 0}, rows), 0);
	assert_int_equal(keep(snapshot, (struct lsp_process_match){.name = "nginx"}, rows), 1);
	assert_int_equal(keep(snapshot, (struct lsp_process_match){.name = "NGINX"}, rows), 1);
	assert_int_equal(keep(snapshot, (struct lsp_process_match){.name = "ngin"}, rows), 0); /* equal, not in it */
	assert_int_equal(keep(snapshot, (struct lsp_process_match){.name = "nginxx"}, rows), 0);
	assert_int_equal(keep(snapshot, (struct lsp_process_match){.name = ""}, rows), 0);
	assert_int_equal(keep(snapshot, (struct lsp_process_match){.name = "node"}, rows), 2); /* by its program */
	assert_int_equal(keep(snapshot, (struct lsp_process_match){.name = "Web Worker"}, rows), 2);
	assert_int_equal(keep(snapshot, (struct lsp_process_match){.name = "bin/node"}, rows), 0);
	lsp_snapshot_free(snapshot);
}

/* Of Windows: paths with backslashes, ".exe" that nobody types, services, accounts of a domain. */
static void test_rows_of_windows(void **state)
{
	static const struct {
		struct lsp_process_match match;
		size_t count;
	} cases[] = {
		{{.name = "Node"}, 1},
		{{.name = "node.EXE"}, 1},
		{{.name = "node.ex"}, 0},
		{{.name = "nod"}, 0},
		{{.name = "svchost"}, 1}, /* by its program */
		{{.name = "dnscache"}, 1},
		{{.name = "unit"}, 0}, /* of systemd: no name that people know the process by */
		{{.user = "ANNA"}, 1},
		{{.user = "corp\\anna"}, 1},
		{{.user = "corp"}, 0},
		{{.user = "network service"}, 1},
		{{.user = "anna", .name = "node"}, 1},
		{{.user = "anna", .name = "svchost"}, 0},
		{{.user = "anna", .has_pid = true, .pid = 10}, 1},
		{{.user = "anna", .has_pid = true, .pid = 20}, 0},
	};
	struct lsp_snapshot *snapshot = lsp_snapshot_new();
	struct lsp_row rows[4];
	size_t i;

	(void)state;
	for (i = 1; i <= 3; i++) {
		lsp_snapshot_add_socket(snapshot, &(struct lsp_socket){.key = i, .has = LSP_HAS_KEY});
		lsp_snapshot_add_holder(snapshot, &(struct lsp_holder){i, (uint32_t)(10 * i), 0});
	}
	lsp_snapshot_add_process(snapshot, &(struct lsp_process){.pid = 10, .name = "node.exe", .user = "CORP\\anna"});
	lsp_snapshot_add_process(snapshot,
				 &(struct lsp_process){.pid = 20, .name = "svchost.exe (Dnscache)", .unit = "Dnscache",
						       .exe = "C:\\Windows\\System32\\svchost.exe",
						       .user = "NETWORK SERVICE", .has = LSP_PROCESS_IS_SERVICE});
	lsp_snapshot_add_process(snapshot, &(struct lsp_process){.pid = 30, .name = "x", .unit = "unit"});
	lsp_snapshot_freeze(snapshot);
	for (i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_int_equal(keep(snapshot, cases[i].match, rows), cases[i].count);
	lsp_snapshot_free(snapshot);
}

static void test_words(void **state)
{
	static const char *const names[LSP_STATE_COUNT] = {
		"UNKNOWN",   "ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2", "TIME_WAIT",
		"CLOSE",     "CLOSE_WAIT",  "LAST_ACK", "LISTEN",   "CLOSING",	 "BOUND",
	};
	int i;

	(void)state;
	for (i = 0; i < LSP_STATE_COUNT; i++)
		assert_string_equal(lsp_state_name((enum lsp_state)i), names[i]);
	assert_string_equal(lsp_state_name((enum lsp_state)200), "UNKNOWN");
	assert_string_equal(lsp_proto_name(LSP_TCP), "tcp");
	assert_string_equal(lsp_proto_name(LSP_UDP), "udp");
}

/* Traps 6 and 9: what keeps a port to itself. */
static void test_holds_port(void **state)
{
	int i;

	(void)state;
	for (i = LSP_ESTABLISHED; i < LSP_STATE_COUNT; i++) {
		struct lsp_socket tcp = socket_at(LSP_TCP, (enum lsp_state)i, "0.0.0.0", 80);
		struct lsp_socket udp = socket_at(LSP_UDP, (enum lsp_state)i, "0.0.0.0", 80);

		assert_int_equal(lsp_socket_holds_port(&tcp), i == LSP_LISTEN || i == LSP_BOUND);
		assert_int_equal(lsp_socket_holds_port(&udp), i == LSP_CLOSE);
		udp.local_port = 0;
		assert_false(lsp_socket_holds_port(&udp));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_everything),
		cmocka_unit_test(test_proto_family_state),
		cmocka_unit_test(test_ports),
		cmocka_unit_test(test_where),
		cmocka_unit_test(test_address_ignores_scope),
		cmocka_unit_test(test_device),	     cmocka_unit_test(test_peer),
		cmocka_unit_test(test_all_conditions),
		cmocka_unit_test(test_rows_of_process),
		cmocka_unit_test(test_rows_of_windows),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_holds_port),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
