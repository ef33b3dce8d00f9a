/*
 * backend_contract.c - what every backend must do (backend.h), tried on the one of this system with sockets that the
 * test opens itself.
 *
 * Other processes open and close sockets meanwhile, so nothing is said of a list as a whole.
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

#include <lsports/backend.h>

#include "world.h"

#define WANT_ALL (LSP_WANT_NAME | LSP_WANT_EXE | LSP_WANT_ARGV | LSP_WANT_UID | LSP_WANT_STARTED)
#define NO_SUCH_ID 4294967294u

/* --- asking, with what must always hold --------------------------------------------------------------------------- */

static struct lsp_snapshot *sockets_of(const struct lsp_hint *hint)
{
	struct lsp_snapshot *snapshot = lsp_snapshot_new();
	struct lsp_fault fault;
	enum lsp_err err = lsp_backend_native()->sockets(snapshot, hint, &fault);
	size_t i;

	if (err != LSP_OK)
		fail_msg("%s: %s", fault.op, fault.detail);
	for (i = 0; i < snapshot->socket_count; i++) {
		const struct lsp_socket *socket = &snapshot->sockets[i];

		assert_true(socket->proto == LSP_TCP || socket->proto == LSP_UDP);
		assert_in_range(socket->state, LSP_ESTABLISHED, LSP_STATE_COUNT - 1);
		assert_true(socket->local.family == LSP_INET4 || socket->local.family == LSP_INET6);
		if ((socket->has & LSP_HAS_KEY) != 0)
			assert_true(socket->key != 0);
		if (socket->state == LSP_LISTEN)
			assert_int_equal(socket->has & LSP_HAS_PEER, 0);
		if (socket->proto == LSP_UDP)
			assert_true(socket->state != LSP_LISTEN && socket->state != LSP_BOUND);
		if (socket->proto == LSP_TCP)
			assert_int_not_equal(socket->state, LSP_CLOSE);
		assert_int_equal(socket->gone, 0);
	}
	return snapshot;
}

static bool is_same(const struct lsp_socket *seen, const struct lsp_socket *expected)
{
	return seen->proto == expected->proto && seen->state == expected->state &&
	       seen->local_port == expected->local_port && lsp_addr_cmp(&seen->local, &expected->local) == 0 &&
	       (seen->has & LSP_HAS_PEER) == (expected->has & LSP_HAS_PEER) &&
	       ((seen->has & LSP_HAS_PEER) == 0 ||
		(seen->peer_port == expected->peer_port && lsp_addr_cmp(&seen->peer, &expected->peer) == 0));
}

/* The row of a socket, which must be there once. */
static struct lsp_socket only_row(const struct lsp_snapshot *snapshot, const struct world_socket *wanted)
{
	const struct lsp_socket *found = NULL;
	size_t i;

	for (i = 0; i < snapshot->socket_count; i++) {
		if (!is_same(&snapshot->sockets[i], &wanted->what))
			continue;
		if (found != NULL)
			fail_msg("%s port %u is there twice", lsp_proto_name(wanted->what.proto),
				 wanted->what.local_port);
		found = &snapshot->sockets[i];
	}
	if (found == NULL)
		fail_msg("%s port %u is not there", lsp_proto_name(wanted->what.proto), wanted->what.local_port);
	return *found;
}

static const struct lsp_hint everything = {.protos = LSP_PROTO_ALL, .states = LSP_STATE_ALL};

/* --- sockets ------------------------------------------------------------------------------------------------------ */

static void test_table_is_whole(void **state)
{
	const struct lsp_backend *backend = lsp_backend_native();
	uint32_t uid;

	(void)state;
	assert_non_null(backend);
	assert_ptr_equal(backend, lsp_backend_native());
	assert_non_null(backend->name);
	assert_non_null(backend->sockets);
	assert_non_null(backend->holders);
	assert_non_null(backend->process);
	assert_non_null(backend->grip);
	assert_non_null(backend->grip_is_sure);
	assert_non_null(backend->grip_holds);
	assert_non_null(backend->grip_end);
	assert_non_null(backend->grip_ended);
	assert_non_null(backend->grip_release);
	assert_non_null(backend->signal_of);
	assert_non_null(backend->self);
	assert_non_null(backend->pause);
	assert_non_null(backend->now_ms);
	assert_non_null(backend->links);
	assert_non_null(backend->tcp_counters);
	assert_non_null(backend->talk);
	assert_non_null(backend->name_of);
	assert_true(backend->user_id != NULL || !world_uid(&uid));
	assert_non_null(backend->hosts_of);
	assert_non_null(backend->file_replace);
	assert_non_null(backend->host_name);
	assert_non_null(backend->console);
	assert_non_null(backend->way_out);
}

