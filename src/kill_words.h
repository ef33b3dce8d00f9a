/*
 * kill_words.h - the words of --kill for processes, sockets and reasons. Names in them may hold any byte: what prints them
 * escapes.
 */
#ifndef LSP_KILL_WORDS_H
#define LSP_KILL_WORDS_H

#include "kill.h"
#include "view/sink.h"

#define LSP_KILL_PHRASE_MAX 700

/* "node (pid 3233, user anna)" */
const char *lsp_kill_phrase(const struct lsp_snapshot *snapshot, const struct lsp_process *process,
			    char ret_phrase[LSP_KILL_PHRASE_MAX]);

/* "tcp 127.0.0.1:80", escaped */
void lsp_kill_put_socket(struct lsp_sink *sink, const struct lsp_snapshot *snapshot, const struct lsp_socket *socket);

/* Why the victim is refused, and what would be better. */
const char *lsp_kill_reason(const struct lsp_kill *kill, const struct lsp_victim *victim, char *ret_text, size_t size);

#endif
