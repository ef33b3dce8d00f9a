/*
 * fuzz_inet.c - address texts against the system's own reader: inet_pton(3) and inet_ntop(3) take and give the same.
 */
#include "fuzz.h"

#include <arpa/inet.h>

#include <lsports/addr.h>

static bool is_compatible(const uint8_t bytes[16])
{
	static const uint8_t zero[12];

	return memcmp(bytes, zero, sizeof zero) == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	char *input = fuzz_string(bytes, len), text[LSP_ADDR_TEXT_MAX], theirs[INET6_ADDRSTRLEN];
	uint8_t system[16] = {0};
	int family = inet_pton(AF_INET, input, system) == 1    ? AF_INET
		     : inet_pton(AF_INET6, input, system) == 1 ? AF_INET6
							       : 0;
	struct lsp_addr addr;

	REQUIRE(lsp_addr_parse(input, strlen(input), &addr) == (family != 0));
	if (family != 0) {
		REQUIRE(addr.family == (family == AF_INET ? LSP_INET4 : LSP_INET6));
		REQUIRE(memcmp(addr.bytes, system, 16) == 0);
		lsp_addr_text(&addr, text);
		REQUIRE(inet_ntop(family, system, theirs, sizeof theirs) != NULL);
		/* ::1.2.3.4 is deprecated (RFC 4291, 2.5.5.1); the C library still writes it with dots */
		if (family == AF_INET || !is_compatible(system))
			REQUIRE(strcmp(text, theirs) == 0);
	}
	free(input);
	return 0;
}
