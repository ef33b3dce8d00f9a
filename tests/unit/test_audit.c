/*
 * test_audit.c - each rule of the audit: what makes it true, and what is near it and must not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "audit/finding.h"
#include "audit/programs.h"
#include "core/order.h"

enum { LOW = 40000, HIGH = 40099, RESERVED = 40050, NONE = -1 };

struct world {
	struct lsp_snapshot *snapshot;
	struct lsp_rules rules;
	struct lsp_audit_case facts;
	struct lsp_row *rows;
	struct lsp_findings findings;
};

static struct lsp_addr addr_of(const char *text)
{
	struct lsp_addr addr = {.scope = 0};

	assert_true(lsp_addr_parse(text, strlen(text), &addr));
	return addr;
}

static void add_link(struct world *world, uint32_t index, const char *name, uint32_t is, const char *four, const char *six)
{
	struct lsp_link link = {.index = index, .name = name, .is = is | LSP_LINK_UP};
	struct lsp_link_addr addr = {.link = index, .prefix_len = 24, .addr = addr_of(four)};

	lsp_snapshot_add_link(world->snapshot, &link);
	lsp_snapshot_add_link_addr(world->snapshot, &addr);
	addr.addr = addr_of(six);
	lsp_snapshot_add_link_addr(world->snapshot, &addr);
}

/* A host at a public or a private address. */
static void begin_at(struct world *world, const char *four, const char *six)
{
	*world = (struct world){.snapshot = lsp_snapshot_new()};
	world->rules = (struct lsp_rules){
		.has = LSP_RULES_EPHEMERAL | LSP_RULES_RESERVED, .ephemeral_low = LOW, .ephemeral_high = HIGH};
	world->rules.reserved[RESERVED / 8] |= 1u << RESERVED % 8;
	add_link(world, 1, "lo", LSP_LINK_LOOPBACK, "127.0.0.1", "::1");
	add_link(world, 2, "eth0", 0, four, six);
}

static void begin(struct world *world)
{
	begin_at(world, "192.0.2.5", "2001:db8::5");
}

static void end(struct world *world)
{
	lsp_findings_clear(&world->findings);
	free(world->rows);
	lsp_snapshot_free(world->snapshot);
}

static struct lsp_socket socket_of(enum lsp_proto proto, const char *addr, uint16_t port, uint64_t key)
{
	return (struct lsp_socket){.proto = (uint8_t)proto,
				   .state = proto == LSP_TCP ? LSP_LISTEN : LSP_CLOSE,
				   .local = addr_of(addr),
				   .local_port = port,
				   .key = key,
				   .has = LSP_HAS_KEY | LSP_HAS_V6ONLY | LSP_HAS_UID,
				   .v6only = 1};
}

static void hold(struct world *world, uint64_t key, uint32_t pid)
{
	struct lsp_holder holder = {key, pid, 3};

	lsp_snapshot_add_holder(world->snapshot, &holder);
}

static void live(struct world *world, uint32_t pid, const char *name, const char *exe, uint32_t uid, uint32_t has)
{
	struct lsp_process process = {.pid = pid, .birth = 1, .name = name, .exe = exe, .uid = uid,
				      .has = has | LSP_PROCESS_HAS_UID};

	lsp_snapshot_add_process(world->snapshot, &process);
}

/* A socket and its only holder; key and pid are the same number. */
static void serve(struct world *world, uint32_t pid, const char *name, uint32_t uid, enum lsp_proto proto, const char *addr,
		  uint16_t port)
{
	struct lsp_socket socket = socket_of(proto, addr, port, pid);

	socket.uid = uid;
	lsp_snapshot_add_socket(world->snapshot, &socket);
	hold(world, pid, pid);
	live(world, pid, name, NULL, uid, 0);
}

static void judge(struct world *world)
{
	lsp_snapshot_freeze(world->snapshot);
	free(world->rows);
	lsp_findings_clear(&world->findings);
	world->facts.snapshot = world->snapshot;
	world->facts.rules = &world->rules;
	world->facts.row_count = lsp_join(world->snapshot, &world->rows);
	world->facts.rows = world->rows;
	lsp_order_by_port(world->rows, world->facts.row_count);
	lsp_audit_judge(&world->facts, &world->findings);
}

/* Which rules were asked for and found true, and false, by the tests that have run. */
static bool was_true[LSP_RULE_COUNT], was_false[LSP_RULE_COUNT];

/* The severity of the rule's only finding, NONE without one. */
static int severity_of(const struct world *world, enum lsp_rule rule)
{
	int severity = NONE;
	size_t i;

	for (i = 0; i < world->findings.count; i++) {
		if (world->findings.list[i].rule != rule)
			continue;
		if (severity != NONE)
			fail_msg("%s: found twice", lsp_rule_name(rule));
		severity = (int)world->findings.list[i].severity;
		assert_non_null(world->findings.list[i].sentence);
		assert_non_null(world->findings.list[i].why);
		assert_non_null(world->findings.list[i].advice);
	}
	*(severity != NONE ? &was_true[rule] : &was_false[rule]) = true;
	return severity;
}

/* One server, and what a rule makes of it. */
struct scene {
	const char *name;
	enum lsp_proto proto;
	const char *addr;
	uint16_t port;
	enum lsp_rule rule;
	int severity;
};

static void play(const struct scene *scenes, size_t count, uint32_t uid)
{
	size_t i;

	for (i = 0; i < count; i++) {
		struct world world;

		begin(&world);
		serve(&world, 50, scenes[i].name, uid, scenes[i].proto, scenes[i].addr, scenes[i].port);
		judge(&world);
		if (severity_of(&world, scenes[i].rule) != scenes[i].severity)
			fail_msg("%s at %s:%u: %s is %d, not %d", scenes[i].name, scenes[i].addr, scenes[i].port,
				 lsp_rule_name(scenes[i].rule), severity_of(&world, scenes[i].rule), scenes[i].severity);
		end(&world);
	}
}

