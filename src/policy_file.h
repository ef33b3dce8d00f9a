/*
 * policy_file.h - a policy is read from a file.
 */
#ifndef LSP_POLICY_FILE_H
#define LSP_POLICY_FILE_H

#include "policy/policy.h"

enum lsp_policy_file { LSP_POLICY_FILE_READ, LSP_POLICY_FILE_ABSENT, LSP_POLICY_FILE_BAD };

/* "-" is stdin. BAD: it cannot be read or is no policy, and *ret_why says so in one line that begins with the name of the
 * file. ABSENT: as BAD, and there is no file of this name, or nothing in it. READ: clear the policy; ret_text, an open sink
 * or NULL, has taken its text. */
enum lsp_policy_file lsp_policy_file_read(const char *path, struct lsp_sink *ret_text, struct lsp_policy *ret_policy,
					  char *ret_why, size_t size);

/* As BAD or READ, of what is, or would be, in the file. */
bool lsp_policy_text_read(const char *path, const char *bytes, size_t len, struct lsp_policy *ret_policy, char *ret_why,
			  size_t size);

#endif
