/*
 * fake_links.c - the interfaces of the scene and their addresses; the lines are told in fake_backend.c.
 */
#include "fake.h"

#include <stdlib.h>
#include <string.h>

static void add_link(const struct line *line, void *arg)
{
	static const char *const words[] = {"up", "loopback", "vrf", "tunnel"};
	unsigned has = 0;
	struct lsp_link link = {.index = (uint32_t)fake_word_number(line, 1), .name = fake_word(line, 2)};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		link.is |= fake_value(line, words[i], NULL) != NULL ? 1u << i : 0;
	link.master = (uint32_t)fake_number(line, "master", 1, &has);
	link.kind = fake_value(line, "kind", NULL);
	lsp_snapshot_add_link(arg, &link);
}

static void add_addr(const struct line *line, void *arg)
{
	const char *text = fake_word(line, 1), *slash = strchr(text, '/');
	struct lsp_link_addr addr = {.link = (uint32_t)fake_word_number(line, 2)};

	if (slash == NULL || !lsp_addr_parse(text, (size_t)(slash - text), &addr.addr))
		fake_bad_scene("not an address", text);
	addr.prefix_len = (uint8_t)strtoul(slash + 1, NULL, 10);
	if (addr.addr.family == LSP_INET6 && addr.addr.bytes[0] == 0xfe && addr.addr.bytes[1] >> 6 == 2)
		addr.addr.scope = addr.link;
	lsp_snapshot_add_link_addr(arg, &addr);
}

enum lsp_err fake_links(struct lsp_snapshot *snapshot, struct lsp_fault *ret_fault)
{
	enum lsp_err err = fake_fault("links", ret_fault);

	if (err != LSP_OK) {
		snapshot->notes |= LSP_NOTE_NO_LINKS;
		return err;
	}
	fake_walk("link", add_link, snapshot);
	fake_walk("addr", add_addr, snapshot);
	return LSP_OK;
}
