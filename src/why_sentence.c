/*
 * why_sentence.c - one function for each verdict's sentence; people and JSON get the same.
 */
#include <string.h>

#include <lsports/language.h>

#include "advice.h"
#include "why_words.h"

#define PEERS_SHOWN 3
#define ADDRESSES_SHOWN 8

static void put_connection(struct lsp_why_text *text, const struct lsp_snapshot *snapshot, const struct lsp_row *row)
{
	const struct lsp_socket *socket = row->socket;
	size_t count = lsp_row_process_count(row) > 1 ? 2 : 1;
	char who[LSP_WHY_TEXT_MAX], endpoint[LSP_WHY_ENDPOINT_MAX], peer[LSP_WHY_ENDPOINT_MAX];

	if ((socket->has & LSP_HAS_PEER) == 0 || lsp_socket_holds_port(socket)) {
		lsp_why_put_deed(text, snapshot, row, false);
		return;
	}
	lsp_why_put(text, lsp_text_of("%s has a connection on %s to %s", "%s have a connection on %s to %s", count),
		    lsp_why_who(snapshot, row, who), lsp_why_endpoint(&socket->local, socket->local_port, endpoint),
		    lsp_why_endpoint(&socket->peer, socket->peer_port, peer));
}
/* Why a socket at that address is in the way of this one: only said where they differ. */
static void put_overlap(struct lsp_why_text *text, const struct lsp_why_port *port, const struct lsp_socket *socket)
{
	const struct lsp_attempt *attempt = port->verdict.attempt;
	bool is_any = lsp_addr_is_any(&socket->local), asks_any = lsp_addr_is_any(&attempt->addr);
	bool is_dual =
		is_any && socket->local.family == LSP_INET6 && !((socket->has & LSP_HAS_V6ONLY) != 0 && socket->v6only);
	char asked[LSP_ADDR_TEXT_MAX];

	lsp_addr_text(&attempt->addr, asked);
	if (is_dual && attempt->addr.family == LSP_INET4 && asks_any)
		lsp_why_put(text, _(", which takes IPv4 as well (dual-stack)"));
	else if (is_dual && attempt->addr.family == LSP_INET4)
		lsp_why_put(text, _(", which takes IPv4 as well (dual-stack), so also %s"), asked);
	else if (is_any && !asks_any)
		lsp_why_put(text, _(", which is every %s address, also %s"),
			    attempt->addr.family == LSP_INET6 ? "IPv6" : "IPv4", asked);
	else if (socket->local.family == LSP_INET4 && attempt->addr.family == LSP_INET6)
		lsp_why_put(text, _(", and [%s] would take IPv4 as well"), asked);
	else if (!is_any && asks_any)
		lsp_why_put(text, _(", and every address (%s) includes that one"), asked);
	if (lsp_attempt_works(attempt, LSP_WAY_V6ONLY))
		lsp_why_put(text, _("; IPv6 alone (IPV6_V6ONLY) can be bound"));
}

static void put_more(struct lsp_why_text *text, const struct lsp_why_port *port)
{
	size_t more = port->verdict.evidence - 1;

	if (port->verdict.evidence > 1)
		lsp_why_put(
			text,
			lsp_text_of("; %zu more socket stands in the way", "; %zu more sockets stand in the way", more),
			more);
}

static void put_held(struct lsp_why_text *text, const struct lsp_why *why, const struct lsp_why_port *port)
{
	const struct lsp_bind_verdict *verdict = &port->verdict;

	lsp_why_put_deed(text, why->snapshot, verdict->row, verdict->word == LSP_BIND_IDLE);
	if ((verdict->notes & LSP_BIND_NOTE_EXCLUSIVE) != 0)
		lsp_why_put(text, _(" and shares it with nobody (SO_EXCLUSIVEADDRUSE, or another user's)"));
	put_overlap(text, port, verdict->row->socket);
	put_more(text, port);
}

