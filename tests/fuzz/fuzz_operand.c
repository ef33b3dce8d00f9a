/*
 * fuzz_operand.c - one word, read as a PORT, as a peer and as a state: what is read makes sense, what is not is
 * named in one line.
 */
#include "fuzz.h"

#include "cli/operand.h"
#include "cli/words.h"

static void check_usage(const char *word, const char usage[LSP_USAGE_TEXT_MAX])
{
	char start[61];

	REQUIRE(memchr(usage, '\0', LSP_USAGE_TEXT_MAX) != NULL);
	REQUIRE(strchr(word, '\n') != NULL || strchr(usage, '\n') == NULL);
	snprintf(start, sizeof start, "%s", word);
	REQUIRE(strstr(usage, start) != NULL);
	REQUIRE(strlen(usage) > strlen(start) + 10); /* not the word alone */
}

static void check_endpoint(const struct lsp_endpoint *endpoint)
{
	REQUIRE(endpoint->word == 5);
	REQUIRE(endpoint->low <= endpoint->high);
	REQUIRE(endpoint->protos != 0 && (endpoint->protos & ~LSP_PROTO_ALL) == 0);
	if (endpoint->where == LSP_AT_ADDRESS) {
		struct lsp_addr plain = lsp_addr_unmap(&endpoint->addr);

		REQUIRE(endpoint->addr.family == LSP_INET4 || endpoint->addr.family == LSP_INET6);
		REQUIRE(plain.family == endpoint->addr.family);
	}
}

static void check_ports(const char *word)
{
	struct lsp_select select = {.protos = 0};
	char usage[LSP_USAGE_TEXT_MAX] = "";
	unsigned protos = 0;
	size_t i;

	if (!lsp_operand_read(word, 5, &select, &protos, usage)) {
		check_usage(word, usage);
		REQUIRE(protos == 0);
	} else {
		REQUIRE(usage[0] == '\0');
		/* either a protocol or at least one port for each piece */
		REQUIRE((protos != 0) != (select.port_count > 0));
		for (i = 0; word[i] != '\0'; i++)
			REQUIRE(word[i] != '\n' && word[i] != ' ');
	}
	for (i = 0; i < select.port_count; i++)
		check_endpoint(&select.ports[i]);
	free(select.ports);
}

/* Written as the contract has it and read again, it is the same peer. */
static void check_peer_again(const struct lsp_peer *peer)
{
	char text[LSP_ADDR_TEXT_MAX], word[80], usage[LSP_USAGE_TEXT_MAX];
	bool any = peer->net.family == LSP_FAMILY_NONE;
	struct lsp_peer again;
	char port[8] = "";

	if (peer->port != 0)
		snprintf(port, sizeof port, ":%u", peer->port);
	lsp_addr_text(&peer->net, text);
	if (any)
		snprintf(word, sizeof word, "*%s", port);
	else if (peer->net.family == LSP_INET4)
		snprintf(word, sizeof word, "%s/%u%s", text, peer->bits, port);
	else
		snprintf(word, sizeof word, "[%s]/%u%s", text, peer->bits, port);
	REQUIRE(lsp_peer_read(word, &again, usage));
	REQUIRE(lsp_addr_cmp(&again.net, &peer->net) == 0);
	REQUIRE(again.port == peer->port && (any || again.bits == peer->bits));
}

static void check_peer(const char *word)
{
	struct lsp_peer peer, before;
	char usage[LSP_USAGE_TEXT_MAX] = "";

	memset(&peer, 0x5a, sizeof peer);
	before = peer;
	if (!lsp_peer_read(word, &peer, usage)) {
		check_usage(word, usage);
		REQUIRE(memcmp(&peer, &before, sizeof peer) == 0);
		return;
	}
	REQUIRE(peer.bits <= (peer.net.family == LSP_INET6 ? 128u : peer.net.family == LSP_INET4 ? 32u : 0u));
	check_peer_again(&peer);
}

static void check_state(const char *word)
{
	enum lsp_state state, again;
	const char *name;

	if (!lsp_state_read(word, strlen(word), &state))
		return;
	REQUIRE(state > LSP_STATE_NONE && state < LSP_STATE_COUNT);
	name = lsp_state_name(state);
	REQUIRE(lsp_state_read(name, strlen(name), &again) && again == state);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	char *word = fuzz_string(bytes, len);

	check_ports(word);
	check_peer(word);
	check_state(word);
	free(word);
	return 0;
}
