/*
 * answer.c - see answer.h. The choice is that of Linux:
 *
 * - An exact address is looked up before the wildcard (__inet_lookup_listener in net/ipv4/inet_hashtables.c,
 *   inet6_lookup_listener in net/ipv6/inet6_hashtables.c, __udp4_lib_lookup in net/ipv4/udp.c, __udp6_lib_lookup).
 * - In one bucket the list is walked; a higher score wins, the first of equals (compute_score in each of them): a device
 *   counts more than none, for IPv4 an IPv4 socket more than a dual-stack one. But the walk ends at the first
 *   SO_REUSEPORT socket that scores above those before it, and its group answers (inet_lookup_reuseport).
 * - The list has the newest first, IPv6 sockets of SO_REUSEPORT last (__inet_hash, udp_lib_get_port), and sock_diag tells
 *   the listeners in that very order (inet_diag_dump_icsk). So the snapshot's order is the list's; UDP tells another list.
 * - Who is bound to a device hears that and, bound to a VRF, its members; without one, no VRF (inet_bound_dev_eq).
 * - What a host sends to itself goes through lo, but counts as come in through the link that has the address
 *   (ip_route_output_key_hash_rcu in net/ipv4/route.c, ip6_rcv_core in net/ipv6/ip6_input.c).
 *
 * Whether a socket has SO_REUSEPORT no list tells. Listeners that could not stand side by side without it have it; of UDP
 * sockets each of its answers may be right. Connected UDP sockets hear their own peer alone, so nobody new.
 */
#include "answer.h"

#include <stdlib.h>
#include <string.h>

#include "mem.h"

/* What comes in. */
struct call {
	enum lsp_proto proto;
	struct lsp_addr addr; /* v4-mapped is IPv4 */
	uint32_t link; /* 0: not known, so that nobody bound to a device hears it */
	uint32_t vrf;  /* that the link is a member of, or is; 0: none */
	bool crosses;  /* sockets without a device hear it in a VRF too */
};

/* The link that has the address; of lo the whole net is ours. */
static uint32_t link_of_addr(const struct lsp_snapshot *snapshot, const struct lsp_addr *addr)
{
	size_t i;

	for (i = 0; i < snapshot->link_addr_count; i++) {
		const struct lsp_link_addr *own = &snapshot->link_addrs[i];

		if (own->addr.family == addr->family && memcmp(own->addr.bytes, addr->bytes, sizeof addr->bytes) == 0)
			return own->link;
	}
	for (i = 0; i < snapshot->link_count; i++) {
		if ((snapshot->links[i].is & LSP_LINK_LOOPBACK) != 0)
			return snapshot->links[i].index;
	}
	return 0;
}

static uint32_t vrf_of(const struct lsp_snapshot *snapshot, uint32_t index)
{
	const struct lsp_link *link = lsp_snapshot_link(snapshot, index), *master;

	if (link == NULL || (link->is & LSP_LINK_VRF) != 0)
		return link != NULL ? index : 0;
	master = link->master != 0 ? lsp_snapshot_link(snapshot, link->master) : NULL;
	return master != NULL && (master->is & LSP_LINK_VRF) != 0 ? master->index : 0;
}

static struct call call_of(const struct lsp_snapshot *snapshot, enum lsp_proto proto, const struct lsp_addr *addr,
			   uint32_t link)
{
	struct call call = {.proto = proto, .addr = lsp_addr_unmap(addr), .link = link};

	if (link == 0)
		call.link = addr->scope != 0 ? addr->scope : link_of_addr(snapshot, &call.addr);
	call.vrf = vrf_of(snapshot, call.link);
	call.crosses = (snapshot->vrf_open & LSP_PROTO_BIT(proto)) != 0;
	return call;
}

static bool is_group(const struct lsp_addr *addr)
{
	static const struct lsp_addr everybody = {{255, 255, 255, 255}, 0, LSP_INET4};

	if (addr->family == LSP_INET6)
		return addr->bytes[0] == 0xff;
	return addr->bytes[0] >> 4 == 0xe || memcmp(addr->bytes, everybody.bytes, 4) == 0;
}

static uint32_t device_of(const struct lsp_socket *socket)
{
	return (socket->has & LSP_HAS_IFINDEX) != 0 ? socket->ifindex : 0;
}

static bool hears(const struct call *call, const struct lsp_socket *socket)
{
	uint32_t device = device_of(socket);

	if (socket->gone || socket->state != (call->proto == LSP_TCP ? LSP_LISTEN : LSP_CLOSE))
		return false;
	if (device == 0)
		return call->vrf == 0 || call->crosses;
	return device == call->link || device == call->vrf;
}

/* exactly: bound to the very address; otherwise to a wildcard that takes its family. */
static bool fits(const struct call *call, const struct lsp_socket *socket, bool exactly)
{
	struct lsp_addr local = lsp_addr_unmap(&socket->local);
	bool v6only = (socket->has & LSP_HAS_V6ONLY) != 0 && socket->v6only;

	if (exactly)
		return local.family == call->addr.family &&
		       memcmp(local.bytes, call->addr.bytes, sizeof local.bytes) == 0;
	if (!lsp_addr_is_any(&local))
		return false;
	return local.family == call->addr.family || (call->addr.family == LSP_INET4 && !v6only);
}

