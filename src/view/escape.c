/*
 * escape.c - hostile bytes become harmless text.
 *
 * Both forms share one idea of what may not pass; they differ only in how it is shown. Runs that may pass are
 * copied whole.
 */
#include "escape.h"

#include "utf8.h"

static const char hex[] = "0123456789abcdef";

/* What a terminal might obey instead of show. */
static bool is_hostile(uint32_t point)
{
	return point < 0x20 || (point >= 0x7f && point <= 0x9f) ||      /* C0, DEL, C1 */
	       point == 0x061c || point == 0x200e || point == 0x200f || /* ALM, LRM, RLM */
	       (point >= 0x2028 && point <= 0x202e) || /* line and paragraph separator, LRE RLE PDF LRO RLO */
	       (point >= 0x2066 && point <= 0x2069) || /* LRI RLI FSI PDI */
	       point == 0xfeff;                        /* byte order mark */
}

static void put_hex_byte(struct lsp_sink *sink, char byte)
{
	lsp_sink_byte(sink, hex[(unsigned char)byte >> 4]);
	lsp_sink_byte(sink, hex[(unsigned char)byte & 15]);
}

/* Every hostile code point is below U+10000: four digits always do. */
static void put_u(struct lsp_sink *sink, uint32_t point)
{
	lsp_sink_bytes(sink, "\\u", 2);
	put_hex_byte(sink, (char)(point >> 8 & 0xff));
	put_hex_byte(sink, (char)(point & 0xff));
}

static void put_x(struct lsp_sink *sink, const char *bytes, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		lsp_sink_bytes(sink, "\\x", 2);
		put_hex_byte(sink, bytes[i]);
	}
}

/* The letter of a short escape that both forms know; 0: none. */
static char short_escape(uint32_t point)
{
	return point == '\n' ? 'n' : point == '\t' ? 't' : point == '\r' ? 'r' : 0;
}

/* How many bytes from the start pass as they are. also: two more bytes that may not, or NULL. */
static size_t clean_run(const char *bytes, size_t len, const char *also)
{
	size_t i = 0, step;
	uint32_t point;

	while (i < len) {
		unsigned char byte = (unsigned char)bytes[i];

		if (byte >= 0x20 && byte < 0x7f) {
			if (also != NULL && (bytes[i] == also[0] || bytes[i] == also[1]))
				break;
			i++;
			continue;
		}
		step = lsp_utf8_next(bytes + i, len - i, &point);
		if (point == LSP_UTF8_BAD || is_hostile(point))
			break;
		i += step;
	}
	return i;
}

void lsp_escape_text(struct lsp_sink *sink, const char *bytes, size_t len)
{
	size_t run, step;
	uint32_t point;
	char letter;

	while (len > 0) {
		run = clean_run(bytes, len, NULL);
		lsp_sink_bytes(sink, bytes, run);
		bytes += run;
		len -= run;
		if (len == 0)
			return;
		step = lsp_utf8_next(bytes, len, &point);
		letter = short_escape(point);
		if (letter != 0) {
			lsp_sink_byte(sink, '\\');
			lsp_sink_byte(sink, letter);
		} else if (point < 0x80 || point == LSP_UTF8_BAD) {
			put_x(sink, bytes, step);
		} else {
			put_u(sink, point);
		}
		bytes += step;
		len -= step;
	}
}

bool lsp_escape_json(struct lsp_sink *sink, const char *bytes, size_t len)
{
	bool is_utf8 = true;
	size_t run, step;
	uint32_t point;
	char letter;

	lsp_sink_byte(sink, '"');
	while (len > 0) {
		run = clean_run(bytes, len, "\"\\");
		lsp_sink_bytes(sink, bytes, run);
		bytes += run;
		len -= run;
		if (len == 0)
			break;
		step = lsp_utf8_next(bytes, len, &point);
		letter = point == '"' || point == '\\' ? (char)point : short_escape(point);
		if (point == LSP_UTF8_BAD) {
			lsp_sink_bytes(sink, "\xef\xbf\xbd", 3);
			is_utf8 = false;
		} else if (letter != 0) {
			lsp_sink_byte(sink, '\\');
			lsp_sink_byte(sink, letter);
		} else {
			put_u(sink, point);
		}
		bytes += step;
		len -= step;
	}
	lsp_sink_byte(sink, '"');
	return is_utf8;
}

void lsp_escape_hex(struct lsp_sink *sink, const char *bytes, size_t len)
{
	size_t i;

	lsp_sink_byte(sink, '"');
	for (i = 0; i < len; i++)
		put_hex_byte(sink, bytes[i]);
	lsp_sink_byte(sink, '"');
}
