/*
 * drift.c - see drift.h. Families are looked at one by one: a dual-stack socket is as good as one for each family.
 */
#include "drift.h"

#include <stdlib.h>

#include "core/mem.h"

/* How what is open lies to what a rule says of it, in the order of what is certain. */
enum place { PLACE_ELSEWHERE = 0, PLACE_SAME, PLACE_UNSURE, PLACE_NARROWER, PLACE_WIDER };
enum answer { ANSWER_NO = 0, ANSWER_UNSURE, ANSWER_YES };

/* What became of a rule. */
enum met { MET_NEVER = 0, MET_OTHERWISE, MET_EXACTLY };

struct search {
	const struct lsp_policy *policy;
	const struct lsp_select *select;
	uint8_t *met;	 /* enum met of each rule */
	uint32_t *first; /* of the rules of each single port, and at 0 of all others: the index and 1; 0: none */
	uint32_t *next;	 /* behind each rule; they ascend */
	struct lsp_drift *drifts;
	size_t count, capacity;
};

const char *lsp_drift_name(enum lsp_drift_kind kind)
{
	static const char *const names[] = {
		[LSP_DRIFT_OPENED] = "opened",	   [LSP_DRIFT_CLOSED] = "closed", [LSP_DRIFT_WIDENED] = "widened",
		[LSP_DRIFT_NARROWED] = "narrowed", [LSP_DRIFT_OWNER] = "owner",	  [LSP_DRIFT_UNSURE] = "unsure",
	};

	return kind < LSP_DRIFT_COUNT ? names[kind] : NULL;
}

static enum place compare_addr(const struct lsp_policy_rule *rule, const struct lsp_opening *opening)
{
	enum lsp_scope was = lsp_scope_of_addr(&rule->addr), is = lsp_scope_of_addr(&opening->is.addr);

	if (lsp_addr_cmp(&rule->addr, &opening->is.addr) == 0)
		return PLACE_SAME;
	if (was == is)
		return PLACE_ELSEWHERE;
	return is > was ? PLACE_WIDER : PLACE_NARROWER;
}

static enum place compare_where(const struct lsp_policy_rule *rule, const struct lsp_opening *opening, unsigned family)
{
	bool is_wildcard = opening->is.where == LSP_AT_WILDCARD;

	if (rule->where == LSP_ANYWHERE)
		return PLACE_SAME;
	if (rule->where == LSP_AT_ADDRESS)
		return is_wildcard ? PLACE_WIDER : compare_addr(rule, opening);
	if ((rule->families & family) != 0)
		return is_wildcard ? PLACE_SAME : PLACE_NARROWER;
	return is_wildcard ? PLACE_WIDER : PLACE_ELSEWHERE;
}

static enum place compare_place(const struct lsp_policy_rule *rule, const struct lsp_opening *opening, unsigned family)
{
	enum place place = compare_where(rule, opening, family);
	enum lsp_scope scope = lsp_opening_scope(opening, family);

	if (place == PLACE_ELSEWHERE)
		return place;
	if (rule->device.bytes != NULL && opening->is.device.bytes == NULL)
		place = PLACE_WIDER;
	else if (rule->device.bytes != NULL && !lsp_pattern_matches(&rule->device, &opening->is.device))
		return PLACE_ELSEWHERE;
	if (rule->limit == LSP_SCOPE_NONE || place == PLACE_WIDER)
		return place;
	if (scope > rule->limit)
		return PLACE_WIDER;
	return scope == LSP_SCOPE_NONE ? PLACE_UNSURE : place;
}

/* ret_keys: those that are others, or, for UNSURE, unseen. */
static enum answer compare_owner(const struct lsp_policy_rule *rule, const struct lsp_opening *opening, uint8_t *ret_keys)
{
	uint8_t others = 0, unseen = 0;
	int key;

	for (key = 0; key < LSP_POLICY_KEY_COUNT; key++) {
		if (rule->owner[key].bytes == NULL || lsp_pattern_matches(&rule->owner[key], &opening->is.owner[key]))
			continue;
		if ((opening->unseen & (1u << key)) != 0)
			unseen |= (uint8_t)(1u << key);
		else
			others |= (uint8_t)(1u << key);
	}
	*ret_keys = others != 0 ? others : unseen;
	return others != 0 ? ANSWER_NO : unseen != 0 ? ANSWER_UNSURE : ANSWER_YES;
}

