/*
 * test_linux_diag_parse.c - what sock_diag answers, message by message, against the record it must become.
 *
 * The layout is that of linux/inet_diag.h, what is filled when that of the kernel's net/ipv4/inet_diag.c. One message
 * is written out byte by byte, so that a mistake in the use of the structures cannot hide in both places.
 */
#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "diag_parse.h"

struct answer {
	_Alignas(8) uint8_t bytes[512];
	struct nlmsghdr *header;
	struct inet_diag_msg *diag;
};

static const uint8_t loopback4[4] = {127, 0, 0, 1}, far4[4] = {192, 0, 2, 7};
static const uint8_t near6[16] = {0x20, 0x01, 0x0d, 0xb8, [15] = 1}, far6[16] = {0x20, 0x01, 0x0d, 0xb8, [15] = 2};

/* A socket like most: 8080 to 40000, inode 4711, uid 1000. */
static void answer_start(struct answer *answer, uint8_t family, uint8_t state)
{
	bool is4 = family == AF_INET;

	memset(answer, 0, sizeof *answer);
	answer->header = (struct nlmsghdr *)(void *)answer->bytes;
	answer->diag = (struct inet_diag_msg *)(void *)(answer->bytes + NLMSG_HDRLEN);
	answer->header->nlmsg_len = NLMSG_HDRLEN + sizeof *answer->diag;
	answer->header->nlmsg_type = 20; /* SOCK_DIAG_BY_FAMILY */
	answer->header->nlmsg_flags = NLM_F_MULTI;
	answer->diag->idiag_family = family;
	answer->diag->idiag_state = state;
	answer->diag->id.idiag_sport = htons(8080);
	answer->diag->id.idiag_dport = htons(40000);
	memcpy(answer->diag->id.idiag_src, is4 ? loopback4 : near6, is4 ? 4 : 16);
	memcpy(answer->diag->id.idiag_dst, is4 ? far4 : far6, is4 ? 4 : 16);
	answer->diag->id.idiag_cookie[0] = 0x11223344;
	answer->diag->id.idiag_cookie[1] = 0x55667788;
	answer->diag->idiag_rqueue = 5;
	answer->diag->idiag_wqueue = 128;
	answer->diag->idiag_uid = 1000;
	answer->diag->idiag_inode = 4711;
}

static void answer_attribute(struct answer *answer, uint16_t type, const void *payload, uint16_t len)
{
	struct nlattr *attr = (struct nlattr *)(void *)(answer->bytes + answer->header->nlmsg_len);

	attr->nla_type = type;
	attr->nla_len = (uint16_t)(NLA_HDRLEN + len);
	if (len > 0)
		memcpy((uint8_t *)attr + NLA_HDRLEN, payload, len);
	answer->header->nlmsg_len += NLA_HDRLEN + NLA_ALIGN(len);
}

static struct lsp_socket parsed(const struct answer *answer, enum lsp_proto proto)
{
	struct lsp_socket socket;

	memset(&socket, 0xa5, sizeof socket);
	assert_true(lsp_diag_parse(answer->header, proto, &socket));
	return socket;
}

/* Refused, and the caller's record not touched. */
static void assert_refused(const struct answer *answer, enum lsp_proto proto)
{
	struct lsp_socket socket, before;

	memset(&socket, 0xa5, sizeof socket);
	before = socket;
	assert_false(lsp_diag_parse(answer->header, proto, &socket));
	assert_memory_equal(&socket, &before, sizeof socket);
}

/* The numbers are those of the kernel's net/tcp_states.h. */
static const struct {
	uint8_t number, state;
	bool has_peer, has_queues;
} tcp_states[] = {
	{1, LSP_ESTABLISHED, true, true}, {2, LSP_SYN_SENT, true, true},   {3, LSP_SYN_RECV, true, false},
	{4, LSP_FIN_WAIT1, true, true},   {5, LSP_FIN_WAIT2, true, true},  {6, LSP_TIME_WAIT, true, false},
	{7, LSP_BOUND, true, false}, /* the peer is of the canned message; a real one has none: below */
	{8, LSP_CLOSE_WAIT, true, true},  {9, LSP_LAST_ACK, true, true},   {10, LSP_LISTEN, false, true},
	{11, LSP_CLOSING, true, true},    {12, LSP_SYN_RECV, true, false}, /* NEW_SYN_RECV */
};

