/*
 * document.h - how the JSON document of every question begins.
 */
#ifndef LSP_DOCUMENT_H
#define LSP_DOCUMENT_H

#include <lsports/backend.h>

#include "view/sink.h"

/* Opens the sink on stdout and writes the head of the document: the caller goes on with members of its object. */
void lsp_document_open(struct lsp_sink *ret_sink, const struct lsp_backend *backend);

#endif
