/*
 * words.h - the spellings that people bring along from ss, netstat, lsof and Windows.
 */
#ifndef LSP_CLI_WORDS_H
#define LSP_CLI_WORDS_H

#include <lsports/socket.h>

/* "established", "ESTAB", "fin-wait-1", "LISTENING" … False when it is no state. */
bool lsp_state_read(const char *word, size_t len, enum lsp_state *ret_state);

/* "tcp", "UDP": the bit of the protocol; 0 when it is none. */
unsigned lsp_proto_read(const char *word, size_t len);

/* Digits only, at most max. False otherwise, also when empty. */
bool lsp_number_read(const char *word, size_t len, uint32_t max, uint32_t *ret_number);

#endif
