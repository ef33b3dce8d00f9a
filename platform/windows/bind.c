/*
 * bind.c - really tries to bind a port. Nobody listens, so nothing that comes meanwhile is answered.
 *
 * The options mean other things here than on Unix ("Using SO_REUSEADDR and SO_EXCLUSIVEADDRUSE", Winsock):
 *   none                  fails at the very same address; beside another one of the port, 0.0.0.0 and 127.0.0.1, it works,
 *                         and the more exact one gets what comes
 *   SO_REUSEADDR          shares a port whose holder set it too, and who gets what comes is undefined; WSAEACCES when the
 *                         holder set SO_EXCLUSIVEADDRUSE. What lingers of old connections is in nobody's way here
 *   SO_EXCLUSIVEADDRUSE   what a server ought to set: fails wherever any other socket of the port overlaps
 * There is no SO_REUSEPORT.
 */
#include "netsh.h"

#include <stdio.h>
#include <string.h>

#include <winsock2.h>
#include <ws2tcpip.h>

#include <lsports/language.h>

union name {
	struct sockaddr any;
	struct sockaddr_in inet4;
	struct sockaddr_in6 inet6;
};

static int name_of(const struct lsp_addr *addr, uint16_t port, union name *ret_name)
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

/* Sets what the way wants. A new IPv6 socket takes IPv6 alone here: that is turned off. */
static bool choose_way(SOCKET sock, const struct lsp_addr *addr, enum lsp_way way)
{
	const char *on = (const char *)&(const DWORD){1};
	DWORD v6only = way == LSP_WAY_V6ONLY;

	if (addr->family == LSP_INET6 &&
	    setsockopt(sock, IPPROTO_IPV6, IPV6_V6ONLY, (const char *)&v6only, sizeof v6only) != 0)
		return false;
	if (way == LSP_WAY_REUSEADDR)
		return setsockopt(sock, SOL_SOCKET, SO_REUSEADDR, on, sizeof(DWORD)) == 0;
	if (way == LSP_WAY_EXCLUSIVE)
		return setsockopt(sock, SOL_SOCKET, SO_EXCLUSIVEADDRUSE, on, sizeof(DWORD)) == 0;
	return true;
}

static enum lsp_err try_socket(SOCKET sock, const struct lsp_addr *addr, uint16_t port, enum lsp_way way,
			       struct lsp_fault *ret_fault)
{
	union name name;
	int len = name_of(addr, port, &name);

	if (!choose_way(sock, addr, way))
		return lsp_windows_fault(ret_fault, "setsockopt", (uint32_t)WSAGetLastError());
	if (bind(sock, &name.any, len) != 0)
		return lsp_windows_fault(ret_fault, "bind", (uint32_t)WSAGetLastError());
	return LSP_OK;
}

enum lsp_err lsp_bind_try(enum lsp_proto proto, const struct lsp_addr *addr, uint16_t port, enum lsp_way way,
			  struct lsp_fault *ret_fault)
{
	WSADATA winsock;
	enum lsp_err err;
	SOCKET sock;
	int os_code;

	if (way == LSP_WAY_REUSEPORT) {
		*ret_fault = (struct lsp_fault){.err = LSP_UNSUPPORTED, .op = "setsockopt"};
		snprintf(ret_fault->detail, sizeof ret_fault->detail, "%s", _("Windows has no SO_REUSEPORT"));
		return LSP_UNSUPPORTED;
	}
	os_code = WSAStartup(MAKEWORD(2, 2), &winsock); /* counted: only the first one costs */
	if (os_code != 0)
		return lsp_windows_fault(ret_fault, "WSAStartup", (uint32_t)os_code);
	sock = socket(addr->family == LSP_INET6 ? AF_INET6 : AF_INET, proto == LSP_UDP ? SOCK_DGRAM : SOCK_STREAM, 0);
	if (sock == INVALID_SOCKET) {
		err = lsp_windows_fault(ret_fault, "socket", (uint32_t)WSAGetLastError());
	} else {
		err = try_socket(sock, addr, port, way, ret_fault);
		closesocket(sock);
	}
	WSACleanup();
	return err;
}

void lsp_rules(struct lsp_rules *ret_rules)
{
	/* no port is privileged here */
	*ret_rules = (struct lsp_rules){.has = LSP_RULES_OVERLAPS | LSP_RULES_PRIVILEGED | LSP_RULES_MAY_PRIVILEGED};
	lsp_netsh_read(ret_rules);
}
