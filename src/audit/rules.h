/*
 * rules.h - the rules' own side of the room: what is prepared for them, and how they report.
 */
#ifndef LSP_AUDIT_RULES_H
#define LSP_AUDIT_RULES_H

#include <lsports/language.h>
#include <lsports/security.h>

#include "core/scope.h"
#include "finding.h"
#include "programs.h"

/* A port that somebody serves: a listener, or bound UDP outside of the range that clients get theirs from. */
struct lsp_open_port {
	const struct lsp_row *row;
	const struct lsp_socket *socket;
	const struct lsp_process *process; /* the first of its holders; NULL: none that is known */
	const struct lsp_program *program; /* what one of them is by its name; NULL: none is known */
	bool passes_on;                    /* one of them passes on what others serve */
	bool is_one_of_two;                /* and that for one family, beside another process for the other */
	struct lsp_security_note note;     /* of the program's service when it is known, else of the port */
	bool has_note;
	bool is_sure; /* the note fits the program too: it is known for it, or passes on what is customary at the port, or is
		       * the kernel itself */
	enum lsp_scope scope;
};

struct lsp_audit {
	const struct lsp_audit_case *facts;
	struct lsp_open_port *ports; /* in the order of the rows: equal port and protocol stand together */
	size_t port_count;
	struct lsp_program_nature *natures; /* one for each process of the snapshot */
	struct lsp_findings *findings;
};

/* Adds the findings of one rule. Several rules may share a function. */
typedef void lsp_rule_look(struct lsp_audit *audit, enum lsp_rule rule);

/* exposed.c */
lsp_rule_look lsp_look_exposed, lsp_look_malware_habit;
/* process_rules.c */
lsp_rule_look lsp_look_wrong_process, lsp_look_wrong_answer, lsp_look_odd_port, lsp_look_root_listener,
	lsp_look_deleted_program, lsp_look_writable_program;
/* pair_rules.c */
lsp_rule_look lsp_look_v6_twin, lsp_look_two_answers, lsp_look_shared_port;
/* queue_rules.c */
lsp_rule_look lsp_look_accept_queue_full, lsp_look_accept_overflow, lsp_look_close_wait, lsp_look_time_wait;
lsp_rule_look lsp_look_ephemeral_listener;

void lsp_rule_run(struct lsp_audit *audit, enum lsp_rule rule);

/* A new finding; the pointer is good until the next one. row may be NULL. */
struct lsp_finding *lsp_finding_add(struct lsp_audit *audit, enum lsp_rule rule, enum lsp_severity severity,
				    const struct lsp_row *row);

/* Its evidence: the sentence, already translated; and what programs read of it. */
void lsp_finding_say(struct lsp_finding *finding, const char *format, ...) LSP_FORMAT(2, 3);
void lsp_finding_text(struct lsp_finding *finding, const char *key, const char *text);
void lsp_finding_addr(struct lsp_finding *finding, const char *key, const struct lsp_addr *addr);
void lsp_finding_number(struct lsp_finding *finding, const char *key, uint64_t number);

/* The holders' processes one after another; start with *at 0. Each of them once, those that are not known left out.
 * NULL: no more. */
const struct lsp_process *lsp_row_process(const struct lsp_snapshot *snapshot, const struct lsp_row *row, uint32_t *at);

/* "node (pid 3233)", "a process that cannot be seen" */
#define LSP_WHO_MAX 300
const char *lsp_who(const struct lsp_snapshot *snapshot, const struct lsp_row *row, char ret_text[LSP_WHO_MAX]);

const struct lsp_program_nature *lsp_audit_nature(const struct lsp_audit *audit, const struct lsp_process *process);

/* Whether the system gives this port to outgoing connections. False when it does not tell. */
bool lsp_audit_is_ephemeral(const struct lsp_rules *rules, uint16_t port);

#endif
