/*
 * counters.c - what TCP counts: /proc/net/{netstat,snmp,sockstat}, of our own network namespace (proc_net(5); self/net,
 * because /proc/net is of the thread that asks).
 */
#include "linux.h"

#include <stdlib.h>

enum { COUNTERS_MAX = 16 * 1024 };

void lsp_counters_read(int procfd, struct lsp_tcp_counters *ret_counters)
{
	char *text = malloc(COUNTERS_MAX);
	struct lsp_tcp_counters counters = {.has = 0};
	long len;

	if (text != NULL) {
		len = lsp_file_read(procfd, "self/net/netstat", text, COUNTERS_MAX);
		if (len > 0 && lsp_counters_parse_pair(text, (size_t)len, "TcpExt:", "ListenOverflows", &counters.overflows))
			counters.has |= LSP_COUNTS_OVERFLOWS;
		len = lsp_file_read(procfd, "self/net/snmp", text, COUNTERS_MAX);
		if (len > 0 && lsp_counters_parse_pair(text, (size_t)len, "Tcp:", "CurrEstab", &counters.connections))
			counters.has |= LSP_COUNTS_CONNECTIONS; /* RFC 4022, tcpCurrEstab: CLOSE-WAIT is counted too */
		len = lsp_file_read(procfd, "self/net/sockstat", text, COUNTERS_MAX);
		if (len > 0 && lsp_counters_parse_turn(text, (size_t)len, "TCP:", "tw", &counters.time_wait))
			counters.has |= LSP_COUNTS_TIME_WAIT;
	}
	free(text);
	*ret_counters = counters;
}
