/*
 * policy.h - what may be open, as text that people review and edit: rules, one a line.
 *
 *   lsports-policy 1
 *   tcp  *:22            scope=private exe=/usr/sbin/sshd user=root unit=ssh.service  # ssh
 *   udp  loopback:*      user=*
 *
 * PROTO is tcp, udp or *. WHERE:PORT is an address ([…] around IPv6), *: the wildcard address of either family, or a scope
 * word: any address that is reachable from no farther; with %DEVICE behind it where the socket is bound to one. The port
 * is a number, a range or *. What a rule does not say, it does not ask. "*" in a name stands for any run of bytes.
 * A word may hold "…", in which blanks and # are its own; \n \t \r \\ \" \* \xNN \uNNNN are bytes.
 * No file is opened here: text is bytes that somebody read.
 */
#ifndef LSP_POLICY_H
#define LSP_POLICY_H

#include "core/filter.h"
#include "core/scope.h"
#include "view/sink.h"

#define LSP_POLICY_VERSION 1
#define LSP_POLICY_BYTES_MAX (16 * 1024 * 1024)
#define LSP_POLICY_RULES_MAX 65536
#define LSP_POLICY_LINE_MAX (64 * 1024) /* three paths of 4096 bytes, each byte written as \xNN */
#define LSP_POLICY_FAULT_MAX 320

/* What a rule may say of the owner. */
enum lsp_policy_key { LSP_POLICY_EXE = 0, LSP_POLICY_USER, LSP_POLICY_UNIT, LSP_POLICY_KEY_COUNT };

/* "exe", "user", "unit" */
const char *lsp_policy_key_name(enum lsp_policy_key key);

/* A NUL stands for "*": no name holds one. bytes NULL: not said. */
struct lsp_pattern {
	const char *bytes;
	size_t len;
};

struct lsp_policy_rule {
	struct lsp_addr addr; /* with LSP_AT_ADDRESS; never v4-mapped, and without a scope: the device says it */
	struct lsp_pattern device;
	struct lsp_pattern owner[LSP_POLICY_KEY_COUNT];
	unsigned protos;    /* LSP_PROTO_BIT */
	uint32_t line;	    /* from 1 */
	uint16_t low, high; /* ports, both included */
	uint8_t where;	    /* enum lsp_where; LSP_AT_WILDCARD has families, LSP_ANYWHERE has a limit */
	uint8_t families;   /* LSP_FAMILY_BIT: those that where may mean */
	uint8_t limit;	    /* enum lsp_scope: reachable from no farther; NONE: not said */
};

struct lsp_policy {
	struct lsp_policy_rule *rules;
	size_t rule_count;
	uint32_t head_line; /* where "lsports-policy 1" stands */
	char *bytes; /* what the patterns point into */
};

/* False: ret_fault is one line that names the line, the word as typed, and what would be right. */
bool lsp_policy_parse(const char *text, size_t len, struct lsp_policy *ret_policy, char ret_fault[LSP_POLICY_FAULT_MAX]);

void lsp_policy_clear(struct lsp_policy *policy);

/* The comment that says how to use it, and the line that every policy begins with. */
void lsp_policy_write_head(struct lsp_sink *sink);

/* A rule as a line without its end; its parts may be read back from it. */
void lsp_policy_rule_write(struct lsp_sink *sink, const struct lsp_policy_rule *rule);

/* "*:22", "127.0.0.1%eth0:22", "loopback:*" */
void lsp_policy_rule_write_place(struct lsp_sink *sink, const struct lsp_policy_rule *rule);

/* A name, so that it may be read back. */
void lsp_pattern_write(struct lsp_sink *sink, const struct lsp_pattern *pattern);

/* True when the name is one of those that the pattern stands for; text may be NULL: only "*" stands for that. A path of
 * Windows (drive, colon, backslash) has no case, as far as its letters are ASCII. */
bool lsp_pattern_matches(const struct lsp_pattern *pattern, const struct lsp_pattern *text);

/* By port, protocol, address, device, owner: the order of a written policy. families and limit do not count. */
int lsp_policy_rule_cmp(const struct lsp_policy_rule *a, const struct lsp_policy_rule *b);

/* Whether the selection is about what this rule speaks of; they need only overlap. */
bool lsp_policy_rule_is_asked(const struct lsp_policy_rule *rule, const struct lsp_select *select);

#endif