static void put_group(struct lsp_why_text *text, const struct lsp_why *why, const struct lsp_why_port *port)
{
	const struct lsp_bind_verdict *verdict = &port->verdict;

	lsp_why_put(text, _("a group with SO_REUSEPORT has it: "));
	lsp_why_put_deed(text, why->snapshot, verdict->row, false);
	put_more(text, port);
	lsp_why_put(text, "%s",
		    verdict->is_of_one_user ? _("; it is yours: a server with SO_REUSEPORT could join it")
					    : _("; it is another user's: you cannot join it"));
}

/* Where the connection has its port from, when that can be known. */
static void put_client(struct lsp_why_text *text, const struct lsp_why *why, const struct lsp_why_port *port)
{
	const struct lsp_bind_verdict *verdict = &port->verdict;

	put_connection(text, why->snapshot, verdict->row);
	put_more(text, port);
	if ((verdict->notes & LSP_BIND_NOTE_EPHEMERAL) != 0)
		lsp_why_put(text, _("; the kernel gave it this port from %s (%u-%u)"),
			    lsp_advice_ephemeral_range(why->backend->dialect), why->rules.ephemeral_low,
			    why->rules.ephemeral_high);
	else
		lsp_why_put(text, _("; nobody listens: it bound this port itself, or is left of a server that ended"));
}

static void put_time_wait(struct lsp_why_text *text, const struct lsp_why *why, const struct lsp_why_port *port)
{
	size_t waiting = 0, named = 0, i;
	char endpoint[LSP_WHY_ENDPOINT_MAX];

	for (i = 0; i < why->row_count; i++) {
		if (lsp_bind_is_evidence(&port->bind_case, &port->verdict, &why->rows[i]))
			waiting += why->rows[i].socket->state == LSP_TIME_WAIT;
	}
	lsp_why_put(text,
		    lsp_text_of("%zu closed connection lingers on it without a process",
				"%zu closed connections linger on it without a process", port->verdict.evidence),
		    port->verdict.evidence);
	for (i = 0; i < why->row_count && named < PEERS_SHOWN; i++) {
		const struct lsp_socket *socket = why->rows[i].socket;

		if (!lsp_bind_is_evidence(&port->bind_case, &port->verdict, &why->rows[i]) ||
		    (socket->has & LSP_HAS_PEER) == 0)
			continue;
		lsp_why_put(text, "%s%s", named++ == 0 ? _(", towards ") : ", ",
			    lsp_why_endpoint(&socket->peer, socket->peer_port, endpoint));
	}
	if (named > 0 && port->verdict.evidence > named)
		lsp_why_put(text, _(" and %zu more"), port->verdict.evidence - named);
	if (why->backend->dialect == LSP_DIALECT_WINDOWS) {
		/* TcpTimedWaitDelay: 120 s or 240 s, as no setting says. SO_REUSEADDR would take the port from others too. */
		lsp_why_put(text, _(" (TIME_WAIT: for four minutes at most)"));
		return;
	}
	if (waiting == port->verdict.evidence)
		lsp_why_put(text, _(" (TIME_WAIT: for 60 s at most)")); /* TCP_TIMEWAIT_LEN, include/net/tcp.h */
	else
		lsp_why_put(text, _(" (TIME_WAIT %zu, still closing %zu: some minutes at most)"), waiting,
			    port->verdict.evidence - waiting);
	lsp_why_put(text, "%s",
		    port->verdict.reuseaddr
			    ? _("; a server with SO_REUSEADDR can bind now")
			    : _("; not even SO_REUSEADDR binds now: the old sockets were made without it"));
}

