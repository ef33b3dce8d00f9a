/*
 * info_text.c - the answer of --info for a person: a few ports in full, many as a list of lines; what is on them below.
 */
#include "info.h"

#include <string.h>

#include <lsports/language.h>

#include "view/escape.h"
#include "view/view.h"
#include "view/width.h"

enum {
	FULL_MAX = 4,	 /* more ports than these are a list */
	LINES_MAX = 50,	 /* of the list; the others are counted */
	INDENT = 13,	 /* where the text behind a label begins */
	PIPE_WIDTH = 80,
	LEAST_WIDTH = 40, /* a narrower terminal wraps itself */
	MOST_WIDTH = 100, /* longer lines are hard to read */
	ALIASES_MAX = 32,
};

struct page {
	struct lsp_sink sink;
	const struct lsp_info *info;
	size_t width, column; /* column: where the next word begins */
	size_t name_width;    /* of the list */
	bool colour, is_cut;  /* is_cut: no line may be longer than the width */
};

static const char *const bold = "\x1b[1m", *const dim = "\x1b[2m", *const yellow = "\x1b[33m", *const plain = "\x1b[0m";

static void style(struct page *page, const char *sequence)
{
	if (page->colour)
		lsp_sink_word(&page->sink, sequence);
}

static void put_bytes(struct page *page, const char *text, size_t len)
{
	lsp_escape_text(&page->sink, text, len);
	page->column += lsp_width(text, len);
}

/* A new line that begins with a label; "" continues the one before. */
static void begin_line(struct page *page, const char *label)
{
	if (page->column > 0)
		lsp_sink_byte(&page->sink, '\n');
	page->column = 2;
	lsp_sink_blanks(&page->sink, 2);
	style(page, dim);
	put_bytes(page, label, strlen(label));
	style(page, plain);
	if (page->column < INDENT)
		lsp_sink_blanks(&page->sink, INDENT - page->column);
	page->column = INDENT;
}

/* Words between blanks, as many in a line as there is room for, and for a comma behind them. */
static void put_wrapped(struct page *page, const char *text, size_t len)
{
	const char *end = text + len;
	bool is_begin = page->column <= INDENT;

	while (text < end) {
		const char *blank = memchr(text, ' ', (size_t)(end - text));
		size_t word = (size_t)((blank != NULL ? blank : end) - text);
		size_t width = lsp_width(text, word);

		if (!is_begin && page->column + 1 + width + 1 > page->width) {
			lsp_sink_byte(&page->sink, '\n');
			lsp_sink_blanks(&page->sink, INDENT);
			page->column = INDENT;
		} else if (!is_begin) {
			put_bytes(page, " ", 1);
		}
		put_bytes(page, text, word);
		is_begin = false;
		text += word + (blank != NULL);
	}
}

static void put_text(struct page *page, const char *text)
{
	put_wrapped(page, text, strlen(text));
}

static const char *protos_text(unsigned protos)
{
	static const char *const names[] = {"", "tcp", "udp", "tcp, udp"};

	return names[(protos >> LSP_TCP) & 3];
}

/* "also called pg, pgsql", IANA's name left out: it is told as that. */
static void put_aliases(struct page *page, const struct lsp_use *use)
{
	const char *aliases[ALIASES_MAX];
	size_t count = lsp_service_aliases(use->service.proto, use->service.port, aliases, ALIASES_MAX), i;
	bool is_first = true;

	for (i = 0; i < count && i < ALIASES_MAX; i++) {
		size_t len = strlen(aliases[i]);

		if (len == use->registered_len && memcmp(aliases[i], use->registered, len) == 0)
			continue;
		put_bytes(page, is_first ? ";" : ",", 1);
		if (is_first)
			put_text(page, _("also called"));
		put_wrapped(page, aliases[i], len);
		is_first = false;
	}
}

/* The description without "(IANA: ncube-lm)" at its end. */
static size_t description_len(const struct lsp_use *use)
{
	size_t len = strlen(use->service.description);

	if (use->status == LSP_USE_CONFLICTING)
		len = (size_t)(use->registered - use->service.description) - strlen("(IANA: ");
	while (len > 0 && use->service.description[len - 1] == ' ')
		len--;
	return len;
}

