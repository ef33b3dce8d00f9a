/*
 * info_facts.c - what is known of one port: uses, notes, rows. Both protocols are told once where they say the same.
 */
#include "info.h"

#include <string.h>

const char *lsp_use_status_name(enum lsp_use_status status)
{
	static const char *const names[] = {
		[LSP_USE_OFFICIAL] = "official",
		[LSP_USE_CUSTOMARY] = "customary",
		[LSP_USE_CONFLICTING] = "conflicting",
	};

	return names[status];
}

static bool same_use(const struct lsp_use *use, const struct lsp_service *service)
{
	return use->service.origin == service->origin && strcmp(use->service.name, service->name) == 0 &&
	       strcmp(use->service.description, service->description) == 0;
}

size_t lsp_info_uses(const struct lsp_info_port *port, struct lsp_use ret_uses[2])
{
	size_t count = 0;
	int proto;

	for (proto = LSP_TCP; proto <= LSP_UDP; proto++) {
		struct lsp_use *use = &ret_uses[count];
		struct lsp_service service;

		if ((port->protos & LSP_PROTO_BIT(proto)) == 0 || !lsp_service_at((enum lsp_proto)proto, port->port, &service))
			continue;
		if (count > 0 && same_use(&ret_uses[0], &service)) {
			ret_uses[0].protos |= LSP_PROTO_BIT(proto);
			continue;
		}
		*use = (struct lsp_use){.service = service, .protos = LSP_PROTO_BIT(proto)};
		if (service.origin == LSP_ORIGIN_CUSTOMARY)
			use->status = LSP_USE_CUSTOMARY;
		if (lsp_service_registered(&service, &use->registered, &use->registered_len) &&
		    service.origin == LSP_ORIGIN_CUSTOMARY)
			use->status = LSP_USE_CONFLICTING;
		count++;
	}
	return count;
}

size_t lsp_info_notes(const struct lsp_info_port *port, struct lsp_info_note ret_notes[2])
{
	size_t count = 0;
	int proto;

	for (proto = LSP_TCP; proto <= LSP_UDP; proto++) {
		struct lsp_security_note note;

		if ((port->protos & LSP_PROTO_BIT(proto)) == 0 ||
		    !lsp_security_note_at((enum lsp_proto)proto, port->port, &note))
			continue;
		if (count > 0 && strcmp(ret_notes[0].note.why, note.why) == 0)
			ret_notes[0].protos |= LSP_PROTO_BIT(proto);
		else
			ret_notes[count++] = (struct lsp_info_note){note, LSP_PROTO_BIT(proto)};
	}
	return count;
}

bool lsp_info_is_known(uint16_t port, unsigned protos)
{
	const struct lsp_info_port asked = {port, protos};
	struct lsp_info_note notes[2];
	struct lsp_use uses[2];

	return lsp_info_uses(&asked, uses) > 0 || lsp_info_notes(&asked, notes) > 0;
}

const struct lsp_row *lsp_info_rows(const struct lsp_info *info, const struct lsp_info_port *port, size_t *ret_count)
{
	size_t low = 0, high = info->row_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (info->rows[middle].socket->local_port < port->port)
			low = middle + 1;
		else
			high = middle;
	}
	while (high < info->row_count && info->rows[high].socket->local_port == port->port)
		high++;
	*ret_count = high - low;
	return &info->rows[low];
}
