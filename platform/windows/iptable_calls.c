/*
 * iptable_calls.c - the calls themselves, and the proof that iptable_parse.c has the offsets of the system's headers.
 */
#include <winsock2.h>

#include <ws2tcpip.h>

#include <windows.h>

#include <iphlpapi.h>

#include <stddef.h>
#include <string.h>

#include "iptable_read.h"
#include "win.h"

#define AT(row, member, offset) \
	_Static_assert(offsetof(row, member) == (offset), "iptable_parse.c: offset of " #member " in " #row)
#define OF_SIZE(row, bytes) _Static_assert(sizeof(row) == (bytes), "iptable_parse.c: size of " #row)
#define FIRST(all) _Static_assert(offsetof(all, table) == 4, "iptable_parse.c: where the rows of " #all " begin")
#define TCP4_AT(row)                                                                                                   \
	AT(row, dwState, 0);                                                                                           \
	AT(row, dwLocalAddr, 4);                                                                                       \
	AT(row, dwLocalPort, 8);                                                                                       \
	AT(row, dwRemoteAddr, 12);                                                                                     \
	AT(row, dwRemotePort, 16);                                                                                     \
	AT(row, dwOwningPid, 20)
#define TCP6_AT(row, local, remote, state)                                                                             \
	AT(row, local, 0);                                                                                             \
	AT(row, dwLocalScopeId, 16);                                                                                   \
	AT(row, dwLocalPort, 20);                                                                                      \
	AT(row, remote, 24);                                                                                           \
	AT(row, dwRemoteScopeId, 40);                                                                                  \
	AT(row, dwRemotePort, 44);                                                                                     \
	AT(row, state, 48);                                                                                            \
	AT(row, dwOwningPid, 52)

TCP4_AT(MIB_TCPROW_OWNER_PID);
TCP4_AT(MIB_TCPROW2);
TCP6_AT(MIB_TCP6ROW_OWNER_PID, ucLocalAddr, ucRemoteAddr, dwState);
TCP6_AT(MIB_TCP6ROW2, LocalAddr, RemoteAddr, State);
AT(MIB_UDPROW_OWNER_PID, dwLocalAddr, 0);
AT(MIB_UDPROW_OWNER_PID, dwLocalPort, 4);
AT(MIB_UDPROW_OWNER_PID, dwOwningPid, 8);
AT(MIB_UDP6ROW_OWNER_PID, ucLocalAddr, 0);
AT(MIB_UDP6ROW_OWNER_PID, dwLocalScopeId, 16);
AT(MIB_UDP6ROW_OWNER_PID, dwLocalPort, 20);
AT(MIB_UDP6ROW_OWNER_PID, dwOwningPid, 24);
OF_SIZE(MIB_TCPROW_OWNER_PID, 24);
OF_SIZE(MIB_TCPROW2, 28);
OF_SIZE(MIB_TCP6ROW_OWNER_PID, 56);
OF_SIZE(MIB_TCP6ROW2, 60);
OF_SIZE(MIB_UDPROW_OWNER_PID, 12);
OF_SIZE(MIB_UDP6ROW_OWNER_PID, 28);
FIRST(MIB_TCPTABLE_OWNER_PID);
FIRST(MIB_TCP6TABLE_OWNER_PID);
FIRST(MIB_UDPTABLE_OWNER_PID);
FIRST(MIB_UDP6TABLE_OWNER_PID);
FIRST(MIB_TCPTABLE2);
FIRST(MIB_TCP6TABLE2);

/* Not documented, and the only way: what "netstat -q" and System Informer ask for bound endpoints (Windows 10 and later).
 * Allocates a MIB_TCPTABLE2 or MIB_TCP6TABLE2 from the heap. */
typedef ULONG(WINAPI *bound_table)(void **ret_table, HANDLE heap, ULONG heap_flags);

static uint32_t read_bound(bool is_six, void *buffer, uint32_t *size)
{
	FARPROC found = GetProcAddress(GetModuleHandleW(L"iphlpapi.dll"), is_six ? "InternalGetBoundTcp6EndpointTable" :
									      "InternalGetBoundTcpEndpointTable");
	size_t row = is_six ? sizeof(MIB_TCP6ROW2) : sizeof(MIB_TCPROW2), needed;
	bound_table call;
	void *table = NULL;
	uint32_t code, count;

	if (found == NULL)
		return ERROR_CALL_NOT_IMPLEMENTED;
	memcpy(&call, &found, sizeof call);
	code = call(&table, GetProcessHeap(), 0);
	if (code != 0 || table == NULL)
		return code != 0 ? code : ERROR_CALL_NOT_IMPLEMENTED;
	memcpy(&count, table, sizeof count);
	needed = sizeof count + count * row;
	if (needed > UINT32_MAX)
		code = ERROR_INVALID_DATA;
	else if (needed > *size)
		code = ERROR_INSUFFICIENT_BUFFER;
	else
		memcpy(buffer, table, needed);
	*size = (uint32_t)needed;
	HeapFree(GetProcessHeap(), 0, table);
	return code;
}

static uint32_t read_table(void *self, enum lsp_table table, bool listeners, void *buffer, uint32_t *size)
{
	TCP_TABLE_CLASS class = listeners ? TCP_TABLE_OWNER_PID_LISTENER : TCP_TABLE_OWNER_PID_ALL;
	DWORD len = *size;
	uint32_t code;

	(void)self;
	switch (table) {
	case LSP_TABLE_TCP4:
	case LSP_TABLE_TCP6:
		code = GetExtendedTcpTable(buffer, &len, FALSE, table == LSP_TABLE_TCP6 ? AF_INET6 : AF_INET, class, 0);
		break;
	case LSP_TABLE_UDP4:
	case LSP_TABLE_UDP6:
		code = GetExtendedUdpTable(buffer, &len, FALSE, table == LSP_TABLE_UDP6 ? AF_INET6 : AF_INET,
					   UDP_TABLE_OWNER_PID, 0);
		break;
	default:
		return read_bound(table == LSP_TABLE_BOUND6, buffer, size);
	}
	*size = len;
	return code;
}

const struct lsp_iptable_calls lsp_iptable_native = {.table = read_table};
