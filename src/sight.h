/*
 * sight.h - what a look could not see: said to a person on stderr, to a program in the JSON document.
 */
#ifndef LSP_SIGHT_H
#define LSP_SIGHT_H

#include <lsports/backend.h>

#include "core/join.h"

#define LSP_UNCHECKED_MAX 13

struct lsp_sight {
	size_t hidden; /* rows whose owner is hidden */
	size_t owned;  /* rows that ought to have an owner */
	const char *unchecked[LSP_UNCHECKED_MAX]; /* English sentences: what was asked for and could not be looked at */
	size_t unchecked_count;
	const char *idle; /* the one of them that says nothing to a person whose question is answered; NULL: it is not there */
};

/* Of the rows of lsp_join, before any is dropped. with_owners: whether holders were looked for at all. */
struct lsp_sight lsp_sight_of(const struct lsp_snapshot *snapshot, const struct lsp_row *rows, size_t count,
			      bool with_owners);

/* One line for each thing unchecked, one for the hidden owners with the way out. Nothing when all was seen.
 * answered: somebody was found, and who is bound and idle was not asked for by itself. Before Linux 6.8 nobody lists those,
 * and a line at every answer would only teach not to read. */
void lsp_sight_say(const struct lsp_backend *backend, const struct lsp_snapshot *snapshot, const struct lsp_sight *sight,
		   bool answered);

/* The lines for what is unchecked alone. */
void lsp_sight_say_unchecked(const struct lsp_sight *sight, bool answered);

#endif
