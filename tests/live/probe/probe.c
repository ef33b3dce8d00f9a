/*
 * probe.c - asks listeners what they speak, by src/probe and the backend of this build alone.
 *
 *   probe LIMIT_MS ADDR PORT [ADDR PORT]…   one line each, tabs between: end, speech or -, fit, connects, what the answer
 *                                           was to, evidence as hex, the call that failed or -
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe/probe.h"

static void print(const struct lsp_probe *probe)
{
	static const char *const fits[] = {"unknown", "yes", "no"};
	const char *speech = lsp_speech_name(probe->heard.speech);
	struct lsp_service label;
	enum lsp_fit fit = lsp_speech_fit(probe->heard.speech, lsp_service_at(LSP_TCP, probe->port, &label) ? &label : NULL);
	size_t i;

	printf("%s\t%s\t%s\t%u\t%d\t", lsp_talk_end_name(probe->end), speech != NULL ? speech : "-", fits[fit],
	       probe->connects, (int)probe->asked);
	for (i = 0; i < probe->heard.evidence_len; i++)
		printf("%02x", (unsigned char)probe->heard.evidence[i]);
	printf("\t%s\n", probe->end == LSP_TALK_FAILED ? probe->fault.op : "-");
}

int main(int argc, char *argv[])
{
	size_t count = (size_t)(argc - 2) / 2, i;
	struct lsp_probe *probes = calloc(count + 1, sizeof *probes);
	struct lsp_fault fault;

	if (argc < 4 || argc % 2 != 0 || probes == NULL)
		return 2;
	for (i = 0; i < count; i++) {
		if (!lsp_addr_parse(argv[2 + 2 * i], strlen(argv[2 + 2 * i]), &probes[i].addr))
			return 2;
		probes[i].port = (uint16_t)atoi(argv[3 + 2 * i]);
	}
	if (lsp_probe_all(lsp_backend_native(), probes, count, (unsigned)atoi(argv[1]), &fault) != LSP_OK) {
		fprintf(stderr, "%s: %s\n", fault.op, fault.detail);
		return 5;
	}
	for (i = 0; i < count; i++)
		print(&probes[i]);
	free(probes);
	return 0;
}
