/*
 * world.c - fills a network namespace with sockets for the bench to look at, spread over many processes.
 *
 *   world PROCESSES LISTENERS PAIRS UDP FDS
 * All numbers are totals but FDS, the descriptors of /dev/null that each process has beside its sockets.
 * A pair is a loopback connection with both ends in the same process. Prints "ready PORT" (PORT: one of the
 * listeners, 0 when there is none), then waits: when its stdin ends, everything ends. It measures nothing.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { BACKLOG = 4096, PAIRS_PER_ADDRESS = 10000 };

struct share {
	unsigned listeners, pairs, udp, fds;
};

static void die(const char *what)
{
	perror(what);
	exit(1);
}

/* Bound to 127.0.0.1 or another of its net, port chosen by the kernel. */
static int open_bound(int type, unsigned host, struct sockaddr_in *ret_addr)
{
	struct sockaddr_in addr = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK + host) };
	socklen_t len = sizeof addr;
	int fd = socket(AF_INET, type, 0);

	if (fd < 0)
		die("socket");
	if (bind(fd, (struct sockaddr *)&addr, sizeof addr) != 0)
		die("bind");
	if (getsockname(fd, (struct sockaddr *)&addr, &len) != 0)
		die("getsockname");
	*ret_addr = addr;
	return fd;
}

static uint16_t open_listener(unsigned host, int *ret_fd, struct sockaddr_in *ret_addr)
{
	*ret_fd = open_bound(SOCK_STREAM, host, ret_addr);
	if (listen(*ret_fd, BACKLOG) != 0)
		die("listen");
	return ntohs(ret_addr->sin_port);
}

static void open_pairs(unsigned count, unsigned host)
{
	struct sockaddr_in addr;
	int listener = -1;

	for (unsigned i = 0; i < count; i++) {
		int client;

		if (i % PAIRS_PER_ADDRESS == 0) {
			if (listener >= 0)
				close(listener);
			open_listener(host + i / PAIRS_PER_ADDRESS, &listener, &addr);
		}
		client = socket(AF_INET, SOCK_STREAM, 0);
		if (client < 0 || connect(client, (struct sockaddr *)&addr, sizeof addr) != 0)
			die("connect");
		if (accept(listener, NULL, NULL) < 0)
			die("accept");
	}
	if (listener >= 0)
		close(listener);
}

static uint16_t fill(const struct share *share, unsigned number)
{
	struct sockaddr_in addr;
	uint16_t port = 0;
	int fd;

	for (unsigned i = 0; i < share->fds; i++) {
		if (open("/dev/null", O_RDONLY) < 0)
			die("/dev/null");
	}
	open_pairs(share->pairs, number * 16 % 65536);
	for (unsigned i = 0; i < share->listeners; i++)
		port = open_listener(0, &fd, &addr);
	for (unsigned i = 0; i < share->udp; i++)
		open_bound(SOCK_DGRAM, 0, &addr);
	return port;
}

/* The part of total that falls to process number of count. */
static unsigned part(unsigned total, unsigned number, unsigned count)
{
	return total / count + (number < total % count);
}

static void be_process(const struct share *share, unsigned number, int report, int stop)
{
	uint16_t port;
	char byte;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	port = fill(share, number);
	if (write(report, &port, sizeof port) != sizeof port)
		die("report");
	close(report);
	while (read(stop, &byte, 1) > 0)
		;
	_exit(0);
}

/* False when the process ended without a word (it said why on stderr). */
static bool read_report(int report, pid_t pid, uint16_t *ret_port)
{
	struct pollfd wait = {.fd = report, .events = POLLIN};

	while (poll(&wait, 1, 100) == 0) {
		if (waitpid(pid, NULL, WNOHANG) != 0)
			return false;
	}
	return read(report, ret_port, sizeof *ret_port) == sizeof *ret_port;
}

int main(int argc, char **argv)
{
	unsigned total[5];
	int report[2], stop[2];
	uint16_t one_port = 0, port;
	char byte;

	for (int i = 0; i < 5; i++)
		total[i] = i + 1 < argc ? (unsigned)strtoul(argv[i + 1], NULL, 10) : 0;
	if (argc != 6 || total[0] == 0 || pipe(report) != 0 || pipe(stop) != 0)
		die("usage: world PROCESSES LISTENERS PAIRS UDP FDS");
	for (unsigned i = 0; i < total[0]; i++) {
		struct share share = {part(total[1], i, total[0]), part(total[2], i, total[0]),
				      part(total[3], i, total[0]), total[4]};
		pid_t pid = fork();

		if (pid < 0)
			die("fork");
		if (pid == 0) {
			close(report[0]);
			close(stop[1]);
			close(STDIN_FILENO);
			be_process(&share, i, report[1], stop[0]);
		}
		if (!read_report(report[0], pid, &port))
			return 1;
		one_port = port ? port : one_port;
	}
	printf("ready %u\n", one_port);
	fflush(stdout);
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
	return 0;
}
