/*
 * answer.c - says for a test which sockets would answer, by the real backend and src/core/answer.
 *
 * Reads lines: "look" takes a fresh snapshot; "ask PROTO ADDR PORT LINK" is answered by a line with the inodes of the
 * sockets that may answer, "reach INODE" by a line with the scope and the interfaces of that socket: "public eth0 lo".
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lsports/backend.h>

#include "core/answer.h"
#include "core/scope.h"

#define ANSWERS_MAX 64

static struct lsp_snapshot *look(struct lsp_snapshot *old)
{
	const struct lsp_hint hint = {.protos = LSP_PROTO_ALL,
				      .states = LSP_STATE_BIT(LSP_LISTEN) | LSP_STATE_BIT(LSP_CLOSE)};
	struct lsp_snapshot *snapshot = lsp_snapshot_new();
	struct lsp_fault fault;

	lsp_snapshot_free(old);
	if (lsp_backend_native()->links(snapshot, &fault) != LSP_OK ||
	    lsp_backend_native()->sockets(snapshot, &hint, &fault) != LSP_OK) {
		fprintf(stderr, "%s: %s\n", fault.op, fault.detail);
		exit(1);
	}
	lsp_snapshot_freeze(snapshot);
	return snapshot;
}

static void answer(const struct lsp_snapshot *snapshot, const char *proto, const char *text, unsigned port, unsigned link)
{
	const struct lsp_socket *answers[ANSWERS_MAX], **sockets = calloc(snapshot->socket_count + 1, sizeof *sockets);
	enum lsp_proto wanted = strcmp(proto, "udp") == 0 ? LSP_UDP : LSP_TCP;
	struct lsp_addr addr;
	size_t count = 0, i;

	if (sockets == NULL || !lsp_addr_parse(text, strlen(text), &addr))
		exit(2);
	for (i = 0; i < snapshot->socket_count; i++) {
		if (snapshot->sockets[i].proto == wanted && snapshot->sockets[i].local_port == port)
			sockets[count++] = &snapshot->sockets[i];
	}
	count = lsp_answer(snapshot, sockets, count, &addr, link, answers, ANSWERS_MAX);
	for (i = 0; i < count && i < ANSWERS_MAX; i++)
		printf("%s%llu", i > 0 ? " " : "", (unsigned long long)answers[i]->key);
	putchar('\n');
	free(sockets);
}

static void reach(const struct lsp_snapshot *snapshot, unsigned long long key)
{
	uint32_t links[ANSWERS_MAX];
	size_t count, i, j;

	for (i = 0; i < snapshot->socket_count; i++) {
		if (snapshot->sockets[i].key != key)
			continue;
		printf("%s", lsp_scope_name(lsp_scope_of_socket(snapshot, &snapshot->sockets[i])));
		count = lsp_scope_links(snapshot, &snapshot->sockets[i], links, ANSWERS_MAX);
		for (j = 0; j < count && j < ANSWERS_MAX; j++)
			printf(" %s", lsp_snapshot_link(snapshot, links[j])->name);
	}
	putchar('\n');
}

int main(void)
{
	struct lsp_snapshot *snapshot = look(NULL);
	char line[256], proto[8], addr[64];
	unsigned long long key;
	unsigned port, link;

	while (fgets(line, sizeof line, stdin) != NULL) {
		if (strcmp(line, "look\n") == 0)
			snapshot = look(snapshot);
		else if (sscanf(line, "ask %7s %63s %u %u", proto, addr, &port, &link) == 4)
			answer(snapshot, proto, addr, port, link);
		else if (sscanf(line, "reach %llu", &key) == 1)
			reach(snapshot, key);
		else
			return 2;
		fflush(stdout);
	}
	lsp_snapshot_free(snapshot);
	return 0;
}
