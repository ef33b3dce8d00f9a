/*
 * why_say.c - see why_say.h. One function for each verdict's sentence; sentence and way out serve people and JSON alike.
 */
#include "why_say.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <lsports/language.h>

#include "advice.h"
#include "say.h"
#include "view/escape.h"

#define PEERS_SHOWN 3
#define ADDRESSES_SHOWN 8
#define ENDPOINT_MAX (LSP_ADDR_TEXT_MAX + 16)
#define USER_MAX 320

struct text {
	char *at;
	size_t used;
};

LSP_FORMAT(2, 3) static void put(struct text *text, const char *format, ...)
{
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(text->at + text->used, LSP_WHY_TEXT_MAX - text->used, format, args);
	va_end(args);
	if (len > 0)
		text->used += (size_t)len;
	if (text->used >= LSP_WHY_TEXT_MAX)
		text->used = LSP_WHY_TEXT_MAX - 1;
}

/* --- words for things ---------------------------------------------------------------------------------------- */

/* "127.0.0.1:80", "[::1]:80" */
static const char *endpoint_of(const struct lsp_addr *addr, uint16_t port, char ret_text[ENDPOINT_MAX])
{
	char text[LSP_ADDR_TEXT_MAX];

	lsp_addr_text(addr, text);
	snprintf(ret_text, ENDPOINT_MAX, addr->family == LSP_INET6 ? "[%s]:%u" : "%s:%u", text, port);
	return ret_text;
}

void lsp_why_label(const struct lsp_why_port *port, char ret_text[LSP_WHY_TEXT_MAX])
{
	struct text text = {ret_text, 0};
	char endpoint[ENDPOINT_MAX];

	if (port->asked->where == LSP_AT_ADDRESS)
		put(&text, "%s", endpoint_of(&port->asked->addr, port->bind_case.port, endpoint));
	else
		put(&text, "%s%u", port->asked->where == LSP_AT_WILDCARD ? "*:" : "", port->bind_case.port);
	put(&text, "/%s", lsp_proto_name(port->bind_case.proto));
}

const char *lsp_why_result(const struct lsp_attempt *attempt, enum lsp_way way)
{
	if ((attempt->tried & LSP_WAY_BIT(way)) == 0)
		return NULL;
	switch (attempt->faults[way].err) {
	case LSP_OK:
		return "ok";
	case LSP_IN_USE:
		return "in_use";
	case LSP_DENIED:
		return "denied";
	case LSP_NO_ADDRESS:
		return "no_address";
	case LSP_UNSUPPORTED:
		return "unsupported";
	default:
		return "failed";
	}
}

static const struct lsp_process *first_process(const struct lsp_snapshot *snapshot, const struct lsp_row *row)
{
	return row->holder_count > 0 ? lsp_snapshot_process(snapshot, row->holders[0].pid) : NULL;
}

static const char *user_of(const struct lsp_snapshot *snapshot, uint32_t uid, char ret_user[USER_MAX])
{
	const char *name = lsp_snapshot_name(snapshot, LSP_NAME_USER, uid);

	if (name != NULL)
		snprintf(ret_user, USER_MAX, _("user %s"), name);
	else
		snprintf(ret_user, USER_MAX, _("uid %u"), uid);
	return ret_user;
}

