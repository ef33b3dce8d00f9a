/*
 * test_act_world.h - small worlds for the tests of src/act: families of processes and the sockets that they hold.
 */
#ifndef TEST_ACT_WORLD_H
#define TEST_ACT_WORLD_H

#include <stdlib.h>
#include <string.h>

#include <lsports/snapshot.h>

#include "core/join.h"

/* A literal of several arguments, with its length: "node\0server.js" (the last NUL is the compiler's). */
#define ARGV(literal) literal, sizeof literal

/* parent 0: not known. */
static inline struct lsp_process person(uint32_t pid, uint32_t parent, uint64_t birth, const char *name)
{
	return (struct lsp_process){
		.pid = pid, .parent = parent, .birth = birth, .name = name, .has = parent != 0 ? LSP_PROCESS_HAS_PARENT : 0};
}

static inline void add(struct lsp_snapshot *snapshot, uint32_t pid, uint32_t parent, uint64_t birth, const char *name)
{
	struct lsp_process process = person(pid, parent, birth, name);

	lsp_snapshot_add_process(snapshot, &process);
}

static inline void add_with_argv(struct lsp_snapshot *snapshot, uint32_t pid, uint32_t parent, const char *name,
				 const char *argv, size_t argv_len)
{
	struct lsp_process process = person(pid, parent, pid, name);

	process.argv = argv;
	process.argv_len = argv_len;
	lsp_snapshot_add_process(snapshot, &process);
}

/* key 0: it has none. */
static inline void add_socket(struct lsp_snapshot *snapshot, uint64_t key, enum lsp_state state, uint16_t port)
{
	struct lsp_socket socket = {.proto = LSP_TCP,
				    .state = (uint8_t)state,
				    .key = key,
				    .has = key != 0 ? LSP_HAS_KEY : 0,
				    .local = {.family = LSP_INET4},
				    .local_port = port};

	lsp_snapshot_add_socket(snapshot, &socket);
}

static inline void add_holder(struct lsp_snapshot *snapshot, uint64_t key, uint32_t pid, uint32_t fd)
{
	struct lsp_holder holder = {key, pid, fd};

	lsp_snapshot_add_holder(snapshot, &holder);
}

#endif