#define PLAY(scenes, uid) play(scenes, sizeof(scenes) / sizeof *(scenes), uid)

/* The notes that these rest on are in src/registry/notes.tsv. */
static void test_exposed(void **state)
{
	static const struct scene scenes[] = {
		{"redis-server", LSP_TCP, "0.0.0.0", 6379, LSP_RULE_EXPOSED_DATABASE, LSP_SEVERITY_CRITICAL},
		{"redis-server", LSP_TCP, "::", 6379, LSP_RULE_EXPOSED_DATABASE, LSP_SEVERITY_CRITICAL},
		{"redis-server", LSP_TCP, "10.0.0.5", 6379, LSP_RULE_EXPOSED_DATABASE, LSP_SEVERITY_WARNING},
		{"redis-server", LSP_TCP, "127.0.0.1", 6379, LSP_RULE_EXPOSED_DATABASE, NONE},
		{"redis-server", LSP_TCP, "::1", 6379, LSP_RULE_EXPOSED_DATABASE, NONE},
		{"redis-server", LSP_TCP, "0.0.0.0", 7777, LSP_RULE_EXPOSED_DATABASE, LSP_SEVERITY_CRITICAL},
		{"python3", LSP_TCP, "0.0.0.0", 6379, LSP_RULE_EXPOSED_DATABASE, LSP_SEVERITY_WARNING},
		{"docker-proxy", LSP_TCP, "0.0.0.0", 6379, LSP_RULE_EXPOSED_DATABASE, LSP_SEVERITY_CRITICAL},
		/* what it passes on may be anything where nothing is customary */
		{"docker-proxy", LSP_TCP, "0.0.0.0", 8080, LSP_RULE_EXPOSED_NO_LOGIN, LSP_SEVERITY_WARNING},
		{"in.telnetd", LSP_TCP, "0.0.0.0", 23, LSP_RULE_EXPOSED_CONTROL, LSP_SEVERITY_CRITICAL},
		{"in.telnetd", LSP_TCP, "10.0.0.5", 23, LSP_RULE_EXPOSED_CONTROL, LSP_SEVERITY_WARNING},
		{"in.telnetd", LSP_TCP, "127.0.0.1", 23, LSP_RULE_EXPOSED_CONTROL, NONE},
		{"sshd", LSP_TCP, "0.0.0.0", 22, LSP_RULE_EXPOSED_CONTROL, LSP_SEVERITY_WARNING},
		{"sshd", LSP_TCP, "10.0.0.5", 22, LSP_RULE_EXPOSED_CONTROL, LSP_SEVERITY_INFO},
		{"mosquitto", LSP_TCP, "0.0.0.0", 1883, LSP_RULE_EXPOSED_NO_LOGIN, LSP_SEVERITY_CRITICAL},
		{"mosquitto", LSP_TCP, "127.0.0.1", 1883, LSP_RULE_EXPOSED_NO_LOGIN, NONE},
		{"prometheus", LSP_TCP, "10.0.0.5", 9090, LSP_RULE_EXPOSED_NO_LOGIN, LSP_SEVERITY_INFO},
		{"snmptrapd", LSP_UDP, "0.0.0.0", 162, LSP_RULE_EXPOSED_PLAINTEXT, LSP_SEVERITY_WARNING},
		{"snmptrapd", LSP_UDP, "127.0.0.1", 162, LSP_RULE_EXPOSED_PLAINTEXT, NONE},
		{"nginx", LSP_TCP, "0.0.0.0", 80, LSP_RULE_EXPOSED_PLAINTEXT, LSP_SEVERITY_INFO},
		{"nginx", LSP_TCP, "0.0.0.0", 8080, LSP_RULE_EXPOSED_NO_LOGIN, NONE},
		{"java", LSP_TCP, "0.0.0.0", 8080, LSP_RULE_EXPOSED_NO_LOGIN, LSP_SEVERITY_WARNING},
		{"smbd", LSP_TCP, "0.0.0.0", 445, LSP_RULE_EXPOSED_SERVICE, LSP_SEVERITY_CRITICAL},
		{"smbd", LSP_TCP, "127.0.0.1", 445, LSP_RULE_EXPOSED_SERVICE, NONE},
		{"dhcpd", LSP_UDP, "0.0.0.0", 67, LSP_RULE_EXPOSED_SERVICE, LSP_SEVERITY_INFO},
		{"dhclient", LSP_UDP, "0.0.0.0", 68, LSP_RULE_EXPOSED_SERVICE, NONE},
		{"minissdpd", LSP_UDP, "0.0.0.0", 1900, LSP_RULE_EXPOSED_SERVICE, LSP_SEVERITY_WARNING},
		{"charon", LSP_UDP, "0.0.0.0", 500, LSP_RULE_EXPOSED_SERVICE, NONE},
		/* what serves several things is judged by the port */
		{"dovecot", LSP_TCP, "0.0.0.0", 110, LSP_RULE_EXPOSED_PLAINTEXT, LSP_SEVERITY_WARNING},
		{"dovecot", LSP_TCP, "0.0.0.0", 4190, LSP_RULE_EXPOSED_PLAINTEXT, NONE}, /* sieve */
		{"dovecot", LSP_TCP, "0.0.0.0", 587, LSP_RULE_EXPOSED_PLAINTEXT, NONE},	 /* submission */
		{"systemd-resolve", LSP_UDP, "0.0.0.0", 53, LSP_RULE_EXPOSED_SERVICE, LSP_SEVERITY_WARNING},
		{"systemd-resolve", LSP_UDP, "0.0.0.0", 5355, LSP_RULE_EXPOSED_SERVICE, LSP_SEVERITY_INFO}, /* LLMNR */
		{"systemd-resolve", LSP_TCP, "0.0.0.0", 5355, LSP_RULE_EXPOSED_SERVICE, NONE},
		{"dnsmasq", LSP_UDP, "0.0.0.0", 67, LSP_RULE_EXPOSED_SERVICE, LSP_SEVERITY_INFO}, /* DHCP */
		/* that nginx serves it says nothing of TLS */
		{"nginx", LSP_TCP, "0.0.0.0", 8443, LSP_RULE_EXPOSED_PLAINTEXT, NONE},
	};
	struct world world;

	(void)state;
	PLAY(scenes, 1000);
	begin_at(&world, "10.0.0.5", "fd00::5"); /* a wildcard is as open as the host's addresses are */
	serve(&world, 50, "redis-server", 1000, LSP_TCP, "0.0.0.0", 6379);
	judge(&world);
	assert_int_equal(severity_of(&world, LSP_RULE_EXPOSED_DATABASE), LSP_SEVERITY_WARNING);
	lsp_snapshot_drop_links(world.snapshot);
	world.snapshot->notes |= LSP_NOTE_NO_LINKS;
	judge(&world);
	assert_int_equal(severity_of(&world, LSP_RULE_EXPOSED_DATABASE), LSP_SEVERITY_WARNING);
	end(&world);
}