/* "node (pid 3233, user anna) and 4 more processes" */
static const char *who_of(const struct lsp_snapshot *snapshot, const struct lsp_row *row, char ret_who[LSP_WHY_TEXT_MAX])
{
	const struct lsp_process *process = first_process(snapshot, row);
	bool is_hidden = row->owner == LSP_OWNER_HIDDEN;
	size_t count = lsp_row_process_count(row);
	struct text text = {ret_who, 0};
	char user[USER_MAX];

	if (row->holder_count > 0) {
		put(&text, "%.200s (", process != NULL && process->name != NULL ? process->name : _("a process"));
		put(&text, _("pid %u"), row->holders[0].pid);
		if (process != NULL && (process->has & LSP_PROCESS_HAS_UID) != 0)
			put(&text, ", %s", user_of(snapshot, process->uid, user));
		else if (process != NULL && process->user != NULL)
			put(&text, _(", user %.300s"), process->user);
		if (process != NULL && process->container != NULL)
			put(&text, _(", container %.40s"), process->container);
		put(&text, ")");
		if (count > 1)
			put(&text, lsp_text_of(" and %zu more process", " and %zu more processes", count - 1), count - 1);
	} else if (row->owner == LSP_OWNER_KERNEL) {
		put(&text, _("the kernel itself (no process has it)"));
	} else if ((row->socket->has & LSP_HAS_UID) != 0) {
		put(&text, is_hidden ? _("a process of %s that is hidden from you") : _("a process of %s"),
		    user_of(snapshot, row->socket->uid, user));
	} else {
		put(&text, "%s", is_hidden ? _("a process that is hidden from you") : _("a process"));
	}
	return ret_who;
}

/* Who does what with the port: "node (pid 3233, user anna) listens on 127.0.0.1:8000". */
static void put_deed(struct text *text, const struct lsp_snapshot *snapshot, const struct lsp_row *row, bool is_idle)
{
	const struct lsp_socket *socket = row->socket;
	size_t count = lsp_row_process_count(row) > 1 ? 2 : 1;
	char who[LSP_WHY_TEXT_MAX], endpoint[ENDPOINT_MAX];

	who_of(snapshot, row, who);
	endpoint_of(&socket->local, socket->local_port, endpoint);
	if (is_idle)
		put(text, lsp_text_of("%s has bound %s and does not listen", "%s have bound %s and do not listen", count), who,
		    endpoint);
	else if (socket->state == LSP_LISTEN)
		put(text, lsp_text_of("%s listens on %s", "%s listen on %s", count), who, endpoint);
	else if (lsp_socket_holds_port(socket))
		put(text, lsp_text_of("%s has bound %s", "%s have bound %s", count), who, endpoint);
	else
		put(text, lsp_text_of("%s has a connection on %s", "%s have a connection on %s", count), who, endpoint);
}

static void put_connection(struct text *text, const struct lsp_snapshot *snapshot, const struct lsp_row *row)
{
	const struct lsp_socket *socket = row->socket;
	size_t count = lsp_row_process_count(row) > 1 ? 2 : 1;
	char who[LSP_WHY_TEXT_MAX], endpoint[ENDPOINT_MAX], peer[ENDPOINT_MAX];

	if ((socket->has & LSP_HAS_PEER) == 0 || lsp_socket_holds_port(socket)) {
		put_deed(text, snapshot, row, false);
		return;
	}
	put(text, lsp_text_of("%s has a connection on %s to %s", "%s have a connection on %s to %s", count),
	    who_of(snapshot, row, who), endpoint_of(&socket->local, socket->local_port, endpoint),
	    endpoint_of(&socket->peer, socket->peer_port, peer));
}

/* --- sentences ----------------------------------------------------------------------------------------------- */

/* Why a socket at that address is in the way of this one: only said where they differ. */
static void put_overlap(struct text *text, const struct lsp_why_port *port, const struct lsp_socket *socket)
{
	const struct lsp_attempt *attempt = port->verdict.attempt;
	bool is_any = lsp_addr_is_any(&socket->local), asks_any = lsp_addr_is_any(&attempt->addr);
	bool is_dual = is_any && socket->local.family == LSP_INET6 && !((socket->has & LSP_HAS_V6ONLY) != 0 && socket->v6only);
	char asked[LSP_ADDR_TEXT_MAX];

	lsp_addr_text(&attempt->addr, asked);
	if (is_dual && attempt->addr.family == LSP_INET4 && asks_any)
		put(text, _(", which takes IPv4 as well (dual-stack)"));
	else if (is_dual && attempt->addr.family == LSP_INET4)
		put(text, _(", which takes IPv4 as well (dual-stack), so also %s"), asked);
	else if (is_any && !asks_any)
		put(text, _(", which is every %s address, also %s"), attempt->addr.family == LSP_INET6 ? "IPv6" : "IPv4", asked);
	else if (socket->local.family == LSP_INET4 && attempt->addr.family == LSP_INET6)
		put(text, _(", and [%s] would take IPv4 as well"), asked);
	else if (!is_any && asks_any)
		put(text, _(", and every address (%s) includes that one"), asked);
	if (lsp_attempt_works(attempt, LSP_WAY_V6ONLY))
		put(text, _("; IPv6 alone (IPV6_V6ONLY) can be bound"));
}

