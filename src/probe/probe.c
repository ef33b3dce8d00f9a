/*
 * probe.c - see probe.h: openings become talks, answers become names. The talking itself is the backend's.
 */
#include <stdlib.h>

#include <lsports/language.h>

#include "core/mem.h"
#include "opening.h"
#include "probe.h"

enum { ANSWER_MS = 600 };

const char *lsp_talk_end_name(enum lsp_talk_end end)
{
	static const char *const names[LSP_TALK_END_COUNT] = {
		[LSP_TALK_NOT_TRIED] = N_("not-tried"), [LSP_TALK_FOREIGN] = N_("foreign"), [LSP_TALK_FAILED] = N_("failed"),
		[LSP_TALK_REFUSED] = N_("refused"),	[LSP_TALK_STUCK] = N_("stuck"),	    [LSP_TALK_CLOSED] = N_("closed"),
		[LSP_TALK_SILENT] = N_("silent"),	[LSP_TALK_ANSWERED] = N_("answered"), [LSP_TALK_FULL] = N_("endless"),
	};

	return names[end];
}

bool lsp_probe_address(const struct lsp_socket *socket, struct lsp_addr *ret_addr)
{
	static const struct lsp_addr loopback4 = {.family = LSP_INET4, .bytes = {127, 0, 0, 1}};
	static const struct lsp_addr loopback6 = {.family = LSP_INET6, .bytes = {[15] = 1}};
	bool takes4 = socket->local.family == LSP_INET4 || ((socket->has & LSP_HAS_V6ONLY) != 0 && !socket->v6only);

	/* binding a link-local address binds its device as well (ipv6(7)); that is reached from here */
	bool is_link = socket->local.family == LSP_INET6 && socket->local.bytes[0] == 0xfe &&
		       (socket->local.bytes[1] & 0xc0) == 0x80;

	if (socket->proto != LSP_TCP || socket->state != LSP_LISTEN || ((socket->has & LSP_HAS_IFINDEX) != 0 && !is_link))
		return false;
	if (!lsp_addr_is_any(&socket->local))
		*ret_addr = lsp_addr_unmap(&socket->local);
	else
		*ret_addr = takes4 ? loopback4 : loopback6;
	if (is_link && ret_addr->scope == 0)
		ret_addr->scope = socket->ifindex;
	return true;
}

static int cmp(const void *one, const void *other)
{
	const struct lsp_probe *a = *(struct lsp_probe *const *)one, *b = *(struct lsp_probe *const *)other;
	int order = lsp_addr_cmp(&a->addr, &b->addr);

	return order != 0 ? order : (a->port > b->port) - (a->port < b->port);
}

static void begin(const struct lsp_probe *probe, struct lsp_talk *ret_talk, struct lsp_opening *ret_opening)
{
	struct lsp_service label;
	size_t i;

	*ret_opening = lsp_opening_of(probe->port, lsp_service_at(LSP_TCP, probe->port, &label) ? &label : NULL);
	*ret_talk = (struct lsp_talk){.addr = probe->addr,
				      .port = probe->port,
				      .listen_ms = ret_opening->listen_ms,
				      .answer_ms = ANSWER_MS,
				      .message_count = (uint8_t)ret_opening->count};
	for (i = 0; i < ret_opening->count; i++)
		ret_talk->messages[i] = lsp_opening_message(ret_opening->asked[i]);
}

static void finish(const struct lsp_talk *talk, const struct lsp_opening *opening, struct lsp_probe *probe)
{
	probe->end = (enum lsp_talk_end)talk->end;
	probe->connects = talk->connects;
	probe->fault = talk->fault;
	if (talk->end != LSP_TALK_ANSWERED && talk->end != LSP_TALK_FULL)
		return;
	probe->asked = talk->sent > 0 ? opening->asked[talk->sent - 1] : LSP_ASKED_NOTHING;
	probe->heard = lsp_speech_hear(talk->bytes, talk->len, probe->asked);
}

enum lsp_err lsp_probe_all(const struct lsp_backend *backend, struct lsp_probe *probes, size_t count, unsigned limit_ms,
			   struct lsp_fault *ret_fault)
{
	struct lsp_talk *talks = lsp_realloc_array(NULL, LSP_TALKS_MAX, sizeof *talks);
	struct lsp_opening openings[LSP_TALKS_MAX];
	struct lsp_probe **order = lsp_realloc_array(NULL, count > 0 ? count : 1, sizeof *order), *asked[LSP_TALKS_MAX];
	uint64_t until = backend->now_ms() + limit_ms, now;
	enum lsp_err err = LSP_OK;
	size_t i, j, n;

	for (i = 0; i < count; i++) {
		probes[i] = (struct lsp_probe){.addr = probes[i].addr, .port = probes[i].port};
		order[i] = &probes[i];
	}
	qsort(order, count, sizeof *order, cmp);
	for (i = 0; i < count && err == LSP_OK && (now = backend->now_ms()) < until;) {
		for (n = 0; i < count && n < LSP_TALKS_MAX; i++) {
			if (i > 0 && cmp(&order[i - 1], &order[i]) == 0)
				continue;
			asked[n] = order[i];
			begin(order[i], &talks[n], &openings[n]);
			n++;
		}
		if (n > 0)
			err = backend->talk(talks, n, (unsigned)(until - now), ret_fault);
		for (j = 0; j < n && err == LSP_OK; j++)
			finish(&talks[j], &openings[j], asked[j]);
	}
	for (i = 1; i < count; i++) {
		if (cmp(&order[i - 1], &order[i]) == 0)
			*order[i] = *order[i - 1];
	}
	free(order);
	free(talks);
	return err;
}
