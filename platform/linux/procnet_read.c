/*
 * procnet_read.c - the second way to the sockets: the text tables of /proc/net, for kernels and sandboxes without
 * sock_diag. Slower, and silent about v6only, devices, cookies, backlog limits and BOUND.
 */
#include "linux.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "procnet_parse.h"

#define BUFFER_SIZE (64u * 1024) /* a line is 150 bytes at least and 200 at most */

/* Hands every whole line to the parser; answers how many bytes are left over at the end of the buffer. ret_unread counts
 * the lines that are no socket's: a table has one, its title. */
static size_t take_lines(struct lsp_snapshot *snapshot, enum lsp_proto proto, char *buffer, size_t len,
			 size_t *ret_unread)
{
	char *at = buffer, *end = buffer + len, *newline;

	while ((newline = memchr(at, '\n', (size_t)(end - at))) != NULL) {
		struct lsp_socket socket;

		if (lsp_procnet_parse(at, (size_t)(newline - at), proto, &socket))
			lsp_snapshot_add_socket(snapshot, &socket);
		else
			(*ret_unread)++;
		at = newline + 1;
	}
	memmove(buffer, at, (size_t)(end - at));
	return (size_t)(end - at);
}

/* 0 or an errno. */
static int read_table(int procfd, const char *path, struct lsp_snapshot *snapshot, enum lsp_proto proto)
{
	int fd = openat(procfd, path, O_RDONLY | O_CLOEXEC), os_code = 0;
	char *buffer;
	size_t kept = 0, unread = 0, mark = lsp_snapshot_mark(snapshot);

	if (fd < 0)
		return errno;
	buffer = malloc(BUFFER_SIZE);
	if (buffer == NULL)
		os_code = ENOMEM;
	while (os_code == 0) {
		ssize_t len = read(fd, buffer + kept, BUFFER_SIZE - kept);

		if (len < 0 && errno == EINTR)
			continue;
		if (len < 0)
			os_code = errno;
		if (len <= 0)
			break;
		kept = take_lines(snapshot, proto, buffer, kept + (size_t)len, &unread);
		if (kept == BUFFER_SIZE) /* 64 KiB without a newline is no such table */
			os_code = EBADMSG;
	}
	if (os_code == 0 && unread > 1 && lsp_snapshot_mark(snapshot) == mark)
		os_code = EBADMSG; /* a table, but none that we can read: that is not "no sockets" */
	free(buffer);
	close(fd);
	return os_code;
}

enum lsp_err lsp_procnet_read(int procfd, struct lsp_snapshot *snapshot, enum lsp_proto proto,
			      struct lsp_fault *ret_fault)
{
	const char *inet4 = proto == LSP_TCP ? "net/tcp" : "net/udp";
	const char *inet6 = proto == LSP_TCP ? "net/tcp6" : "net/udp6";
	size_t mark = lsp_snapshot_mark(snapshot);
	int os_code = read_table(procfd, inet4, snapshot, proto);

	if (os_code != 0) {
		lsp_snapshot_rollback(snapshot, mark);
		return lsp_linux_fault(ret_fault, proto == LSP_TCP ? "/proc/net/tcp" : "/proc/net/udp", os_code);
	}
	os_code = read_table(procfd, inet6, snapshot, proto);
	if (os_code != 0 && os_code != ENOENT) { /* ENOENT: a kernel without IPv6 */
		lsp_snapshot_rollback(snapshot, mark);
		return lsp_linux_fault(ret_fault, proto == LSP_TCP ? "/proc/net/tcp6" : "/proc/net/udp6", os_code);
	}
	snapshot->notes |= LSP_NOTE_PROCNET;
	return LSP_OK;
}
