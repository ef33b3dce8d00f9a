/*
 * counters_parse.c - see linux.h: one counter out of the text of /proc/net/{netstat,snmp,sockstat}. No I/O.
 */
#include "linux.h"

#include <string.h>

/* The next word of the line; len 0 at its end. */
struct word {
	const char *text;
	size_t len;
};

static struct word next_word(const char **at, const char *end)
{
	struct word word;

	while (*at < end && **at == ' ')
		++*at;
	word.text = *at;
	while (*at < end && **at != ' ' && **at != '\n')
		++*at;
	word.len = (size_t)(*at - word.text);
	return word;
}

static bool is(struct word word, const char *text)
{
	return word.len == strlen(text) && memcmp(word.text, text, word.len) == 0;
}

static bool to_number(struct word word, uint64_t *ret_number)
{
	uint64_t number = 0;
	size_t i;

	for (i = 0; i < word.len; i++) {
		if (word.text[i] < '0' || word.text[i] > '9' || number > (UINT64_MAX - 9) / 10)
			return false;
		number = number * 10 + (uint64_t)(word.text[i] - '0');
	}
	if (word.len == 0)
		return false;
	*ret_number = number;
	return true;
}

/* Moves *at behind the first word of the next line that begins with it. */
static bool find_line(const char **at, const char *end, const char *line)
{
	while (*at < end) {
		const char *newline;

		if (is(next_word(at, end), line))
			return true;
		newline = memchr(*at, '\n', (size_t)(end - *at));
		if (newline == NULL)
			return false;
		*at = newline + 1;
	}
	return false;
}

bool lsp_counters_parse_pair(const char *text, size_t len, const char *line, const char *name, uint64_t *ret_number)
{
	const char *names = text, *end = text + len, *numbers;
	struct word word, number;

	if (!find_line(&names, end, line))
		return false;
	numbers = memchr(names, '\n', (size_t)(end - names));
	if (numbers == NULL || !find_line(&numbers, end, line))
		return false;
	do {
		word = next_word(&names, end);
		number = next_word(&numbers, end);
	} while (word.len > 0 && number.len > 0 && !is(word, name));
	return word.len > 0 && to_number(number, ret_number);
}

bool lsp_counters_parse_turn(const char *text, size_t len, const char *line, const char *name, uint64_t *ret_number)
{
	const char *at = text, *end = text + len;
	struct word word, number;

	if (!find_line(&at, end, line))
		return false;
	do {
		word = next_word(&at, end);
		number = next_word(&at, end);
	} while (word.len > 0 && number.len > 0 && !is(word, name));
	return word.len > 0 && to_number(number, ret_number);
}
