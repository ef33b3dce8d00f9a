/*
 * why_say.c - see why_say.h. What --why prints for people, and the ways out, which JSON has as well.
 */
#include "why_say.h"

#include <stdio.h>
#include <string.h>

#include <lsports/language.h>

#include "advice.h"
#include "view/escape.h"
#include "why_words.h"

void lsp_why_label(const struct lsp_why_port *port, char ret_text[LSP_WHY_TEXT_MAX])
{
	struct lsp_why_text text = {ret_text, 0};
	char endpoint[LSP_WHY_ENDPOINT_MAX];

	if (port->asked->where == LSP_AT_ADDRESS)
		lsp_why_put(&text, "%s", lsp_why_endpoint(&port->asked->addr, port->bind_case.port, endpoint));
	else
		lsp_why_put(&text, "%s%u", port->asked->where == LSP_AT_WILDCARD ? "*:" : "", port->bind_case.port);
	lsp_why_put(&text, "/%s", lsp_proto_name(port->bind_case.proto));
}

const char *lsp_why_result(const struct lsp_attempt *attempt, enum lsp_way way)
{
	if ((attempt->tried & LSP_WAY_BIT(way)) == 0)
		return NULL;
	switch (attempt->faults[way].err) {
	case LSP_OK:
		return "ok";
	case LSP_IN_USE:
		return "in_use";
	case LSP_DENIED:
		return "denied";
	case LSP_NO_ADDRESS:
		return "no_address";
	case LSP_UNSUPPORTED:
		return "unsupported";
	default:
		return "failed";
	}
}
/* --- ways out ------------------------------------------------------------------------------------------------ */

/* "tcp/8000"; where one address was asked for, only what is in its way, so that nobody at another address ends: in
 * quotation marks, which every shell knows, what a shell would take for a pattern. */
static void put_operand(struct lsp_why_text *text, const struct lsp_why_port *port)
{
	const struct lsp_socket *socket = port->verdict.row->socket;
	const char *proto = lsp_proto_name(socket->proto);
	char endpoint[LSP_WHY_ENDPOINT_MAX];

	if (port->asked->where != LSP_AT_ADDRESS || port->verdict.evidence != 1)
		lsp_why_put(text, "%s/%u", proto, socket->local_port);
	else if (lsp_addr_is_any(&socket->local))
		lsp_why_put(text, "\"%s/*:%u\"", proto, socket->local_port);
	else
		lsp_why_put(text, socket->local.family == LSP_INET6 ? "\"%s/%s\"" : "%s/%s", proto,
			    lsp_why_endpoint(&socket->local, socket->local_port, endpoint));
}

static void put_reserve(struct lsp_why_text *text, const struct lsp_why *why, const struct lsp_why_port *port)
{
	char command[1200];

	lsp_advice_reserve(why->backend->dialect, &why->rules, port->bind_case.proto, port->bind_case.port, command,
			   sizeof command);
	lsp_why_put(text, "%s", command);
}

static void put_end(struct lsp_why_text *text, const struct lsp_why *why, const struct lsp_why_port *port)
{
	const struct lsp_row *row = port->verdict.row;

	if (row == NULL) {
		lsp_why_put(text, _("end the program that you suspect, or take another port: lsports --next"));
		return;
	}
	if (row->owner == LSP_OWNER_KERNEL) {
		lsp_why_put(text, "%s", lsp_advice_kernel(why->backend->dialect));
		return;
	}
	lsp_why_put(text, "lsports --kill ");
	put_operand(text, port);
	/* on Windows it works for TCP as well, and nobody knows which of the two gets what comes */
	if (port->verdict.reuseaddr && port->bind_case.proto == LSP_UDP && why->backend->dialect != LSP_DIALECT_WINDOWS)
		lsp_why_put(text, _("; or share it: SO_REUSEADDR works"));
}

static bool has_family(const struct lsp_why *why, uint8_t family)
{
	size_t i;

	for (i = 0; i < why->addr_count && why->addrs[i].family != family; i++)
		continue;
	return i < why->addr_count;
}

