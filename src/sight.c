/*
 * sight.c - see sight.h.
 */
#include "sight.h"

#include <lsports/language.h>

#include "say.h"

struct lsp_sight lsp_sight_of(const struct lsp_snapshot *snapshot, const struct lsp_row *rows, size_t count,
			      bool with_owners)
{
	static const struct {
		enum lsp_note note;
		bool hides; /* matters only when an owner is missing */
		const char *sentence;
	} sentences[] = {
		{LSP_NOTE_NO_HOLDERS, false, N_("owners: processes cannot be listed (is /proc mounted?)")},
		{LSP_NOTE_BROKEN_OFF, false, N_("some owners: the walk of the processes broke off (out of descriptors or memory?)")},
		{LSP_NOTE_NO_DETAILS, false, N_("user, path or arguments of some processes: access denied (run as administrator)")},
		{LSP_NOTE_HIDEPID, true, N_("processes that /proc hides (hidepid)")},
		{LSP_NOTE_OTHER_PIDNS, true, N_("processes outside of this pid namespace")},
		{LSP_NOTE_NO_BOUND, false, N_("bound-idle TCP ports: not listed here (Linux 6.8 with sock_diag and Windows 10 list them)")},
		{LSP_NOTE_PROCNET, false, N_("v6only, devices and backlog limits: sock_diag is refused, /proc/net was read")},
		{LSP_NOTE_NO_LINKS, false, N_("the scope of wildcard sockets: the interfaces cannot be listed")},
		{LSP_NOTE_TORN, false, N_("the list changed while it was read: rows may be missing or doubled")},
	};
	struct lsp_sight sight = {.owned = count - lsp_row_count(rows, count, LSP_OWNER_NONE)};
	size_t i;

	if (with_owners)
		sight.hidden = lsp_row_count(rows, count, LSP_OWNER_HIDDEN);
	for (i = 0; i < sizeof sentences / sizeof *sentences; i++) {
		if ((snapshot->notes & sentences[i].note) == 0 || (sentences[i].hides && sight.hidden == 0))
			continue;
		sight.unchecked[sight.unchecked_count++] = sentences[i].sentence;
		if (sentences[i].note == LSP_NOTE_NO_BOUND)
			sight.idle = sentences[i].sentence;
	}
	return sight;
}

void lsp_sight_say_unchecked(const struct lsp_sight *sight, bool answered)
{
	size_t i;

	for (i = 0; i < sight->unchecked_count; i++) {
		if (!answered || sight->unchecked[i] != sight->idle)
			lsp_say(_("not known: %s"), _(sight->unchecked[i]));
	}
}

void lsp_sight_say(const struct lsp_backend *backend, const struct lsp_snapshot *snapshot, const struct lsp_sight *sight,
		   bool answered)
{
	char way_out[1200];

	lsp_sight_say_unchecked(sight, answered);
	if (sight->hidden == 0 || (snapshot->notes & LSP_NOTE_NO_HOLDERS) != 0)
		return;
	backend->way_out(way_out, sizeof way_out);
	lsp_say(_("%zu of %zu owners hidden; %s"), sight->hidden, sight->owned, way_out);
}
