/*
 * info.c - see info.h.
 *
 * What the registry knows needs neither rights nor a system that answers: when the sockets cannot be read, that is said
 * and the facts stand.
 */
#include "info.h"

#include <errno.h>
#include <stdlib.h>

#include <lsports/language.h>

#include "core/mem.h"
#include "say.h"

enum { LOOK_PORTS_MAX = 200 }; /* more than these are looked for as one range, and the rows filtered here */

static bool is_asked(const struct lsp_info *info, const struct lsp_socket *socket)
{
	const struct lsp_info_port *port = lsp_info_port(info, socket->local_port);
	size_t i;

	for (i = 0; i < info->select.port_count; i++) {
		if (lsp_endpoint_matches(&info->select.ports[i], socket))
			return true;
	}
	return info->is_searched && port != NULL && (port->protos & LSP_PROTO_BIT(socket->proto)) != 0;
}

/* What the look is about: the words' own ports, and those that a search found. The caller frees its ports. */
static struct lsp_select select_of(const struct lsp_info *info)
{
	size_t more = info->is_searched ? info->port_count : 0, count = info->select.port_count, i;
	struct lsp_select select = info->select;

	if (count + more > LOOK_PORTS_MAX)
		more = count = 0;
	select.port_count = 0;
	select.ports = lsp_realloc_array(NULL, count + more + 1, sizeof *select.ports);
	for (i = 0; i < count; i++)
		select.ports[select.port_count++] = info->select.ports[i];
	for (i = 0; i < more; i++)
		select.ports[select.port_count++] = (struct lsp_endpoint){
			.protos = info->ports[i].protos, .low = info->ports[i].port, .high = info->ports[i].port};
	if (select.port_count == 0)
		select.ports[select.port_count++] = (struct lsp_endpoint){.protos = LSP_PROTO_ALL, .high = UINT16_MAX};
	select.states = LSP_STATE_BIT(LSP_LISTEN) | LSP_STATE_BIT(LSP_BOUND);
	select.udp_states = LSP_STATE_BIT(LSP_CLOSE);
	return select;
}

static void look(struct lsp_info *info)
{
	struct lsp_select select = select_of(info);
	struct lsp_need need = {.select = &select};
	size_t count, i;

	lsp_show_need(&info->show, &need);
	if (lsp_look(info->backend, &need, &info->snapshot, &info->fault) == LSP_OK) {
		count = lsp_join(info->snapshot, &info->rows);
		for (i = 0; i < count; i++) {
			if (is_asked(info, info->rows[i].socket))
				info->rows[info->row_count++] = info->rows[i];
		}
		info->sight = lsp_sight_of(info->snapshot, info->rows, info->row_count, need.holders);
		lsp_show_order(&info->show, info->snapshot, info->rows, info->row_count);
	} else {
		info->sight.unchecked[info->sight.unchecked_count++] =
			N_("what is on the ports now: the sockets cannot be read");
	}
	free(select.ports);
}

/* Of a range, also those ports of which nothing is known but that somebody is there. */
static void add_ports_of_rows(struct lsp_info *info)
{
	size_t i;

	for (i = 0; i < info->row_count; i++)
		lsp_info_add(info, info->rows[i].socket->local_port, LSP_PROTO_BIT(info->rows[i].socket->proto));
	lsp_info_sort(info);
}

static bool is_nothing(const struct lsp_info *info, const struct lsp_endpoint *endpoint)
{
	unsigned protos = endpoint->protos & info->select.protos;
	size_t i;

	for (i = 0; i < info->row_count; i++) {
		if (lsp_endpoint_matches(endpoint, info->rows[i].socket))
			return false;
	}
	for (i = 0; i < info->port_count; i++) {
		if (info->ports[i].port >= endpoint->low && info->ports[i].port <= endpoint->high &&
		    lsp_info_is_known(info->ports[i].port, protos))
			return false;
	}
	return true;
}

/* 1: one of the words led to nothing. A range that did is named: it left no other trace. */
static int exit_code(const struct lsp_info *info)
{
	int code = info->port_count == 0;
	size_t i;

	for (i = 0; i < info->select.port_count; i++) {
		const struct lsp_endpoint *endpoint = &info->select.ports[i];

		if (!is_nothing(info, endpoint))
			continue;
		code = 1;
		if (endpoint->low != endpoint->high)
			lsp_say(_("nothing is known about the ports %u-%u"), endpoint->low, endpoint->high);
	}
	return code;
}

static void say_sight(const struct lsp_info *info)
{
	if (info->snapshot != NULL)
		lsp_sight_say(info->backend, info->snapshot, &info->sight, info->row_count > 0);
	else
		lsp_say(_("not known: what is on the ports now: %s: %s"), info->fault.op, info->fault.detail);
}

int lsp_info(const struct lsp_backend *backend, const struct lsp_request *request)
{
	struct lsp_info info = {.backend = backend, .request = request, .select = request->select};
	size_t more = 0;
	int code = 2;

	if (!lsp_show_choose(request, &info.show) || !lsp_info_find(&info))
		goto out;
	backend->rules(&info.rules);
	if (info.port_count > 0 || info.select.port_count > 0) {
		look(&info);
		add_ports_of_rows(&info);
	}
	code = exit_code(&info);
	errno = 0;
	if (request->format == LSP_FORMAT_JSON)
		lsp_info_print_json(&info);
	else
		more = lsp_info_print_text(&info);
	code = lsp_say_written(code);
	if (more > 0)
		lsp_say(info.is_searched ? _("%zu more: add a word, or use --json") : _("%zu more: ask for fewer ports, or use --json"),
			more);
	/* in a JSON document these are members */
	if (code != 5 && request->format != LSP_FORMAT_JSON && info.port_count > 0)
		say_sight(&info);
out:
	free(info.rows);
	lsp_snapshot_free(info.snapshot);
	free(info.ports);
	free(info.select.ports);
	return code;
}
