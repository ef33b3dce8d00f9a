/*
 * fuzz_escape.c - hostile names: no raw control, escape or bidirectional character comes out, in either form, what
 * comes out is UTF-8, and JSON gives the very bytes back. The decoder here is a second one, written for this.
 */
#include "fuzz.h"

#include "view/escape.h"
#include "view/utf8.h"
#include "view/width.h"

/* The code point at bytes and its length; 0 when it is not UTF-8 (RFC 3629, section 4, by arithmetic). */
static size_t decode(const uint8_t *bytes, size_t len, uint32_t *ret_point)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t size = bytes[0] < 0x80 ? 1 : bytes[0] >> 5 == 6 ? 2 : bytes[0] >> 4 == 14 ? 3 : bytes[0] >> 3 == 30 ? 4 : 0;
	uint32_t point = size == 1 ? bytes[0] : bytes[0] & (0x7fu >> size);
	size_t i;

	if (size == 0 || size > len)
		return 0;
	for (i = 1; i < size; i++) {
		if (bytes[i] >> 6 != 2)
			return 0;
		point = point << 6 | (bytes[i] & 0x3fu);
	}
	if (point < least[size] || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff))
		return 0;
	*ret_point = point;
	return size;
}

static bool is_utf8(const uint8_t *bytes, size_t len)
{
	uint32_t point;
	size_t size;

	for (; len > 0; bytes += size, len -= size) {
		size = decode(bytes, len, &point);
		if (size == 0)
			return false;
	}
	return true;
}

static void check_harmless(const char *text, size_t len)
{
	const uint8_t *bytes = (const uint8_t *)text;
	uint32_t point;
	size_t size;

	for (; len > 0; bytes += size, len -= size) {
		size = decode(bytes, len, &point);
		REQUIRE(size > 0);
		REQUIRE(point >= 0x20 && !(point >= 0x7f && point <= 0x9f));
		REQUIRE(point != 0x61c && point != 0x200e && point != 0x200f && point != 0xfeff);
		REQUIRE(!(point >= 0x202a && point <= 0x202e) && !(point >= 0x2066 && point <= 0x2069));
	}
}

static unsigned hex_value(char c)
{
	REQUIRE((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'));
	return (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
}

static size_t put_utf8(char *out, unsigned point)
{
	if (point < 0x80) {
		out[0] = (char)point;
		return 1;
	}
	if (point < 0x800) {
		out[0] = (char)(0xc0 | point >> 6);
		out[1] = (char)(0x80 | (point & 0x3f));
		return 2;
	}
	out[0] = (char)(0xe0 | point >> 12);
	out[1] = (char)(0x80 | (point >> 6 & 0x3f));
	out[2] = (char)(0x80 | (point & 0x3f));
	return 3;
}

/* A JSON string back to its bytes (RFC 8259, section 7); the result is never longer. */
static size_t undo_json(const char *text, size_t len, char *out)
{
	size_t used = 0, i;

	REQUIRE(len >= 2 && text[0] == '"' && text[len - 1] == '"');
	for (i = 1; i + 1 < len; i++) {
		if (text[i] != '\\') {
			REQUIRE(text[i] != '"');
			out[used++] = text[i];
			continue;
		}
		REQUIRE(++i + 1 < len && strchr("\"\\ntru", text[i]) != NULL);
		if (text[i] == 'u') {
			REQUIRE(i + 5 < len);
			used += put_utf8(out + used, hex_value(text[i + 1]) << 12 | hex_value(text[i + 2]) << 8 |
							     hex_value(text[i + 3]) << 4 | hex_value(text[i + 4]));
			i += 4;
		} else {
			out[used++] = text[i] == 'n' ? '\n' : text[i] == 't' ? '\t' : text[i] == 'r' ? '\r' : text[i];
		}
	}
	return used;
}

static void check_json(const char *input, size_t len)
{
	struct lsp_sink sink;
	char *back;
	size_t back_len;
	bool whole;

	lsp_sink_open(&sink, NULL);
	whole = lsp_escape_json(&sink, input, len);
	REQUIRE(whole == is_utf8((const uint8_t *)input, len));
	REQUIRE(whole == lsp_utf8_is(input, len));
	check_harmless(sink.bytes, sink.used);
	back = malloc(sink.used);
	REQUIRE(back != NULL);
	back_len = undo_json(sink.bytes, sink.used, back);
	REQUIRE(!whole || (back_len == len && memcmp(back, input, len) == 0));
	free(back);
	sink.used = 0;
	lsp_escape_hex(&sink, input, len);
	REQUIRE(sink.used == 2 * len + 2);
	for (back_len = 0; back_len < len; back_len++)
		REQUIRE((uint8_t)input[back_len] == (hex_value(sink.bytes[1 + 2 * back_len]) << 4 |
						     hex_value(sink.bytes[2 + 2 * back_len])));
	lsp_sink_close(&sink);
}

static void check_width(const char *text, size_t len)
{
	size_t width = lsp_width(text, len), cells;

	REQUIRE(width <= 2 * len);
	REQUIRE(lsp_width_fit(text, len, width) == len);
	for (cells = 0; cells < width && cells < 8; cells++) {
		size_t fits = lsp_width_fit(text, len, cells);

		REQUIRE(fits <= len);
		REQUIRE(lsp_width(text, fits) <= cells);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	char *input = fuzz_copy(bytes, len);
	struct lsp_sink sink;

	lsp_sink_open(&sink, NULL);
	lsp_escape_text(&sink, input, len);
	check_harmless(sink.bytes, sink.used);
	check_width(sink.bytes, sink.used);
	lsp_sink_close(&sink);
	check_json(input, len);
	check_width(input, len);
	free(input);
	return 0;
}
