/*
 * kill_say.c - see kill_say.h.
 */
#include "kill_say.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lsports/language.h>
#include <lsports/service.h>

#include "act/supervisor.h"
#include "advice.h"
#include "kill_asked.h"
#include "kill_words.h"
#include "say.h"
#include "view/escape.h"

static void put_freed(struct lsp_sink *sink, const struct lsp_kill *kill, uint32_t word)
{
	static const char *const verbs[] = {
		[LSP_OUTCOME_ENDED] = N_("ended "),
		[LSP_OUTCOME_KILLED] = N_("killed "),
		[LSP_OUTCOME_SURVIVED] = N_("still runs, without the port: "),
		[LSP_OUTCOME_GONE] = N_("went by itself: "),
	};
	size_t more = 0, named = 0, i;
	char phrase[LSP_KILL_PHRASE_MAX];

	lsp_sink_word(sink, _("freed"));
	for (i = 0; i < kill->plan.count; i++) {
		const struct lsp_victim *victim = &kill->plan.victims[i];

		if (!lsp_kill_is_of_port(kill, victim, word) || victim->outcome > LSP_OUTCOME_GONE)
			continue;
		if (named >= 3) {
			more++;
			continue;
		}
		lsp_sink_word(sink, named++ == 0 ? "; " : ", ");
		lsp_sink_word(sink, _(verbs[victim->outcome]));
		lsp_kill_phrase(kill->before, victim->process, phrase);
		lsp_escape_text(sink, phrase, strlen(phrase));
	}
	if (more > 0) {
		snprintf(phrase, sizeof phrase, _(" and %zu more"), more);
		lsp_sink_word(sink, phrase);
	}
}

/* "8000", and for a word that means several ports "8000-8010: tcp 127.0.0.1:8003". */
static const char *place_of(const struct lsp_kill *kill, const struct lsp_kill_port *port,
			    char ret_place[LSP_KILL_PHRASE_MAX])
{
	const struct lsp_socket *socket = port->verdict.socket;
	struct lsp_sink sink;
	char number[8];

	snprintf(number, sizeof number, "%u", socket->local_port);
	if (strcmp(port->word, number) == 0) {
		snprintf(ret_place, LSP_KILL_PHRASE_MAX, "%s", port->word);
		return ret_place;
	}
	lsp_sink_open(&sink, NULL);
	lsp_kill_put_socket(&sink, kill->after, socket);
	snprintf(ret_place, LSP_KILL_PHRASE_MAX, "%.60s: %.*s", port->word, (int)sink.used, sink.bytes);
	lsp_sink_close(&sink);
	return ret_place;
}

/* What it takes to see or end whom we may not. On Windows the same lets us do both; elsewhere backend->way_out would let us
 * see the process, not end it. */
static const char *rights_of(const struct lsp_kill *kill, char ret_text[LSP_KILL_PHRASE_MAX])
{
	const struct lsp_process *self = lsp_snapshot_process(kill->after, kill->backend->self());

	if ((kill->after->notes & LSP_NOTE_NO_HOLDERS) != 0)
		return _("it takes a list of processes");
	if (self != NULL && (self->has & LSP_PROCESS_HAS_UID) != 0 && self->uid == 0)
		return _("not even root may here: a container or a security module forbids it");
	if (kill->backend->dialect != LSP_DIALECT_WINDOWS)
		return _("run with sudo");
	kill->backend->way_out(ret_text, LSP_KILL_PHRASE_MAX);
	return ret_text;
}

static void say_held(const struct lsp_kill *kill, const struct lsp_kill_port *port)
{
	const struct lsp_verdict *verdict = &port->verdict;
	const struct lsp_victim *victim = verdict->victim;
	char place[LSP_KILL_PHRASE_MAX], phrase[LSP_KILL_PHRASE_MAX], reason[400], rights[LSP_KILL_PHRASE_MAX];

	place_of(kill, port, place);
	lsp_kill_phrase(kill->after, verdict->process, phrase);
	switch (victim != NULL ? (enum lsp_outcome)victim->outcome : LSP_OUTCOME_NONE) {
	case LSP_OUTCOME_SURVIVED:
		if (kill->request->force)
			lsp_say(_("%s: still held by %s: not even KILL ended it"), place, phrase);
		else
			lsp_say(_("%s: still held by %s, which did not end within %g s; --force ends it with KILL"), place, phrase,
				kill->request->timeout_ms / 1000.0);
		break;
	case LSP_OUTCOME_REFUSED:
		lsp_say(lsp_refusal_is_final((enum lsp_refusal)victim->refusal) ?
				_("%s: not ended: %s: %s") :
				_("%s: not ended: %s: %s; --force ends it all the same"),
			place, phrase, lsp_kill_reason(kill, victim, reason, sizeof reason));
		break;
	case LSP_OUTCOME_DECLINED:
		lsp_say(_("%s: still held by %s, left alone as you said"), place, phrase);
		break;
	case LSP_OUTCOME_DENIED:
		lsp_say(_("%s: still held by %s, which is not yours to end; %s"), place, phrase, rights_of(kill, rights));
		break;
	case LSP_OUTCOME_FAILED:
		lsp_say(_("%s: still held by %s, and it could not be tried: %s: %s"), place, phrase, victim->fault.op,
			victim->fault.detail);
		break;
	default:
		lsp_say(_("%s: still held by %s, which came to it meanwhile; ask again"), place, phrase);
	}
}