static void test_malware_habit(void **state)
{
	static const struct scene scenes[] = {
		{"nc", LSP_TCP, "0.0.0.0", 31337, LSP_RULE_MALWARE_HABIT, LSP_SEVERITY_WARNING},
		{"nc", LSP_TCP, "127.0.0.1", 31337, LSP_RULE_MALWARE_HABIT, LSP_SEVERITY_INFO},
		{"nc", LSP_TCP, "0.0.0.0", 31336, LSP_RULE_MALWARE_HABIT, NONE},
		{"ngircd", LSP_TCP, "0.0.0.0", 6667, LSP_RULE_MALWARE_HABIT, NONE},
		{"nc", LSP_TCP, "0.0.0.0", 6667, LSP_RULE_MALWARE_HABIT, LSP_SEVERITY_WARNING},
	};
	struct world world;

	(void)state;
	PLAY(scenes, 1000);
	begin(&world);
	world.rules.ephemeral_low = 31000;
	serve(&world, 50, "nc", 1000, LSP_TCP, "0.0.0.0", 31337); /* by chance */
	judge(&world);
	assert_int_equal(severity_of(&world, LSP_RULE_MALWARE_HABIT), LSP_SEVERITY_INFO);
	end(&world);
}

static void test_wrong_process(void **state)
{
	static const struct scene scenes[] = {
		{"python3", LSP_TCP, "127.0.0.1", 5432, LSP_RULE_WRONG_PROCESS, LSP_SEVERITY_WARNING},
		{"postgres", LSP_TCP, "127.0.0.1", 5432, LSP_RULE_WRONG_PROCESS, NONE},
		{"haproxy", LSP_TCP, "127.0.0.1", 5432, LSP_RULE_WRONG_PROCESS, NONE},
		{"docker-proxy", LSP_TCP, "0.0.0.0", 5432, LSP_RULE_WRONG_PROCESS, NONE},
		{"sshd", LSP_TCP, "127.0.0.1", 5432, LSP_RULE_WRONG_PROCESS, NONE}, /* ssh -R */
		{"sshd", LSP_TCP, "0.0.0.0", 5432, LSP_RULE_WRONG_PROCESS, LSP_SEVERITY_WARNING},
		{"sshd", LSP_TCP, "0.0.0.0", 443, LSP_RULE_WRONG_PROCESS, LSP_SEVERITY_WARNING},
		{"node", LSP_TCP, "0.0.0.0", 443, LSP_RULE_WRONG_PROCESS, NONE},
		{"dovecot", LSP_TCP, "0.0.0.0", 587, LSP_RULE_WRONG_PROCESS, NONE},
		{".postgres-wrapped", LSP_TCP, "127.0.0.1", 5432, LSP_RULE_WRONG_PROCESS, NONE}, /* of Nix */
		{".python3-wrapped", LSP_TCP, "127.0.0.1", 5432, LSP_RULE_WRONG_PROCESS, LSP_SEVERITY_WARNING},
		{"-wrapped", LSP_TCP, "127.0.0.1", 5432, LSP_RULE_WRONG_PROCESS, LSP_SEVERITY_WARNING},
		{".-wrapped", LSP_TCP, "127.0.0.1", 5432, LSP_RULE_WRONG_PROCESS, LSP_SEVERITY_WARNING},
		{"dovecot", LSP_TCP, "0.0.0.0", 22, LSP_RULE_WRONG_PROCESS, LSP_SEVERITY_WARNING},
		{"java", LSP_TCP, "0.0.0.0", 9200, LSP_RULE_WRONG_PROCESS, NONE},
		{"node", LSP_TCP, "0.0.0.0", 4444, LSP_RULE_WRONG_PROCESS, NONE}, /* Galera is there too, but it is not its own */
		{"python3", LSP_UDP, "0.0.0.0", 5432, LSP_RULE_WRONG_PROCESS, NONE},
	};

	(void)state;
	PLAY(scenes, 1000);
}

static void test_odd_port(void **state)
{
	static const struct scene scenes[] = {
		{"sshd", LSP_TCP, "0.0.0.0", 8022, LSP_RULE_ODD_PORT, LSP_SEVERITY_INFO},
		{"sshd", LSP_TCP, "0.0.0.0", 22, LSP_RULE_ODD_PORT, NONE},
		{"sshd", LSP_TCP, "127.0.0.1", 6010, LSP_RULE_ODD_PORT, NONE}, /* X11 through ssh */
		{"sshd", LSP_TCP, "0.0.0.0", 5432, LSP_RULE_ODD_PORT, NONE},   /* wrong-process says it */
		{"nginx", LSP_TCP, "0.0.0.0", 8022, LSP_RULE_ODD_PORT, NONE},
		{"postgres", LSP_TCP, "127.0.0.1", 5433, LSP_RULE_ODD_PORT, NONE}, /* a second cluster of Debian's */
		{"postgres", LSP_TCP, "127.0.0.1", 9999, LSP_RULE_ODD_PORT, LSP_SEVERITY_INFO},
	};

	(void)state;
	PLAY(scenes, 1000);
}

