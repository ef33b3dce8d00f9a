/*
 * diag_read.c - asks the kernel for sockets through NETLINK_SOCK_DIAG and libmnl: request, retry, errors.
 *
 * TCP is asked by the old request type TCPDIAG_GETSOCK: it has no family, so that both families come out of one walk
 * of the hash, where SOCK_DIAG_BY_FAMILY walks it once for each (net/ipv4/inet_diag.c). Since Linux 5.9 an attribute
 * makes the same request ask for UDP.
 * The kernel filters by state and, through a small program, by local port. It knows no layout: that is diag_parse.
 */
#include "linux.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "diag_parse.h"

#define TRIES_MAX 4		  /* dumps begun before a torn one is accepted */
#define BUFFER_MIN (32u * 1024)	  /* what the kernel fills at most in one go, unless asked for more */
#define BUFFER_MAX (1024u * 1024) /* a single answer larger than this is no answer */
#define RANGES_MAX 256		  /* ports beyond these are filtered by the core alone */
#define BOUND_INACTIVE_BIT (1u << 13) /* TCP_BOUND_INACTIVE of net/tcp_states.h, Linux 6.8 */

struct request {
	uint8_t bytes[1024 + RANGES_MAX * 20];
	struct nlmsghdr *header;
};

/* One dump under way. */
struct dump {
	struct lsp_snapshot *snapshot;
	enum lsp_proto proto;
	size_t answers;
	int os_code; /* the errno that the kernel put into its answer */
	bool malformed;
};

/* For each range: S_GE low, S_LE high, JMP to the end. To land exactly on the end accepts, 4 behind it rejects
 * (inet_diag_bc_run). A failed comparison jumps to the next range. */
static void put_ports(struct nlmsghdr *header, const struct lsp_hint *hint)
{
	struct inet_diag_bc_op code[RANGES_MAX * 5];
	size_t i, block = 5 * sizeof code[0], len = hint->port_count * block;

	if (hint->ports == NULL || hint->port_count == 0 || hint->port_count > RANGES_MAX)
		return;
	for (i = 0; i < hint->port_count; i++) {
		struct inet_diag_bc_op *op = &code[5 * i];
		bool last = i + 1 == hint->port_count;
		unsigned short next = (unsigned short)(block + (last ? 4 : 0));

		op[0] = (struct inet_diag_bc_op){INET_DIAG_BC_S_GE, 8, next};
		op[1] = (struct inet_diag_bc_op){0, 0, hint->ports[i].low};
		op[2] = (struct inet_diag_bc_op){INET_DIAG_BC_S_LE, 8, (unsigned short)(next - 8)};
		op[3] = (struct inet_diag_bc_op){0, 0, hint->ports[i].high};
		op[4] = (struct inet_diag_bc_op){INET_DIAG_BC_JMP, 4, (unsigned short)(len - i * block - 16)};
	}
	mnl_attr_put(header, INET_DIAG_REQ_BYTECODE, len, code);
}

static uint32_t kernel_states(enum lsp_proto proto, unsigned states)
{
	static const uint8_t numbers[LSP_STATE_COUNT] = {
		[LSP_ESTABLISHED] = 1, [LSP_SYN_SENT] = 2,  [LSP_SYN_RECV] = 3, [LSP_FIN_WAIT1] = 4,
		[LSP_FIN_WAIT2] = 5,   [LSP_TIME_WAIT] = 6, [LSP_CLOSE] = 7,	[LSP_CLOSE_WAIT] = 8,
		[LSP_LAST_ACK] = 9,    [LSP_LISTEN] = 10,   [LSP_CLOSING] = 11,
	};
	uint32_t mask = 0;
	int i;

	if (proto == LSP_TCP)
		states &= ~LSP_STATE_BIT(LSP_CLOSE); /* in no TCP table; any bit beside LISTEN costs the walk of all */

	for (i = 1; i < LSP_STATE_COUNT; i++) {
		if ((states & LSP_STATE_BIT(i)) != 0 && numbers[i] != 0)
			mask |= 1u << numbers[i];
	}
	if ((states & LSP_STATE_BIT(LSP_SYN_RECV)) != 0)
		mask |= 1u << 12; /* NEW_SYN_RECV */
	if (proto == LSP_TCP && (states & LSP_STATE_BIT(LSP_BOUND)) != 0)
		mask |= BOUND_INACTIVE_BIT;
	return mask;
}

