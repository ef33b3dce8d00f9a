/*
 * write.c - rules as text. Nothing in it changes from one run to the next while the ports stay the same, and no line is
 * laid out by another, so that a comparison of two files shows what changed and no more.
 */
#include "policy.h"

#include <string.h>

#include "view/escape.h"

#define PLACE_CELLS 22 /* "255.255.255.255:65535" and a blank */

const char *lsp_policy_key_name(enum lsp_policy_key key)
{
	static const char *const names[] = {
		[LSP_POLICY_EXE] = "exe", [LSP_POLICY_USER] = "user", [LSP_POLICY_UNIT] = "unit"};

	return key < LSP_POLICY_KEY_COUNT ? names[key] : NULL;
}

/* In English everywhere: the same ports are the same bytes, whoever writes them. */
void lsp_policy_write_head(struct lsp_sink *sink)
{
	lsp_sink_word(sink, "# What may be open on this machine, from how far, and whose it is. \"lsports --lock FILE\" writes it,\n"
			    "# \"lsports --diff FILE\" compares it with what is open. Made to be read, changed and kept in git.\n"
			    "#\n"
			    "# PROTO  WHERE:PORT  [scope=SCOPE] [exe=PATH] [user=NAME] [unit=NAME]  # comment\n"
			    "#   PROTO  tcp, udp or *\n"
			    "#   WHERE  an address ([...] around IPv6), * for 0.0.0.0 and [::], or a SCOPE; %DEVICE may follow\n"
			    "#   PORT   8000, 8000-8100 or *\n"
			    "#   SCOPE  loopback, link, private or public: reachable from no farther\n"
			    "#   exe=, user=, unit=: who holds it; * is any run of letters; leave out what does not matter\n"
			    "#   \"...\" holds blanks; \\n \\t \\\\ \\\" \\* \\xNN \\uNNNN are characters\n"
			    "lsports-policy ");
	lsp_sink_number(sink, LSP_POLICY_VERSION);
	lsp_sink_word(sink, "\n\n");
}

static bool is_plain(char byte)
{
	return byte != '\0' && byte != '\\' && byte != '"' && byte != '*';
}

/* Without its quotation marks. */
static void put_bytes(struct lsp_sink *sink, const char *bytes, size_t len)
{
	size_t i, run;

	for (i = 0; i < len; i += run) {
		for (run = 0; i + run < len && is_plain(bytes[i + run]); run++)
			;
		lsp_escape_text(sink, bytes + i, run);
		if (run > 0)
			continue;
		run = 1;
		if (bytes[i] == '\0') {
			lsp_sink_byte(sink, '*');
			continue;
		}
		lsp_sink_byte(sink, '\\');
		lsp_sink_byte(sink, bytes[i]);
	}
}

void lsp_pattern_write(struct lsp_sink *sink, const struct lsp_pattern *pattern)
{
	bool quotes = pattern->len == 0 || memchr(pattern->bytes, ' ', pattern->len) != NULL ||
		      memchr(pattern->bytes, '#', pattern->len) != NULL;

	if (quotes)
		lsp_sink_byte(sink, '"');
	put_bytes(sink, pattern->bytes, pattern->len);
	if (quotes)
		lsp_sink_byte(sink, '"');
}

static void put_port(struct lsp_sink *sink, const struct lsp_policy_rule *rule)
{
	if (rule->low == 1 && rule->high == UINT16_MAX) {
		lsp_sink_byte(sink, '*');
		return;
	}
	lsp_sink_number(sink, rule->low);
	if (rule->low == rule->high)
		return;
	lsp_sink_byte(sink, '-');
	lsp_sink_number(sink, rule->high);
}

void lsp_policy_rule_write_place(struct lsp_sink *sink, const struct lsp_policy_rule *rule)
{
	struct lsp_addr addr = rule->addr;
	char text[LSP_ADDR_TEXT_MAX];
	bool brackets = false;

	if (rule->where == LSP_ANYWHERE) {
		lsp_sink_word(sink, lsp_scope_name((enum lsp_scope)rule->limit));
	} else if (rule->where == LSP_AT_WILDCARD && rule->families == (LSP_FAMILY_BIT_4 | LSP_FAMILY_BIT_6)) {
		lsp_sink_byte(sink, '*');
	} else {
		if (rule->where == LSP_AT_WILDCARD)
			addr = (struct lsp_addr){.family = rule->families == LSP_FAMILY_BIT_4 ? LSP_INET4 : LSP_INET6};
		brackets = addr.family == LSP_INET6;
		lsp_sink_word(sink, brackets ? "[" : "");
		lsp_sink_bytes(sink, text, lsp_addr_text(&addr, text));
	}
	if (rule->device.bytes != NULL) {
		lsp_sink_byte(sink, '%');
		lsp_pattern_write(sink, &rule->device);
	}
	lsp_sink_word(sink, brackets ? "]:" : ":");
	put_port(sink, rule);
}

void lsp_policy_rule_write(struct lsp_sink *sink, const struct lsp_policy_rule *rule)
{
	struct lsp_sink place;
	int key;

	lsp_sink_word(sink, rule->protos == LSP_PROTO_ALL			 ? "*"
			    : (rule->protos & LSP_PROTO_BIT(LSP_TCP)) != 0 ? "tcp"
									 : "udp");
	lsp_sink_blanks(sink, rule->protos == LSP_PROTO_ALL ? 4 : 2);
	lsp_sink_open(&place, NULL);
	lsp_policy_rule_write_place(&place, rule);
	lsp_sink_bytes(sink, place.bytes, place.used);
	if (place.used < PLACE_CELLS)
		lsp_sink_blanks(sink, PLACE_CELLS - place.used);
	lsp_sink_close(&place);
	if (rule->where != LSP_ANYWHERE && rule->limit != LSP_SCOPE_NONE) {
		lsp_sink_word(sink, " scope=");
		lsp_sink_word(sink, lsp_scope_name((enum lsp_scope)rule->limit));
	}
	for (key = 0; key < LSP_POLICY_KEY_COUNT; key++) {
		if (rule->owner[key].bytes == NULL)
			continue;
		lsp_sink_byte(sink, ' ');
		lsp_sink_word(sink, lsp_policy_key_name((enum lsp_policy_key)key));
		lsp_sink_byte(sink, '=');
		lsp_pattern_write(sink, &rule->owner[key]);
	}
}
