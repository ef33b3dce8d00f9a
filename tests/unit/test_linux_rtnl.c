/*
 * test_linux_rtnl.c - rtnetlink answers as records, and what becomes of every way in which the kernel may answer. The
 * kernel is a script of datagrams; they are made by hand after rtnetlink(7), not by the library that reads them.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/rtnetlink.h>
#include <netlink/handlers.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "linux.h"
#include "rtnl_parse.h"

/* --- messages --------------------------------------------------------------------------------------------------- */

union message {
	struct nlmsghdr header;
	uint8_t bytes[512];
};

static void put(union message *message, const void *bytes, size_t len)
{
	memcpy(message->bytes + message->header.nlmsg_len, bytes, len);
	message->header.nlmsg_len += (uint32_t)NLMSG_ALIGN(len);
}

static void put_attr(union message *message, unsigned short type, const void *bytes, size_t len)
{
	struct rtattr attr = {.rta_len = (unsigned short)(sizeof attr + len), .rta_type = type};

	put(message, &attr, sizeof attr);
	put(message, bytes, len);
}

static union message link_message(int index, unsigned flags, unsigned short type, const char *name)
{
	struct ifinfomsg info = {.ifi_index = index, .ifi_flags = flags, .ifi_type = type};
	union message message = {.header = {.nlmsg_len = NLMSG_HDRLEN, .nlmsg_type = RTM_NEWLINK}};

	put(&message, &info, sizeof info);
	if (name != NULL)
		put_attr(&message, IFLA_IFNAME, name, strlen(name) + 1);
	return message;
}

static void put_kind(union message *message, const char *kind)
{
	uint8_t inner[64] = {0};
	struct rtattr attr = {.rta_len = (unsigned short)(sizeof attr + strlen(kind) + 1), .rta_type = IFLA_INFO_KIND};

	memcpy(inner, &attr, sizeof attr);
	memcpy(inner + sizeof attr, kind, strlen(kind));
	put_attr(message, IFLA_LINKINFO, inner, RTA_ALIGN(attr.rta_len));
}

static union message addr_message(unsigned char family, unsigned index, unsigned char prefix_len)
{
	struct ifaddrmsg info = {.ifa_family = family, .ifa_index = index, .ifa_prefixlen = prefix_len};
	union message message = {.header = {.nlmsg_len = NLMSG_HDRLEN, .nlmsg_type = RTM_NEWADDR}};

	put(&message, &info, sizeof info);
	return message;
}

static void put_inet(union message *message, unsigned short type, const char *text)
{
	uint8_t bytes[16];
	int family = strchr(text, ':') != NULL ? AF_INET6 : AF_INET;

	assert_int_equal(inet_pton(family, text, bytes), 1);
	put_attr(message, type, bytes, family == AF_INET ? 4 : 16);
}

static void test_plain_link(void **state)
{
	union message message = link_message(2, IFF_UP | IFF_BROADCAST, ARPHRD_ETHER, "eth0");
	struct lsp_link link;

	(void)state;
	assert_true(lsp_rtnl_parse_link(&message.header, &link));
	assert_int_equal(link.index, 2);
	assert_int_equal(link.master, 0);
	assert_int_equal(link.is, LSP_LINK_UP);
	assert_string_equal(link.name, "eth0");
	assert_null(link.kind);
	message = link_message(1, IFF_LOOPBACK, ARPHRD_LOOPBACK, "lo");
	assert_true(lsp_rtnl_parse_link(&message.header, &link));
	assert_int_equal(link.is, LSP_LINK_LOOPBACK);
}

