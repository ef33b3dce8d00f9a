/*
 * why.c - see why.h. It is tried first and looked at only where that leaves a question; when nobody is seen though bind()
 * said "in use", both are done again: he may have gone between the two.
 */
#include "why.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <lsports/language.h>

#include "core/mem.h"
#include "core/scope.h"
#include "look.h"
#include "say.h"
#include "why_say.h"

#define ADDRESSES_MAX 256
#define ROUNDS 3
#define PAUSE_MS 20
#define WANT (LSP_WANT_NAME | LSP_WANT_EXE | LSP_WANT_UID | LSP_WANT_KIN)

static const struct lsp_addr any4 = {.family = LSP_INET4}, any6 = {.family = LSP_INET6};

/* --- what is asked ------------------------------------------------------------------------------------------- */

static bool says_udp(const char *word)
{
	for (; *word != '\0'; word++) {
		if ((word[0] == 'u' || word[0] == 'U') && (word[1] == 'd' || word[1] == 'D') && (word[2] == 'p' || word[2] == 'P'))
			return true;
	}
	return false;
}

/* TCP where neither the word nor an option names a protocol. A service's name gives both: then TCP is meant too. */
static unsigned protos_of(const struct lsp_request *request, const struct lsp_endpoint *asked)
{
	const struct lsp_select *select = &request->select;
	unsigned protos = asked->protos & select->protos;
	size_t i;

	if (!request->any_proto)
		return protos;
	if (protos == LSP_PROTO_ALL)
		return LSP_PROTO_BIT(LSP_TCP);
	for (i = 0; i < select->port_count && !says_udp(request->words[asked->word]); i++) {
		const struct lsp_endpoint *other = &select->ports[i];

		if (other->word == asked->word && other->low == asked->low && other->protos == LSP_PROTO_BIT(LSP_TCP))
			protos &= LSP_PROTO_BIT(LSP_TCP);
	}
	return protos;
}

/* A link-local address is bound through its device: that of the one interface that has it. */
static struct lsp_addr with_scope(const struct lsp_why *why, const struct lsp_addr *addr)
{
	struct lsp_addr scoped = *addr;
	size_t i;

	for (i = 0; i < why->addr_count; i++) {
		if (scoped.family == LSP_INET6 && scoped.scope == 0 && why->addrs[i].family == LSP_INET6 &&
		    memcmp(why->addrs[i].bytes, addr->bytes, 16) == 0)
			scoped.scope = why->addrs[i].scope;
	}
	return scoped;
}

static void add_port(struct lsp_why *why, const struct lsp_endpoint *asked, enum lsp_proto proto, uint16_t number)
{
	struct lsp_why_port *port = &why->ports[why->port_count];
	struct lsp_bind_case *bind_case = &port->bind_case;
	unsigned families = why->request->select.families;

	port->asked = asked;
	bind_case->proto = proto;
	bind_case->port = number;
	bind_case->rules = &why->rules;
	bind_case->addrs = why->addrs;
	bind_case->addr_count = why->addr_count;
	if (asked->where == LSP_AT_ADDRESS)
		bind_case->attempts[bind_case->attempt_count++].addr = with_scope(why, &asked->addr);
	if (asked->where != LSP_AT_ADDRESS && (families & LSP_FAMILY_BIT_4) != 0)
		bind_case->attempts[bind_case->attempt_count++].addr = any4;
	if (asked->where != LSP_AT_ADDRESS && (families & LSP_FAMILY_BIT_6) != 0)
		bind_case->attempts[bind_case->attempt_count++].addr = any6;
	why->port_count++;
}

static bool is_here(const struct lsp_why *why, const struct lsp_endpoint *asked)
{
	size_t i;

	for (i = 0; i < why->addr_count; i++) {
		if (lsp_addr_cmp(&why->addrs[i], &asked->addr) == 0)
			return true;
	}
	return false;
}

