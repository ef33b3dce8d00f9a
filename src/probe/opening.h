/*
 * opening.h - what is sent to a listener, and in which order. Pure.
 */
#ifndef LSP_PROBE_OPENING_H
#define LSP_PROBE_OPENING_H

#include <lsports/probe.h>

#include "speech.h"

/* How to begin with a listener under this label. */
struct lsp_opening {
	uint32_t listen_ms; /* who speaks first is given so long */
	size_t count;	    /* 0: only listen */
	enum lsp_asked asked[LSP_TALK_MESSAGES_MAX];
};

/* label: of the port; NULL: it has none. */
struct lsp_opening lsp_opening_of(uint16_t port, const struct lsp_service *label);

/* Static bytes. Empty for NOTHING. */
struct lsp_message lsp_opening_message(enum lsp_asked asked);

#endif
