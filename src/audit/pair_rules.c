/*
 * pair_rules.c - several sockets on one port that do not belong together.
 */
#include "rules.h"

#include <stdlib.h>

#include <lsports/language.h>

#include "core/answer.h"
#include "core/mem.h"

enum { ANSWERS_MAX = 64 };

/* Ports of the same number and protocol. */
struct group {
	const struct lsp_open_port *ports;
	size_t count;
};

/* The group that begins at *at; moves *at behind it. False: there is none with more than one socket. */
static bool next_group(const struct lsp_audit *audit, size_t *at, struct group *ret_group)
{
	while (*at < audit->port_count) {
		const struct lsp_open_port *first = &audit->ports[*at];
		size_t end = *at;

		while (end < audit->port_count && audit->ports[end].socket->local_port == first->socket->local_port &&
		       audit->ports[end].socket->proto == first->socket->proto)
			end++;
		*ret_group = (struct group){first, end - *at};
		*at = end;
		if (ret_group->count > 1)
			return true;
	}
	return false;
}

static bool share_process(const struct lsp_row *a, const struct lsp_row *b)
{
	uint32_t i = 0, j = 0;

	while (i < a->holder_count && j < b->holder_count) {
		if (a->holders[i].pid == b->holders[j].pid)
			return true;
		if (a->holders[i].pid < b->holders[j].pid)
			i++;
		else
			j++;
	}
	return false;
}

static bool are_known(const struct lsp_row *a, const struct lsp_row *b)
{
	return a->holder_count > 0 && b->holder_count > 0;
}

static bool same_maker(const struct lsp_socket *a, const struct lsp_socket *b)
{
	return (a->has & b->has & LSP_HAS_UID) != 0 && a->uid == b->uid;
}

static bool is_inet4(const struct lsp_socket *socket)
{
	return lsp_addr_unmap(&socket->local).family == LSP_INET4;
}

/* --- v6-twin -------------------------------------------------------------------------------------------------- */

static bool belong_together(const struct lsp_open_port *a, const struct lsp_open_port *b)
{
	return are_known(a->row, b->row) ? share_process(a->row, b->row) : same_maker(a->socket, b->socket);
}

static bool is_dual_stack(const struct lsp_socket *socket)
{
	return lsp_addr_is_any(&socket->local) && (socket->has & LSP_HAS_V6ONLY) != 0 && !socket->v6only;
}

/* The IPv6 socket of the group that is open wider than all that take IPv4, and the IPv4 one of the same process. */
static const struct lsp_open_port *find_twin(const struct group *group, const struct lsp_open_port **ret_narrow)
{
	const struct lsp_open_port *wide = NULL;
	size_t i, j;

	for (i = 0; i < group->count; i++) {
		const struct lsp_open_port *port = &group->ports[i];

		if ((is_inet4(port->socket) || is_dual_stack(port->socket)) && port->scope != LSP_SCOPE_LOOPBACK)
			return NULL;
	}
	for (i = 0; i < group->count && wide == NULL; i++) {
		const struct lsp_open_port *port = &group->ports[i];

		for (j = 0; j < group->count && !is_inet4(port->socket) && port->scope != LSP_SCOPE_LOOPBACK; j++) {
			if (!is_inet4(group->ports[j].socket) || !belong_together(port, &group->ports[j]))
				continue;
			wide = port;
			*ret_narrow = &group->ports[j];
		}
	}
	return wide;
}

void lsp_look_v6_twin(struct lsp_audit *audit, enum lsp_rule rule)
{
	struct group group;
	size_t at = 0;

	while (next_group(audit, &at, &group)) {
		const struct lsp_open_port *narrow, *wide = find_twin(&group, &narrow);
		char text[LSP_ADDR_TEXT_MAX];
		struct lsp_finding *finding;

		if (wide == NULL)
			continue;
		finding = lsp_finding_add(audit, rule, LSP_SEVERITY_WARNING, wide->row);
		finding->rows[1] = narrow->row;
		lsp_addr_text(&narrow->socket->local, text);
		lsp_finding_say(finding, _("IPv4 is bound to %s alone"), text);
		lsp_finding_text(finding, "scope", lsp_scope_name(wide->scope));
	}
}

/* --- two-answers ---------------------------------------------------------------------------------------------- */

struct answers {
	const struct lsp_socket *sockets[ANSWERS_MAX];
	size_t count;
};

/* A group that is called. */
struct callee {
	struct group group;
	const struct lsp_socket **sockets; /* its, in the snapshot's order */
};

static int by_place(const void *a, const void *b)
{
	const struct lsp_socket *x = *(const struct lsp_socket *const *)a, *y = *(const struct lsp_socket *const *)b;

	return (x > y) - (x < y);
}

