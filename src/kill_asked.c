/*
 * kill_asked.c - see kill_asked.h. Pure.
 */
#include "kill_asked.h"

bool lsp_kill_asks(const struct lsp_kill_asked *asked, const struct lsp_socket *socket)
{
	const struct lsp_select *select = &asked->kill->request->select;
	unsigned family = socket->local.family == LSP_INET4 ? LSP_FAMILY_BIT_4 : LSP_FAMILY_BIT_6;
	size_t i;

	if ((select->protos & LSP_PROTO_BIT(socket->proto)) == 0 || (select->families & family) == 0)
		return false;
	for (i = 0; i < select->port_count; i++) {
		if (select->ports[i].word == asked->word && lsp_endpoint_matches(&select->ports[i], socket))
			return true;
	}
	return false;
}

bool lsp_kill_is_of_port(const struct lsp_kill *kill, const struct lsp_victim *victim, uint32_t word)
{
	struct lsp_kill_asked asked = {kill, word};
	size_t i;

	for (i = 0; i < kill->before_count; i++) {
		if (lsp_victim_holds(victim, kill->before_rows[i].socket->key) &&
		    lsp_kill_asks(&asked, kill->before_rows[i].socket))
			return true;
	}
	return false;
}

/* Whether a server at the endpoint and this socket exclude each other: the same address, or one that covers the other.
 * Where a socket does not tell (/proc/net, Windows), it is taken to be as the system makes them. */
static bool covers(const struct lsp_kill_asked *asked, const struct lsp_endpoint *endpoint, const struct lsp_socket *socket)
{
	unsigned families = asked->kill->request->select.families;
	bool any = lsp_addr_is_any(&socket->local);
	bool v6only = (socket->has & LSP_HAS_V6ONLY) != 0 ? socket->v6only != 0
							  : asked->kill->backend->dialect == LSP_DIALECT_WINDOWS;
	bool takes_inet4 = socket->local.family == LSP_INET4 || (any && !v6only);
	bool takes_inet6 = socket->local.family == LSP_INET6;

	if (endpoint->where == LSP_AT_ADDRESS)
		return any && (endpoint->addr.family == LSP_INET4 ? takes_inet4 : takes_inet6);
	return ((families & LSP_FAMILY_BIT_4) != 0 && takes_inet4) || ((families & LSP_FAMILY_BIT_6) != 0 && takes_inet6);
}

enum lsp_relation lsp_kill_relation(const struct lsp_socket *socket, const void *arg)
{
	const struct lsp_kill_asked *asked = arg;
	const struct lsp_select *select = &asked->kill->request->select;
	bool holds = lsp_socket_holds_port(socket), is_asked_for = lsp_kill_asks(asked, socket);
	size_t i;

	if (is_asked_for && (holds || (asked->kill->request->all_states && (socket->has & LSP_HAS_KEY) != 0)))
		return LSP_ASKED_FOR;
	if (is_asked_for)
		return LSP_CONNECTED;
	for (i = 0; holds && i < select->port_count; i++) {
		const struct lsp_endpoint *endpoint = &select->ports[i];

		if (endpoint->word == asked->word && socket->local_port >= endpoint->low &&
		    socket->local_port <= endpoint->high &&
		    (endpoint->protos & select->protos & LSP_PROTO_BIT(socket->proto)) != 0 &&
		    covers(asked, endpoint, socket))
			return LSP_OVERLAPS;
	}
	return LSP_UNRELATED;
}
