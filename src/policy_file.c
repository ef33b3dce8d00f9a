/*
 * policy_file.c - see policy_file.h.
 */
#include "policy_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lsports/language.h>

#include "core/mem.h"

/* At most a byte more than a policy may have. 0, or -1 with errno. */
static int read_all(FILE *file, char **ret_bytes, size_t *ret_len)
{
	size_t size = 4096, len = 0, more;
	char *bytes = NULL;

	do {
		size *= 2;
		bytes = lsp_realloc_array(bytes, size, 1);
		more = fread(bytes + len, 1, size - len, file);
		len += more;
	} while (len == size && len <= LSP_POLICY_BYTES_MAX);
	if (ferror(file)) {
		free(bytes);
		return -1;
	}
	*ret_bytes = bytes;
	*ret_len = len;
	return 0;
}

bool lsp_policy_text_read(const char *path, const char *bytes, size_t len, struct lsp_policy *ret_policy, char *ret_why,
			  size_t size)
{
	char fault[LSP_POLICY_FAULT_MAX];

	if (len > LSP_POLICY_BYTES_MAX) {
		snprintf(ret_why, size, _("%.200s: too large for a policy (more than 16 MiB)"), path);
		return false;
	}
	if (lsp_policy_parse(bytes, len, ret_policy, fault))
		return true;
	snprintf(ret_why, size, "%.200s:%s", path, fault);
	return false;
}

enum lsp_policy_file lsp_policy_file_read(const char *path, struct lsp_sink *ret_text, struct lsp_policy *ret_policy,
					  char *ret_why, size_t size)
{
	enum lsp_policy_file result = LSP_POLICY_FILE_BAD;
	bool is_stdin = strcmp(path, "-") == 0;
	char *bytes = NULL;
	FILE *file = is_stdin ? stdin : fopen(path, "rb");
	size_t len = 0;
	int failed;

	if (file == NULL) {
		failed = errno;
		snprintf(ret_why, size, _("%.200s: cannot be read: %s"), path, strerror(failed));
		return failed == ENOENT ? LSP_POLICY_FILE_ABSENT : LSP_POLICY_FILE_BAD;
	}
	errno = 0;
	failed = read_all(file, &bytes, &len);
	if (failed < 0)
		snprintf(ret_why, size, _("%.200s: cannot be read: %s"), path, strerror(errno));
	else if (lsp_policy_text_read(path, bytes, len, ret_policy, ret_why, size))
		result = LSP_POLICY_FILE_READ;
	if (result == LSP_POLICY_FILE_READ && ret_text != NULL)
		lsp_sink_bytes(ret_text, bytes, len);
	if (failed == 0 && len == 0)
		result = LSP_POLICY_FILE_ABSENT;
	if (!is_stdin)
		fclose(file);
	free(bytes);
	return result;
}
