/*
 * diag_parse.c - see diag_parse.h. The layout is the kernel's include/uapi/linux/inet_diag.h; what is filled when is
 * net/ipv4/inet_diag.c and udp_diag.c.
 */
#include "diag_parse.h"

#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/tcp.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

/* Of net/tcp_states.h, which is no uapi header; in order of the numbers. */
static const uint8_t states[] = {
	[1] = LSP_ESTABLISHED, [2] = LSP_SYN_SENT, [3] = LSP_SYN_RECV,	 [4] = LSP_FIN_WAIT1, [5] = LSP_FIN_WAIT2,
	[6] = LSP_TIME_WAIT,   [7] = LSP_CLOSE,	   [8] = LSP_CLOSE_WAIT, [9] = LSP_LAST_ACK,  [10] = LSP_LISTEN,
	[11] = LSP_CLOSING,    [12] = LSP_SYN_RECV, /* NEW_SYN_RECV, a name for the kernel's own use */
};

/* A listener's may be stale. */
static void forget_peer(struct lsp_socket *socket)
{
	memset(socket->peer.bytes, 0, sizeof socket->peer.bytes);
	socket->peer_port = 0;
}

static bool parse_addresses(const struct inet_diag_msg *diag, struct lsp_socket *socket)
{
	size_t len = diag->idiag_family == AF_INET ? 4 : 16;

	if (diag->idiag_family != AF_INET && diag->idiag_family != AF_INET6)
		return false;
	socket->local.family = socket->peer.family = len == 4 ? LSP_INET4 : LSP_INET6;
	memcpy(socket->local.bytes, diag->id.idiag_src, len);
	memcpy(socket->peer.bytes, diag->id.idiag_dst, len);
	socket->local_port = ntohs(diag->id.idiag_sport);
	socket->peer_port = ntohs(diag->id.idiag_dport);
	if (socket->state != LSP_LISTEN && socket->peer_port != 0)
		socket->has |= LSP_HAS_PEER;
	else
		forget_peer(socket);
	if (diag->id.idiag_if != 0) {
		socket->ifindex = diag->id.idiag_if;
		socket->has |= LSP_HAS_IFINDEX;
	}
	return true;
}

/* When the last acceptable ACK came (tcp_ack, net/ipv4/tcp_input.c), which every FIN is too. Listeners have none. The
 * kernel's own tcp_info may be shorter or longer than that of our headers. */
static void parse_heard(const struct nlattr *attr, struct lsp_socket *socket)
{
	size_t at = offsetof(struct tcp_info, tcpi_last_ack_recv);

	if (socket->state == LSP_LISTEN || mnl_attr_get_payload_len(attr) < at + sizeof socket->heard_ms)
		return;
	memcpy(&socket->heard_ms, (const uint8_t *)mnl_attr_get_payload(attr) + at, sizeof socket->heard_ms);
	socket->has |= LSP_HAS_HEARD;
}

static void parse_attributes(const struct nlmsghdr *message, struct lsp_socket *socket)
{
	const struct nlattr *attr;

	mnl_attr_for_each(attr, message, sizeof(struct inet_diag_msg))
	{
		unsigned type = mnl_attr_get_type(attr), len = mnl_attr_get_payload_len(attr);

		if (type == INET_DIAG_SKV6ONLY && len >= 1) {
			/* sent for IPv6 in LISTEN and CLOSE only: its absence is not "false" */
			socket->v6only = mnl_attr_get_u8(attr) != 0;
			socket->has |= LSP_HAS_V6ONLY;
		} else if (type == INET_DIAG_CGROUP_ID && len >= 8) {
			socket->cgroup = mnl_attr_get_u64(attr);
			socket->has |= LSP_HAS_CGROUP;
		} else if (type == INET_DIAG_INFO && socket->proto == LSP_TCP) {
			parse_heard(attr, socket);
		}
	}
}

bool lsp_diag_parse(const struct nlmsghdr *message, enum lsp_proto proto, struct lsp_socket *ret_socket)
{
	const struct inet_diag_msg *diag = mnl_nlmsg_get_payload(message);
	struct lsp_socket socket = {.proto = (uint8_t)proto};

	if (mnl_nlmsg_get_payload_len(message) < sizeof *diag)
		return false;
	if (diag->idiag_state == 0 || diag->idiag_state >= sizeof states)
		return false;
	socket.state = states[diag->idiag_state];
	if (proto == LSP_TCP && socket.state == LSP_CLOSE)
		socket.state = LSP_BOUND; /* only the walk of the bind table (state bit 13) finds such */
	if (!parse_addresses(diag, &socket))
		return false;
	if (diag->id.idiag_cookie[0] != INET_DIAG_NOCOOKIE || diag->id.idiag_cookie[1] != INET_DIAG_NOCOOKIE) {
		socket.cookie = diag->id.idiag_cookie[0] | (uint64_t)diag->id.idiag_cookie[1] << 32;
		socket.has |= LSP_HAS_COOKIE;
	}
	if (diag->idiag_inode != 0) {
		/* TIME_WAIT, SYN_RECV and orphans have no inode, and then a uid of 0 that means nothing */
		socket.key = diag->idiag_inode;
		socket.uid = diag->idiag_uid;
		socket.has |= LSP_HAS_KEY | LSP_HAS_UID;
	}
	if (socket.state != LSP_TIME_WAIT && socket.state != LSP_SYN_RECV && socket.state != LSP_BOUND) {
		socket.rqueue = diag->idiag_rqueue;
		socket.wqueue = diag->idiag_wqueue;
		socket.has |= LSP_HAS_RQUEUE | LSP_HAS_WQUEUE;
	}
	parse_attributes(message, &socket);
	*ret_socket = socket;
	return true;
}