static void test_root_listener(void **state)
{
	static const struct scene as_root[] = {
		{"python3", LSP_TCP, "0.0.0.0", 8000, LSP_RULE_ROOT_LISTENER, LSP_SEVERITY_WARNING},
		{"python3", LSP_TCP, "127.0.0.1", 8000, LSP_RULE_ROOT_LISTENER, LSP_SEVERITY_INFO},
		{"python3", LSP_TCP, "0.0.0.0", 1023, LSP_RULE_ROOT_LISTENER, NONE},
		{"python3", LSP_UDP, "0.0.0.0", 1024, LSP_RULE_ROOT_LISTENER, LSP_SEVERITY_WARNING},
		{"python3", LSP_UDP, "0.0.0.0", LOW, LSP_RULE_ROOT_LISTENER, NONE}, /* a client's */
		{"sshd", LSP_TCP, "0.0.0.0", 2222, LSP_RULE_ROOT_LISTENER, NONE},
		{"zerotier-one", LSP_UDP, "0.0.0.0", 9993, LSP_RULE_ROOT_LISTENER, NONE}, /* makes interfaces */
		{"lxd", LSP_TCP, "0.0.0.0", 8443, LSP_RULE_ROOT_LISTENER, NONE},
	};
	static const struct scene as_ada[] = {{"python3", LSP_TCP, "0.0.0.0", 8000, LSP_RULE_ROOT_LISTENER, NONE}};
	struct world world;

	(void)state;
	PLAY(as_root, 0);
	PLAY(as_ada, 1000);
	begin(&world); /* a master that is root, and a worker that is not */
	serve(&world, 50, "gunicorn", 0, LSP_TCP, "0.0.0.0", 8000);
	hold(&world, 50, 51);
	live(&world, 51, "gunicorn", NULL, 33, 0);
	judge(&world);
	assert_int_equal(severity_of(&world, LSP_RULE_ROOT_LISTENER), NONE);
	end(&world);
	begin(&world); /* of a container the first process is the server itself; a system's keeps sockets for its services */
	serve(&world, 1, "node", 0, LSP_TCP, "0.0.0.0", 8000);
	judge(&world);
	assert_int_equal(severity_of(&world, LSP_RULE_ROOT_LISTENER), LSP_SEVERITY_WARNING);
	end(&world);
	begin(&world);
	serve(&world, 1, "systemd", 0, LSP_TCP, "0.0.0.0", 8000);
	judge(&world);
	assert_int_equal(severity_of(&world, LSP_RULE_ROOT_LISTENER), NONE);
	end(&world);
}

static void test_program_place(void **state)
{
	static const struct {
		const char *exe;
		uint32_t has;
		int deleted, writable;
	} table[] = {
		{"/usr/bin/server", 0, NONE, NONE},
		{"/usr/bin/server (deleted)", LSP_PROCESS_EXE_DELETED, LSP_SEVERITY_WARNING, NONE},
		{"/memfd:x (deleted)", LSP_PROCESS_EXE_DELETED, LSP_SEVERITY_CRITICAL, NONE},
		{"/var/tmp/.x/server", 0, NONE, LSP_SEVERITY_WARNING},
		{"/dev/shm/server", 0, NONE, LSP_SEVERITY_WARNING},
		{"/tmpfoo/server", 0, NONE, NONE},
		{"/var/tmp/.mount_app/server", 0, NONE, LSP_SEVERITY_WARNING},
		{"/var/tmp/.mount_app/server", LSP_PROCESS_EXE_READ_ONLY, NONE, NONE},
		{"/srv/open/server", LSP_PROCESS_EXE_OPEN, NONE, LSP_SEVERITY_WARNING},
		{"/var/tmp/server (deleted)", LSP_PROCESS_EXE_DELETED, LSP_SEVERITY_WARNING, LSP_SEVERITY_WARNING},
		{NULL, 0, NONE, NONE},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof table / sizeof *table; i++) {
		struct lsp_socket socket = socket_of(LSP_TCP, "127.0.0.1", 8000, 50);
		struct world world;

		begin(&world);
		lsp_snapshot_add_socket(world.snapshot, &socket);
		hold(&world, 50, 50);
		live(&world, 50, "server", table[i].exe, 1000, table[i].has);
		judge(&world);
		assert_int_equal(severity_of(&world, LSP_RULE_DELETED_PROGRAM), table[i].deleted);
		assert_int_equal(severity_of(&world, LSP_RULE_WRITABLE_PROGRAM), table[i].writable);
		end(&world);
	}
}

static void test_ephemeral(void **state)
{
	static const struct scene scenes[] = {
		{"node", LSP_TCP, "127.0.0.1", LOW, LSP_RULE_EPHEMERAL_LISTENER, LSP_SEVERITY_INFO},
		{"node", LSP_TCP, "127.0.0.1", HIGH, LSP_RULE_EPHEMERAL_LISTENER, LSP_SEVERITY_INFO},
		{"node", LSP_TCP, "127.0.0.1", RESERVED, LSP_RULE_EPHEMERAL_LISTENER, NONE},
		{"node", LSP_TCP, "127.0.0.1", LOW - 1, LSP_RULE_EPHEMERAL_LISTENER, NONE},
		{"node", LSP_TCP, "127.0.0.1", HIGH + 1, LSP_RULE_EPHEMERAL_LISTENER, NONE},
		{"node", LSP_UDP, "127.0.0.1", LOW, LSP_RULE_EPHEMERAL_LISTENER, NONE},
	};

	(void)state;
	PLAY(scenes, 1000);
}

