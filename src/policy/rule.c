/*
 * rule.c - rules among themselves and against a selection.
 */
#include "policy.h"

#include <string.h>

static int compare_patterns(const struct lsp_pattern *a, const struct lsp_pattern *b)
{
	size_t len = a->len < b->len ? a->len : b->len;
	int order;

	if (a->bytes == NULL || b->bytes == NULL)
		return (a->bytes != NULL) - (b->bytes != NULL);
	order = memcmp(a->bytes, b->bytes, len);
	return order != 0 ? order : (a->len > b->len) - (a->len < b->len);
}

int lsp_policy_rule_cmp(const struct lsp_policy_rule *a, const struct lsp_policy_rule *b)
{
	int order = (a->low > b->low) - (a->low < b->low), key;

	if (order == 0)
		order = (a->high > b->high) - (a->high < b->high);
	if (order == 0)
		order = (a->protos > b->protos) - (a->protos < b->protos);
	if (order == 0)
		order = (a->where < b->where) - (a->where > b->where); /* wildcards, addresses, scopes */
	if (order == 0)
		order = lsp_addr_cmp(&a->addr, &b->addr);
	if (order == 0)
		order = compare_patterns(&a->device, &b->device);
	for (key = 0; order == 0 && key < LSP_POLICY_KEY_COUNT; key++)
		order = compare_patterns(&a->owner[key], &b->owner[key]);
	return order;
}

/* Files of Windows have the same name in capitals; what starts a program writes its path as it likes. */
static bool has_no_case(const struct lsp_pattern *text)
{
	return text->len >= 3 && text->bytes[1] == ':' && text->bytes[2] == '\\';
}

static bool is_same(char a, char b, bool no_case)
{
	if (no_case && a >= 'A' && a <= 'Z')
		a = (char)(a - 'A' + 'a');
	if (no_case && b >= 'A' && b <= 'Z')
		b = (char)(b - 'A' + 'a');
	return a == b;
}

/* On a mismatch it goes back to the last "*", and lets that one swallow a byte more: no need to go back further. */
bool lsp_pattern_matches(const struct lsp_pattern *pattern, const struct lsp_pattern *text)
{
	size_t at = 0, i = 0, star = pattern->len, mark = 0;
	bool no_case = has_no_case(text);

	while (i < text->len) {
		if (at < pattern->len && pattern->bytes[at] == '\0') {
			star = at++;
			mark = i;
		} else if (at < pattern->len && is_same(pattern->bytes[at], text->bytes[i], no_case)) {
			at++;
			i++;
		} else if (star < pattern->len) {
			at = star + 1;
			i = ++mark;
		} else {
			return false;
		}
	}
	while (at < pattern->len && pattern->bytes[at] == '\0')
		at++;
	return at == pattern->len;
}

static bool may_be_at(const struct lsp_policy_rule *rule, const struct lsp_endpoint *endpoint)
{
	struct lsp_pattern device = {endpoint->device, endpoint->device_len};
	struct lsp_addr addr;

	if (rule->high < endpoint->low || rule->low > endpoint->high || (rule->protos & endpoint->protos) == 0)
		return false;
	/* with a device, only that one's sockets were looked at: a rule for all devices may be met at another */
	if (endpoint->ifindex != 0 && (device.bytes == NULL || rule->device.bytes == NULL ||
				       !lsp_pattern_matches(&rule->device, &device)))
		return false;
	if (endpoint->where == LSP_ANYWHERE || rule->where == LSP_ANYWHERE)
		return true;
	if (endpoint->where != rule->where)
		return false;
	addr = endpoint->addr;
	addr.scope = 0;
	return endpoint->where == LSP_AT_WILDCARD || lsp_addr_cmp(&addr, &rule->addr) == 0;
}

bool lsp_policy_rule_is_asked(const struct lsp_policy_rule *rule, const struct lsp_select *select)
{
	size_t i;

	if ((rule->protos & select->protos) == 0 || (rule->families & select->families) == 0)
		return false;
	for (i = 0; i < select->port_count; i++) {
		if (may_be_at(rule, &select->ports[i]))
			return true;
	}
	return select->port_count == 0;
}
