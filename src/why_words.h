/*
 * why_words.h - what the sentences, ways out and notes of --why are made of: text that grows, and words for who does what.
 * Names in it are as the system gave them: what prints them escapes.
 */
#ifndef LSP_WHY_WORDS_H
#define LSP_WHY_WORDS_H

#include <lsports/language.h>

#include "why_say.h"

#define LSP_WHY_ENDPOINT_MAX (LSP_ADDR_TEXT_MAX + 16)

struct lsp_why_text {
	char *at; /* LSP_WHY_TEXT_MAX bytes */
	size_t used;
};

/* Appends; what there is no room for is left out. */
LSP_FORMAT(2, 3) void lsp_why_put(struct lsp_why_text *text, const char *format, ...);

/* "127.0.0.1:80", "[::1]:80" */
const char *lsp_why_endpoint(const struct lsp_addr *addr, uint16_t port, char ret_text[LSP_WHY_ENDPOINT_MAX]);

/* "node (pid 3233, user anna) and 4 more processes" */
const char *lsp_why_who(const struct lsp_snapshot *snapshot, const struct lsp_row *row, char ret_who[LSP_WHY_TEXT_MAX]);

/* Who does what with the port: "node (pid 3233, user anna) listens on 127.0.0.1:8000". is_idle: it does nothing with it. */
void lsp_why_put_deed(struct lsp_why_text *text, const struct lsp_snapshot *snapshot, const struct lsp_row *row,
		      bool is_idle);

#endif
