/*
 * diff_json.c - drift as a JSON document. What is unknown, or not said by the rule, is null.
 */
#include "diff.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "view/json_value.h"

static void put_text(struct lsp_sink *sink, bool first, const char *key, const char *bytes, size_t len)
{
	lsp_json_key(sink, first, key);
	if (bytes == NULL)
		lsp_sink_word(sink, "null");
	else
		lsp_json_text(sink, key, bytes, len);
}

static void put_word(struct lsp_sink *sink, bool first, const char *key, const char *word)
{
	put_text(sink, first, key, word, word != NULL ? strlen(word) : 0);
}

static void put_number(struct lsp_sink *sink, const char *key, uint64_t number)
{
	lsp_json_key(sink, false, key);
	lsp_sink_number(sink, number);
}

static void put_rule_text(struct lsp_sink *sink, const char *key, const struct lsp_policy_rule *rule)
{
	struct lsp_sink text;

	lsp_sink_open(&text, NULL);
	lsp_policy_rule_write(&text, rule);
	put_text(sink, false, key, text.bytes, text.used);
	lsp_sink_close(&text);
}

static void put_rule(struct lsp_sink *sink, const struct lsp_policy_rule *rule)
{
	lsp_json_key(sink, false, "rule");
	if (rule == NULL) {
		lsp_sink_word(sink, "null");
		return;
	}
	lsp_sink_word(sink, "{\"line\":");
	lsp_sink_number(sink, rule->line);
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
	put_word(sink, false, "addr",
		 rule->where == LSP_AT_WILDCARD && rule->families == (LSP_FAMILY_BIT_4 | LSP_FAMILY_BIT_6) ? "*" : text);
}

static void put_opening(struct lsp_sink *sink, const struct lsp_drift *drift)
{
	const struct lsp_opening *opening = drift->opening;
	struct lsp_policy_rule rule;
	int key;

	lsp_json_key(sink, false, "now");
	if (opening == NULL) {
		lsp_sink_word(sink, "null");
		return;
	}
	rule = lsp_opening_rule(opening, drift->families);
	lsp_sink_byte(sink, '{');
	put_word(sink, true, "proto", (rule.protos & LSP_PROTO_BIT(LSP_TCP)) != 0 ? "tcp" : "udp");
	put_addr(sink, &rule);
	put_number(sink, "port", rule.low);
	put_text(sink, false, "interface", rule.device.bytes, rule.device.len);
	put_word(sink, false, "scope", lsp_scope_name(lsp_opening_scope(opening, drift->families)));
	put_word(sink, false, "owner", lsp_owner_name((enum lsp_owner)opening->owner));
	for (key = 0; key < LSP_POLICY_KEY_COUNT; key++)
		put_text(sink, false, lsp_policy_key_name((enum lsp_policy_key)key), rule.owner[key].bytes, rule.owner[key].len);
	put_rule_text(sink, "text", &rule);
	lsp_sink_byte(sink, '}');
}

static void put_drift(struct lsp_sink *sink, const struct lsp_drift *drift)
{
	bool first = true;
	int key;

	lsp_sink_byte(sink, '{');
	put_word(sink, true, "change", lsp_drift_name((enum lsp_drift_kind)drift->kind));
	lsp_json_key(sink, false, "keys");
	lsp_sink_byte(sink, '[');
	for (key = 0; key < LSP_POLICY_KEY_COUNT; key++) {
		if ((drift->keys & (1u << key)) == 0)
			continue;
		lsp_sink_word(sink, first ? "\"" : ",\"");
		lsp_sink_word(sink, lsp_policy_key_name((enum lsp_policy_key)key));
		lsp_sink_byte(sink, '"');
		first = false;
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
	char host[256] = "";
	size_t i;

	diff->backend->host_name(host, sizeof host);
	lsp_sink_open(&sink, stdout);
	lsp_json_head(&sink, "lsports " LSPORTS_VERSION, host, (int64_t)time(NULL));
	lsp_json_sight(&sink, sight->hidden, sight->unchecked, sight->unchecked_count);
	put_word(&sink, false, "policy", diff->request->policy);
	put_number(&sink, "exit", (uint64_t)code);
	lsp_json_key(&sink, false, "counts");
	for (i = 0; i < LSP_DRIFT_COUNT; i++) {
		lsp_sink_word(&sink, i == 0 ? "{" : "");
		lsp_json_key(&sink, i == 0, lsp_drift_name((enum lsp_drift_kind)i));
		lsp_sink_number(&sink, diff->counts[i]);
	}
	lsp_sink_byte(&sink, '}');
	lsp_json_key(&sink, false, "changes");
	lsp_sink_byte(&sink, '[');
	for (i = 0; i < diff->count; i++) {
		lsp_sink_word(&sink, i > 0 ? ",\n" : "\n");
		put_drift(&sink, &diff->drifts[i]);
	}
	lsp_sink_word(&sink, i > 0 ? "\n]}\n" : "]}\n");
	lsp_sink_close(&sink);
}
