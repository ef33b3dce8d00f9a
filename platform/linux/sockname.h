/*
 * sockname.h - an address and a port as the kernel takes them. See bind.c.
 */
#ifndef LSP_LINUX_SOCKNAME_H
#define LSP_LINUX_SOCKNAME_H

#include <netinet/in.h>
#include <sys/socket.h>

#include <lsports/addr.h>

union lsp_sockname {
	struct sockaddr any;
	struct sockaddr_in inet4;
	struct sockaddr_in6 inet6;
};

/* Returns how much of it counts. The family must be known. */
socklen_t lsp_sockname_of(const struct lsp_addr *addr, uint16_t port, union lsp_sockname *ret_name);

#endif
