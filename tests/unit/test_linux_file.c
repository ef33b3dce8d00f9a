/*
 * test_linux_file.c - a file is replaced: what stays of the old one, what is refused, and that a failure leaves all as it was.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "linux.h"

static char folder[256], path[300];

/* Each test begins in an empty folder of its own. */
static int make_folder(void **state)
{
	const char *top = getenv("TMPDIR");

	(void)state;
	snprintf(folder, sizeof folder, "%s/lsports-file-XXXXXX", top != NULL ? top : "/tmp");
	if (mkdtemp(folder) == NULL || chdir(folder) != 0)
		return -1;
	snprintf(path, sizeof path, "%s/policy", folder);
	return 0;
}

static int count_files(bool removes)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	int count = 0;

	while ((entry = readdir(dir)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		count++;
		if (removes)
			unlinkat(dirfd(dir), entry->d_name, entry->d_type == DT_DIR ? AT_REMOVEDIR : 0);
	}
	closedir(dir);
	return count;
}

static int remove_folder(void **state)
{
	(void)state;
	count_files(true);
	return chdir("/") != 0 || rmdir(folder) != 0;
}

static void assert_text(const char *name, const char *text)
{
	char bytes[64] = "";
	FILE *file = fopen(name, "rb");

	assert_non_null(file);
	assert_int_equal(fread(bytes, 1, sizeof bytes, file), strlen(text));
	assert_string_equal(bytes, text);
	fclose(file);
}

static void write_file(const char *name, const char *text, mode_t mode)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_EXCL, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static enum lsp_err replace(const char *name, const char *text, struct lsp_fault *ret_fault)
{
	*ret_fault = (struct lsp_fault){.err = LSP_OK};
	return lsp_file_replace(name, text, text != NULL ? strlen(text) : 0, ret_fault);
}

/* A new one gets what the umask leaves; a name without a folder is one in this folder. */
static void test_new(void **state)
{
	struct lsp_fault fault;
	struct stat stat_of;
	mode_t old = umask(027);

	(void)state;
	assert_int_equal(replace("policy", "a\n", &fault), LSP_OK);
	umask(old);
	assert_text(path, "a\n");
	assert_int_equal(stat(path, &stat_of), 0);
	assert_int_equal(stat_of.st_mode & 07777, 0640);
	assert_int_equal(count_files(false), 1);
}

/* The mode stays, and the owner where we may give it away. It is another file: who has the old one open, keeps it. */
static void test_kept(void **state)
{
	struct lsp_fault fault;
	struct stat before, after;
	FILE *open_before;
	char byte;

	(void)state;
	write_file(path, "old", 0604);
	if (geteuid() == 0)
		assert_int_equal(chown(path, 65534, 65534), 0);
	assert_int_equal(stat(path, &before), 0);
	open_before = fopen(path, "rb");
	assert_int_equal(replace(path, "new", &fault), LSP_OK);
	assert_text(path, "new");
	assert_int_equal(stat(path, &after), 0);
	assert_int_equal(after.st_mode & 07777, 0604);
	assert_int_equal(after.st_uid, before.st_uid);
	assert_int_equal(after.st_gid, before.st_gid);
	assert_int_not_equal(after.st_ino, before.st_ino);
	assert_int_equal(fread(&byte, 1, 1, open_before), 1);
	assert_int_equal(byte, 'o');
	fclose(open_before);
	assert_int_equal(count_files(false), 1);
}

static void assert_refused(const char *name, const char *detail)
{
	struct lsp_fault fault;

	assert_int_equal(replace(name, "new", &fault), LSP_UNSUPPORTED);
	assert_int_equal(fault.err, LSP_UNSUPPORTED);
	assert_non_null(strstr(fault.detail, detail));
	assert_int_equal(replace(name, NULL, &fault), LSP_UNSUPPORTED);
}

static void test_not_plain(void **state)
{
	(void)state;
	write_file("target", "old", 0600);
	assert_int_equal(symlink("target", "link"), 0);
	assert_int_equal(symlink("nowhere", "dangling"), 0);
	assert_int_equal(mkfifo("fifo", 0600), 0);
	assert_int_equal(mkdir("dir", 0700), 0);
	assert_refused("link", "a symbolic link; name the file");
	assert_refused("dangling", "a symbolic link");
	assert_refused("fifo", "no plain file");
	assert_refused("dir", "a folder");
	assert_refused("/dev/null", "no plain file");
	assert_refused("nowhere/policy", "No such file");
	assert_refused("target/policy", "Not a directory");
	assert_text("target", "old");
	assert_int_equal(count_files(false), 5);
}

/* In a child that may write no more than a few bytes: the disk is full. */
static void test_full(void **state)
{
	struct rlimit few = {16, 16};
	char large[64];
	struct lsp_fault fault;
	int status;
	pid_t pid;

	(void)state;
	write_file(path, "old", 0600);
	memset(large, 'x', sizeof large);
	pid = fork();
	if (pid == 0) {
		signal(SIGXFSZ, SIG_IGN);
		setrlimit(RLIMIT_FSIZE, &few);
		_exit(lsp_file_replace(path, large, sizeof large, &fault) == LSP_IO && fault.os_code == EFBIG ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_text(path, "old");
	assert_int_equal(count_files(false), 1);
}

/* Names that are taken beside it, by a crash or by somebody else, are left alone. */
static void test_beside(void **state)
{
	struct lsp_fault fault;
	char name[48];

	(void)state;
	snprintf(name, sizeof name, ".lsports-%ld-0", (long)getpid());
	assert_int_equal(symlink("target", name), 0);
	assert_int_equal(replace(path, "new", &fault), LSP_OK);
	assert_text(path, "new");
	assert_int_equal(access("target", F_OK), -1);
	assert_int_equal(count_files(false), 2);
}

/* As somebody who may not write there. */
static void test_denied(void **state)
{
	struct lsp_fault fault;
	int status;
	pid_t pid;

	(void)state;
	write_file(path, "old", 0644);
	assert_int_equal(chmod(folder, 0555), 0);
	pid = fork();
	if (pid == 0) {
		if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
			_exit(2);
		_exit(replace(path, "new", &fault) == LSP_DENIED && fault.os_code == EACCES ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(chmod(folder, 0755), 0);
	assert_text(path, "old");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_new, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(test_kept, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(test_not_plain, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(test_full, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(test_beside, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(test_denied, make_folder, remove_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
