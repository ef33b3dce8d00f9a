/*
 * device.c - see device.h. Nothing is asked of the system when no word names a device.
 */
#include "device.h"

#include <string.h>

#include <lsports/language.h>

#include "core/scope.h"
#include "say.h"

static uint32_t index_of(const struct lsp_snapshot *links, const struct lsp_endpoint *endpoint)
{
	size_t i;

	for (i = 0; i < links->link_count; i++) {
		const struct lsp_link *link = &links->links[i];

		if (strlen(link->name) == endpoint->device_len && memcmp(link->name, endpoint->device, endpoint->device_len) == 0)
			return link->index;
	}
	return 0;
}

/* Of the endpoints that name one, the devices are looked up in links; which is read for the first. */
static bool find(const struct lsp_backend *backend, struct lsp_snapshot *links, struct lsp_select *select)
{
	struct lsp_fault fault;
	bool is_read = false;
	size_t i;

	for (i = 0; i < select->port_count; i++) {
		struct lsp_endpoint *endpoint = &select->ports[i];

		if (endpoint->device != NULL && !is_read && backend->links(links, &fault) != LSP_OK)
			return lsp_say_usage(_("the interfaces cannot be listed: %s: %s; write the device's number"), fault.op,
					     fault.detail);
		is_read |= endpoint->device != NULL;
		if (endpoint->device != NULL && (endpoint->ifindex = index_of(links, endpoint)) == 0)
			return lsp_say_usage(_("'%.*s' is no interface of this machine"),
					     endpoint->device_len < 60 ? (int)endpoint->device_len : 60, endpoint->device);
		if (endpoint->addr.family == LSP_INET6 && lsp_scope_of_addr(&endpoint->addr) == LSP_SCOPE_LINK)
			endpoint->addr.scope = endpoint->ifindex;
	}
	return true;
}

bool lsp_devices_find(const struct lsp_backend *backend, struct lsp_select *select)
{
	struct lsp_snapshot *links = lsp_snapshot_new();
	bool found = find(backend, links, select);

	lsp_snapshot_free(links);
	return found;
}
