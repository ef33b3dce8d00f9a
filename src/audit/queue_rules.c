/*
 * queue_rules.c - what runs full: accept queues, descriptors held by connections that are over, local ports.
 */
#include "rules.h"

#include <stdlib.h>

#include <lsports/language.h>

#include "core/mem.h"

enum {
	CLOSE_WAIT_LEAST = 50,	/* of one process; a few are on their way at any time */
	TIME_WAIT_PERCENT = 80, /* of the ports towards one destination */
	TIME_WAIT_FULL_PERCENT = 97,
};

/* --- listeners ------------------------------------------------------------------------------------------------ */

/* Bound in the range: it got its number from the system, or will not get it one day. */
void lsp_look_ephemeral_listener(struct lsp_audit *audit, enum lsp_rule rule)
{
	const struct lsp_rules *rules = audit->facts->rules;
	size_t i;

	for (i = 0; i < audit->port_count; i++) {
		const struct lsp_open_port *port = &audit->ports[i];
		struct lsp_finding *finding;

		if (!lsp_audit_is_ephemeral(rules, port->socket->local_port) ||
		    ((rules->has & LSP_RULES_RESERVED) != 0 && LSP_RULES_IS_RESERVED(rules, port->socket->local_port)))
			continue;
		finding = lsp_finding_add(audit, rule, LSP_SEVERITY_INFO, port->row);
		lsp_finding_say(finding, _("the range is %u-%u"), rules->ephemeral_low, rules->ephemeral_high);
		lsp_finding_number(finding, "low", rules->ephemeral_low);
		lsp_finding_number(finding, "high", rules->ephemeral_high);
	}
}

/* The kernel lets in one more than the limit (sk_acceptq_is_full, include/net/sock.h). */
bool lsp_audit_queue_is_full(const struct lsp_socket *socket)
{
	return socket->state == LSP_LISTEN && (socket->has & LSP_HAS_RQUEUE) != 0 && (socket->has & LSP_HAS_WQUEUE) != 0 &&
	       socket->rqueue > 0 && socket->rqueue >= socket->wqueue;
}

void lsp_look_accept_queue_full(struct lsp_audit *audit, enum lsp_rule rule)
{
	size_t i;

	for (i = 0; i < audit->port_count; i++) {
		const struct lsp_socket *socket = audit->ports[i].socket;
		struct lsp_finding *finding;

		if (!lsp_audit_queue_is_full(socket))
			continue;
		finding = lsp_finding_add(audit, rule, LSP_SEVERITY_WARNING, audit->ports[i].row);
		lsp_finding_say(finding, _("%u connections wait, the limit is %u"), socket->rqueue, socket->wqueue);
		lsp_finding_number(finding, "length", socket->rqueue);
		lsp_finding_number(finding, "limit", socket->wqueue);
	}
}

/* The counter is of the whole network namespace: the full listener is named when there is just one. */
void lsp_look_accept_overflow(struct lsp_audit *audit, enum lsp_rule rule)
{
	const struct lsp_tcp_counters *before = &audit->facts->before, *after = &audit->facts->after;
	const struct lsp_row *full = NULL;
	size_t full_count = 0, i;
	struct lsp_finding *finding;
	unsigned long grown;

	if ((before->has & after->has & LSP_COUNTS_OVERFLOWS) == 0 || after->overflows <= before->overflows)
		return;
	grown = (unsigned long)(after->overflows - before->overflows);
	for (i = 0; i < audit->port_count; i++) {
		if (!lsp_audit_queue_is_full(audit->ports[i].socket))
			continue;
		full = audit->ports[i].row;
		full_count++;
	}
	finding = lsp_finding_add(audit, rule, LSP_SEVERITY_CRITICAL, full_count == 1 ? full : NULL);
	lsp_finding_say(finding,
			lsp_text_of("%lu connection turned away within %lu ms", "%lu connections turned away within %lu ms", grown),
			grown, (unsigned long)audit->facts->between_ms);
	lsp_finding_number(finding, "overflows", grown);
	lsp_finding_number(finding, "within_ms", audit->facts->between_ms);
	lsp_finding_number(finding, "overflows_total", after->overflows);
}

/* --- connections that are over ---------------------------------------------------------------------------------- */

size_t lsp_audit_close_wait_least(void)
{
	return CLOSE_WAIT_LEAST;
}

