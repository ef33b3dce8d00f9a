/*
 * word.c - see word.h. It undoes what write.c does: the escapes are those of view/escape.h and three of our own.
 */
#include "word.h"

#include <stdint.h>
#include <string.h>

#include <lsports/language.h>

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* count hexadecimal digits. */
static bool read_hex(const char *at, const char *end, int count, uint32_t *ret_value)
{
	uint32_t value = 0;

	if (end - at < count)
		return false;
	for (; count > 0; count--, at++) {
		if (*at >= '0' && *at <= '9')
			value = value * 16 + (uint32_t)(*at - '0');
		else if (*at >= 'a' && *at <= 'f')
			value = value * 16 + (uint32_t)(*at - 'a') + 10;
		else if (*at >= 'A' && *at <= 'F')
			value = value * 16 + (uint32_t)(*at - 'A') + 10;
		else
			return false;
	}
	*ret_value = value;
	return true;
}

/* UTF-8 of a code point below U+10000 (RFC 3629): shorter than the \uNNNN that it is written as. */
static void put_point(char **to, uint32_t point)
{
	if (point >= 0x800) {
		*(*to)++ = (char)(0xe0 | point >> 12);
		*(*to)++ = (char)(0x80 | (point >> 6 & 0x3f));
	} else if (point >= 0x80) {
		*(*to)++ = (char)(0xc0 | point >> 6);
	}
	*(*to)++ = (char)(point < 0x80 ? point : 0x80 | (point & 0x3f));
}

/* *at stands behind the backslash. A NUL cannot be written: it is no byte of any name. */
static bool read_escape(const char **at, const char *end, char **to)
{
	static const char letters[] = "ntr\\\"*#", bytes[] = "\n\t\r\\\"*#";
	const char *letter = *at < end && **at != '\0' ? strchr(letters, **at) : NULL;
	uint32_t value;

	if (letter != NULL) {
		*(*to)++ = bytes[letter - letters];
		++*at;
		return true;
	}
	if (end - *at >= 3 && **at == 'x' && read_hex(*at + 1, end, 2, &value) && value != 0) {
		*(*to)++ = (char)value;
		*at += 3;
		return true;
	}
	if (end - *at >= 5 && **at == 'u' && read_hex(*at + 1, end, 4, &value) && value != 0 &&
	    (value < 0xd800 || value > 0xdfff)) {
		put_point(to, value);
		*at += 5;
		return true;
	}
	return false;
}

const char *lsp_policy_word_next(const char **line, const char *end, char **to, struct lsp_policy_word *ret_word)
{
	const char *at = *line, *wrong = NULL;
	bool quoted = false;

	while (at < end && is_blank(*at))
		at++;
	if (at < end && *at == '#')
		at = end;
	*ret_word = (struct lsp_policy_word){.typed = at, .bytes = *to};
	while (at < end && wrong == NULL && (quoted || !is_blank(*at))) {
		char c = *at++;

		if (c == '"')
			quoted = !quoted;
		else if (c == '\0')
			wrong = _("a NUL byte: this is no text");
		else if (c == '\\')
			wrong = read_escape(&at, end, to) ? NULL : _("no escape: write \\\\ for a backslash, \\xNN for a byte");
		else
			*(*to)++ = c == '*' ? '\0' : c;
	}
	if (wrong == NULL && quoted)
		wrong = _("the quotation mark is not closed");
	ret_word->typed_len = (size_t)(at - ret_word->typed);
	ret_word->len = (size_t)(*to - ret_word->bytes);
	*line = at;
	return wrong;
}
