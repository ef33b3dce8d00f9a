/*
 * utf8.h - one UTF-8 character at a time, strict: what this accepts, a terminal and a JSON parser accept too.
 */
#ifndef LSP_VIEW_UTF8_H
#define LSP_VIEW_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Not a code point: the bytes are not UTF-8. */
#define LSP_UTF8_BAD UINT32_MAX

/* Reads the character at bytes (len of them, at least 1) and returns its length.
 * LSP_UTF8_BAD for overlong forms, surrogates, numbers above U+10FFFF, stray and missing bytes; the length is then
 * that of the "maximal subpart" which one U+FFFD replaces (The Unicode Standard, section 3.9, table 3-7). */
size_t lsp_utf8_next(const char *bytes, size_t len, uint32_t *ret_point);

/* True when every byte belongs to a valid character. */
bool lsp_utf8_is(const char *bytes, size_t len);

#endif
