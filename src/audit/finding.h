/*
 * finding.h - what an audit finds: a rule that holds, how bad it is, where, and by what evidence.
 *
 * The room is pure: it judges a frozen snapshot and a few facts beside it, and asks nobody. It knows no firewall: "open to"
 * means what the socket lets in.
 */
#ifndef LSP_AUDIT_FINDING_H
#define LSP_AUDIT_FINDING_H

#include <lsports/backend.h>

#include "core/join.h"
#include "probe/probe.h"

/* info: worth knowing. warning: should be put right. critical: an open door, a likely intruder, or clients that are being
 * lost. The words of lsp_severity_name are stable. */
enum lsp_severity { LSP_SEVERITY_INFO = 0, LSP_SEVERITY_WARNING, LSP_SEVERITY_CRITICAL, LSP_SEVERITY_COUNT };

/* "info", "warning", "critical", and back. False when it is none of them. */
const char *lsp_severity_name(enum lsp_severity severity);
bool lsp_severity_read(const char *word, enum lsp_severity *ret_severity);

enum lsp_rule {
	LSP_RULE_EXPOSED_NO_LOGIN = 0,
	LSP_RULE_EXPOSED_DATABASE,
	LSP_RULE_EXPOSED_CONTROL,
	LSP_RULE_EXPOSED_PLAINTEXT,
	LSP_RULE_EXPOSED_SERVICE,
	LSP_RULE_MALWARE_HABIT,
	LSP_RULE_WRONG_PROCESS,
	LSP_RULE_WRONG_ANSWER,
	LSP_RULE_ODD_PORT,
	LSP_RULE_ROOT_LISTENER,
	LSP_RULE_DELETED_PROGRAM,
	LSP_RULE_WRITABLE_PROGRAM,
	LSP_RULE_EPHEMERAL_LISTENER,
	LSP_RULE_ACCEPT_QUEUE_FULL,
	LSP_RULE_ACCEPT_OVERFLOW,
	LSP_RULE_V6_TWIN,
	LSP_RULE_TWO_ANSWERS,
	LSP_RULE_SHARED_PORT,
	LSP_RULE_CLOSE_WAIT,
	LSP_RULE_TIME_WAIT,
	LSP_RULE_COUNT,
};

/* "exposed-database", …: stable, JSON has them. What it says of a port; NULL where the port's security note says it. */
const char *lsp_rule_name(enum lsp_rule rule);
const char *lsp_rule_why(enum lsp_rule rule);
const char *lsp_rule_advice(enum lsp_rule rule, enum lsp_dialect dialect);

/* One piece of evidence: a text, else an address, else a number. Keys are stable. */
struct lsp_fact {
	const char *key;
	const char *text;            /* static, or the snapshot's; NULL: none */
	const struct lsp_addr *addr; /* the snapshot's; NULL: none */
	uint64_t number;
};
#define LSP_FACTS_MAX 5

struct lsp_finding {
	enum lsp_rule rule;
	enum lsp_severity severity;
	size_t group;             /* those of one rule with the same number have the same why and advice */
	const char *why, *advice; /* of the rule or of the port's security note; English, to be translated; static */
	const struct lsp_row
		*rows[2]; /* the sockets that it is about: first the one to act on; NULL: it is of no socket */
	uint32_t pid;     /* the process that it is about, where it is not that of the socket; 0: none */
	struct lsp_fact facts[LSP_FACTS_MAX];
	size_t fact_count;
	char *sentence; /* the evidence for a person, in his language; bytes of processes may be in it; owned */
};

/* A listener that was asked what it speaks. */
struct lsp_asked_port {
	const struct lsp_row *row;
	const struct lsp_probe *probe;
};

/* What is judged. */
struct lsp_audit_case {
	const struct lsp_snapshot *snapshot; /* frozen; its links known, or LSP_NOTE_NO_LINKS */
	const struct lsp_row *rows;          /* in the order of lsp_order_by_port */
	size_t row_count;
	enum lsp_dialect dialect;
	const struct lsp_rules *rules;
	struct lsp_tcp_counters before, after; /* of two looks */
	uint64_t between_ms;                   /* that lie so far apart */
	const struct lsp_asked_port *asked;
	size_t asked_count;
};

struct lsp_findings {
	struct lsp_finding *list; /* worst first, then in the order of the rules and of the rows */
	size_t count, capacity;
	size_t by_severity[LSP_SEVERITY_COUNT];
};

/* TIME_WAIT need be looked at only when so many of them are there, CLOSE_WAIT likewise among the connections. */
size_t lsp_audit_time_wait_least(const struct lsp_rules *rules);
size_t lsp_audit_close_wait_least(void);

/* A listener whose queue of connections is full: worth a second look whether they overflow. */
bool lsp_audit_queue_is_full(const struct lsp_socket *socket);

/* The findings point into the case's snapshot and rows, which must outlive them; free them with lsp_findings_clear. */
void lsp_audit_judge(const struct lsp_audit_case *audit_case, struct lsp_findings *ret_findings);
void lsp_findings_clear(struct lsp_findings *findings);

#endif
