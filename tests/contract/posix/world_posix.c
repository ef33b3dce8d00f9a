/*
 * world_posix.c - see world.h and world_inet.c. A child is a fork; "starved" is one that may have no descriptor more.
 */
#include "../world.h"
#include "../world_inet.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

bool world_open(int family, int type, intptr_t *ret_handle)
{
	int fd = socket(family, type, 0);

	if (fd >= 0 && fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) {
		close(fd);
		fd = -1;
	}
	*ret_handle = fd;
	return fd >= 0;
}

void world_drop(intptr_t handle)
{
	close((int)handle);
}

uint32_t world_pid(void)
{
	return (uint32_t)getpid();
}

/* Closes its socket when it reads a byte, and ends when there is nobody left to send one. */
static _Noreturn void live(int orders, int held)
{
	char byte;

	if (read(orders, &byte, 1) == 1) {
		close(held);
		if (write(orders, &byte, 1) == 1 && read(orders, &byte, 1) > 0)
			_exit(1);
	}
	_exit(0);
}

bool world_start(struct world_child *ret_child)
{
	struct world_socket listener;
	int ends[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0)
		return false;
	if (!world_listen(LSP_INET4, &listener)) {
		close(ends[0]);
		close(ends[1]);
		return false;
	}
	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		close(ends[0]);
		live(ends[1], (int)listener.handle);
	}
	close(ends[1]);
	world_close(&listener); /* the child's alone from here on */
	*ret_child = (struct world_child){.what = listener.what, .pid = (uint32_t)pid, .handle = ends[0]};
	if (pid < 0)
		close(ends[0]);
	return pid > 0;
}

bool world_let_go(struct world_child *child)
{
	char byte = 'c';

	return write((int)child->handle, &byte, 1) == 1 && read((int)child->handle, &byte, 1) == 1;
}

bool world_runs(const struct world_child *child)
{
	siginfo_t info = {.si_pid = 0};

	return waitid(P_PID, (id_t)child->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == 0;
}

void world_finish(struct world_child *child)
{
	kill((pid_t)child->pid, SIGKILL);
	waitpid((pid_t)child->pid, NULL, 0);
	close((int)child->handle);
	child->handle = -1;
}

bool world_uid(uint32_t *ret_uid)
{
	*ret_uid = geteuid();
	return true;
}

bool world_account(const char **ret_name, uint32_t *ret_uid)
{
	*ret_name = "root"; /* POSIX names no account; every system that we know has this one */
	*ret_uid = 0;
	return true;
}

bool world_starve(void (*body)(void), bool *ret_held)
{
	const struct rlimit none = {0, 0};
	int status;
	pid_t child;

	fflush(NULL);
	child = fork();
	if (child < 0)
		return false;
	if (child == 0) {
		if (setrlimit(RLIMIT_NOFILE, &none) != 0)
			_exit(77);
		body();
		_exit(0);
	}
	if (waitpid(child, &status, 0) != child || (WIFEXITED(status) && WEXITSTATUS(status) == 77))
		return false;
	*ret_held = WIFEXITED(status) && WEXITSTATUS(status) == 0;
	return true;
}

bool world_folder(char *ret_path, size_t size)
{
	const char *top = getenv("TMPDIR");
	int len = snprintf(ret_path, size, "%s/lsports-contract-XXXXXX", top != NULL ? top : "/tmp");

	return len > 0 && (size_t)len < size && mkdtemp(ret_path) != NULL;
}

/* Calls with the name of each entry. */
static size_t walk(const char *path, void (*with)(int dirfd, const char *name))
{
	DIR *folder = opendir(path);
	struct dirent *entry;
	size_t count = 0;

	while (folder != NULL && (entry = readdir(folder)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		count++;
		if (with != NULL)
			with(dirfd(folder), entry->d_name);
	}
	if (folder != NULL)
		closedir(folder);
	return count;
}

size_t world_folder_count(const char *path)
{
	return walk(path, NULL);
}

static void remove_file(int folder, const char *name)
{
	unlinkat(folder, name, 0);
}

void world_folder_remove(const char *path)
{
	walk(path, remove_file);
	rmdir(path);
}
