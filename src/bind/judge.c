/*
 * judge.c - see judge.h. The kernel's own question (inet_csk_bind_conflict) is put to the rows: any socket of the port
 * whose address overlaps stands in the way, whatever its state.
 */
#include "judge.h"

#include <string.h>

#include <lsports/language.h>

#include "port.h"

const char *lsp_bind_word_name(enum lsp_bind_word word)
{
	static const char *const names[] = {
		[LSP_BIND_FREE] = N_("free"),
		[LSP_BIND_OTHER_NAMESPACE] = N_("other-namespace"),
		[LSP_BIND_TIME_WAIT] = N_("time-wait"),
		[LSP_BIND_CLIENT] = N_("client-uses-it"),
		[LSP_BIND_IDLE] = N_("bound-idle"),
		[LSP_BIND_HIDDEN] = N_("hidden"),
		[LSP_BIND_GROUP] = N_("reuseport-group"),
		[LSP_BIND_HELD] = N_("held"),
		[LSP_BIND_PRIVILEGED] = N_("privileged"),
		[LSP_BIND_EXCLUDED] = N_("excluded"),
		[LSP_BIND_NO_ADDRESS] = N_("address-not-here"),
		[LSP_BIND_REFUSED] = N_("refused"),
		[LSP_BIND_UNKNOWN] = N_("unknown"),
	};

	return names[word];
}

const char *lsp_bind_note_name(enum lsp_bind_note note)
{
	switch (note) {
	case LSP_BIND_NOTE_RESERVED:
		return "reserved";
	case LSP_BIND_NOTE_EPHEMERAL:
		return "ephemeral";
	case LSP_BIND_NOTE_PRIVILEGED:
		return "privileged";
	case LSP_BIND_NOTE_DEDUCED:
		return "deduced";
	case LSP_BIND_NOTE_NONLOCAL:
		return "nonlocal";
	case LSP_BIND_NOTE_EXCLUSIVE:
		return "exclusive";
	case LSP_BIND_NOTE_OVERLAP:
		return "overlap";
	default:
		return "no-ipv6";
	}
}

int lsp_bind_code(enum lsp_bind_word word)
{
	if (word == LSP_BIND_UNKNOWN)
		return 3;
	return word <= LSP_BIND_OTHER_NAMESPACE ? 0 : 1;
}

bool lsp_attempt_works(const struct lsp_attempt *attempt, enum lsp_way way)
{
	return (attempt->tried & LSP_WAY_BIT(way)) != 0 && attempt->faults[way].err == LSP_OK;
}

bool lsp_attempt_is_void(const struct lsp_attempt *attempt)
{
	const struct lsp_fault *fault = &attempt->faults[LSP_WAY_PLAIN];

	return fault->err == LSP_UNSUPPORTED && fault->op != NULL && strcmp(fault->op, "socket") == 0;
}

bool lsp_bind_overlaps(const struct lsp_socket *socket, const struct lsp_addr *addr)
{
	struct lsp_addr local = lsp_addr_unmap(&socket->local), asked = lsp_addr_unmap(addr);
	bool takes_both = socket->local.family == LSP_INET6 && lsp_addr_is_any(&socket->local) &&
			  !((socket->has & LSP_HAS_V6ONLY) != 0 && socket->v6only);

	if (takes_both || (asked.family == LSP_INET6 && lsp_addr_is_any(&asked)))
		return true; /* :: is tried for IPv4 as well */
	if (local.family != asked.family)
		return false;
	return lsp_addr_is_any(&local) || lsp_addr_is_any(&asked) || memcmp(local.bytes, asked.bytes, 16) == 0;
}

/* What a socket stands for when it is in the way. */
static enum lsp_bind_word word_of(const struct lsp_row *row)
{
	const struct lsp_socket *socket = row->socket;

	if (lsp_socket_holds_port(socket) && socket->state != LSP_BOUND)
		return row->owner == LSP_OWNER_HIDDEN ? LSP_BIND_HIDDEN : LSP_BIND_HELD;
	if (socket->state == LSP_BOUND)
		return row->owner == LSP_OWNER_HIDDEN ? LSP_BIND_HIDDEN : LSP_BIND_IDLE;
	if (row->owner == LSP_OWNER_NONE)
		return LSP_BIND_TIME_WAIT;
	return row->owner == LSP_OWNER_HIDDEN ? LSP_BIND_HIDDEN : LSP_BIND_CLIENT;
}

