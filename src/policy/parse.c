/*
 * parse.c - a policy is read; the first thing that is wrong ends it, with a text that says where and what would be right.
 */
#include "policy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lsports/language.h>

#include "core/mem.h"
#include "word.h"

#define FIRST_WORD "lsports-policy"

struct reading {
	struct lsp_policy *policy;
	size_t capacity;
	char *to; /* where the next word's bytes go */
	char *fault;
	uint32_t line;
	bool has_head;
};

/* Always false. */
static bool refuse(const struct reading *reading, const struct lsp_policy_word *word, const char *why)
{
	int len = word->typed_len < 60 ? (int)word->typed_len : 60;

	snprintf(reading->fault, LSP_POLICY_FAULT_MAX, "%u: '%.*s': %s", reading->line, len, word->typed, why);
	return false;
}

/* bytes of a word: a NUL in it is a "*" of the text. */
static bool is(const char *bytes, size_t len, const char *text)
{
	return strlen(text) == len && memcmp(bytes, text, len) == 0;
}

static bool is_star(const char *bytes, size_t len)
{
	return len == 1 && bytes[0] == '\0';
}

static bool read_number(const char *bytes, size_t len, uint16_t *ret_number)
{
	uint32_t value = 0;
	size_t i;

	for (i = 0; i < len && value <= UINT16_MAX; i++) {
		if (bytes[i] < '0' || bytes[i] > '9')
			return false;
		value = value * 10 + (uint32_t)(bytes[i] - '0');
	}
	*ret_number = (uint16_t)value;
	return len > 0 && value >= 1 && value <= UINT16_MAX;
}

static bool read_port(const char *bytes, size_t len, struct lsp_policy_rule *rule)
{
	const char *dash = memchr(bytes, '-', len);
	size_t low = dash != NULL ? (size_t)(dash - bytes) : len;

	if (is_star(bytes, len)) {
		rule->low = 1;
		rule->high = UINT16_MAX;
		return true;
	}
	if (!read_number(bytes, low, &rule->low))
		return false;
	rule->high = rule->low;
	return dash == NULL || (read_number(dash + 1, len - low - 1, &rule->high) && rule->high >= rule->low);
}

static bool read_host(const char *bytes, size_t len, struct lsp_policy_rule *rule)
{
	bool brackets = len >= 2 && bytes[0] == '[' && bytes[len - 1] == ']';
	enum lsp_scope scope;
	const char *device;
	struct lsp_addr addr;

	if (brackets) {
		bytes++;
		len -= 2;
	}
	device = len > 0 ? memchr(bytes, '%', len) : NULL;
	if (device != NULL) {
		rule->device = (struct lsp_pattern){device + 1, len - (size_t)(device - bytes) - 1};
		len = (size_t)(device - bytes);
		if (rule->device.len == 0)
			return false;
	}
	rule->families = LSP_FAMILY_BIT_4 | LSP_FAMILY_BIT_6;
	rule->where = LSP_AT_WILDCARD;
	if (!brackets && is_star(bytes, len))
		return true;
	if (!brackets && lsp_scope_read(bytes, len, &scope)) {
		rule->where = LSP_ANYWHERE;
		rule->limit = (uint8_t)scope;
		return true;
	}
	if (!lsp_addr_parse(bytes, len, &addr) || brackets != (addr.family == LSP_INET6))
		return false;
	rule->where = lsp_addr_is_any(&addr) ? LSP_AT_WILDCARD : LSP_AT_ADDRESS;
	rule->addr = lsp_addr_unmap(&addr);
	rule->families = rule->addr.family == LSP_INET6 ? LSP_FAMILY_BIT_6 : LSP_FAMILY_BIT_4;
	if (rule->where == LSP_AT_WILDCARD)
		rule->addr = (struct lsp_addr){.family = LSP_FAMILY_NONE};
	return true;
}

static bool read_place(const struct reading *reading, const struct lsp_policy_word *word, struct lsp_policy_rule *rule)
{
	size_t colon = word->len;

	while (colon > 0 && word->bytes[colon - 1] != ':')
		colon--;
	if (colon == 0)
		return refuse(reading, word, _("no WHERE:PORT, such as *:22, 127.0.0.1:5432, [::1]:5432 or loopback:8000-8100"));
	if (!read_host(word->bytes, colon - 1, rule))
		return refuse(reading, word, _("no WHERE: an address (IPv6 in [...]), *, loopback, link, private or public"));
	if (!read_port(word->bytes + colon, word->len - colon, rule))
		return refuse(reading, word, _("no port: write 8000, 8000-8100 or *"));
	return true;
}

static bool read_scope(const struct reading *reading, const struct lsp_policy_word *word, const char *bytes, size_t len,
		       struct lsp_policy_rule *rule)
{
	enum lsp_scope scope;

	if (rule->limit != LSP_SCOPE_NONE)
		return refuse(reading, word, _("the scope is said twice"));
	if (!lsp_scope_read(bytes, len, &scope))
		return refuse(reading, word, _("no scope: write loopback, link, private or public"));
	rule->limit = (uint8_t)scope;
	return true;
}

