/*
 * why_say.h - what --why says: for each port the verdict, who, the way out, and what was tried; or one JSON document.
 */
#ifndef LSP_WHY_SAY_H
#define LSP_WHY_SAY_H

#include "why.h"

#define LSP_WHY_TEXT_MAX 4096

/* One sentence for a person (why_sentence.c), and the command or setting that solves it, "" when nothing is to be solved.
 * Names in them are as the system gave them: what prints them escapes. */
void lsp_why_sentence(const struct lsp_why *why, const struct lsp_why_port *port, char ret_text[LSP_WHY_TEXT_MAX]);
void lsp_why_way_out(const struct lsp_why *why, const struct lsp_why_port *port, char ret_text[LSP_WHY_TEXT_MAX]);

/* "8000/tcp", "[::1]:53/udp" */
void lsp_why_label(const struct lsp_why_port *port, char ret_text[LSP_WHY_TEXT_MAX]);

/* "ok", "in_use", "denied", "no_address", "unsupported", "failed"; NULL: not tried. */
const char *lsp_why_result(const struct lsp_attempt *attempt, enum lsp_way way);

void lsp_why_say(const struct lsp_why *why);

/* why_json.c */
void lsp_why_print_json(const struct lsp_why *why);

#endif
