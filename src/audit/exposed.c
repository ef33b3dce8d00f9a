/*
 * exposed.c - services that reach further than they should, by the security notes: how bad it is follows from what is at
 * stake and from who can get there.
 */
#include "rules.h"

#include <lsports/language.h>

#define KIND(name) LSP_KIND_BIT(LSP_KIND_##name)

enum { NOTHING = -1 };

/* The first row whose kinds a note has all decides. near: neighbours and private networks; far: everybody. */
static const struct exposure {
	enum lsp_rule rule;
	uint32_t kinds;
	int near, far; /* enum lsp_severity, or NOTHING */
} exposures[] = {
	{LSP_RULE_EXPOSED_CONTROL, KIND(REMOTE_CONTROL) | KIND(NO_LOGIN), LSP_SEVERITY_WARNING, LSP_SEVERITY_CRITICAL},
	{LSP_RULE_EXPOSED_CONTROL, KIND(REMOTE_CONTROL) | KIND(PLAINTEXT), LSP_SEVERITY_WARNING, LSP_SEVERITY_CRITICAL},
	{LSP_RULE_EXPOSED_CONTROL, KIND(INDUSTRIAL), LSP_SEVERITY_WARNING, LSP_SEVERITY_CRITICAL},
	{LSP_RULE_EXPOSED_DATABASE, KIND(DATABASE), LSP_SEVERITY_WARNING, LSP_SEVERITY_CRITICAL},
	/* metrics: meant for the inside */
	{LSP_RULE_EXPOSED_NO_LOGIN, KIND(NO_LOGIN) | KIND(DISCOVERY), LSP_SEVERITY_INFO, LSP_SEVERITY_WARNING},
	{LSP_RULE_EXPOSED_NO_LOGIN, KIND(NO_LOGIN), LSP_SEVERITY_WARNING, LSP_SEVERITY_CRITICAL},
	{LSP_RULE_EXPOSED_SERVICE, KIND(FILE_SHARE), LSP_SEVERITY_INFO, LSP_SEVERITY_CRITICAL},
	/* it answers that the page is to be had encrypted, and is meant to be reached */
	{LSP_RULE_EXPOSED_PLAINTEXT, KIND(PLAINTEXT) | KIND(WEB), LSP_SEVERITY_INFO, LSP_SEVERITY_INFO},
	{LSP_RULE_EXPOSED_PLAINTEXT, KIND(PLAINTEXT), LSP_SEVERITY_INFO, LSP_SEVERITY_WARNING},
	{LSP_RULE_EXPOSED_CONTROL, KIND(REMOTE_CONTROL) | KIND(MANAGEMENT), LSP_SEVERITY_INFO, LSP_SEVERITY_WARNING},
	/* a login and encryption are in front of it */
	{LSP_RULE_EXPOSED_CONTROL, KIND(REMOTE_CONTROL), LSP_SEVERITY_INFO, LSP_SEVERITY_WARNING},
	{LSP_RULE_EXPOSED_SERVICE, KIND(MANAGEMENT), LSP_SEVERITY_INFO, LSP_SEVERITY_WARNING},
	{LSP_RULE_EXPOSED_SERVICE, KIND(AMPLIFICATION), LSP_SEVERITY_INFO, LSP_SEVERITY_WARNING},
	{LSP_RULE_EXPOSED_SERVICE, KIND(DEVELOPMENT), LSP_SEVERITY_INFO, LSP_SEVERITY_WARNING},
	{LSP_RULE_EXPOSED_SERVICE, KIND(DIRECTORY), LSP_SEVERITY_INFO, LSP_SEVERITY_WARNING},
	{LSP_RULE_EXPOSED_SERVICE, KIND(LEGACY), LSP_SEVERITY_INFO, LSP_SEVERITY_WARNING},
	{LSP_RULE_EXPOSED_SERVICE, KIND(PROXY), LSP_SEVERITY_INFO, LSP_SEVERITY_WARNING},
	{LSP_RULE_EXPOSED_SERVICE, KIND(PRINTER), NOTHING, LSP_SEVERITY_WARNING},
	{LSP_RULE_EXPOSED_SERVICE, KIND(IOT), NOTHING, LSP_SEVERITY_WARNING},
	{LSP_RULE_EXPOSED_SERVICE, KIND(ROUTING), NOTHING, LSP_SEVERITY_WARNING},
	{LSP_RULE_EXPOSED_SERVICE, KIND(DISCOVERY), NOTHING, LSP_SEVERITY_INFO},
	/* the others (web, mail, game, media, messaging, telephony, vpn, finance) are meant to be reached, or none of our affair */
};

