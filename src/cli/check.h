/*
 * check.h - whether a request that was read is one that can be answered.
 */
#ifndef LSP_CLI_CHECK_H
#define LSP_CLI_CHECK_H

#include "options.h"

/* Whether the option goes with the question; word is how it was typed. False: ret_usage says what it goes with. */
bool lsp_option_check(const struct lsp_option *option, const char *word, const struct lsp_request *request,
		      char ret_usage[LSP_USAGE_TEXT_MAX]);

/* Whether the question has what it needs. False: ret_usage says what it wants. */
bool lsp_request_check(const struct lsp_request *request, char ret_usage[LSP_USAGE_TEXT_MAX]);

#endif
