/*
 * rtnl_parse.c - see rtnl_parse.h. What is filled when is rtnl_fill_ifinfo() of the kernel's net/core/rtnetlink.c,
 * inet_fill_ifaddr() of net/ipv4/devinet.c and inet6_fill_ifaddr() of net/ipv6/addrconf.c.
 */
#include "rtnl_parse.h"

#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/if_link.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <string.h>
#include <sys/socket.h>

/* What a link of this type carries goes over another link. Those that play an Ethernet card (vxlan, gretap) do not say so. */
static bool is_tunnel(unsigned type)
{
	static const unsigned types[] = {ARPHRD_PPP, ARPHRD_TUNNEL, ARPHRD_TUNNEL6, ARPHRD_SIT, ARPHRD_IPGRE, ARPHRD_IP6GRE,
					 ARPHRD_NONE /* tun, wireguard, xfrm */};
	size_t i;

	for (i = 0; i < sizeof types / sizeof *types; i++) {
		if (types[i] == type)
			return true;
	}
	return false;
}

/* False when the attribute is there and cannot be read. */
static bool read_kind(struct nlattr *info, const char **ret_kind)
{
	static const struct nla_policy policy[IFLA_INFO_MAX + 1] = {[IFLA_INFO_KIND] = {.type = NLA_STRING}};
	struct nlattr *inner[IFLA_INFO_MAX + 1];

	if (info == NULL)
		return true;
	if (nla_parse_nested(inner, IFLA_INFO_MAX, info, policy) < 0)
		return false;
	if (inner[IFLA_INFO_KIND] != NULL)
		*ret_kind = nla_get_string(inner[IFLA_INFO_KIND]);
	return true;
}

bool lsp_rtnl_parse_link(const struct nlmsghdr *message, struct lsp_link *ret_link)
{
	static const struct nla_policy policy[IFLA_MAX + 1] = {
		[IFLA_IFNAME] = {.type = NLA_STRING},
		[IFLA_MASTER] = {.type = NLA_U32},
		[IFLA_LINKINFO] = {.type = NLA_NESTED},
	};
	struct nlattr *attrs[IFLA_MAX + 1];
	const struct ifinfomsg *info = nlmsg_data(message);
	struct lsp_link link = {.index = 0};

	if (nlmsg_parse((struct nlmsghdr *)message, sizeof *info, attrs, IFLA_MAX, policy) < 0)
		return false;
	if (info->ifi_index <= 0 || attrs[IFLA_IFNAME] == NULL || !read_kind(attrs[IFLA_LINKINFO], &link.kind))
		return false;
	link.index = (uint32_t)info->ifi_index;
	link.name = nla_get_string(attrs[IFLA_IFNAME]);
	if (attrs[IFLA_MASTER] != NULL)
		link.master = nla_get_u32(attrs[IFLA_MASTER]);
	link.is = ((info->ifi_flags & IFF_UP) != 0 ? LSP_LINK_UP : 0) |
		  ((info->ifi_flags & IFF_LOOPBACK) != 0 ? LSP_LINK_LOOPBACK : 0) |
		  (link.kind != NULL && strcmp(link.kind, "vrf") == 0 ? LSP_LINK_VRF : 0) |
		  (is_tunnel(info->ifi_type) ? LSP_LINK_TUNNEL : 0);
	*ret_link = link;
	return true;
}

static bool is_link_local(const uint8_t bytes[16])
{
	return bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80;
}

bool lsp_rtnl_parse_addr(const struct nlmsghdr *message, struct lsp_link_addr *ret_addr)
{
	struct nlattr *attrs[IFA_MAX + 1], *own;
	const struct ifaddrmsg *info = nlmsg_data(message);
	struct lsp_link_addr addr = {.link = 0};
	int len;

	if (nlmsg_parse((struct nlmsghdr *)message, sizeof *info, attrs, IFA_MAX, NULL) < 0)
		return false;
	if (info->ifa_family != AF_INET && info->ifa_family != AF_INET6) {
		*ret_addr = addr;
		return true;
	}
	/* on a link between two, IFA_ADDRESS is the other end's; IPv6 sends IFA_LOCAL only then */
	own = attrs[IFA_LOCAL] != NULL ? attrs[IFA_LOCAL] : attrs[IFA_ADDRESS];
	len = info->ifa_family == AF_INET ? 4 : 16;
	if (own == NULL || nla_len(own) != len || info->ifa_index == 0 || info->ifa_prefixlen > 8 * len)
		return false;
	memcpy(addr.addr.bytes, nla_data(own), (size_t)len);
	addr.addr.family = len == 4 ? LSP_INET4 : LSP_INET6;
	addr.link = info->ifa_index;
	addr.prefix_len = info->ifa_prefixlen;
	if (len == 16 && is_link_local(addr.addr.bytes))
		addr.addr.scope = addr.link;
	*ret_addr = addr;
	return true;
}