static void listener_appears(enum lsp_family family)
{
	struct lsp_snapshot *snapshot;
	struct world_socket listener;
	struct lsp_socket row;
	uint32_t uid;

	if (!world_listen(family, &listener))
		skip();
	assert_int_not_equal(listener.what.local_port, 0);
	snapshot = sockets_of(&everything);
	row = only_row(snapshot, &listener);
	assert_int_equal(row.has & LSP_HAS_KEY, LSP_HAS_KEY);
	if ((row.has & LSP_HAS_UID) != 0 && world_uid(&uid))
		assert_int_equal(row.uid, uid);
	if ((row.has & LSP_HAS_RQUEUE) != 0)
		assert_int_equal(row.rqueue, 0); /* nobody waits */
	if ((row.has & LSP_HAS_WQUEUE) != 0)
		assert_int_equal(row.wqueue, 8); /* the backlog that world_listen asks for */
	assert_true(lsp_socket_holds_port(&row));
	lsp_snapshot_free(snapshot);
	world_close(&listener);
}

static void test_listener_inet4(void **state)
{
	(void)state;
	listener_appears(LSP_INET4);
}

static void test_listener_inet6(void **state)
{
	(void)state;
	listener_appears(LSP_INET6);
}

static void test_udp(void **state)
{
	static const enum lsp_family families[] = {LSP_INET4, LSP_INET6};
	struct lsp_snapshot *snapshot;
	struct world_socket udp;
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		struct lsp_socket row;

		if (!world_bind_udp(families[i], &udp))
			continue;
		snapshot = sockets_of(&everything);
		row = only_row(snapshot, &udp);
		assert_int_equal(row.has & LSP_HAS_KEY, LSP_HAS_KEY);
		assert_true(lsp_socket_holds_port(&row));
		lsp_snapshot_free(snapshot);
		world_close(&udp);
	}
}

/* Both ends, with their peers, and the listener beside them. */
static void test_connection(void **state)
{
	struct world_socket listener, near, far;
	struct lsp_snapshot *snapshot;

	(void)state;
	assert_true(world_listen(LSP_INET4, &listener));
	assert_true(world_connect(&listener, &near, &far));
	snapshot = sockets_of(&everything);
	only_row(snapshot, &listener);
	only_row(snapshot, &near);
	only_row(snapshot, &far);
	assert_int_equal(far.what.local_port, listener.what.local_port);
	lsp_snapshot_free(snapshot);
	world_close(&far);
	world_close(&near);
	world_close(&listener);
}

static void test_closed_is_gone(void **state)
{
	struct lsp_snapshot *snapshot;
	struct world_socket listener;
	size_t i;

	(void)state;
	assert_true(world_listen(LSP_INET4, &listener));
	world_close(&listener);
	snapshot = sockets_of(&everything);
	for (i = 0; i < snapshot->socket_count; i++)
		assert_false(is_same(&snapshot->sockets[i], &listener.what));
	lsp_snapshot_free(snapshot);
}

/* However narrow the hint, what it names is there. What else comes is the backend's own affair. */
static void test_hints_lose_nothing(void **state)
{
	struct world_socket listener, udp, near, far;
	struct lsp_port_range many[1000], exact, around, other;
	size_t i;

	(void)state;
	assert_true(world_listen(LSP_INET4, &listener));
	assert_true(world_bind_udp(LSP_INET4, &udp));
	assert_true(world_connect(&listener, &near, &far));
	exact = (struct lsp_port_range){listener.what.local_port, listener.what.local_port};
	around = (struct lsp_port_range){(uint16_t)(exact.low - 1), (uint16_t)(exact.low + 1)};
	other = (struct lsp_port_range){udp.what.local_port, udp.what.local_port};
	for (i = 0; i < 1000; i++)
		many[i] = (struct lsp_port_range){(uint16_t)(1 + i), (uint16_t)(1 + i)};
	many[999] = exact; /* the last of more than one would think of */
	{
		const struct lsp_port_range both[] = {other, exact}, whole[] = {{0, 65535}};
		const struct {
			struct lsp_hint hint;
			const struct world_socket *wanted[4];
		} table[] = {
			{{LSP_PROTO_BIT(LSP_TCP), LSP_STATE_BIT(LSP_LISTEN), NULL, 0}, {&listener}},
			{{LSP_PROTO_BIT(LSP_TCP), LSP_STATE_BIT(LSP_LISTEN), &exact, 1}, {&listener}},
			{{LSP_PROTO_BIT(LSP_TCP), LSP_STATE_BIT(LSP_LISTEN), &around, 1}, {&listener}},
			{{LSP_PROTO_BIT(LSP_TCP), LSP_STATE_BIT(LSP_LISTEN), many, 1000}, {&listener}},
			{{LSP_PROTO_BIT(LSP_TCP), LSP_STATE_BIT(LSP_LISTEN), many + 900, 100}, {&listener}},
			{{LSP_PROTO_BIT(LSP_TCP), LSP_STATE_BIT(LSP_ESTABLISHED), NULL, 0}, {&near, &far}},
			{{LSP_PROTO_BIT(LSP_TCP), LSP_STATE_BIT(LSP_ESTABLISHED), &exact, 1}, {&far}},
			{{LSP_PROTO_BIT(LSP_UDP), LSP_STATE_BIT(LSP_CLOSE), NULL, 0}, {&udp}},
			{{LSP_PROTO_BIT(LSP_UDP), LSP_STATE_BIT(LSP_CLOSE), &other, 1}, {&udp}},
			{{LSP_PROTO_ALL, LSP_STATE_BIT(LSP_LISTEN) | LSP_STATE_BIT(LSP_CLOSE), both, 2},
			 {&listener, &udp}},
			{{LSP_PROTO_ALL, LSP_STATE_ALL, both, 2}, {&listener, &far, &udp}},
			{{LSP_PROTO_ALL, LSP_STATE_ALL, whole, 1}, {&listener, &near, &far, &udp}},
			{{LSP_PROTO_ALL, LSP_STATE_ALL, NULL, 0}, {&listener, &near, &far, &udp}},
			{{LSP_PROTO_ALL, LSP_STATE_ALL & ~LSP_STATE_BIT(LSP_BOUND), NULL, 0},
			 {&listener, &near, &far, &udp}},
		};

		for (i = 0; i < sizeof table / sizeof *table; i++) {
			struct lsp_snapshot *snapshot = sockets_of(&table[i].hint);
			size_t k;

			for (k = 0; k < 4 && table[i].wanted[k] != NULL; k++)
				only_row(snapshot, table[i].wanted[k]);
			lsp_snapshot_free(snapshot);
		}
	}
	world_close(&far);
	world_close(&near);
	world_close(&udp);
	world_close(&listener);
}

