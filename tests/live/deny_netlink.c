/*
 * deny_netlink.c - runs a command to which the kernel refuses netlink, as a sandbox would.
 *
 *   deny_netlink socket ERRNO command…   socket(AF_NETLINK) fails with that errno
 *   deny_netlink send ERRNO command…     sockets may be made, sendto() and sendmsg() fail
 *   deny_netlink recv ERRNO command…     requests may be sent, recvfrom() and recvmsg() fail
 * ERRNO is the number. A seccomp filter sees numbers and no descriptors, so send and recv are refused on
 * every socket; lsports has no other. 64-bit little-endian machines only (the low word of an argument).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NR offsetof(struct seccomp_data, nr)
#define ARG0 offsetof(struct seccomp_data, args[0])

static int install(struct sock_filter *code, unsigned short len)
{
	struct sock_fprog prog = { .len = len, .filter = code };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return -1;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog);
}

static int deny_socket(unsigned err)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, NR),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, ARG0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_NETLINK, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | err),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};

	return install(code, sizeof(code) / sizeof(code[0]));
}

static int deny_calls(unsigned one, unsigned other, unsigned err)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, NR),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, one, 1, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, other, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | err),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};

	return install(code, sizeof(code) / sizeof(code[0]));
}

int main(int argc, char **argv)
{
	unsigned err;
	int failed;

	if (argc < 4)
		return 125;
	err = (unsigned)atoi(argv[2]) & SECCOMP_RET_DATA;
	if (strcmp(argv[1], "socket") == 0)
		failed = deny_socket(err);
	else if (strcmp(argv[1], "send") == 0)
		failed = deny_calls(SYS_sendto, SYS_sendmsg, err);
	else
		failed = deny_calls(SYS_recvfrom, SYS_recvmsg, err);
	if (failed) {
		perror("deny_netlink: seccomp");
		return 125;
	}
	execv(argv[3], argv + 3);
	perror("deny_netlink: execv");
	return 125;
}
