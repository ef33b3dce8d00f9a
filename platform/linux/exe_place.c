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

#define LINE_SIZE 4096 /* of /proc/PID/mountinfo; a longer one is no mount point that a program is found at */

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
	if (statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_MODE, &facts) == 0 &&
	    (facts.stx_mask & STATX_MODE) != 0)
		may = (facts.stx_mode & S_IWOTH) != 0;
	close(fd);
	return may;
}

/* Whether the mount that the program lies on lets nobody write: the innermost one, the last of equals (proc(5)). Names with
 * blanks are written otherwise there, and are not found. */
static bool is_read_only(int dirfd, const char *prefix, const char *exe)
{
	char path[32], line[LINE_SIZE], point[LINE_SIZE], options[8];
	bool is_ro = false;
	size_t longest = 0;
	FILE *mounts;
	int fd;

	snprintf(path, sizeof path, "%smountinfo", prefix);
	fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC);
	mounts = fd >= 0 ? fdopen(fd, "r") : NULL;
	if (mounts == NULL && fd >= 0)
		close(fd);
	while (mounts != NULL && fgets(line, sizeof line, mounts) != NULL) {
		size_t len = sscanf(line, "%*s %*s %*s %*s %4095s %7s", point, options) == 2 ? strlen(point) : 0;

		if (len == 0 || len < longest || strncmp(exe, point, len) != 0 || (exe[len] != '/' && len > 1))
			continue;
		longest = len;
		is_ro = strncmp(options, "ro", 2) == 0 && (options[2] == ',' || options[2] == '\0');
	}
	if (mounts != NULL)
		fclose(mounts);
	return is_ro;
}

uint32_t lsp_exe_place_read(int dirfd, const char *prefix, const char *exe)
{
	if (is_deleted(exe))
		return LSP_PROCESS_EXE_DELETED;
	/* an AppImage mounts itself there (docs.appimage.org, "Architecture"); of others the long list is not read */
	if (strstr(exe, "/.mount_") != NULL && is_read_only(dirfd, prefix, exe))
		return LSP_PROCESS_EXE_READ_ONLY;
	return is_of_our_mounts(dirfd, prefix) && all_may_write(exe) ? LSP_PROCESS_EXE_OPEN : 0;
}