/* Sockets that are there already are the caller's. */
static void test_adds_to_what_is_there(void **state)
{
	static const struct lsp_socket stranger = {.proto = LSP_TCP,
						   .state = LSP_LISTEN,
						   .local_port = 1,
						   .local = {.family = LSP_INET4, .bytes = {203, 0, 113, 9}}};
	struct lsp_snapshot *snapshot = lsp_snapshot_new();
	struct lsp_fault fault;
	size_t once;

	(void)state;
	lsp_snapshot_add_socket(snapshot, &stranger);
	assert_int_equal(lsp_backend_native()->sockets(snapshot, &everything, &fault), LSP_OK);
	assert_memory_equal(&snapshot->sockets[0], &stranger, sizeof stranger);
	once = snapshot->socket_count;
	assert_int_equal(lsp_backend_native()->sockets(snapshot, &everything, &fault),
			 LSP_OK); /* any number of times */
	assert_true(snapshot->socket_count >= once);
	assert_memory_equal(&snapshot->sockets[0], &stranger, sizeof stranger);
	lsp_snapshot_free(snapshot);
}

/* --- holders ------------------------------------------------------------------------------------------------------ */

static void assert_we_hold(struct lsp_snapshot *snapshot, uint64_t key)
{
	size_t count, i, ours = 0;
	const struct lsp_holder *holders = lsp_snapshot_holders_of(snapshot, key, &count);

	assert_non_null(holders);
	for (i = 0; i < count; i++)
		ours += holders[i].pid == world_pid();
	assert_int_equal(ours, 1);
}

static void test_holders_are_us(void **state)
{
	const struct lsp_backend *backend = lsp_backend_native();
	struct world_socket listener, udp;
	struct lsp_snapshot *snapshot;
	const struct lsp_process *process;
	struct lsp_fault fault;
	uint64_t keys[2], birth;
	uint32_t uid;

	(void)state;
	assert_true(world_listen(LSP_INET4, &listener));
	assert_true(world_bind_udp(LSP_INET4, &udp));
	snapshot = sockets_of(&everything);
	keys[0] = only_row(snapshot, &listener).key;
	keys[1] = only_row(snapshot, &udp).key;
	assert_true(keys[0] != keys[1]);
	assert_int_equal(backend->holders(snapshot, keys, 2, WANT_ALL, &fault), LSP_OK);
	lsp_snapshot_freeze(snapshot);
	assert_we_hold(snapshot, keys[0]);
	assert_we_hold(snapshot, keys[1]);
	process = lsp_snapshot_process(snapshot, world_pid());
	assert_non_null(process);
	assert_non_null(process->name);
	assert_non_null(strstr(process->name, "contract"));
	assert_non_null(process->exe);
	assert_non_null(strstr(process->exe, "contract"));
	assert_non_null(process->argv);
	assert_true(process->argv_len > 0);
	assert_int_equal(process->argv[process->argv_len - 1], '\0');
	assert_int_equal(process->has & LSP_PROCESS_GONE, 0);
	assert_int_equal(process->has & LSP_PROCESS_HAS_STARTED, LSP_PROCESS_HAS_STARTED);
	if (world_uid(&uid)) {
		assert_int_equal(process->has & LSP_PROCESS_HAS_UID, LSP_PROCESS_HAS_UID);
		assert_int_equal(process->uid, uid);
	}
	birth = process->birth;
	/* once more, into the same snapshot and wanting less: the same process, each holder once */
	assert_int_equal(backend->holders(snapshot, keys, 2, 0, &fault), LSP_OK);
	lsp_snapshot_freeze(snapshot);
	assert_we_hold(snapshot, keys[0]);
	process = lsp_snapshot_process(snapshot, world_pid());
	assert_non_null(process);
	assert_true(process->birth == birth);
	assert_int_equal(process->has & LSP_PROCESS_GONE, 0);
	lsp_snapshot_free(snapshot);
	world_close(&udp);
	world_close(&listener);
}