static void test_tcp_states(void **state)
{
	size_t i, family;

	(void)state;
	for (i = 0; i < sizeof tcp_states / sizeof *tcp_states; i++) {
		for (family = 0; family < 2; family++) {
			struct answer answer;
			struct lsp_socket socket;

			answer_start(&answer, family == 0 ? AF_INET : AF_INET6, tcp_states[i].number);
			socket = parsed(&answer, LSP_TCP);
			assert_int_equal(socket.proto, LSP_TCP);
			assert_int_equal(socket.state, tcp_states[i].state);
			assert_int_equal(socket.local_port, 8080);
			assert_int_equal(socket.local.family, family == 0 ? LSP_INET4 : LSP_INET6);
			assert_memory_equal(socket.local.bytes, family == 0 ? loopback4 : near6, family == 0 ? 4 : 16);
			assert_int_equal((socket.has & LSP_HAS_PEER) != 0, tcp_states[i].has_peer);
			assert_int_equal((socket.has & LSP_HAS_RQUEUE) != 0, tcp_states[i].has_queues);
			assert_int_equal((socket.has & LSP_HAS_WQUEUE) != 0, tcp_states[i].has_queues);
		}
	}
}

static void test_inet4_whole(void **state)
{
	static const uint8_t zero[12];
	struct answer answer;
	struct lsp_socket socket;

	(void)state;
	answer_start(&answer, AF_INET, 1);
	memset(answer.diag->id.idiag_src + 1, 0xee, 12); /* words behind an IPv4 address mean nothing */
	memset(answer.diag->id.idiag_dst + 1, 0xee, 12);
	socket = parsed(&answer, LSP_TCP);
	assert_memory_equal(socket.local.bytes, loopback4, 4);
	assert_memory_equal(socket.local.bytes + 4, zero, 12);
	assert_memory_equal(socket.peer.bytes, far4, 4);
	assert_memory_equal(socket.peer.bytes + 4, zero, 12);
	assert_int_equal(socket.peer.family, LSP_INET4);
	assert_int_equal(socket.local.scope, 0);
	assert_int_equal(socket.peer_port, 40000);
	assert_true(socket.key == 4711);
	assert_int_equal(socket.uid, 1000);
	assert_true(socket.cookie == 0x5566778811223344u);
	assert_int_equal(socket.rqueue, 5);
	assert_int_equal(socket.wqueue, 128);
	assert_int_equal(socket.gone, 0);
	assert_int_equal(socket.has,
			 LSP_HAS_KEY | LSP_HAS_UID | LSP_HAS_COOKIE | LSP_HAS_PEER | LSP_HAS_RQUEUE | LSP_HAS_WQUEUE);
}

/* [::]:443 listening, 3 of 511 waiting, on device 2, dual-stack, written as the bytes of a little-endian machine. */
static void test_canned_bytes(void **state)
{
	/* clang-format off */
	static const _Alignas(8) uint8_t bytes[] = {
		/* nlmsghdr: length 108, type 20, flags NLM_F_MULTI, sequence, port */
		108, 0, 0, 0, 20, 0, 2, 0, 1, 0, 0, 0, 0x39, 0x30, 0, 0,
		/* AF_INET6 (10), LISTEN (10), timer, retransmits */
		10, 10, 0, 0,
		/* ports, network order */
		0x01, 0xbb, 0, 0,
		/* source, destination */
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		/* device, cookie */
		2, 0, 0, 0, 0x0c, 0x10, 0, 0, 0, 0, 0, 0,
		/* expires, receive queue, write queue, uid, inode */
		0, 0, 0, 0, 3, 0, 0, 0, 0xff, 1, 0, 0, 33, 0, 0, 0, 0xff, 0xff, 0xff, 0xff,
		/* attribute of 5 bytes, INET_DIAG_SKV6ONLY (11): 0; padding */
		5, 0, 11, 0, 0, 0, 0, 0,
		/* attribute of 12 bytes, INET_DIAG_CGROUP_ID (21) */
		12, 0, 21, 0, 0x1e, 0x05, 0, 0, 1, 0, 0, 0};
	/* clang-format on */
	static const uint8_t any[16];
	struct lsp_socket socket;

	(void)state;
	if (htons(1) == 1)
		skip();
	assert_int_equal(sizeof bytes, 108);
	assert_true(lsp_diag_parse((const struct nlmsghdr *)(const void *)bytes, LSP_TCP, &socket));
	assert_int_equal(socket.state, LSP_LISTEN);
	assert_int_equal(socket.local.family, LSP_INET6);
	assert_memory_equal(socket.local.bytes, any, 16);
	assert_int_equal(socket.local_port, 443);
	assert_int_equal(socket.peer_port, 0);
	assert_int_equal(socket.ifindex, 2);
	assert_true(socket.cookie == 0x100c);
	assert_int_equal(socket.rqueue, 3);
	assert_int_equal(socket.wqueue, 511);
	assert_int_equal(socket.uid, 33);
	assert_true(socket.key == 0xffffffffu); /* not sign-extended */
	assert_int_equal(socket.v6only, 0);
	assert_true(socket.cgroup == 0x10000051eu);
	assert_int_equal(socket.has, LSP_HAS_KEY | LSP_HAS_UID | LSP_HAS_COOKIE | LSP_HAS_CGROUP | LSP_HAS_IFINDEX |
					     LSP_HAS_V6ONLY | LSP_HAS_RQUEUE | LSP_HAS_WQUEUE);
}

