/*
 * advice.h - what a person types on this system to change what it rules. Pure; the words are the reader's.
 */
#ifndef LSP_ADVICE_H
#define LSP_ADVICE_H

#include <lsports/backend.h>

/* How the list of ports is called that no outgoing connection gets, and the range that it gets them from. */
const char *lsp_advice_reserved_list(enum lsp_dialect dialect);
const char *lsp_advice_ephemeral_range(enum lsp_dialect dialect);

/* What puts a port on that list. */
void lsp_advice_reserve(enum lsp_dialect dialect, const struct lsp_rules *rules, enum lsp_proto proto, uint16_t port,
			char *ret_text, size_t size);

/* Whom a socket beside a freed port still stops. */
const char *lsp_advice_beside(enum lsp_dialect dialect);

/* How to find, and end, who has a port in the kernel. */
const char *lsp_advice_kernel(enum lsp_dialect dialect);

/* What frees a range that the system keeps. */
void lsp_advice_excluded(enum lsp_proto proto, uint16_t port, char *ret_text, size_t size);

#endif
