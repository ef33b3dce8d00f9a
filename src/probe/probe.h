/*
 * probe.h - asks listeners of this machine what they speak.
 *
 * Use: for each TCP listener that lsp_probe_address knows an address for, put that (or a better one of this machine) and
 * the port into a struct lsp_probe; lsp_probe_all fills in the rest; lsp_speech_fit (speech.h) holds what was heard
 * against the label of the port.
 */
#ifndef LSP_PROBE_PROBE_H
#define LSP_PROBE_PROBE_H

#include <lsports/backend.h>

#include "speech.h"

struct lsp_probe {
	struct lsp_addr addr; /* where it is asked; show it: another socket may answer there than was meant */
	uint16_t port;
	/* what came of it */
	enum lsp_talk_end end;
	enum lsp_asked asked;	/* what the answer was to */
	uint8_t connects;	/* 0 to LSP_TALK_MESSAGES_MAX */
	struct lsp_heard heard; /* end ANSWERED or FULL */
	struct lsp_fault fault; /* end FAILED */
};

/* Where to reach a socket: its own address, or loopback for a wildcard (IPv4 when it takes that). False for what is no TCP
 * listener, and for a socket that is bound to a device: from here nothing comes in through that. */
bool lsp_probe_address(const struct lsp_socket *socket, struct lsp_addr *ret_addr);

/* Asks them all, LSP_TALKS_MAX at once and each (address, port) once however often it is in the list. What is not done
 * after limit_ms stays NOT_TRIED. Errors are those of backend->talk(); what was heard before is kept. */
enum lsp_err lsp_probe_all(const struct lsp_backend *backend, struct lsp_probe *probes, size_t count, unsigned limit_ms,
			   struct lsp_fault *ret_fault);

#endif
