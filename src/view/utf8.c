/*
 * utf8.c - the strict decoder behind escape.c and width.c.
 *
 * Only the second byte has limits that depend on the first (The Unicode Standard, table 3-7); they are what
 * shuts out overlong forms, surrogates and numbers above U+10FFFF.
 */
#include "utf8.h"

size_t lsp_utf8_next(const char *bytes, size_t len, uint32_t *ret_point)
{
	const unsigned char *at = (const unsigned char *)bytes;
	unsigned low = 0x80, high = 0xbf;
	size_t i, more;
	uint32_t point;

	*ret_point = LSP_UTF8_BAD;
	if (at[0] < 0x80) {
		*ret_point = at[0];
		return 1;
	}
	if (at[0] < 0xc2 || at[0] > 0xf4)
		return 1;
	if (at[0] < 0xe0) {
		more = 1;
		point = at[0] & 0x1f;
	} else if (at[0] < 0xf0) {
		more = 2;
		point = at[0] & 0x0f;
		low = at[0] == 0xe0 ? 0xa0 : 0x80;
		high = at[0] == 0xed ? 0x9f : 0xbf;
	} else {
		more = 3;
		point = at[0] & 0x07;
		low = at[0] == 0xf0 ? 0x90 : 0x80;
		high = at[0] == 0xf4 ? 0x8f : 0xbf;
	}
	for (i = 1; i <= more; i++) {
		if (i >= len || at[i] < low || at[i] > high)
			return i;
		point = point << 6 | (at[i] & 0x3f);
		low = 0x80;
		high = 0xbf;
	}
	*ret_point = point;
	return i;
}

bool lsp_utf8_is(const char *bytes, size_t len)
{
	uint32_t point = 0;

	while (len > 0 && point != LSP_UTF8_BAD) {
		size_t step = lsp_utf8_next(bytes, len, &point);

		bytes += step;
		len -= step;
	}
	return point != LSP_UTF8_BAD;
}