static void test_accept_queue(void **state)
{
	static const struct {
		uint32_t length, limit;
		uint16_t has;
		bool is_full;
	} table[] = {
		{5, 4, LSP_HAS_RQUEUE | LSP_HAS_WQUEUE, true},	{4, 4, LSP_HAS_RQUEUE | LSP_HAS_WQUEUE, false}, /* one more is let in */
		{3, 4, LSP_HAS_RQUEUE | LSP_HAS_WQUEUE, false}, {0, 0, LSP_HAS_RQUEUE | LSP_HAS_WQUEUE, false},
		{1, 0, LSP_HAS_RQUEUE | LSP_HAS_WQUEUE, true},	{5, 0, LSP_HAS_RQUEUE, false},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof table / sizeof *table; i++) {
		struct lsp_socket socket = socket_of(LSP_TCP, "127.0.0.1", 8000, 50);
		struct world world;

		begin(&world);
		socket.rqueue = table[i].length;
		socket.wqueue = table[i].limit;
		socket.has |= table[i].has;
		lsp_snapshot_add_socket(world.snapshot, &socket);
		judge(&world);
		assert_int_equal(severity_of(&world, LSP_RULE_ACCEPT_QUEUE_FULL), table[i].is_full ? LSP_SEVERITY_WARNING : NONE);
		if (table[i].is_full && table[i].length == 1)
			assert_string_equal(world.findings.list[0].sentence, "1 connection waits, the limit is 0");
		end(&world);
	}
}

static void test_accept_overflow(void **state)
{
	struct world world;

	(void)state;
	begin(&world);
	world.facts.before = (struct lsp_tcp_counters){.has = LSP_COUNTS_OVERFLOWS, .overflows = 7};
	world.facts.after = world.facts.before;
	judge(&world);
	assert_int_equal(severity_of(&world, LSP_RULE_ACCEPT_OVERFLOW), NONE); /* long ago is not now */
	world.facts.after.overflows = 9;
	world.facts.between_ms = 12;
	judge(&world);
	assert_int_equal(severity_of(&world, LSP_RULE_ACCEPT_OVERFLOW), LSP_SEVERITY_CRITICAL);
	assert_string_equal(world.findings.list[0].sentence, "2 connections turned away within 12 ms");
	world.facts.before.has = 0;
	judge(&world);
	assert_int_equal(severity_of(&world, LSP_RULE_ACCEPT_OVERFLOW), NONE);
	end(&world);
}

static void test_v6_twin(void **state)
{
	static const struct {
		const char *four, *six;
		bool one_process, is_twin, is_dual;
	} table[] = {
		{"127.0.0.1", "::", true, false, true}, /* it takes IPv4 from everywhere */
		{"127.0.0.1", "::", true, true},   {"127.0.0.1", "2001:db8::5", true, true}, {"127.0.0.1", "::1", true, false},
		{"0.0.0.0", "::", true, false},	   {"127.0.0.1", "::", false, false},	     {"192.0.2.5", "::", true, false},
		{"127.0.0.1", "0.0.0.0", true, false},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof table / sizeof *table; i++) {
		struct lsp_socket six = socket_of(LSP_TCP, table[i].six, 8000, 51);
		struct world world;

		six.v6only = !table[i].is_dual;
		begin(&world);
		serve(&world, 50, "node", 1000, LSP_TCP, table[i].four, 8000);
		lsp_snapshot_add_socket(world.snapshot, &six);
		hold(&world, 51, table[i].one_process ? 50 : 51);
		judge(&world);
		if (severity_of(&world, LSP_RULE_V6_TWIN) != (table[i].is_twin ? LSP_SEVERITY_WARNING : NONE))
			fail_msg("%s and %s", table[i].four, table[i].six);
		end(&world);
	}
}

static void test_two_answers(void **state)
{
	static const struct {
		const char *one, *other;
		bool one_process, differ;
	} table[] = {
		{"127.0.0.1", "0.0.0.0", false, true},	{"127.0.0.1", "0.0.0.0", true, false},
		{"127.0.0.1", "192.0.2.5", false, true}, {"127.0.0.1", "::1", false, true}, /* localhost is both */
		{"127.0.0.2", "192.0.2.5", false, false}, /* 127.0.0.1 reaches nobody */
		{"192.0.2.5", "2001:db8::5", false, false},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof table / sizeof *table; i++) {
		struct lsp_socket other = socket_of(LSP_TCP, table[i].other, 8000, 51);
		struct world world;

		begin(&world);
		serve(&world, 50, "node", 1000, LSP_TCP, table[i].one, 8000);
		lsp_snapshot_add_socket(world.snapshot, &other);
		hold(&world, 51, table[i].one_process ? 50 : 51);
		live(&world, 51, "java", NULL, 1000, 0);
		judge(&world);
		if (severity_of(&world, LSP_RULE_TWO_ANSWERS) != (table[i].differ ? LSP_SEVERITY_WARNING : NONE))
			fail_msg("%s and %s", table[i].one, table[i].other);
		end(&world);
	}
}

/* A container engine has a process of its own for each family of a published port; of another address it is another one. */
static void test_two_answers_of_families(void **state)
{
	static const struct {
		const char *one, *other, *name;
		bool differ;
	} table[] = {
		{"0.0.0.0", "::", "docker-proxy", false},   {"127.0.0.1", "::1", "docker-proxy", false},
		{"0.0.0.0", "::", "node", true},	    {"127.0.0.1", "::", "docker-proxy", true},
		{"127.0.0.1", "192.0.2.5", "docker-proxy", true},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof table / sizeof *table; i++) {
		struct world world;

		begin(&world);
		serve(&world, 50, "docker-proxy", 0, LSP_TCP, table[i].one, 8000);
		serve(&world, 51, table[i].name, 0, LSP_TCP, table[i].other, 8000);
		judge(&world);
		if (severity_of(&world, LSP_RULE_TWO_ANSWERS) != (table[i].differ ? LSP_SEVERITY_WARNING : NONE))
			fail_msg("%s and %s of %s", table[i].one, table[i].other, table[i].name);
		end(&world);
	}
}

