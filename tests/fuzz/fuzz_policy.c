/*
 * fuzz_policy.c - a policy: what is read makes sense, is written and read again as the same; what is not is named in a line.
 * Of two policies in one text (a line "===" between them) the second says what is open: brought up to date for that, the
 * first finds no drift, has lost no line without a word, and is not changed a second time.
 */
#include "fuzz.h"

#include "core/mem.h"
#include "policy/revise.h"

#define FAMILIES (LSP_FAMILY_BIT_4 | LSP_FAMILY_BIT_6)

static void check_rule(const struct lsp_policy_rule *rule)
{
	int key;

	REQUIRE(rule->protos != 0 && (rule->protos & ~LSP_PROTO_ALL) == 0);
	REQUIRE(rule->low >= 1 && rule->low <= rule->high);
	REQUIRE(rule->families != 0 && (rule->families & ~FAMILIES) == 0);
	REQUIRE((rule->where == LSP_AT_ADDRESS) == (rule->addr.family != LSP_FAMILY_NONE));
	REQUIRE(rule->where != LSP_ANYWHERE || rule->limit != LSP_SCOPE_NONE);
	REQUIRE(rule->addr.scope == 0 && rule->limit < LSP_SCOPE_COUNT);
	for (key = 0; key < LSP_POLICY_KEY_COUNT; key++) {
		REQUIRE((rule->owner[key].bytes == NULL) == (rule->owner[key].len == 0));
		if (rule->owner[key].bytes != NULL)
			REQUIRE(lsp_pattern_matches(&rule->owner[key], &rule->owner[key]));
	}
}

/* Written and read again it is the same, and written as the same bytes. */
static void check_again(const struct lsp_policy_rule *rule)
{
	char fault[LSP_POLICY_FAULT_MAX];
	struct lsp_policy policy;
	struct lsp_sink text, again;
	size_t head, i;

	lsp_sink_open(&text, NULL);
	lsp_policy_write_head(&text);
	head = text.used;
	lsp_policy_rule_write(&text, rule);
	for (i = head; i < text.used; i++)
		REQUIRE((unsigned char)text.bytes[i] >= ' ' && text.bytes[i] != '\x7f');
	if (text.used - head <= LSP_POLICY_LINE_MAX) {
		REQUIRE(lsp_policy_parse(text.bytes, text.used, &policy, fault));
		REQUIRE(policy.rule_count == 1);
		REQUIRE(lsp_policy_rule_cmp(policy.rules, rule) == 0);
		REQUIRE(policy.rules->limit == rule->limit && policy.rules->families == rule->families);
		lsp_sink_open(&again, NULL);
		lsp_policy_rule_write(&again, policy.rules);
		REQUIRE(again.used == text.used - head && memcmp(again.bytes, text.bytes + head, again.used) == 0);
		lsp_sink_close(&again);
		lsp_policy_clear(&policy);
	}
	lsp_sink_close(&text);
}

/* As if a rule's first port were open there; families and all as a snapshot could have them. */
static struct lsp_opening opening_of(const struct lsp_policy_rule *rule)
{
	struct lsp_opening opening = {.is = *rule, .socket_count = 1, .is_asked = true, .scope = {rule->limit, rule->limit}};

	opening.is.protos = LSP_PROTO_BIT((rule->protos & LSP_PROTO_BIT(LSP_UDP)) != 0 ? LSP_UDP : LSP_TCP);
	opening.is.limit = LSP_SCOPE_NONE;
	if (rule->where == LSP_ANYWHERE)
		opening.is.where = LSP_AT_WILDCARD;
	if (rule->low != rule->high && opening.is.protos == LSP_PROTO_BIT(LSP_UDP)) {
		opening.span_low = rule->low;
		opening.span_high = rule->high;
	}
	opening.is.high = rule->low;
	opening.unseen = rule->owner[LSP_POLICY_EXE].bytes == NULL ? 1u << LSP_POLICY_EXE : 0;
	return opening;
}

static void remark(struct lsp_sink *sink, const struct lsp_opening *opening, const void *context)
{
	(void)context;
	if (opening->is.low % 2 == 0)
		lsp_sink_word(sink, "  # even");
}

