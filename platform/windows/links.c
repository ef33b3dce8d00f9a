/*
 * links.c - the interfaces of this machine and their addresses.
 */
#include <winsock2.h>

#include <ws2tcpip.h>

#include <windows.h>

#include <iphlpapi.h>

#include <stdlib.h>
#include <string.h>

#include "win.h"

#define FIRST_SIZE (16u * 1024) /* what the manual of GetAdaptersAddresses says to begin with, rounded up */
#define TRIES_MAX 4

/* NULL and *ret_code, or all of them; free() it. */
static IP_ADAPTER_ADDRESSES *read_adapters(uint32_t *ret_code)
{
	ULONG flags = GAA_FLAG_SKIP_ANYCAST | GAA_FLAG_SKIP_MULTICAST | GAA_FLAG_SKIP_DNS_SERVER, size = FIRST_SIZE;
	IP_ADAPTER_ADDRESSES *all = NULL, *grown;
	int i;

	*ret_code = ERROR_BUFFER_OVERFLOW;
	for (i = 0; i < TRIES_MAX && *ret_code == ERROR_BUFFER_OVERFLOW; i++) {
		grown = realloc(all, size);
		if (grown == NULL) {
			*ret_code = ERROR_NOT_ENOUGH_MEMORY;
			break;
		}
		all = grown;
		*ret_code = GetAdaptersAddresses(AF_UNSPEC, flags, NULL, all, &size);
	}
	if (*ret_code == ERROR_SUCCESS)
		return all;
	free(all);
	return NULL;
}

static bool addr_of(const SOCKET_ADDRESS *at, struct lsp_addr *ret_addr)
{
	*ret_addr = (struct lsp_addr){.family = LSP_FAMILY_NONE};
	if (at->lpSockaddr->sa_family == AF_INET) {
		ret_addr->family = LSP_INET4;
		memcpy(ret_addr->bytes, &((const struct sockaddr_in *)at->lpSockaddr)->sin_addr, 4);
	} else if (at->lpSockaddr->sa_family == AF_INET6) {
		ret_addr->family = LSP_INET6;
		memcpy(ret_addr->bytes, &((const struct sockaddr_in6 *)at->lpSockaddr)->sin6_addr, 16);
		ret_addr->scope = ((const struct sockaddr_in6 *)at->lpSockaddr)->sin6_scope_id;
	}
	return ret_addr->family != LSP_FAMILY_NONE;
}

size_t lsp_links_addresses(struct lsp_addr *ret_addrs, size_t max)
{
	const IP_ADAPTER_UNICAST_ADDRESS *at;
	const IP_ADAPTER_ADDRESSES *adapter;
	IP_ADAPTER_ADDRESSES *all;
	uint32_t code;
	size_t count = 0;

	all = read_adapters(&code);
	for (adapter = all; adapter != NULL; adapter = adapter->Next) {
		for (at = adapter->FirstUnicastAddress; at != NULL; at = at->Next) {
			struct lsp_addr addr;

			if (!addr_of(&at->Address, &addr))
				continue;
			if (count < max)
				ret_addrs[count] = addr;
			count++;
		}
	}
	free(all);
	return count;
}