static void say_taken(const struct lsp_kill *kill, const struct lsp_kill_port *port)
{
	struct lsp_supervisor supervisor;
	char place[LSP_KILL_PHRASE_MAX], phrase[LSP_KILL_PHRASE_MAX];

	place_of(kill, port, place);
	lsp_kill_phrase(kill->after, port->verdict.process, phrase);
	if (!lsp_supervisor_of(kill->after, port->verdict.process, &supervisor))
		lsp_say(_("%s: taken again by %s"), place, phrase);
	else if (supervisor.pid != 0)
		lsp_say(_("%s: taken again by %s, started by %s (pid %u); stop that: %s"), place, phrase, supervisor.name,
			supervisor.pid, supervisor.command);
	else
		lsp_say(_("%s: taken again by %s, started by %s; stop that: %s"), place, phrase, supervisor.name,
			supervisor.command);
}

/* In the way, but not asked for: another address, another family, a connection. */
static void say_in_use(const struct lsp_kill *kill, const struct lsp_kill_port *port)
{
	const struct lsp_verdict *verdict = &port->verdict;
	const struct lsp_socket *socket = verdict->socket;
	char phrase[LSP_KILL_PHRASE_MAX], place[LSP_KILL_PHRASE_MAX];
	struct lsp_sink sink;

	lsp_sink_open(&sink, NULL);
	lsp_kill_put_socket(&sink, kill->after, socket);
	snprintf(place, sizeof place, "%.*s", (int)sink.used, sink.bytes);
	lsp_sink_close(&sink);
	if (verdict->process != NULL)
		lsp_kill_phrase(kill->after, verdict->process, phrase);
	else
		snprintf(phrase, sizeof phrase, "%s", _("a process that cannot be seen"));
	if (lsp_socket_holds_port(socket))
		lsp_say(_("%.60s: not free: %s has %s, which overlaps it; lsports --kill %u frees the port at every address"),
			port->word, phrase, place, socket->local_port);
	else
		lsp_say(_("%.60s: nobody holds it, but %s has a connection from %s, where a server may be refused; --all-states "
			"ends that too"),
			port->word, phrase, place);
}

static void say_hidden(const struct lsp_kill *kill, const struct lsp_kill_port *port)
{
	const struct lsp_socket *socket = port->verdict.socket;
	const char *user = lsp_snapshot_name(kill->after, LSP_NAME_USER, socket->uid);
	char place[LSP_KILL_PHRASE_MAX], room[LSP_KILL_PHRASE_MAX];
	const char *rights = rights_of(kill, room);

	place_of(kill, port, place);
	if ((socket->has & LSP_HAS_UID) == 0)
		lsp_say(_("%s: held by a process that we may not see; %s"), place, rights);
	else if (user != NULL)
		lsp_say(_("%s: held by a process of uid %u (%s) that we may not see; %s"), place, socket->uid,
			user, rights);
	else
		lsp_say(_("%s: held by a process of uid %u that we may not see; %s"), place, socket->uid,
			rights);
}

static void say_kernel(const struct lsp_kill *kill, const struct lsp_kill_port *port)
{
	const struct lsp_socket *socket = port->verdict.socket;
	struct lsp_service service;

	if (kill->backend->dialect == LSP_DIALECT_WINDOWS)
		lsp_say(_("%s: held by the kernel itself: there is no process to end; %s"), port->word,
			lsp_advice_kernel(kill->backend->dialect));
	else if (lsp_service_at(socket->proto, socket->local_port, &service))
		lsp_say(_("%s: held by the kernel itself (%s, by the number): there is no process to end; stop the service"),
			port->word, service.name);
	else
		lsp_say(_("%s: held by the kernel itself: there is no process to end"), port->word);
}