static void list_sockets(struct callee *callee)
{
	size_t i;

	for (i = 0; i < callee->group.count; i++)
		callee->sockets[i] = callee->group.ports[i].socket;
	qsort(callee->sockets, callee->group.count, sizeof *callee->sockets, by_place);
}

static void ask(const struct lsp_audit *audit, const struct callee *callee, const struct lsp_addr *addr, uint32_t link,
		struct answers *ret_answers)
{
	ret_answers->count = lsp_answer(audit->facts->snapshot, callee->sockets, callee->group.count, addr, link,
					ret_answers->sockets, ANSWERS_MAX);
	if (ret_answers->count > ANSWERS_MAX)
		ret_answers->count = 0; /* a crowd: nobody can tell them apart */
}

/* NULL: not among the ports that were asked for. */
static const struct lsp_open_port *port_of(const struct group *group, const struct lsp_socket *socket)
{
	size_t i;

	for (i = 0; i < group->count; i++) {
		if (group->ports[i].socket == socket)
			return &group->ports[i];
	}
	return NULL;
}

/* What one publishes for IPv4 the other publishes for IPv6: both wildcards, or both as far as this machine, … */
static bool are_pair(const struct lsp_open_port *a, const struct lsp_open_port *b)
{
	return a->is_one_of_two && b->is_one_of_two && is_inet4(a->socket) != is_inet4(b->socket) &&
	       lsp_scope_of_addr(&a->socket->local) == lsp_scope_of_addr(&b->socket->local);
}

/* Two of those that are customary at the port, each at an address of its own: name servers of several networks, a web
 * server behind another. */
static bool are_side_by_side(const struct lsp_open_port *a, const struct lsp_open_port *b)
{
	return a->program != NULL && a->program == b->program &&
	       lsp_program_owns(a->program, a->socket->local_port) && !lsp_addr_is_any(&a->socket->local) &&
	       !lsp_addr_is_any(&b->socket->local);
}

/* Of hidden ones only their users tell that they are two. */
static bool may_be_same(const struct lsp_row *a, const struct lsp_row *b)
{
	if (are_known(a, b))
		return share_process(a, b);
	return (a->socket->has & b->socket->has & LSP_HAS_UID) == 0 || a->socket->uid == b->socket->uid;
}

/* Two rows, one of each answer, when nobody who answers here answers there. */
static bool differ(const struct group *group, const struct answers *here, const struct answers *there,
		   const struct lsp_row *ret_rows[2])
{
	size_t i, j;

	for (i = 0; i < here->count; i++) {
		const struct lsp_open_port *a = port_of(group, here->sockets[i]);

		for (j = 0; j < there->count; j++) {
			const struct lsp_open_port *b = port_of(group, there->sockets[j]);

			if (a == NULL || b == NULL || a == b || are_pair(a, b) || are_side_by_side(a, b) ||
			    may_be_same(a->row, b->row))
				return false;
			ret_rows[0] = b->row;
			ret_rows[1] = a->row;
		}
	}
	return here->count > 0 && there->count > 0;
}

static void add_two_answers(struct lsp_audit *audit, enum lsp_rule rule, const struct lsp_row *rows[2],
			    const struct lsp_addr *here, const struct lsp_addr *there)
{
	char here_text[LSP_ADDR_TEXT_MAX], there_text[LSP_ADDR_TEXT_MAX], here_who[LSP_WHO_MAX], there_who[LSP_WHO_MAX];
	struct lsp_finding *finding = lsp_finding_add(audit, rule, LSP_SEVERITY_WARNING, rows[0]);

	finding->rows[1] = rows[1];
	lsp_addr_text(here, here_text);
	lsp_addr_text(there, there_text);
	lsp_finding_say(finding, _("%s reaches %s, %s reaches %s"), here_text,
			lsp_who(audit->facts->snapshot, rows[1], here_who), there_text,
			lsp_who(audit->facts->snapshot, rows[0], there_who));
}

/* All sockets of the group have a process in common with the first: whoever answers, it is he. */
static bool is_of_one(const struct group *group)
{
	size_t i;

	for (i = 1; i < group->count; i++) {
		if (!are_known(group->ports[0].row, group->ports[i].row) ||
		    !share_process(group->ports[0].row, group->ports[i].row))
			return false;
	}
	return true;
}

