/*
 * bind.c - really tries to bind a port.
 *
 * Nobody listens here: listen(2) asks the bind table the same question again (inet_csk_get_port in
 * net/ipv4/inet_connection_sock.c), so bind(2) alone decides, and no SYN that comes meanwhile is answered. A UDP socket
 * that joins others takes, for some microseconds, the datagrams that the kernel deals to it.
 */
#include "linux.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <lsports/language.h>

#include "sockname.h"

#ifndef SO_REUSEPORT
#define SO_REUSEPORT 15
#endif

socklen_t lsp_sockname_of(const struct lsp_addr *addr, uint16_t port, union lsp_sockname *ret_name)
{
	memset(ret_name, 0, sizeof *ret_name);
	if (addr->family == LSP_INET6) {
		ret_name->inet6.sin6_family = AF_INET6;
		ret_name->inet6.sin6_port = htons(port);
		ret_name->inet6.sin6_scope_id = addr->scope;
		memcpy(&ret_name->inet6.sin6_addr, addr->bytes, 16);
		return sizeof ret_name->inet6;
	}
	ret_name->inet4.sin_family = AF_INET;
	ret_name->inet4.sin_port = htons(port);
	memcpy(&ret_name->inet4.sin_addr, addr->bytes, 4);
	return sizeof ret_name->inet4;
}

/* What bind(2), and those who answer in its place, mean by it. */
static enum lsp_err bind_fault(struct lsp_fault *ret_fault, const struct lsp_addr *addr, int os_code)
{
	static const struct {
		int os_code;
		const char *words;
	} meanings[] = {
		{EACCES, N_("the address is protected, or a security module (SELinux, Landlock) forbids it")},
		{EPERM, N_("a program at the cgroup (BPF), a seccomp filter or a security module forbids it")},
		{EINVAL, N_("the address is not valid for this socket")},
		{ENODEV, N_("its device is not there")},
	};
	size_t i;

	lsp_linux_fault(ret_fault, "bind", os_code);
	for (i = 0; i < sizeof meanings / sizeof *meanings; i++) {
		size_t len = strlen(ret_fault->detail);

		if (meanings[i].os_code == os_code)
			snprintf(ret_fault->detail + len, sizeof ret_fault->detail - len, ": %s",
				 os_code == EINVAL && addr->family == LSP_INET6 && addr->bytes[0] == 0xfe && addr->scope == 0 ?
					 _("a link-local address wants its device") :
					 _(meanings[i].words));
	}
	return ret_fault->err;
}

/* Sets what the way wants. False with errno. */
static bool choose_way(int fd, const struct lsp_addr *addr, enum lsp_way way)
{
	int on = 1, v6only = way == LSP_WAY_V6ONLY;

	if (addr->family == LSP_INET6 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &v6only, sizeof v6only) < 0)
		return false;
	if (way == LSP_WAY_REUSEADDR)
		return setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0;
	if (way == LSP_WAY_REUSEPORT)
		return setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) == 0;
	return true;
}

enum lsp_err lsp_bind_try(enum lsp_proto proto, const struct lsp_addr *addr, uint16_t port, enum lsp_way way,
			  struct lsp_fault *ret_fault)
{
	union lsp_sockname name;
	socklen_t len = lsp_sockname_of(addr, port, &name);
	int fd = socket(name.any.sa_family, (proto == LSP_UDP ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC, 0);
	enum lsp_err err = LSP_OK;

	if (fd < 0)
		return lsp_linux_fault(ret_fault, "socket", errno);
	if (!choose_way(fd, addr, way))
		err = lsp_linux_fault(ret_fault, "setsockopt", errno);
	else if (bind(fd, &name.any, len) < 0)
		err = bind_fault(ret_fault, addr, errno);
	close(fd);
	return err;
}