/* A pid with another birth is another process. */
static void test_birth_is_identity(void **state)
{
	const struct lsp_backend *backend = lsp_backend_native();
	struct lsp_process before = {.pid = world_pid(), .name = "before us"};
	struct lsp_snapshot *first, *second;
	const struct lsp_process *process;
	struct world_socket listener;
	struct lsp_fault fault;
	uint64_t key;

	(void)state;
	assert_true(world_listen(LSP_INET4, &listener));
	first = sockets_of(&everything);
	key = only_row(first, &listener).key;
	assert_int_equal(backend->holders(first, &key, 1, 0, &fault), LSP_OK);
	lsp_snapshot_freeze(first);
	process = lsp_snapshot_process(first, world_pid());
	assert_non_null(process);
	before.birth = process->birth + 1;
	second = sockets_of(&everything);
	key = only_row(second, &listener).key;
	lsp_snapshot_add_process(second, &before);
	lsp_snapshot_freeze(second);
	assert_int_equal(backend->holders(second, &key, 1, WANT_ALL, &fault), LSP_OK);
	lsp_snapshot_freeze(second);
	process = lsp_snapshot_process(second, world_pid());
	assert_non_null(process);
	assert_int_equal(process->has & LSP_PROCESS_GONE, LSP_PROCESS_GONE);
	assert_string_equal(process->name, "before us"); /* never the name of the other */
	lsp_snapshot_free(second);
	lsp_snapshot_free(first);
	world_close(&listener);
}

static void test_unknown_keys(void **state)
{
	/* no system counts as far as this */
	static const uint64_t keys[] = {UINT64_MAX, UINT64_MAX - 1};
	struct lsp_snapshot *snapshot = lsp_snapshot_new();
	struct lsp_fault fault;

	(void)state;
	assert_int_equal(lsp_backend_native()->holders(snapshot, keys, 2, WANT_ALL, &fault), LSP_OK);
	assert_int_equal(snapshot->holder_count, 0);
	assert_int_equal(lsp_backend_native()->holders(snapshot, NULL, 0, WANT_ALL, &fault), LSP_OK);
	assert_int_equal(snapshot->holder_count, 0);
	assert_int_equal(snapshot->process_count, 0);
	lsp_snapshot_free(snapshot);
}

/* --- one process ---------------------------------------------------------------------------------------------------- */

#define NO_SUCH_PID 4294967295u

static uint64_t birth_of(uint32_t pid)
{
	struct lsp_snapshot *snapshot = lsp_snapshot_new();
	struct lsp_fault fault;
	uint64_t birth;

	if (lsp_backend_native()->process(snapshot, pid, 0, &fault) != LSP_OK)
		fail_msg("%s: %s", fault.op, fault.detail);
	lsp_snapshot_freeze(snapshot);
	assert_int_equal(snapshot->process_count, 1);
	assert_non_null(lsp_snapshot_process(snapshot, pid));
	birth = lsp_snapshot_process(snapshot, pid)->birth;
	lsp_snapshot_free(snapshot);
	return birth;
}

/* By its number it is the same as by what it holds. */
static void test_process(void **state)
{
	const struct lsp_backend *backend = lsp_backend_native();
	struct lsp_snapshot *snapshot, *held;
	const struct lsp_process *process;
	struct world_socket listener;
	struct lsp_fault fault = {.err = LSP_OK};
	struct world_child child;
	uint64_t key;

	(void)state;
	assert_int_equal(backend->self(), world_pid());
	assert_true(world_listen(LSP_INET4, &listener));
	held = sockets_of(&everything);
	key = only_row(held, &listener).key;
	assert_int_equal(backend->holders(held, &key, 1, 0, &fault), LSP_OK);
	lsp_snapshot_freeze(held);
	snapshot = lsp_snapshot_new();
	assert_int_equal(backend->process(snapshot, world_pid(), WANT_ALL | LSP_WANT_KIN, &fault), LSP_OK);
	lsp_snapshot_freeze(snapshot);
	process = lsp_snapshot_process(snapshot, world_pid());
	assert_non_null(process);
	assert_true(process->birth == lsp_snapshot_process(held, world_pid())->birth);
	assert_non_null(strstr(process->name, "contract"));
	assert_int_equal(process->has & LSP_PROCESS_HAS_PARENT, LSP_PROCESS_HAS_PARENT);
	assert_true(process->parent != world_pid());
	/* a child's parent is us */
	assert_true(world_start(&child));
	assert_int_equal(backend->process(snapshot, child.pid, LSP_WANT_KIN, &fault), LSP_OK);
	lsp_snapshot_freeze(snapshot);
	assert_int_equal(lsp_snapshot_process(snapshot, child.pid)->parent, world_pid());
	world_finish(&child);
	/* nobody: said, and nothing is made up */
	assert_int_equal(backend->process(snapshot, child.pid, WANT_ALL, &fault), LSP_GONE);
	assert_int_equal(fault.err, LSP_GONE);
	assert_int_not_equal(backend->process(snapshot, NO_SUCH_PID, WANT_ALL, &fault), LSP_OK);
	lsp_snapshot_freeze(snapshot);
	assert_int_equal(snapshot->process_count, 2);
	lsp_snapshot_free(snapshot);
	lsp_snapshot_free(held);
	world_close(&listener);
}

