/*
 * service.c - names of ports, searched in the const table that table.py makes from ports.tsv.
 *
 * Nothing is built, read or allocated when the program runs: the table has no pointers, so that even the
 * loader has nothing to do. getservbyport() is not asked: its answer differs from machine to machine, and
 * it may read files or ask the network.
 */
#include "lsports/security.h"
#include "lsports/service.h"

#include <string.h>

enum {
	TEXT_CHUNK = 4096, /* table.py: CHUNK; no string crosses a chunk */
	NAME_MAX_LEN = 63, /* longer names are not compared for likeness */
};

struct service_row {
	uint16_t port;
	uint8_t proto;
	uint8_t origin;
	uint32_t name, description; /* places in text */
};

/* A name or alias and the row that it belongs to; sorted by lower case, then row. */
struct service_name {
	uint32_t name;
	uint32_t row;
};

#include "table.h"

_Static_assert(sizeof(text[0]) == TEXT_CHUNK, "table.py and service.c must agree");
_Static_assert(LSP_TCP == 1 && LSP_UDP == 2, "table.py numbers the protocols");
_Static_assert(LSP_ORIGIN_IANA == 1 && LSP_ORIGIN_CUSTOMARY == 2, "table.py numbers the origins");

static const char *text_at(uint32_t place)
{
	return &text[place / TEXT_CHUNK][place % TEXT_CHUNK];
}

static struct lsp_service service_of(const struct service_row *row)
{
	return (struct lsp_service){
		.name = text_at(row->name),
		.description = text_at(row->description),
		.origin = (enum lsp_origin)row->origin,
		.proto = (enum lsp_proto)row->proto,
		.port = row->port,
	};
}

/* The row of a port. False when there is none. */
static bool find_row(enum lsp_proto proto, uint16_t port, size_t *ret_row)
{
	if (proto != LSP_TCP && proto != LSP_UDP)
		return false;

	size_t low = starts[proto - 1], high = starts[proto];
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (rows[middle].port < port)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == starts[proto] || rows[low].port != port)
		return false;
	*ret_row = low;
	return true;
}

bool lsp_service_at(enum lsp_proto proto, uint16_t port, struct lsp_service *ret_service)
{
	size_t row;

	if (!find_row(proto, port, &row))
		return false;
	*ret_service = service_of(&rows[row]);
	return true;
}

bool lsp_service_is_well_known(const struct lsp_service *service)
{
	struct lsp_security_note note;

	return service->port < 1024 || service->origin == LSP_ORIGIN_CUSTOMARY ||
	       lsp_security_note_at(service->proto, service->port, &note);
}

size_t lsp_service_aliases(enum lsp_proto proto, uint16_t port, const char **ret_aliases, size_t max)
{
	size_t count = 0, row;

	if (!find_row(proto, port, &row))
		return 0;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (names[i].row != row || names[i].name == rows[row].name)
			continue;
		if (count < max)
			ret_aliases[count] = text_at(names[i].name);
		count++;
	}
	return count;
}

bool lsp_service_registered(const struct lsp_service *service, const char **ret_name, size_t *ret_len)
{
	static const char begin[] = "(IANA: "; /* import.py ends the description with it */
	const char *at = service->description + strlen(service->description);
	size_t len = 0;

	if (service->origin == LSP_ORIGIN_IANA) {
		*ret_name = service->name;
		*ret_len = strlen(service->name);
		return true;
	}
	if (at == service->description || *--at != ')')
		return false;
	for (; at > service->description && at[-1] != ' '; len++)
		at--;
	if ((size_t)(at - service->description) < sizeof begin - 1 || memcmp(at - (sizeof begin - 1), begin, sizeof begin - 1) != 0)
		return false;
	*ret_name = at;
	*ret_len = len;
	return true;
}

