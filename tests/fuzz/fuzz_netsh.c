/*
 * fuzz_netsh.c - what netsh prints of ports. A range that was read, written as netsh writes it and read again is the same.
 */
#include "fuzz.h"

#include <stdio.h>
#include <string.h>

#include "netsh_parse.h"

enum { ROOM = 8 };

static void check_again(const struct lsp_kept *kept)
{
	struct lsp_kept again;
	char line[64];
	int used = snprintf(line, sizeof line, "%10u  %10u     %s\r\n", kept->low, kept->high, kept->is_bindable ? "*" : "");

	REQUIRE(kept->low <= kept->high && kept->protos == 0 && kept->is_bindable <= 1);
	REQUIRE(lsp_netsh_parse_excluded(line, (size_t)used, &again, 1) == 1);
	REQUIRE(again.low == kept->low && again.high == kept->high && again.is_bindable == kept->is_bindable);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	char *text = fuzz_copy(bytes, len);
	struct lsp_kept kept[ROOM];
	uint16_t low = 0, high = 0;
	size_t count = lsp_netsh_parse_excluded(text, len, kept, ROOM), i;

	REQUIRE(count <= len / 3 + 1); /* "1 2" is the shortest */
	for (i = 0; i < count && i < ROOM; i++)
		check_again(&kept[i]);
	if (lsp_netsh_parse_dynamic(text, len, &low, &high))
		REQUIRE(low > 0 && low <= high);
	else
		REQUIRE(low == 0 && high == 0);
	free(text);
	return 0;
}