static bool is_of_family(const struct lsp_select *select, const struct lsp_endpoint *asked)
{
	return (select->families & (asked->addr.family == LSP_INET4 ? LSP_FAMILY_BIT_4 : LSP_FAMILY_BIT_6)) != 0;
}

/* "localhost:80" is both of these; "127.0.0.1:80,192.0.2.7:80" is one word, too, and each of it is meant. */
static bool are_localhost(const struct lsp_endpoint *a, const struct lsp_endpoint *b)
{
	return a->word == b->word && a->addr.family != b->addr.family && a->where == LSP_AT_ADDRESS &&
	       b->where == LSP_AT_ADDRESS && a->low == b->low && a->high == b->high &&
	       lsp_scope_of_addr(&a->addr) == LSP_SCOPE_LOOPBACK && lsp_scope_of_addr(&b->addr) == LSP_SCOPE_LOOPBACK;
}

/* localhost is two addresses: where this machine has one of them, or one family is asked for, who is told localhost does
 * with that one. */
static bool does_without(const struct lsp_why *why, const struct lsp_endpoint *asked)
{
	const struct lsp_select *select = &why->request->select;
	size_t i;

	for (i = 0; i < select->port_count; i++) {
		const struct lsp_endpoint *other = &select->ports[i];

		if (!are_localhost(asked, other))
			continue;
		if (is_of_family(select, asked) != is_of_family(select, other))
			return !is_of_family(select, asked);
		if (is_here(why, other) && !is_here(why, asked))
			return true;
	}
	return false;
}

static bool add_ports(struct lsp_why *why)
{
	const struct lsp_select *select = &why->request->select;
	size_t count = 0, i;
	uint32_t number;

	for (i = 0; i < select->port_count; i++)
		count += 2 * ((size_t)select->ports[i].high - select->ports[i].low + 1);
	why->ports = lsp_alloc(count * sizeof *why->ports);
	for (i = 0; i < select->port_count; i++) {
		const struct lsp_endpoint *asked = &select->ports[i];
		unsigned protos = protos_of(why->request, asked);

		if (does_without(why, asked))
			continue;
		for (number = asked->low; number <= asked->high; number++) {
			if ((protos & LSP_PROTO_BIT(LSP_TCP)) != 0)
				add_port(why, asked, LSP_TCP, (uint16_t)number);
			if ((protos & LSP_PROTO_BIT(LSP_UDP)) != 0)
				add_port(why, asked, LSP_UDP, (uint16_t)number);
		}
	}
	return why->port_count > 0 ||
	       lsp_say_usage(_("'%.60s': nothing is left of it with these protocols"), why->request->words[0]);
}

/* --- trying -------------------------------------------------------------------------------------------------- */

static void try_way(const struct lsp_why *why, const struct lsp_bind_case *bind_case, struct lsp_attempt *attempt,
		    enum lsp_way way)
{
	struct lsp_fault *fault = &attempt->faults[way];

	*fault = (struct lsp_fault){.err = LSP_OK};
	why->backend->bind_try(bind_case->proto, &attempt->addr, bind_case->port, way, fault);
	attempt->tried |= LSP_WAY_BIT(way);
}

/* The other ways only where plain finds the port in use. Elsewhere they would work too, and are not harmless: a bound
 * SO_REUSEPORT socket is remembered by the kernel for the port's whole bucket (inet_csk_update_fastreuse), so that the
 * next one, at another address, is let in unchecked. */
static void try_port(const struct lsp_why *why, struct lsp_why_port *port)
{
	size_t i;
	int way;

	for (i = 0; i < port->bind_case.attempt_count; i++) {
		struct lsp_attempt *attempt = &port->bind_case.attempts[i];

		attempt->tried = 0;
		try_way(why, &port->bind_case, attempt, LSP_WAY_PLAIN);
		if (lsp_attempt_works(attempt, LSP_WAY_PLAIN) && (why->rules.has & LSP_RULES_OVERLAPS) != 0)
			try_way(why, &port->bind_case, attempt, LSP_WAY_EXCLUSIVE);
		for (way = LSP_WAY_REUSEADDR; way < LSP_WAY_EXCLUSIVE && attempt->faults[LSP_WAY_PLAIN].err == LSP_IN_USE; way++) {
			if (way != LSP_WAY_V6ONLY || (attempt->addr.family == LSP_INET6 && lsp_addr_is_any(&attempt->addr)))
				try_way(why, &port->bind_case, attempt, (enum lsp_way)way);
		}
	}
}

