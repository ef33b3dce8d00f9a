/*
 * values.h - what stands behind an option: "--state LISTEN,BOUND", "--timeout 0.5".
 */
#ifndef LSP_CLI_VALUES_H
#define LSP_CLI_VALUES_H

#include "options.h"

/* Reads the word into the request. False: ret_usage says what would be right. */
bool lsp_value_read(enum lsp_value_reader reader, const char *word, struct lsp_request *request,
		    char ret_usage[LSP_USAGE_TEXT_MAX]);

#endif
