/*
 * fuzz_service.c - the port registry: names and ports find each other, and a near name is a name.
 */
#include "fuzz.h"

#include <lsports/service.h>

enum { FOUND_MAX = 8 };

static char other_case(char c)
{
	if (c >= 'a' && c <= 'z')
		return (char)(c - 'a' + 'A');
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static void check_named(const char *name, size_t len, char *upper)
{
	struct lsp_service found[FOUND_MAX], again[FOUND_MAX], at;
	size_t count = lsp_service_named(name, len, found, FOUND_MAX), i;
	const char *near = lsp_service_near(name, len);

	REQUIRE(count == 0 || len > 0);
	REQUIRE(lsp_service_named(name, len, NULL, 0) == count);
	for (i = 0; i < len; i++)
		upper[i] = other_case(name[i]);
	REQUIRE(lsp_service_named(upper, len, again, FOUND_MAX) == count);
	for (i = 0; i < count && i < FOUND_MAX; i++) {
		REQUIRE(found[i].port == again[i].port && found[i].proto == again[i].proto);
		REQUIRE(lsp_service_at(found[i].proto, found[i].port, &at));
		REQUIRE(at.port == found[i].port && strcmp(at.name, found[i].name) == 0);
		REQUIRE(at.description != NULL);
	}
	if (near != NULL)
		REQUIRE(lsp_service_named(near, strlen(near), NULL, 0) > 0);
	REQUIRE(near != NULL || count == 0 || len > 63);
	if (count > 0 && near != NULL)
		REQUIRE(strlen(near) == len); /* itself, in whatever case */
}

static void check_port(uint16_t port)
{
	static const enum lsp_proto protos[] = {LSP_TCP, LSP_UDP};
	struct lsp_service at, found[512];
	size_t count, i, j;

	for (i = 0; i < 2; i++) {
		bool is_there = false;

		if (!lsp_service_at(protos[i], port, &at))
			continue;
		REQUIRE(at.port == port && at.proto == protos[i] && at.name[0] != '\0');
		REQUIRE(at.origin == LSP_ORIGIN_IANA || at.origin == LSP_ORIGIN_CUSTOMARY);
		count = lsp_service_named(at.name, strlen(at.name), found, 512);
		for (j = 0; j < count && j < 512; j++)
			is_there = is_there || (found[j].port == port && found[j].proto == protos[i]);
		REQUIRE(is_there);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	char *name = fuzz_copy(bytes, len), *upper = fuzz_copy(bytes, len);

	check_named(name, len, upper);
	if (len >= 2)
		check_port((uint16_t)(bytes[0] << 8 | bytes[1]));
	free(upper);
	free(name);
	return 0;
}
