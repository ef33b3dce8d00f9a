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

/* Before each item of an array: a comma unless it is the first. lsp_json_line: and begins a line. */
void lsp_json_item(struct lsp_sink *sink);
void lsp_json_line(struct lsp_sink *sink);

/* "key": with a comma before it unless it is the first of its object. lsp_json_open: and the bracket, { or [. */
void lsp_json_key(struct lsp_sink *sink, const char *key);
void lsp_json_open(struct lsp_sink *sink, const char *key, char bracket);

/* What follows lsp_json_key with the same key: the value, and KEY_hex when it is needed. */
void lsp_json_value(struct lsp_sink *sink, const char *key, const struct lsp_value *value);
void lsp_json_text(struct lsp_sink *sink, const char *key, const char *bytes, size_t len);

/* Whole members. NULL, or not one byte: null. */
void lsp_json_put_text(struct lsp_sink *sink, const char *key, const char *bytes, size_t len);
void lsp_json_put_word(struct lsp_sink *sink, const char *key, const char *word);
void lsp_json_put_number(struct lsp_sink *sink, const char *key, uint64_t number);
void lsp_json_put_known(struct lsp_sink *sink, const char *key, bool is_known, uint64_t number);
void lsp_json_put_bool(struct lsp_sink *sink, const char *key, bool value);
void lsp_json_put_null(struct lsp_sink *sink, const char *key);

#endif