/* family: 0 for both, by the old request. */
static void put_request(struct request *request, enum lsp_proto proto, unsigned char family, const struct lsp_hint *hint)
{
	memset(request->bytes, 0, 256);
	request->header = mnl_nlmsg_put_header(request->bytes);
	request->header->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	if (family == AF_UNSPEC) {
		struct inet_diag_req *req = mnl_nlmsg_put_extra_header(request->header, sizeof *req);

		request->header->nlmsg_type = TCPDIAG_GETSOCK;
		req->idiag_states = kernel_states(proto, hint->states);
		if (proto == LSP_TCP && hint->heard)
			req->idiag_ext = 1 << (INET_DIAG_INFO - 1);
		if (proto == LSP_UDP)
			mnl_attr_put_u32(request->header, INET_DIAG_REQ_PROTOCOL, IPPROTO_UDP);
	} else {
		struct inet_diag_req_v2 *req = mnl_nlmsg_put_extra_header(request->header, sizeof *req);

		request->header->nlmsg_type = SOCK_DIAG_BY_FAMILY;
		req->sdiag_family = family;
		req->sdiag_protocol = IPPROTO_UDP;
		req->idiag_states = kernel_states(proto, hint->states);
	}
	put_ports(request->header, hint);
}

static int on_socket(const struct nlmsghdr *message, void *arg)
{
	struct dump *dump = arg;
	struct lsp_socket socket;

	dump->answers++;
	if (!lsp_diag_parse(message, dump->proto, &socket)) {
		dump->malformed = true;
		return MNL_CB_OK;
	}
	lsp_snapshot_add_socket(dump->snapshot, &socket);
	return MNL_CB_OK;
}

static int on_error(const struct nlmsghdr *message, void *arg)
{
	const struct nlmsgerr *error = mnl_nlmsg_get_payload(message);
	struct dump *dump = arg;

	if (mnl_nlmsg_get_payload_len(message) < sizeof *error)
		dump->os_code = EBADMSG;
	else
		dump->os_code = error->error < 0 ? -error->error : EPROTO; /* a dump is never acknowledged with 0 */
	return MNL_CB_STOP;
}

/* The kernel reports a dump that failed on its way as a negative errno inside NLMSG_DONE. */
static int on_done(const struct nlmsghdr *message, void *arg)
{
	struct dump *dump = arg;
	int result = 0;

	if (mnl_nlmsg_get_payload_len(message) >= sizeof result)
		memcpy(&result, mnl_nlmsg_get_payload(message), sizeof result);
	if (result < 0)
		dump->os_code = -result;
	return MNL_CB_STOP;
}

static int on_overrun(const struct nlmsghdr *message, void *arg)
{
	(void)message;
	((struct dump *)arg)->os_code = ENOBUFS;
	return MNL_CB_STOP;
}

/* Reads the datagrams of one dump. 0, or an errno: EINTR and ENOBUFS mean torn, ENOSPC a larger buffer. */
static int receive_dump(const struct lsp_diag_io *io, uint32_t sequence, void *buffer, size_t size, struct dump *dump)
{
	/* a NULL slot would mean "ignore" to mnl_cb_run2, and the kernel's word would be lost */
	mnl_cb_t on_control[] = {
		[NLMSG_ERROR] = on_error,
		[NLMSG_DONE] = on_done,
		[NLMSG_OVERRUN] = on_overrun,
	};

	for (;;) {
		long len = io->receive(io->self, buffer, size);
		int run;

		if (len < 0 && errno == EINTR)
			continue; /* a signal, not the kernel's word */
		if (len < 0)
			return errno;
		if (len == 0)
			return EPROTO;
		run = mnl_cb_run2(buffer, (size_t)len, sequence, io->port(io->self), on_socket, dump, on_control,
				  sizeof on_control / sizeof *on_control);
		if (run < 0)
			/* EINTR: NLM_F_DUMP_INTR; EPROTO, and ESRCH for another port: not our answer */
			return errno == ESRCH ? EPROTO : errno;
		if (dump->os_code != 0)
			return dump->os_code;
		if (run == MNL_CB_STOP)
			return 0;
	}
}

static int try_dump(const struct lsp_diag_io *io, struct request *request, uint32_t sequence, size_t size,
		    struct dump *dump, const char **ret_op)
{
	void *buffer;
	int os_code = 0;

	*ret_op = "socket(NETLINK_SOCK_DIAG)";
	if (io->open(io->self) < 0)
		return errno;
	request->header->nlmsg_seq = sequence;
	*ret_op = "send to sock_diag";
	if (io->send(io->self, request->bytes, request->header->nlmsg_len) < 0)
		os_code = errno;
	buffer = os_code == 0 ? malloc(size) : NULL;
	if (os_code == 0 && buffer == NULL)
		os_code = ENOMEM;
	if (os_code == 0) {
		*ret_op = "sock_diag";
		os_code = receive_dump(io, sequence, buffer, size, dump);
	}
	free(buffer);
	io->close(io->self);
	return os_code;
}