static const struct exposure *exposure_of(uint32_t kinds)
{
	size_t i;

	for (i = 0; i < sizeof exposures / sizeof *exposures; i++) {
		if ((kinds & exposures[i].kinds) == exposures[i].kinds)
			return &exposures[i];
	}
	return NULL;
}

/* In which words the scope is told. An unknown one counts as near: it is not bound to the loopback interface. */
static const char *scope_text(enum lsp_scope scope)
{
	static const char *const texts[] = {
		[LSP_SCOPE_NONE] = N_("open beyond this machine; how far is not known"),
		[LSP_SCOPE_LOOPBACK] = N_("open to this machine alone"),
		[LSP_SCOPE_LINK] = N_("open to neighbours on the same link"),
		[LSP_SCOPE_PRIVATE] = N_("open to private networks"),
		[LSP_SCOPE_PUBLIC] = N_("open to the internet"),
	};

	return _(texts[scope]);
}

static void add(struct lsp_audit *audit, enum lsp_rule rule, enum lsp_severity severity,
		const struct lsp_open_port *port)
{
	struct lsp_finding *finding = lsp_finding_add(audit, rule, severity, port->row);

	finding->why = port->note.why;
	finding->advice = port->note.advice;
	if (port->is_sure)
		lsp_finding_say(finding, "%s", scope_text(port->scope));
	else if (port->passes_on)
		lsp_finding_say(finding, _("%s; by its port, what is behind it cannot be seen"), scope_text(port->scope));
	else if (port->process == NULL)
		lsp_finding_say(finding, _("%s; by its port, the program cannot be seen"), scope_text(port->scope));
	else
		lsp_finding_say(finding, _("%s; by its port, the program is not a known one"), scope_text(port->scope));
	lsp_finding_text(finding, "scope", lsp_scope_name(port->scope));
	lsp_finding_text(finding, "source", port->note.source);
}

/* DHCP's clients have a port of their own, where nothing is served: RFC 2131, 4.1; RFC 8415, 7.2. */
static bool is_clients(const struct lsp_socket *socket)
{
	return socket->proto == LSP_UDP && (socket->local_port == 68 || socket->local_port == 546);
}

/* A program that nothing is known about may be anything, and so may a hidden one: then the port's number alone makes no
 * critical finding. */
void lsp_look_exposed(struct lsp_audit *audit, enum lsp_rule rule)
{
	size_t i;

	for (i = 0; i < audit->port_count; i++) {
		const struct lsp_open_port *port = &audit->ports[i];
		const struct exposure *exposure = port->has_note ? exposure_of(port->note.kinds) : NULL;
		int severity;

		if (exposure == NULL || exposure->rule != rule || port->scope == LSP_SCOPE_LOOPBACK ||
		    is_clients(port->socket))
			continue;
		severity = port->scope == LSP_SCOPE_PUBLIC ? exposure->far : exposure->near;
		if (severity == LSP_SEVERITY_CRITICAL && !port->is_sure)
			severity = LSP_SEVERITY_WARNING;
		if (severity != NOTHING)
			add(audit, rule, (enum lsp_severity)severity, port);
	}
}

/* The port itself, not the program's usual one. Who got its number from the system did not choose it. */
void lsp_look_malware_habit(struct lsp_audit *audit, enum lsp_rule rule)
{
	size_t i;

	for (i = 0; i < audit->port_count; i++) {
		struct lsp_open_port port = audit->ports[i];
		enum lsp_proto proto = (enum lsp_proto)port.socket->proto;
		bool is_far = port.scope != LSP_SCOPE_LOOPBACK;

		if (!lsp_security_note_at(proto, port.socket->local_port, &port.note) ||
		    (port.note.kinds & KIND(MALWARE_HABIT)) == 0 ||
		    (port.program != NULL && lsp_program_fits(port.program, proto, port.socket->local_port)))
			continue;
		if (lsp_audit_is_ephemeral(audit->facts->rules, port.socket->local_port))
			is_far = false;
		port.is_sure = true;
		add(audit, rule, is_far ? LSP_SEVERITY_WARNING : LSP_SEVERITY_INFO, &port);
	}
}
