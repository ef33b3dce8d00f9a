/*
 * kill_words.c - see kill_words.h.
 */
#include "kill_words.h"

#include <stdio.h>

#include <lsports/language.h>

#include "act/guard.h"
#include "act/supervisor.h"
#include "view/cell.h"

const char *lsp_kill_phrase(const struct lsp_snapshot *snapshot, const struct lsp_process *process,
			    char ret_phrase[LSP_KILL_PHRASE_MAX])
{
	const char *user = process->user, *name = process->name != NULL ? process->name : _("a process");

	if ((process->has & LSP_PROCESS_HAS_UID) != 0)
		user = lsp_snapshot_name(snapshot, LSP_NAME_USER, process->uid);
	if (user != NULL)
		snprintf(ret_phrase, LSP_KILL_PHRASE_MAX, _("%s (pid %u, user %s)"), name, process->pid, user);
	else if ((process->has & LSP_PROCESS_HAS_UID) != 0)
		snprintf(ret_phrase, LSP_KILL_PHRASE_MAX, _("%s (pid %u, uid %u)"), name, process->pid, process->uid);
	else
		snprintf(ret_phrase, LSP_KILL_PHRASE_MAX, _("%s (pid %u)"), name, process->pid);
	return ret_phrase;
}

void lsp_kill_put_socket(struct lsp_sink *sink, const struct lsp_snapshot *snapshot, const struct lsp_socket *socket)
{
	struct lsp_row row = {.socket = socket};
	struct lsp_subject subject = lsp_subject_of(snapshot, &row);

	lsp_sink_word(sink, lsp_proto_name(socket->proto));
	lsp_sink_byte(sink, ' ');
	lsp_cell_all(sink, &subject, LSP_COL_LOCAL, "-");
}

const char *lsp_kill_reason(const struct lsp_kill *kill, const struct lsp_victim *victim, char *ret_text, size_t size)
{
	struct lsp_supervisor supervisor;
	char target[80];

	switch ((enum lsp_refusal)victim->refusal) {
	case LSP_REFUSAL_INIT:
		return _("it is the first process here, and everything ends with it (systemctl list-sockets names what "
			 "it holds for "
			 "others)");
	case LSP_REFUSAL_SELF:
		return _("it is lsports itself");
	case LSP_REFUSAL_ANCESTOR:
		return _("lsports was started from it, as from your shell or its terminal");
	case LSP_REFUSAL_CONTAINER_INIT:
		if (victim->process->container == NULL)
			return _("it is the first process of a container, which ends with it");
		lsp_supervisor_of(kill->before, victim->process, &supervisor);
		snprintf(ret_text, size, _("it is the first process of a container, which ends with it; better: %s"),
			 supervisor.command);
		return ret_text;
	case LSP_REFUSAL_MANAGER:
		return _("it is a service manager and holds the port for one of its units: systemctl --user "
			 "list-sockets");
	case LSP_REFUSAL_SHARED:
		return _("a process that is not ended holds the same socket, so the port would not be free");
	case LSP_REFUSAL_VITAL:
		return _("the system ends with it");
	case LSP_REFUSAL_HOST:
		snprintf(ret_text, size,
			 _("several services run in it (%.200s), and which of them has the port cannot be told; stop "
			   "the right one: net "
			   "stop NAME"),
			 victim->process->unit);
		return ret_text;
	case LSP_REFUSAL_FORWARDER:
		lsp_forwards(victim->process, target, sizeof target);
		if (target[0] == '\0')
			return _("it only passes the port on to a container; stop that container: docker ps --filter "
				 "publish=PORT, "
				 "docker stop");
		snprintf(ret_text, size,
			 _("it only passes the port on to a container, %s; stop that container: docker ps --filter "
			   "publish=PORT, "
			   "docker stop"),
			 target);
		return ret_text;
	default:
		return "";
	}
}
