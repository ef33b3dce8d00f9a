/*
 * opening.c - see opening.h.
 */
#include "opening.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"

#define DIGITS 11 /* of a 32-bit number, and its NUL */

static struct lsp_pattern exactly(const char *text)
{
	return (struct lsp_pattern){text, text != NULL ? strlen(text) : 0};
}

/* The system's name for a number, or the number. *texts moves on by what is written there. */
static struct lsp_pattern name_of(const struct lsp_snapshot *snapshot, enum lsp_name_kind kind, uint32_t id, char **texts)
{
	const char *name = lsp_snapshot_name(snapshot, kind, id);

	if (name == NULL) {
		name = *texts;
		*texts += snprintf(*texts, DIGITS, "%u", id) + 1;
	}
	return exactly(name);
}

static bool began_before(const struct lsp_process *a, const struct lsp_process *b)
{
	return (a->has & b->has & LSP_PROCESS_HAS_STARTED) != 0 && a->started_ms < b->started_ms;
}

/* The first of them: workers and what inherited the descriptor came later. NULL: none could be read. */
static const struct lsp_process *first_of(const struct lsp_snapshot *snapshot, const struct lsp_row *row)
{
	const struct lsp_process *first = NULL, *process;
	uint32_t i;

	for (i = 0; i < row->holder_count; i++) {
		process = lsp_snapshot_process(snapshot, row->holders[i].pid);
		if (process == NULL || (process->has & LSP_PROCESS_GONE) != 0)
			continue;
		if (first == NULL || began_before(process, first))
			first = process;
	}
	return first;
}

static bool ends_with(const struct lsp_pattern *text, const char *end)
{
	size_t len = strlen(end);

	return text->len > len && memcmp(text->bytes + text->len - len, end, len) == 0;
}

static void add_owner(const struct lsp_snapshot *snapshot, const struct lsp_row *row, char **texts,
		      struct lsp_opening *opening)
{
	static const char deleted[] = " (deleted)";
	const struct lsp_process *process = first_of(snapshot, row);
	struct lsp_pattern *owner = opening->is.owner;

	opening->owner = row->owner;
	opening->process = process;
	if (process != NULL) {
		owner[LSP_POLICY_EXE] = exactly(process->exe);
		owner[LSP_POLICY_UNIT] = exactly(process->unit);
	} else if (row->owner == LSP_OWNER_KERNEL) {
		owner[LSP_POLICY_EXE] = exactly(LSP_POLICY_KERNEL);
	} else {
		opening->unseen |= 1u << LSP_POLICY_UNIT;
	}
	if (ends_with(&owner[LSP_POLICY_EXE], deleted))
		owner[LSP_POLICY_EXE].len -= strlen(deleted);
	if (ends_with(&owner[LSP_POLICY_UNIT], ".scope"))
		owner[LSP_POLICY_UNIT] = exactly(NULL);
	if ((row->socket->has & LSP_HAS_UID) != 0)
		owner[LSP_POLICY_USER] = name_of(snapshot, LSP_NAME_USER, row->socket->uid, texts);
	else if (process != NULL)
		owner[LSP_POLICY_USER] = exactly(process->user);
	opening->unseen |= owner[LSP_POLICY_EXE].bytes == NULL ? 1u << LSP_POLICY_EXE : 0;
	opening->unseen |= owner[LSP_POLICY_USER].bytes == NULL ? 1u << LSP_POLICY_USER : 0;
}

static void add_scopes(const struct lsp_snapshot *snapshot, struct lsp_opening *opening, const struct lsp_socket *socket)
{
	struct lsp_socket half = *socket;

	if ((opening->is.families & LSP_FAMILY_BIT_4) != 0) {
		half.local = opening->is.where == LSP_AT_WILDCARD ? (struct lsp_addr){.family = LSP_INET4} : opening->is.addr;
		opening->scope[0] = (uint8_t)lsp_scope_of_socket(snapshot, &half);
	}
	half.local = socket->local;
	half.has |= LSP_HAS_V6ONLY;
	half.v6only = 1;
	if ((opening->is.families & LSP_FAMILY_BIT_6) != 0)
		opening->scope[1] = (uint8_t)lsp_scope_of_socket(snapshot, &half);
}

static void add_place(const struct lsp_snapshot *snapshot, const struct lsp_socket *socket, char **texts,
		      struct lsp_opening *opening)
{
	bool only_6 = (socket->has & LSP_HAS_V6ONLY) != 0 && socket->v6only;
	uint32_t device = (socket->has & LSP_HAS_IFINDEX) != 0 ? socket->ifindex : socket->local.scope;
	struct lsp_policy_rule *is = &opening->is;

