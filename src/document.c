/*
 * document.c - see document.h.
 */
#include "document.h"

#include <time.h>

#include "view/json_value.h"

void lsp_document_open(struct lsp_sink *ret_sink, const struct lsp_backend *backend)
{
	char host[256] = "";

	backend->host_name(host, sizeof host);
	lsp_sink_open(ret_sink, stdout);
	lsp_json_head(ret_sink, "lsports " LSPORTS_VERSION, host, (int64_t)time(NULL));
}
