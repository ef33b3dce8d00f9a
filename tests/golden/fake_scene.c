/*
 * fake_scene.c - a scene is read line by line: see fake_backend.c for what may stand there.
 */
#include "fake.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_MAX_BYTES = 64 * 1024, BAD_SCENE = 99 };

_Noreturn void fake_bad_scene(const char *why, const char *what)
{
	fprintf(stderr, "fake: %s: %s\n", why, what);
	exit(BAD_SCENE);
}

static char unescape(const char **at)
{
	static const char letters[] = "nt0", bytes[] = "\n\t";
	const char *letter;
	char digits[3] = "";

	if (**at != '\\')
		return *(*at)++;
	++*at;
	if (**at == 'x' && (*at)[1] != '\0') {
		memcpy(digits, *at + 1, 2);
		*at += 3;
		return (char)strtoul(digits, NULL, 16);
	}
	letter = strchr(letters, **at);
	return letter != NULL && *letter != '\0' ? ((*at)++, bytes[letter - letters]) : *(*at)++;
}

/* Splits text in its own place: what is unescaped is never longer. */
static void split(char *text, struct line *ret_line)
{
	const char *from = text;
	char *to = text;
	bool quoted;

	ret_line->count = 0;
	for (;;) {
		from += strspn(from, " \t\r\n");
		if (*from == '\0' || (*from == '#' && ret_line->count == 0))
			return;
		if (ret_line->count == WORDS_MAX)
			fake_bad_scene("too many words", text);
		ret_line->words[ret_line->count].text = to;
		for (quoted = false; *from != '\0' && (quoted || strchr(" \t\r\n", *from) == NULL);) {
			if (*from == '"') {
				quoted = !quoted;
				from++;
			} else {
				*to++ = unescape(&from);
			}
		}
		ret_line->words[ret_line->count].len = (size_t)(to - ret_line->words[ret_line->count].text);
		ret_line->count++;
		if (*from != '\0')
			from++;
		*to++ = '\0';
	}
}

static bool is_now(const struct line *line)
{
	const char *after = fake_value(line, "after", NULL);
	uint64_t when = 0;
	char *rest;

	if (after == NULL)
		return true;
	if (!fake_ended((uint32_t)strtoul(after, &rest, 10), &when))
		return false;
	return *rest != '+' || fake_now_ms() >= when + strtoull(rest + 1, NULL, 10);
}

void fake_walk(const char *kind, void (*with)(const struct line *line, void *arg), void *arg)
{
	const char *path = getenv("LSPORTS_SCENE");
	FILE *file = path != NULL ? fopen(path, "rb") : NULL;
	char *text = malloc(LINE_MAX_BYTES);
	struct line line;

	if (file == NULL || text == NULL)
		fake_bad_scene("cannot read LSPORTS_SCENE", path != NULL ? path : "not set");
	while (fgets(text, LINE_MAX_BYTES, file) != NULL) {
		split(text, &line);
		if (line.count > 0 && strcmp(line.words[0].text, kind) == 0 && is_now(&line))
			with(&line, arg);
	}
	free(text);
	fclose(file);
}

const char *fake_word(const struct line *line, size_t i)
{
	if (i >= line->count)
		fake_bad_scene("too few words", line->words[0].text);
	return line->words[i].text;
}

const char *fake_value(const struct line *line, const char *name, size_t *ret_len)
{
	size_t len = strlen(name), i;

	for (i = 1; i < line->count; i++) {
		const struct word *word = &line->words[i];

		if (strncmp(word->text, name, len) != 0 || (word->text[len] != '=' && word->text[len] != '\0'))
			continue;
		len += word->text[len] == '=';
		if (ret_len != NULL)
			*ret_len = word->len - len;
		return word->text + len;
	}
	return NULL;
}

uint64_t fake_number(const struct line *line, const char *name, unsigned bit, unsigned *has)
{
	const char *value = fake_value(line, name, NULL);

	if (value == NULL)
		return 0;
	*has |= bit;
	return strtoull(value, NULL, 10);
}

uint64_t fake_word_number(const struct line *line, size_t i)
{
	return strtoull(fake_word(line, i), NULL, 10);
}

struct failing {
	const char *call;
	struct lsp_fault fault;
};

static void find_fault(const struct line *line, void *arg)
{
	static const char *const words[] = {"", "denied", "gone", "unsupported", "malformed", "torn", "io"};
	struct failing *failing = arg;
	size_t i;

	if (strcmp(fake_word(line, 1), failing->call) != 0)
		return;
	for (i = 1; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(words[i], fake_word(line, 2)) == 0)
			failing->fault.err = (enum lsp_err)i;
	}
	snprintf(failing->fault.detail, sizeof(failing->fault.detail), "%s, says the scene", fake_word(line, 2));
	if (line->count > 3 && strchr(fake_word(line, 3), '=') == NULL)
		failing->fault.os_code = (int)strtol(fake_word(line, 3), NULL, 10);
}

enum lsp_err fake_fault(const char *call, struct lsp_fault *ret_fault)
{
	struct failing failing = {.call = call, .fault = {.op = "fake"}};

	fake_walk("fault", find_fault, &failing);
	if (failing.fault.err != LSP_OK && ret_fault != NULL)
		*ret_fault = failing.fault;
	return failing.fault.err;
}
