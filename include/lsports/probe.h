/*
 * probe.h - talks to listeners of this machine: what to send to one, and what came back.
 *
 * A talk is dumb: who talks decides neither what is sent nor what an answer means.
 */
#ifndef LSPORTS_PROBE_H
#define LSPORTS_PROBE_H

#include "addr.h"
#include "fault.h"

enum {
	LSP_TALKS_MAX = 64,	   /* at once */
	LSP_TALK_MESSAGES_MAX = 3, /* each on a connection of its own: as many connects at most */
	LSP_TALK_ROOM = 2048,	   /* bytes that are read of one answer */
};

/* How it ended. The words of lsp_talk_end_name are stable: JSON has them. */
enum lsp_talk_end {
	LSP_TALK_NOT_TRIED = 0, /* no time was left: nothing was sent */
	LSP_TALK_FOREIGN,	/* the address is not one of this machine: nothing was sent */
	LSP_TALK_FAILED,	/* the system would not: fault says why */
	LSP_TALK_REFUSED,	/* nobody listens there, or somebody says no in his place */
	LSP_TALK_STUCK,		/* no connection in time: the queue of the listener is full, or a filter drops */
	LSP_TALK_CLOSED,	/* connected, and closed by the other side without a byte */
	LSP_TALK_SILENT,	/* connected, and not a byte came */
	LSP_TALK_ANSWERED,	/* bytes came */
	LSP_TALK_FULL,		/* bytes came until there was no room for more */
	LSP_TALK_END_COUNT,
};

struct lsp_message {
	const uint8_t *bytes;
	size_t len;
};

struct lsp_talk {
	struct lsp_addr addr;
	uint16_t port;
	uint32_t listen_ms; /* how long the first connection listens before anything is sent */
	uint32_t answer_ms; /* how long each connect, and then each answer, may take */
	struct lsp_message messages[LSP_TALK_MESSAGES_MAX];
	uint8_t message_count;
	/* what came of it */
	uint8_t end;	  /* enum lsp_talk_end */
	uint8_t sent;	  /* messages sent: the answer is to the last of them; 0: it spoke unasked */
	uint8_t connects; /* how many connections were made */
	uint16_t len;
	uint8_t bytes[LSP_TALK_ROOM];
	struct lsp_fault fault; /* FAILED */
};

/* "not-tried", "foreign", "failed", "refused", "stuck", "closed", "silent", "answered", "endless". */
const char *lsp_talk_end_name(enum lsp_talk_end end);

#endif