static void test_time(void **state)
{
	const struct lsp_backend *backend = lsp_backend_native();
	uint64_t begin = backend->now_ms();

	(void)state;
	backend->pause(0);
	backend->pause(40);
	assert_true(backend->now_ms() - begin >= 20); /* a clock may tick each 16 ms (Windows) */
	assert_true(backend->now_ms() - begin < 20000);
}

static void test_signals(void **state)
{
	static const char *const nonsense[] = {"", "NOSUCH", "0", "-9", "9x", "15 ", "99999999999", "\n"};
	const struct lsp_backend *backend = lsp_backend_native();
	int signal = 0;
	size_t i;

	(void)state;
	assert_true(backend->signal_of("TERM", &signal));
	assert_int_equal(signal, LSP_SIGNAL_TERM);
	assert_true(backend->signal_of("sigkill", &signal));
	assert_int_equal(signal, LSP_SIGNAL_KILL);
	assert_true(backend->signal_of("15", &signal));
	assert_int_equal(signal, LSP_SIGNAL_TERM);
	signal = -7;
	for (i = 0; i < sizeof nonsense / sizeof *nonsense; i++) {
		assert_false(backend->signal_of(nonsense[i], &signal));
		assert_int_equal(signal, -7);
	}
}

/* --- binding --------------------------------------------------------------------------------------------------------- */

static enum lsp_err try_bind(const struct lsp_addr *addr, uint16_t port, enum lsp_way way)
{
	struct lsp_fault fault = {.err = LSP_OK};
	enum lsp_err err = lsp_backend_native()->bind_try(LSP_TCP, addr, port, way, &fault);

	assert_int_equal(fault.err, err);
	if (err != LSP_OK)
		assert_non_null(fault.op);
	return err;
}

/* Held at one address: not again there, and not for oneself alone at every address. Then free, for all. */
static void test_bind(void **state)
{
	static const struct lsp_addr any = {.family = LSP_INET4}, nowhere = {.family = LSP_INET4, .bytes = {203, 0, 113, 77}};
	struct world_socket listener;
	uint16_t port;

	(void)state;
	assert_true(world_listen(LSP_INET4, &listener));
	port = listener.what.local_port;
	assert_int_equal(try_bind(&listener.what.local, port, LSP_WAY_PLAIN), LSP_IN_USE);
	assert_int_not_equal(try_bind(&listener.what.local, port, LSP_WAY_EXCLUSIVE), LSP_OK);
	assert_int_not_equal(try_bind(&any, port, LSP_WAY_EXCLUSIVE), LSP_OK);
	assert_int_not_equal(try_bind(&listener.what.local, port, LSP_WAY_REUSEADDR), LSP_OK); /* nobody is robbed */
	assert_int_equal(try_bind(&nowhere, port, LSP_WAY_PLAIN), LSP_NO_ADDRESS);
	world_close(&listener);
	assert_int_equal(try_bind(&listener.what.local, port, LSP_WAY_PLAIN), LSP_OK);
	assert_int_equal(try_bind(&any, port, LSP_WAY_EXCLUSIVE), LSP_OK);
}

/* --- the grip --------------------------------------------------------------------------------------------------------- */

static struct lsp_grip *grip_of(const struct world_child *child)
{
	struct lsp_grip *grip = NULL;
	struct lsp_fault fault;

	if (lsp_backend_native()->grip(child->pid, birth_of(child->pid), &grip, &fault) != LSP_OK)
		fail_msg("%s: %s", fault.op, fault.detail);
	assert_non_null(grip);
	lsp_backend_native()->grip_is_sure(grip); /* either answer is true somewhere */
	return grip;
}

static uint64_t key_of(const struct world_child *child)
{
	const struct world_socket wanted = {.what = child->what};
	struct lsp_snapshot *snapshot = sockets_of(&everything);
	uint64_t key = only_row(snapshot, &wanted).key;

	lsp_snapshot_free(snapshot);
	return key;
}

static void refused_grip(uint32_t pid, uint64_t birth)
{
	struct lsp_grip *grip = NULL;
	struct lsp_fault fault = {.err = LSP_OK};
	enum lsp_err err = lsp_backend_native()->grip(pid, birth, &grip, &fault);

	assert_int_equal(err, LSP_GONE);
	assert_int_equal(fault.err, LSP_GONE);
	assert_non_null(fault.op);
	assert_null(grip);
}

static void test_grip_is_by_identity(void **state)
{
	struct world_child child;
	uint64_t birth;

	(void)state;
	assert_true(world_start(&child));
	birth = birth_of(child.pid);
	refused_grip(child.pid, birth + 1);
	refused_grip(child.pid, birth - 1);
	refused_grip(0, birth); /* trap 10: on some systems 0 is everybody of ours */
	refused_grip(0, 0);
	refused_grip(NO_SUCH_PID, birth);
	assert_true(world_runs(&child));
	world_finish(&child);
	refused_grip(child.pid, birth);
}

