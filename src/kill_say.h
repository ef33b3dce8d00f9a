/*
 * kill_say.h - what --kill says: what it did on stdout (or one JSON document), what stands in the way on stderr.
 */
#ifndef LSP_KILL_SAY_H
#define LSP_KILL_SAY_H

#include "kill.h"
#include "view/sink.h"

/* kill_plan.c: the plan of a dry run. */
void lsp_kill_put_plan(struct lsp_sink *sink, const struct lsp_kill *kill);

/* "End node (pid 3233, user anna)? It holds … [y/N] " on stderr. */
void lsp_kill_say_question(const struct lsp_kill *kill, const struct lsp_victim *victim);

/* The plan of a dry run, or the outcome. */
void lsp_kill_say(const struct lsp_kill *kill);

/* What ends with a victim beside the ports asked for, from kill->wide: calls each for every other port that it holds,
 * in order; returns the number of connections to its ports. */
size_t lsp_kill_others(const struct lsp_kill *kill, const struct lsp_victim *victim,
		       void (*each)(const struct lsp_socket *socket, void *arg), void *arg);

/* kill_json.c */
void lsp_kill_print_json(const struct lsp_kill *kill);

#endif
