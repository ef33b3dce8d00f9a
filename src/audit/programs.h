/*
 * programs.h - which programs serve what: a small reviewed table. It knows the common ones and is silent about others.
 */
#ifndef LSP_AUDIT_PROGRAMS_H
#define LSP_AUDIT_PROGRAMS_H

#include <lsports/process.h>
#include <lsports/socket.h>

enum lsp_program_is {
	LSP_PROGRAM_STRICT = 1 << 0, /* whoever else is on its own ports is a surprise */
	LSP_PROGRAM_FIXED = 1 << 1,  /* it is a surprise on any other port */
	LSP_PROGRAM_LENDS = 1 << 2,  /* on the loopback interface it opens ports for others: tunnels */
	LSP_PROGRAM_VARIES = 1 << 3, /* what it serves elsewhere cannot be told by its own ports: with TLS, or without */
};

/* Programs that serve the same. Ports: 0 ends them. */
struct lsp_program {
	const char *service; /* the registry's name of it */
	uint16_t own[4];     /* known as its own; the first one before all */
	uint16_t also[10];   /* where it is found too */
	uint8_t protos;      /* LSP_PROTO_BIT */
	uint8_t is;          /* enum lsp_program_is */
	const char *names;   /* file names, blanks between them */
};

/* What a process is by its name, wherever it listens. */
struct lsp_program_nature {
	const struct lsp_program *program; /* NULL: not known, or the name tells nothing alone (java) */
	bool passes_on; /* what others serve, so that its name says nothing of a port: proxies, container engines, inetd */
	bool is_one_of_two; /* of a pair: one process for each family of the same published port */
	bool needs_root; /* cannot do its work without, on whatever port */
};
struct lsp_program_nature lsp_program_nature_of(const struct lsp_process *process);

/* What is customary at a port. NULL: the table does not know. */
const struct lsp_program *lsp_program_at(enum lsp_proto proto, uint16_t port);

/* The port is one of its own; one where it is found at all. */
bool lsp_program_owns(const struct lsp_program *program, uint16_t port);
bool lsp_program_fits(const struct lsp_program *program, enum lsp_proto proto, uint16_t port);

/* The process is one of these programs, by what it is called or by its program's file name. */
bool lsp_program_is(const struct lsp_program *program, const struct lsp_process *process);

#endif
