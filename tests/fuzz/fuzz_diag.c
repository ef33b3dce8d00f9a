/*
 * fuzz_diag.c - sock_diag answers. The first byte chooses protocol and framing: a datagram as it comes, walked message
 * by message as mnl_cb_run does, or one message whose length is put right, so that a fuzzer gets past the frame.
 */
#include "fuzz_socket.h"

#include <libmnl/libmnl.h>

#include "diag_parse.h"

static void check_message(const struct nlmsghdr *message, enum lsp_proto proto)
{
	struct lsp_socket socket, before;

	memset(&socket, 0x5a, sizeof socket);
	before = socket;
	if (!lsp_diag_parse(message, proto, &socket)) {
		REQUIRE(memcmp(&socket, &before, sizeof socket) == 0);
		return;
	}
	check_socket(&socket, proto);
	REQUIRE(proto == LSP_UDP ? socket.state != LSP_BOUND : socket.state != LSP_CLOSE);
	REQUIRE(socket.state != LSP_BOUND || (socket.has & (LSP_HAS_RQUEUE | LSP_HAS_WQUEUE)) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	enum lsp_proto proto = len > 0 && (bytes[0] & 1) != 0 ? LSP_UDP : LSP_TCP;
	bool framed = len > 0 && (bytes[0] & 2) != 0;
	size_t size = len > 0 ? len - 1 : 0;
	/* a message is padded to 4 bytes; the padding is the receive buffer's */
	char *buffer = calloc(1, MNL_ALIGN(size) + MNL_NLMSG_HDRLEN);
	struct nlmsghdr *message = (struct nlmsghdr *)buffer;
	int left = (int)size;

	REQUIRE(buffer != NULL);
	if (size > 0 && framed) {
		memcpy(buffer, bytes + 1, size);
		/* mnl_nlmsg_ok of libmnl 1.0.4 takes a length of 2^31 and more for a negative one */
		while (mnl_nlmsg_ok(message, left) && message->nlmsg_len <= (uint32_t)left) {
			check_message(message, proto);
			message = mnl_nlmsg_next(message, &left);
		}
	} else if (size > 0) {
		memcpy(buffer + MNL_NLMSG_HDRLEN, bytes + 1, size);
		message->nlmsg_len = (uint32_t)(MNL_NLMSG_HDRLEN + size);
		check_message(message, proto);
	}
	free(buffer);
	return 0;
}
