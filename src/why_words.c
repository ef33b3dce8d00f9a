/*
 * why_words.c - see why_words.h.
 */
#include "why_words.h"

#include <stdarg.h>
#include <stdio.h>

#include <lsports/language.h>

#define USER_MAX 320

void lsp_why_put(struct lsp_why_text *text, const char *format, ...)
{
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(text->at + text->used, LSP_WHY_TEXT_MAX - text->used, format, args);
	va_end(args);
	if (len > 0)
		text->used += (size_t)len;
	if (text->used >= LSP_WHY_TEXT_MAX)
		text->used = LSP_WHY_TEXT_MAX - 1;
}

const char *lsp_why_endpoint(const struct lsp_addr *addr, uint16_t port, char ret_text[LSP_WHY_ENDPOINT_MAX])
{
	char text[LSP_ADDR_TEXT_MAX];

	lsp_addr_text(addr, text);
	snprintf(ret_text, LSP_WHY_ENDPOINT_MAX, addr->family == LSP_INET6 ? "[%s]:%u" : "%s:%u", text, port);
	return ret_text;
}

static const struct lsp_process *first_process(const struct lsp_snapshot *snapshot, const struct lsp_row *row)
{
	return row->holder_count > 0 ? lsp_snapshot_process(snapshot, row->holders[0].pid) : NULL;
}

static const char *user_of(const struct lsp_snapshot *snapshot, uint32_t uid, char ret_user[USER_MAX])
{
	const char *name = lsp_snapshot_name(snapshot, LSP_NAME_USER, uid);

	if (name != NULL)
		snprintf(ret_user, USER_MAX, _("user %s"), name);
	else
		snprintf(ret_user, USER_MAX, _("uid %u"), uid);
	return ret_user;
}

const char *lsp_why_who(const struct lsp_snapshot *snapshot, const struct lsp_row *row, char ret_who[LSP_WHY_TEXT_MAX])
{
	const struct lsp_process *process = first_process(snapshot, row);
	bool is_hidden = row->owner == LSP_OWNER_HIDDEN;
	size_t count = lsp_row_process_count(row);
	struct lsp_why_text text = {ret_who, 0};
	char user[USER_MAX];

	if (row->holder_count > 0) {
		lsp_why_put(&text, "%.200s (",
			    process != NULL && process->name != NULL ? process->name : _("a process"));
		lsp_why_put(&text, _("pid %u"), row->holders[0].pid);
		if (process != NULL && (process->has & LSP_PROCESS_HAS_UID) != 0)
			lsp_why_put(&text, ", %s", user_of(snapshot, process->uid, user));
		else if (process != NULL && process->user != NULL)
			lsp_why_put(&text, _(", user %.300s"), process->user);
		if (process != NULL && process->container != NULL)
			lsp_why_put(&text, _(", container %.40s"), process->container);
		lsp_why_put(&text, ")");
		if (count > 1)
			lsp_why_put(&text, lsp_text_of(" and %zu more process", " and %zu more processes", count - 1),
				    count - 1);
	} else if (row->owner == LSP_OWNER_KERNEL) {
		lsp_why_put(&text, _("the kernel itself (no process has it)"));
	} else if ((row->socket->has & LSP_HAS_UID) != 0) {
		lsp_why_put(&text, is_hidden ? _("a process of %s that is hidden from you") : _("a process of %s"),
			    user_of(snapshot, row->socket->uid, user));
	} else {
		lsp_why_put(&text, "%s", is_hidden ? _("a process that is hidden from you") : _("a process"));
	}
	return ret_who;
}

void lsp_why_put_deed(struct lsp_why_text *text, const struct lsp_snapshot *snapshot, const struct lsp_row *row,
		      bool is_idle)
{
	const struct lsp_socket *socket = row->socket;
	size_t count = lsp_row_process_count(row) > 1 ? 2 : 1;
	char who[LSP_WHY_TEXT_MAX], endpoint[LSP_WHY_ENDPOINT_MAX];

	lsp_why_who(snapshot, row, who);
	lsp_why_endpoint(&socket->local, socket->local_port, endpoint);
	if (is_idle)
		lsp_why_put(
			text,
			lsp_text_of("%s has bound %s and does not listen", "%s have bound %s and do not listen", count),
			who, endpoint);
	else if (socket->state == LSP_LISTEN)
		lsp_why_put(text, lsp_text_of("%s listens on %s", "%s listen on %s", count), who, endpoint);
	else if (lsp_socket_holds_port(socket))
		lsp_why_put(text, lsp_text_of("%s has bound %s", "%s have bound %s", count), who, endpoint);
	else
		lsp_why_put(text, lsp_text_of("%s has a connection on %s", "%s have a connection on %s", count), who,
			    endpoint);
}