void lsp_why_way_out(const struct lsp_why *why, const struct lsp_why_port *port, char ret_text[LSP_WHY_TEXT_MAX])
{
	const struct lsp_bind_verdict *verdict = &port->verdict;
	struct lsp_why_text text = {ret_text, 0};
	uint16_t number = port->bind_case.port;
	bool is_windows = why->backend->dialect == LSP_DIALECT_WINDOWS;

	ret_text[0] = '\0';
	switch (verdict->word) {
	case LSP_BIND_FREE:
		break;
	case LSP_BIND_OTHER_NAMESPACE:
		if (verdict->row->holder_count > 0)
			lsp_why_put(&text, _("to look there: sudo nsenter -t %u -n lsports %u"),
				    verdict->row->holders[0].pid, number);
		break;
	case LSP_BIND_TIME_WAIT:
		lsp_why_put(&text, "%s",
			    verdict->reuseaddr && !is_windows
				    ? _("set SO_REUSEADDR in the server before bind(), or wait")
				    : _("wait"));
		break;
	case LSP_BIND_CLIENT:
		lsp_why_put(&text, _("wait for the end of that connection, or restart its program"));
		if ((verdict->notes & LSP_BIND_NOTE_EPHEMERAL) != 0) {
			lsp_why_put(&text, _("; so that it does not come again: "));
			put_reserve(&text, why, port);
		}
		break;
	case LSP_BIND_HIDDEN:
		if ((why->rules.has & LSP_RULES_UID) != 0 && why->rules.uid == 0) {
			why->backend->way_out(ret_text, LSP_WHY_TEXT_MAX);
			break;
		}
		lsp_why_put(&text, "%slsports --why ", is_windows ? "" : "sudo ");
		put_operand(&text, port);
		lsp_why_put(&text, "%s", is_windows ? _("; as administrator") : "");
		break;
	case LSP_BIND_GROUP:
		if (verdict->is_of_one_user)
			lsp_why_put(&text, _("set SO_REUSEPORT to join it; or to free it: "));
		put_end(&text, why, port);
		break;
	case LSP_BIND_PRIVILEGED:
		lsp_why_put(&text,
			    _("sudo setcap cap_net_bind_service=+ep PROGRAM; or: sudo sysctl -w "
			      "net.ipv4.ip_unprivileged_port_start=%u; or "
			      "AmbientCapabilities=CAP_NET_BIND_SERVICE in its systemd unit; or authbind; or a port "
			      "from %u on"),
			    number, why->rules.privileged_below);
		break;
	case LSP_BIND_EXCLUDED:
		lsp_advice_excluded(port->bind_case.proto, number, ret_text, LSP_WHY_TEXT_MAX);
		break;
	case LSP_BIND_NO_ADDRESS:
		lsp_why_put(&text, has_family(why, verdict->attempt->addr.family)
					   ? _("bind one of those, or all")
					   : _("bind one of the other family, or all"));
		if (!is_windows)
			lsp_why_put(&text, _("; if the address comes later: sudo sysctl -w net.%s.ip_nonlocal_bind=1"),
				    verdict->attempt->addr.family == LSP_INET6 ? "ipv6" : "ipv4");
		break;
	case LSP_BIND_REFUSED:
	case LSP_BIND_UNKNOWN:
		if (verdict->fault->err == LSP_IN_USE)
			lsp_why_put(&text, _("ask again; or take another port: lsports --next"));
		break;
	default:
		put_end(&text, why, port);
	}
}
/* --- the table for people ------------------------------------------------------------------------------------ */

static void put_line(struct lsp_sink *sink, const char *title, const char *words)
{
	if (words[0] == '\0')
		return;
	lsp_sink_word(sink, "    ");
	lsp_sink_word(sink, title);
	lsp_sink_word(sink, ": ");
	lsp_escape_text(sink, words, strlen(words));
	lsp_sink_byte(sink, '\n');
}

