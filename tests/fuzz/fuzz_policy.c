/*
 * fuzz_policy.c - a policy: what is read makes sense, is written and read again as the same; what is not is named in a line.
 */
#include "fuzz.h"

#include "policy/policy.h"

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
	free(text);
	return 0;
}
