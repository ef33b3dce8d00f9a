/*
 * subject.c - the walk over a row's processes, and its look-ups.
 */
#include "subject.h"

#include <stdlib.h>
#include <string.h>

#include <lsports/language.h>

#include "core/mem.h"
#include "core/scope.h"

/* Takes in the run of holders that begins at holders and belongs to one process. */
static void stand_on(struct lsp_subject *subject, const struct lsp_holder *holders)
{
	const struct lsp_holder *end = subject->row->holders + subject->row->holder_count;
	const struct lsp_holder *at = holders;

	while (at < end && at->pid == holders->pid)
		at++;
	subject->holders = holders;
	subject->holder_count = (size_t)(at - holders);
	subject->process = lsp_snapshot_process(subject->snapshot, holders->pid);
	if (subject->process != NULL && (subject->process->has & LSP_PROCESS_GONE))
		subject->process = NULL;
}

bool lsp_subject_first(struct lsp_subject *subject)
{
	if (subject->row->holder_count == 0)
		return false;
	stand_on(subject, subject->row->holders);
	return true;
}

bool lsp_subject_next(struct lsp_subject *subject)
{
	const struct lsp_holder *next;

	if (subject->holder_count == 0)
		return false;
	next = subject->holders + subject->holder_count;
	if (next == subject->row->holders + subject->row->holder_count)
		return false;
	stand_on(subject, next);
	return true;
}

struct lsp_subject lsp_subject_of(const struct lsp_snapshot *snapshot, const struct lsp_row *row)
{
	struct lsp_subject subject = {.snapshot = snapshot, .row = row, .socket = row->socket};

	lsp_subject_first(&subject);
	return subject;
}

const char *lsp_subject_nobody(const struct lsp_subject *subject)
{
	static const char *const words[] = {
		[LSP_OWNER_KNOWN] = "-", [LSP_OWNER_HIDDEN] = N_("(hidden)"), [LSP_OWNER_KERNEL] = N_("(kernel)"),
		[LSP_OWNER_NONE] = "-",  [LSP_OWNER_GONE] = N_("(gone)"),
	};

	if (subject->holder_count == 0)
		return _(words[subject->row->owner]);
	return subject->process == NULL ? _("(gone)") : "-";
}

static bool find_service(const struct lsp_socket *socket, struct lsp_service *ret_service)
{
	uint16_t first = socket->local_port, second = 0;

	if (socket->has & LSP_HAS_PEER) {
		first = socket->peer_port < socket->local_port ? socket->peer_port : socket->local_port;
		second = socket->peer_port < socket->local_port ? socket->local_port : socket->peer_port;
	}
	if (first != 0 && lsp_service_at(socket->proto, first, ret_service))
		return true;
	return second != 0 && lsp_service_at(socket->proto, second, ret_service);
}

const struct lsp_service *lsp_subject_service(struct lsp_subject *subject)
{
	if (!subject->service_asked) {
		subject->service_asked = true;
		subject->service_found = find_service(subject->socket, &subject->service);
	}
	return subject->service_found ? &subject->service : NULL;
}

char *lsp_subject_links(const struct lsp_subject *subject, size_t *ret_size)
{
	size_t max = subject->snapshot->link_count, size = 0, count, i;
	uint32_t *links = lsp_realloc_array(NULL, max, sizeof *links);
	char *names = NULL;

	count = lsp_scope_links(subject->snapshot, subject->socket, links, max);
	for (i = 0; i < count; i++) {
		const char *name = lsp_snapshot_link(subject->snapshot, links[i])->name;
		size_t len = strlen(name) + 1;

		names = lsp_realloc_array(names, size + len, 1);
		memcpy(names + size, name, len);
		size += len;
	}
	free(links);
	*ret_size = size;
	return names;
}

uint32_t lsp_subject_device(const struct lsp_subject *subject)
{
	return subject->socket->has & LSP_HAS_IFINDEX ? subject->socket->ifindex : subject->socket->local.scope;
}