static void test_udp_states(void **state)
{
	struct answer answer;
	struct lsp_socket socket;

	(void)state;
	answer_start(&answer, AF_INET6, 7);
	answer.diag->id.idiag_dport = 0;
	memset(answer.diag->id.idiag_dst, 0, 16);
	socket = parsed(&answer, LSP_UDP);
	assert_int_equal(socket.proto, LSP_UDP);
	assert_int_equal(socket.state, LSP_CLOSE); /* UDP's listener, not BOUND */
	assert_int_equal(socket.has & LSP_HAS_PEER, 0);
	assert_int_equal(socket.has & LSP_HAS_RQUEUE, LSP_HAS_RQUEUE);
	assert_true(lsp_socket_holds_port(&socket));
	answer_start(&answer, AF_INET, 1);
	socket = parsed(&answer, LSP_UDP);
	assert_int_equal(socket.state, LSP_ESTABLISHED);
	assert_int_equal(socket.has & LSP_HAS_PEER, LSP_HAS_PEER);
	assert_false(lsp_socket_holds_port(&socket));
}

static void test_bound_tcp(void **state)
{
	struct answer answer;
	struct lsp_socket socket;

	(void)state;
	answer_start(&answer, AF_INET, 7);
	answer.diag->id.idiag_dport = 0;
	answer.diag->id.idiag_dst[0] = 0;
	socket = parsed(&answer, LSP_TCP);
	assert_int_equal(socket.state, LSP_BOUND);
	assert_int_equal(socket.has & LSP_HAS_PEER, 0);
	assert_true(lsp_socket_holds_port(&socket));
	assert_true(socket.key == 4711);
}

static void test_v6only_present_or_absent(void **state)
{
	static const uint8_t yes = 1, no = 0;
	struct answer answer;
	struct lsp_socket socket;

	(void)state;
	answer_start(&answer, AF_INET6, 10);
	assert_int_equal(parsed(&answer, LSP_TCP).has & LSP_HAS_V6ONLY, 0); /* absent is not "false" */
	answer_attribute(&answer, INET_DIAG_SKV6ONLY, &no, 1);
	socket = parsed(&answer, LSP_TCP);
	assert_int_equal(socket.has & LSP_HAS_V6ONLY, LSP_HAS_V6ONLY);
	assert_int_equal(socket.v6only, 0);
	answer_start(&answer, AF_INET6, 10);
	answer_attribute(&answer, INET_DIAG_SKV6ONLY, &yes, 1);
	socket = parsed(&answer, LSP_TCP);
	assert_int_equal(socket.has & LSP_HAS_V6ONLY, LSP_HAS_V6ONLY);
	assert_int_equal(socket.v6only, 1);
	assert_int_equal(socket.has & LSP_HAS_CGROUP, 0);
}

/* Attributes that we do not know stand before and between those that we do. */
static void test_attributes_in_company(void **state)
{
	static const uint64_t cgroup = 0xfedcba9876543210u;
	static const uint8_t yes = 1, eight[8] = {0};
	struct answer answer;
	struct lsp_socket socket;

	(void)state;
	answer_start(&answer, AF_INET6, 10);
	answer_attribute(&answer, INET_DIAG_SHUTDOWN, &yes, 1);
	answer_attribute(&answer, INET_DIAG_SKV6ONLY, &yes, 1);
	answer_attribute(&answer, INET_DIAG_PAD, NULL, 0);
	answer_attribute(&answer, INET_DIAG_CGROUP_ID, &cgroup, 8);
	answer_attribute(&answer, 4000, eight, 8);
	socket = parsed(&answer, LSP_TCP);
	assert_int_equal(socket.v6only, 1);
	assert_true(socket.cgroup == cgroup);
	assert_int_equal(socket.has & (LSP_HAS_V6ONLY | LSP_HAS_CGROUP), LSP_HAS_V6ONLY | LSP_HAS_CGROUP);
}

