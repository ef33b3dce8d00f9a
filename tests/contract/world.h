/*
 * world.h - real sockets for the contract test, each opened by the test process itself. One .c file for each kind of
 * system; the test knows no system.
 */
#ifndef TEST_WORLD_H
#define TEST_WORLD_H

#include <lsports/socket.h>

/* An open socket. what is as the backend should see it: protocol, state, addresses, ports, and has only LSP_HAS_PEER. */
struct world_socket {
	struct lsp_socket what;
	intptr_t handle;
};

/* Each answers false where this system has no such thing (IPv6 switched off). Ports are chosen by the system. */

/* TCP, listening on the loopback address. */
bool world_listen(enum lsp_family family, struct world_socket *ret_socket);

/* UDP, bound to the loopback address and not connected. */
bool world_bind_udp(enum lsp_family family, struct world_socket *ret_socket);

/* Both ends of a connection to a listener. */
bool world_connect(const struct world_socket *listener, struct world_socket *ret_near, struct world_socket *ret_far);

void world_close(struct world_socket *socket);

uint32_t world_pid(void);

/* Another process of this test, which holds a listening TCP socket (what, as in world_socket) and lives until it is
 * ended. world_finish leaves nobody behind. */
struct world_child {
	struct lsp_socket what;
	uint32_t pid;
	intptr_t handle;
};
bool world_start(struct world_child *ret_child);
bool world_let_go(struct world_child *child); /* it closes its socket and lives on */
bool world_runs(const struct world_child *child);
void world_finish(struct world_child *child);

/* The effective uid of this process. False where accounts have no such number. */
bool world_uid(uint32_t *ret_uid);

/* The name of an account that surely exists, with its number. False where accounts have no numbers. */
bool world_account(const char **ret_name, uint32_t *ret_uid);

/* An empty folder of this test's own, its path without a slash at the end; and how many files are in it. */
bool world_folder(char *ret_path, size_t size);
size_t world_folder_count(const char *path);

/* Removes it with its files. */
void world_folder_remove(const char *path);

/* Runs body where this process can open nothing more: no file, no socket. False where that cannot be made. */
bool world_starve(void (*body)(void), bool *ret_held);

#endif