/* A name server for each network, a web server behind another: whoever gives each an address of its own means it. */
static void test_two_answers_side_by_side(void **state)
{
	static const struct {
		const char *one, *name, *other, *other_name;
		uint16_t port;
		bool differ;
	} table[] = {
		{"127.0.0.1", "unbound", "192.0.2.5", "dnsmasq", 53, false},
		{"127.0.0.1", "unbound", "0.0.0.0", "dnsmasq", 53, true}, /* that one takes all */
		{"127.0.0.1", "unbound", "192.0.2.5", "python3", 53, true},
		{"127.0.0.1", "apache2", "192.0.2.5", "nginx", 80, false},
		{"127.0.0.1", "apache2", "192.0.2.5", "nginx", 3000, true}, /* not the port of either */
		{"127.0.0.1", "node", "192.0.2.5", "node", 3000, true},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof table / sizeof *table; i++) {
		struct world world;

		begin(&world);
		serve(&world, 50, table[i].name, 0, LSP_TCP, table[i].one, table[i].port);
		serve(&world, 51, table[i].other_name, 0, LSP_TCP, table[i].other, table[i].port);
		judge(&world);
		if (severity_of(&world, LSP_RULE_TWO_ANSWERS) != (table[i].differ ? LSP_SEVERITY_WARNING : NONE))
			fail_msg("%s of %s and %s of %s", table[i].one, table[i].name, table[i].other, table[i].other_name);
		end(&world);
	}
}

/* Whom each of many ports is answered by at each of many addresses is asked of that port's sockets alone: among all of
 * them it would take seconds. */
static void test_two_answers_of_many(void **state)
{
	enum { PORTS = 1500, ADDRS = 500 };
	struct world world;
	size_t found = 0;
	clock_t begun;
	uint32_t i;

	(void)state;
	begin(&world);
	for (i = 0; i < ADDRS; i++) {
		struct lsp_link_addr addr = {.link = 2, .prefix_len = 24, .addr = addr_of("10.0.0.0")};

		addr.addr.bytes[2] = (uint8_t)(i >> 8);
		addr.addr.bytes[3] = (uint8_t)i;
		lsp_snapshot_add_link_addr(world.snapshot, &addr);
	}
	for (i = 0; i < PORTS; i++) {
		serve(&world, 1000 + i, "one", 1000, LSP_TCP, "127.0.0.1", (uint16_t)(5000 + i));
		serve(&world, 9000 + i, "other", 1000, LSP_TCP, "192.0.2.5", (uint16_t)(5000 + i));
	}
	begun = clock();
	judge(&world);
	assert_in_range(clock() - begun, 0, CLOCKS_PER_SEC / 2);
	for (i = 0; i < world.findings.count; i++)
		found += world.findings.list[i].rule == LSP_RULE_TWO_ANSWERS;
	assert_int_equal(found, PORTS);
	end(&world);
}

static void test_shared_port(void **state)
{
	static const struct {
		enum lsp_proto proto;
		const char *other;
		uint16_t port;
		uint32_t uid;
		bool shared;
	} table[] = {
		{LSP_TCP, "0.0.0.0", 8000, 33, true},	 {LSP_TCP, "0.0.0.0", 8000, 1000, false},
		{LSP_TCP, "127.0.0.1", 8000, 33, false}, {LSP_UDP, "0.0.0.0", 8000, 33, true},
		{LSP_UDP, "0.0.0.0", 5353, 33, false},	 {LSP_UDP, "239.1.2.3", 8000, 33, false},
		{LSP_UDP, "ff02::fb", 8000, 33, false},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof table / sizeof *table; i++) {
		struct world world;

		begin(&world);
		if (table[i].proto == LSP_UDP)
			serve(&world, 50, "one", 1000, LSP_UDP, table[i].other, table[i].port);
		else
			serve(&world, 50, "one", 1000, LSP_TCP, "0.0.0.0", table[i].port);
		serve(&world, 51, "other", table[i].uid, table[i].proto, table[i].other, table[i].port);
		judge(&world);
		if (severity_of(&world, LSP_RULE_SHARED_PORT) != (table[i].shared ? LSP_SEVERITY_WARNING : NONE))
			fail_msg("%s of uid %u", table[i].other, table[i].uid);
		end(&world);
	}
}

/* A master that is root hands its SO_REUSEPORT sockets to workers of another user: all of them hold all. */
static void test_shared_among_workers(void **state)
{
	struct world world;

	(void)state;
	begin(&world);
	serve(&world, 50, "nginx", 0, LSP_TCP, "0.0.0.0", 80);
	serve(&world, 40, "nginx", 33, LSP_TCP, "0.0.0.0", 80);
	hold(&world, 40, 50);
	judge(&world);
	assert_int_equal(severity_of(&world, LSP_RULE_SHARED_PORT), NONE);
	end(&world);
}

/* count connections of pid in this state. */
static void connect_many(struct world *world, enum lsp_state state, size_t count, uint32_t pid, const char *peer)
{
	size_t i;

	for (i = 0; i < count; i++) {
		struct lsp_socket socket = socket_of(LSP_TCP, peer[0] == ':' ? "::ffff:192.0.2.5" : "192.0.2.5",
						     (uint16_t)(LOW + i), pid * 10000 + i + 1);

		socket.state = (uint8_t)state;
		socket.has |= LSP_HAS_PEER;
		socket.peer = addr_of(peer);
		socket.peer_port = 443;
		if (pid == 0)
			socket.has &= (uint16_t)~LSP_HAS_KEY;
		else
			hold(world, socket.key, pid);
		lsp_snapshot_add_socket(world->snapshot, &socket);
	}
}

static void test_close_wait(void **state)
{
	size_t least = lsp_audit_close_wait_least(), count;

	(void)state;
	assert_true(least > 1);
	for (count = least - 1; count <= least; count++) {
		struct world world;

		begin(&world);
		connect_many(&world, LSP_CLOSE_WAIT, count, 50, "198.51.100.1");
		connect_many(&world, LSP_ESTABLISHED, least, 51, "198.51.100.1");
		judge(&world);
		assert_int_equal(severity_of(&world, LSP_RULE_CLOSE_WAIT), count == least ? LSP_SEVERITY_WARNING : NONE);
		if (count == least)
			assert_int_equal(world.findings.list[0].pid, 50);
		end(&world);
	}
}