/* linux/tcp.h: eight bytes, then words of 32 bits, of which the thirteenth is the time since the last ACK. */
static void test_heard(void **state)
{
	static const struct {
		enum lsp_proto proto;
		uint8_t number;
		uint16_t len;
		bool has_heard;
	} table[] = {
		{LSP_TCP, 8, 240, true}, {LSP_TCP, 8, 60, true}, {LSP_TCP, 8, 59, false}, {LSP_TCP, 8, 0, false},
		{LSP_TCP, 10, 240, false}, {LSP_UDP, 7, 240, false},
	};
	uint8_t info[240];
	size_t i;

	(void)state;
	memset(info, 0xee, sizeof info);
	memcpy(info + 8 + 12 * 4, &(uint32_t){86400000}, 4);
	for (i = 0; i < sizeof table / sizeof *table; i++) {
		struct answer answer;
		struct lsp_socket socket;

		answer_start(&answer, AF_INET, table[i].number);
		answer_attribute(&answer, INET_DIAG_INFO, info, table[i].len);
		socket = parsed(&answer, table[i].proto);
		assert_int_equal((socket.has & LSP_HAS_HEARD) != 0, table[i].has_heard);
		assert_int_equal(socket.heard_ms, table[i].has_heard ? 86400000 : 0);
	}
}

static void test_truncated_attributes(void **state)
{
	static const uint64_t cgroup = 77;
	static const uint8_t yes = 1;
	struct answer answer;
	struct nlattr *attr;

	(void)state;
	/* too small for what they are called */
	answer_start(&answer, AF_INET6, 10);
	answer_attribute(&answer, INET_DIAG_SKV6ONLY, NULL, 0);
	answer_attribute(&answer, INET_DIAG_CGROUP_ID, &cgroup, 4);
	assert_int_equal(parsed(&answer, LSP_TCP).has & (LSP_HAS_V6ONLY | LSP_HAS_CGROUP), 0);
	/* longer than the message */
	answer_start(&answer, AF_INET6, 10);
	attr = (struct nlattr *)(void *)(answer.bytes + answer.header->nlmsg_len);
	answer_attribute(&answer, INET_DIAG_CGROUP_ID, &cgroup, 8);
	attr->nla_len = 13;
	assert_int_equal(parsed(&answer, LSP_TCP).has & LSP_HAS_CGROUP, 0);
	/* the message ends inside of the attribute, and inside of its header */
	answer_start(&answer, AF_INET6, 10);
	answer_attribute(&answer, INET_DIAG_CGROUP_ID, &cgroup, 8);
	answer.header->nlmsg_len -= 4;
	assert_int_equal(parsed(&answer, LSP_TCP).has & LSP_HAS_CGROUP, 0);
	answer.header->nlmsg_len -= 6;
	assert_int_equal(parsed(&answer, LSP_TCP).has & LSP_HAS_CGROUP, 0);
	/* shorter than an attribute's own header: no endless loop, what stood before counts */
	answer_start(&answer, AF_INET6, 10);
	answer_attribute(&answer, INET_DIAG_SKV6ONLY, &yes, 1);
	attr = (struct nlattr *)(void *)(answer.bytes + answer.header->nlmsg_len);
	answer_attribute(&answer, INET_DIAG_CGROUP_ID, &cgroup, 8);
	attr->nla_len = 0;
	assert_int_equal(parsed(&answer, LSP_TCP).has & (LSP_HAS_V6ONLY | LSP_HAS_CGROUP), LSP_HAS_V6ONLY);
}

/* Inode 0 belongs to nobody, and the uid beside it is 0 for want of a better one, not root. */
static void test_inode_0(void **state)
{
	static const uint8_t orphans[] = {3, 4, 5, 6, 9, 11, 12};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof orphans; i++) {
		struct answer answer;
		struct lsp_socket socket;

		answer_start(&answer, AF_INET, orphans[i]);
		answer.diag->idiag_inode = 0;
		answer.diag->idiag_uid = 0;
		socket = parsed(&answer, LSP_TCP);
		assert_int_equal(socket.has & (LSP_HAS_KEY | LSP_HAS_UID), 0);
		assert_true(socket.key == 0);
	}
}