static void put_use(struct page *page, const struct lsp_use *use)
{
	size_t len = description_len(use);

	begin_line(page, protos_text(use->protos));
	style(page, bold);
	put_text(page, use->service.name);
	style(page, plain);
	if (len > 0) {
		put_bytes(page, ":", 1);
		put_wrapped(page, use->service.description, len);
	}
	begin_line(page, "");
	if (use->status == LSP_USE_OFFICIAL) {
		put_text(page, _("official: registered at IANA"));
	} else if (use->status == LSP_USE_CUSTOMARY) {
		put_text(page, _("customary: not registered at IANA"));
	} else {
		put_text(page, _("customary, and in conflict with IANA, where it is registered as"));
		put_wrapped(page, use->registered, use->registered_len);
	}
	put_aliases(page, use);
}

static void put_host(struct page *page, uint16_t port)
{
	const struct lsp_rules *rules = &page->info->rules;
	bool is_inside = port >= rules->ephemeral_low && port <= rules->ephemeral_high;
	char text[160];

	begin_line(page, _("this host"));
	if ((rules->has & LSP_RULES_PRIVILEGED) == 0)
		snprintf(text, sizeof text, "%s", _("not known who may bind it;"));
	else if (rules->privileged_below == 0)
		snprintf(text, sizeof text, "%s", _("any user may bind it;"));
	else if (port > 0 && port < rules->privileged_below)
		snprintf(text, sizeof text, _("privileged (below %u);"), rules->privileged_below);
	else
		snprintf(text, sizeof text, _("any user may bind it (privileged: below %u);"), rules->privileged_below);
	put_text(page, text);
	if ((rules->has & LSP_RULES_EPHEMERAL) == 0)
		snprintf(text, sizeof text, "%s", _("ephemeral range not known"));
	else
		snprintf(text, sizeof text,
			 is_inside ? _("inside its ephemeral range %u-%u, so an outgoing connection may take it") :
				     _("outside its ephemeral range %u-%u"),
			 rules->ephemeral_low, rules->ephemeral_high);
	put_text(page, text);
}

static void put_note(struct page *page, const struct lsp_info_note *note, unsigned asked)
{
	bool is_first = true;
	char only[64];
	int kind;

	begin_line(page, _("security"));
	style(page, yellow);
	for (kind = 0; kind < LSP_KIND_COUNT; kind++) {
		if ((note->note.kinds & LSP_KIND_BIT(kind)) == 0)
			continue;
		if (!is_first)
			put_bytes(page, ",", 1);
		put_text(page, _(lsp_kind_name((enum lsp_kind)kind)));
		is_first = false;
	}
	style(page, plain);
	if (note->protos != asked) {
		snprintf(only, sizeof only, _("(only %s)"), protos_text(note->protos));
		put_text(page, only);
	}
	begin_line(page, "");
	put_text(page, _(note->note.why));
	begin_line(page, _("what to do"));
	put_text(page, _(note->note.advice));
	begin_line(page, _("source"));
	put_text(page, note->note.source);
}

static void put_now(struct page *page, const struct lsp_info_port *port)
{
	char text[80];
	size_t count;

	begin_line(page, _("now"));
	lsp_info_rows(page->info, port, &count);
	if (page->info->snapshot == NULL)
		put_text(page, _("not known"));
	else if (count == 0)
		put_text(page, _("nobody is on it"));
	else {
		snprintf(text, sizeof text, lsp_text_of("%zu socket, listed below", "%zu sockets, listed below", count), count);
		put_text(page, text);
	}
}

static void put_full(struct page *page, const struct lsp_info_port *port)
{
	static const char *const classes[] = {N_("system port (0-1023)"), N_("user port (1024-49151)"),
					      N_("dynamic port (49152-65535)")};
	const char *class = _(classes[(port->port >= 1024) + (port->port >= 49152)]);
	struct lsp_info_note notes[2];
	struct lsp_use uses[2];
	size_t use_count = lsp_info_uses(port, uses), note_count = lsp_info_notes(port, notes), i;

	style(page, bold);
	lsp_sink_number(&page->sink, port->port);
	style(page, plain);
	put_bytes(page, "  ", 2);
	put_bytes(page, class, strlen(class));
	for (i = 0; i < use_count; i++)
		put_use(page, &uses[i]);
	if (use_count == 0) {
		begin_line(page, protos_text(port->protos));
		put_text(page, _("no use is registered at IANA or customary"));
	}
	put_host(page, port->port);
	for (i = 0; i < note_count; i++)
		put_note(page, &notes[i], port->protos);
	put_now(page, port);
	lsp_sink_byte(&page->sink, '\n');
	page->column = 0;
}

