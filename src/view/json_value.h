/*
 * json_value.h - values as members of a JSON object (RFC 8259). What is unknown is null.
 *
 * Where bytes from outside are not UTF-8, the string has U+FFFD in their place and a second member, KEY_hex, has
 * the bytes: as one string of hex digits, or, beside an array, as an array with null for each string that is whole.
 */
#ifndef LSP_VIEW_JSON_VALUE_H
#define LSP_VIEW_JSON_VALUE_H

#include "sink.h"
#include "value.h"

/* How each document begins: schema, tool, host (NULL or "": null), time (seconds since 1970-01-01 UTC). */
void lsp_json_head(struct lsp_sink *sink, const char *tool, const char *host, int64_t time_unix);

/* What could not be seen: complete, hidden_owners, not_checked (count sentences). */
void lsp_json_sight(struct lsp_sink *sink, size_t hidden_owners, const char *const *not_checked, size_t count);

/* "key": with a comma before it unless it is the first. */
void lsp_json_key(struct lsp_sink *sink, bool first, const char *key);

/* What follows lsp_json_key with the same key: the value, and KEY_hex when it is needed. */
void lsp_json_value(struct lsp_sink *sink, const char *key, const struct lsp_value *value);
void lsp_json_text(struct lsp_sink *sink, const char *key, const char *bytes, size_t len);

#endif