static void test_kinds(void **state)
{
	static const struct {
		const char *kind;
		unsigned short type;
		uint32_t is;
	} kinds[] = {
		{"bridge", ARPHRD_ETHER, 0},	{"vrf", ARPHRD_ETHER, LSP_LINK_VRF},	{"wireguard", ARPHRD_NONE, LSP_LINK_TUNNEL},
		{"ipip", ARPHRD_TUNNEL, LSP_LINK_TUNNEL}, {"sit", ARPHRD_SIT, LSP_LINK_TUNNEL}, {"vrfx", ARPHRD_ETHER, 0},
		{"gre", ARPHRD_IPGRE, LSP_LINK_TUNNEL},
	};
	const uint32_t master = 9;
	struct lsp_link link;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		union message message = link_message(3, 0, kinds[i].type, "x");

		put_attr(&message, IFLA_MASTER, &master, sizeof master);
		put_kind(&message, kinds[i].kind);
		assert_true(lsp_rtnl_parse_link(&message.header, &link));
		assert_string_equal(link.kind, kinds[i].kind);
		assert_int_equal(link.is, kinds[i].is);
		assert_int_equal(link.master, 9);
	}
}

static void test_broken_links(void **state)
{
	union message message = link_message(2, 0, 0, NULL);
	struct lsp_link link;
	size_t len;

	(void)state;
	assert_false(lsp_rtnl_parse_link(&message.header, &link)); /* no name */
	message = link_message(0, 0, 0, "x");
	assert_false(lsp_rtnl_parse_link(&message.header, &link));
	message = link_message(-1, 0, 0, "x");
	assert_false(lsp_rtnl_parse_link(&message.header, &link));
	message = link_message(2, 0, 0, NULL);
	put_attr(&message, IFLA_IFNAME, "eth0", 4); /* no NUL */
	assert_false(lsp_rtnl_parse_link(&message.header, &link));
	message = link_message(2, 0, 0, NULL);
	put_attr(&message, IFLA_IFNAME, "", 0);
	assert_false(lsp_rtnl_parse_link(&message.header, &link));
	message = link_message(2, 0, 0, "x");
	put_attr(&message, IFLA_MASTER, "\1\2", 2);
	assert_false(lsp_rtnl_parse_link(&message.header, &link));
	message = link_message(2, 0, 0, "x");
	for (len = 0; len < NLMSG_HDRLEN + sizeof(struct ifinfomsg); len++) {
		message.header.nlmsg_len = (uint32_t)len;
		assert_false(lsp_rtnl_parse_link(&message.header, &link));
	}
}

static void test_addresses(void **state)
{
	union message message = addr_message(AF_INET, 2, 24);
	struct lsp_link_addr addr;
	char text[LSP_ADDR_TEXT_MAX];

	(void)state;
	put_inet(&message, IFA_ADDRESS, "192.168.1.5");
	put_inet(&message, IFA_LOCAL, "192.168.1.5");
	assert_true(lsp_rtnl_parse_addr(&message.header, &addr));
	lsp_addr_text(&addr.addr, text);
	assert_string_equal(text, "192.168.1.5");
	assert_int_equal(addr.link, 2);
	assert_int_equal(addr.prefix_len, 24);
	/* between two: ours is IFA_LOCAL */
	message = addr_message(AF_INET, 5, 32);
	put_inet(&message, IFA_ADDRESS, "10.0.0.2");
	put_inet(&message, IFA_LOCAL, "10.0.0.1");
	assert_true(lsp_rtnl_parse_addr(&message.header, &addr));
	lsp_addr_text(&addr.addr, text);
	assert_string_equal(text, "10.0.0.1");
	message = addr_message(AF_INET6, 7, 64);
	put_inet(&message, IFA_ADDRESS, "fe80::1");
	assert_true(lsp_rtnl_parse_addr(&message.header, &addr));
	assert_int_equal(addr.addr.family, LSP_INET6);
	assert_int_equal(addr.addr.scope, 7);
	message = addr_message(AF_INET6, 7, 64);
	put_inet(&message, IFA_ADDRESS, "fec0::1"); /* just beyond fe80::/10 */
	assert_true(lsp_rtnl_parse_addr(&message.header, &addr));
	assert_int_equal(addr.addr.scope, 0);
	message = addr_message(AF_BRIDGE, 7, 64);
	assert_true(lsp_rtnl_parse_addr(&message.header, &addr));
	assert_int_equal(addr.addr.family, LSP_FAMILY_NONE);
}

