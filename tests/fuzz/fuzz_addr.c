/*
 * fuzz_addr.c - address texts: what is read comes back the same, in one text only.
 */
#include "fuzz.h"

#include <lsports/addr.h>

static void check_refusal(const char *text, size_t len)
{
	struct lsp_addr addr, before;

	memset(&addr, 0x5a, sizeof addr);
	before = addr;
	REQUIRE(!lsp_addr_parse(text, len, &addr));
	REQUIRE(memcmp(&addr, &before, sizeof addr) == 0);
}

/* An address lies in its own net, however wide; v4-mapped ones count as IPv4, so only in nets of those. */
static void check_within(const struct lsp_addr *addr, bool mapped, unsigned bits)
{
	unsigned most = addr->family == LSP_INET4 ? 32 : 128, least = mapped ? 96 : 0;

	REQUIRE(lsp_addr_within(addr, addr, bits) == (bits >= least && bits <= most));
	REQUIRE(lsp_addr_within(addr, addr, most));
	REQUIRE(!lsp_addr_within(addr, addr, most + 1));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	char *input = fuzz_copy(bytes, len), text[LSP_ADDR_TEXT_MAX], again[LSP_ADDR_TEXT_MAX];
	struct lsp_addr addr, second, plain;
	size_t text_len;

	if (!lsp_addr_parse(input, len, &addr)) {
		check_refusal(input, len);
		free(input);
		return 0;
	}
	REQUIRE(addr.family == LSP_INET4 || addr.family == LSP_INET6);
	REQUIRE(addr.scope == 0);
	text_len = lsp_addr_text(&addr, text);
	REQUIRE(text_len == strlen(text) && text_len < LSP_ADDR_TEXT_MAX);
	REQUIRE(lsp_addr_parse(text, text_len, &second));
	REQUIRE(lsp_addr_cmp(&addr, &second) == 0);
	REQUIRE(lsp_addr_text(&second, again) == text_len && strcmp(text, again) == 0);
	REQUIRE(strstr(text, ":::") == NULL && strspn(text, "0123456789abcdef:.") == text_len);
	plain = lsp_addr_unmap(&addr);
	REQUIRE(plain.family == (strncmp(text, "::ffff:", 7) == 0 && strchr(text, '.') != NULL ? LSP_INET4 : addr.family));
	check_within(&addr, plain.family != addr.family, bytes[0] + bytes[len - 1]);
	free(input);
	return 0;
}
