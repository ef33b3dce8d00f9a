/*
 * sink.h - where a view's bytes go: collected, then written in large blocks; or kept, to be measured first.
 *
 * Only for bytes that the program itself chose. What came from the system enters through escape.h.
 */
#ifndef LSP_VIEW_SINK_H
#define LSP_VIEW_SINK_H

#include <stdint.h>
#include <stdio.h>

struct lsp_sink {
	char *bytes;
	size_t used, size;
	FILE *out; /* NULL: a sink that keeps everything; the caller reads bytes and sets used back to 0 */
};

void lsp_sink_open(struct lsp_sink *sink, FILE *out);

/* Writes what is left and frees. Write errors stay in ferror(out). */
void lsp_sink_close(struct lsp_sink *sink);

void lsp_sink_bytes(struct lsp_sink *sink, const char *bytes, size_t len);
void lsp_sink_word(struct lsp_sink *sink, const char *word);
void lsp_sink_byte(struct lsp_sink *sink, char byte);
void lsp_sink_blanks(struct lsp_sink *sink, size_t count);
void lsp_sink_number(struct lsp_sink *sink, uint64_t number);

/* "2026-01-31T23:59:59Z" (RFC 3339) of seconds since 1970-01-01 UTC, for the years 0 to 9999; outside of them the
 * nearest moment within. */
void lsp_sink_time(struct lsp_sink *sink, int64_t seconds);

#endif
