/*
 * netsh_parse.c - see netsh_parse.h.
 *
 * The headings are in the language of Windows and in the code page of its console; the shape is the same in all of them:
 * a line of the first table is blanks, a number, blanks, a number, and perhaps a star (microsoft/WSL threads 5306, 5514 and
 * many more show it); of the second, two lines end in a number.
 */
#include "netsh_parse.h"

struct line {
	const char *at, *end;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool next_line(struct line *text, struct line *ret_line)
{
	if (text->at == text->end)
		return false;
	*ret_line = (struct line){text->at, text->at};
	while (ret_line->end < text->end && *ret_line->end != '\n')
		ret_line->end++;
	text->at = ret_line->end < text->end ? ret_line->end + 1 : text->end;
	while (ret_line->end > ret_line->at && is_blank(ret_line->end[-1]))
		ret_line->end--;
	return true;
}

static void skip_blanks(struct line *line)
{
	while (line->at < line->end && is_blank(*line->at))
		line->at++;
}

/* A port, with a blank or the end behind. */
static bool take_port(struct line *line, uint32_t *ret_port)
{
	const char *start;
	uint32_t number = 0;

	skip_blanks(line);
	for (start = line->at; line->at < line->end && is_digit(*line->at); line->at++) {
		number = number * 10 + (uint32_t)(*line->at - '0');
		if (number > UINT16_MAX)
			return false;
	}
	*ret_port = number;
	return line->at > start && (line->at == line->end || is_blank(*line->at));
}

size_t lsp_netsh_parse_excluded(const char *text, size_t len, struct lsp_kept *ret_kept, size_t max)
{
	struct line rest = {text, text + len}, line;
	uint32_t low, high;
	size_t count = 0;

	while (next_line(&rest, &line)) {
		bool is_administered;

		if (!take_port(&line, &low) || !take_port(&line, &high) || low > high)
			continue;
		skip_blanks(&line);
		is_administered = line.end - line.at == 1 && *line.at == '*';
		if (line.at != line.end && !is_administered)
			continue;
		if (count < max)
			ret_kept[count] = (struct lsp_kept){
				.low = (uint16_t)low, .high = (uint16_t)high, .is_bindable = is_administered};
		count++;
	}
	return count;
}

/* The number that a line ends in, with a blank before it. */
static bool last_number(const struct line *line, uint32_t *ret_number)
{
	struct line number = {line->end, line->end};

	while (number.at > line->at && is_digit(number.at[-1]))
		number.at--;
	return number.at > line->at && is_blank(number.at[-1]) && take_port(&number, ret_number);
}

bool lsp_netsh_parse_dynamic(const char *text, size_t len, uint16_t *ret_low, uint16_t *ret_high)
{
	struct line rest = {text, text + len}, line;
	uint32_t numbers[2], number;
	size_t count = 0;

	while (next_line(&rest, &line)) {
		if (!last_number(&line, &number))
			continue;
		if (count == 2)
			return false;
		numbers[count++] = number;
	}
	if (count != 2 || numbers[0] == 0 || numbers[1] == 0 || numbers[0] + numbers[1] - 1 > UINT16_MAX)
		return false;
	*ret_low = (uint16_t)numbers[0];
	*ret_high = (uint16_t)(numbers[0] + numbers[1] - 1);
	return true;
}
