/*
 * fuzz_counters.c - /proc/net/{netstat,snmp,sockstat}. A number that is told stands in the text, digit for digit but for
 * zeros in front.
 */
#include "fuzz.h"

#include "linux.h"

static void check_stands(const char *text, size_t len, uint64_t number)
{
	char digits[24];
	size_t count = (size_t)snprintf(digits, sizeof digits, "%llu", (unsigned long long)number), i;

	for (i = 0; i + count <= len; i++) {
		if (memcmp(text + i, digits, count) == 0)
			return;
	}
	REQUIRE(!"the number stands in the text");
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static const char *const lines[] = {"TcpExt:", "Tcp:", "TCP:"}, *const names[] = {"ListenOverflows", "CurrEstab", "tw"};
	char *text = fuzz_copy(bytes, len);
	uint64_t number;
	size_t i;

	for (i = 0; i < 3; i++) {
		if (lsp_counters_parse_pair(text, len, lines[i], names[i], &number))
			check_stands(text, len, number);
		if (lsp_counters_parse_turn(text, len, lines[i], names[i], &number))
			check_stands(text, len, number);
	}
	free(text);
	return 0;
}