static void put_more(struct text *text, const struct lsp_why_port *port)
{
	size_t more = port->verdict.evidence - 1;

	if (port->verdict.evidence > 1)
		put(text, lsp_text_of("; %zu more socket stands in the way", "; %zu more sockets stand in the way", more), more);
}

static void put_held(struct text *text, const struct lsp_why *why, const struct lsp_why_port *port)
{
	const struct lsp_bind_verdict *verdict = &port->verdict;

	put_deed(text, why->snapshot, verdict->row, verdict->word == LSP_BIND_IDLE);
	if ((verdict->notes & LSP_BIND_NOTE_EXCLUSIVE) != 0)
		put(text, _(" and shares it with nobody (SO_EXCLUSIVEADDRUSE, or another user's)"));
	put_overlap(text, port, verdict->row->socket);
	put_more(text, port);
}

static void put_group(struct text *text, const struct lsp_why *why, const struct lsp_why_port *port)
{
	const struct lsp_bind_verdict *verdict = &port->verdict;

	put(text, _("a group with SO_REUSEPORT has it: "));
	put_deed(text, why->snapshot, verdict->row, false);
	put_more(text, port);
	put(text, "%s", verdict->is_of_one_user ? _("; it is yours: a server with SO_REUSEPORT could join it") :
						  _("; it is another user's: you cannot join it"));
}

/* Where the connection has its port from, when that can be known. */
static void put_client(struct text *text, const struct lsp_why *why, const struct lsp_why_port *port)
{
	const struct lsp_bind_verdict *verdict = &port->verdict;

	put_connection(text, why->snapshot, verdict->row);
	put_more(text, port);
	if ((verdict->notes & LSP_BIND_NOTE_EPHEMERAL) != 0)
		put(text, _("; the kernel gave it this port from %s (%u-%u)"), lsp_advice_ephemeral_range(why->backend->dialect),
		    why->rules.ephemeral_low, why->rules.ephemeral_high);
	else
		put(text, _("; nobody listens: it bound this port itself, or is left of a server that ended"));
}

static void put_time_wait(struct text *text, const struct lsp_why *why, const struct lsp_why_port *port)
{
	size_t waiting = 0, named = 0, i;
	char endpoint[ENDPOINT_MAX];

	for (i = 0; i < why->row_count; i++) {
		if (lsp_bind_is_evidence(&port->bind_case, &port->verdict, &why->rows[i]))
			waiting += why->rows[i].socket->state == LSP_TIME_WAIT;
	}
	put(text,
	    lsp_text_of("%zu closed connection lingers on it without a process",
			"%zu closed connections linger on it without a process", port->verdict.evidence),
	    port->verdict.evidence);
	for (i = 0; i < why->row_count && named < PEERS_SHOWN; i++) {
		const struct lsp_socket *socket = why->rows[i].socket;

		if (!lsp_bind_is_evidence(&port->bind_case, &port->verdict, &why->rows[i]) || (socket->has & LSP_HAS_PEER) == 0)
			continue;
		put(text, "%s%s", named++ == 0 ? _(", towards ") : ", ", endpoint_of(&socket->peer, socket->peer_port, endpoint));
	}
	if (named > 0 && port->verdict.evidence > named)
		put(text, _(" and %zu more"), port->verdict.evidence - named);
	if (why->backend->dialect == LSP_DIALECT_WINDOWS) {
		/* TcpTimedWaitDelay: 120 s or 240 s, as no setting says. SO_REUSEADDR would take the port from others too. */
		put(text, _(" (TIME_WAIT: for four minutes at most)"));
		return;
	}
	if (waiting == port->verdict.evidence)
		put(text, _(" (TIME_WAIT: for 60 s at most)")); /* TCP_TIMEWAIT_LEN, include/net/tcp.h */
	else
		put(text, _(" (TIME_WAIT %zu, still closing %zu: some minutes at most)"), waiting,
		    port->verdict.evidence - waiting);
	put(text, "%s",
	    port->verdict.reuseaddr ? _("; a server with SO_REUSEADDR can bind now") :
				      _("; not even SO_REUSEADDR binds now: the old sockets were made without it"));
}

