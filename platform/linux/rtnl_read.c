/*
 * rtnl_read.c - asks the kernel for its interfaces and their addresses: rtnetlink(7), through libnl-3.
 *
 * libnl turns errnos into codes of its own, with losses; so its answers are only "failed", and the errno is caught in the
 * callbacks. It knows no layout: that is rtnl_parse.
 */
#include "linux.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <netlink/handlers.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <string.h>

#include "rtnl_parse.h"

#define TRIES_MAX 4 /* readings begun before a torn one is accepted */

/* One reading under way. */
struct dump {
	struct lsp_snapshot *snapshot;
	bool torn, malformed;
	int os_code; /* the errno that the kernel put into its answer */
};

static int on_message(struct nl_msg *received, void *arg)
{
	const struct nlmsghdr *message = nlmsg_hdr(received);
	struct dump *dump = arg;
	struct lsp_link_addr addr;
	struct lsp_link link;

	if (message->nlmsg_type == RTM_NEWLINK) {
		if (lsp_rtnl_parse_link(message, &link))
			lsp_snapshot_add_link(dump->snapshot, &link);
		else
			dump->malformed = true;
	} else if (message->nlmsg_type == RTM_NEWADDR) {
		if (!lsp_rtnl_parse_addr(message, &addr))
			dump->malformed = true;
		else if (addr.addr.family != LSP_FAMILY_NONE)
			lsp_snapshot_add_link_addr(dump->snapshot, &addr);
	}
	return NL_OK;
}

/* NLM_F_DUMP_INTR: the list changed while it was read. */
static int on_torn(struct nl_msg *received, void *arg)
{
	(void)received;
	((struct dump *)arg)->torn = true;
	return NL_OK;
}

/* The kernel reports a dump that failed on its way as a negative errno inside NLMSG_DONE. */
static int on_done(struct nl_msg *received, void *arg)
{
	const struct nlmsghdr *message = nlmsg_hdr(received);
	struct dump *dump = arg;
	int result = 0;

	if (nlmsg_datalen(message) >= (int)sizeof result)
		memcpy(&result, nlmsg_data(message), sizeof result);
	if (result < 0)
		dump->os_code = -result;
	return NL_STOP;
}

static int on_error(struct sockaddr_nl *from, struct nlmsgerr *error, void *arg)
{
	(void)from;
	((struct dump *)arg)->os_code = error->error < 0 ? -error->error : EPROTO;
	return NL_STOP;
}

/* Either request: a header of its own that is all zeroes means "all". 0 or an errno. */
static int ask(struct nl_sock *socket, struct nl_cb *callbacks, int type, size_t header_len, struct dump *dump,
	       const char **ret_op)
{
	static const struct ifinfomsg all;
	struct nl_msg *request = nlmsg_alloc_simple(type, NLM_F_REQUEST | NLM_F_DUMP);
	bool made = request != NULL && nlmsg_append(request, (void *)&all, header_len, NLMSG_ALIGNTO) == 0;
	int failed;

	/* the counters of each link are most of the answer, and nobody reads them (Linux 4.4 leaves out the greater part) */
	if (made && type == RTM_GETLINK)
		made = nla_put_u32(request, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS) == 0;
	errno = 0;
	*ret_op = "send to rtnetlink";
	failed = made ? nl_send_auto(socket, request) : -1;
	nlmsg_free(request);
	if (failed < 0)
		return !made ? ENOMEM : errno != 0 ? errno : EIO;
	errno = 0;
	*ret_op = "rtnetlink";
	failed = nl_recvmsgs(socket, callbacks);
	if (dump->os_code != 0)
		return dump->os_code;
	return failed >= 0 ? 0 : errno != 0 ? errno : EPROTO;
}

/* Links and addresses of one moment, as far as it goes: both lists on one socket. 0 or an errno. */
static int try_dump(struct nl_sock *socket, struct nl_cb *callbacks, struct dump *dump, const char **ret_op)
{
	int os_code;

	errno = 0;
	*ret_op = "socket(NETLINK_ROUTE)";
	if (nl_connect(socket, NETLINK_ROUTE) < 0)
		return errno != 0 ? errno : EIO;
	os_code = ask(socket, callbacks, RTM_GETLINK, sizeof(struct ifinfomsg), dump, ret_op);
	if (os_code == 0)
		os_code = ask(socket, callbacks, RTM_GETADDR, sizeof(struct ifaddrmsg), dump, ret_op);
	nl_close(socket);
	return os_code;
}

static int try_once(struct nl_cb *callbacks, struct dump *dump, const char **ret_op)
{
	struct nl_sock *socket = nl_socket_alloc_cb(callbacks);
	int os_code;

	*ret_op = "socket(NETLINK_ROUTE)";
	if (socket == NULL)
		return ENOMEM;
	nl_cb_set(callbacks, NL_CB_VALID, NL_CB_CUSTOM, on_message, dump);
	nl_cb_set(callbacks, NL_CB_FINISH, NL_CB_CUSTOM, on_done, dump);
	nl_cb_set(callbacks, NL_CB_DUMP_INTR, NL_CB_CUSTOM, on_torn, dump);
	nl_cb_err(callbacks, NL_CB_CUSTOM, on_error, dump);
	os_code = try_dump(socket, callbacks, dump, ret_op);
	nl_socket_free(socket);
	return os_code;
}

enum lsp_err lsp_rtnl_read_with(struct nl_cb *callbacks, struct lsp_snapshot *snapshot, struct lsp_fault *ret_fault)
{
	int tries;

	for (tries = 1;; tries++) {
		struct dump dump = {.snapshot = snapshot};
		const char *op;
		int os_code = try_once(callbacks, &dump, &op);

		if (os_code == 0 && dump.malformed)
			os_code = EBADMSG;
		if (os_code == 0 && !dump.torn)
			return LSP_OK;
		if (os_code == 0 && tries >= TRIES_MAX) {
			snapshot->notes |= LSP_NOTE_TORN; /* the last is kept, and said to be torn */
			return LSP_OK;
		}
		lsp_snapshot_drop_links(snapshot);
		if (os_code != 0 && (os_code != ENOBUFS || tries >= TRIES_MAX)) {
			snapshot->notes |= LSP_NOTE_NO_LINKS;
			return lsp_linux_fault(ret_fault, op, os_code);
		}
	}
}

enum lsp_err lsp_rtnl_read(struct lsp_snapshot *snapshot, struct lsp_fault *ret_fault)
{
	struct nl_cb *callbacks = nl_cb_alloc(NL_CB_DEFAULT);
	enum lsp_err err;

	if (callbacks == NULL) {
		snapshot->notes |= LSP_NOTE_NO_LINKS;
		return lsp_linux_fault(ret_fault, "socket(NETLINK_ROUTE)", ENOMEM);
	}
	err = lsp_rtnl_read_with(callbacks, snapshot, ret_fault);
	nl_cb_put(callbacks);
	return err;
}
