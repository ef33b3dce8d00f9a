/*
 * scope.c - see scope.h. Pure.
 */
#include "scope.h"

#include <string.h>

static const char *const names[LSP_SCOPE_COUNT] = {
	[LSP_SCOPE_LOOPBACK] = "loopback",
	[LSP_SCOPE_LINK] = "link",
	[LSP_SCOPE_PRIVATE] = "private",
	[LSP_SCOPE_PUBLIC] = "public",
};

const char *lsp_scope_name(enum lsp_scope scope)
{
	return names[scope];
}

static bool same_word(const char *text, size_t len, const char *name)
{
	size_t i;

	for (i = 0; i < len && name[i] != '\0'; i++) {
		if ((text[i] >= 'A' && text[i] <= 'Z' ? text[i] - 'A' + 'a' : text[i]) != name[i])
			return false;
	}
	return i == len && name[i] == '\0';
}

bool lsp_scope_read(const char *text, size_t len, enum lsp_scope *ret_scope)
{
	int i;

	for (i = LSP_SCOPE_LOOPBACK; i < LSP_SCOPE_COUNT; i++) {
		if (same_word(text, len, names[i])) {
			*ret_scope = (enum lsp_scope)i;
			return true;
		}
	}
	return false;
}

/* The first that fits counts. Sources in scope.h. */
struct narrow {
	struct lsp_addr net;
	uint8_t bits;
	uint8_t scope; /* enum lsp_scope */
};

static const struct narrow narrows[] = {
	{{{127}, 0, LSP_INET4}, 8, LSP_SCOPE_LOOPBACK},
	{{{10}, 0, LSP_INET4}, 8, LSP_SCOPE_PRIVATE},
	{{{172, 16}, 0, LSP_INET4}, 12, LSP_SCOPE_PRIVATE},
	{{{192, 168}, 0, LSP_INET4}, 16, LSP_SCOPE_PRIVATE},
	{{{100, 64}, 0, LSP_INET4}, 10, LSP_SCOPE_PRIVATE},
	{{{192, 0, 0}, 0, LSP_INET4}, 24, LSP_SCOPE_PRIVATE},
	{{{198, 18}, 0, LSP_INET4}, 15, LSP_SCOPE_PRIVATE},
	{{{169, 254}, 0, LSP_INET4}, 16, LSP_SCOPE_LINK},
	{{{224, 0, 0}, 0, LSP_INET4}, 24, LSP_SCOPE_LINK},
	{{{239}, 0, LSP_INET4}, 8, LSP_SCOPE_PRIVATE},
	{{{255, 255, 255, 255}, 0, LSP_INET4}, 32, LSP_SCOPE_LINK},
	{{{[15] = 1}, 0, LSP_INET6}, 128, LSP_SCOPE_LOOPBACK},
	{{{0xfe, 0x80}, 0, LSP_INET6}, 10, LSP_SCOPE_LINK},
	{{{0xfc}, 0, LSP_INET6}, 7, LSP_SCOPE_PRIVATE},
};

/* The low half of a group's second byte: 1 interface-local, 2 link-local, up to 8 within one organisation. */
static enum lsp_scope scope_of_group6(const struct lsp_addr *addr)
{
	unsigned number = addr->bytes[1] & 0x0f;

	if (number <= 1)
		return LSP_SCOPE_LOOPBACK;
	if (number == 2)
		return LSP_SCOPE_LINK;
	return number <= 8 ? LSP_SCOPE_PRIVATE : LSP_SCOPE_PUBLIC;
}

enum lsp_scope lsp_scope_of_addr(const struct lsp_addr *addr)
{
	struct lsp_addr plain = lsp_addr_unmap(addr);
	size_t i;

	if (plain.family == LSP_FAMILY_NONE || lsp_addr_is_any(&plain))
		return LSP_SCOPE_NONE;
	if (plain.family == LSP_INET6 && plain.bytes[0] == 0xff)
		return scope_of_group6(&plain);
	for (i = 0; i < sizeof narrows / sizeof *narrows; i++) {
		if (lsp_addr_within(&plain, &narrows[i].net, narrows[i].bits))
			return (enum lsp_scope)narrows[i].scope;
	}
	return LSP_SCOPE_PUBLIC;
}

/* What of a socket decides from where it may be reached. */
struct end {
	const struct lsp_snapshot *snapshot;
	struct lsp_addr addr; /* v4-mapped is IPv4 */
	bool any;
	unsigned has;	 /* LSP_LINK_HAS_INET4, _INET6: the families that it takes */
	uint32_t device; /* 0: none */
	bool crosses;	 /* without a device, and hears the members of VRFs all the same */
};

static struct end end_of(const struct lsp_snapshot *snapshot, const struct lsp_socket *socket)
{
	struct end end = {.snapshot = snapshot, .addr = lsp_addr_unmap(&socket->local)};
	bool v6only = (socket->has & LSP_HAS_V6ONLY) != 0 && socket->v6only;

	end.any = end.addr.family != LSP_FAMILY_NONE && lsp_addr_is_any(&end.addr);
	end.has = end.addr.family == LSP_INET4 ? LSP_LINK_HAS_INET4 : LSP_LINK_HAS_INET6;
	if (end.any && end.addr.family == LSP_INET6 && !v6only)
		end.has |= LSP_LINK_HAS_INET4;
	end.device = (socket->has & LSP_HAS_IFINDEX) != 0 ? socket->ifindex : 0;
	end.crosses = (snapshot->vrf_open & LSP_PROTO_BIT(socket->proto)) != 0;
	return end;
}