/* On Windows they are in no server's way. */
static void say_waiting(const struct lsp_kill *kill, const struct lsp_kill_port *port)
{
	if (port->verdict.waiting > 0 && kill->backend->dialect != LSP_DIALECT_WINDOWS)
		lsp_say(lsp_text_of("%.60s: %zu connection lingers without a process (TIME_WAIT and the like), for a minute or so: "
				    "with SO_REUSEADDR a server can bind now if the one before had it too, without it later",
				    "%.60s: %zu connections linger without a process (TIME_WAIT and the like), for a minute or so: "
				    "with SO_REUSEADDR a server can bind now if the one before had it too, without it later",
				    port->verdict.waiting),
			port->word, port->verdict.waiting);
}

/* Freed, and yet a server may be refused. */
static void say_beside(const struct lsp_kill *kill, const struct lsp_kill_port *port)
{
	const struct lsp_verdict *verdict = &port->verdict;
	char phrase[LSP_KILL_PHRASE_MAX];
	const char *who = _("a process that we may not see"), *what, *refusal = lsp_advice_beside(kill->backend->dialect);

	if (verdict->beside == NULL)
		return;
	if (verdict->beside_process != NULL)
		who = lsp_kill_phrase(kill->after, verdict->beside_process, phrase);
	what = lsp_socket_holds_port(verdict->beside) ? _("a socket of another address") : _("a connection");
	if (verdict->beside_count > 1)
		lsp_say(_("%.60s: %s still has %s there and %zu more: %s"), port->word, who, what, verdict->beside_count - 1, refusal);
	else
		lsp_say(_("%.60s: %s still has %s there: %s"), port->word, who, what, refusal);
}

static void say_unsure(const struct lsp_kill *kill)
{
	size_t i;

	for (i = 0; i < kill->plan.count; i++) {
		if (kill->plan.victims[i].unsure)
			lsp_say(_("this system cannot pin a process: pid %u was checked, then signalled by its number"),
				kill->plan.victims[i].process->pid);
	}
}

/* What is done goes to stdout; what stands in the way is said to the person. */
static void put_port(struct lsp_sink *sink, const struct lsp_kill *kill, uint32_t word)
{
	const struct lsp_kill_port *port = &kill->ports[word];

	switch (port->verdict.word) {
	case LSP_VERDICT_FREE:
		if (!kill->request->ok_if_free) {
			lsp_say(_("%.60s: nobody holds it"), port->word);
			break;
		}
		lsp_escape_text(sink, port->word, strlen(port->word));
		lsp_sink_word(sink, _(": free\n"));
		break;
	case LSP_VERDICT_FREED:
		lsp_escape_text(sink, port->word, strlen(port->word));
		lsp_sink_word(sink, ": ");
		put_freed(sink, kill, word);
		lsp_sink_byte(sink, '\n');
		say_beside(kill, port);
		break;
	case LSP_VERDICT_HELD:
		say_held(kill, port);
		break;
	case LSP_VERDICT_TAKEN:
		say_taken(kill, port);
		break;
	case LSP_VERDICT_HIDDEN:
		say_hidden(kill, port);
		break;
	case LSP_VERDICT_KERNEL:
		say_kernel(kill, port);
		break;
	case LSP_VERDICT_IN_USE:
		say_in_use(kill, port);
		break;
	case LSP_VERDICT_PLANNED:
		if (port->verdict.hidden_too || port->verdict.kernel_too)
			lsp_say(_("%.60s: also held by %s, which would stay"), port->word,
				port->verdict.hidden_too ? _("a process that we may not see") : _("the kernel itself"));
		break;
	}
	if (port->verdict.word <= LSP_VERDICT_FREED)
		say_waiting(kill, port);
}

/* -q wants to hear of failures alone, and with --ok-if-free that is none. */
static bool nobody_was_found(const struct lsp_kill *kill)
{
	uint32_t i;

	for (i = 0; i < kill->port_count && kill->ports[i].verdict.word != LSP_VERDICT_FREE; i++)
		continue;
	return i < kill->port_count && !(kill->request->ok_if_free && kill->request->quiet);
}

void lsp_kill_say(const struct lsp_kill *kill)
{
	struct lsp_sink sink;
	uint32_t i;

	if (kill->request->format == LSP_FORMAT_JSON) {
		lsp_kill_print_json(kill);
		return;
	}
	lsp_sink_open(&sink, stdout);
	if (kill->request->dry_run)
		lsp_kill_put_plan(&sink, kill);
	for (i = 0; i < kill->port_count; i++)
		put_port(&sink, kill, i);
	if (kill->request->quiet)
		sink.used = 0;
	lsp_sink_close(&sink);
	say_unsure(kill);
	lsp_sight_say_unchecked(&kill->sight, !nobody_was_found(kill));
}