	is->protos = LSP_PROTO_BIT(socket->proto);
	is->low = is->high = socket->local_port;
	if (lsp_addr_is_any(&socket->local)) {
		is->where = LSP_AT_WILDCARD;
		is->families = socket->local.family == LSP_INET4 ? LSP_FAMILY_BIT_4
			       : only_6			       ? LSP_FAMILY_BIT_6
							       : LSP_FAMILY_BIT_4 | LSP_FAMILY_BIT_6;
	} else {
		is->where = LSP_AT_ADDRESS;
		is->addr = lsp_addr_unmap(&socket->local);
		is->addr.scope = 0;
		is->families = is->addr.family == LSP_INET4 ? LSP_FAMILY_BIT_4 : LSP_FAMILY_BIT_6;
	}
	if (device != 0)
		is->device = name_of(snapshot, LSP_NAME_INTERFACE, device, texts);
	add_scopes(snapshot, opening, socket);
}

static bool is_open(const struct lsp_row *row)
{
	const struct lsp_socket *socket = row->socket;

	return socket->local_port != 0 && row->owner != LSP_OWNER_GONE &&
	       (socket->proto == LSP_TCP ? socket->state == LSP_LISTEN : socket->state == LSP_CLOSE);
}

static int compare(const void *a, const void *b)
{
	const struct lsp_opening *x = a, *y = b;
	int order = lsp_policy_rule_cmp(&x->is, &y->is);

	return order != 0 ? order : (x->owner > y->owner) - (x->owner < y->owner);
}

static void merge(struct lsp_opening *into, const struct lsp_opening *other)
{
	int i;

	into->is.families |= other->is.families;
	into->unseen |= other->unseen;
	into->is_asked |= other->is_asked;
	into->socket_count += other->socket_count;
	for (i = 0; i < 2; i++)
		into->scope[i] = other->scope[i] > into->scope[i] ? other->scope[i] : into->scope[i];
}

static size_t merge_all(struct lsp_opening *openings, size_t count)
{
	size_t kept = 0, i;

	qsort(openings, count, sizeof *openings, compare);
	for (i = 0; i < count; i++) {
		if (kept > 0 && compare(&openings[kept - 1], &openings[i]) == 0)
			merge(&openings[kept - 1], &openings[i]);
		else
			openings[kept++] = openings[i];
	}
	return kept;
}

size_t lsp_openings_of(const struct lsp_snapshot *snapshot, const struct lsp_row *rows, size_t count,
		       const struct lsp_select *select, struct lsp_opening **ret_openings, char **ret_texts)
{
	struct lsp_opening *openings = lsp_realloc_array(NULL, count, sizeof *openings);
	char *texts = lsp_realloc_array(NULL, count, 2 * DIGITS), *to = texts;
	struct lsp_select either = *select;
	size_t filled = 0, i;

	either.families = LSP_FAMILY_BIT_4 | LSP_FAMILY_BIT_6;
	for (i = 0; i < count; i++) {
		struct lsp_opening opening = {.socket_count = 1};

		if (!is_open(&rows[i]))
			continue;
		opening.is_asked = lsp_select_socket(rows[i].socket, &either);
		add_place(snapshot, rows[i].socket, &to, &opening);
		add_owner(snapshot, &rows[i], &to, &opening);
		openings[filled++] = opening;
	}
	*ret_openings = openings;
	*ret_texts = texts;
	return merge_all(openings, filled);
}

enum lsp_scope lsp_opening_scope(const struct lsp_opening *opening, unsigned families)
{
	uint8_t by4 = opening->scope[0], by6 = opening->scope[1];

	if ((families & LSP_FAMILY_BIT_4) == 0)
		return (enum lsp_scope)by6;
	if ((families & LSP_FAMILY_BIT_6) == 0 || by4 == LSP_SCOPE_NONE)
		return (enum lsp_scope)by4;
	return by6 == LSP_SCOPE_NONE ? LSP_SCOPE_NONE : (enum lsp_scope)(by4 > by6 ? by4 : by6);
}

struct lsp_policy_rule lsp_opening_rule(const struct lsp_opening *opening, unsigned families)
{
	struct lsp_policy_rule rule = opening->is;

	if (rule.where == LSP_AT_WILDCARD) {
		rule.families = (uint8_t)families;
		rule.limit = (uint8_t)lsp_opening_scope(opening, families);
	}
	return rule;
}