/* A cell of the list, and blanks up to where the next one begins. */
static void put_cell(struct page *page, const char *text, size_t len, size_t width)
{
	size_t is = lsp_width(text, len);

	put_bytes(page, text, len);
	for (; is < width; is++)
		put_bytes(page, " ", 1);
	put_bytes(page, "  ", 2);
}

/* The last cell is cut where a terminal would wrap it. */
static void put_line(struct page *page, const char *port, const char *protos, const char *note, const char *name,
		     const char *text)
{
	size_t len = strlen(text), room;

	put_cell(page, port, strlen(port), 5);
	put_cell(page, protos, strlen(protos), 8);
	put_cell(page, note, strlen(note), 8);
	put_cell(page, name, strlen(name), page->name_width);
	room = page->width > page->column ? page->width - page->column : 1;
	if (page->is_cut && lsp_width(text, len) > room) {
		put_bytes(page, text, lsp_width_fit(text, len, room - 1));
		lsp_sink_word(&page->sink, "…");
	} else {
		put_bytes(page, text, len);
	}
	lsp_sink_byte(&page->sink, '\n');
	page->column = 0;
}

static void put_listed(struct page *page, const struct lsp_info_port *part, const struct lsp_use *use)
{
	struct lsp_info_note notes[2];
	char number[8];

	snprintf(number, sizeof number, "%u", part->port);
	put_line(page, number, protos_text(part->protos), lsp_info_notes(part, notes) > 0 ? _("yes") : "-",
		 use != NULL ? use->service.name : "-",
		 use != NULL && use->service.description[0] != '\0' ? use->service.description : "-");
}

static size_t longest_name(const struct lsp_info *info)
{
	size_t longest = lsp_width(_("NAME"), strlen(_("NAME"))), lines = 0, count, len, i, j;
	struct lsp_use uses[2];

	for (i = 0; i < info->port_count && lines < LINES_MAX; i++) {
		count = lsp_info_uses(&info->ports[i], uses);
		for (j = 0; j < count; j++, lines++) {
			len = lsp_width(uses[j].service.name, strlen(uses[j].service.name));
			longest = len > longest ? len : longest;
		}
	}
	return longest;
}

/* One line for each use. Returns how many lines there were no room for. */
static size_t put_list(struct page *page)
{
	size_t lines = 0, more = 0, i, j;

	style(page, bold);
	page->name_width = longest_name(page->info);
	put_line(page, _("PORT"), _("PROTO"), _("SECURITY"), _("NAME"), _("DESCRIPTION"));
	style(page, plain);
	for (i = 0; i < page->info->port_count; i++) {
		const struct lsp_info_port *port = &page->info->ports[i];
		struct lsp_use uses[2];
		size_t count = lsp_info_uses(port, uses);

		for (j = 0; j < count || (j == 0 && count == 0); j++, lines++) {
			struct lsp_info_port part = {port->port, count > 0 ? uses[j].protos : port->protos};

			if (lines >= LINES_MAX)
				more++;
			else
				put_listed(page, &part, count > 0 ? &uses[j] : NULL);
		}
	}
	return more;
}

static size_t print_facts(struct page *page)
{
	const struct lsp_info *info = page->info;
	size_t more = 0, i;

	lsp_sink_open(&page->sink, stdout);
	if (info->port_count > FULL_MAX)
		more = put_list(page);
	for (i = 0; i < info->port_count && info->port_count <= FULL_MAX; i++) {
		if (i > 0)
			lsp_sink_byte(&page->sink, '\n');
		put_full(page, &info->ports[i]);
	}
	if (info->row_count > 0)
		lsp_sink_byte(&page->sink, '\n');
	lsp_sink_close(&page->sink);
	return more;
}

size_t lsp_info_print_text(const struct lsp_info *info)
{
	struct page page = {.info = info};
	struct lsp_view view = {.width = 0};
	size_t more;

	lsp_show_fit(info->request, info->backend, &view);
	page.colour = view.colour;
	page.is_cut = view.width > 0;
	page.width = view.width > 0 ? view.width : PIPE_WIDTH;
	if (info->port_count <= FULL_MAX && page.width > MOST_WIDTH)
		page.width = MOST_WIDTH;
	if (page.width < LEAST_WIDTH)
		page.width = LEAST_WIDTH;
	if (info->port_count == 0)
		return 0;
	more = print_facts(&page);
	lsp_show_rows(&info->show, info->request, info->backend, info->snapshot, info->rows, info->row_count, &info->sight);
	return more;
}