static void test_grip_holds(void **state)
{
	const struct lsp_backend *backend = lsp_backend_native();
	struct lsp_fault fault = {.err = LSP_OK};
	struct world_socket ours;
	struct world_child child;
	struct lsp_grip *grip;
	uint64_t keys[2];

	(void)state;
	assert_true(world_start(&child));
	assert_true(world_listen(LSP_INET4, &ours));
	grip = grip_of(&child);
	{
		struct lsp_snapshot *snapshot = sockets_of(&everything);

		keys[0] = only_row(snapshot, &ours).key;
		lsp_snapshot_free(snapshot);
	}
	keys[1] = key_of(&child);
	assert_int_equal(backend->grip_holds(grip, keys, 2, &fault), LSP_OK); /* one of them is enough */
	assert_int_equal(backend->grip_holds(grip, keys + 1, 1, &fault), LSP_OK);
	assert_int_equal(backend->grip_holds(grip, keys, 1, &fault), LSP_GONE); /* ours, not the child's */
	assert_int_equal(fault.err, LSP_GONE);
	assert_int_equal(backend->grip_holds(grip, NULL, 0, &fault), LSP_GONE);
	assert_true(world_let_go(&child));
	assert_int_equal(backend->grip_holds(grip, keys, 2, &fault), LSP_GONE); /* now, not once */
	assert_true(world_runs(&child));
	assert_false(backend->grip_ended(grip, 0));
	backend->grip_release(grip);
	world_close(&ours);
	world_finish(&child);
}

static void end_with(int signal)
{
	const struct lsp_backend *backend = lsp_backend_native();
	struct lsp_fault fault = {.err = LSP_OK};
	struct lsp_grip *grip, *second;
	struct world_child child;
	uint64_t key;

	assert_true(world_start(&child));
	grip = grip_of(&child);
	second = grip_of(&child); /* two grips on one process do not mind each other */
	key = key_of(&child);
	assert_int_equal(backend->grip_holds(grip, &key, 1, &fault), LSP_OK);
	assert_false(backend->grip_ended(grip, 0));
	assert_false(backend->grip_ended(grip, 20));
	assert_true(world_runs(&child)); /* looking ends nobody */
	assert_int_equal(backend->grip_end(grip, signal, &fault), LSP_OK);
	assert_true(backend->grip_ended(grip, 10000));
	assert_false(world_runs(&child));
	assert_true(backend->grip_ended(second, 0));
	assert_int_equal(backend->grip_holds(grip, &key, 1, &fault), LSP_GONE);
	backend->grip_release(grip);
	world_finish(&child);
	/* the other outlives the process: whoever gets its pid is out of reach */
	assert_true(backend->grip_ended(second, 0));
	assert_int_equal(backend->grip_holds(second, &key, 1, &fault), LSP_GONE);
	assert_int_equal(backend->grip_end(second, signal, &fault), LSP_GONE);
	assert_int_equal(fault.err, LSP_GONE);
	backend->grip_release(second);
	backend->grip_release(NULL);
}

static void test_grip_ends(void **state)
{
	(void)state;
	end_with(LSP_SIGNAL_TERM);
	end_with(LSP_SIGNAL_KILL);
}

/* One that is let go of lives on. */
static void test_grip_release(void **state)
{
	struct world_child child;
	int i;

	(void)state;
	assert_true(world_start(&child));
	for (i = 0; i < 2000; i++) /* more than descriptors that a process may have: each is given back */
		lsp_backend_native()->grip_release(grip_of(&child));
	assert_true(world_runs(&child));
	world_finish(&child);
}

/* --- names -------------------------------------------------------------------------------------------------------- */

static void test_names(void **state)
{
	static const char *const nonsense[] = {"", "no such account \n", "-1", "4294967296", "root:x"};
	const struct lsp_backend *backend = lsp_backend_native();
	struct lsp_snapshot *snapshot = lsp_snapshot_new();
	const char *name;
	uint32_t uid, found = 7;
	size_t i;

	(void)state;
	backend->name_of(snapshot, LSP_NAME_USER, NO_SUCH_ID);
	backend->name_of(snapshot, LSP_NAME_INTERFACE, NO_SUCH_ID);
	assert_null(lsp_snapshot_name(snapshot, LSP_NAME_USER, NO_SUCH_ID));
	assert_null(lsp_snapshot_name(snapshot, LSP_NAME_INTERFACE, NO_SUCH_ID));
	for (i = 0; backend->user_id != NULL && i < sizeof nonsense / sizeof *nonsense; i++) {
		assert_false(backend->user_id(nonsense[i], &found));
		assert_int_equal(found, 7);
	}
	if (world_account(&name, &uid)) {
		assert_true(backend->user_id(name, &found));
		assert_int_equal(found, uid);
		backend->name_of(snapshot, LSP_NAME_USER, uid);
		backend->name_of(snapshot, LSP_NAME_USER, uid);
		assert_non_null(lsp_snapshot_name(snapshot, LSP_NAME_USER, uid));
		assert_string_equal(lsp_snapshot_name(snapshot, LSP_NAME_USER, uid), name);
		assert_null(lsp_snapshot_name(snapshot, LSP_NAME_INTERFACE, uid + 4000000000u));
	}
	lsp_snapshot_free(snapshot);
}

