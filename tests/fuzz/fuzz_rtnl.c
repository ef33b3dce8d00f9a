/*
 * fuzz_rtnl.c - rtnetlink answers. The first byte chooses link or address and the framing: a datagram as it comes, walked
 * message by message as libnl does, or one message whose length is put right, so that a fuzzer gets past the frame.
 */
#include "fuzz.h"

#include <netlink/msg.h>

#include "rtnl_parse.h"

static void check_link(const struct nlmsghdr *message)
{
	struct lsp_link link = {.index = 77};

	if (!lsp_rtnl_parse_link(message, &link)) {
		REQUIRE(link.index == 77);
		return;
	}
	REQUIRE(link.index != 0 && link.name != NULL);
	REQUIRE((link.is & ~15u) == 0);
	REQUIRE(strlen(link.name) < message->nlmsg_len && (link.kind == NULL || strlen(link.kind) < message->nlmsg_len));
	REQUIRE(((link.is & LSP_LINK_VRF) != 0) == (link.kind != NULL && strcmp(link.kind, "vrf") == 0));
}

static void check_addr(const struct nlmsghdr *message)
{
	static const uint8_t zero[12];
	struct lsp_link_addr addr = {.link = 77};

	if (!lsp_rtnl_parse_addr(message, &addr)) {
		REQUIRE(addr.link == 77);
		return;
	}
	if (addr.addr.family == LSP_FAMILY_NONE)
		return;
	REQUIRE(addr.addr.family == LSP_INET4 || addr.addr.family == LSP_INET6);
	REQUIRE(addr.addr.family == LSP_INET6 || memcmp(addr.addr.bytes + 4, zero, sizeof zero) == 0);
	REQUIRE(addr.link != 0 && addr.prefix_len <= (addr.addr.family == LSP_INET4 ? 32 : 128));
	REQUIRE(addr.addr.scope == 0 || addr.addr.scope == addr.link);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	void (*check)(const struct nlmsghdr *message) = len > 0 && (bytes[0] & 1) != 0 ? check_addr : check_link;
	bool framed = len > 0 && (bytes[0] & 2) != 0;
	size_t size = len > 0 ? len - 1 : 0;
	/* a message is padded to 4 bytes; the padding is the receive buffer's */
	char *buffer = calloc(1, NLMSG_ALIGN(size) + NLMSG_HDRLEN);
	struct nlmsghdr *message = (struct nlmsghdr *)buffer;
	int left = (int)size;

	REQUIRE(buffer != NULL);
	if (size > 0 && framed) {
		memcpy(buffer, bytes + 1, size);
		for (; nlmsg_ok(message, left); message = nlmsg_next(message, &left))
			check(message);
	} else if (size > 0) {
		memcpy(buffer + NLMSG_HDRLEN, bytes + 1, size);
		message->nlmsg_len = (uint32_t)(NLMSG_HDRLEN + size);
		check(message);
	}
	free(buffer);
	return 0;
}
