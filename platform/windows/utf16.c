/*
 * utf16.c - see utf16.h.
 */
#include "utf16.h"

#include <string.h>

#define REPLACEMENT 0xfffd

/* The character that begins at units[0], of len units; how many units it takes. */
static uint32_t first_of(const uint16_t *units, size_t len, size_t *ret_taken)
{
	uint32_t unit = units[0];

	*ret_taken = 1;
	if (unit < 0xd800 || unit > 0xdfff)
		return unit;
	if (unit > 0xdbff || len < 2 || units[1] < 0xdc00 || units[1] > 0xdfff)
		return REPLACEMENT;
	*ret_taken = 2;
	return 0x10000 + ((unit - 0xd800) << 10) + (units[1] - 0xdc00u);
}

static size_t encode(uint32_t c, char ret_bytes[4])
{
	if (c < 0x80) {
		ret_bytes[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		ret_bytes[0] = (char)(0xc0 | c >> 6);
		ret_bytes[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		ret_bytes[0] = (char)(0xe0 | c >> 12);
		ret_bytes[1] = (char)(0x80 | (c >> 6 & 0x3f));
		ret_bytes[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	ret_bytes[0] = (char)(0xf0 | c >> 18);
	ret_bytes[1] = (char)(0x80 | (c >> 12 & 0x3f));
	ret_bytes[2] = (char)(0x80 | (c >> 6 & 0x3f));
	ret_bytes[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

size_t lsp_utf8_of(const uint16_t *units, size_t len, char *ret_text, size_t size)
{
	size_t used = 0, at, taken;

	for (at = 0; at < len; at += taken) {
		char bytes[4];
		size_t count = encode(first_of(units + at, len - at, &taken), bytes);

		if (count >= size - used)
			break;
		memcpy(ret_text + used, bytes, count);
		used += count;
	}
	ret_text[used] = '\0';
	return used;
}
