/*
 * test_core_answer.c - who answers. The kernel's own word is asked by the live test; here is each rule once, and what no
 * live test can make: lists that do not say enough.
 */
#include "test_core_world.h"

#include "core/answer.h"

static struct lsp_snapshot *snapshot;

static int set_up(void **state)
{
	(void)state;
	snapshot = host();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	lsp_snapshot_free(snapshot);
	return 0;
}

static void listen_at(const char *local, int kind, uint32_t device)
{
	struct lsp_socket socket = listener(local, kind, device);

	lsp_snapshot_add_socket(snapshot, &socket);
}

static void bind_at(const char *local, int kind, uint32_t device)
{
	struct lsp_socket socket = listener(local, kind, device);

	socket.proto = LSP_UDP;
	socket.state = LSP_CLOSE;
	lsp_snapshot_add_socket(snapshot, &socket);
}

static size_t ask(enum lsp_proto proto, const char *to, uint32_t link, const struct lsp_socket **ret_sockets, size_t max)
{
	const struct lsp_socket *sockets[16];
	struct lsp_addr addr = addr_of(to);
	size_t count = 0, i;

	for (i = 0; i < snapshot->socket_count; i++) {
		if (snapshot->sockets[i].proto == proto)
			sockets[count++] = &snapshot->sockets[i];
	}
	return lsp_answer(snapshot, sockets, count, &addr, link, ret_sockets, max);
}

/* The numbers of the sockets in the snapshot that answer, as text: "0 2". */
static const char *answers(enum lsp_proto proto, const char *to, uint32_t link)
{
	static char text[64];
	const struct lsp_socket *sockets[8];
	size_t count = ask(proto, to, link, sockets, 8), i;

	text[0] = '\0';
	for (i = 0; i < count; i++) {
		char number[] = " 0";

		number[1] = (char)('0' + (sockets[i] - snapshot->sockets));
		strcat(text, number + (i == 0));
	}
	return text;
}

static void test_address_before_wildcard(void **state)
{
	(void)state;
	listen_at("0.0.0.0", 0, 0);
	listen_at("127.0.0.1", 0, 0);
	listen_at("::1", V6ONLY, 0);
	assert_string_equal(answers(LSP_TCP, "127.0.0.1", 0), "1");
	assert_string_equal(answers(LSP_TCP, "::ffff:127.0.0.1", 0), "1");
	assert_string_equal(answers(LSP_TCP, "127.0.0.2", 0), "0");
	assert_string_equal(answers(LSP_TCP, "192.168.1.5", 0), "0");
	assert_string_equal(answers(LSP_TCP, "::1", 0), "2");
	assert_string_equal(answers(LSP_TCP, "fd00::5", 0), "");
	assert_string_equal(answers(LSP_UDP, "127.0.0.1", 0), "");
}

static void test_families(void **state)
{
	(void)state;
	listen_at("::", DUAL, 0);
	assert_string_equal(answers(LSP_TCP, "127.0.0.1", 0), "0");
	assert_string_equal(answers(LSP_TCP, "fd00::5", 0), "0");
	listen_at("0.0.0.0", 0, 0); /* both by SO_REUSEPORT */
	assert_string_equal(answers(LSP_TCP, "127.0.0.1", 0), "0"); /* the list begins with the dual-stack one */
	assert_string_equal(answers(LSP_TCP, "::1", 0), "0");
}

static void test_v6only(void **state)
{
	(void)state;
	listen_at("::", V6ONLY, 0);
	assert_string_equal(answers(LSP_TCP, "127.0.0.1", 0), "");
	assert_string_equal(answers(LSP_TCP, "::1", 0), "0");
	listen_at("0.0.0.0", 0, 0);
	assert_string_equal(answers(LSP_TCP, "127.0.0.1", 0), "1");
}

static void test_unsaid_v6only(void **state)
{
	(void)state;
	listen_at("::", UNSAID, 0);
	assert_string_equal(answers(LSP_TCP, "127.0.0.1", 0), "0");
}

static void test_mapped(void **state)
{
	(void)state;
	listen_at("::ffff:127.0.0.1", DUAL, 0);
	listen_at("::ffff:0.0.0.0", DUAL, 0);
	assert_string_equal(answers(LSP_TCP, "127.0.0.1", 0), "0");
	assert_string_equal(answers(LSP_TCP, "192.168.1.5", 0), "1");
	assert_string_equal(answers(LSP_TCP, "::1", 0), "");
}

static void test_group(void **state)
{
	struct lsp_socket other = listener("0.0.0.0", 0, 0);

	(void)state;
	listen_at("0.0.0.0", 0, 0);
	listen_at("0.0.0.0", 0, 0);
	other.uid = 7;
	other.has |= LSP_HAS_UID;
	lsp_snapshot_add_socket(snapshot, &other);
	assert_string_equal(answers(LSP_TCP, "127.0.0.1", 0), "0 1 2"); /* whose uid is not known may be the same */
	snapshot->sockets[0].has |= LSP_HAS_UID;
	snapshot->sockets[1].has |= LSP_HAS_UID;
	assert_string_equal(answers(LSP_TCP, "127.0.0.1", 0), "0 1");
	listen_at("127.0.0.1", 0, 0);
	assert_string_equal(answers(LSP_TCP, "127.0.0.1", 0), "3");
}