/* Whose peer was heard of just now is about to be closed, or its peer only ceased to send: nobody forgot it. */
static void test_close_wait_of_now(void **state)
{
	size_t least = lsp_audit_close_wait_least(), i;
	uint32_t ms;

	(void)state;
	for (ms = 999; ms <= 1000; ms++) {
		struct world world;

		begin(&world);
		connect_many(&world, LSP_CLOSE_WAIT, least, 50, "198.51.100.1");
		for (i = 0; i < least; i++)
			world.snapshot->sockets[i].has |= LSP_HAS_HEARD;
		for (i = 0; i < least; i++)
			world.snapshot->sockets[i].heard_ms = i == 7 ? ms : 5000;
		judge(&world);
		assert_int_equal(severity_of(&world, LSP_RULE_CLOSE_WAIT), ms == 1000 ? LSP_SEVERITY_WARNING : NONE);
		end(&world);
	}
}

static void test_close_wait_since(void **state)
{
	static const struct {
		uint32_t heard_ms;
		const char *says;
	} table[] = {
		{1000, ", the oldest for at least 1 s"},
		{119999, ", the oldest for at least 119 s"},
		{120000, ", the oldest for at least 2 min"},
		{7199999, ", the oldest for at least 119 min"},
		{7200000, ", the oldest for at least 2 h"},
		{172800000, ", the oldest for at least 2 days"},
		{UINT32_MAX, ", the oldest for at least 49 days"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof table / sizeof *table; i++) {
		struct world world;
		char sentence[128];

		begin(&world);
		connect_many(&world, LSP_CLOSE_WAIT, 60, 50, "198.51.100.1");
		world.snapshot->sockets[7].has |= LSP_HAS_HEARD;
		world.snapshot->sockets[7].heard_ms = table[i].heard_ms;
		judge(&world);
		snprintf(sentence, sizeof sentence, "60 connections in CLOSE_WAIT%s", table[i].says);
		assert_int_equal(severity_of(&world, LSP_RULE_CLOSE_WAIT), LSP_SEVERITY_WARNING);
		assert_string_equal(world.findings.list[0].sentence, sentence);
		end(&world);
	}
}

/* What can be found on Windows has no commands of another system; the words are the same wherever none is needed. */
static void test_advice_on_windows(void **state)
{
	static const enum lsp_rule never[] = {LSP_RULE_ROOT_LISTENER,   LSP_RULE_DELETED_PROGRAM, LSP_RULE_WRITABLE_PROGRAM,
					      LSP_RULE_ACCEPT_QUEUE_FULL, LSP_RULE_ACCEPT_OVERFLOW};
	static const char *const unix_words[] = {"sysctl", "net.ipv4", "net.core", "ulimit", "/proc", "systemd", "root"};
	size_t i, j;

	(void)state;
	for (i = 0; i < LSP_RULE_COUNT; i++) {
		const char *advice = lsp_rule_advice((enum lsp_rule)i, LSP_DIALECT_WINDOWS);

		for (j = 0; j < sizeof never / sizeof *never && never[j] != i; j++)
			continue;
		if (advice == NULL || j < sizeof never / sizeof *never)
			continue;
		for (j = 0; j < sizeof unix_words / sizeof *unix_words; j++) {
			if (strstr(advice, unix_words[j]) != NULL)
				fail_msg("%s: %s", lsp_rule_name((enum lsp_rule)i), advice);
		}
	}
	assert_non_null(strstr(lsp_rule_advice(LSP_RULE_EPHEMERAL_LISTENER, LSP_DIALECT_UNIX), "sysctl"));
	assert_non_null(strstr(lsp_rule_advice(LSP_RULE_EPHEMERAL_LISTENER, LSP_DIALECT_WINDOWS), "netsh"));
}

/* 99 ports are there: 100, less a reserved one. 80 in a hundred of them are 79.2. */
static void test_time_wait(void **state)
{
	static const struct {
		size_t count, more;
		const char *where;
		int severity;
	} table[] = {
		{79, 0, "198.51.100.1", LSP_SEVERITY_WARNING}, {78, 0, "198.51.100.1", NONE},
		{98, 0, "198.51.100.1", LSP_SEVERITY_CRITICAL}, {40, 40, "198.51.100.2", NONE},
		{40, 40, "::ffff:198.51.100.1", LSP_SEVERITY_WARNING},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof table / sizeof *table; i++) {
		struct world world;

		begin(&world);
		assert_int_equal(lsp_audit_time_wait_least(&world.rules), 79);
		connect_many(&world, LSP_TIME_WAIT, table[i].count, 0, "198.51.100.1");
		connect_many(&world, LSP_TIME_WAIT, table[i].more, 0, table[i].where);
		judge(&world);
		assert_int_equal(severity_of(&world, LSP_RULE_TIME_WAIT), table[i].severity);
		end(&world);
	}
}

static void test_wrong_answer(void **state)
{
	static const struct {
		const char *name;
		uint16_t port;
		enum lsp_speech speech;
		int severity;
	} table[] = {
		{"postgres", 5432, LSP_SPEECH_POSTGRESQL, NONE},
		{"postgres", 5432, LSP_SPEECH_HTTP, LSP_SEVERITY_WARNING},
		{"postgres", 5432, LSP_SPEECH_NONE, NONE},
		{"sshd", 8080, LSP_SPEECH_SSH, LSP_SEVERITY_INFO}, /* it is what it is called */
		{"node", 8080, LSP_SPEECH_SSH, LSP_SEVERITY_WARNING},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof table / sizeof *table; i++) {
		struct lsp_probe probe = {.port = table[i].port, .heard = {.speech = table[i].speech}};
		struct lsp_asked_port asked = {.probe = &probe};
		struct world world;

		begin(&world);
		serve(&world, 49, "ntpd", 1000, LSP_UDP, "127.0.0.1", 123); /* is not asked */
		serve(&world, 50, table[i].name, 1000, LSP_TCP, "127.0.0.1", table[i].port);
		judge(&world);
		asked.row = &world.rows[1];
		world.facts.asked = &asked;
		world.facts.asked_count = 1;
		lsp_findings_clear(&world.findings);
		lsp_audit_judge(&world.facts, &world.findings);
		assert_int_equal(severity_of(&world, LSP_RULE_WRONG_ANSWER), table[i].severity);
		end(&world);
	}
}

/* Nobody is accused of anything by what cannot be seen: who holds it may be a proxy, or another service. The kernel itself
 * is no riddle. */
static void test_hidden(void **state)
{
	static const struct {
		const char *addr;
		size_t blind;
		int severity;
	} table[] = {{"127.0.0.1", 1, NONE}, {"0.0.0.0", 1, LSP_SEVERITY_WARNING}, {"0.0.0.0", 0, LSP_SEVERITY_CRITICAL}};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof table / sizeof *table; i++) {
		struct lsp_socket socket = socket_of(LSP_TCP, table[i].addr, 5432, 50);
		struct world world;

		begin(&world);
		world.snapshot->blind = table[i].blind;
		lsp_snapshot_add_socket(world.snapshot, &socket);
		judge(&world);
		assert_int_equal(severity_of(&world, LSP_RULE_EXPOSED_DATABASE), table[i].severity);
		assert_int_equal(world.findings.count, table[i].severity != NONE);
		end(&world);
	}
}

