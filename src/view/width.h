/*
 * width.h - how many terminal cells a text takes.
 *
 * The facts are Unicode's: General_Category Mn, Me, Cf and the conjoining Jamo take none, East_Asian_Width W and F
 * (emoji among them) take two, all others one. No locale is asked: the answer is the same on every system.
 */
#ifndef LSP_VIEW_WIDTH_H
#define LSP_VIEW_WIDTH_H

#include <stddef.h>

/* Bytes that are not UTF-8 count one for each U+FFFD that a terminal would show. */
size_t lsp_width(const char *text, size_t len);

/* How many bytes of text fit into width cells, a combining mark staying with its letter. */
size_t lsp_width_fit(const char *text, size_t len, size_t width);

#endif
