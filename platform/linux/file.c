/*
 * file.c - a file is replaced whole or not at all: rename(2) is atomic, and fsync(2) before it keeps a crash from leaving
 * an empty file under the name.
 */
#include "linux.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <lsports/language.h>

enum { TRIES_MAX = 100 };

/* The folder that a path leads to, and the name in it. -1 with errno. */
static int open_folder(const char *path, const char **ret_name)
{
	const char *slash = strrchr(path, '/');
	char *folder = slash != NULL ? strndup(path, (size_t)(slash - path) + 1) : NULL;
	int dirfd, os_code;

	*ret_name = slash != NULL ? slash + 1 : path;
	dirfd = open(folder != NULL ? folder : ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	os_code = errno;
	free(folder);
	errno = os_code;
	return dirfd;
}

/* Whether something stands there that may be replaced; *ret_is_there with its *ret_old. */
static enum lsp_err look_at(int dirfd, const char *name, struct stat *ret_old, bool *ret_is_there, struct lsp_fault *ret_fault)
{
	enum lsp_err err;

	if (name[0] == '\0')
		return lsp_linux_fault(ret_fault, "open", EISDIR);
	*ret_is_there = fstatat(dirfd, name, ret_old, AT_SYMLINK_NOFOLLOW) == 0;
	if (!*ret_is_there)
		return errno == ENOENT ? LSP_OK : lsp_linux_fault(ret_fault, "stat", errno);
	if (S_ISREG(ret_old->st_mode))
		return LSP_OK;
	err = lsp_linux_fault(ret_fault, "stat", EOPNOTSUPP);
	snprintf(ret_fault->detail, sizeof ret_fault->detail, "%s",
		 S_ISLNK(ret_old->st_mode)   ? _("it is a symbolic link; name the file that it leads to; - is standard output")
		 : S_ISDIR(ret_old->st_mode) ? _("it is a folder")
					     : _("it is no plain file; - is standard output"));
	return err;
}

static int create_beside(int dirfd, mode_t mode, char *ret_name, size_t size)
{
	int fd = -1, i;

	for (i = 0; i < TRIES_MAX && fd < 0; i++) {
		snprintf(ret_name, size, ".lsports-%ld-%d", (long)getpid(), i);
		fd = openat(dirfd, ret_name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
		if (fd < 0 && errno != EEXIST)
			return -1;
	}
	return fd;
}

/* 0, or -1 with errno. */
static int write_all(int fd, const char *text, size_t len)
{
	while (len > 0) {
		ssize_t written = write(fd, text, len);

		if (written < 0 && errno != EINTR)
			return -1;
		text += written > 0 ? written : 0;
		len -= written > 0 ? (size_t)written : 0;
	}
	return 0;
}

/* Owner first: changing it takes bits from the mode. An owner that we may not give stays ours. */
static int take_over(int fd, const struct stat *old)
{
	struct stat new;

	if (fstat(fd, &new) < 0)
		return -1;
	if ((new.st_uid != old->st_uid || new.st_gid != old->st_gid) && fchown(fd, old->st_uid, old->st_gid) < 0 &&
	    errno != EPERM)
		return -1;
	return fchmod(fd, old->st_mode & 0777);
}

/* The rename itself reaches the disk when its folder does; where folders cannot be synced, it has happened all the same. */
static void sync_folder(int dirfd)
{
	int fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return;
	(void)fsync(fd);
	close(fd);
}

static enum lsp_err replace(int dirfd, const char *name, const struct stat *old, const char *text, size_t len,
			    struct lsp_fault *ret_fault)
{
	const char *op = "open";
	char beside[48];
	int fd = create_beside(dirfd, old != NULL ? 0600 : 0666, beside, sizeof beside), failed, os_code;

	if (fd < 0)
		return lsp_linux_fault(ret_fault, op, errno);
	op = "write";
	failed = write_all(fd, text, len);
	if (failed == 0 && old != NULL)
		failed = take_over(fd, old);
	if (failed == 0)
		failed = fsync(fd);
	os_code = errno;
	if (close(fd) < 0 && failed == 0) {
		failed = -1;
		os_code = errno;
	}
	if (failed == 0) {
		op = "rename";
		failed = renameat(dirfd, beside, dirfd, name);
		os_code = errno;
	}
	if (failed != 0) {
		unlinkat(dirfd, beside, 0);
		return lsp_linux_fault(ret_fault, op, os_code);
	}
	sync_folder(dirfd);
	return LSP_OK;
}

enum lsp_err lsp_file_replace(const char *path, const char *text, size_t len, struct lsp_fault *ret_fault)
{
	const char *name;
	int dirfd = open_folder(path, &name);
	struct stat old;
	enum lsp_err err;
	bool is_there = false;

	if (dirfd < 0)
		return lsp_linux_fault(ret_fault, "open", errno);
	err = look_at(dirfd, name, &old, &is_there, ret_fault);
	if (err == LSP_OK && text != NULL)
		err = replace(dirfd, name, is_there ? &old : NULL, text, len, ret_fault);
	close(dirfd);
	return err;
}