static int by_pid(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* Each process that holds such a connection, once for each of them. The caller frees. */
static uint32_t *close_wait_pids(const struct lsp_audit_case *facts, size_t *ret_count)
{
	uint32_t *pids = NULL, j;
	size_t count = 0, capacity = 0, i;

	for (i = 0; i < facts->row_count; i++) {
		const struct lsp_row *row = &facts->rows[i];

		for (j = 0; j < row->holder_count && row->socket->state == LSP_CLOSE_WAIT; j++) {
			if (j > 0 && row->holders[j].pid == row->holders[j - 1].pid)
				continue;
			pids = lsp_grow(pids, count, &capacity, sizeof *pids);
			pids[count++] = row->holders[j].pid;
		}
	}
	if (count > 0)
		qsort(pids, count, sizeof *pids, by_pid);
	*ret_count = count;
	return pids;
}

void lsp_look_close_wait(struct lsp_audit *audit, enum lsp_rule rule)
{
	size_t count, i, end;
	uint32_t *pids = close_wait_pids(audit->facts, &count);

	for (i = 0; i < count; i = end) {
		struct lsp_finding *finding;

		for (end = i; end < count && pids[end] == pids[i]; end++)
			;
		if (end - i < CLOSE_WAIT_LEAST)
			continue;
		finding = lsp_finding_add(audit, rule, LSP_SEVERITY_WARNING, NULL);
		finding->pid = pids[i];
		lsp_finding_say(finding, _("%zu connections in CLOSE_WAIT"), end - i);
		lsp_finding_number(finding, "connections", end - i);
	}
	free(pids);
}

/* How many ports the system has for outgoing connections; 0: it does not tell. */
static size_t ephemeral_count(const struct lsp_rules *rules)
{
	size_t count = 0;
	uint32_t port;

	if ((rules->has & LSP_RULES_EPHEMERAL) == 0)
		return 0;
	for (port = rules->ephemeral_low; port <= rules->ephemeral_high; port++)
		count += (rules->has & LSP_RULES_RESERVED) == 0 || !LSP_RULES_IS_RESERVED(rules, port);
	return count;
}

size_t lsp_audit_time_wait_least(const struct lsp_rules *rules)
{
	size_t least = ephemeral_count(rules) * TIME_WAIT_PERCENT / 100;

	return least > 0 ? least : 1;
}

static int by_destination(const struct lsp_row *a, const struct lsp_row *b)
{
	const struct lsp_socket *x = a->socket, *y = b->socket;
	int order = lsp_addr_cmp(&x->peer, &y->peer);

	if (order == 0)
		order = (x->peer_port > y->peer_port) - (x->peer_port < y->peer_port);
	return order != 0 ? order : lsp_addr_cmp(&x->local, &y->local);
}

static int by_destination_pointer(const void *a, const void *b)
{
	return by_destination(*(const struct lsp_row *const *)a, *(const struct lsp_row *const *)b);
}

static void add_time_wait(struct lsp_audit *audit, enum lsp_rule rule, const struct lsp_row *row, size_t used, size_t all)
{
	const struct lsp_socket *socket = row->socket;
	bool is_full = used * 100 >= all * TIME_WAIT_FULL_PERCENT;
	struct lsp_finding *finding =
		lsp_finding_add(audit, rule, is_full ? LSP_SEVERITY_CRITICAL : LSP_SEVERITY_WARNING, NULL);
	char peer[LSP_ADDR_TEXT_MAX];

	lsp_addr_text(&socket->peer, peer);
	lsp_finding_say(finding, _("%zu of %zu ports towards %s, port %u"), used, all, peer, socket->peer_port);
	lsp_finding_addr(finding, "local", &socket->local);
	lsp_finding_addr(finding, "peer", &socket->peer);
	lsp_finding_number(finding, "peer_port", socket->peer_port);
	lsp_finding_number(finding, "used", used);
	lsp_finding_number(finding, "ports", all);
}

/* A port is used up for one destination and one own address: towards others it may be given out again. */
void lsp_look_time_wait(struct lsp_audit *audit, enum lsp_rule rule)
{
	const struct lsp_audit_case *facts = audit->facts;
	size_t all = ephemeral_count(facts->rules), least = lsp_audit_time_wait_least(facts->rules), count = 0, i, end;
	const struct lsp_row **rows;

	if (all == 0)
		return;
	rows = lsp_realloc_array(NULL, facts->row_count + 1, sizeof *rows);
	for (i = 0; i < facts->row_count; i++) {
		const struct lsp_socket *socket = facts->rows[i].socket;

		if (socket->state == LSP_TIME_WAIT && (socket->has & LSP_HAS_PEER) != 0 &&
		    lsp_audit_is_ephemeral(facts->rules, socket->local_port))
			rows[count++] = &facts->rows[i];
	}
	qsort(rows, count, sizeof *rows, by_destination_pointer);
	for (i = 0; i < count; i = end) {
		for (end = i; end < count && by_destination(rows[end], rows[i]) == 0; end++)
			;
		if (end - i >= least)
			add_time_wait(audit, rule, rows[i], end - i, all);
	}
	free(rows);
}