static void test_broken_addresses(void **state)
{
	union message message = addr_message(AF_INET, 2, 24);
	struct lsp_link_addr addr;
	size_t len;

	(void)state;
	assert_false(lsp_rtnl_parse_addr(&message.header, &addr)); /* none in it */
	put_inet(&message, IFA_LOCAL, "::1");
	assert_false(lsp_rtnl_parse_addr(&message.header, &addr));
	message = addr_message(AF_INET6, 2, 24);
	put_inet(&message, IFA_ADDRESS, "127.0.0.1");
	assert_false(lsp_rtnl_parse_addr(&message.header, &addr));
	message = addr_message(AF_INET, 2, 33);
	put_inet(&message, IFA_LOCAL, "127.0.0.1");
	assert_false(lsp_rtnl_parse_addr(&message.header, &addr));
	message = addr_message(AF_INET, 0, 8);
	put_inet(&message, IFA_LOCAL, "127.0.0.1");
	assert_false(lsp_rtnl_parse_addr(&message.header, &addr));
	for (len = 0; len < NLMSG_HDRLEN + sizeof(struct ifaddrmsg); len++) {
		message.header.nlmsg_len = (uint32_t)len;
		assert_false(lsp_rtnl_parse_addr(&message.header, &addr));
	}
}

/* --- the conversation ------------------------------------------------------------------------------------------- */

enum { LINK = 1, ADDR, BROKEN, DONE, FAILED };

struct answer {
	int what;
	int number; /* LINK: its index; DONE, FAILED: a negative errno */
	uint16_t flags;
	int os_code; /* receive fails with this instead */
};

/* Answers in order, the question aside; a round is a reading from its start. libnl gives its callbacks no argument for us,
 * so the script of the test that runs is known here. */
static struct script {
	struct answer answers[24];
	size_t at, sent, links_asked;
	bool skips_stats;
	int send_os_code;
	uint32_t sequence, port;
} script;

static int script_send(struct nl_sock *socket, struct nl_msg *request)
{
	const struct nlmsghdr *header = nlmsg_hdr(request);

	(void)socket;
	if (script.send_os_code != 0) {
		errno = script.send_os_code;
		return -NLE_FAILURE;
	}
	assert_int_equal(header->nlmsg_flags & (NLM_F_REQUEST | NLM_F_DUMP), NLM_F_REQUEST | NLM_F_DUMP);
	script.sequence = header->nlmsg_seq;
	script.port = header->nlmsg_pid;
	script.sent++;
	if (header->nlmsg_type == RTM_GETLINK) {
		struct nlattr *mask = nlmsg_find_attr((struct nlmsghdr *)header, sizeof(struct ifinfomsg), IFLA_EXT_MASK);

		script.links_asked++;
		script.skips_stats = mask != NULL && nla_get_u32(mask) == RTEXT_FILTER_SKIP_STATS;
	}
	return (int)header->nlmsg_len;
}

static union message message_of(const struct answer *answer)
{
	union message message = {.header = {.nlmsg_len = NLMSG_HDRLEN}};
	struct nlmsgerr error = {.error = answer->number};

	switch (answer->what) {
	case LINK:
		message = link_message(answer->number, IFF_UP, ARPHRD_ETHER, "eth");
		break;
	case ADDR:
		message = addr_message(AF_INET, (unsigned)answer->number, 8);
		put_inet(&message, IFA_LOCAL, "10.0.0.1");
		break;
	case BROKEN:
		message = link_message(1, 0, 0, NULL);
		break;
	case DONE:
		message.header.nlmsg_type = NLMSG_DONE;
		put(&message, &answer->number, sizeof answer->number);
		break;
	case FAILED:
		message.header.nlmsg_type = NLMSG_ERROR;
		put(&message, &error, sizeof error);
		break;
	default:
		fail_msg("the script ended");
	}
	return message;
}

