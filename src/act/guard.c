/*
 * guard.c - see guard.h.
 */
#include "guard.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"

#define KIN_MAX 64 /* generations up to the first process */

static void read_ancestors(const struct lsp_backend *backend, struct lsp_snapshot *snapshot, uint32_t pid)
{
	struct lsp_fault fault;
	int i;

	for (i = 0; i < KIN_MAX && pid != 0; i++) {
		const struct lsp_process *known = lsp_snapshot_process(snapshot, pid);

		if (known == NULL || (known->has & LSP_PROCESS_HAS_PARENT) == 0) {
			if (backend->process(snapshot, pid, LSP_WANT_NAME | LSP_WANT_ARGV | LSP_WANT_UID | LSP_WANT_KIN, &fault) != LSP_OK)
				return;
			lsp_snapshot_freeze(snapshot);
			known = lsp_snapshot_process(snapshot, pid);
		}
		pid = known != NULL && (known->has & LSP_PROCESS_HAS_PARENT) != 0 ? known->parent : 0;
	}
}

void lsp_kin_read(const struct lsp_backend *backend, struct lsp_snapshot *snapshot, uint32_t self)
{
	size_t count = snapshot->process_count, i;
	uint32_t *pids = lsp_realloc_array(NULL, count, sizeof *pids); /* the list grows and is sorted anew meanwhile */

	for (i = 0; i < count; i++)
		pids[i] = snapshot->processes[i].pid;
	read_ancestors(backend, snapshot, self);
	for (i = 0; i < count; i++)
		read_ancestors(backend, snapshot, pids[i]);
	free(pids);
}

static bool is_ancestor(const struct lsp_snapshot *snapshot, uint32_t pid, uint32_t self)
{
	const struct lsp_process *process = lsp_snapshot_process(snapshot, self);
	int i;

	for (i = 0; i < KIN_MAX && process != NULL && (process->has & LSP_PROCESS_HAS_PARENT) != 0; i++) {
		if (process->parent == pid)
			return true;
		process = lsp_snapshot_process(snapshot, process->parent);
	}
	return false;
}

enum lsp_refusal lsp_guard(const struct lsp_snapshot *snapshot, const struct lsp_process *process, uint32_t self)
{
	char target[80];

	if ((process->has & LSP_PROCESS_IS_VITAL) != 0)
		return LSP_REFUSAL_VITAL;
	if (process->pid <= 1)
		return LSP_REFUSAL_INIT;
	if (process->pid == self)
		return LSP_REFUSAL_SELF;
	if (is_ancestor(snapshot, process->pid, self))
		return LSP_REFUSAL_ANCESTOR;
	if ((process->has & LSP_PROCESS_IS_INIT) != 0)
		return LSP_REFUSAL_CONTAINER_INIT;
	if (process->name != NULL && strcmp(process->name, "systemd") == 0)
		return LSP_REFUSAL_MANAGER; /* of a user; the first one is pid 1 */
	if ((process->has & LSP_PROCESS_HOSTS_MANY) != 0)
		return LSP_REFUSAL_HOST;
	if (lsp_forwards(process, target, sizeof target))
		return LSP_REFUSAL_FORWARDER;
	return LSP_REFUSAL_NONE;
}

/* The argument behind the one that reads flag; NULL when there is none. */
static const char *value_of(const struct lsp_process *process, const char *flag)
{
	const char *at = process->argv, *end = at != NULL ? at + process->argv_len : NULL;

	while (at != NULL && at < end) {
		const char *next = at + strlen(at) + 1;

		if (strcmp(at, flag) == 0)
			return next < end ? next : NULL;
		at = next;
	}
	return NULL;
}

bool lsp_forwards(const struct lsp_process *process, char *ret_target, size_t size)
{
	/* rootlessport is told its target through a pipe, pasta by its many options: they do not say */
	static const char *const names[] = {"docker-proxy", "rootlessport", "rootlesskit", "pasta",
					    "pasta.avx2",   "slirp4netns",  "gvproxy"};
	const char *address, *port;
	size_t i;

	ret_target[0] = '\0';
	for (i = 0; process->name != NULL && i < sizeof names / sizeof *names; i++) {
		if (strcmp(process->name, names[i]) != 0)
			continue;
		address = value_of(process, "-container-ip");
		port = value_of(process, "-container-port");
		if (address != NULL && port != NULL && strlen(address) + strlen(port) + 4 <= size) {
			bool is_inet6 = strchr(address, ':') != NULL && address[0] != '[';

			snprintf(ret_target, size, is_inet6 ? "[%s]:%s" : "%s:%s", address, port);
		}
		return true;
	}
	return false;
}