static void test_devices(void **state)
{
	(void)state;
	listen_at("0.0.0.0", 0, ETH0);
	assert_string_equal(answers(LSP_TCP, "192.168.1.5", ETH0), "0");
	assert_string_equal(answers(LSP_TCP, "192.168.1.5", WAN), "");
	assert_string_equal(answers(LSP_TCP, "192.168.1.5", 0), "0"); /* from here, as through its own link */
	assert_string_equal(answers(LSP_TCP, "127.0.0.1", 0), "");
	listen_at("::", V6ONLY, ETH0);
	assert_string_equal(answers(LSP_TCP, "fd00::5", 0), "1");
	assert_string_equal(answers(LSP_TCP, "::1", 0), "");
	listen_at("0.0.0.0", 0, LO);
	assert_string_equal(answers(LSP_TCP, "192.168.1.5", 0), "0");
	assert_string_equal(answers(LSP_TCP, "127.0.0.2", 0), "2");
}

static void test_vrf(void **state)
{
	(void)state;
	listen_at("0.0.0.0", 0, 0);
	listen_at("0.0.0.0", 0, BLUE);
	assert_string_equal(answers(LSP_TCP, "10.6.0.1", IN0), "1");
	assert_string_equal(answers(LSP_TCP, "10.6.0.1", BLUE), "1");
	assert_string_equal(answers(LSP_TCP, "192.168.1.5", ETH0), "0");
	snapshot->vrf_open = LSP_PROTO_BIT(LSP_UDP);
	assert_string_equal(answers(LSP_TCP, "10.6.0.1", IN0), "1");
	snapshot->sockets[1].ifindex = ETH0;
	assert_string_equal(answers(LSP_TCP, "10.6.0.1", IN0), "");
	snapshot->vrf_open = LSP_PROTO_BIT(LSP_TCP);
	assert_string_equal(answers(LSP_TCP, "10.6.0.1", IN0), "0");
}

/* A VRF and its member bound at once stand side by side without SO_REUSEPORT: the score decides, then the list. */
static void test_two_devices(void **state)
{
	(void)state;
	listen_at("0.0.0.0", 0, BLUE);
	listen_at("0.0.0.0", 0, IN0);
	assert_string_equal(answers(LSP_TCP, "10.6.0.1", IN0), "0");
	snapshot->sockets[0].local = addr_of("::");
	assert_string_equal(answers(LSP_TCP, "10.6.0.1", IN0), "1");
}

/* Of UDP sockets it is not known whether they share by SO_REUSEPORT: with it the walk ends at the first. */
static void test_datagrams(void **state)
{
	(void)state;
	bind_at("0.0.0.0", 0, ETH0);
	bind_at("0.0.0.0", 0, 0);
	assert_string_equal(answers(LSP_UDP, "192.168.1.5", ETH0), "0");
	assert_string_equal(answers(LSP_UDP, "192.168.1.5", WAN), "1");
	bind_at("0.0.0.0", 0, ETH0);
	assert_string_equal(answers(LSP_UDP, "192.168.1.5", ETH0), "0 2");
	assert_string_equal(answers(LSP_TCP, "192.168.1.5", ETH0), "");
}

static void test_datagrams_in_doubt(void **state)
{
	(void)state;
	bind_at("0.0.0.0", 0, 0);
	bind_at("0.0.0.0", 0, ETH0);
	assert_string_equal(answers(LSP_UDP, "192.168.1.5", ETH0), "0 1");
	bind_at("::", V6ONLY, ETH0);
	bind_at("::", V6ONLY, 0);
	assert_string_equal(answers(LSP_UDP, "fd00::5", ETH0), "2 3");
}

/* Connected ones, those that only hold the port, and those that are gone hear nobody new. */
static void test_deaf(void **state)
{
	struct lsp_socket socket = listener("0.0.0.0", 0, 0);

	(void)state;
	socket.state = LSP_BOUND;
	lsp_snapshot_add_socket(snapshot, &socket);
	socket.state = LSP_ESTABLISHED;
	lsp_snapshot_add_socket(snapshot, &socket);
	socket.proto = LSP_UDP;
	lsp_snapshot_add_socket(snapshot, &socket);
	socket = listener("0.0.0.0", 0, 0);
	socket.gone = 1;
	lsp_snapshot_add_socket(snapshot, &socket);
	assert_string_equal(answers(LSP_TCP, "127.0.0.1", 0), "");
	assert_string_equal(answers(LSP_UDP, "127.0.0.1", 0), "");
}

static void test_multicast(void **state)
{
	(void)state;
	bind_at("224.0.0.251", 0, 0);
	bind_at("0.0.0.0", 0, 0);
	bind_at("192.168.1.5", 0, 0);
	bind_at("::", DUAL, 0);
	bind_at("0.0.0.0", 0, WAN);
	assert_string_equal(answers(LSP_UDP, "224.0.0.251", ETH0), "0 1 3");
	assert_string_equal(answers(LSP_UDP, "255.255.255.255", WAN), "1 3 4");
	assert_string_equal(answers(LSP_UDP, "ff02::fb", ETH0), "3");
}

static void test_room(void **state)
{
	const struct lsp_socket *sockets[2] = {NULL, NULL};

	(void)state;
	listen_at("0.0.0.0", 0, 0);
	listen_at("0.0.0.0", 0, 0);
	assert_int_equal(ask(LSP_TCP, "127.0.0.1", 0, NULL, 0), 2);
	assert_int_equal(ask(LSP_TCP, "127.0.0.1", 0, sockets, 1), 2);
	assert_ptr_equal(sockets[0], snapshot->sockets);
	assert_null(sockets[1]);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_address_before_wildcard), TEST(test_families),    TEST(test_v6only),
		TEST(test_unsaid_v6only),	    TEST(test_mapped),	    TEST(test_group),
		TEST(test_devices),		    TEST(test_vrf),	    TEST(test_two_devices),
		TEST(test_datagrams),		    TEST(test_datagrams_in_doubt), TEST(test_deaf),
		TEST(test_multicast),		    TEST(test_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
