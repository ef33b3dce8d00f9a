/*
 * world_inet.c - the sockets of world.h, as far as BSD sockets are the same everywhere. inet.h is the one of the system's
 * own folder.
 */
#include <inet.h>
#include <string.h>

#include "world.h"
#include "world_inet.h"

union name {
	struct sockaddr any;
	struct sockaddr_in inet4;
	struct sockaddr_in6 inet6;
};

static union name loopback(enum lsp_family family, socklen_t *ret_len)
{
	union name name;

	memset(&name, 0, sizeof name);
	if (family == LSP_INET6) {
		name.inet6.sin6_family = AF_INET6;
		name.inet6.sin6_addr = in6addr_loopback;
		*ret_len = sizeof name.inet6;
	} else {
		name.inet4.sin_family = AF_INET;
		name.inet4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		*ret_len = sizeof name.inet4;
	}
	return name;
}

static void take_name(const union name *name, struct lsp_addr *addr, uint16_t *ret_port)
{
	*addr = (struct lsp_addr){0};
	if (name->any.sa_family == AF_INET6) {
		addr->family = LSP_INET6;
		memcpy(addr->bytes, &name->inet6.sin6_addr, 16);
		*ret_port = ntohs(name->inet6.sin6_port);
	} else {
		addr->family = LSP_INET4;
		memcpy(addr->bytes, &name->inet4.sin_addr, 4);
		*ret_port = ntohs(name->inet4.sin_port);
	}
}

/* Fills what from the handle, which it drops when that fails. */
static bool describe(intptr_t handle, enum lsp_proto proto, enum lsp_state state, struct world_socket *ret_socket)
{
	union name name;
	socklen_t len = sizeof name;

	*ret_socket =
		(struct world_socket){.handle = handle, .what = {.proto = (uint8_t)proto, .state = (uint8_t)state}};
	if (getsockname(handle, &name.any, &len) != 0)
		goto out_drop;
	take_name(&name, &ret_socket->what.local, &ret_socket->what.local_port);
	len = sizeof name;
	if (state == LSP_ESTABLISHED) {
		if (getpeername(handle, &name.any, &len) != 0)
			goto out_drop;
		take_name(&name, &ret_socket->what.peer, &ret_socket->what.peer_port);
		ret_socket->what.has |= LSP_HAS_PEER;
	}
	return true;

out_drop:
	world_drop(handle);
	return false;
}

static bool open_bound(enum lsp_family family, int type, intptr_t *ret_handle)
{
	socklen_t len;
	union name name = loopback(family, &len);

	if (!world_open(name.any.sa_family, type, ret_handle))
		return false;
	if (bind(*ret_handle, &name.any, len) == 0)
		return true;
	world_drop(*ret_handle);
	return false;
}

bool world_listen(enum lsp_family family, struct world_socket *ret_socket)
{
	intptr_t handle;

	if (!open_bound(family, SOCK_STREAM, &handle))
		return false;
	if (listen(handle, 8) == 0)
		return describe(handle, LSP_TCP, LSP_LISTEN, ret_socket);
	world_drop(handle);
	return false;
}

bool world_bind_udp(enum lsp_family family, struct world_socket *ret_socket)
{
	intptr_t handle;

	return open_bound(family, SOCK_DGRAM, &handle) && describe(handle, LSP_UDP, LSP_CLOSE, ret_socket);
}

bool world_connect(const struct world_socket *listener, struct world_socket *ret_near, struct world_socket *ret_far)
{
	socklen_t len;
	union name name = loopback((enum lsp_family)listener->what.local.family, &len);
	intptr_t near_handle, far_handle;

	if (name.any.sa_family == AF_INET6)
		name.inet6.sin6_port = htons(listener->what.local_port);
	else
		name.inet4.sin_port = htons(listener->what.local_port);
	if (!world_open(name.any.sa_family, SOCK_STREAM, &near_handle))
		return false;
	if (connect(near_handle, &name.any, len) != 0) {
		world_drop(near_handle);
		return false;
	}
	if (!describe(near_handle, LSP_TCP, LSP_ESTABLISHED, ret_near))
		return false;
	far_handle = (intptr_t)accept(listener->handle, NULL, NULL);
	if (far_handle != -1 && describe(far_handle, LSP_TCP, LSP_ESTABLISHED, ret_far))
		return true;
	world_close(ret_near);
	return false;
}

void world_close(struct world_socket *socket)
{
	world_drop(socket->handle);
	socket->handle = -1;
}
