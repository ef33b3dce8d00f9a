/*
 * diag_parse.h - a sock_diag answer becomes a record. Bytes in, record out; no I/O.
 */
#ifndef LSP_LINUX_DIAG_PARSE_H
#define LSP_LINUX_DIAG_PARSE_H

#include <lsports/socket.h>

struct nlmsghdr;

/* Reads one message (struct inet_diag_msg and its attributes, linux/inet_diag.h). nlmsg_len must be covered by the
 * caller's buffer, which is what mnl_cb_run checks. False when it is no such message. */
bool lsp_diag_parse(const struct nlmsghdr *message, enum lsp_proto proto, struct lsp_socket *ret_socket);

#endif