/* Bound, but not for itself alone. */
static bool overlaps_others(const struct lsp_attempt *attempt)
{
	return lsp_attempt_works(attempt, LSP_WAY_PLAIN) && (attempt->tried & LSP_WAY_BIT(LSP_WAY_EXCLUSIVE)) != 0 &&
	       !lsp_attempt_works(attempt, LSP_WAY_EXCLUSIVE);
}

static bool is_beside(const struct lsp_bind_case *bind_case, const struct lsp_row *row)
{
	size_t i;

	if (row->socket->proto != bind_case->proto || row->socket->local_port != bind_case->port ||
	    row->owner == LSP_OWNER_GONE || !lsp_socket_holds_port(row->socket))
		return false;
	for (i = 0; i < bind_case->attempt_count; i++) {
		if (overlaps_others(&bind_case->attempts[i]) && lsp_bind_overlaps(row->socket, &bind_case->attempts[i].addr))
			return true;
	}
	return false;
}

static bool is_in_the_way(const struct lsp_bind_case *bind_case, const struct lsp_row *row)
{
	size_t i;

	if (row->socket->proto != bind_case->proto || row->socket->local_port != bind_case->port ||
	    row->owner == LSP_OWNER_GONE)
		return false;
	for (i = 0; i < bind_case->attempt_count; i++) {
		const struct lsp_attempt *attempt = &bind_case->attempts[i];

		if (!lsp_attempt_works(attempt, LSP_WAY_PLAIN) && !lsp_attempt_is_void(attempt) &&
		    lsp_bind_overlaps(row->socket, &attempt->addr))
			return true;
	}
	return false;
}

bool lsp_bind_is_evidence(const struct lsp_bind_case *bind_case, const struct lsp_bind_verdict *verdict,
			  const struct lsp_row *row)
{
	enum lsp_bind_word word;

	if (verdict->word == LSP_BIND_OTHER_NAMESPACE)
		return row->socket->proto == bind_case->proto && row->socket->local_port == bind_case->port;
	if (verdict->fault == NULL)
		return (verdict->notes & LSP_BIND_NOTE_OVERLAP) != 0 && is_beside(bind_case, row);
	if (!is_in_the_way(bind_case, row))
		return false;
	word = word_of(row);
	if (verdict->word == LSP_BIND_GROUP)
		return word == LSP_BIND_HELD || word == LSP_BIND_HIDDEN;
	/* what else is there: a port that is privileged may be held as well */
	return word == verdict->word || (verdict->word > LSP_BIND_HELD && word >= LSP_BIND_IDLE);
}

/* The failure that counts most: of two addresses the one that is in use, rather than one that cannot be had anyway. */
static const struct lsp_attempt *worst_of(const struct lsp_bind_case *bind_case)
{
	const struct lsp_attempt *worst = NULL;
	bool works = false;
	size_t i;

	for (i = 0; i < bind_case->attempt_count; i++) {
		const struct lsp_attempt *attempt = &bind_case->attempts[i];

		works |= lsp_attempt_works(attempt, LSP_WAY_PLAIN);
		if (lsp_attempt_works(attempt, LSP_WAY_PLAIN) || lsp_attempt_is_void(attempt))
			continue;
		if (worst == NULL || worst->faults[LSP_WAY_PLAIN].err != LSP_IN_USE)
			worst = attempt;
	}
	return worst != NULL || works || bind_case->attempt_count == 0 ? worst : &bind_case->attempts[0];
}

/* Every address that plain fails at works this way. */
static bool way_out_works(const struct lsp_bind_case *bind_case, enum lsp_way way)
{
	size_t i;

	for (i = 0; i < bind_case->attempt_count; i++) {
		if (!lsp_attempt_works(&bind_case->attempts[i], LSP_WAY_PLAIN) &&
		    !lsp_attempt_works(&bind_case->attempts[i], way) && !lsp_attempt_is_void(&bind_case->attempts[i]))
			return false;
	}
	return true;
}

