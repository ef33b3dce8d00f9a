/*
 * judge.h - can this port be bound, and if not, why: from what really trying gave and what a snapshot shows. Pure.
 */
#ifndef LSP_BIND_JUDGE_H
#define LSP_BIND_JUDGE_H

#include <lsports/bind.h>

#include "core/join.h"

/* Among the reasons of one port the greatest is told. */
enum lsp_bind_word {
	LSP_BIND_FREE = 0,
	LSP_BIND_OTHER_NAMESPACE, /* free here; held in another network namespace */
	LSP_BIND_TIME_WAIT,	  /* connections without a process linger on it */
	LSP_BIND_CLIENT,	  /* a connection sits on it */
	LSP_BIND_IDLE,		  /* somebody called bind() and neither listens nor connects */
	LSP_BIND_HIDDEN,	  /* held, and we may not see by whom */
	LSP_BIND_GROUP,		  /* held by sockets with SO_REUSEPORT */
	LSP_BIND_HELD,
	LSP_BIND_PRIVILEGED,
	LSP_BIND_EXCLUDED, /* in a range that the system keeps */
	LSP_BIND_NO_ADDRESS,
	LSP_BIND_REFUSED, /* anything else that bind() said */
	LSP_BIND_UNKNOWN, /* it could not be tried */
};

enum lsp_bind_note {
	LSP_BIND_NOTE_RESERVED = 1 << 0,   /* kept by the administrator: bindable, and safe from outgoing connections */
	LSP_BIND_NOTE_EPHEMERAL = 1 << 1,  /* an outgoing connection may take it first */
	LSP_BIND_NOTE_PRIVILEGED = 1 << 2, /* below the start of unprivileged ports */
	LSP_BIND_NOTE_DEDUCED = 1 << 3,	   /* nobody is visible; this is what is left */
	LSP_BIND_NOTE_NONLOCAL = 1 << 4,   /* bound though the address is not here */
	LSP_BIND_NOTE_NO_INET6 = 1 << 5,   /* this system has no IPv6 */
	LSP_BIND_NOTE_EXCLUSIVE = 1 << 6,  /* bind() says denied, not in use: the holder shares it with nobody */
	LSP_BIND_NOTE_OVERLAP = 1 << 7,	   /* bound though somebody is at an address within, who gets what comes there */
	LSP_BIND_NOTE_COUNT = 8,
};

/* One address that was tried. faults: of each way that was; err is LSP_OK where it worked. */
struct lsp_attempt {
	struct lsp_addr addr;
	unsigned tried; /* LSP_WAY_BIT */
	struct lsp_fault faults[LSP_WAY_COUNT];
};
#define LSP_ATTEMPTS_MAX 2

/* One port of one protocol, and all that is known of it. */
struct lsp_bind_case {
	enum lsp_proto proto;
	uint16_t port;
	struct lsp_attempt attempts[LSP_ATTEMPTS_MAX]; /* 0.0.0.0 and ::, or the one address that was asked for */
	size_t attempt_count;
	const struct lsp_rules *rules;
	const struct lsp_addr *addrs; /* of this machine */
	size_t addr_count;
	const struct lsp_snapshot *snapshot; /* NULL: not looked at */
	const struct lsp_row *rows;
	size_t row_count;
	const struct lsp_row *elsewhere; /* of other network namespaces */
	size_t elsewhere_count;
};

struct lsp_bind_verdict {
	enum lsp_bind_word word;
	unsigned notes;		       /* enum lsp_bind_note */
	const struct lsp_fault *fault; /* what stood in the way; NULL: nothing did */
	const struct lsp_attempt *attempt; /* where that was */
	const struct lsp_row *row;     /* who, the first of the evidence; NULL: nobody to be seen */
	size_t evidence;	       /* rows for which lsp_bind_is_evidence */
	bool reuseaddr, reuseport;     /* where plain failed, this way works */
	bool is_of_one_user;	       /* GROUP: it is ours */
	const struct lsp_kept *kept;   /* the range that the port is in, whatever the word; NULL: none */
};

void lsp_bind_judge(const struct lsp_bind_case *bind_case, struct lsp_bind_verdict *ret_verdict);

/* Whether a row is among the reasons of the verdict. */
bool lsp_bind_is_evidence(const struct lsp_bind_case *bind_case, const struct lsp_bind_verdict *verdict,
			  const struct lsp_row *row);

/* Whether a socket keeps others from binding this address on its port. */
bool lsp_bind_overlaps(const struct lsp_socket *socket, const struct lsp_addr *addr);

/* A try that was not made is not bound. */
bool lsp_attempt_works(const struct lsp_attempt *attempt, enum lsp_way way);

/* No such family here: not tried, and nobody's fault. */
bool lsp_attempt_is_void(const struct lsp_attempt *attempt);

/* 0 can be bound, 1 cannot, 3 not told. */
int lsp_bind_code(enum lsp_bind_word word);

/* "free", "other-namespace", … and "reserved", "ephemeral", … */
const char *lsp_bind_word_name(enum lsp_bind_word word);
const char *lsp_bind_note_name(enum lsp_bind_note note);

#endif
