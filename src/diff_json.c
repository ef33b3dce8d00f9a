/*
 * diff_json.c - drift as a JSON document. What is unknown, or not said by the rule, is null.
 */
#include "diff.h"

#include "document.h"
#include "view/json_value.h"

static void put_rule_text(struct lsp_sink *sink, const char *key, const struct lsp_policy_rule *rule)
{
	struct lsp_sink text;

	lsp_sink_open(&text, NULL);
	lsp_policy_rule_write(&text, rule);
	lsp_json_put_text(sink, key, text.bytes, text.used);
	lsp_sink_close(&text);
}

static void put_rule(struct lsp_sink *sink, const struct lsp_policy_rule *rule)
{
	if (rule == NULL) {
		lsp_json_put_null(sink, "rule");
		return;
	}
	lsp_json_open(sink, "rule", '{');
	lsp_json_put_number(sink, "line", rule->line);
	put_rule_text(sink, "text", rule);
	lsp_sink_byte(sink, '}');
}

/* "*" for both wildcards, else the address. */
static void put_addr(struct lsp_sink *sink, const struct lsp_policy_rule *rule)
{
	struct lsp_addr addr = rule->addr;
	char text[LSP_ADDR_TEXT_MAX];

	if (rule->where == LSP_AT_WILDCARD)
		addr = (struct lsp_addr){.family = rule->families == LSP_FAMILY_BIT_4 ? LSP_INET4 : LSP_INET6};
	lsp_addr_text(&addr, text);
	lsp_json_put_word(sink, "addr",
		 rule->where == LSP_AT_WILDCARD && rule->families == (LSP_FAMILY_BIT_4 | LSP_FAMILY_BIT_6) ? "*" : text);
}

static void put_opening(struct lsp_sink *sink, const struct lsp_drift *drift)
{
	const struct lsp_opening *opening = drift->opening;
	struct lsp_policy_rule rule;
	int key;

	if (opening == NULL) {
		lsp_json_put_null(sink, "now");
		return;
	}
	rule = lsp_opening_rule(opening, drift->families);
	lsp_json_open(sink, "now", '{');
	lsp_json_put_word(sink, "proto", (rule.protos & LSP_PROTO_BIT(LSP_TCP)) != 0 ? "tcp" : "udp");
	put_addr(sink, &rule);
	lsp_json_put_number(sink, "port", rule.low);
	lsp_json_put_text(sink, "interface", rule.device.bytes, rule.device.len);
	lsp_json_put_word(sink, "scope", lsp_scope_name(lsp_opening_scope(opening, drift->families)));
	lsp_json_put_word(sink, "owner", lsp_owner_name((enum lsp_owner)opening->owner));
	for (key = 0; key < LSP_POLICY_KEY_COUNT; key++)
		lsp_json_put_text(sink, lsp_policy_key_name((enum lsp_policy_key)key), rule.owner[key].bytes, rule.owner[key].len);
	put_rule_text(sink, "text", &rule);
	lsp_sink_byte(sink, '}');
}

static void put_drift(struct lsp_sink *sink, const struct lsp_drift *drift)
{
	int key;

	lsp_sink_byte(sink, '{');
	lsp_json_put_word(sink, "change", lsp_drift_name((enum lsp_drift_kind)drift->kind));
	lsp_json_open(sink, "keys", '[');
	for (key = 0; key < LSP_POLICY_KEY_COUNT; key++) {
		if ((drift->keys & (1u << key)) == 0)
			continue;
		lsp_json_item(sink);
		lsp_sink_byte(sink, '"');
		lsp_sink_word(sink, lsp_policy_key_name((enum lsp_policy_key)key));
		lsp_sink_byte(sink, '"');
	}
	lsp_sink_byte(sink, ']');
	put_rule(sink, drift->rule);
	put_opening(sink, drift);
	lsp_sink_byte(sink, '}');
}

void lsp_diff_print_json(const struct lsp_diff *diff, int code)
{
	const struct lsp_sight *sight = &diff->opened.sight;
	struct lsp_sink sink;
	size_t i;

	lsp_document_open(&sink, diff->backend);
	lsp_json_sight(&sink, sight->hidden, sight->unchecked, sight->unchecked_count);
	lsp_json_put_word(&sink, "policy", diff->request->policy);
	lsp_json_put_number(&sink, "exit", (uint64_t)code);
	lsp_json_open(&sink, "counts", '{');
	for (i = 0; i < LSP_DRIFT_COUNT; i++)
		lsp_json_put_number(&sink, lsp_drift_name((enum lsp_drift_kind)i), diff->counts[i]);
	lsp_sink_byte(&sink, '}');
	lsp_json_open(&sink, "changes", '[');
	for (i = 0; i < diff->count; i++) {
		lsp_json_line(&sink);
		put_drift(&sink, &diff->drifts[i]);
	}
	lsp_sink_word(&sink, i > 0 ? "\n]}\n" : "]}\n");
	lsp_sink_close(&sink);
}