static void put_addresses(struct text *text, const struct lsp_why *why, enum lsp_family family)
{
	char addr[LSP_ADDR_TEXT_MAX];
	size_t count = 0, i;

	for (i = 0; i < why->addr_count; i++) {
		if (why->addrs[i].family != family)
			continue;
		lsp_addr_text(&why->addrs[i], addr);
		if (count < ADDRESSES_SHOWN)
			put(text, "%s%s", count > 0 ? ", " : "", addr);
		count++;
	}
	if (count > ADDRESSES_SHOWN)
		put(text, _(" and %zu more"), count - ADDRESSES_SHOWN);
	if (count == 0)
		put(text, _("none"));
}

static bool is_here(const struct lsp_why *why, const struct lsp_addr *addr)
{
	size_t i;

	for (i = 0; i < why->addr_count; i++) {
		if (why->addrs[i].family == addr->family && memcmp(why->addrs[i].bytes, addr->bytes, 16) == 0)
			return true;
	}
	return false;
}

static void put_no_address(struct text *text, const struct lsp_why *why, const struct lsp_why_port *port)
{
	const struct lsp_addr *addr = &port->verdict.attempt->addr;
	char asked[LSP_ADDR_TEXT_MAX];

	lsp_addr_text(addr, asked);
	if (is_here(why, addr)) {
		put(text, _("%s is here but cannot be used yet: its device is down, or the search for duplicates (IPv6 DAD) runs"),
		    asked);
		return;
	}
	put(text, _("%s is no address of this machine; here are: "), asked);
	put_addresses(text, why, (enum lsp_family)addr->family);
}

static void put_free(struct text *text, const struct lsp_why_port *port)
{
	const struct lsp_bind_case *bind_case = &port->bind_case;
	char addr[LSP_ADDR_TEXT_MAX];

	lsp_addr_text(&bind_case->attempts[0].addr, addr);
	if (port->asked->where == LSP_AT_ADDRESS)
		put(text, _("a plain bind() works on %s"), addr);
	else if (bind_case->attempt_count == 2 && (port->verdict.notes & LSP_BIND_NOTE_NO_INET6) == 0)
		put(text, _("a plain bind() works on every address, IPv4 and IPv6"));
	else
		put(text,
		    (port->verdict.notes & LSP_BIND_NOTE_NO_INET6) != 0 ?
			    _("a plain bind() works on every %s address; this system has no IPv6") :
			    _("a plain bind() works on every %s address"),
		    bind_case->attempts[0].addr.family == LSP_INET6 ? "IPv6" : "IPv4");
}

static void put_privileged(struct text *text, const struct lsp_why *why, const struct lsp_why_port *port)
{
	put(text, _("ports below %u (net.ipv4.ip_unprivileged_port_start) need CAP_NET_BIND_SERVICE, which you have not"),
	    why->rules.privileged_below);
	if (port->verdict.row == NULL)
		return;
	put(text, _("; besides, "));
	put_deed(text, why->snapshot, port->verdict.row, false);
}