static void test_root_is_a_uid(void **state)
{
	struct answer answer;
	struct lsp_socket socket;

	(void)state;
	answer_start(&answer, AF_INET, 10);
	answer.diag->idiag_uid = 0;
	socket = parsed(&answer, LSP_TCP);
	assert_int_equal(socket.has & LSP_HAS_UID, LSP_HAS_UID);
	assert_int_equal(socket.uid, 0);
}

/* Connections waiting and the backlog limit; 0 of both is known, not unknown. */
static void test_listen_queues(void **state)
{
	struct answer answer;
	struct lsp_socket socket;

	(void)state;
	answer_start(&answer, AF_INET, 10);
	answer.diag->idiag_rqueue = 129;
	answer.diag->idiag_wqueue = 4096;
	socket = parsed(&answer, LSP_TCP);
	assert_int_equal(socket.rqueue, 129);
	assert_int_equal(socket.wqueue, 4096);
	answer.diag->idiag_rqueue = answer.diag->idiag_wqueue = 0;
	socket = parsed(&answer, LSP_TCP);
	assert_int_equal(socket.has & (LSP_HAS_RQUEUE | LSP_HAS_WQUEUE), LSP_HAS_RQUEUE | LSP_HAS_WQUEUE);
	assert_int_equal(socket.rqueue, 0);
	assert_int_equal(socket.wqueue, 0);
}

/* A socket that was connected before it listened keeps its old peer in the kernel. */
static void test_listen_with_stale_peer(void **state)
{
	static const uint8_t zero[16];
	struct answer answer;
	struct lsp_socket socket;

	(void)state;
	answer_start(&answer, AF_INET6, 10);
	socket = parsed(&answer, LSP_TCP);
	assert_int_equal(socket.has & LSP_HAS_PEER, 0);
	assert_memory_equal(socket.peer.bytes, zero, 16);
}

static void test_no_cookie(void **state)
{
	struct answer answer;

	(void)state;
	answer_start(&answer, AF_INET, 10);
	answer.diag->id.idiag_cookie[0] = answer.diag->id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
	assert_int_equal(parsed(&answer, LSP_TCP).has & LSP_HAS_COOKIE, 0);
	answer.diag->id.idiag_cookie[1] = 0; /* half of it is a cookie */
	assert_int_equal(parsed(&answer, LSP_TCP).has & LSP_HAS_COOKIE, LSP_HAS_COOKIE);
	assert_true(parsed(&answer, LSP_TCP).cookie == 0xffffffffu);
}

static void test_refused(void **state)
{
	static const uint8_t families[] = {0, 1 /* unix */, 3, 9, 11, 16, 255}, wrong_states[] = {0, 13, 14, 31, 255};
	struct answer answer;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof families; i++) {
		answer_start(&answer, AF_INET6, 10);
		answer.diag->idiag_family = families[i];
		assert_refused(&answer, LSP_TCP);
		assert_refused(&answer, LSP_UDP);
	}
	for (i = 0; i < sizeof wrong_states; i++) {
		answer_start(&answer, AF_INET, wrong_states[i]);
		assert_refused(&answer, LSP_TCP);
		assert_refused(&answer, LSP_UDP);
	}
	for (i = 0; i < sizeof *answer.diag; i++) {
		answer_start(&answer, AF_INET, 10);
		answer.header->nlmsg_len = (uint32_t)(NLMSG_HDRLEN + i);
		assert_refused(&answer, LSP_TCP);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tcp_states),
		cmocka_unit_test(test_inet4_whole),
		cmocka_unit_test(test_canned_bytes),
		cmocka_unit_test(test_udp_states),
		cmocka_unit_test(test_bound_tcp),
		cmocka_unit_test(test_v6only_present_or_absent),
		cmocka_unit_test(test_attributes_in_company),
		cmocka_unit_test(test_heard), cmocka_unit_test(test_truncated_attributes),
		cmocka_unit_test(test_inode_0),
		cmocka_unit_test(test_root_is_a_uid),
		cmocka_unit_test(test_listen_queues),
		cmocka_unit_test(test_listen_with_stale_peer),
		cmocka_unit_test(test_no_cookie),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
