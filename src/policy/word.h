/*
 * word.h - a line of a policy comes apart into words.
 */
#ifndef LSP_POLICY_WORD_H
#define LSP_POLICY_WORD_H

#include <stdbool.h>
#include <stddef.h>

struct lsp_policy_word {
	const char *typed; /* as it stands in the line; typed_len bytes */
	size_t typed_len;
	const char *bytes; /* read: "*" is NUL, escapes are bytes */
	size_t len;
};

/* The next word of *line, which moves on behind it. What it means is written to *to, which moves on as well and has room for
 * as many bytes as the line. At the end of the line or at a comment typed_len is 0.
 * NULL, or what is wrong with the word: a text to be said. */
const char *lsp_policy_word_next(const char **line, const char *end, char **to, struct lsp_policy_word *ret_word);

#endif
