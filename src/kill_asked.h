/*
 * kill_asked.h - what a socket and a victim are to one PORT word of --kill. It looks at what the run knows and changes
 * nothing.
 */
#ifndef LSP_KILL_ASKED_H
#define LSP_KILL_ASKED_H

#include "kill.h"

struct lsp_kill_asked {
	const struct lsp_kill *kill;
	uint32_t word;
};

/* Whether the word is about this socket. */
bool lsp_kill_asks(const struct lsp_kill_asked *asked, const struct lsp_socket *socket);

/* What the socket is to the word, for lsp_verdict_of. arg: a struct lsp_kill_asked. */
enum lsp_relation lsp_kill_relation(const struct lsp_socket *socket, const void *arg);

/* Whether the victim held a socket of that word before. */
bool lsp_kill_is_of_port(const struct lsp_kill *kill, const struct lsp_victim *victim, uint32_t word);

#endif
