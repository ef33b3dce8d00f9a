/*
 * tables.c - asks Windows for the tables that lsports -l needs, as often as it does (each twice: there to see who still holds
 * what, here for the size), and does nothing with them: what a run costs at the least.
 */
#include <winsock2.h>

#include <ws2tcpip.h>

#include <iphlpapi.h>
#include <stdio.h>
#include <stdlib.h>

static DWORD ask(void *table, DWORD *size, ULONG family, int udp)
{
	return udp ? GetExtendedUdpTable(table, size, FALSE, family, UDP_TABLE_OWNER_PID, 0)
		   : GetExtendedTcpTable(table, size, FALSE, family, TCP_TABLE_OWNER_PID_LISTENER, 0);
}

int main(void)
{
	static const ULONG families[] = {AF_INET, AF_INET6};
	DWORD rows = 0;
	int i;

	for (i = 0; i < 4; i++) {
		DWORD size = 0;
		void *table;

		ask(NULL, &size, families[i % 2], i / 2);
		table = malloc(size += 4096);
		if (table == NULL || ask(table, &size, families[i % 2], i / 2) != NO_ERROR)
			return 1;
		rows += *(DWORD *)table; /* each table begins with its count */
		free(table);
	}
	printf("%lu rows\n", (unsigned long)rows);
	return 0;
}