/* Addresses of one family on this machine and the same on the network: the first that reaches another one is told. */
static bool compare_from(struct lsp_audit *audit, enum lsp_rule rule, const struct callee *callee,
			 const struct lsp_addr *here)
{
	const struct lsp_snapshot *snapshot = audit->facts->snapshot;
	struct answers local, remote;
	const struct lsp_row *rows[2];
	size_t i;

	ask(audit, callee, here, 0, &local);
	for (i = 0; i < snapshot->link_addr_count && local.count > 0; i++) {
		const struct lsp_link_addr *there = &snapshot->link_addrs[i];

		if (there->addr.family != here->family || lsp_scope_of_addr(&there->addr) == LSP_SCOPE_LOOPBACK)
			continue;
		ask(audit, callee, &there->addr, there->link, &remote);
		if (differ(&callee->group, &local, &remote, rows)) {
			add_two_answers(audit, rule, rows, here, &there->addr);
			return true;
		}
	}
	return false;
}

void lsp_look_two_answers(struct lsp_audit *audit, enum lsp_rule rule)
{
	static const struct lsp_addr here4 = {.family = LSP_INET4, .bytes = {127, 0, 0, 1}};
	static const struct lsp_addr here6 = {.family = LSP_INET6, .bytes = {[15] = 1}};
	struct callee callee = {.sockets = lsp_realloc_array(NULL, audit->port_count + 1, sizeof *callee.sockets)};
	size_t at = 0;

	while (next_group(audit, &at, &callee.group)) {
		struct answers four, six;
		const struct lsp_row *rows[2];

		if (is_of_one(&callee.group))
			continue;
		list_sockets(&callee);
		if (compare_from(audit, rule, &callee, &here4) || compare_from(audit, rule, &callee, &here6))
			continue;
		/* "localhost" is both of them, and a client may try either first */
		ask(audit, &callee, &here4, 0, &four);
		ask(audit, &callee, &here6, 0, &six);
		if (differ(&callee.group, &four, &six, rows))
			add_two_answers(audit, rule, rows, &here4, &here6);
	}
	free(callee.sockets);
}

/* --- shared-port ---------------------------------------------------------------------------------------------- */

static bool same_place(const struct lsp_socket *a, const struct lsp_socket *b)
{
	return lsp_addr_cmp(&a->local, &b->local) == 0 && ((a->has ^ b->has) & LSP_HAS_IFINDEX) == 0 &&
	       ((a->has & LSP_HAS_IFINDEX) == 0 || a->ifindex == b->ifindex);
}

/* The user of the first process that is known, else of the socket. */
static bool user_of(const struct lsp_audit *audit, const struct lsp_row *row, uint32_t *ret_uid)
{
	const struct lsp_process *process;
	uint32_t at = 0;

	while ((process = lsp_row_process(audit->facts->snapshot, row, &at)) != NULL) {
		if ((process->has & LSP_PROCESS_HAS_UID) == 0)
			continue;
		*ret_uid = process->uid;
		return true;
	}
	*ret_uid = row->socket->uid;
	return (row->socket->has & LSP_HAS_UID) != 0;
}

/* Groups of multicast: each member gets a copy, and sharing is the custom. RFC 6762, 15.1; UPnP device architecture;
 * WS-Discovery; RFC 4795. */
static bool is_shared_by_custom(const struct lsp_socket *socket)
{
	struct lsp_addr local = lsp_addr_unmap(&socket->local);
	bool is_group = local.family == LSP_INET4 ? local.bytes[0] >> 4 == 0xe : local.bytes[0] == 0xff;

	return socket->proto == LSP_UDP && (is_group || socket->local_port == 5353 || socket->local_port == 1900 ||
					    socket->local_port == 3702 || socket->local_port == 5355);
}

void lsp_look_shared_port(struct lsp_audit *audit, enum lsp_rule rule)
{
	struct group group;
	size_t at = 0, i;

	while (next_group(audit, &at, &group)) {
		for (i = 1; i < group.count; i++) {
			const struct lsp_open_port *a = &group.ports[i - 1], *b = &group.ports[i];
			char a_who[LSP_WHO_MAX], b_who[LSP_WHO_MAX];
			struct lsp_finding *finding;
			uint32_t a_uid, b_uid;

			if (!same_place(a->socket, b->socket) || is_shared_by_custom(a->socket) ||
			    share_process(a->row, b->row) || !user_of(audit, a->row, &a_uid) ||
			    !user_of(audit, b->row, &b_uid) || a_uid == b_uid)
				continue;
			finding = lsp_finding_add(audit, rule, LSP_SEVERITY_WARNING, b->row);
			finding->rows[1] = a->row;
			lsp_finding_say(finding, _("%s of uid %u and %s of uid %u"),
					lsp_who(audit->facts->snapshot, a->row, a_who), a_uid,
					lsp_who(audit->facts->snapshot, b->row, b_who), b_uid);
			break;
		}
	}
}