void lsp_why_sentence(const struct lsp_why *why, const struct lsp_why_port *port, char ret_text[LSP_WHY_TEXT_MAX])
{
	const struct lsp_bind_verdict *verdict = &port->verdict;
	struct text text = {ret_text, 0};

	ret_text[0] = '\0';
	switch (verdict->word) {
	case LSP_BIND_FREE:
		put_free(&text, port);
		break;
	case LSP_BIND_OTHER_NAMESPACE:
		put(&text, _("free here: "));
		put_free(&text, port);
		put(&text, _("; but in another network namespace "));
		put_deed(&text, why->elsewhere, verdict->row, false);
		break;
	case LSP_BIND_TIME_WAIT:
		put_time_wait(&text, why, port);
		break;
	case LSP_BIND_CLIENT:
		put_client(&text, why, port);
		break;
	case LSP_BIND_GROUP:
		put_group(&text, why, port);
		break;
	case LSP_BIND_PRIVILEGED:
		put_privileged(&text, why, port);
		break;
	case LSP_BIND_EXCLUDED:
		put(&text,
		    _("%u-%u is kept by the system (netsh interface ipv4 show excludedportrange protocol=%s), for Hyper-V, WSL, "
		      "Docker or a service: bind() says access denied, and nobody has the port"),
		    verdict->kept->low, verdict->kept->high, lsp_proto_name(port->bind_case.proto));
		break;
	case LSP_BIND_NO_ADDRESS:
		put_no_address(&text, why, port);
		break;
	case LSP_BIND_REFUSED:
		put(&text, _("%s() says: %s"), verdict->fault->op, verdict->fault->detail);
		if (verdict->fault->os_code != 0)
			put(&text, _(" (errno %d)"), verdict->fault->os_code);
		if (verdict->fault->err == LSP_IN_USE)
			put(&text, _("; nobody is to be seen on it"));
		break;
	case LSP_BIND_UNKNOWN:
		put(&text, _("could not be tried: %s: %s"), verdict->fault->op, verdict->fault->detail);
		break;
	default:
		if (verdict->row != NULL)
			put_held(&text, why, port);
		else
			put(&text, _("it is in use and nobody is to be seen: somebody has bound it and does not listen; this system does "
				   "not list such sockets (Linux 6.8 does)"));
	}
}

/* --- ways out ------------------------------------------------------------------------------------------------ */

/* "tcp/8000", at the address of the socket that is to go. */
static void put_operand(struct text *text, const struct lsp_socket *socket)
{
	put(text, "%s/%u", lsp_proto_name(socket->proto), socket->local_port);
}

static void put_reserve(struct text *text, const struct lsp_why *why, const struct lsp_why_port *port)
{
	char command[1200];

	lsp_advice_reserve(why->backend->dialect, &why->rules, port->bind_case.proto, port->bind_case.port, command,
			   sizeof command);
	put(text, "%s", command);
}

static void put_end(struct text *text, const struct lsp_why *why, const struct lsp_why_port *port)
{
	const struct lsp_row *row = port->verdict.row;

	if (row == NULL) {
		put(text, _("end the program that you suspect, or take another port: lsports --next"));
		return;
	}
	if (row->owner == LSP_OWNER_KERNEL) {
		put(text, "%s", lsp_advice_kernel(why->backend->dialect));
		return;
	}
	put(text, "lsports --kill ");
	put_operand(text, row->socket);
	/* on Windows it works for TCP as well, and nobody knows which of the two gets what comes */
	if (port->verdict.reuseaddr && port->bind_case.proto == LSP_UDP && why->backend->dialect != LSP_DIALECT_WINDOWS)
		put(text, _("; or share it: SO_REUSEADDR works"));
}

