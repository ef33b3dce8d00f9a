/*
 * option_table.c - every option once: the parser, --help, the completions' test and the man page's check read this.
 */
#include "options.h"

#include <lsports/language.h>

#define ASKS(question) LSP_OPTION_ASKS, LSP_ASK_##question, 0
#define FORMATS(format) LSP_OPTION_FORMATS, LSP_FORMAT_##format, 0
#define SETS(name) LSP_OPTION_SETS, 0, offsetof(struct lsp_request, name)
#define TAKES(name) LSP_OPTION_TAKES, 0, offsetof(struct lsp_request, name)
#define READS(reader) LSP_OPTION_READS, LSP_READ_##reader, 0
#define KILLS LSP_ASK_BIT(LSP_ASK_KILL)
#define AUDITS LSP_ASK_BIT(LSP_ASK_AUDIT)

static const struct lsp_option options[] = {
	{"listen", NULL, N_("what is open: TCP listeners and bound UDP (the default)"),
	 'l', LSP_GROUP_QUESTION, ASKS(OPEN)},
	{"all", NULL, N_("every socket in every state"),
	 'a', LSP_GROUP_QUESTION, ASKS(ALL)},
	{"pid", NULL, N_("who holds these ports, one row per holder (-q: bare pids)"),
	 0, LSP_GROUP_QUESTION, ASKS(PID)},
	{"kill", NULL, N_("end who holds these ports, and look whether they are free then"),
	 0, LSP_GROUP_QUESTION, ASKS(KILL)},
	{"why", NULL, N_("can these ports be bound, and if not: why, and what to do"),
	 0, LSP_GROUP_QUESTION, ASKS(WHY)},
	{"next", NULL, N_("a port that can be bound: from PORT on, or of LOW-HIGH"),
	 0, LSP_GROUP_QUESTION, ASKS(NEXT)},
	{"info", NULL, N_("what is known of a port: by number, range, name, or words about it"),
	 0, LSP_GROUP_QUESTION, ASKS(INFO)},
	{"audit", NULL, N_("what is reachable from where, and what of it is risky"),
	 0, LSP_GROUP_QUESTION, ASKS(AUDIT)},
	{"lock", "FILE", N_("write what is open as a policy, to be reviewed and kept (-: to stdout)"),
	 0, LSP_GROUP_QUESTION, LSP_OPTION_ASKS, LSP_ASK_LOCK, offsetof(struct lsp_request, policy)},
	{"diff", "FILE", N_("what is open otherwise than a policy says (-: from stdin)"),
	 0, LSP_GROUP_QUESTION, LSP_OPTION_ASKS, LSP_ASK_DIFF, offsetof(struct lsp_request, policy)},
	{"help", NULL, N_("show this help"),
	 'h', LSP_GROUP_QUESTION, ASKS(HELP)},
	{"version", NULL, N_("show the version"),
	 'V', LSP_GROUP_QUESTION, ASKS(VERSION)},

	{"tcp", NULL, N_("TCP only"),
	 't', LSP_GROUP_SELECT, LSP_OPTION_PROTO, LSP_PROTO_BIT(LSP_TCP), 0},
	{"udp", NULL, N_("UDP only"),
	 'u', LSP_GROUP_SELECT, LSP_OPTION_PROTO, LSP_PROTO_BIT(LSP_UDP), 0},
	{"ipv4", NULL, N_("IPv4 sockets only"),
	 '4', LSP_GROUP_SELECT, LSP_OPTION_FAMILY, LSP_FAMILY_BIT_4, 0},
	{"ipv6", NULL, N_("IPv6 sockets only"),
	 '6', LSP_GROUP_SELECT, LSP_OPTION_FAMILY, LSP_FAMILY_BIT_6, 0},
	{"bound", NULL, N_("also TCP ports that are bound but idle (Linux 6.8+, Windows 10+)"),
	 'B', LSP_GROUP_SELECT, SETS(bound), LSP_ASK_LISTS},
	{"state", "STATE[,...]", N_("only sockets in these states"),
	 0, LSP_GROUP_SELECT, READS(STATES), LSP_ASK_LISTS},
	{"process", "NAME|PID", N_("only sockets that this process holds"),
	 0, LSP_GROUP_SELECT, READS(PROCESS), LSP_ASK_LISTS},
	{"user", "NAME|UID", N_("only sockets of this user"),
	 0, LSP_GROUP_SELECT, TAKES(user), LSP_ASK_LISTS},
	{"peer", "ADDRESS[/BITS][:PORT]", N_("only connections with this peer"),
	 0, LSP_GROUP_SELECT, READS(PEER), LSP_ASK_LISTS},
	{"scope", "SCOPE[,...]", N_("only what is reached from so far: loopback, link, private, public"),
	 0, LSP_GROUP_SELECT, READS(SCOPES), LSP_ASK_LISTS},

	{"columns", "NAME[,...]", N_("which columns, in which order (help: lists them)"),
	 0, LSP_GROUP_SHOW, TAKES(columns), LSP_ASK_LISTS},
	{"sort", "COLUMN", N_("order by a column (default: by port)"),
	 0, LSP_GROUP_SHOW, TAKES(sort), LSP_ASK_LISTS},
	{"wide", NULL, N_("never cut a cell; shows the arguments of processes"),
	 'W', LSP_GROUP_SHOW, SETS(wide), LSP_ASK_LISTS | AUDITS},
	{"no-header", NULL, N_("no title line"),
	 'H', LSP_GROUP_SHOW, SETS(no_header), LSP_ASK_LISTS},
	{"color", "WHEN", N_("auto, always or never"),
	 0, LSP_GROUP_SHOW, READS(COLOUR)},
	{"resolve", NULL, N_("host names for addresses, within two seconds"),
	 'r', LSP_GROUP_SHOW, SETS(resolve), LSP_ASK_LISTS},
	{"quiet", NULL, N_("nothing on stdout; with --pid: the bare pids, one a line"),
	 'q', LSP_GROUP_SHOW, SETS(quiet),
	 LSP_ASK_BIT(LSP_ASK_PID) | LSP_ASK_BIT(LSP_ASK_KILL) | LSP_ASK_BIT(LSP_ASK_WHY) | LSP_ASK_BIT(LSP_ASK_NEXT) |
	 LSP_ASK_BIT(LSP_ASK_DIFF) | AUDITS},
	{"plain", NULL, N_("tab-separated, for scripts"),
	 0, LSP_GROUP_SHOW, FORMATS(PLAIN), LSP_ASK_LISTS},
	{"csv", NULL, N_("comma-separated (RFC 4180)"),
	 0, LSP_GROUP_SHOW, FORMATS(CSV), LSP_ASK_LISTS},
	{"json", NULL, N_("one JSON document"),
	 0, LSP_GROUP_SHOW, FORMATS(JSON)},
	{"ndjson", NULL, N_("one JSON record a line"),
	 0, LSP_GROUP_SHOW, FORMATS(NDJSON), LSP_ASK_LISTS},
	{"format", "NAME", N_("plain, csv, json, ndjson, or openmetrics, for Prometheus"),
	 0, LSP_GROUP_SHOW, FORMATS(OPENMETRICS), LSP_ASK_BIT(LSP_ASK_OPEN) | LSP_ASK_BIT(LSP_ASK_DIFF)},
	{"partial", NULL, N_("owners that cannot be seen are no failure"),
	 0, LSP_GROUP_SHOW, SETS(partial), LSP_ASK_BIT(LSP_ASK_LOCK) | LSP_ASK_BIT(LSP_ASK_DIFF) | AUDITS},

	{"dry-run", NULL, N_("only say what would end, and what would go with it"),
	 0, LSP_GROUP_KILL, SETS(dry_run), KILLS},
	{"interactive", NULL, N_("ask for each process (also -i)"),
	 0, LSP_GROUP_KILL, SETS(interactive), KILLS},
	{"force", NULL, N_("KILL those that the signal does not end, and protected ones too"),
	 0, LSP_GROUP_KILL, SETS(force), KILLS},
	{"signal", "NAME|NUMBER", N_("send this rather than TERM"),
	 0, LSP_GROUP_KILL, TAKES(signal), KILLS},
	{"timeout", "SECONDS", N_("wait so long for the end and for the port (5)"),
	 0, LSP_GROUP_KILL, READS(TIMEOUT), KILLS},
	{"all-states", NULL, N_("also end those that have connections on the port"),
	 0, LSP_GROUP_KILL, SETS(all_states), KILLS},
	{"ok-if-free", NULL, N_("a port that nobody holds is success"),
	 0, LSP_GROUP_KILL, SETS(ok_if_free), KILLS},

	{"severity", "WORD", N_("exit 1 from this on: info, warning (the default), critical"),
	 0, LSP_GROUP_AUDIT, TAKES(severity), AUDITS},
	{"probe", NULL, N_("also ask each TCP listener what it speaks, by a short connection"),
	 0, LSP_GROUP_AUDIT, SETS(probe), AUDITS},

	{"count", "NUMBER", N_("so many ports, one a line"),
	 0, LSP_GROUP_NEXT, READS(COUNT), LSP_ASK_BIT(LSP_ASK_NEXT)},

	{NULL, NULL, N_("internet sockets, as in lsof -i :8000; with --kill: --interactive"),
	 'i', LSP_GROUP_HABIT, LSP_OPTION_INTERNET, 0, 0},
	{NULL, NULL, N_("numbers rather than names: always so"),
	 'n', LSP_GROUP_HABIT, LSP_OPTION_HABIT, 0, 0},
	{NULL, NULL, N_("pids and process names: always shown"),
	 'p', LSP_GROUP_HABIT, LSP_OPTION_HABIT, 0, 0},
	{NULL, NULL, N_("as -p (netstat on Windows)"),
	 'o', LSP_GROUP_HABIT, LSP_OPTION_HABIT, 0, 0},
	{NULL, NULL, N_("users: always shown"),
	 'e', LSP_GROUP_HABIT, LSP_OPTION_HABIT, 0, 0},
	{NULL, NULL, N_("port numbers rather than names: always so (lsof)"),
	 'P', LSP_GROUP_HABIT, LSP_OPTION_HABIT, 0, 0},
};

_Static_assert(sizeof options / sizeof *options <= LSP_OPTIONS_MAX, "the reader keeps one word for each");

const struct lsp_option *lsp_options(size_t *ret_count)
{
	*ret_count = sizeof options / sizeof *options;
	return options;
}
