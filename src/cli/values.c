/*
 * values.c - see values.h.
 */
#include "values.h"

#include <stdio.h>
#include <string.h>

#include <lsports/language.h>

#include "operand.h"
#include "words.h"

#define NEXT_COUNT_MAX 65535

static bool read_states(struct lsp_request *request, const char *list, char *ret_usage)
{
	const char *at = list;

	for (;;) {
		size_t len = strcspn(at, ",");
		enum lsp_state state;

		if (!lsp_state_read(at, len, &state)) {
			snprintf(ret_usage, LSP_USAGE_TEXT_MAX,
				 _("'%.*s' is no state: LISTEN ESTABLISHED SYN_SENT SYN_RECV FIN_WAIT1 FIN_WAIT2 TIME_WAIT CLOSE "
				 "CLOSE_WAIT LAST_ACK CLOSING BOUND"),
				 len < 60 ? (int)len : 60, at);
			return false;
		}
		request->select.states |= LSP_STATE_BIT(state);
		if (at[len] == '\0')
			return true;
		at += len + 1;
	}
}

static bool read_process(struct lsp_request *request, const char *word, char *ret_usage)
{
	struct lsp_process_match *match = &request->process;

	(void)ret_usage; /* any word may be a name */
	*match = (struct lsp_process_match){.name = NULL};
	if (lsp_number_read(word, strlen(word), UINT32_MAX, &match->pid))
		match->has_pid = true;
	else
		match->name = word;
	return true;
}

static bool read_colour(struct lsp_request *request, const char *word, char *ret_usage)
{
	static const char *const words[] = {"auto", "always", "never"};
	int i;

	for (i = 0; i < 3; i++) {
		if (strcmp(word, words[i]) == 0) {
			request->colour = (enum lsp_colour)i;
			return true;
		}
	}
	snprintf(ret_usage, LSP_USAGE_TEXT_MAX, _("--color '%.60s': write auto, always or never"), word);
	return false;
}

/* Seconds, also parts of them: "0.5". */
static bool read_timeout(struct lsp_request *request, const char *word, char *ret_usage)
{
	const char *dot = strchr(word, '.');
	size_t whole = dot != NULL ? (size_t)(dot - word) : strlen(word), digits = dot != NULL ? strlen(dot + 1) : 0;
	uint32_t seconds = 0, part = 0, scale = 1000, milliseconds, i;
	bool good = lsp_number_read(word, whole, 3600, &seconds);

	if (dot != NULL)
		good = good && digits <= 3 && lsp_number_read(dot + 1, digits, 999, &part);
	for (i = 0; i < digits && scale > 1; i++)
		scale /= 10;
	milliseconds = seconds * 1000 + part * (digits > 0 ? scale : 0);
	if (!good || milliseconds > 3600 * 1000) {
		snprintf(ret_usage, LSP_USAGE_TEXT_MAX, _("--timeout '%.60s': write seconds, 0 to 3600, such as 5 or 0.5"),
			 word);
		return false;
	}
	request->timeout_ms = milliseconds;
	return true;
}

static bool read_count(struct lsp_request *request, const char *word, char *ret_usage)
{
	if (lsp_number_read(word, strlen(word), NEXT_COUNT_MAX, &request->next_count) && request->next_count > 0)
		return true;
	snprintf(ret_usage, LSP_USAGE_TEXT_MAX, _("--count '%.60s': write a number of ports, 1 to 65535"), word);
	return false;
}

static bool read_peer(struct lsp_request *request, const char *word, char *ret_usage)
{
	request->select.has_peer = true;
	return lsp_peer_read(word, &request->select.peer, ret_usage);
}

static bool read_scopes(struct lsp_request *request, const char *list, char *ret_usage)
{
	const char *at = list;

	for (;;) {
		size_t len = strcspn(at, ",");
		enum lsp_scope scope;

		if (!lsp_scope_read(at, len, &scope)) {
			snprintf(ret_usage, LSP_USAGE_TEXT_MAX, _("'%.*s' is no scope: loopback link private public"),
				 len < 60 ? (int)len : 60, at);
			return false;
		}
		request->scopes |= LSP_SCOPE_BIT(scope);
		if (at[len] == '\0')
			return true;
		at += len + 1;
	}
}

bool lsp_value_read(enum lsp_value_reader reader, const char *word, struct lsp_request *request,
		    char ret_usage[LSP_USAGE_TEXT_MAX])
{
	static bool (*const readers[])(struct lsp_request *request, const char *word, char *ret_usage) = {
		[LSP_READ_STATES] = read_states,   [LSP_READ_PROCESS] = read_process, [LSP_READ_PEER] = read_peer,
		[LSP_READ_COLOUR] = read_colour,   [LSP_READ_TIMEOUT] = read_timeout, [LSP_READ_COUNT] = read_count,
		[LSP_READ_SCOPES] = read_scopes,
	};

	return readers[reader](request, word, ret_usage);
}