void lsp_why_way_out(const struct lsp_why *why, const struct lsp_why_port *port, char ret_text[LSP_WHY_TEXT_MAX])
{
	const struct lsp_bind_verdict *verdict = &port->verdict;
	struct text text = {ret_text, 0};
	uint16_t number = port->bind_case.port;
	bool is_windows = why->backend->dialect == LSP_DIALECT_WINDOWS;

	ret_text[0] = '\0';
	switch (verdict->word) {
	case LSP_BIND_FREE:
		break;
	case LSP_BIND_OTHER_NAMESPACE:
		if (verdict->row->holder_count > 0)
			put(&text, _("to look there: sudo nsenter -t %u -n lsports %u"), verdict->row->holders[0].pid, number);
		break;
	case LSP_BIND_TIME_WAIT:
		put(&text, "%s",
		    verdict->reuseaddr && !is_windows ? _("set SO_REUSEADDR in the server before bind(), or wait") : _("wait"));
		break;
	case LSP_BIND_CLIENT:
		put(&text, _("wait for the end of that connection, or restart its program"));
		if ((verdict->notes & LSP_BIND_NOTE_EPHEMERAL) != 0) {
			put(&text, _("; so that it does not come again: "));
			put_reserve(&text, why, port);
		}
		break;
	case LSP_BIND_HIDDEN:
		if ((why->rules.has & LSP_RULES_UID) != 0 && why->rules.uid == 0) {
			why->backend->way_out(ret_text, LSP_WHY_TEXT_MAX);
			break;
		}
		put(&text, "%slsports --why ", is_windows ? "" : "sudo ");
		put_operand(&text, verdict->row->socket);
		put(&text, "%s", is_windows ? _("; as administrator") : "");
		break;
	case LSP_BIND_GROUP:
		if (verdict->is_of_one_user)
			put(&text, _("set SO_REUSEPORT to join it; or to free it: "));
		put_end(&text, why, port);
		break;
	case LSP_BIND_PRIVILEGED:
		put(&text,
		    _("sudo setcap cap_net_bind_service=+ep PROGRAM; or: sudo sysctl -w net.ipv4.ip_unprivileged_port_start=%u; or "
		    "AmbientCapabilities=CAP_NET_BIND_SERVICE in its systemd unit; or authbind; or a port from %u on"),
		    number, why->rules.privileged_below);
		break;
	case LSP_BIND_EXCLUDED:
		lsp_advice_excluded(port->bind_case.proto, number, ret_text, LSP_WHY_TEXT_MAX);
		break;
	case LSP_BIND_NO_ADDRESS:
		put(&text, _("bind one of those, or all"));
		if (!is_windows)
			put(&text, _("; if the address comes later: sudo sysctl -w net.%s.ip_nonlocal_bind=1"),
			    verdict->attempt->addr.family == LSP_INET6 ? "ipv6" : "ipv4");
		break;
	case LSP_BIND_REFUSED:
	case LSP_BIND_UNKNOWN:
		if (verdict->fault->err == LSP_IN_USE)
			put(&text, _("ask again; or take another port: lsports --next"));
		break;
	default:
		put_end(&text, why, port);
	}
}

/* --- the table for people ------------------------------------------------------------------------------------ */

static void put_line(struct lsp_sink *sink, const char *title, const char *words)
{
	if (words[0] == '\0')
		return;
	lsp_sink_word(sink, "    ");
	lsp_sink_word(sink, title);
	lsp_sink_word(sink, ": ");
	lsp_escape_text(sink, words, strlen(words));
	lsp_sink_byte(sink, '\n');
}

static void put_notes(struct lsp_sink *sink, const struct lsp_why *why, const struct lsp_why_port *port)
{
	char words[LSP_WHY_TEXT_MAX];
	unsigned notes = port->verdict.notes;
	struct text text = {words, 0};

	if ((notes & LSP_BIND_NOTE_RESERVED) != 0) {
		put(&text, _("in %s: no outgoing connection gets it; it may be bound"),
		    lsp_advice_reserved_list(why->backend->dialect));
		put_line(sink, _("reserved"), words);
	}
	if ((notes & LSP_BIND_NOTE_EPHEMERAL) != 0 && port->verdict.word != LSP_BIND_CLIENT) {
		text.used = 0;
		put(&text, _("outgoing connections take their ports from %u-%u: one may have it before a server starts; to reserve it: "),
		    why->rules.ephemeral_low, why->rules.ephemeral_high);
		put_reserve(&text, why, port);
		put_line(sink, _("ephemeral"), words);
	}
	if ((notes & LSP_BIND_NOTE_PRIVILEGED) != 0 && port->code == 0) {
		text.used = 0;
		put(&text, _("below %u: you may bind it, others without CAP_NET_BIND_SERVICE may not"), why->rules.privileged_below);
		put_line(sink, _("privileged"), words);
	}
	if ((notes & LSP_BIND_NOTE_OVERLAP) != 0 && port->verdict.row != NULL) {
		text.used = 0;
		put_deed(&text, why->snapshot, port->verdict.row, false);
		put(&text, _(": what comes to the more exact address goes there; lsports --next passes over such a port"));
		put_line(sink, _("overlap"), words);
	}
	if ((notes & LSP_BIND_NOTE_NONLOCAL) != 0)
		put_line(sink, _("nonlocal"), _("the address is not here; ip_nonlocal_bind lets you bind it all the same"));
}

