/*
 * procnet_parse.h - a line of /proc/net/{tcp,tcp6,udp,udp6} becomes a record. Bytes in, record out; no I/O.
 */
#ifndef LSP_LINUX_PROCNET_PARSE_H
#define LSP_LINUX_PROCNET_PARSE_H

#include <lsports/socket.h>

/* line: len bytes without the newline. False when it is not a socket's line (the title is not). */
bool lsp_procnet_parse(const char *line, size_t len, enum lsp_proto proto, struct lsp_socket *ret_socket);

#endif
