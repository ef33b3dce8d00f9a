/*
 * test_linux_tree.h - a small directory tree for the tests to look at, in place of /proc.
 *
 * Every path is relative to the tree; folders on the way are made as needed. tree_drop removes it whole.
 */
#ifndef TEST_LINUX_TREE_H
#define TEST_LINUX_TREE_H

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOBODY 65534 /* an account without rights; it need not exist */

struct tree {
	char path[64];
	int fd;
};

static inline void tree_make(struct tree *tree)
{
	const char *base = getenv("TMPDIR");

	if (base == NULL || strlen(base) > 40)
		base = "/tmp";
	snprintf(tree->path, sizeof tree->path, "%s/lsports-XXXXXX", base);
	assert_non_null(mkdtemp(tree->path));
	assert_int_equal(chmod(tree->path, 0755), 0);
	tree->fd = open(tree->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	assert_true(tree->fd >= 0);
}

static inline int tree_remove(const char *path, const struct stat *status, int type, struct FTW *place)
{
	(void)status;
	(void)type;
	(void)place;
	return remove(path);
}

static inline void tree_drop(struct tree *tree)
{
	close(tree->fd);
	nftw(tree->path, tree_remove, 16, FTW_DEPTH | FTW_PHYS);
}

static inline void tree_folders(const struct tree *tree, const char *path)
{
	char part[256];
	size_t i;

	for (i = 0; path[i] != '\0' && i < sizeof part - 1; i++) {
		part[i] = path[i];
		part[i + 1] = '\0';
		if (path[i + 1] == '/')
			assert_true(mkdirat(tree->fd, part, 0755) == 0 || errno == EEXIST);
	}
}

static inline void tree_folder(const struct tree *tree, const char *path)
{
	tree_folders(tree, path);
	assert_true(mkdirat(tree->fd, path, 0755) == 0 || errno == EEXIST);
}

/* Replaces a file that is there. */
static inline void tree_file(const struct tree *tree, const char *path, const void *bytes, size_t len)
{
	int fd;

	tree_folders(tree, path);
	fd = openat(tree->fd, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	assert_true(fd >= 0);
	assert_true(write(fd, bytes, len) == (ssize_t)len);
	close(fd);
}

static inline void tree_text(const struct tree *tree, const char *path, const char *text)
{
	tree_file(tree, path, text, strlen(text));
}

static inline void tree_link(const struct tree *tree, const char *path, const char *target)
{
	tree_folders(tree, path);
	assert_int_equal(symlinkat(target, tree->fd, path), 0);
}

/* Runs body in a child without rights (when we have rights to give up). Its assertions end the child; true when all
 * held. */
static inline bool run_as_nobody(void (*body)(const struct tree *tree), const struct tree *tree)
{
	int status;
	pid_t child;

	fflush(NULL);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		if (geteuid() == 0 && (setgid(NOBODY) != 0 || setuid(NOBODY) != 0))
			_exit(2);
		body(tree);
		fflush(NULL);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* For the child, where cmocka's own would jump into the parent's story. */
#define child_assert(condition)                                                                                        \
	do {                                                                                                           \
		if (!(condition)) {                                                                                    \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);                                \
			_exit(1);                                                                                      \
		}                                                                                                      \
	} while (0)

#endif