static void put_addresses(struct lsp_why_text *text, const struct lsp_why *why, enum lsp_family family)
{
	char addr[LSP_ADDR_TEXT_MAX];
	size_t count = 0, i;

	for (i = 0; i < why->addr_count; i++) {
		if (why->addrs[i].family != family)
			continue;
		lsp_addr_text(&why->addrs[i], addr);
		if (count < ADDRESSES_SHOWN)
			lsp_why_put(text, "%s%s", count > 0 ? ", " : "", addr);
		count++;
	}
	if (count > ADDRESSES_SHOWN)
		lsp_why_put(text, _(" and %zu more"), count - ADDRESSES_SHOWN);
	if (count == 0)
		lsp_why_put(text, _("none"));
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

static void put_no_address(struct lsp_why_text *text, const struct lsp_why *why, const struct lsp_why_port *port)
{
	const struct lsp_addr *addr = &port->verdict.attempt->addr;
	char asked[LSP_ADDR_TEXT_MAX];

	lsp_addr_text(addr, asked);
	if (is_here(why, addr)) {
		lsp_why_put(text,
			    _("%s is here but cannot be used yet: its device is down, or the search for duplicates "
			      "(IPv6 DAD) runs"),
			    asked);
		return;
	}
	lsp_why_put(text, _("%s is no address of this machine; here are: "), asked);
	put_addresses(text, why, (enum lsp_family)addr->family);
}

static void put_free(struct lsp_why_text *text, const struct lsp_why_port *port)
{
	const struct lsp_bind_case *bind_case = &port->bind_case;
	char addr[LSP_ADDR_TEXT_MAX];

	lsp_addr_text(&bind_case->attempts[0].addr, addr);
	if (port->asked->where == LSP_AT_ADDRESS)
		lsp_why_put(text, _("a plain bind() works on %s"), addr);
	else if (bind_case->attempt_count == 2 && (port->verdict.notes & LSP_BIND_NOTE_NO_INET6) == 0)
		lsp_why_put(text, _("a plain bind() works on every address, IPv4 and IPv6"));
	else
		lsp_why_put(text,
			    (port->verdict.notes & LSP_BIND_NOTE_NO_INET6) != 0
				    ? _("a plain bind() works on every %s address; this system has no IPv6")
				    : _("a plain bind() works on every %s address"),
			    bind_case->attempts[0].addr.family == LSP_INET6 ? "IPv6" : "IPv4");
}

static void put_privileged(struct lsp_why_text *text, const struct lsp_why *why, const struct lsp_why_port *port)
{
	lsp_why_put(
		text,
		_("ports below %u (net.ipv4.ip_unprivileged_port_start) need CAP_NET_BIND_SERVICE, which you have not"),
		why->rules.privileged_below);
	if (port->verdict.row == NULL)
		return;
	lsp_why_put(text, _("; besides, "));
	lsp_why_put_deed(text, why->snapshot, port->verdict.row, false);
}

void lsp_why_sentence(const struct lsp_why *why, const struct lsp_why_port *port, char ret_text[LSP_WHY_TEXT_MAX])
{
	const struct lsp_bind_verdict *verdict = &port->verdict;
	struct lsp_why_text text = {ret_text, 0};

	ret_text[0] = '\0';
	switch (verdict->word) {
	case LSP_BIND_FREE:
		put_free(&text, port);
		break;
	case LSP_BIND_OTHER_NAMESPACE:
		lsp_why_put(&text, _("free here: "));
		put_free(&text, port);
		lsp_why_put(&text, _("; but in another network namespace "));
		lsp_why_put_deed(&text, why->elsewhere, verdict->row, false);
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
		lsp_why_put(&text,
			    _("%u-%u is kept by the system (netsh interface ipv4 show excludedportrange protocol=%s), "
			      "for Hyper-V, WSL, "
			      "Docker or a service: bind() says access denied, and nobody has the port"),
			    verdict->kept->low, verdict->kept->high, lsp_proto_name(port->bind_case.proto));
		break;
	case LSP_BIND_NO_ADDRESS:
		put_no_address(&text, why, port);
		break;
	case LSP_BIND_REFUSED:
		lsp_why_put(&text, _("%s() says: %s"), verdict->fault->op, verdict->fault->detail);
		if (verdict->fault->os_code != 0)
			lsp_why_put(&text, _(" (errno %d)"), verdict->fault->os_code);
		if (verdict->fault->err == LSP_IN_USE)
			lsp_why_put(&text, _("; nobody is to be seen on it"));
		break;
	case LSP_BIND_UNKNOWN:
		lsp_why_put(&text, _("could not be tried: %s: %s"), verdict->fault->op, verdict->fault->detail);
		break;
	default:
		if (verdict->row != NULL)
			put_held(&text, why, port);
		else
			lsp_why_put(&text, _("it is in use and nobody is to be seen: somebody has bound it and does "
					     "not listen; this system does "
					     "not list such sockets (Linux 6.8 does)"));
	}
}