static bool is_asked(const struct lsp_bind_case *bind_case, const struct lsp_addr *addr)
{
	size_t i;

	for (i = 0; i < bind_case->attempt_count; i++) {
		if (lsp_addr_cmp(&bind_case->attempts[i].addr, addr) == 0)
			return true;
	}
	return false;
}

static void try_also(const struct lsp_why *why, struct lsp_why_port *port, const struct lsp_addr *addr)
{
	unsigned family = addr->family == LSP_INET4 ? LSP_FAMILY_BIT_4 : LSP_FAMILY_BIT_6;
	struct lsp_attempt *attempt = &port->also[port->also_count];

	if (is_asked(&port->bind_case, addr) || port->also_count >= LSP_WHY_ALSO_MAX ||
	    (why->request->select.families & family) == 0)
		return;
	attempt->addr = *addr;
	try_way(why, &port->bind_case, attempt, LSP_WAY_PLAIN);
	if (!lsp_attempt_is_void(attempt))
		port->also_count++;
}

/* Where else it could be bound: of use when something is in the way, or when one address was asked for. */
static void try_elsewhere(const struct lsp_why *why, struct lsp_why_port *port)
{
	enum lsp_bind_word word = port->verdict.word;
	size_t i;

	if (word == LSP_BIND_PRIVILEGED || word == LSP_BIND_EXCLUDED || word >= LSP_BIND_REFUSED ||
	    (word <= LSP_BIND_OTHER_NAMESPACE && port->asked->where != LSP_AT_ADDRESS))
		return;
	if (port->asked->where == LSP_AT_ADDRESS) {
		try_also(why, port, &any4);
		try_also(why, port, &any6);
	}
	for (i = 0; i < why->addr_count; i++)
		try_also(why, port, &why->addrs[i]);
}

/* --- looking ------------------------------------------------------------------------------------------------- */

static void look_at(const struct lsp_backend *backend, const struct lsp_why *why, const struct lsp_select *select,
		    struct lsp_snapshot **ret_snapshot)
{
	struct lsp_need need = {.select = select, .holders = true, .want = WANT, .users = true, .interfaces = true};
	struct lsp_fault fault;

	if (lsp_look(backend, &need, ret_snapshot, &fault) == LSP_OK)
		return;
	*ret_snapshot = NULL;
	if (backend == why->backend)
		lsp_say(_("cannot read the sockets: %s: %s"), fault.op, fault.detail);
}

/* Whoever is on these ports at any address and in any state. */
static void look(struct lsp_why *why, bool failed, bool bound)
{
	const struct lsp_select *asked = &why->request->select;
	struct lsp_select select = {.protos = LSP_PROTO_ALL,
				    .families = LSP_FAMILY_BIT_4 | LSP_FAMILY_BIT_6,
				    .states = LSP_STATE_ALL,
				    .udp_states = LSP_STATE_ALL,
				    .port_count = asked->port_count};
	struct lsp_backend there = *why->backend;
	size_t i;

	select.ports = lsp_realloc_array(NULL, asked->port_count, sizeof *select.ports);
	for (i = 0; i < asked->port_count; i++)
		select.ports[i] = (struct lsp_endpoint){
			.protos = LSP_PROTO_ALL, .low = asked->ports[i].low, .high = asked->ports[i].high};
	if (failed) {
		look_at(why->backend, why, &select, &why->snapshot);
		why->row_count = why->snapshot != NULL ? lsp_join(why->snapshot, &why->rows) : 0;
	}
	if (bound) {
		there.sockets = there.sockets_elsewhere;
		look_at(&there, why, &select, &why->elsewhere);
		why->elsewhere_count = why->elsewhere != NULL ? lsp_join(why->elsewhere, &why->elsewhere_rows) : 0;
	}
	free(select.ports);
}