/* ASCII only: the locale must not change what a name means. */
static unsigned char lower(char c)
{
	return (unsigned char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

/* <0, 0, >0 as the len bytes of word stand to name. A NUL within word matches nothing. */
static int word_cmp(const char *word, size_t len, const char *name)
{
	for (size_t i = 0; i < len; i++) {
		if (name[i] == '\0')
			return 1;
		int order = (lower(word[i]) > lower(name[i])) - (lower(word[i]) < lower(name[i]));
		if (order != 0)
			return order;
	}
	return name[len] == '\0' ? 0 : -1;
}

size_t lsp_service_count(void)
{
	return sizeof(rows) / sizeof(rows[0]);
}

struct lsp_service lsp_service_nth(size_t number)
{
	return service_of(&rows[number]);
}

static bool holds(const char *within, const char *word, size_t len)
{
	for (;; within++) {
		size_t i = 0;

		while (i < len && within[i] != '\0' && lower(within[i]) == lower(word[i]))
			i++;
		if (i == len)
			return true;
		if (*within == '\0')
			return false;
	}
}

void lsp_service_mark(const char *word, size_t len, unsigned char *marks)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!marks[names[i].row] && holds(text_at(names[i].name), word, len))
			marks[names[i].row] = 1;
	}
	for (size_t i = 0; i < lsp_service_count(); i++) {
		if (!marks[i] && holds(text_at(rows[i].description), word, len))
			marks[i] = 1;
	}
}

size_t lsp_service_named(const char *name, size_t len, struct lsp_service *ret_services, size_t max)
{
	const size_t end = sizeof(names) / sizeof(names[0]);
	size_t low = 0, high = end;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (word_cmp(name, len, text_at(names[middle].name)) > 0)
			low = middle + 1;
		else
			high = middle;
	}

	size_t count = 0;
	while (low < end && word_cmp(name, len, text_at(names[low].name)) == 0) {
		if (count < max)
			ret_services[count] = service_of(&rows[names[low].row]);
		count++;
		low++;
	}
	return count;
}

/* Edits that turn word into name: a letter too many, too few, wrong, or two neighbours swapped (optimal string
 * alignment). Returns limit + 1 as soon as it must be more. name is at most NAME_MAX_LEN long. */
static unsigned edits(const char *word, size_t word_len, const char *name, size_t name_len, unsigned limit)
{
	unsigned lines[3][NAME_MAX_LEN + 1];
	unsigned *before = lines[0], *above = lines[1], *here = lines[2];

	for (size_t j = 0; j <= name_len; j++)
		above[j] = (unsigned)j;
	for (size_t i = 1; i <= word_len; i++) {
		unsigned least = here[0] = (unsigned)i;
		for (size_t j = 1; j <= name_len; j++) {
			bool same = lower(word[i - 1]) == lower(name[j - 1]);
			unsigned best = above[j - 1] + !same;
			if (above[j] + 1 < best)
				best = above[j] + 1;
			if (here[j - 1] + 1 < best)
				best = here[j - 1] + 1;
			if (i > 1 && j > 1 && lower(word[i - 1]) == lower(name[j - 2]) &&
			    lower(word[i - 2]) == lower(name[j - 1]) && before[j - 2] + 1 < best)
				best = before[j - 2] + 1;
			here[j] = best;
			if (best < least)
				least = best;
		}
		if (least > limit)
			return limit + 1;
		unsigned *spare = before;
		before = above;
		above = here;
		here = spare;
	}
	return above[name_len];
}

/* The length of a name, or NAME_MAX_LEN + 1 when it is longer than that. */
static size_t name_length(const char *name)
{
	size_t len = 0;
	while (len <= NAME_MAX_LEN && name[len] != '\0')
		len++;
	return len;
}

const char *lsp_service_near(const char *name, size_t len)
{
	/* In a short word two edits make any other: three letters bear one, six bear two. */
	unsigned limit = len < 3 ? 0 : len < 6 ? 1 : 2;
	unsigned best_edits = limit + 1;
	uint16_t best_port = 0;
	const char *best = NULL;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *other = text_at(names[i].name);
		size_t other_len = name_length(other);
		if (other_len > NAME_MAX_LEN || other_len + limit < len || len + limit < other_len)
			continue;
		unsigned found = edits(name, len, other, other_len, limit);
		uint16_t port = rows[names[i].row].port;
		/* Of equals the lower port: the better known service. */
		if (found < best_edits || (found == best_edits && found <= limit && port < best_port)) {
			best_edits = found;
			best_port = port;
			best = other;
		}
	}
	return best;
}

const char *lsp_port_class(uint16_t port)
{
	if (port < 1024)
		return "system";
	return port < 49152 ? "user" : "dynamic";
}
