/*
 * diff_say.c - drift for people. A line that begins with + or - is a rule: what is right may be copied into the policy.
 */
#include "diff.h"

#include <stdio.h>
#include <string.h>

#include <lsports/language.h>

#include "show.h"
#include "view/escape.h"
#include "view/view.h"

#define TEXT_MAX 640

/* "exe, user" */
static void list_keys(uint8_t keys, char *ret_text, size_t size)
{
	size_t used = 0;
	int key;

	ret_text[0] = '\0';
	for (key = 0; key < LSP_POLICY_KEY_COUNT; key++) {
		if ((keys & (1u << key)) != 0)
			used += (size_t)snprintf(ret_text + used, size - used, "%s%s", used > 0 ? ", " : "",
						 lsp_policy_key_name((enum lsp_policy_key)key));
	}
}

/* What became of it, in a sentence behind FILE:LINE. */
static void write_sentence(const struct lsp_diff *diff, const struct lsp_drift *drift, char ret_text[TEXT_MAX])
{
	const char *file = diff->request->policy;
	unsigned line = drift->rule != NULL ? drift->rule->line : 0;
	char keys[32];

	list_keys(drift->keys, keys, sizeof keys);
	switch ((enum lsp_drift_kind)drift->kind) {
	case LSP_DRIFT_CLOSED:
		snprintf(ret_text, TEXT_MAX, _("%.200s:%u: closed: nothing is open there"), file, line);
		break;
	case LSP_DRIFT_WIDENED:
		snprintf(ret_text, TEXT_MAX, _("%.200s:%u: widened: it can be reached from farther than the rule says"), file,
			 line);
		break;
	case LSP_DRIFT_NARROWED:
		snprintf(ret_text, TEXT_MAX, _("%.200s:%u: narrowed: it can no longer be reached from where the rule says"), file,
			 line);
		break;
	case LSP_DRIFT_OWNER:
		snprintf(ret_text, TEXT_MAX, _("%.200s:%u: another owner: %s"), file, line, keys);
		break;
	case LSP_DRIFT_UNSURE:
		if (drift->keys != 0)
			snprintf(ret_text, TEXT_MAX, _("%.200s:%u: cannot tell: hidden from us: %s"), file, line, keys);
		else
			snprintf(ret_text, TEXT_MAX, _("%.200s:%u: cannot tell: this host's interfaces cannot be read"), file,
				 line);
		break;
	default: /* opened */
		snprintf(ret_text, TEXT_MAX, "%s", _("opened: no rule allows it"));
	}
}

static void put_rule(struct lsp_sink *sink, bool colour, char sign, const struct lsp_policy_rule *rule)
{
	if (colour && sign != '?')
		lsp_sink_word(sink, sign == '+' ? "\x1b[32m" : "\x1b[31m");
	lsp_sink_byte(sink, sign);
	lsp_sink_byte(sink, ' ');
	lsp_policy_rule_write(sink, rule);
	lsp_sink_word(sink, colour && sign != '?' ? "\x1b[0m\n" : "\n");
}

void lsp_diff_print(const struct lsp_diff *diff)
{
	struct lsp_view view = {.colour = false};
	char text[TEXT_MAX];
	struct lsp_sink sink;
	size_t i;

	lsp_show_fit(diff->request, diff->backend, &view);
	lsp_sink_open(&sink, stdout);
	for (i = 0; i < diff->count; i++) {
		const struct lsp_drift *drift = &diff->drifts[i];

		write_sentence(diff, drift, text);
		lsp_escape_text(&sink, text, strlen(text));
		lsp_sink_byte(&sink, '\n');
		if (drift->rule != NULL)
			put_rule(&sink, view.colour, drift->kind == LSP_DRIFT_UNSURE ? '?' : '-', drift->rule);
		if (drift->opening != NULL && drift->kind != LSP_DRIFT_UNSURE) {
			struct lsp_policy_rule rule = lsp_opening_rule(drift->opening, drift->families);

			put_rule(&sink, view.colour, '+', &rule);
		}
	}
	lsp_sink_close(&sink);
}