static bool read_key(const struct reading *reading, const struct lsp_policy_word *word, struct lsp_policy_rule *rule)
{
	const char *equals = memchr(word->bytes, '=', word->len), *value;
	size_t len = equals != NULL ? (size_t)(equals - word->bytes) : 0, value_len;
	int key;

	if (equals == NULL)
		return refuse(reading, word, _("not KEY=VALUE; keys are scope, exe, user and unit; a comment begins with #"));
	value = equals + 1;
	value_len = word->len - len - 1;
	if (value_len == 0)
		return refuse(reading, word, _("a value is missing; * is any"));
	if (is(word->bytes, len, "scope"))
		return read_scope(reading, word, value, value_len, rule);
	for (key = 0; key < LSP_POLICY_KEY_COUNT; key++) {
		if (!is(word->bytes, len, lsp_policy_key_name((enum lsp_policy_key)key)))
			continue;
		if (rule->owner[key].bytes != NULL)
			return refuse(reading, word, _("this key is there twice"));
		rule->owner[key] = (struct lsp_pattern){value, value_len};
		return true;
	}
	return refuse(reading, word, _("no such key; keys are scope, exe, user and unit"));
}

static bool read_proto(const struct reading *reading, const struct lsp_policy_word *word, struct lsp_policy_rule *rule)
{
	rule->protos = is(word->bytes, word->len, "tcp")  ? LSP_PROTO_BIT(LSP_TCP)
		       : is(word->bytes, word->len, "udp") ? LSP_PROTO_BIT(LSP_UDP)
		       : is_star(word->bytes, word->len)	    ? LSP_PROTO_ALL
								    : 0;
	return rule->protos != 0 || refuse(reading, word, _("no protocol: a rule begins with tcp, udp or *"));
}

/* The number-th word of a rule. */
static bool read_word(const struct reading *reading, int number, const struct lsp_policy_word *word,
		      struct lsp_policy_rule *rule)
{
	if (number == 0)
		return read_proto(reading, word, rule);
	return number == 1 ? read_place(reading, word, rule) : read_key(reading, word, rule);
}

/* The number-th word of the line that every policy begins with. */
static bool read_head(struct reading *reading, int number, const struct lsp_policy_word *word)
{
	char version[12];

	snprintf(version, sizeof version, "%d", LSP_POLICY_VERSION);
	if (number == 0 && !is(word->bytes, word->len, FIRST_WORD))
		return refuse(reading, word, _("this is no policy: the first line is \"lsports-policy 1\""));
	if (number == 1 && !is(word->bytes, word->len, version))
		return refuse(reading, word, _("a version that this lsports does not know: it knows 1"));
	reading->has_head = number == 1;
	reading->policy->head_line = reading->line;
	return number < 2 || refuse(reading, word, _("one word too many behind \"lsports-policy 1\""));
}

static bool read_line(struct reading *reading, const char *line, const char *end)
{
	struct lsp_policy *policy = reading->policy;
	struct lsp_policy_rule rule = {.line = reading->line};
	bool is_head = !reading->has_head;
	struct lsp_policy_word word = {.typed = line}, last;
	const char *why;
	int number;

	for (number = 0;; number++) {
		last = word;
		why = lsp_policy_word_next(&line, end, &reading->to, &word);
		if (why != NULL)
			return refuse(reading, &word, why);
		if (word.typed_len == 0)
			break;
		if (!(is_head ? read_head(reading, number, &word) : read_word(reading, number, &word, &rule)))
			return false;
	}
	if (number == 0)
		return true;
	if (number == 1)
		return refuse(reading, &last, is_head ? _("the version is missing: write \"lsports-policy 1\"")
						      : _("WHERE:PORT is missing, such as *:22 or 127.0.0.1:5432"));
	if (is_head)
		return true;
	if (policy->rule_count == LSP_POLICY_RULES_MAX)
		return refuse(reading, &last, _("too many rules; a policy has at most 65536"));
	policy->rules = lsp_grow(policy->rules, policy->rule_count, &reading->capacity, sizeof *policy->rules);
	policy->rules[policy->rule_count++] = rule;
	return true;
}

/* Behind a byte order mark, as some editors write one. */
static size_t mark_len(const char *text, size_t len)
{
	return len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
}

static bool read_lines(struct reading *reading, const char *text, size_t len)
{
	static const struct lsp_policy_word nothing = {.typed = ""};
	size_t at = mark_len(text, len), line_len;

	for (; at < len; at += line_len + 1) {
		const char *newline = memchr(text + at, '\n', len - at);

		line_len = newline != NULL ? (size_t)(newline - text) - at : len - at;
		reading->line++;
		if (line_len > LSP_POLICY_LINE_MAX)
			return refuse(reading, &nothing, _("the line is longer than any that lsports writes"));
		if (!read_line(reading, text + at, text + at + line_len))
			return false;
	}
	if (!reading->has_head)
		return refuse(reading, &nothing, _("this is no policy: the first line is \"lsports-policy 1\""));
	return true;
}

bool lsp_policy_parse(const char *text, size_t len, struct lsp_policy *ret_policy, char ret_fault[LSP_POLICY_FAULT_MAX])
{
	struct lsp_policy policy = {.bytes = lsp_alloc(len)};
	struct reading reading = {.policy = &policy, .to = policy.bytes, .fault = ret_fault};

	if (!read_lines(&reading, text, len)) {
		lsp_policy_clear(&policy);
		return false;
	}
	*ret_policy = policy;
	return true;
}

void lsp_policy_clear(struct lsp_policy *policy)
{
	free(policy->rules);
	free(policy->bytes);
	*policy = (struct lsp_policy){.rules = NULL};
}