static void test_rules(void **state)
{
	struct lsp_rules rules;

	(void)state;
	memset(&rules, 0xa5, sizeof rules);
	lsp_backend_native()->rules(&rules);
	assert_int_equal(rules.has >> 9, 0);
	assert_true(rules.kept_count <= LSP_KEPT_MAX);
	if ((rules.has & LSP_RULES_EPHEMERAL) != 0)
		assert_true(rules.ephemeral_low > 0 && rules.ephemeral_low <= rules.ephemeral_high);
	if ((rules.has & LSP_RULES_PRIVILEGED) != 0)
		assert_true(rules.privileged_below <= 65536);
}

static void test_texts(void **state)
{
	const struct lsp_backend *backend = lsp_backend_native();
	struct lsp_console console;
	size_t size;

	(void)state;
	memset(&console, 0xa5, sizeof console);
	backend->console(&console);
	if (!console.is_terminal) {
		assert_int_equal(console.colour, false);
		assert_int_equal(console.width, 0);
	}
	for (size = 1; size <= 300; size += size < 4 ? 1 : 37) {
		char *text = malloc(size);

		assert_non_null(text);
		memset(text, 'x', size);
		backend->host_name(text, size);
		assert_non_null(memchr(text, '\0', size));
		memset(text, 'x', size);
		backend->way_out(text, size);
		assert_non_null(memchr(text, '\0', size));
		free(text);
	}
}

static void test_no_hosts(void **state)
{
	static const struct lsp_addr nobody = {.family = LSP_INET4, .bytes = {203, 0, 113, 9}};
	struct lsp_snapshot *snapshot = lsp_snapshot_new();

	(void)state;
	lsp_backend_native()->hosts_of(snapshot, NULL, 0, 1000);
	lsp_backend_native()->hosts_of(snapshot, &nobody, 1, 0); /* no time: no name, and no wait */
	assert_null(lsp_snapshot_host(snapshot, &nobody));
	lsp_snapshot_free(snapshot);
}

/* --- failure ------------------------------------------------------------------------------------------------------ */

#define starved_assert(condition)                                                                                      \
	do {                                                                                                           \
		if (!(condition)) {                                                                                    \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);                                \
			abort();                                                                                       \
		}                                                                                                      \
	} while (0)

static void ask_starved(void)
{
	static const uint64_t keys[] = {1, 2, 3};
	static const struct lsp_socket stranger = {.proto = LSP_TCP, .local_port = 1};
	const struct lsp_backend *backend = lsp_backend_native();
	struct lsp_snapshot *snapshot = lsp_snapshot_new();
	struct lsp_fault fault = {.err = LSP_OK};
	struct lsp_grip *grip = NULL;
	enum lsp_err err;

	lsp_snapshot_add_socket(snapshot, &stranger);
	err = backend->sockets(snapshot, &everything, &fault);
	starved_assert(err != LSP_OK); /* never: no sockets */
	starved_assert(fault.err == err && fault.op != NULL);
	starved_assert(snapshot->socket_count == 1 && snapshot->sockets[0].local_port == 1);
	fault.err = LSP_OK;
	err = backend->holders(snapshot, keys, 3, WANT_ALL, &fault);
	starved_assert(err != LSP_OK); /* never: nobody holds them */
	starved_assert(fault.err == err && fault.op != NULL);
	starved_assert(snapshot->holder_count == 0 && snapshot->process_count == 0);
	fault.err = LSP_OK;
	err = backend->process(snapshot, world_pid(), WANT_ALL, &fault);
	starved_assert(err != LSP_OK && err != LSP_GONE); /* never: there is no such process */
	starved_assert(fault.err == err && fault.op != NULL);
	starved_assert(snapshot->process_count == 0);
	fault.err = LSP_OK;
	err = backend->grip(world_pid(), 0, &grip, &fault);
	starved_assert(err != LSP_OK && err != LSP_GONE);
	starved_assert(fault.err == err && fault.op != NULL && grip == NULL);
	fault.err = LSP_OK;
	err = backend->links(snapshot, &fault);
	starved_assert(err != LSP_OK && fault.err == err && fault.op != NULL && snapshot->link_count == 0);
	starved_assert((snapshot->notes & LSP_NOTE_NO_LINKS) != 0);
	backend->name_of(snapshot, LSP_NAME_INTERFACE, NO_SUCH_ID);
	starved_assert(lsp_snapshot_name(snapshot, LSP_NAME_INTERFACE, NO_SUCH_ID) == NULL);
	lsp_snapshot_free(snapshot);
}

/* Where it can be told: every number once, names, and addresses of links that are there; a listener that we can open on
 * the loopback address is on one of them. */
