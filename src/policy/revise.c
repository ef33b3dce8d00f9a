/*
 * revise.c - see revise.h. Line by line through the text, with what is new in hand, sorted.
 */
#include "revise.h"

#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "word.h"

/* A rule to be written: instead of the one on this line, or, by 0, where it sorts. */
struct addition {
	struct lsp_policy_rule rule;
	const struct lsp_opening *opening;
	uint32_t line;
};

struct revising {
	const struct lsp_revision *revision;
	struct lsp_sink *sink;
	struct addition *additions;
	size_t count, sorted_end; /* those without a line come first */
	size_t sorted, tied;	  /* the next of each */
	size_t rules_written;
};

static int compare(const void *a, const void *b)
{
	const struct addition *x = a, *y = b;
	int order = (x->line > y->line) - (x->line < y->line);

	return order != 0 ? order : lsp_policy_rule_cmp(&x->rule, &y->rule);
}

/* Of two that are one rule now: by both families, and as far as the farther one; NONE is no limit. */
static void merge(struct addition *into, const struct addition *other)
{
	uint8_t a = into->rule.limit, b = other->rule.limit;

	into->rule.families |= other->rule.families;
	into->rule.limit = a == LSP_SCOPE_NONE || b == LSP_SCOPE_NONE ? LSP_SCOPE_NONE : a > b ? a : b;
}

static bool loses_rule(const struct lsp_drift *drift)
{
	return drift->rule != NULL && !drift->is_met && drift->kind != LSP_DRIFT_UNSURE;
}

/* What has another port the next time. Its address on the network is another then, too, in the next one or by the privacy
 * of IPv6 (RFC 8981): what stays is from how far it is reached. */
static void span(const struct lsp_opening *opening, struct lsp_policy_rule *rule)
{
	enum lsp_scope scope = lsp_opening_scope(opening, rule->families);

	rule->low = opening->span_low;
	rule->high = opening->span_high;
	if (rule->where != LSP_AT_ADDRESS || scope <= LSP_SCOPE_LOOPBACK)
		return;
	rule->where = LSP_ANYWHERE;
	rule->limit = (uint8_t)scope;
	rule->families = LSP_FAMILY_BIT_4 | LSP_FAMILY_BIT_6;
	rule->addr = (struct lsp_addr){.family = LSP_FAMILY_NONE};
}

static void collect(struct revising *revising)
{
	const struct lsp_revision *revision = revising->revision;
	struct addition *additions = lsp_realloc_array(NULL, revision->count, sizeof *additions), *last = NULL;
	size_t count = 0, i;

	for (i = 0; i < revision->count; i++) {
		const struct lsp_drift *drift = &revision->drifts[i];
		const struct lsp_opening *opening = drift->opening;
		struct addition addition = {.opening = opening, .line = loses_rule(drift) ? drift->rule->line : 0};

		if (opening == NULL || drift->kind == LSP_DRIFT_UNSURE)
			continue;
		addition.rule = lsp_opening_rule(opening, drift->families);
		if (opening->span_low != 0)
			span(opening, &addition.rule);
		additions[count++] = addition;
	}
	qsort(additions, count, sizeof *additions, compare);
	for (i = 0; i < count; i++) {
		if (last != NULL && compare(last, &additions[i]) == 0) {
			merge(last, &additions[i]);
			continue;
		}
		last = &additions[revising->count++];
		*last = additions[i];
		revising->sorted_end += last->line == 0;
	}
	revising->additions = additions;
	revising->tied = revising->sorted_end;
}

/* Which lines are gone: a bit each rule. */
static bool *find_gone(const struct lsp_revision *revision)
{
	bool *gone = lsp_alloc(revision->policy->rule_count * sizeof *gone);
	size_t i;

	for (i = 0; i < revision->count; i++) {
		if (loses_rule(&revision->drifts[i]))
			gone[revision->drifts[i].rule - revision->policy->rules] = true;
	}
	return gone;
}

/* The comment of a line that could be read, with what is before it; else its end, or that of its last word. */
static const char *find_comment(const char *line, const char *end)
{
	char *bytes = lsp_alloc((size_t)(end - line)), *to = bytes;
	struct lsp_policy_word word;
	const char *behind = line;

	while (lsp_policy_word_next(&line, end, &to, &word) == NULL && word.typed_len > 0)
		behind = line;
	free(bytes);
	return memchr(behind, '#', (size_t)(end - behind)) != NULL ? behind : end;
}

static void put(struct revising *revising, const struct addition *addition, const char *comment, size_t len)
{
	struct lsp_sink *sink = revising->sink;

	if (sink->used > 0 && sink->bytes[sink->used - 1] != '\n')
		lsp_sink_byte(sink, '\n');
	lsp_policy_rule_write(sink, &addition->rule);
	if (len > 0)
		lsp_sink_bytes(sink, comment, len);
	else
		revising->revision->remark(sink, addition->opening, revising->revision->context);
	lsp_sink_byte(sink, '\n');
	revising->rules_written++;
}

/* Those that sort before the rule that comes next; when there is none, all that are left. */
static void put_sorted(struct revising *revising, size_t next)
{
	const struct lsp_policy *policy = revising->revision->policy;

	for (; revising->sorted < revising->sorted_end; revising->sorted++) {
		const struct addition *addition = &revising->additions[revising->sorted];

		if (next < policy->rule_count && lsp_policy_rule_cmp(&addition->rule, &policy->rules[next]) > 0)
			break;
		put(revising, addition, NULL, 0);
	}
}

/* Instead of a line, without its end. */
static void put_tied(struct revising *revising, uint32_t number, const char *line, const char *end)
{
	const char *comment = find_comment(line, end);

	if (end > comment && end[-1] == '\r')
		end--;
	for (; revising->tied < revising->count && revising->additions[revising->tied].line == number; revising->tied++)
		put(revising, &revising->additions[revising->tied], comment, (size_t)(end - comment));
}

static bool is_empty(const char *line, const char *end)
{
	return line == end || (line + 1 == end && *line == '\r');
}

size_t lsp_policy_revise(const struct lsp_revision *revision, struct lsp_sink *sink, struct lsp_sink *removed)
{
	const struct lsp_policy *policy = revision->policy;
	const char *line = revision->text, *stop = line + revision->len, *end, *next;
	struct revising revising = {.revision = revision, .sink = sink};
	bool *gone = find_gone(revision), is_rule, is_gone, is_behind_head = false;
	uint32_t number = 1;
	size_t rule = 0;

	collect(&revising);
	for (; line < stop; line = next, number++) {
		end = memchr(line, '\n', (size_t)(stop - line));
		end = end != NULL ? end : stop;
		next = end < stop ? end + 1 : stop;
		is_rule = rule < policy->rule_count && policy->rules[rule].line == number;
		is_gone = is_rule && gone[rule];
		if (is_behind_head && !is_empty(line, end)) {
			put_sorted(&revising, rule);
			is_behind_head = false;
		}
		is_behind_head |= number == policy->head_line;
		if (is_gone)
			put_tied(&revising, number, line, end);
		lsp_sink_bytes(is_gone ? removed : sink, line, (size_t)(next - line));
		revising.rules_written += is_rule && !is_gone;
		if (is_rule)
			put_sorted(&revising, ++rule);
	}
	put_sorted(&revising, policy->rule_count);
	free(revising.additions);
	free(gone);
	return revising.rules_written;
}