static size_t count_lines(const char *text, size_t len)
{
	size_t count = len > 0 && text[len - 1] != '\n', i;

	for (i = 0; i < len; i++)
		count += text[i] == '\n';
	return count;
}

/* Revises text, which *policy was read from. The new text is in *ret_text. Returns how many drifts there were. */
static size_t revise(const char *text, size_t len, const struct lsp_policy *policy, const struct lsp_opening *openings,
		     size_t count, struct lsp_sink *ret_text)
{
	const struct lsp_select all = {.protos = LSP_PROTO_ALL, .families = FAMILIES};
	struct lsp_revision revision = {text, len, policy, NULL, 0, remark, NULL};
	size_t counts[LSP_DRIFT_COUNT], rules, gone;
	struct lsp_drift *drifts;
	struct lsp_sink removed;

	revision.count = lsp_drift_find(policy, openings, count, &all, &drifts);
	revision.drifts = drifts;
	lsp_drift_count(drifts, revision.count, counts);
	lsp_sink_open(ret_text, NULL);
	lsp_sink_open(&removed, NULL);
	rules = lsp_policy_revise(&revision, ret_text, &removed);
	gone = count_lines(removed.bytes, removed.used);
	REQUIRE(gone <= policy->rule_count);
	/* lines that stay, and rules that came */
	REQUIRE(count_lines(ret_text->bytes, ret_text->used) == count_lines(text, len) - gone + rules - (policy->rule_count - gone));
	lsp_sink_close(&removed);
	free(drifts);
	return revision.count - counts[LSP_DRIFT_UNSURE];
}

static void check_revised(const char *text, size_t len, const struct lsp_policy *policy, const struct lsp_policy *open)
{
	struct lsp_opening *openings = lsp_realloc_array(NULL, open->rule_count, sizeof *openings);
	char fault[LSP_POLICY_FAULT_MAX];
	struct lsp_sink once, twice;
	struct lsp_policy revised;
	size_t i;

	for (i = 0; i < open->rule_count; i++)
		openings[i] = opening_of(&open->rules[i]);
	revise(text, len, policy, openings, open->rule_count, &once);
	if (once.used <= LSP_POLICY_BYTES_MAX && lsp_policy_parse(once.bytes, once.used, &revised, fault)) {
		REQUIRE(revise(once.bytes, once.used, &revised, openings, open->rule_count, &twice) == 0);
		REQUIRE(twice.used == once.used && memcmp(twice.bytes, once.bytes, once.used) == 0);
		lsp_sink_close(&twice);
		lsp_policy_clear(&revised);
	} else { /* escapes made a line longer than a line may be */
		REQUIRE(strstr(fault, "longer than any") != NULL);
	}
	lsp_sink_close(&once);
	free(openings);
}

static void check_two(const char *text, size_t len)
{
	static const char border[] = "\n===\n";
	const size_t border_len = sizeof border - 1;
	struct lsp_policy policy, open;
	char fault[LSP_POLICY_FAULT_MAX];
	size_t first = 0;

	while (first + border_len <= len && memcmp(text + first, border, border_len) != 0)
		first++;
	if (first + border_len > len || !lsp_policy_parse(text, first, &policy, fault))
		return;
	if (lsp_policy_parse(text + first + border_len, len - first - border_len, &open, fault)) {
		check_revised(text, first, &policy, &open);
		lsp_policy_clear(&open);
	}
	lsp_policy_clear(&policy);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	char fault[LSP_POLICY_FAULT_MAX] = "";
	char *text = fuzz_copy(bytes, len);
	struct lsp_policy policy;
	size_t i;

	if (!lsp_policy_parse(text, len, &policy, fault)) {
		REQUIRE(memchr(fault, '\0', sizeof fault) != NULL);
		REQUIRE(fault[0] >= '0' && fault[0] <= '9' && strstr(fault, ": '") != NULL && strlen(fault) > 20);
		REQUIRE(strchr(fault, '\n') == NULL);
	} else {
		for (i = 0; i < policy.rule_count; i++) {
			check_rule(&policy.rules[i]);
			check_again(&policy.rules[i]);
		}
		lsp_policy_clear(&policy);
	}
	check_two(text, len);
	free(text);
	return 0;
}