static void forget(struct lsp_why *why)
{
	free(why->rows);
	free(why->elsewhere_rows);
	lsp_snapshot_free(why->snapshot);
	lsp_snapshot_free(why->elsewhere);
	why->rows = why->elsewhere_rows = NULL;
	why->row_count = why->elsewhere_count = 0;
	why->snapshot = why->elsewhere = NULL;
}

/* --- judging ------------------------------------------------------------------------------------------------- */

/* True when a port is in use and nobody was seen there. */
static bool judge(struct lsp_why *why)
{
	bool unclear = false;
	size_t i;

	for (i = 0; i < why->port_count; i++) {
		struct lsp_why_port *port = &why->ports[i];
		struct lsp_bind_case *bind_case = &port->bind_case;

		bind_case->snapshot = why->snapshot;
		bind_case->rows = why->rows;
		bind_case->row_count = why->row_count;
		bind_case->elsewhere = why->elsewhere_rows;
		bind_case->elsewhere_count = why->elsewhere_count;
		lsp_bind_judge(bind_case, &port->verdict);
		unclear |= (port->verdict.notes & LSP_BIND_NOTE_DEDUCED) != 0;
	}
	return unclear;
}

static void find_out(struct lsp_why *why)
{
	int round;

	for (round = 0; round < ROUNDS; round++) {
		bool failed = false, bound = false;
		size_t i;

		if (round > 0)
			why->backend->pause(PAUSE_MS);
		forget(why);
		for (i = 0; i < why->port_count; i++)
			try_port(why, &why->ports[i]);
		judge(why);
		for (i = 0; i < why->port_count; i++) {
			failed |= why->ports[i].verdict.fault != NULL ||
				  (why->ports[i].verdict.notes & LSP_BIND_NOTE_OVERLAP) != 0;
			bound |= why->ports[i].verdict.fault == NULL;
		}
		look(why, failed, bound);
		if (!judge(why) || (failed && why->snapshot == NULL))
			return;
	}
}

static void clear(struct lsp_why *why)
{
	forget(why);
	free(why->ports);
	free(why->addrs);
}

/* Of this machine. None when they cannot be read. */
static void read_addrs(struct lsp_why *why)
{
	struct lsp_snapshot *links = lsp_snapshot_new();
	struct lsp_fault fault;

	why->addrs = lsp_alloc(ADDRESSES_MAX * sizeof *why->addrs);
	if (why->backend->links(links, &fault) == LSP_OK) {
		while (why->addr_count < links->link_addr_count && why->addr_count < ADDRESSES_MAX) {
			why->addrs[why->addr_count] = links->link_addrs[why->addr_count].addr;
			why->addr_count++;
		}
	}
	lsp_snapshot_free(links);
}

int lsp_why(const struct lsp_backend *backend, const struct lsp_request *request)
{
	struct lsp_why why = {.backend = backend, .request = request};
	int worst = 0;
	size_t i;

	backend->rules(&why.rules);
	read_addrs(&why);
	if (!add_ports(&why)) {
		clear(&why);
		return 2;
	}
	find_out(&why);
	for (i = 0; i < why.port_count; i++) {
		try_elsewhere(&why, &why.ports[i]);
		why.ports[i].code = lsp_bind_code(why.ports[i].verdict.word);
		worst = why.ports[i].code > worst ? why.ports[i].code : worst;
	}
	errno = 0;
	if (request->format == LSP_FORMAT_JSON)
		lsp_why_print_json(&why);
	else if (!request->quiet)
		lsp_why_say(&why);
	worst = lsp_say_written(worst);
	clear(&why);
	return worst;
}
