/*
 * rtnl_parse.h - an rtnetlink answer becomes a record. Bytes in, record out; no I/O.
 */
#ifndef LSP_LINUX_RTNL_PARSE_H
#define LSP_LINUX_RTNL_PARSE_H

#include <lsports/link.h>

struct nlmsghdr;

/* Both read one message whose nlmsg_len is covered by the caller's buffer, which is what nlmsg_ok(3) checks; false when it
 * is no such message. Texts point into it. */

/* RTM_NEWLINK: struct ifinfomsg and its attributes (linux/if_link.h). */
bool lsp_rtnl_parse_link(const struct nlmsghdr *message, struct lsp_link *ret_link);

/* RTM_NEWADDR: struct ifaddrmsg and its attributes (linux/if_addr.h). Of a family that is not ours: LSP_FAMILY_NONE. */
bool lsp_rtnl_parse_addr(const struct nlmsghdr *message, struct lsp_link_addr *ret_addr);

#endif