static int script_receive(struct nl_sock *socket, struct sockaddr_nl *from, unsigned char **ret_bytes, struct ucred **creds)
{
	const struct answer *answer = &script.answers[script.at++];
	union message message;

	(void)socket;
	(void)creds;
	assert_in_range(script.at, 1, sizeof script.answers / sizeof *script.answers);
	if (answer->os_code != 0) {
		errno = answer->os_code;
		return -NLE_FAILURE;
	}
	message = message_of(answer);
	message.header.nlmsg_flags = (uint16_t)(NLM_F_MULTI | answer->flags);
	message.header.nlmsg_seq = script.sequence;
	message.header.nlmsg_pid = script.port;
	*from = (struct sockaddr_nl){.nl_family = AF_NETLINK};
	*ret_bytes = malloc(sizeof message);
	assert_non_null(*ret_bytes);
	memcpy(*ret_bytes, &message, sizeof message);
	return (int)message.header.nlmsg_len;
}

static enum lsp_err play(const struct answer *answers, size_t count, struct lsp_snapshot *snapshot, struct lsp_fault *fault)
{
	struct nl_cb *callbacks = nl_cb_alloc(NL_CB_DEFAULT);
	enum lsp_err err;

	assert_non_null(callbacks);
	script.at = script.sent = script.links_asked = 0;
	memset(script.answers, 0, sizeof script.answers);
	if (count > 0)
		memcpy(script.answers, answers, count * sizeof *answers);
	nl_cb_overwrite_send(callbacks, script_send);
	nl_cb_overwrite_recv(callbacks, script_receive);
	err = lsp_rtnl_read_with(callbacks, snapshot, fault);
	nl_cb_put(callbacks);
	assert_int_equal(script.at, count);
	return err;
}
#define PLAY(answers, snapshot, fault) play(answers, sizeof(answers) / sizeof *(answers), snapshot, fault)

static void test_read(void **state)
{
	static const struct answer answers[] = {{LINK, 1}, {LINK, 2}, {DONE}, {ADDR, 2}, {DONE}};
	struct lsp_snapshot *snapshot = lsp_snapshot_new();
	struct lsp_fault fault;

	(void)state;
	assert_int_equal(PLAY(answers, snapshot, &fault), LSP_OK);
	assert_int_equal(snapshot->notes, 0);
	assert_int_equal(snapshot->link_count, 2);
	assert_int_equal(snapshot->links[1].index, 2);
	assert_string_equal(snapshot->links[1].name, "eth");
	assert_int_equal(snapshot->link_addr_count, 1);
	assert_true(script.skips_stats);
	lsp_snapshot_free(snapshot);
}

/* The list changed under us: read again, and not for ever. */
static void test_torn(void **state)
{
	static const struct answer once[] = {{LINK, 1, NLM_F_DUMP_INTR}, {DONE}, {ADDR, 1}, {DONE},
					     {LINK, 1}, {DONE}, {ADDR, 1}, {DONE}};
	static const struct answer ever[] = {
		{LINK, 1}, {DONE}, {ADDR, 1}, {DONE, 0, NLM_F_DUMP_INTR}, {LINK, 1}, {DONE}, {ADDR, 1}, {DONE, 0, NLM_F_DUMP_INTR},
		{LINK, 1}, {DONE}, {ADDR, 1}, {DONE, 0, NLM_F_DUMP_INTR}, {LINK, 1}, {DONE}, {ADDR, 1}, {DONE, 0, NLM_F_DUMP_INTR}};
	struct lsp_snapshot *snapshot = lsp_snapshot_new();
	struct lsp_fault fault;

	(void)state;
	assert_int_equal(PLAY(once, snapshot, &fault), LSP_OK);
	assert_int_equal(snapshot->notes, 0);
	assert_int_equal(snapshot->link_count, 1);
	assert_int_equal(snapshot->link_addr_count, 1);
	lsp_snapshot_drop_links(snapshot);
	assert_int_equal(PLAY(ever, snapshot, &fault), LSP_OK);
	assert_int_equal(snapshot->notes, LSP_NOTE_TORN);
	assert_int_equal(snapshot->link_count, 1);
	lsp_snapshot_free(snapshot);
}