static enum lsp_err dump_family(const struct lsp_diag_io *io, struct lsp_snapshot *snapshot, struct request *request,
				enum lsp_proto proto, struct lsp_fault *ret_fault)
{
	size_t mark = lsp_snapshot_mark(snapshot), size = BUFFER_MIN;
	uint32_t tries, sequence = 0;

	for (tries = 1;; tries++) {
		struct dump dump = {.snapshot = snapshot, .proto = proto};
		const char *op;
		int os_code = try_dump(io, request, ++sequence, size, &dump, &op);
		bool torn = os_code == EINTR || os_code == ENOBUFS;

		if (os_code == ENOSPC && size < BUFFER_MAX) {
			size *= 4;
			tries--;
		} else if (torn && tries >= TRIES_MAX) {
			snapshot->notes |= LSP_NOTE_TORN; /* the last is kept, and said to be torn */
			return LSP_OK;
		} else if (os_code == 0 && dump.malformed && dump.answers > 0) {
			lsp_snapshot_rollback(snapshot, mark);
			return lsp_linux_fault(ret_fault, "sock_diag", EBADMSG);
		} else if (os_code == 0) {
			return LSP_OK;
		} else if (!torn) {
			enum lsp_err err = lsp_linux_fault(ret_fault, op, os_code);

			lsp_snapshot_rollback(snapshot, mark);
			/* refused before a first answer is "not to be had here"; later it is a failure */
			if (dump.answers > 0 && (err == LSP_DENIED || err == LSP_UNSUPPORTED))
				ret_fault->err = LSP_IO;
			return ret_fault->err;
		}
		lsp_snapshot_rollback(snapshot, mark);
	}
}

enum lsp_err lsp_diag_read_from(const struct lsp_diag_io *io, struct lsp_snapshot *snapshot, enum lsp_proto proto,
				const struct lsp_hint *hint, struct lsp_fault *ret_fault)
{
	size_t mark = lsp_snapshot_mark(snapshot);
	struct request request;
	enum lsp_err err;

	if (kernel_states(proto, hint->states) == 0)
		return LSP_OK;
	if (proto == LSP_TCP || io->takes_protocol) {
		put_request(&request, proto, AF_UNSPEC, hint);
		return dump_family(io, snapshot, &request, proto, ret_fault);
	}
	put_request(&request, proto, AF_INET, hint);
	err = dump_family(io, snapshot, &request, proto, ret_fault);
	if (err != LSP_OK)
		return err;
	put_request(&request, proto, AF_INET6, hint);
	err = dump_family(io, snapshot, &request, proto, ret_fault);
	if (err == LSP_UNSUPPORTED)
		return LSP_OK; /* a kernel without IPv6 */
	if (err != LSP_OK)
		lsp_snapshot_rollback(snapshot, mark);
	return err;
}

/* --- the conversation with the real kernel --------------------------------------------------------------- */

struct netlink {
	struct mnl_socket *socket;
};

static int netlink_open(void *self)
{
	struct netlink *netlink = self;

	netlink->socket = mnl_socket_open2(NETLINK_SOCK_DIAG, SOCK_CLOEXEC);
	if (netlink->socket == NULL)
		return -1;
	if (mnl_socket_bind(netlink->socket, 0, MNL_SOCKET_AUTOPID) < 0) {
		int os_code = errno;

		mnl_socket_close(netlink->socket);
		errno = os_code;
		return -1;
	}
	return 0;
}

static int netlink_send(void *self, const void *request, size_t len)
{
	return mnl_socket_sendto(((struct netlink *)self)->socket, request, len) < 0 ? -1 : 0;
}

static long netlink_receive(void *self, void *buffer, size_t size)
{
	return mnl_socket_recvfrom(((struct netlink *)self)->socket, buffer, size);
}

static unsigned netlink_port(void *self)
{
	return mnl_socket_get_portid(((struct netlink *)self)->socket);
}

static void netlink_close(void *self)
{
	mnl_socket_close(((struct netlink *)self)->socket);
}

enum lsp_err lsp_diag_read(struct lsp_snapshot *snapshot, enum lsp_proto proto, const struct lsp_hint *hint,
			   struct lsp_fault *ret_fault)
{
	struct netlink netlink;
	const struct lsp_diag_io io = {
		.open = netlink_open,
		.send = netlink_send,
		.receive = netlink_receive,
		.port = netlink_port,
		.close = netlink_close,
		.self = &netlink,
		.takes_protocol = lsp_kernel_is_since(5, 9),
	};
	enum lsp_err err = lsp_diag_read_from(&io, snapshot, proto, hint, ret_fault);

	if (err == LSP_OK && proto == LSP_TCP && (hint->states & LSP_STATE_BIT(LSP_BOUND)) != 0 && !lsp_kernel_is_since(6, 8))
		snapshot->notes |= LSP_NOTE_NO_BOUND;
	return err;
}
