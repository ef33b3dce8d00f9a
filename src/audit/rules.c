/*
 * rules.c - the one table of rules: the word that programs read, what a person is told, and who looks.
 *
 * Why and what to do are said once for all findings of a rule; the evidence is in each finding. Rules about exposed services
 * have no sentences here: the security note of the port has better ones.
 */
#include "rules.h"

#include <string.h>

#include <lsports/language.h>

static const struct rule {
	const char *word;
	lsp_rule_look *look;
	const char *why, *advice;
	const char *on_windows; /* advice there, where it is another */
} rules[] = {
	[LSP_RULE_EXPOSED_NO_LOGIN] = {"exposed-no-login", lsp_look_exposed, NULL, NULL},
	[LSP_RULE_EXPOSED_DATABASE] = {"exposed-database", lsp_look_exposed, NULL, NULL},
	[LSP_RULE_EXPOSED_CONTROL] = {"exposed-control", lsp_look_exposed, NULL, NULL},
	[LSP_RULE_EXPOSED_PLAINTEXT] = {"exposed-plaintext", lsp_look_exposed, NULL, NULL},
	[LSP_RULE_EXPOSED_SERVICE] = {"exposed-service", lsp_look_exposed, NULL, NULL},
	[LSP_RULE_MALWARE_HABIT] = {"malware-habit", lsp_look_malware_habit, NULL, NULL},
	[LSP_RULE_WRONG_PROCESS] =
		{"wrong-process", lsp_look_wrong_process,
		 N_("Another program than the customary one is on a well-known port: a mistake, a stand-in, or "
		    "somebody who waits for the passwords meant for the real one."),
		 N_("Look what the program is (lsports --pid PORT -W); if it is meant to be there, give it a port of "
		    "its own.")},
	[LSP_RULE_WRONG_ANSWER] =
		{"wrong-answer", lsp_look_wrong_answer,
		 N_("What answers on the port is not what its number promises: a mistake, or something that hides "
		    "behind a harmless number."),
		 N_("Look what the program is (lsports --pid PORT -W); if it is meant to be there, give it a port of "
		    "its own.")},
	[LSP_RULE_ODD_PORT] =
		{"odd-port", lsp_look_odd_port,
		 N_("A standard service on a non-standard port: often on purpose, but firewall rules and checks that "
		    "go by the number miss it, and scanners do not."),
		 N_("Make sure that it is meant, and that the rules for its usual port hold for this one too.")},
	[LSP_RULE_ROOT_LISTENER] =
		{"root-listener", lsp_look_root_listener,
		 N_("It runs as root though its port needs no rights: whoever breaks into it owns the machine."),
		 N_("Run it as a user of its own (systemd: User= or DynamicUser=yes).")},
	[LSP_RULE_DELETED_PROGRAM] =
		{"deleted-program", lsp_look_deleted_program,
		 N_("The program's file does not exist any more: after an update the old one still runs, holes "
		    "included; intruders delete theirs to hide it."),
		 N_("Restart the service; if nothing was updated or rebuilt, look at the process before you end it "
		    "(/proc/PID/exe still has the program).")},
	[LSP_RULE_WRITABLE_PROGRAM] =
		{"writable-program", lsp_look_writable_program,
		 N_("The program lies where every user may write: a place for things that were dropped by somebody, "
		    "and for exchanging them."),
		 N_("Find out who put it there; install what is meant to stay in a folder that only root can write "
		    "to.")},
	[LSP_RULE_EPHEMERAL_LISTENER] =
		{"ephemeral-listener", lsp_look_ephemeral_listener,
		 N_("The port is one that the system gives to outgoing connections: one of them may have it when the "
		    "service starts, which then fails."),
		 N_("If the port is meant to be fixed, choose one outside of the range, or reserve it: sysctl "
		    "net.ipv4.ip_local_reserved_ports."),
		 N_("If the port is meant to be fixed, choose one outside of the range, or reserve it: netsh interface "
		    "ipv4 add excludedportrange.")},
	[LSP_RULE_ACCEPT_QUEUE_FULL] =
		{"accept-queue-full", lsp_look_accept_queue_full,
		 N_("Connections wait to be accepted and there is no room for more: new clients are kept waiting or "
		    "turned away."),
		 N_("See why the program does not accept (blocked, too few workers); else raise its backlog and "
		    "net.core.somaxconn.")},
	[LSP_RULE_ACCEPT_OVERFLOW] =
		{"accept-overflow", lsp_look_accept_overflow,
		 N_("Connections are being turned away at this moment, because a listener does not accept them fast "
		    "enough."),
		 N_("See which listener is full (column queue); give it more workers, then a longer backlog and "
		    "net.core.somaxconn.")},
	[LSP_RULE_V6_TWIN] =
		{"v6-twin", lsp_look_v6_twin,
		 N_("Over IPv4 only this machine reaches the service, over IPv6 others do: the second address was "
		    "forgotten."),
		 N_("Bind its IPv6 side to ::1, or turn it off; or open IPv4 too, if everybody is meant to come in.")},
	[LSP_RULE_TWO_ANSWERS] =
		{"two-answers", lsp_look_two_answers,
		 N_("Which process answers depends on the address that is called: tests on the machine say nothing "
		    "about what others see."),
		 N_("End the one that is not meant, or give it a port of its own.")},
	[LSP_RULE_SHARED_PORT] =
		{"shared-port", lsp_look_shared_port,
		 N_("Processes of different users share one address and port (SO_REUSEPORT, or SO_REUSEADDR with "
		    "UDP): each gets a part of what is meant for the other."),
		 N_("Let one user serve the port; end the other one if you do not know it.")},
	[LSP_RULE_CLOSE_WAIT] =
		{"close-wait", lsp_look_close_wait,
		 N_("Its peers have closed these connections and the program has not (CLOSE_WAIT): it forgets to, and "
		    "will run out of descriptors."),
		 N_("Have the program close a connection when it reads its end; until then restart it before its "
		    "limit (ulimit -n)."),
		 N_("Have the program close a connection when it reads its end; until then restart it now and then.")},
	[LSP_RULE_TIME_WAIT] =
		{"time-wait", lsp_look_time_wait,
		 N_("Nearly all local ports are used up towards one destination, most by connections that are over "
		    "(TIME_WAIT): new ones will fail."),
		 N_("Keep connections open and use them again; else widen net.ipv4.ip_local_port_range or set "
		    "net.ipv4.tcp_tw_reuse=1."),
		 N_("Keep connections open and use them again; else widen the range: netsh interface ipv4 set "
		    "dynamicport tcp.")},
};