static bool is_single(const struct lsp_policy_rule *rule)
{
	return rule->low == rule->high;
}

static bool is_about(const struct lsp_policy_rule *rule, const struct lsp_opening *opening)
{
	return rule->low <= opening->is.low && opening->is.low <= rule->high && (rule->protos & opening->is.protos) != 0;
}

/* Tens of thousands of rules are held against as many openings: each only against those of its port. */
static void index_rules(struct search *search)
{
	size_t i;

	search->first = lsp_alloc((UINT16_MAX + 1) * sizeof *search->first);
	search->next = lsp_realloc_array(NULL, search->policy->rule_count, sizeof *search->next);
	for (i = search->policy->rule_count; i > 0; i--) {
		const struct lsp_policy_rule *rule = &search->policy->rules[i - 1];
		uint16_t port = is_single(rule) ? rule->low : 0;

		search->next[i - 1] = search->first[port];
		search->first[port] = (uint32_t)i;
	}
}

static void add(struct search *search, struct lsp_drift drift)
{
	search->drifts = lsp_grow(search->drifts, search->count, &search->capacity, sizeof *search->drifts);
	search->drifts[search->count++] = drift;
}

/* What is allowed of an opening. What only may be so is unsure, and maybe the first of the rules that say so. */
struct allowed {
	unsigned sure, unsure; /* LSP_FAMILY_BIT */
	struct lsp_drift maybe;
};

static void allow(struct search *search, size_t i, const struct lsp_opening *opening, struct allowed *allowed)
{
	const struct lsp_policy_rule *rule = &search->policy->rules[i];
	enum answer owner;
	unsigned family;
	uint8_t keys;

	if (!is_about(rule, opening) || (owner = compare_owner(rule, opening, &keys)) == ANSWER_NO)
		return;
	for (family = LSP_FAMILY_BIT_4; family <= LSP_FAMILY_BIT_6; family <<= 1) {
		enum place place = (opening->is.families & family) != 0 ? compare_place(rule, opening, family)
									 : PLACE_ELSEWHERE;

		if (place != PLACE_SAME && place != PLACE_UNSURE)
			continue;
		search->met[i] = MET_EXACTLY;
		if (place == PLACE_SAME && owner == ANSWER_YES) {
			allowed->sure |= family;
			continue;
		}
		allowed->unsure |= family;
		if (allowed->maybe.rule == NULL || rule < allowed->maybe.rule)
			allowed->maybe = (struct lsp_drift){rule, opening, LSP_DRIFT_UNSURE, 0, keys, true};
	}
}

/* Which families of an opening no rule allows; what only may be allowed counts as allowed. */
static unsigned left_over(struct search *search, const struct lsp_opening *opening, struct lsp_drift *ret_unsure)
{
	const uint32_t lists[] = {search->first[opening->is.low], search->first[0]};
	struct allowed allowed = {.maybe = {.rule = NULL}};
	size_t list;
	uint32_t at;

	for (list = 0; list < 2; list++) {
		for (at = lists[list]; at != 0; at = search->next[at - 1])
			allow(search, at - 1, opening, &allowed);
	}
	*ret_unsure = allowed.maybe;
	ret_unsure->families = (uint8_t)(allowed.unsure & ~allowed.sure);
	return opening->is.families & ~(allowed.sure | allowed.unsure);
}

/* What a rule says of what is left over of an opening. False: nothing. */
static bool explain(const struct search *search, size_t i, const struct lsp_opening *opening, unsigned family,
		    struct lsp_drift *ret_drift)
{
	const struct lsp_policy_rule *rule = &search->policy->rules[i];
	bool is_met = search->met[i] == MET_EXACTLY;
	enum lsp_drift_kind kind;
	enum answer owner;
	enum place place;
	uint8_t keys;

	if (!is_about(rule, opening))
		return false;
	place = compare_place(rule, opening, family);
	owner = compare_owner(rule, opening, &keys);
	if (owner != ANSWER_NO && place == PLACE_WIDER)
		kind = LSP_DRIFT_WIDENED;
	else if (owner != ANSWER_NO && place == PLACE_NARROWER && !is_met)
		kind = LSP_DRIFT_NARROWED;
	else if (owner == ANSWER_NO && (place == PLACE_SAME || place == PLACE_UNSURE) && !is_met)
		kind = LSP_DRIFT_OWNER;
	else
		return false;
	*ret_drift = (struct lsp_drift){rule, opening, (uint8_t)kind, (uint8_t)family, owner == ANSWER_NO ? keys : 0, is_met};
	return true;
}

