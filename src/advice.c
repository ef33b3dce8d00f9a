/*
 * advice.c - see advice.h. The commands of Windows are netsh's own (netsh interface ipv4 add excludedportrange ?), and
 * those that people found to free what WinNAT keeps (microsoft/WSL threads 5306 and 5514).
 */
#include "advice.h"

#include <stdio.h>

#include <lsports/language.h>

#include "bind/port.h"

#define EXCLUDE "netsh interface ipv4 add excludedportrange protocol=%s startport=%u numberofports=1"

static bool is_windows(enum lsp_dialect dialect)
{
	return dialect == LSP_DIALECT_WINDOWS;
}

const char *lsp_advice_reserved_list(enum lsp_dialect dialect)
{
	return is_windows(dialect) ? _("the excluded port ranges of an administrator") : "net.ipv4.ip_local_reserved_ports";
}

const char *lsp_advice_ephemeral_range(enum lsp_dialect dialect)
{
	return is_windows(dialect) ? _("the dynamic port range") : "net.ipv4.ip_local_port_range";
}

void lsp_advice_reserve(enum lsp_dialect dialect, const struct lsp_rules *rules, enum lsp_proto proto, uint16_t port,
			char *ret_text, size_t size)
{
	char list[1024];

	if (is_windows(dialect))
		snprintf(ret_text, size, EXCLUDE, lsp_proto_name(proto), port);
	else if (lsp_reserved_text(rules, port, list, sizeof list))
		snprintf(ret_text, size, "sudo sysctl -w net.ipv4.ip_local_reserved_ports=%s", list);
	else
		snprintf(ret_text, size, _("add %u to net.ipv4.ip_local_reserved_ports"), port);
}

const char *lsp_advice_beside(enum lsp_dialect dialect)
{
	return is_windows(dialect) ? _("a server with SO_EXCLUSIVEADDRUSE may be refused") :
				     _("unless both sides set SO_REUSEADDR, a server may be refused");
}

const char *lsp_advice_kernel(enum lsp_dialect dialect)
{
	return is_windows(dialect) ? _("a web server of the kernel (http.sys)? netsh http show servicestate tells for whom: stop "
				       "that program or service") :
				     _("stop the service in the kernel (NFS, for instance)");
}

void lsp_advice_excluded(enum lsp_proto proto, uint16_t port, char *ret_text, size_t size)
{
	char command[120];

	snprintf(command, sizeof command, EXCLUDE, lsp_proto_name(proto), port);
	snprintf(ret_text, size,
		 _("as administrator: net stop winnat; then %s; then net start winnat: so the port is kept for you; or take another: "
		   "lsports --next"),
		 command);
}
