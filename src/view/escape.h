/*
 * escape.h - the one way for bytes from outside into a view's output.
 *
 * Names, arguments, accounts, devices and hosts are whatever somebody chose: a process can name itself so that a
 * terminal obeys it (CVE-2024-58251). Here C0, DEL and C1 controls, bytes that are not UTF-8, the bidirectional
 * controls, U+2028, U+2029 and U+FEFF become visible; everything else passes as it is.
 */
#ifndef LSP_VIEW_ESCAPE_H
#define LSP_VIEW_ESCAPE_H

#include <stdbool.h>

#include "sink.h"

/* For people, plain and csv: "\n", "\t", "\r", "\x1b", "\u202e"; a byte that is not UTF-8 is "\xff". A backslash
 * stays one backslash: this is to be read, not to be undone. For exact bytes there is JSON. */
void lsp_escape_text(struct lsp_sink *sink, const char *bytes, size_t len);

/* A JSON string with its quotes. Bytes that are not UTF-8 become U+FFFD; returns false then, and the caller adds
 * the bytes themselves by lsp_escape_hex. */
bool lsp_escape_json(struct lsp_sink *sink, const char *bytes, size_t len);

/* A JSON string with its quotes: two lower-case hex digits for each byte. */
void lsp_escape_hex(struct lsp_sink *sink, const char *bytes, size_t len);

#endif
