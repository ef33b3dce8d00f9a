/*
 * fake_talk.c - what the listeners of the scene say:
 *   talk ADDR:PORT SENT ANSWER   to a message that begins with SENT; "" is unasked. Without a line for it: not a byte
 *   talk ADDR:PORT end=WORD      instead: WORD of lsp_talk_end_name; of "endless" the answers are told as well
 * An address that is neither loopback nor in a line "address" of the scene is foreign.
 */
#include "fake.h"

#include <stdio.h>
#include <string.h>

struct talk_asked {
	char endpoint[80];
	struct lsp_talk *talk;
};

static void hear_end(const struct line *line, void *arg)
{
	const struct talk_asked *asked = arg;
	const char *word = fake_value(line, "end", NULL);
	uint8_t end = 0;

	if (word == NULL || strcmp(fake_word(line, 1), asked->endpoint) != 0)
		return;
	while (strcmp(lsp_talk_end_name((enum lsp_talk_end)end), word) != 0) {
		if (++end == LSP_TALK_END_COUNT)
			fake_bad_scene("not an end of a talk", word);
	}
	asked->talk->end = end;
}

static void hear_answer(const struct line *line, void *arg)
{
	const struct talk_asked *asked = arg;
	struct lsp_talk *talk = asked->talk;
	const struct lsp_message *message = talk->sent > 0 ? &talk->messages[talk->sent - 1] : NULL;
	const struct word *sent = &line->words[2], *answer = &line->words[3];

	if (line->count < 4 || strcmp(fake_word(line, 1), asked->endpoint) != 0 || (message == NULL) != (sent->len == 0) ||
	    (message != NULL && (message->len < sent->len || memcmp(message->bytes, sent->text, sent->len) != 0)))
		return;
	talk->len = (uint16_t)(answer->len < sizeof talk->bytes ? answer->len : sizeof talk->bytes);
	memcpy(talk->bytes, answer->text, talk->len);
}

static bool is_own(const struct lsp_addr *addr)
{
	struct lsp_snapshot *links = lsp_snapshot_new();
	struct lsp_fault fault;
	bool found = false;
	size_t i;

	fake_links(links, &fault);
	for (i = 0; i < links->link_addr_count; i++)
		found |= lsp_addr_cmp(addr, &links->link_addrs[i].addr) == 0;
	lsp_snapshot_free(links);
	if (found)
		return true;
	return addr->family == LSP_INET4 ? addr->bytes[0] == 127 : addr->bytes[15] == 1;
}

static void talk_one(struct lsp_talk *talk)
{
	struct talk_asked asked = {.talk = talk};
	char text[LSP_ADDR_TEXT_MAX];

	lsp_addr_text(&talk->addr, text);
	snprintf(asked.endpoint, sizeof asked.endpoint, talk->addr.family == LSP_INET6 ? "[%s]:%u" : "%s:%u", text,
		 talk->port);
	if (!is_own(&talk->addr)) {
		talk->end = LSP_TALK_FOREIGN;
		return;
	}
	fake_walk("talk", hear_end, &asked);
	if (talk->end != LSP_TALK_NOT_TRIED && talk->end != LSP_TALK_FULL)
		return;
	for (talk->sent = 0, talk->connects = 1;; talk->sent++) {
		talk->connects = talk->sent > 1 ? talk->sent : 1;
		fake_walk("talk", hear_answer, &asked);
		if (talk->len > 0 || talk->sent == talk->message_count)
			break;
	}
	if (talk->end == LSP_TALK_NOT_TRIED)
		talk->end = talk->len > 0 ? LSP_TALK_ANSWERED : LSP_TALK_SILENT;
}

enum lsp_err fake_talk(struct lsp_talk *talks, size_t count, unsigned limit_ms, struct lsp_fault *ret_fault)
{
	size_t i;

	(void)limit_ms;
	for (i = 0; i < count; i++)
		talk_one(&talks[i]);
	return fake_fault("talk", ret_fault);
}
