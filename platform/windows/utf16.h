/*
 * utf16.h - UTF-16, as Windows has it, and UTF-8, as the rest of lsports has it. Pure.
 *
 * Names on Windows are any 16-bit units. A surrogate without its other half becomes U+FFFD: the text is shown, not used.
 */
#ifndef LSP_WINDOWS_UTF16_H
#define LSP_WINDOWS_UTF16_H

#include <stddef.h>
#include <stdint.h>

/* Bytes that len units need at most, without NUL: three each (a pair of surrogates takes four). */
#define LSP_UTF8_MAX(len) ((len) * 3)

/* Writes len units as UTF-8 and a NUL behind: as many whole characters as fit into size bytes; size is not 0.
 * Returns the length without the NUL. */
size_t lsp_utf8_of(const uint16_t *units, size_t len, char *ret_text, size_t size);

#endif