static void check_failure(const struct answer *answers, size_t count, enum lsp_err err, int os_code)
{
	struct lsp_snapshot *snapshot = lsp_snapshot_new();
	struct lsp_fault fault = {.err = LSP_OK};

	assert_int_equal(play(answers, count, snapshot, &fault), err);
	assert_int_equal(fault.err, err);
	assert_int_equal(fault.os_code, os_code);
	assert_string_equal(fault.op, "rtnetlink");
	assert_int_equal(snapshot->notes, LSP_NOTE_NO_LINKS);
	assert_int_equal(snapshot->link_count + snapshot->link_addr_count, 0);
	lsp_snapshot_free(snapshot);
}

static void test_failures(void **state)
{
	static const struct answer refused[] = {{FAILED, -EPERM}};
	static const struct answer unknown[] = {{LINK, 1}, {DONE}, {FAILED, -EOPNOTSUPP}};
	static const struct answer on_its_way[] = {{LINK, 1}, {DONE, -ENOMEM}};
	static const struct answer broken[] = {{BROKEN}, {DONE}, {DONE}};
	static const struct answer cut_off[] = {{LINK, 1}, {.os_code = ECONNRESET}};
	static const struct answer overrun[] = {{.os_code = ENOBUFS}, {.os_code = ENOBUFS}, {.os_code = ENOBUFS},
						{.os_code = ENOBUFS}};

	(void)state;
	check_failure(refused, 1, LSP_DENIED, EPERM);
	check_failure(unknown, 3, LSP_UNSUPPORTED, EOPNOTSUPP);
	check_failure(on_its_way, 2, LSP_IO, ENOMEM);
	check_failure(broken, 3, LSP_MALFORMED, EBADMSG);
	check_failure(cut_off, 2, LSP_IO, ECONNRESET);
	check_failure(overrun, 4, LSP_IO, ENOBUFS);
}

static void test_overrun_once(void **state)
{
	static const struct answer answers[] = {{LINK, 1}, {.os_code = ENOBUFS}, {LINK, 1}, {DONE}, {ADDR, 1}, {DONE}};
	struct lsp_snapshot *snapshot = lsp_snapshot_new();
	struct lsp_fault fault;

	(void)state;
	assert_int_equal(PLAY(answers, snapshot, &fault), LSP_OK);
	assert_int_equal(snapshot->link_count, 1);
	lsp_snapshot_free(snapshot);
}

static void test_not_sent(void **state)
{
	struct lsp_snapshot *snapshot = lsp_snapshot_new();
	struct lsp_fault fault = {.err = LSP_OK};

	(void)state;
	script.send_os_code = EPERM;
	assert_int_equal(play(NULL, 0, snapshot, &fault), LSP_DENIED);
	script.send_os_code = 0;
	assert_string_equal(fault.op, "send to rtnetlink");
	assert_int_equal(snapshot->notes, LSP_NOTE_NO_LINKS);
	lsp_snapshot_free(snapshot);
}

/* The real kernel: each network namespace has lo, number 1 (LOOPBACK_IFINDEX, net/net_namespace.h). */
static void test_kernel(void **state)
{
	struct lsp_snapshot *snapshot = lsp_snapshot_new();
	const struct lsp_link *lo;
	struct lsp_fault fault;

	(void)state;
	assert_int_equal(lsp_rtnl_read(snapshot, &fault), LSP_OK);
	lsp_snapshot_freeze(snapshot);
	lo = lsp_snapshot_link(snapshot, 1);
	assert_non_null(lo);
	assert_string_equal(lo->name, "lo");
	assert_true((lo->is & LSP_LINK_LOOPBACK) != 0);
	lsp_snapshot_free(snapshot);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain_link),   cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_broken_links), cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_broken_addresses), cmocka_unit_test(test_read),
		cmocka_unit_test(test_torn),	     cmocka_unit_test(test_failures),
		cmocka_unit_test(test_overrun_once), cmocka_unit_test(test_not_sent),
		cmocka_unit_test(test_kernel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