static void put_also(struct lsp_sink *sink, const struct lsp_why_port *port)
{
	static const char *const titles[] = {N_("also free"), N_("not free")};
	char words[LSP_WHY_TEXT_MAX], addr[LSP_ADDR_TEXT_MAX];
	size_t i;
	int wrong;

	for (wrong = 0; wrong < 2; wrong++) {
		struct text text = {words, 0};

		words[0] = '\0';
		for (i = 0; i < port->also_count; i++) {
			if (lsp_attempt_works(&port->also[i], LSP_WAY_PLAIN) == (wrong == 1))
				continue;
			lsp_addr_text(&port->also[i].addr, addr);
			put(&text, "%s%s", text.used > 0 ? ", " : "", addr);
		}
		put_line(sink, _(titles[wrong]), words);
	}
}

static void put_tried(struct lsp_sink *sink, const struct lsp_why_port *port)
{
	static const char *const names[] = {"plain", "SO_REUSEADDR", "SO_REUSEPORT", "IPV6_V6ONLY", "SO_EXCLUSIVEADDRUSE"};
	char words[LSP_WHY_TEXT_MAX], addr[LSP_ADDR_TEXT_MAX], title[LSP_ADDR_TEXT_MAX + 32];
	size_t i;
	int way;

	for (i = 0; i < port->bind_case.attempt_count; i++) {
		const struct lsp_attempt *attempt = &port->bind_case.attempts[i];
		struct text text = {words, 0};

		lsp_addr_text(&attempt->addr, addr);
		words[0] = '\0';
		snprintf(title, sizeof title, _("tried on %s"), addr);
		for (way = 0; way < LSP_WAY_COUNT; way++) {
			const char *result = lsp_why_result(attempt, (enum lsp_way)way);

			/* of the other ways each system has its own */
			if (result != NULL && (way == LSP_WAY_PLAIN || attempt->faults[way].err != LSP_UNSUPPORTED))
				put(&text, "%s%s %s", way > 0 ? ", " : "", names[way], result);
		}
		put_line(sink, title, words);
	}
}

void lsp_why_say(const struct lsp_why *why)
{
	char words[LSP_WHY_TEXT_MAX];
	struct lsp_sink sink;
	size_t i;

	lsp_sink_open(&sink, stdout);
	for (i = 0; i < why->port_count; i++) {
		const struct lsp_why_port *port = &why->ports[i];

		lsp_why_label(port, words);
		lsp_sink_word(&sink, words);
		lsp_sink_word(&sink, ": ");
		lsp_sink_word(&sink, _(lsp_bind_word_name(port->verdict.word)));
		lsp_sink_word(&sink, ": ");
		lsp_why_sentence(why, port, words);
		lsp_escape_text(&sink, words, strlen(words));
		lsp_sink_byte(&sink, '\n');
		lsp_why_way_out(why, port, words);
		put_line(&sink, _("way out"), words);
		put_notes(&sink, why, port);
		put_also(&sink, port);
		if (port->code != 0)
			put_tried(&sink, port);
	}
	lsp_sink_close(&sink);
}
