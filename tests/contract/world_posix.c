/*
 * world_posix.c - see world.h. BSD sockets; "starved" is a child that may have no descriptor more.
 */
#include "world.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

union name {
	struct sockaddr any;
	struct sockaddr_in inet4;
	struct sockaddr_in6 inet6;
};

static union name loopback(enum lsp_family family, socklen_t *ret_len)
{
	union name name;

	memset(&name, 0, sizeof name);
	if (family == LSP_INET6) {
		name.inet6.sin6_family = AF_INET6;
		name.inet6.sin6_addr = in6addr_loopback;
		*ret_len = sizeof name.inet6;
	} else {
		name.inet4.sin_family = AF_INET;
		name.inet4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		*ret_len = sizeof name.inet4;
	}
	return name;
}

static void take_name(const union name *name, struct lsp_addr *addr, uint16_t *ret_port)
{
	*addr = (struct lsp_addr){0};
	if (name->any.sa_family == AF_INET6) {
		addr->family = LSP_INET6;
		memcpy(addr->bytes, &name->inet6.sin6_addr, 16);
		*ret_port = ntohs(name->inet6.sin6_port);
	} else {
		addr->family = LSP_INET4;
		memcpy(addr->bytes, &name->inet4.sin_addr, 4);
		*ret_port = ntohs(name->inet4.sin_port);
	}
}

/* Fills what from the descriptor. */
static bool describe(int fd, enum lsp_proto proto, enum lsp_state state, struct world_socket *ret_socket)
{
	union name name;
	socklen_t len = sizeof name;

	*ret_socket = (struct world_socket){.handle = fd, .what = {.proto = (uint8_t)proto, .state = (uint8_t)state}};
	if (getsockname(fd, &name.any, &len) != 0)
		return false;
	take_name(&name, &ret_socket->what.local, &ret_socket->what.local_port);
	len = sizeof name;
	if (state == LSP_ESTABLISHED) {
		if (getpeername(fd, &name.any, &len) != 0)
			return false;
		take_name(&name, &ret_socket->what.peer, &ret_socket->what.peer_port);
		ret_socket->what.has |= LSP_HAS_PEER;
	}
	return true;
}

static int open_bound(enum lsp_family family, int type)
{
	socklen_t len;
	union name name = loopback(family, &len);
	int fd = socket(name.any.sa_family, type, 0);

	if (fd < 0)
		return -1;
	if (fcntl(fd, F_SETFD, FD_CLOEXEC) == 0 && bind(fd, &name.any, len) == 0)
		return fd;
	close(fd);
	return -1;
}

bool world_listen(enum lsp_family family, struct world_socket *ret_socket)
{
	int fd = open_bound(family, SOCK_STREAM);

	if (fd >= 0 && listen(fd, 8) == 0 && describe(fd, LSP_TCP, LSP_LISTEN, ret_socket))
		return true;
	if (fd >= 0)
		close(fd);
	return false;
}

bool world_bind_udp(enum lsp_family family, struct world_socket *ret_socket)
{
	int fd = open_bound(family, SOCK_DGRAM);

	if (fd >= 0 && describe(fd, LSP_UDP, LSP_CLOSE, ret_socket))
		return true;
	if (fd >= 0)
		close(fd);
	return false;
}

bool world_connect(const struct world_socket *listener, struct world_socket *ret_near, struct world_socket *ret_far)
{
	socklen_t len;
	union name name = loopback((enum lsp_family)listener->what.local.family, &len);
	int near = socket(name.any.sa_family, SOCK_STREAM, 0), far = -1;

	if (name.any.sa_family == AF_INET6)
		name.inet6.sin6_port = htons(listener->what.local_port);
	else
		name.inet4.sin_port = htons(listener->what.local_port);
	if (near >= 0 && connect(near, &name.any, len) == 0)
		far = accept((int)listener->handle, NULL, NULL);
	if (far >= 0 && describe(near, LSP_TCP, LSP_ESTABLISHED, ret_near) &&
	    describe(far, LSP_TCP, LSP_ESTABLISHED, ret_far))
		return true;
	if (far >= 0)
		close(far);
	if (near >= 0)
		close(near);
	return false;
}

void world_close(struct world_socket *socket)
{
	close((int)socket->handle);
	socket->handle = -1;
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
