/*
 * security.h - why an exposed port matters and what to do about it: a const table made by the build from
 * src/registry/notes.tsv.
 *
 * A note is about what is customarily found on a port, not about the process that really holds it, and does not say how
 * bad it is: that depends on who can reach the port.
 */
#ifndef LSPORTS_SECURITY_H
#define LSPORTS_SECURITY_H

#include "socket.h"

/* What is at stake. The words of lsp_kind_name are stable: JSON has them. */
enum lsp_kind {
	LSP_KIND_AMPLIFICATION = 0, /* answers forged senders with more than it got */
	LSP_KIND_DATABASE,	    /* keeps data */
	LSP_KIND_DEVELOPMENT,	    /* made for the developer's own machine */
	LSP_KIND_DIRECTORY,	    /* accounts and logins of others */
	LSP_KIND_DISCOVERY,	    /* tells strangers about the machine or the network */
	LSP_KIND_FILE_SHARE,
	LSP_KIND_FINANCE, /* coins */
	LSP_KIND_GAME,
	LSP_KIND_INDUSTRIAL, /* controllers of plants and buildings */
	LSP_KIND_IOT,	     /* cameras, recorders, small devices */
	LSP_KIND_LEGACY,     /* nobody should need it today */
	LSP_KIND_MAIL,
	LSP_KIND_MALWARE_HABIT, /* a number that backdoors like */
	LSP_KIND_MANAGEMENT,	/* administration of a machine, cluster or product */
	LSP_KIND_MEDIA,
	LSP_KIND_MESSAGING,
	LSP_KIND_NO_LOGIN,  /* often, or by default, asks nobody who he is */
	LSP_KIND_PLAINTEXT, /* readable on its way */
	LSP_KIND_PRINTER,
	LSP_KIND_PROXY,
	LSP_KIND_REMOTE_CONTROL, /* a session or commands on the machine */
	LSP_KIND_ROUTING,
	LSP_KIND_TELEPHONY,
	LSP_KIND_VPN,
	LSP_KIND_WEB,
	LSP_KIND_COUNT,
};
#define LSP_KIND_BIT(k) (1u << (k))

/* Strings are static. */
struct lsp_security_note {
	const char *why;    /* why an exposed one matters, in sentences */
	const char *advice; /* what to do */
	const char *source; /* where that is from */
	uint32_t kinds;	    /* LSP_KIND_BIT */
};

/* "amplification", "file-share", … NULL behind the last. */
const char *lsp_kind_name(enum lsp_kind kind);

/* The note on a port. False, and *ret_note untouched, when there is none. */
bool lsp_security_note_at(enum lsp_proto proto, uint16_t port, struct lsp_security_note *ret_note);

#endif
