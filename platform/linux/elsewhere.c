/*
 * elsewhere.c - who holds a port in other network namespaces: /proc/PID/net of one process in each, as far as we may
 * tell which namespace a process is in (readlink of /proc/PID/ns/net wants PTRACE_MODE_READ, namespaces(7)).
 */
#include "linux.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NAMESPACES_MAX 64    /* more than these are not read, which is noted */
#define PROCESSES_MAX 100000 /* nor more processes asked for theirs */
#define LINK_MAX 48	     /* "net:[4026531840]" */

struct visit {
	int procfd;
	struct lsp_snapshot *snapshot;
	const struct lsp_hint *hint;
	char seen[NAMESPACES_MAX + 1][LINK_MAX]; /* the first one is our own */
	size_t seen_count;
};

/* False with errno. */
static bool read_link(int procfd, const char *path, char ret_link[LINK_MAX])
{
	ssize_t len = readlinkat(procfd, path, ret_link, LINK_MAX - 1);

	if (len < 0)
		return false;
	ret_link[len] = '\0';
	return true;
}

static bool is_seen(const struct visit *visit, const char *link)
{
	size_t i;

	for (i = 0; i < visit->seen_count; i++) {
		if (strcmp(visit->seen[i], link) == 0)
			return true;
	}
	return false;
}

static bool keep_asked(const struct lsp_socket *socket, const void *arg)
{
	const struct lsp_hint *hint = arg;
	size_t i;

	for (i = 0; i < hint->port_count; i++) {
		if (socket->local_port >= hint->ports[i].low && socket->local_port <= hint->ports[i].high)
			return lsp_socket_holds_port(socket);
	}
	return hint->ports == NULL && lsp_socket_holds_port(socket);
}

/* False when the process ended before it could be read: another one of its namespace will do. */
static bool read_namespace(struct visit *visit, const char *pid)
{
	int fd = openat(visit->procfd, pid, O_PATH | O_DIRECTORY | O_CLOEXEC);
	unsigned notes = visit->snapshot->notes;
	struct lsp_fault fault;
	enum lsp_err err = LSP_OK;

	if (fd < 0)
		return false;
	if ((visit->hint->protos & LSP_PROTO_BIT(LSP_TCP)) != 0)
		err = lsp_procnet_read(fd, visit->snapshot, LSP_TCP, &fault);
	if (err == LSP_OK && (visit->hint->protos & LSP_PROTO_BIT(LSP_UDP)) != 0)
		err = lsp_procnet_read(fd, visit->snapshot, LSP_UDP, &fault);
	close(fd);
	lsp_snapshot_keep(visit->snapshot, keep_asked, visit->hint);
	visit->snapshot->notes = notes;
	if (err == LSP_DENIED || err == LSP_IO || err == LSP_MALFORMED)
		visit->snapshot->notes |= LSP_NOTE_UNSEEN_NAMESPACES;
	return err != LSP_GONE && err != LSP_UNSUPPORTED; /* ENOENT, EINVAL: what the folder of a corpse answers */
}

static void visit_process(struct visit *visit, const char *pid)
{
	char path[32], link[LINK_MAX];

	if (snprintf(path, sizeof path, "%.10s/ns/net", pid) >= (int)sizeof path)
		return;
	if (!read_link(visit->procfd, path, link)) {
		if (errno == EACCES || errno == EPERM)
			visit->snapshot->notes |= LSP_NOTE_UNSEEN_NAMESPACES;
		return; /* else: it ended, or is a zombie, or the kernel's */
	}
	if (is_seen(visit, link))
		return;
	if (visit->seen_count > NAMESPACES_MAX) {
		visit->snapshot->notes |= LSP_NOTE_UNSEEN_NAMESPACES;
		return;
	}
	if (read_namespace(visit, pid))
		memcpy(visit->seen[visit->seen_count++], link, LINK_MAX);
}

enum lsp_err lsp_elsewhere_read(int procfd, struct lsp_snapshot *snapshot, const struct lsp_hint *hint,
				struct lsp_fault *ret_fault)
{
	struct visit visit = {.procfd = procfd, .snapshot = snapshot, .hint = hint};
	int fd = openat(procfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *folder = fd >= 0 ? fdopendir(fd) : NULL;
	const struct dirent *entry;
	size_t count = 0;

	if (folder == NULL || !read_link(procfd, "self/ns/net", visit.seen[0])) {
		lsp_linux_fault(ret_fault, "/proc/self/ns/net", errno);
		if (folder != NULL)
			closedir(folder);
		else if (fd >= 0)
			close(fd);
		return ret_fault->err;
	}
	visit.seen_count = 1;
	while ((entry = readdir(folder)) != NULL && count < PROCESSES_MAX) {
		if (entry->d_name[0] < '0' || entry->d_name[0] > '9')
			continue;
		count++;
		visit_process(&visit, entry->d_name);
	}
	if (entry != NULL)
		snapshot->notes |= LSP_NOTE_UNSEEN_NAMESPACES;
	closedir(folder);
	return LSP_OK;
}