_Static_assert(sizeof rules / sizeof *rules == LSP_RULE_COUNT, "each rule has a row");

static const char *const severities[] = {
	[LSP_SEVERITY_INFO] = N_("info"), [LSP_SEVERITY_WARNING] = N_("warning"), [LSP_SEVERITY_CRITICAL] = N_("critical")};

const char *lsp_severity_name(enum lsp_severity severity)
{
	return severities[severity];
}

bool lsp_severity_read(const char *word, enum lsp_severity *ret_severity)
{
	int i;

	for (i = 0; i < LSP_SEVERITY_COUNT; i++) {
		if (strcmp(word, severities[i]) != 0)
			continue;
		*ret_severity = (enum lsp_severity)i;
		return true;
	}
	return false;
}

const char *lsp_rule_name(enum lsp_rule rule)
{
	return rules[rule].word;
}

const char *lsp_rule_why(enum lsp_rule rule)
{
	return rules[rule].why;
}

const char *lsp_rule_advice(enum lsp_rule rule, enum lsp_dialect dialect)
{
	bool is_other = dialect == LSP_DIALECT_WINDOWS && rules[rule].on_windows != NULL;

	return is_other ? rules[rule].on_windows : rules[rule].advice;
}

void lsp_rule_run(struct lsp_audit *audit, enum lsp_rule rule)
{
	rules[rule].look(audit, rule);
}
