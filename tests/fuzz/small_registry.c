/*
 * small_registry.c - a registry of a few names, for run.sh: in the true one a search for near names looks at some
 * 12,000 of them for each misspelt word, and a fuzzer makes little else. Replays use the true one.
 */
#include <lsports/service.h>

#include <string.h>

static const struct lsp_service services[] = {
	{"http", "", LSP_ORIGIN_IANA, LSP_TCP, 80},	{"http", "", LSP_ORIGIN_IANA, LSP_UDP, 80},
	{"ftp-data", "", LSP_ORIGIN_IANA, LSP_TCP, 20}, {"ntp", "", LSP_ORIGIN_IANA, LSP_UDP, 123},
};

size_t lsp_service_named(const char *name, size_t len, struct lsp_service *ret_services, size_t max)
{
	size_t count = 0, i;

	for (i = 0; i < sizeof services / sizeof *services; i++) {
		if (strlen(services[i].name) != len || memcmp(services[i].name, name, len) != 0)
			continue;
		if (count < max)
			ret_services[count] = services[i];
		count++;
	}
	return count;
}

const char *lsp_service_near(const char *name, size_t len)
{
	return len == 4 && name[0] == 'h' ? "http" : NULL;
}
