/*
 * process_rules.c - who holds a port: not the one who should, with more rights than he needs, or from a strange place.
 */
#include "rules.h"

#include <string.h>

#include <lsports/language.h>

#include "programs.h"

enum { NEEDS_NO_RIGHTS = 1024 }; /* from here on, where ip_unprivileged_port_start was not changed: ip-sysctl.rst */

static const char *name_of(const struct lsp_process *process)
{
	return process->name != NULL ? process->name : "?";
}

/* sshd on the loopback interface is the mouth of a tunnel (ssh -R, X11), not a server of logins. */
static bool is_tunnel(const struct lsp_open_port *port)
{
	return port->program != NULL && (port->program->is & LSP_PROGRAM_LENDS) != 0 &&
	       port->scope == LSP_SCOPE_LOOPBACK;
}

void lsp_look_wrong_process(struct lsp_audit *audit, enum lsp_rule rule)
{
	size_t i;

	for (i = 0; i < audit->port_count; i++) {
		const struct lsp_open_port *port = &audit->ports[i];
		const struct lsp_program *customary =
			lsp_program_at((enum lsp_proto)port->socket->proto, port->socket->local_port);
		/* at the ports of the others only one that is known to be something else is a surprise */
		bool is_other = port->program != NULL && (port->program->is & LSP_PROGRAM_FIXED) != 0;
		struct lsp_finding *finding;

		if (customary == NULL || port->program == customary || port->process == NULL || port->passes_on ||
		    is_tunnel(port))
			continue;
		if (!lsp_program_owns(customary, port->socket->local_port) ||
		    ((customary->is & LSP_PROGRAM_STRICT) == 0 && !is_other))
			continue;
		finding = lsp_finding_add(audit, rule, LSP_SEVERITY_WARNING, port->row);
		if (port->program != NULL)
			lsp_finding_say(finding, _("%s is customary here; %s serves %s"), customary->service,
					name_of(port->process), port->program->service);
		else
			lsp_finding_say(finding, _("%s is customary here; %s is none of its known programs"),
					customary->service, name_of(port->process));
		lsp_finding_text(finding, "customary", customary->service);
		lsp_finding_text(finding, "program", port->process->name);
		if (port->program != NULL)
			lsp_finding_text(finding, "serves", port->program->service);
	}
}

/* What was heard is what the program is known for: then only the port is an odd one. */
static bool speaks_its_own(const struct lsp_open_port *port, enum lsp_speech speech)
{
	struct lsp_service own;

	return port->program != NULL && lsp_service_at(LSP_TCP, port->program->own[0], &own) &&
	       lsp_speech_fit(speech, &own) == LSP_FIT_YES;
}

/* By what it said when it was asked, whatever the process is called. Each that was asked is an open port, in their order. */
void lsp_look_wrong_answer(struct lsp_audit *audit, enum lsp_rule rule)
{
	const struct lsp_open_port *port = audit->ports;
	size_t i;

	for (i = 0; i < audit->facts->asked_count; i++) {
		const struct lsp_asked_port *asked = &audit->facts->asked[i];
		const struct lsp_socket *socket = asked->row->socket;
		enum lsp_speech speech = asked->probe->heard.speech;
		struct lsp_finding *finding;
		struct lsp_service service;

		if (!lsp_service_at((enum lsp_proto)socket->proto, socket->local_port, &service) ||
		    lsp_speech_fit(speech, &service) != LSP_FIT_NO)
			continue;
		while (port->row != asked->row)
			port++;
		finding = lsp_finding_add(audit, rule,
					  speaks_its_own(port, speech) ? LSP_SEVERITY_INFO : LSP_SEVERITY_WARNING,
					  asked->row);
		lsp_finding_say(finding, _("%s is customary here; what answers speaks %s"), service.name,
				lsp_speech_name(speech));
		lsp_finding_text(finding, "customary", service.name);
		lsp_finding_text(finding, "speaks", lsp_speech_name(speech));
	}
}

void lsp_look_odd_port(struct lsp_audit *audit, enum lsp_rule rule)
{
	size_t i;

	for (i = 0; i < audit->port_count; i++) {
		const struct lsp_open_port *port = &audit->ports[i];
		const struct lsp_program *program = port->program;
		enum lsp_proto proto = (enum lsp_proto)port->socket->proto;
		const struct lsp_program *customary = lsp_program_at(proto, port->socket->local_port);
		struct lsp_finding *finding;

		if (program == NULL || (program->is & LSP_PROGRAM_FIXED) == 0 ||
		    (program->protos & LSP_PROTO_BIT(proto)) == 0 || is_tunnel(port) ||
		    lsp_program_fits(program, proto, port->socket->local_port))
			continue;
		if (customary != NULL && lsp_program_owns(customary, port->socket->local_port))
			continue; /* that of another: wrong-process says it */
		finding = lsp_finding_add(audit, rule, LSP_SEVERITY_INFO, port->row);
		lsp_finding_say(finding, _("%s usually is on port %u"), program->service, program->own[0]);
		lsp_finding_text(finding, "serves", program->service);
		lsp_finding_number(finding, "usual_port", program->own[0]);
	}
}

