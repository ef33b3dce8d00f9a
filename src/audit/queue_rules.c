/*
 * queue_rules.c - what runs full: accept queues, descriptors held by connections that are over, local ports.
 */
#include "rules.h"

#include <stdio.h>
#include <stdlib.h>

#include <lsports/language.h>

#include "core/mem.h"

enum {
	CLOSE_WAIT_LEAST = 50,  /* of one process; a few are on their way at any time */
	FORGOTTEN_MS = 1000,    /* where that is known; a peer heard of later has just closed, or only ceased to send */
	TIME_WAIT_PERCENT = 80, /* of the ports towards one destination */
	TIME_WAIT_FULL_PERCENT = 97,
	SPAN_MAX = 64,
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

/* The kernel lets in one more than the limit: with that one it is full (sk_acceptq_is_full, include/net/sock.h). */
bool lsp_audit_queue_is_full(const struct lsp_socket *socket)
{
	return socket->state == LSP_LISTEN && (socket->has & LSP_HAS_RQUEUE) != 0 &&
	       (socket->has & LSP_HAS_WQUEUE) != 0 && socket->rqueue > socket->wqueue;
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
		lsp_finding_say(finding,
				lsp_text_of("%u connection waits, the limit is %u",
					    "%u connections wait, the limit is %u", socket->rqueue),
				socket->rqueue, socket->wqueue);
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
			lsp_text_of("%lu connection turned away within %lu ms",
				    "%lu connections turned away within %lu ms", grown),
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

/* A process and one of its connections. */
struct leak {
	uint32_t pid, heard_ms;
};

static int by_pid(const void *a, const void *b)
{
	const struct leak *x = a, *y = b;

	if (x->pid != y->pid)
		return x->pid < y->pid ? -1 : 1;
	return (x->heard_ms < y->heard_ms) - (x->heard_ms > y->heard_ms);
}

/* Sorted by process, the connection first whose peer has been silent longest. The caller frees. */
static struct leak *find_leaks(const struct lsp_audit_case *facts, size_t *ret_count)
{
	struct leak *leaks = NULL;
	size_t count = 0, capacity = 0, i;
	uint32_t j;

	for (i = 0; i < facts->row_count; i++) {
		const struct lsp_row *row = &facts->rows[i];
		bool has_heard = (row->socket->has & LSP_HAS_HEARD) != 0;

		if (row->socket->state != LSP_CLOSE_WAIT || (has_heard && row->socket->heard_ms < FORGOTTEN_MS))
			continue;
		for (j = 0; j < row->holder_count; j++) {
			if (j > 0 && row->holders[j].pid == row->holders[j - 1].pid)
				continue;
			leaks = lsp_grow(leaks, count, &capacity, sizeof *leaks);
			leaks[count++] = (struct leak){row->holders[j].pid, has_heard ? row->socket->heard_ms : 0};
		}
	}
	if (count > 0)
		qsort(leaks, count, sizeof *leaks, by_pid);
	*ret_count = count;
	return leaks;
}

/* Whole units of which there are two at least. */
static void span_text(uint32_t ms, char ret_text[SPAN_MAX])
{
	unsigned long seconds = ms / 1000;

	if (seconds < 2 * 60)
		snprintf(ret_text, SPAN_MAX, _("%lu s"), seconds);
	else if (seconds < 2 * 60 * 60)
		snprintf(ret_text, SPAN_MAX, _("%lu min"), seconds / 60);
	else if (seconds < 2 * 24 * 60 * 60)
		snprintf(ret_text, SPAN_MAX, _("%lu h"), seconds / 60 / 60);
	else
		snprintf(ret_text, SPAN_MAX, _("%lu days"), seconds / 60 / 60 / 24);
}

static void add_close_wait(struct lsp_audit *audit, enum lsp_rule rule, const struct leak *oldest, size_t count)
{
	struct lsp_finding *finding = lsp_finding_add(audit, rule, LSP_SEVERITY_WARNING, NULL);
	char span[SPAN_MAX];

	finding->pid = oldest->pid;
	lsp_finding_number(finding, "connections", count);
	if (oldest->heard_ms == 0) { /* not known */
		lsp_finding_say(finding, _("%zu connections in CLOSE_WAIT"), count);
		return;
	}
	span_text(oldest->heard_ms, span);
	lsp_finding_say(finding, _("%zu connections in CLOSE_WAIT, the oldest for at least %s"), count, span);
	lsp_finding_number(finding, "oldest_ms", oldest->heard_ms);
}

void lsp_look_close_wait(struct lsp_audit *audit, enum lsp_rule rule)
{
	size_t count, i, end;
	struct leak *leaks = find_leaks(audit->facts, &count);

	for (i = 0; i < count; i = end) {
		for (end = i; end < count && leaks[end].pid == leaks[i].pid; end++)
			;
		if (end - i >= CLOSE_WAIT_LEAST)
			add_close_wait(audit, rule, &leaks[i], end - i);
	}
	free(leaks);
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

/* IPv4 out of an IPv6 socket is IPv4: it has the same ports. */
static int cmp_unmapped(const struct lsp_addr *a, const struct lsp_addr *b)
{
	struct lsp_addr x = lsp_addr_unmap(a), y = lsp_addr_unmap(b);

	return lsp_addr_cmp(&x, &y);
}

static int by_destination(const struct lsp_row *a, const struct lsp_row *b)
{
	const struct lsp_socket *x = a->socket, *y = b->socket;
	int order = (x->peer_port > y->peer_port) - (x->peer_port < y->peer_port);

	if (order == 0)
		order = cmp_unmapped(&x->peer, &y->peer);
	return order != 0 ? order : cmp_unmapped(&x->local, &y->local);
}

static int by_destination_pointer(const void *a, const void *b)
{
	return by_destination(*(const struct lsp_row *const *)a, *(const struct lsp_row *const *)b);
}

static void add_time_wait(struct lsp_audit *audit, enum lsp_rule rule, const struct lsp_row *row, size_t used,
			  size_t all)
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
