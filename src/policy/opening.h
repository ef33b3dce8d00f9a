/*
 * opening.h - what is open now, in the form of rules: who listens or takes datagrams at an address and port. Sockets that
 * differ in nothing that a rule may say are one opening; pids are no part of it.
 */
#ifndef LSP_POLICY_OPENING_H
#define LSP_POLICY_OPENING_H

#include "core/join.h"
#include "policy.h"

struct lsp_opening {
	struct lsp_policy_rule is; /* exact: no "*" in it; limit: the widest scope of its families, for a wildcard alone */
	uint8_t scope[2];   /* enum lsp_scope by IPv4, by IPv6 */
	uint8_t unseen;	    /* bits of enum lsp_policy_key: there may be one, and we could not see it */
	uint8_t owner;	    /* enum lsp_owner */
	bool is_asked;	    /* one of its sockets is what the selection is about */
	uint32_t socket_count;
	uint16_t span_low, span_high; /* as which ports it is written: the system may give another one next time; 0: its own */
	const struct lsp_process *process; /* the one that owns it; NULL: none that we could see */
};

/* What stands for the program of a port that the kernel itself has open (NFS, WireGuard). */
#define LSP_POLICY_KERNEL "(kernel)"

/* Of the rows of a snapshot that has links, names of users and devices, and of each process exe, start and kin. Only what
 * is open counts: LISTEN, unconnected UDP. Of several processes the one that began first owns the socket; the user is the
 * socket's own, where sockets have one. A :: of which it is not known whether it takes IPv4 counts for both families.
 * A unit whose name is made up at each start (.scope) is none; " (deleted)" is no part of a path (proc(5)).
 * In the order of lsp_policy_rule_cmp. The texts point into the snapshot and *ret_texts; free both arrays. Returns how many. */
size_t lsp_openings_of(const struct lsp_snapshot *snapshot, const struct lsp_row *rows, size_t count,
		       const struct lsp_select *select, struct lsp_opening **ret_openings, char **ret_texts);

/* As the rule that stands for these of its families, with its scope as the limit where the address is a wildcard. */
struct lsp_policy_rule lsp_opening_rule(const struct lsp_opening *opening, unsigned families);

/* The widest scope by these families; NONE when one of them is not known. */
enum lsp_scope lsp_opening_scope(const struct lsp_opening *opening, unsigned families);

#endif