/* All who hold it are root, and none of them is known to need that. */
static bool is_needlessly_root(const struct lsp_audit *audit, const struct lsp_row *row)
{
	const struct lsp_process *process;
	uint32_t at = 0, count = 0;

	while ((process = lsp_row_process(audit->facts->snapshot, row, &at)) != NULL) {
		if ((process->has & LSP_PROCESS_HAS_UID) == 0 || process->uid != 0 ||
		    lsp_audit_nature(audit, process)->needs_root)
			return false;
		count++;
	}
	return count > 0;
}

void lsp_look_root_listener(struct lsp_audit *audit, enum lsp_rule rule)
{
	size_t i;

	for (i = 0; i < audit->port_count; i++) {
		const struct lsp_open_port *port = &audit->ports[i];
		bool is_local = port->scope == LSP_SCOPE_LOOPBACK;
		struct lsp_finding *finding;

		if (port->socket->local_port < NEEDS_NO_RIGHTS || !is_needlessly_root(audit, port->row))
			continue;
		finding = lsp_finding_add(audit, rule, is_local ? LSP_SEVERITY_INFO : LSP_SEVERITY_WARNING, port->row);
		lsp_finding_say(finding, is_local ? _("root serves this machine") : _("root serves others"));
		lsp_finding_text(finding, "scope", lsp_scope_name(port->scope));
	}
}

/* Finds a holder with this bit; the first of several. */
static const struct lsp_process *holder_that_is(const struct lsp_audit *audit, const struct lsp_row *row, uint32_t bit)
{
	const struct lsp_process *process;
	uint32_t at = 0;

	while ((process = lsp_row_process(audit->facts->snapshot, row, &at)) != NULL) {
		if ((process->has & bit) != 0)
			return process;
	}
	return NULL;
}

static bool begins_with(const char *text, const char *begin)
{
	return text != NULL && strncmp(text, begin, strlen(begin)) == 0;
}

/* memfd_create(2): a program that never was a file has this path. */
void lsp_look_deleted_program(struct lsp_audit *audit, enum lsp_rule rule)
{
	size_t i;

	for (i = 0; i < audit->port_count; i++) {
		const struct lsp_row *row = audit->ports[i].row;
		const struct lsp_process *process = holder_that_is(audit, row, LSP_PROCESS_EXE_DELETED);
		bool was_never = process != NULL && begins_with(process->exe, "/memfd:");
		struct lsp_finding *finding;

		if (process == NULL)
			continue;
		finding = lsp_finding_add(audit, rule, was_never ? LSP_SEVERITY_CRITICAL : LSP_SEVERITY_WARNING, row);
		if (was_never)
			lsp_finding_say(finding, _("it never was a file: it was started from memory (%s)"),
					process->exe);
		else
			lsp_finding_say(finding, "%s", process->exe != NULL ? process->exe : "?");
		finding->pid = process->pid;
		lsp_finding_text(finding, "exe", process->exe);
	}
}

/* Folders that everybody may write to by tradition; others are known by their mode. */
static bool is_in_temporary_folder(const struct lsp_process *process)
{
	static const char *const folders[] = {"/tmp/",     "/var/tmp/",    "/dev/shm/",
					      "/run/shm/", "/dev/mqueue/", "/run/lock/"};
	size_t i;

	for (i = 0; i < sizeof folders / sizeof *folders; i++) {
		if (begins_with(process->exe, folders[i]))
			return true;
	}
	return false;
}

void lsp_look_writable_program(struct lsp_audit *audit, enum lsp_rule rule)
{
	size_t i;

	for (i = 0; i < audit->port_count; i++) {
		const struct lsp_open_port *port = &audit->ports[i];
		const struct lsp_process *process;
		struct lsp_finding *finding;
		uint32_t at = 0;

		while ((process = lsp_row_process(audit->facts->snapshot, port->row, &at)) != NULL) {
			if ((process->has & LSP_PROCESS_EXE_OPEN) != 0 ||
			    ((process->has & LSP_PROCESS_EXE_READ_ONLY) == 0 && is_in_temporary_folder(process)))
				break;
		}
		if (process == NULL)
			continue;
		finding = lsp_finding_add(audit, rule, LSP_SEVERITY_WARNING, port->row);
		lsp_finding_say(finding, "%s", process->exe);
		finding->pid = process->pid;
		lsp_finding_text(finding, "exe", process->exe);
	}
}