/* Two sockets that listen on the very same: only SO_REUSEPORT allows that, or for UDP SO_REUSEADDR as well. */
static bool has_twins(const struct lsp_bind_case *bind_case)
{
	size_t i, j;

	for (i = 0; i < bind_case->row_count; i++) {
		const struct lsp_socket *one = bind_case->rows[i].socket;

		if (!is_in_the_way(bind_case, &bind_case->rows[i]) || !lsp_socket_holds_port(one) || one->state == LSP_BOUND)
			continue;
		for (j = 0; j < i; j++) {
			const struct lsp_socket *other = bind_case->rows[j].socket;

			if (other->proto == one->proto && other->state == one->state &&
			    other->local_port == one->local_port && other->ifindex == one->ifindex &&
			    lsp_addr_cmp(&other->local, &one->local) == 0)
				return true;
		}
	}
	return false;
}

static void judge_in_use(const struct lsp_bind_case *bind_case, struct lsp_bind_verdict *verdict)
{
	bool seen = false;
	size_t i;

	verdict->reuseaddr = way_out_works(bind_case, LSP_WAY_REUSEADDR);
	verdict->reuseport = way_out_works(bind_case, LSP_WAY_REUSEPORT);
	for (i = 0; i < bind_case->row_count; i++) {
		if (!is_in_the_way(bind_case, &bind_case->rows[i]))
			continue;
		if (!seen || word_of(&bind_case->rows[i]) > verdict->word)
			verdict->word = word_of(&bind_case->rows[i]);
		seen = true;
	}
	if (!seen) {
		bool is_blind = bind_case->snapshot != NULL && (bind_case->snapshot->notes & LSP_NOTE_NO_BOUND) != 0;

		verdict->word = is_blind && bind_case->proto == LSP_TCP ? LSP_BIND_IDLE : LSP_BIND_REFUSED;
		verdict->notes |= LSP_BIND_NOTE_DEDUCED;
	}
	if (verdict->word != LSP_BIND_HELD && verdict->word != LSP_BIND_HIDDEN)
		return;
	verdict->is_of_one_user = verdict->reuseport;
	/* UDP shared by SO_REUSEADDR has twins too, and may be joined by anybody */
	if (verdict->reuseport || (has_twins(bind_case) && !verdict->reuseaddr &&
				   (bind_case->rules->has & LSP_RULES_OVERLAPS) == 0))
		verdict->word = LSP_BIND_GROUP;
}

/* "Denied" by Windows: a range that it keeps, or a holder that shares with nobody. Who is to be seen says more. */
static void judge_denied(const struct lsp_bind_case *bind_case, struct lsp_bind_verdict *verdict)
{
	size_t i;

	for (i = 0; i < bind_case->row_count; i++) {
		if (!is_in_the_way(bind_case, &bind_case->rows[i]) || !lsp_socket_holds_port(bind_case->rows[i].socket))
			continue;
		verdict->notes |= LSP_BIND_NOTE_EXCLUSIVE;
		judge_in_use(bind_case, verdict);
		return;
	}
	verdict->word = verdict->kept != NULL && !verdict->kept->is_bindable ? LSP_BIND_EXCLUDED : LSP_BIND_REFUSED;
}

static void judge_fault(const struct lsp_bind_case *bind_case, struct lsp_bind_verdict *verdict)
{
	const struct lsp_rules *rules = bind_case->rules;
	bool is_bind = verdict->fault->op != NULL && strcmp(verdict->fault->op, "bind") == 0;

	if (!is_bind && !lsp_attempt_is_void(verdict->attempt)) {
		verdict->word = LSP_BIND_UNKNOWN;
	} else if (verdict->fault->err == LSP_IN_USE) {
		judge_in_use(bind_case, verdict);
	} else if (verdict->fault->err == LSP_NO_ADDRESS) {
		verdict->word = LSP_BIND_NO_ADDRESS;
	} else if (verdict->fault->err == LSP_DENIED && (verdict->notes & LSP_BIND_NOTE_PRIVILEGED) != 0 &&
		   (rules->has & LSP_RULES_MAY_PRIVILEGED) == 0) {
		verdict->word = LSP_BIND_PRIVILEGED;
	} else if (verdict->fault->err == LSP_DENIED && (rules->has & LSP_RULES_OVERLAPS) != 0) {
		judge_denied(bind_case, verdict);
	} else {
		verdict->word = LSP_BIND_REFUSED;
	}
}

