/*
 * exe_place.c - where the program of a process lies: whether its file is gone, and who may write beside it.
 *
 * A path may lead to a dead mount, where every look hangs. So the folder is only looked at when the kernel has all of the
 * path in its cache (RESOLVE_CACHED of openat2(2), Linux 5.12): a running program keeps the folders above it there, and a
 * network file system that wanted to ask its server answers EAGAIN. The mode is that of the cache, too (AT_STATX_DONT_SYNC).
 */
#include "linux.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef RESOLVE_CACHED
#define RESOLVE_CACHED 0x20 /* of Linux 5.12 */
#endif

/* d_path() writes it behind the path of what was unlinked; a file that really has such a name hides itself. */
static const char deleted[] = " (deleted)";

static bool is_deleted(const char *exe)
{
	size_t len = strlen(exe), suffix = sizeof deleted - 1;

	return len > suffix && strcmp(exe + len - suffix, deleted) == 0;
}

/* A path of another mount namespace means another file here. */
static bool is_of_our_mounts(int dirfd, const char *prefix)
{
	char path[32], theirs[64], ours[64];
	ssize_t their_len, our_len;

	snprintf(path, sizeof path, "%sns/mnt", prefix);
	their_len = readlinkat(dirfd, path, theirs, sizeof theirs);
	our_len = readlink("/proc/self/ns/mnt", ours, sizeof ours);
	return their_len > 0 && their_len == our_len && memcmp(theirs, ours, (size_t)our_len) == 0;
}

static bool all_may_write(const char *exe)
{
	const struct open_how how = {.flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
				     .resolve = RESOLVE_CACHED | RESOLVE_NO_SYMLINKS};
	const char *slash = strrchr(exe, '/');
	char folder[4096];
	struct statx facts;
	bool may = false;
	int fd;

	if (exe[0] != '/' || (size_t)(slash - exe) + 2 > sizeof folder)
		return false;
	snprintf(folder, sizeof folder, "%.*s", slash > exe ? (int)(slash - exe) : 1, exe);
	fd = (int)syscall(SYS_openat2, AT_FDCWD, folder, &how, sizeof how);
	if (fd < 0)
		return false;
	if (statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_MODE, &facts) == 0 && (facts.stx_mask & STATX_MODE) != 0)
		may = (facts.stx_mode & S_IWOTH) != 0;
	close(fd);
	return may;
}

uint32_t lsp_exe_place_read(int dirfd, const char *prefix, const char *exe)
{
	if (is_deleted(exe))
		return LSP_PROCESS_EXE_DELETED;
	return is_of_our_mounts(dirfd, prefix) && all_may_write(exe) ? LSP_PROCESS_EXE_OPEN : 0;
}
