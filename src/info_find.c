/*
 * info_find.c - the words of --info: numbers, ranges and names as everywhere; when one of the words is none of these, all
 * words but the numbers are looked for in names, aliases, descriptions and kinds of notes, and all must occur.
 */
#include "info.h"

#include <stdlib.h>
#include <string.h>

#include <lsports/language.h>

#include "cli/operand.h"
#include "cli/words.h"
#include "core/mem.h"
#include "device.h"
#include "say.h"

enum word_kind { WORD_PORT, WORD_NAME, WORD_PROTO, WORD_TEXT };

void lsp_info_add(struct lsp_info *info, uint16_t port, unsigned protos)
{
	info->ports = lsp_realloc_array(info->ports, info->port_count + 1, sizeof *info->ports);
	info->ports[info->port_count++] = (struct lsp_info_port){port, protos};
}

static int by_port(const void *a, const void *b)
{
	uint16_t x = ((const struct lsp_info_port *)a)->port, y = ((const struct lsp_info_port *)b)->port;

	return (x > y) - (x < y);
}

void lsp_info_sort(struct lsp_info *info)
{
	size_t count = 0, i;

	if (info->port_count == 0)
		return;
	qsort(info->ports, info->port_count, sizeof *info->ports, by_port);
	for (i = 1; i < info->port_count; i++) {
		if (info->ports[i].port == info->ports[count].port)
			info->ports[count].protos |= info->ports[i].protos;
		else
			info->ports[++count] = info->ports[i];
	}
	info->port_count = count + 1;
}

const struct lsp_info_port *lsp_info_port(const struct lsp_info *info, uint16_t port)
{
	const struct lsp_info_port asked = {.port = port};

	return info->port_count == 0 ? NULL
				     : bsearch(&asked, info->ports, info->port_count, sizeof asked, by_port);
}

/* Letters of any script: a word with one may be meant for the descriptions. */
static bool has_letter(const char *word)
{
	for (; *word != '\0'; word++) {
		if ((*word >= 'a' && *word <= 'z') || (*word >= 'A' && *word <= 'Z') || (unsigned char)*word >= 0x80)
			return true;
	}
	return false;
}

/* Port 0 cannot be bound, so it is no PORT; but it is known. */
static void add_port_0(struct lsp_select *select, uint32_t number)
{
	select->ports = lsp_realloc_array(select->ports, select->port_count + 1, sizeof *select->ports);
	select->ports[select->port_count++] = (struct lsp_endpoint){.protos = LSP_PROTO_ALL, .word = number};
}

/* False: wrong usage, said. Adds the ports of the word, which are none when it is text. */
static bool read_word(struct lsp_info *info, uint32_t number, unsigned *protos, enum word_kind *ret_kind)
{
	const char *word = info->request->words[number];
	size_t before = info->select.port_count;
	char usage[LSP_USAGE_TEXT_MAX];

	*ret_kind = WORD_PORT;
	if (strcmp(word, "0") == 0) {
		add_port_0(&info->select, number);
		return true;
	}
	if (lsp_operand_read(word, number, &info->select, protos, usage)) {
		if (lsp_service_named(word, strlen(word), NULL, 0) > 0)
			*ret_kind = WORD_NAME;
		else if (info->select.port_count == before)
			*ret_kind = WORD_PROTO;
		return true;
	}
	info->select.port_count = before; /* a list may have been read in part */
	*ret_kind = WORD_TEXT;
	return has_letter(word) || lsp_say_usage("%s", usage);
}

static void drop_names(struct lsp_select *select, const uint8_t *kinds)
{
	size_t count = 0, i;

	for (i = 0; i < select->port_count; i++) {
		if (kinds[select->ports[i].word] != WORD_NAME)
			select->ports[count++] = select->ports[i];
	}
	select->port_count = count;
}

/* Also marks the ports whose note has a kind with that word in its name. */
static void mark_kinds(const char *word, size_t len, unsigned char *marks)
{
	uint32_t kinds = 0;
	size_t i, at;
	int kind;

	for (kind = 0; kind < LSP_KIND_COUNT; kind++) {
		const char *name = lsp_kind_name((enum lsp_kind)kind);

		for (at = 0; at + len <= strlen(name); at++) {
			if (memcmp(name + at, word, len) == 0)
				kinds |= LSP_KIND_BIT(kind);
		}
	}
	for (i = 0; kinds != 0 && i < lsp_service_count(); i++) {
		struct lsp_service service = lsp_service_nth(i);
		struct lsp_security_note note;

		if (lsp_security_note_at(service.proto, service.port, &note) && (note.kinds & kinds) != 0)
			marks[i] = 1;
	}
}