static void test_order(void **state)
{
	struct world world;
	size_t i;

	(void)state;
	begin(&world);
	serve(&world, 50, "python3", 0, LSP_TCP, "0.0.0.0", 5432);
	serve(&world, 51, "redis-server", 1000, LSP_TCP, "0.0.0.0", 6379);
	serve(&world, 52, "nginx", 33, LSP_TCP, "0.0.0.0", 80);
	serve(&world, 53, "redis-server", 1000, LSP_TCP, "0.0.0.0", 6380);
	judge(&world);
	assert_int_equal(world.findings.by_severity[LSP_SEVERITY_CRITICAL], 2);
	assert_int_equal(world.findings.list[0].rows[0]->socket->local_port, 6379);
	assert_int_equal(world.findings.list[1].rows[0]->socket->local_port, 6380);
	assert_int_equal(world.findings.list[0].group, world.findings.list[1].group);
	for (i = 1; i < world.findings.count; i++)
		assert_true(world.findings.list[i - 1].severity >= world.findings.list[i].severity);
	end(&world);
}

static void test_words(void **state)
{
	enum lsp_severity severity;
	int i, j;

	(void)state;
	for (i = 0; i < LSP_RULE_COUNT; i++) {
		assert_non_null(lsp_rule_name((enum lsp_rule)i));
		for (j = 0; j < i; j++)
			assert_string_not_equal(lsp_rule_name((enum lsp_rule)i), lsp_rule_name((enum lsp_rule)j));
	}
	for (i = 0; i < LSP_SEVERITY_COUNT; i++) {
		assert_true(lsp_severity_read(lsp_severity_name((enum lsp_severity)i), &severity));
		assert_int_equal(severity, i);
	}
	assert_false(lsp_severity_read("fatal", &severity));
	assert_false(lsp_severity_read("", &severity));
}

static void test_program_names(void **state)
{
	static const struct {
		const char *name, *exe, *service;
	} table[] = {
		{"sshd", NULL, "ssh"},	     {"SQLSERVR.EXE", NULL, "ms-sql-s"}, {"sshdx", NULL, NULL}, {"ssh", NULL, NULL},
		{"java", NULL, NULL},	     {NULL, "/usr/sbin/sshd", "ssh"},	 {"x", "/usr/sbin/sshd (deleted)", "ssh"},
		{"x", "C:\\pg\\bin\\postgres.exe", "postgresql"}, {"", "", NULL}, {NULL, NULL, NULL},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof table / sizeof *table; i++) {
		struct lsp_process process = {.name = table[i].name, .exe = table[i].exe};
		struct lsp_program_nature nature = lsp_program_nature_of(&process);

		if (table[i].service == NULL)
			assert_null(nature.program);
		else
			assert_string_equal(nature.program->service, table[i].service);
	}
}

/* The last one: no rule of the table is without a world where it holds, and one where it does not. */
static void test_every_rule_was_both(void **state)
{
	int rule;

	(void)state;
	for (rule = 0; rule < LSP_RULE_COUNT; rule++) {
		if (!was_true[rule] || !was_false[rule])
			fail_msg("%s was never %s", lsp_rule_name((enum lsp_rule)rule), was_true[rule] ? "false" : "true");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_exposed),	       cmocka_unit_test(test_malware_habit),
		cmocka_unit_test(test_wrong_process),  cmocka_unit_test(test_odd_port),
		cmocka_unit_test(test_root_listener),  cmocka_unit_test(test_program_place),
		cmocka_unit_test(test_ephemeral),      cmocka_unit_test(test_accept_queue),
		cmocka_unit_test(test_accept_overflow), cmocka_unit_test(test_v6_twin),
		cmocka_unit_test(test_two_answers),    cmocka_unit_test(test_shared_port),
		cmocka_unit_test(test_two_answers_of_many), cmocka_unit_test(test_two_answers_of_families),
		cmocka_unit_test(test_two_answers_side_by_side),
		cmocka_unit_test(test_close_wait_of_now),
		cmocka_unit_test(test_shared_among_workers), cmocka_unit_test(test_close_wait),
		cmocka_unit_test(test_close_wait_since),
		cmocka_unit_test(test_advice_on_windows),
		cmocka_unit_test(test_time_wait),      cmocka_unit_test(test_wrong_answer),
		cmocka_unit_test(test_hidden),	       cmocka_unit_test(test_order),
		cmocka_unit_test(test_words),	       cmocka_unit_test(test_program_names),
		cmocka_unit_test(test_every_rule_was_both),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
