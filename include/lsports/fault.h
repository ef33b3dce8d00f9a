/*
 * fault.h - why a call failed: a word to decide by and a few facts to explain with.
 *
 * The word is the same on every system; the system's own number is kept only for the message.
 * Each platform maps its numbers to these words in exactly one function.
 */
#ifndef LSPORTS_FAULT_H
#define LSPORTS_FAULT_H

enum lsp_err {
	LSP_OK = 0,
	LSP_DENIED,      /* we may not; more rights would help */
	LSP_GONE,        /* it existed and does not any more, or another took its number */
	LSP_UNSUPPORTED, /* this system cannot answer this question */
	LSP_MALFORMED,   /* the system answered something that we cannot read */
	LSP_TORN,        /* the answer changed under us each time that we asked */
	LSP_IO,          /* anything else the system says; os_code tells what */
	LSP_IN_USE,      /* bind: something else keeps this address and port */
	LSP_NO_ADDRESS,  /* bind: the address is none of this machine's */
};

/* Filled only by a call that fails. Plain data, copied with "=". */
struct lsp_fault {
	enum lsp_err err;
	int os_code;      /* errno, or GetLastError(); 0 when the system gave none */
	const char *op;   /* the call that failed, a string constant: "bind", "/proc/net/tcp" */
	char detail[128]; /* more words for a person, may be empty; never hostile bytes */
};

#endif
