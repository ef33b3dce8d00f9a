/*
 * security.c - security notes of ports, from the const table that notes.py makes of notes.tsv.
 */
#include "lsports/language.h"
#include "lsports/security.h"

/* Ports that one note is about; a note may have several. */
struct note_range {
	uint16_t low, high;
	uint16_t protos; /* LSP_PROTO_BIT */
	uint16_t note;
};

#include "notes.h"

_Static_assert(sizeof kind_names / sizeof *kind_names == LSP_KIND_COUNT, "notes.py and security.h must agree");
_Static_assert(LSP_KIND_COUNT <= 32, "kinds are bits of 32");

enum { RANGE_COUNT = sizeof ranges / sizeof *ranges };

const char *lsp_kind_name(enum lsp_kind kind)
{
	return (size_t)kind < LSP_KIND_COUNT ? kind_names[kind] : NULL;
}

bool lsp_security_note_at(enum lsp_proto proto, uint16_t port, struct lsp_security_note *ret_note)
{
	size_t i;

	for (i = 0; i < RANGE_COUNT && ranges[i].low <= port; i++) {
		if (port <= ranges[i].high && (ranges[i].protos & LSP_PROTO_BIT(proto)) != 0) {
			*ret_note = notes[ranges[i].note];
			return true;
		}
	}
	return false;
}