static const struct lsp_link *vrf_above(const struct lsp_snapshot *snapshot, const struct lsp_link *link)
{
	const struct lsp_link *master = link->master != 0 ? lsp_snapshot_link(snapshot, link->master) : NULL;

	if ((link->is & LSP_LINK_VRF) != 0)
		return link;
	return master != NULL && (master->is & LSP_LINK_VRF) != 0 ? master : NULL;
}

/* Whether what comes in through the link may reach the socket. */
static bool lets_in(const struct end *end, const struct lsp_link *link)
{
	const struct lsp_link *vrf;

	if (link == NULL || (link->is & LSP_LINK_UP) == 0)
		return false;
	if (end->device == link->index)
		return true;
	vrf = vrf_above(end->snapshot, link);
	if (end->device != 0)
		return vrf != NULL && vrf->index == end->device;
	return vrf == NULL || end->crosses;
}

static bool is_bound_to_loopback(const struct end *end)
{
	const struct lsp_link *device = end->device != 0 ? lsp_snapshot_link(end->snapshot, end->device) : NULL;

	return device != NULL && (device->is & LSP_LINK_LOOPBACK) != 0;
}

/* A device without an address of the family still brings what its neighbours send to another of our addresses. */
static enum lsp_scope scope_of_device(const struct end *end)
{
	const struct lsp_link *device = lsp_snapshot_link(end->snapshot, end->device);

	return lets_in(end, device) && (device->is & (LSP_LINK_LOOPBACK | LSP_LINK_VRF)) == 0 ? LSP_SCOPE_LINK :
												LSP_SCOPE_LOOPBACK;
}

enum lsp_scope lsp_scope_of_socket(const struct lsp_snapshot *snapshot, const struct lsp_socket *socket)
{
	struct end end = end_of(snapshot, socket);
	enum lsp_scope widest = LSP_SCOPE_LOOPBACK;
	size_t i;

	if (is_bound_to_loopback(&end))
		return LSP_SCOPE_LOOPBACK;
	if (!end.any)
		return lsp_scope_of_addr(&end.addr);
	if (snapshot->link_count == 0)
		return LSP_SCOPE_NONE;
	if (end.device != 0)
		widest = scope_of_device(&end);
	for (i = 0; i < snapshot->link_addr_count; i++) {
		const struct lsp_link_addr *addr = &snapshot->link_addrs[i];
		enum lsp_scope scope = lsp_scope_of_addr(&addr->addr);
		unsigned family = addr->addr.family == LSP_INET4 ? LSP_LINK_HAS_INET4 : LSP_LINK_HAS_INET6;

		if (scope > widest && (end.has & family) != 0 && lets_in(&end, lsp_snapshot_link(snapshot, addr->link)))
			widest = scope;
	}
	return widest;
}

static bool same_bytes(const struct lsp_addr *a, const struct lsp_addr *b)
{
	return a->family == b->family && memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

/* The first address of this host that is not below it. */
static size_t find_addr(const struct lsp_snapshot *snapshot, const struct lsp_addr *addr)
{
	struct lsp_addr wanted = *addr;
	size_t low = 0, high = snapshot->link_addr_count;

	wanted.scope = 0;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (lsp_addr_cmp(&snapshot->link_addrs[middle].addr, &wanted) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Of a loopback device the whole IPv4 net is this host's, not the address alone (fib_add_ifaddr, net/ipv4/fib_frontend.c). */
static bool is_in_loopback_net(const struct end *end, const struct lsp_link *link)
{
	size_t i;

	if ((link->is & LSP_LINK_LOOPBACK) == 0 || end->addr.family != LSP_INET4)
		return false;
	for (i = 0; i < end->snapshot->link_addr_count; i++) {
		const struct lsp_link_addr *addr = &end->snapshot->link_addrs[i];

		if (addr->link == link->index && lsp_addr_within(&end->addr, &addr->addr, addr->prefix_len))
			return true;
	}
	return false;
}

static bool has_addr(const struct end *end, const struct lsp_link *link)
{
	const struct lsp_snapshot *snapshot = end->snapshot;
	size_t i;

	if (end->device == link->index && (link->is & LSP_LINK_VRF) == 0)
		return true;
	if (end->any)
		return (link->is & end->has) != 0;
	for (i = find_addr(snapshot, &end->addr); i < snapshot->link_addr_count; i++) {
		if (!same_bytes(&snapshot->link_addrs[i].addr, &end->addr))
			break;
		if (snapshot->link_addrs[i].link == link->index)
			return true;
	}
	return is_in_loopback_net(end, link);
}

size_t lsp_scope_links(const struct lsp_snapshot *snapshot, const struct lsp_socket *socket, uint32_t *ret_links,
		       size_t max)
{
	struct end end = end_of(snapshot, socket);
	size_t count = 0, i;

	for (i = 0; i < snapshot->link_count; i++) {
		if (!lets_in(&end, &snapshot->links[i]) || !has_addr(&end, &snapshot->links[i]))
			continue;
		if (count < max)
			ret_links[count] = snapshot->links[i].index;
		count++;
	}
	return count;
}