static int score_of(const struct call *call, const struct lsp_socket *socket)
{
	int device = device_of(socket) != 0, inet4 = call->addr.family == LSP_INET4 && socket->local.family == LSP_INET4;

	return call->proto == LSP_TCP ? 1 + device + inet4 : 1 + 4 * device + inet4;
}

/* The group of SO_REUSEPORT that the kernel would put both into (inet_reuseport_add_sock, udp_reuseport_add_sock). */
static bool same_group(const struct lsp_socket *a, const struct lsp_socket *b)
{
	return lsp_addr_cmp(&a->local, &b->local) == 0 && a->v6only == b->v6only && device_of(a) == device_of(b) &&
	       ((a->has & b->has & LSP_HAS_UID) == 0 || a->uid == b->uid);
}

/* Listeners at overlapping addresses on devices that are not two stand there by SO_REUSEPORT alone (inet_bind_conflict). */
static bool must_share(const struct lsp_socket *const *sockets, size_t count, size_t which)
{
	uint32_t device = device_of(sockets[which]);
	size_t i;

	for (i = 0; i < count; i++) {
		uint32_t other = device_of(sockets[i]);

		if (i != which && (device == 0 || other == 0 || device == other))
			return true;
	}
	return false;
}

static void choose_group(const struct lsp_socket *const *sockets, size_t count, size_t which, bool *chosen)
{
	size_t i;

	for (i = 0; i < count; i++)
		chosen[i] |= i == which || same_group(sockets[i], sockets[which]);
}

static void choose_listener(const struct call *call, const struct lsp_socket *const *sockets, size_t count, bool *chosen)
{
	size_t best = 0, i;

	for (i = 0; i < count; i++) {
		if (i > 0 && score_of(call, sockets[i]) <= score_of(call, sockets[best]))
			continue;
		best = i;
		if (must_share(sockets, count, i))
			break;
	}
	choose_group(sockets, count, best, chosen);
}

/* With the flags unknown, each that scores above all before it may end the walk: in either order, as IPv6 sockets are
 * put at the other end when they have SO_REUSEPORT. */
static void choose_datagram(const struct call *call, const struct lsp_socket *const *sockets, size_t count, bool *chosen)
{
	bool both_ways = call->addr.family == LSP_INET6;
	int best = 0;
	size_t i;

	for (i = 0; i < count; i++) {
		if (score_of(call, sockets[i]) <= best)
			continue;
		best = score_of(call, sockets[i]);
		choose_group(sockets, count, i, chosen);
	}
	for (best = 0, i = count; both_ways && i-- > 0;) {
		if (score_of(call, sockets[i]) <= best)
			continue;
		best = score_of(call, sockets[i]);
		choose_group(sockets, count, i, chosen);
	}
}

/* Those that hear the call at such an address: exactly, or any. The room is for all of them. */
static size_t collect(const struct call *call, const struct lsp_socket *const *sockets, size_t count, bool exactly,
		      const struct lsp_socket **ret_heard)
{
	size_t heard = 0, i;

	for (i = 0; i < count; i++) {
		if (hears(call, sockets[i]) && fits(call, sockets[i], exactly))
			ret_heard[heard++] = sockets[i];
	}
	return heard;
}

/* All that hear it: what is sent to a group is given to each of them. */
static size_t answer_group(const struct call *call, const struct lsp_socket *const *sockets, size_t count,
			   const struct lsp_socket **ret_answers, size_t max)
{
	size_t answers = 0, i;

	for (i = 0; i < count; i++) {
		if (!hears(call, sockets[i]) || (!fits(call, sockets[i], true) && !fits(call, sockets[i], false)))
			continue;
		if (answers < max)
			ret_answers[answers] = sockets[i];
		answers++;
	}
	return answers;
}

static size_t answer_one(const struct call *call, const struct lsp_socket *const *heard, size_t count,
			 const struct lsp_socket **ret_answers, size_t max)
{
	bool *chosen = lsp_alloc(count * sizeof *chosen);
	size_t answers = 0, i;

	(call->proto == LSP_TCP ? choose_listener : choose_datagram)(call, heard, count, chosen);
	for (i = 0; i < count; i++) {
		if (!chosen[i])
			continue;
		if (answers < max)
			ret_answers[answers] = heard[i];
		answers++;
	}
	free(chosen);
	return answers;
}

size_t lsp_answer(const struct lsp_snapshot *snapshot, const struct lsp_socket *const *sockets, size_t count,
		  const struct lsp_addr *addr, uint32_t link, const struct lsp_socket **ret_answers, size_t max)
{
	const struct lsp_socket **heard;
	struct call call;
	size_t heard_count;

	if (count == 0)
		return 0;
	call = call_of(snapshot, (enum lsp_proto)sockets[0]->proto, addr, link);
	if (call.proto == LSP_UDP && is_group(&call.addr))
		return answer_group(&call, sockets, count, ret_answers, max);
	heard = lsp_realloc_array(NULL, count, sizeof *heard);
	heard_count = collect(&call, sockets, count, true, heard);
	if (heard_count == 0)
		heard_count = collect(&call, sockets, count, false, heard);
	count = heard_count > 0 ? answer_one(&call, heard, heard_count, ret_answers, max) : 0;
	free(heard);
	return count;
}