static void test_links(void **state)
{
	struct lsp_snapshot *snapshot = lsp_snapshot_new();
	struct world_socket listener;
	struct lsp_fault fault = {.err = LSP_OK};
	enum lsp_err err = lsp_backend_native()->links(snapshot, &fault);
	bool found = false;
	size_t i;

	(void)state;
	lsp_snapshot_freeze(snapshot);
	if (err != LSP_OK) {
		assert_int_equal(fault.err, err);
		assert_true((snapshot->notes & LSP_NOTE_NO_LINKS) != 0);
		assert_int_equal(snapshot->link_count + snapshot->link_addr_count, 0);
		lsp_snapshot_free(snapshot);
		skip();
	}
	assert_int_equal(snapshot->notes & LSP_NOTE_NO_LINKS, 0);
	for (i = 0; i < snapshot->link_count; i++) {
		assert_int_not_equal(snapshot->links[i].index, 0);
		assert_true(i == 0 || snapshot->links[i - 1].index < snapshot->links[i].index);
		assert_int_not_equal(strlen(snapshot->links[i].name), 0);
	}
	assert_true(world_listen(LSP_INET4, &listener));
	for (i = 0; i < snapshot->link_addr_count; i++) {
		const struct lsp_link_addr *addr = &snapshot->link_addrs[i];
		const struct lsp_link *link = lsp_snapshot_link(snapshot, addr->link);

		assert_non_null(link);
		assert_true(addr->prefix_len <= (addr->addr.family == LSP_INET4 ? 32 : 128));
		if (lsp_addr_cmp(&addr->addr, &listener.what.local) == 0)
			found = (link->is & (LSP_LINK_UP | LSP_LINK_LOOPBACK)) == (LSP_LINK_UP | LSP_LINK_LOOPBACK);
	}
	assert_true(found);
	world_close(&listener);
	lsp_snapshot_free(snapshot);
}

static void test_starved(void **state)
{
	bool held = false;

	(void)state;
	if (!world_starve(ask_starved, &held))
		skip();
	assert_true(held);
}

/* --- files --------------------------------------------------------------------------------------------------------- */

static void assert_file(const char *path, const char *expected, size_t len)
{
	FILE *file = fopen(path, "rb");
	char *bytes = calloc(1, len + 2);

	assert_non_null(file);
	assert_int_equal(fread(bytes, 1, len + 1, file), len);
	assert_memory_equal(bytes, expected, len);
	fclose(file);
	free(bytes);
}

static void test_file_replace(void **state)
{
	const struct lsp_backend *backend = lsp_backend_native();
	char folder[200], path[300], *large = malloc(300000);
	struct lsp_fault fault;

	(void)state;
	if (!world_folder(folder, sizeof folder))
		skip();
	snprintf(path, sizeof path, "%s/a policy", folder);
	assert_int_equal(backend->file_replace(path, NULL, 0, &fault), LSP_OK);
	assert_int_equal(world_folder_count(folder), 0);
	memset(large, '\n', 300000);
	assert_int_equal(backend->file_replace(path, large, 300000, &fault), LSP_OK);
	assert_file(path, large, 300000);
	assert_int_equal(backend->file_replace(path, NULL, 0, &fault), LSP_OK);
	assert_file(path, large, 300000);
	assert_int_equal(backend->file_replace(path, "a\r\nb\0c", 6, &fault), LSP_OK);
	assert_file(path, "a\r\nb\0c", 6);
	assert_int_equal(backend->file_replace(path, "", 0, &fault), LSP_OK);
	assert_file(path, "", 0);
	assert_int_equal(world_folder_count(folder), 1); /* nothing is left beside it */
	world_folder_remove(folder);
	free(large);
}

static void test_file_not_replaced(void **state)
{
	const struct lsp_backend *backend = lsp_backend_native();
	char folder[200], path[300];
	struct lsp_fault fault;
	const char *text;

	(void)state;
	if (!world_folder(folder, sizeof folder))
		skip();
	for (text = "text";; text = NULL) {
		memset(&fault, 0, sizeof fault);
		assert_int_equal(backend->file_replace(folder, text, 4, &fault), LSP_UNSUPPORTED);
		assert_int_equal(fault.err, LSP_UNSUPPORTED);
		assert_non_null(fault.op);
		assert_int_not_equal(strlen(fault.detail), 0);
		snprintf(path, sizeof path, "%s/no such folder/file", folder);
		assert_int_equal(backend->file_replace(path, text, 4, &fault), LSP_UNSUPPORTED);
		snprintf(path, sizeof path, "%s/", folder);
		assert_int_not_equal(backend->file_replace(path, text, 4, &fault), LSP_OK);
		if (text == NULL)
			break;
	}
	assert_int_not_equal(backend->file_replace("", "text", 4, &fault), LSP_OK);
	assert_int_equal(world_folder_count(folder), 0);
	world_folder_remove(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table_is_whole),
		cmocka_unit_test(test_listener_inet4),
		cmocka_unit_test(test_listener_inet6),
		cmocka_unit_test(test_udp),
		cmocka_unit_test(test_connection),
		cmocka_unit_test(test_closed_is_gone),
		cmocka_unit_test(test_hints_lose_nothing),
		cmocka_unit_test(test_adds_to_what_is_there),
		cmocka_unit_test(test_holders_are_us),
		cmocka_unit_test(test_birth_is_identity),
		cmocka_unit_test(test_unknown_keys),
		cmocka_unit_test(test_process),
		cmocka_unit_test(test_time),
		cmocka_unit_test(test_signals),
		cmocka_unit_test(test_bind),
		cmocka_unit_test(test_grip_is_by_identity),
		cmocka_unit_test(test_grip_holds),
		cmocka_unit_test(test_grip_ends),
		cmocka_unit_test(test_grip_release),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_links),
		cmocka_unit_test(test_rules),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_no_hosts),
		cmocka_unit_test(test_file_replace),
		cmocka_unit_test(test_file_not_replaced),
		cmocka_unit_test(test_starved),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
