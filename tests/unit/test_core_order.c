/*
 * test_core_order.c - the order of rows: right for far-apart values (trap 13), stable, for every number of rows.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/order.h"

enum { ROWS_MAX = 300 };

static struct lsp_addr addr_of(const char *text)
{
	struct lsp_addr addr;

	assert_true(lsp_addr_parse(text, strlen(text), &addr));
	return addr;
}

/* Sorted by hand; the test shuffles it. */
static size_t make_sorted(struct lsp_socket *sockets)
{
	const struct {
		uint16_t port;
		enum lsp_proto proto;
		enum lsp_state state;
		const char *local, *peer;
		uint16_t peer_port;
		uint64_t key;
	} table[] = {
		{1, LSP_UDP, LSP_CLOSE, "::", NULL, 0, 1},
		{22, LSP_TCP, LSP_LISTEN, "0.0.0.0", NULL, 0, 1},
		{22, LSP_TCP, LSP_LISTEN, "200.0.0.1", NULL, 0, 1},
		{22, LSP_TCP, LSP_LISTEN, "::", NULL, 0, 1},
		{22, LSP_TCP, LSP_LISTEN, "fe80::1", NULL, 0, 1},
		{22, LSP_TCP, LSP_CLOSE, "0.0.0.0", NULL, 0, 1}, /* listeners first, whatever their address */
		{22, LSP_TCP, LSP_ESTABLISHED, "10.0.0.1", "10.0.0.2", 1, 1},
		{22, LSP_TCP, LSP_ESTABLISHED, "10.0.0.1", "10.0.0.2", 40000, 1},
		{22, LSP_TCP, LSP_TIME_WAIT, "10.0.0.1", "10.0.0.3", 40000, 1},
		{22, LSP_TCP, LSP_ESTABLISHED, "10.0.0.1", "250.0.0.3", 40000, 1},
		{22, LSP_TCP, LSP_ESTABLISHED, "10.0.0.1", "10.0.0.2", 65535, 1},
		{22, LSP_UDP, LSP_CLOSE, "0.0.0.0", NULL, 0, 1},
		{22, LSP_UDP, LSP_CLOSE, "0.0.0.0", NULL, 0, UINT64_C(1) << 31},
		{22, LSP_UDP, LSP_CLOSE, "0.0.0.0", NULL, 0, UINT64_C(1) << 33},
		{22, LSP_UDP, LSP_CLOSE, "0.0.0.0", NULL, 0, UINT64_MAX},
		{40000, LSP_TCP, LSP_BOUND, "0.0.0.0", NULL, 0, 1},
		{65535, LSP_TCP, LSP_LISTEN, "0.0.0.0", NULL, 0, 1},
	};
	const size_t count = sizeof table / sizeof *table;
	size_t i;

	for (i = 0; i < count; i++) {
		sockets[i] = (struct lsp_socket){.local_port = table[i].port, .proto = (uint8_t)table[i].proto,
						 .state = (uint8_t)table[i].state, .local = addr_of(table[i].local),
						 .peer_port = table[i].peer_port, .key = table[i].key};
		if (table[i].peer != NULL)
			sockets[i].peer = addr_of(table[i].peer);
	}
	return count;
}

static uint32_t next_random(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

static void shuffle(struct lsp_row *rows, size_t count, uint32_t *seed)
{
	size_t i;

	for (i = count; i > 1; i--) {
		size_t j = next_random(seed) % i;
		struct lsp_row swap = rows[i - 1];

		rows[i - 1] = rows[j];
		rows[j] = swap;
	}
}

static void test_by_port(void **state)
{
	struct lsp_socket sockets[32];
	struct lsp_row rows[32] = {{0}};
	size_t count = make_sorted(sockets), i;
	uint32_t seed = 7;
	int round;

	(void)state;
	for (round = 0; round < 200; round++) {
		for (i = 0; i < count; i++)
			rows[i].socket = &sockets[i];
		shuffle(rows, count, &seed);
		lsp_order_by_port(rows, count);
		for (i = 0; i < count; i++) {
			if (rows[i].socket != &sockets[i])
				fail_msg("place %zu has row %zu", i, (size_t)(rows[i].socket - sockets));
		}
	}
}

/* The rows of --pid: one socket, its holders by pid, also those far apart. */
static void test_by_pid_at_last(void **state)
{
	struct lsp_socket socket = {.local_port = 80, .proto = LSP_TCP, .state = LSP_LISTEN};
	struct lsp_holder holders[] = {{1, 4000000000u, 3}, {1, 1, 3}, {1, 2200000000u, 3}};
	struct lsp_row rows[3];
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++)
		rows[i] = (struct lsp_row){.socket = &socket, .holders = &holders[i], .holder_count = 1};
	lsp_order_by_port(rows, 3);
	assert_int_equal(rows[0].holders->pid, 1);
	assert_int_equal(rows[1].holders->pid, 2200000000u);
	assert_int_equal(rows[2].holders->pid, 4000000000u);
}

static int by_uid(const struct lsp_row *a, const struct lsp_row *b, const void *arg)
{
	const int *sign = arg;
	int order = (a->socket->uid > b->socket->uid) - (a->socket->uid < b->socket->uid);

	return *sign * order;
}

/* Every count from none to ROWS_MAX, few different values: equals must keep their order, nobody may be lost. */
static void test_stable(void **state)
{
	static struct lsp_socket sockets[ROWS_MAX];
	static struct lsp_row rows[ROWS_MAX];
	const int up = 1, down = -1;
	uint32_t seed = 3;
	size_t count, i;

	(void)state;
	for (count = 0; count <= ROWS_MAX; count++) {
		const int *sign = count % 2 == 0 ? &up : &down;

		for (i = 0; i < count; i++) {
			sockets[i] = (struct lsp_socket){.uid = next_random(&seed) % 5 * 1000000000u};
			rows[i] = (struct lsp_row){.socket = &sockets[i]};
		}
		lsp_order_by(rows, count, by_uid, sign);
		for (i = 1; i < count; i++) {
			int order = by_uid(&rows[i - 1], &rows[i], sign);

			assert_true(order < 0 || (order == 0 && rows[i - 1].socket < rows[i].socket));
		}
	}
}

static void test_few(void **state)
{
	struct lsp_socket sockets[] = {{.local_port = 2}, {.local_port = 1}};
	struct lsp_row rows[] = {{.socket = &sockets[0]}, {.socket = &sockets[1]}};

	(void)state;
	lsp_order_by_port(NULL, 0);
	lsp_order_by_port(rows, 1);
	assert_ptr_equal(rows[0].socket, &sockets[0]);
	lsp_order_by_port(rows, 2);
	assert_ptr_equal(rows[0].socket, &sockets[1]);
	assert_ptr_equal(rows[1].socket, &sockets[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_by_port),
		cmocka_unit_test(test_by_pid_at_last),
		cmocka_unit_test(test_stable),
		cmocka_unit_test(test_few),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