/* Clears in found what the blank-separated words of text do not all mark. Returns how many words there were. */
static size_t narrow(const char *text, unsigned char *found, unsigned char *marks)
{
	size_t count = lsp_service_count(), words = 0, len, i;

	for (;; text += len) {
		text += strspn(text, " \t\n");
		len = strcspn(text, " \t\n");
		if (len == 0)
			return words;
		memset(marks, 0, count);
		lsp_service_mark(text, len, marks);
		mark_kinds(text, len, marks);
		for (i = 0; i < count; i++)
			found[i] &= marks[i];
		words++;
	}
}

static void search(struct lsp_info *info, const uint8_t *kinds)
{
	size_t count = lsp_service_count(), words = 0, i;
	unsigned char *found = lsp_alloc(count), *marks = lsp_alloc(count);

	memset(found, 1, count);
	for (i = 0; i < info->request->word_count; i++) {
		if (kinds[i] == WORD_TEXT || kinds[i] == WORD_NAME)
			words += narrow(info->request->words[i], found, marks);
	}
	for (i = 0; i < count && words > 0; i++) {
		struct lsp_service service = lsp_service_nth(i);

		if (found[i] && (info->select.protos & LSP_PROTO_BIT(service.proto)) != 0)
			lsp_info_add(info, service.port, LSP_PROTO_BIT(service.proto));
	}
	free(found);
	free(marks);
}

/* One port is answered about whatever is known of it, of a range those of which something is. */
static void add_endpoints(struct lsp_info *info)
{
	size_t i;

	for (i = 0; i < info->select.port_count; i++) {
		const struct lsp_endpoint *endpoint = &info->select.ports[i];
		unsigned protos = endpoint->protos & info->select.protos;
		uint32_t port;

		for (port = endpoint->low; port <= endpoint->high && protos != 0; port++) {
			if (endpoint->low == endpoint->high || lsp_info_is_known((uint16_t)port, protos))
				lsp_info_add(info, (uint16_t)port, protos);
		}
	}
}

/* With the name that may have been meant, when one word was looked for. */
static void say_nothing_known(const struct lsp_info *info, const uint8_t *kinds)
{
	const char *first = NULL, *near;
	size_t words = 0, i;

	for (i = 0; i < info->request->word_count; i++) {
		if (kinds[i] != WORD_TEXT && kinds[i] != WORD_NAME)
			continue;
		first = words++ == 0 ? info->request->words[i] : first;
	}
	near = words == 1 ? lsp_service_near(first, strlen(first)) : NULL;
	if (near != NULL)
		lsp_say(_("nothing is known about '%.60s'; did you mean '%s'?"), first, near);
	else
		lsp_say(words > 1 ? _("nothing is known about '%.60s' together with the other words") :
				    _("nothing is known about '%.60s'"),
			first);
}

bool lsp_info_find(struct lsp_info *info)
{
	uint8_t *kinds = lsp_alloc(info->request->word_count);
	enum word_kind kind;
	unsigned protos = 0;
	bool good = true;
	uint32_t i;

	for (i = 0; i < info->request->word_count && good; i++) {
		good = read_word(info, i, &protos, &kind);
		kinds[i] = (uint8_t)kind;
		info->is_searched |= kind == WORD_TEXT;
	}
	if (protos != 0)
		info->select.protos = info->select.protos == LSP_PROTO_ALL ? protos : info->select.protos | protos;
	good = good && lsp_devices_find(info->backend, &info->select);
	if (good && !info->is_searched && info->select.port_count == 0)
		good = lsp_say_usage(_("'--info' wants a port, a name or words beside the protocol"));
	if (good && info->is_searched) {
		drop_names(&info->select, kinds);
		search(info, kinds);
		if (info->port_count == 0)
			say_nothing_known(info, kinds);
	}
	if (good) {
		add_endpoints(info);
		lsp_info_sort(info);
	}
	free(kinds);
	return good;
}
