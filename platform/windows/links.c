/*
 * links.c - the interfaces of this host and their addresses (GetAdaptersAddresses).
 */
#include "win.h"

#include <stdlib.h>
#include <string.h>

#include <winsock2.h>
#include <ws2tcpip.h>

#include <iphlpapi.h>

#include "utf16.h"

#define TRIES 4			/* interfaces come and go while they are listed */
#define TABLE_START (16 * 1024) /* what the page of the call advises */
#define TABLE_MAX (4 * 1024 * 1024)
#define FLAGS (GAA_FLAG_SKIP_ANYCAST | GAA_FLAG_SKIP_MULTICAST | GAA_FLAG_SKIP_DNS_SERVER)

/* The list, to be freed; NULL with the error. */
static IP_ADAPTER_ADDRESSES *read_table(ULONG *ret_os_code)
{
	ULONG size = TABLE_START, os_code = ERROR_BUFFER_OVERFLOW;
	IP_ADAPTER_ADDRESSES *table = NULL;
	int tries;

	for (tries = 0; tries < TRIES && os_code == ERROR_BUFFER_OVERFLOW && size <= TABLE_MAX; tries++) {
		free(table);
		table = malloc(size);
		if (table == NULL)
			os_code = ERROR_OUTOFMEMORY;
		else
			os_code = GetAdaptersAddresses(AF_UNSPEC, FLAGS, NULL, table, &size);
	}
	*ret_os_code = os_code;
	if (os_code == 0)
		return table;
	free(table);
	return NULL;
}

static bool take_address(const SOCKET_ADDRESS *from, struct lsp_addr *ret_addr)
{
	struct sockaddr_in inet4;
	struct sockaddr_in6 inet6;

	*ret_addr = (struct lsp_addr){.family = LSP_FAMILY_NONE};
	if (from->lpSockaddr->sa_family == AF_INET && from->iSockaddrLength >= (int)sizeof inet4) {
		memcpy(&inet4, from->lpSockaddr, sizeof inet4);
		ret_addr->family = LSP_INET4;
		memcpy(ret_addr->bytes, &inet4.sin_addr, 4);
		return true;
	}
	if (from->lpSockaddr->sa_family == AF_INET6 && from->iSockaddrLength >= (int)sizeof inet6) {
		memcpy(&inet6, from->lpSockaddr, sizeof inet6);
		ret_addr->family = LSP_INET6;
		ret_addr->scope = inet6.sin6_scope_id;
		memcpy(ret_addr->bytes, &inet6.sin6_addr, 16);
		return true;
	}
	return false;
}

static void add_link(struct lsp_snapshot *snapshot, const IP_ADAPTER_ADDRESSES *adapter, uint32_t index)
{
	char name[3 * MAX_ADAPTER_NAME_LENGTH];
	struct lsp_link link = {.index = index, .name = name};
	const IP_ADAPTER_UNICAST_ADDRESS *at;
	struct lsp_addr addr;

	lsp_utf8_of((const uint16_t *)adapter->FriendlyName, wcslen(adapter->FriendlyName), name, sizeof name);
	link.is |= adapter->OperStatus == IfOperStatusUp ? LSP_LINK_UP : 0;
	link.is |= adapter->IfType == IF_TYPE_SOFTWARE_LOOPBACK ? LSP_LINK_LOOPBACK : 0;
	link.is |= adapter->IfType == IF_TYPE_TUNNEL ? LSP_LINK_TUNNEL : 0;
	lsp_snapshot_add_link(snapshot, &link);
	for (at = adapter->FirstUnicastAddress; at != NULL; at = at->Next) {
		struct lsp_link_addr link_addr = {.link = index, .prefix_len = at->OnLinkPrefixLength};

		if (!take_address(&at->Address, &addr))
			continue;
		link_addr.addr = addr;
		lsp_snapshot_add_link_addr(snapshot, &link_addr);
	}
}

enum lsp_err lsp_links_read(struct lsp_snapshot *snapshot, struct lsp_fault *ret_fault)
{
	ULONG os_code;
	IP_ADAPTER_ADDRESSES *table = read_table(&os_code), *adapter;

	if (table == NULL && os_code != ERROR_NO_DATA) {
		snapshot->notes |= LSP_NOTE_NO_LINKS;
		return lsp_windows_fault(ret_fault, "GetAdaptersAddresses", os_code);
	}
	for (adapter = table; adapter != NULL; adapter = adapter->Next) {
		uint32_t index = adapter->IfIndex != 0 ? adapter->IfIndex : adapter->Ipv6IfIndex;

		if (index != 0)
			add_link(snapshot, adapter, index);
	}
	free(table);
	return LSP_OK;
}