static void put_notes(struct lsp_sink *sink, const struct lsp_why *why, const struct lsp_why_port *port)
{
	char words[LSP_WHY_TEXT_MAX];
	unsigned notes = port->verdict.notes;
	struct lsp_why_text text = {words, 0};

	if ((notes & LSP_BIND_NOTE_RESERVED) != 0) {
		lsp_why_put(&text, _("in %s: no outgoing connection gets it; it may be bound"),
			    lsp_advice_reserved_list(why->backend->dialect));
		put_line(sink, _("reserved"), words);
	}
	if ((notes & LSP_BIND_NOTE_EPHEMERAL) != 0 && port->verdict.word != LSP_BIND_CLIENT) {
		text.used = 0;
		lsp_why_put(&text,
			    _("outgoing connections take their ports from %u-%u: one may have it before a server "
			      "starts; to reserve it: "),
			    why->rules.ephemeral_low, why->rules.ephemeral_high);
		put_reserve(&text, why, port);
		put_line(sink, _("ephemeral"), words);
	}
	if ((notes & LSP_BIND_NOTE_PRIVILEGED) != 0 && port->code == 0) {
		text.used = 0;
		lsp_why_put(&text, _("below %u: you may bind it, others without CAP_NET_BIND_SERVICE may not"),
			    why->rules.privileged_below);
		put_line(sink, _("privileged"), words);
	}
	if ((notes & LSP_BIND_NOTE_OVERLAP) != 0 && port->verdict.row != NULL) {
		text.used = 0;
		lsp_why_put_deed(&text, why->snapshot, port->verdict.row, false);
		lsp_why_put(
			&text,
			_(": what comes to the more exact address goes there; lsports --next passes over such a port"));
		put_line(sink, _("overlap"), words);
	}
	if ((notes & LSP_BIND_NOTE_NONLOCAL) != 0)
		put_line(sink, _("nonlocal"),
			 _("the address is not here; ip_nonlocal_bind lets you bind it all the same"));
}

static void put_also(struct lsp_sink *sink, const struct lsp_why_port *port)
{
	static const char *const titles[] = {N_("also free"), N_("not free")};
	char words[LSP_WHY_TEXT_MAX], addr[LSP_ADDR_TEXT_MAX];
	size_t i;
	int wrong;

	for (wrong = 0; wrong < 2; wrong++) {
		struct lsp_why_text text = {words, 0};

		words[0] = '\0';
		for (i = 0; i < port->also_count; i++) {
			if (lsp_attempt_works(&port->also[i], LSP_WAY_PLAIN) == (wrong == 1))
				continue;
			lsp_addr_text(&port->also[i].addr, addr);
			lsp_why_put(&text, "%s%s", text.used > 0 ? ", " : "", addr);
		}
		put_line(sink, _(titles[wrong]), words);
	}
}

static void put_tried(struct lsp_sink *sink, const struct lsp_why_port *port)
{
	static const char *const names[] = {"plain", "SO_REUSEADDR", "SO_REUSEPORT", "IPV6_V6ONLY",
					    "SO_EXCLUSIVEADDRUSE"};
	char words[LSP_WHY_TEXT_MAX], addr[LSP_ADDR_TEXT_MAX], title[LSP_ADDR_TEXT_MAX + 32];
	size_t i;
	int way;

	for (i = 0; i < port->bind_case.attempt_count; i++) {
		const struct lsp_attempt *attempt = &port->bind_case.attempts[i];
		struct lsp_why_text text = {words, 0};

		lsp_addr_text(&attempt->addr, addr);
		words[0] = '\0';
		snprintf(title, sizeof title, _("tried on %s"), addr);
		for (way = 0; way < LSP_WAY_COUNT; way++) {
			const char *result = lsp_why_result(attempt, (enum lsp_way)way);

			/* of the other ways each system has its own */
			if (result != NULL && (way == LSP_WAY_PLAIN || attempt->faults[way].err != LSP_UNSUPPORTED))
				lsp_why_put(&text, "%s%s %s", way > 0 ? ", " : "", names[way], result);
		}
		put_line(sink, title, words);
	}
}

void lsp_why_say(const struct lsp_why *why)
{
	char words[LSP_WHY_TEXT_MAX];
	struct lsp_sink sink;
	size_t i;

	lsp_sink_open(&sink, stdout);
	for (i = 0; i < why->port_count; i++) {
		const struct lsp_why_port *port = &why->ports[i];

		lsp_why_label(port, words);
		lsp_sink_word(&sink, words);
		lsp_sink_word(&sink, ": ");
		lsp_sink_word(&sink, _(lsp_bind_word_name(port->verdict.word)));
		lsp_sink_word(&sink, ": ");
		lsp_why_sentence(why, port, words);
		lsp_escape_text(&sink, words, strlen(words));
		lsp_sink_byte(&sink, '\n');
		lsp_why_way_out(why, port, words);
		put_line(&sink, _("way out"), words);
		put_notes(&sink, why, port);
		put_also(&sink, port);
		if (port->code != 0)
			put_tried(&sink, port);
	}
	lsp_sink_close(&sink);
}
