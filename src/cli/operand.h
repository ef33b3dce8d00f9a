/*
 * operand.h - PORT and peer words: "8000", "8000-8100", "80,443", ":8000", "http", "tcp/53", "53/udp",
 * "127.0.0.1:8000", "[::1]:8000", "*:8000".
 */
#ifndef LSP_CLI_OPERAND_H
#define LSP_CLI_OPERAND_H

#include "options.h"

/* Adds what the word says to select: ports, or, for "tcp" and "udp" alone, a protocol to *protos.
 * word_number is remembered with each port. False: ret_usage says what is wrong. */
bool lsp_operand_read(const char *word, uint32_t word_number, struct lsp_select *select, unsigned *protos,
		      char ret_usage[LSP_USAGE_TEXT_MAX]);

/* ADDRESS[/BITS][:PORT], an IPv6 address with a port in brackets; ":PORT" and "*:PORT" for any address. */
bool lsp_peer_read(const char *word, struct lsp_peer *ret_peer, char ret_usage[LSP_USAGE_TEXT_MAX]);

#endif