static unsigned notes_of(const struct lsp_bind_case *bind_case, const struct lsp_kept *kept)
{
	const struct lsp_rules *rules = bind_case->rules;
	bool is_reserved = ((rules->has & LSP_RULES_RESERVED) != 0 && LSP_RULES_IS_RESERVED(rules, bind_case->port)) ||
			   (kept != NULL && kept->is_bindable);
	unsigned notes = is_reserved ? LSP_BIND_NOTE_RESERVED : 0;
	size_t i;

	if ((rules->has & LSP_RULES_EPHEMERAL) != 0 && !is_reserved && kept == NULL && bind_case->port >= rules->ephemeral_low &&
	    bind_case->port <= rules->ephemeral_high)
		notes |= LSP_BIND_NOTE_EPHEMERAL;
	if ((rules->has & LSP_RULES_PRIVILEGED) != 0 && bind_case->port < rules->privileged_below)
		notes |= LSP_BIND_NOTE_PRIVILEGED;
	for (i = 0; i < bind_case->attempt_count; i++) {
		if (bind_case->attempts[i].addr.family == LSP_INET6 && lsp_attempt_is_void(&bind_case->attempts[i]))
			notes |= LSP_BIND_NOTE_NO_INET6;
		if (overlaps_others(&bind_case->attempts[i]))
			notes |= LSP_BIND_NOTE_OVERLAP;
	}
	return notes;
}

static bool is_here(const struct lsp_bind_case *bind_case, const struct lsp_addr *addr)
{
	static const struct lsp_addr loopback = {.family = LSP_INET4, .bytes = {127}};
	size_t i;

	for (i = 0; i < bind_case->addr_count; i++) {
		if (bind_case->addrs[i].family == addr->family && memcmp(bind_case->addrs[i].bytes, addr->bytes, 16) == 0)
			return true;
	}
	return bind_case->addr_count == 0 || lsp_addr_is_any(addr) || lsp_addr_within(addr, &loopback, 8);
}

static void find_evidence(const struct lsp_bind_case *bind_case, struct lsp_bind_verdict *verdict)
{
	bool there = verdict->word == LSP_BIND_OTHER_NAMESPACE;
	const struct lsp_row *rows = there ? bind_case->elsewhere : bind_case->rows;
	size_t count = there ? bind_case->elsewhere_count : bind_case->row_count, i;

	for (i = 0; i < count; i++) {
		if (!lsp_bind_is_evidence(bind_case, verdict, &rows[i]))
			continue;
		if (verdict->row == NULL)
			verdict->row = &rows[i];
		verdict->evidence++;
	}
}

void lsp_bind_judge(const struct lsp_bind_case *bind_case, struct lsp_bind_verdict *ret_verdict)
{
	const struct lsp_kept *kept = lsp_kept_of(bind_case->rules, LSP_PROTO_BIT(bind_case->proto), bind_case->port);
	struct lsp_bind_verdict verdict = {.word = LSP_BIND_FREE, .notes = notes_of(bind_case, kept), .kept = kept};
	size_t i;

	verdict.attempt = worst_of(bind_case);
	if (verdict.attempt != NULL) {
		verdict.fault = &verdict.attempt->faults[LSP_WAY_PLAIN];
		judge_fault(bind_case, &verdict);
	} else {
		if (bind_case->attempt_count == 1 && !is_here(bind_case, &bind_case->attempts[0].addr))
			verdict.notes |= LSP_BIND_NOTE_NONLOCAL;
		for (i = 0; i < bind_case->elsewhere_count; i++) {
			if (bind_case->elsewhere[i].socket->proto == bind_case->proto &&
			    bind_case->elsewhere[i].socket->local_port == bind_case->port)
				verdict.word = LSP_BIND_OTHER_NAMESPACE;
		}
	}
	find_evidence(bind_case, &verdict);
	*ret_verdict = verdict;
}
