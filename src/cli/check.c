/*
 * check.c - see check.h. What only shows when all words are read.
 */
#include "check.h"

#include <stdio.h>
#include <string.h>

#include <lsports/language.h>

#include "core/scope.h"

static bool check_why(const struct lsp_request *request, char *ret_usage)
{
	size_t count = 0, i;

	for (i = 0; i < request->select.port_count; i++) {
		const struct lsp_endpoint *asked = &request->select.ports[i];

		count += (size_t)asked->high - asked->low + 1;
		if ((asked->device != NULL || asked->ifindex != 0) && lsp_scope_of_addr(&asked->addr) != LSP_SCOPE_LINK) {
			snprintf(ret_usage, LSP_USAGE_TEXT_MAX,
				 _("'%.60s': --why binds no device; write the address without what stands behind %%"),
				 request->words[asked->word]);
			return false;
		}
	}
	if (count == 0)
		snprintf(ret_usage, LSP_USAGE_TEXT_MAX, _("'--why' wants a port: lsports --why 8000"));
	else if (count > LSP_WHY_PORTS_MAX)
		snprintf(ret_usage, LSP_USAGE_TEXT_MAX, _("'--why' takes at most %d ports at a time; a free one finds --next"),
			 LSP_WHY_PORTS_MAX);
	return count > 0 && count <= LSP_WHY_PORTS_MAX;
}

/* A port, or one range; a name stands for several ports sometimes, and an address is none of --next's affairs. */
static bool check_next(const struct lsp_request *request, char *ret_usage)
{
	const struct lsp_select *select = &request->select;
	size_t i;

	for (i = 0; i < select->port_count; i++) {
		if (select->ports[i].low != select->ports[0].low || select->ports[i].high != select->ports[0].high) {
			snprintf(ret_usage, LSP_USAGE_TEXT_MAX, _("'--next' takes one port or one range: lsports --next 8000-8100"));
			return false;
		}
		if (select->ports[i].where != LSP_ANYWHERE) {
			snprintf(ret_usage, LSP_USAGE_TEXT_MAX,
				 _("'%.60s': --next looks for a port that is free on every address; write the port alone"),
				 request->words[select->ports[i].word]);
			return false;
		}
	}
	return true;
}

static bool check_info(const struct lsp_request *request, char *ret_usage)
{
	if (request->word_count > 0)
		return true;
	snprintf(ret_usage, LSP_USAGE_TEXT_MAX,
		 _("'--info' wants a port, a name or words: lsports --info 5432, lsports --info remote desktop"));
	return false;
}

static bool check_kill(const struct lsp_request *request, char *ret_usage)
{
	if (request->select.port_count > 0)
		return true;
	snprintf(ret_usage, LSP_USAGE_TEXT_MAX, _("'--kill' wants a port: lsports --kill 8000"));
	return false;
}

static bool check_lock(const struct lsp_request *request, char *ret_usage)
{
	if (request->format == LSP_FORMAT_TABLE)
		return true;
	snprintf(ret_usage, LSP_USAGE_TEXT_MAX, _("'--lock' writes a policy and nothing else; for JSON: lsports --json"));
	return false;
}

/* What is counted is all that is open, or what the ports say: a label chooses the rest when it is asked for. */
static bool check_open(const struct lsp_request *request, char *ret_usage)
{
	if (request->format != LSP_FORMAT_OPENMETRICS ||
	    (request->process.name == NULL && !request->process.has_pid && request->user == NULL && !request->select.has_peer &&
	     request->select.states == 0 && !request->bound && request->columns == NULL && request->sort == NULL))
		return true;
	snprintf(ret_usage, LSP_USAGE_TEXT_MAX,
		 _("'--format openmetrics' goes with ports, -t, -u, -4 and -6; choose by labels when you ask Prometheus"));
	return false;
}

/* The questions that an option goes with: "--pid, --kill and --next". */
static void list_questions(uint32_t questions, char *ret_text, size_t size)
{
	size_t count, used = 0, i;
	const struct lsp_option *options = lsp_options(&count);
	const char *last = NULL;

	ret_text[0] = '\0';
	for (i = 0; i < count && used < size; i++) {
		if (options[i].kind != LSP_OPTION_ASKS || (questions & LSP_ASK_BIT(options[i].value)) == 0)
			continue;
		if (last != NULL)
			used += (size_t)snprintf(ret_text + used, size - used, "%s--%s", used > 0 ? ", " : "", last);
		last = options[i].name;
	}
	if (last != NULL && used < size)
		snprintf(ret_text + used, size - used, "%s--%s", used > 0 ? _(" and ") : "", last);
}

bool lsp_option_check(const struct lsp_option *option, const char *word, const struct lsp_request *request,
		      char ret_usage[LSP_USAGE_TEXT_MAX])
{
	char questions[200];

	if (option->questions == 0 || (option->questions & LSP_ASK_BIT(request->question)) != 0)
		return true;
	list_questions(option->questions, questions, sizeof questions);
	snprintf(ret_usage, LSP_USAGE_TEXT_MAX, _("'%.60s' goes with %s"), word,
		 option->questions == LSP_ASK_LISTS ? _("lists of sockets") : questions);
	return false;
}

bool lsp_request_check(const struct lsp_request *request, char ret_usage[LSP_USAGE_TEXT_MAX])
{
	static bool (*const checks[])(const struct lsp_request *request, char *ret_usage) = {
		[LSP_ASK_OPEN] = check_open,
		[LSP_ASK_KILL] = check_kill,
		[LSP_ASK_WHY] = check_why,
		[LSP_ASK_NEXT] = check_next,
		[LSP_ASK_INFO] = check_info,
		[LSP_ASK_LOCK] = check_lock,
	};

	return request->question >= sizeof checks / sizeof *checks || checks[request->question] == NULL ||
	       checks[request->question](request, ret_usage);
}