/* The best explanation of one family: rather the place than the owner, rather the first rule than a later one. */
static struct lsp_drift explain_family(struct search *search, const struct lsp_opening *opening, unsigned family)
{
	struct lsp_drift best = {NULL, opening, LSP_DRIFT_OPENED, (uint8_t)family, 0, false}, drift;
	uint32_t at;
	size_t i;

	for (at = search->first[opening->is.low]; at != 0; at = search->next[at - 1]) {
		if (!explain(search, at - 1, opening, family, &drift))
			continue;
		if (best.rule == NULL || (best.kind == LSP_DRIFT_OWNER && drift.kind != LSP_DRIFT_OWNER))
			best = drift;
	}
	if (best.rule != NULL) {
		i = (size_t)(best.rule - search->policy->rules);
		search->met[i] = search->met[i] == MET_NEVER ? MET_OTHERWISE : search->met[i];
	}
	return best;
}

/* An opening that is left over, by both families in one when they say the same. */
static void explain_opening(struct search *search, const struct lsp_opening *opening, unsigned left)
{
	bool both = left == (LSP_FAMILY_BIT_4 | LSP_FAMILY_BIT_6);
	struct lsp_drift drift = explain_family(search, opening, both ? LSP_FAMILY_BIT_4 : left), second;

	if (both) {
		second = explain_family(search, opening, LSP_FAMILY_BIT_6);
		if (second.rule == drift.rule && second.kind == drift.kind)
			drift.families |= second.families;
		else if ((second.families & search->select->families) != 0 && opening->is_asked)
			add(search, second);
	}
	drift.families &= (uint8_t)search->select->families;
	if (drift.families != 0 && opening->is_asked)
		add(search, drift);
}

static const struct lsp_policy_rule *place_of(const struct lsp_drift *drift)
{
	return drift->opening != NULL ? &drift->opening->is : drift->rule;
}

static int compare(const void *a, const void *b)
{
	const struct lsp_drift *x = a, *y = b;
	int order = lsp_policy_rule_cmp(place_of(x), place_of(y));

	if (order == 0)
		order = (x->kind > y->kind) - (x->kind < y->kind);
	if (order == 0)
		order = (x->families > y->families) - (x->families < y->families);
	if (order == 0 && x->rule != NULL && y->rule != NULL)
		order = (x->rule->line > y->rule->line) - (x->rule->line < y->rule->line);
	return order;
}

size_t lsp_drift_find(const struct lsp_policy *policy, const struct lsp_opening *openings, size_t count,
		      const struct lsp_select *select, struct lsp_drift **ret_drifts)
{
	struct search search = {.policy = policy, .select = select, .met = lsp_alloc(policy->rule_count)};
	unsigned *left = lsp_realloc_array(NULL, count, sizeof *left);
	size_t i;

	index_rules(&search);
	for (i = 0; i < count; i++) {
		struct lsp_drift unsure = {.rule = NULL};

		left[i] = left_over(&search, &openings[i], &unsure);
		unsure.families &= (uint8_t)select->families;
		if (unsure.families != 0 && openings[i].is_asked)
			add(&search, unsure);
	}
	for (i = 0; i < count; i++) {
		if (left[i] != 0)
			explain_opening(&search, &openings[i], left[i]);
	}
	for (i = 0; i < policy->rule_count; i++) {
		if (search.met[i] == MET_NEVER && is_single(&policy->rules[i]) &&
		    lsp_policy_rule_is_asked(&policy->rules[i], select))
			add(&search, (struct lsp_drift){&policy->rules[i], NULL, LSP_DRIFT_CLOSED, 0, 0, false});
	}
	free(left);
	free(search.first);
	free(search.next);
	free(search.met);
	if (search.count > 0)
		qsort(search.drifts, search.count, sizeof *search.drifts, compare);
	*ret_drifts = search.drifts;
	return search.count;
}

void lsp_drift_count(const struct lsp_drift *drifts, size_t count, size_t ret_counts[LSP_DRIFT_COUNT])
{
	size_t i;

	for (i = 0; i < LSP_DRIFT_COUNT; i++)
		ret_counts[i] = 0;
	for (i = 0; i < count; i++)
		ret_counts[drifts[i].kind]++;
}
