/*
 * operand.c - see operand.h. A protocol before or behind a word counts for all its ports that name none themselves:
 * "tcp:80,443" as in lsof and "80,443/tcp" as in ufw.
 */
#include "operand.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lsports/language.h>
#include <lsports/service.h>

#include "core/mem.h"
#include "words.h"

struct word {
	const char *at;
	size_t len;
};

static bool wrong(char ret_usage[LSP_USAGE_TEXT_MAX], const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(ret_usage, LSP_USAGE_TEXT_MAX, format, args);
	va_end(args);
	return false;
}

/* For messages: a word may be as long as the command line. */
static int shown(struct word word)
{
	return word.len < 60 ? (int)word.len : 60;
}

/* A message tells which piece is wrong; what was typed helps to find it. Always false. */
static bool wrong_in(struct word word, char ret_usage[LSP_USAGE_TEXT_MAX])
{
	char typed[64];
	size_t len = strlen(ret_usage);

	snprintf(typed, sizeof typed, "%.*s", shown(word), word.at);
	if (strstr(ret_usage, typed) == NULL)
		snprintf(ret_usage + len, LSP_USAGE_TEXT_MAX - len, _(" (in '%s')"), typed);
	return false;
}

static bool same_text(struct word word, const char *text)
{
	return word.len == strlen(text) && memcmp(word.at, text, word.len) == 0;
}

static struct word cut(struct word word, size_t from, size_t to)
{
	return (struct word){word.at + from, to - from};
}

static void add_endpoint(struct lsp_select *select, const struct lsp_endpoint *endpoint)
{
	select->ports = lsp_realloc_array(select->ports, select->port_count + 1, sizeof *select->ports);
	select->ports[select->port_count++] = *endpoint;
}

/* Takes "tcp/", "udp:" off the front or "/tcp" off the back. */
static unsigned take_proto(struct word *word)
{
	unsigned proto;

	if (word->len > 4 && (word->at[3] == '/' || word->at[3] == ':') && (proto = lsp_proto_read(word->at, 3)) != 0) {
		*word = cut(*word, 4, word->len);
		return proto;
	}
	if (word->len > 4 && word->at[word->len - 4] == '/' &&
	    (proto = lsp_proto_read(word->at + word->len - 3, 3)) != 0) {
		word->len -= 4;
		return proto;
	}
	return 0;
}

static bool read_port(struct word word, uint16_t *ret_port, char *ret_usage)
{
	uint32_t number;

	if (!lsp_number_read(word.at, word.len, 65535, &number) || number == 0)
		return wrong(ret_usage, _("'%.*s' is no port: ports are 1 to 65535"), shown(word), word.at);
	*ret_port = (uint16_t)number;
	return true;
}

static bool read_name(struct word word, const struct lsp_endpoint *base, struct lsp_select *select, char *ret_usage)
{
	size_t count = lsp_service_named(word.at, word.len, NULL, 0), added = 0, i;
	struct lsp_service *services = lsp_realloc_array(NULL, count, sizeof *services);
	const char *near;

	lsp_service_named(word.at, word.len, services, count);
	for (i = 0; i < count; i++) {
		struct lsp_endpoint endpoint = *base;

		endpoint.protos &= LSP_PROTO_BIT(services[i].proto);
		endpoint.low = endpoint.high = services[i].port;
		if (endpoint.protos == 0)
			continue;
		add_endpoint(select, &endpoint);
		added++;
	}
	free(services);
	if (added > 0)
		return true;
	if (count > 0)
		return wrong(ret_usage, _("'%.*s' is registered for the other protocol only"), shown(word), word.at);
	near = lsp_service_near(word.at, word.len);
	if (near != NULL)
		return wrong(ret_usage, _("'%.*s' is neither a port nor a known service; did you mean '%s'?"), shown(word),
			     word.at, near);
	return wrong(ret_usage, _("'%.*s' is neither a port (1 to 65535) nor a known service such as http"), shown(word),
		     word.at);
}

static bool has_letter(struct word word)
{
	size_t i;

	for (i = 0; i < word.len; i++) {
		char c = word.at[i];

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
			return true;
	}
	return false;
}

/* What stands behind the address: a number, a range, a name. */
static bool read_ports(struct word word, struct lsp_endpoint *base, struct lsp_select *select, char *ret_usage)
{
	const char *dash = word.len > 0 ? memchr(word.at, '-', word.len) : NULL;
	size_t middle = dash != NULL ? (size_t)(dash - word.at) : 0;

	if (word.len == 0)
		return wrong(ret_usage, _("a port is missing: write 8000, 8000-8100 or http"));
	if (has_letter(word))
		return read_name(word, base, select, ret_usage);
	if (dash == NULL) {
		if (!read_port(word, &base->low, ret_usage))
			return false;
		base->high = base->low;
	} else {
		if (middle == 0 || middle + 1 == word.len)
			return wrong(ret_usage, _("'%.*s' is half a range: write both ends, such as 8000-8100"), shown(word),
				     word.at);
		if (!read_port(cut(word, 0, middle), &base->low, ret_usage) ||
		    !read_port(cut(word, middle + 1, word.len), &base->high, ret_usage))
			return false;
		if (base->low > base->high)
			return wrong(ret_usage, _("'%.*s' runs backwards: write %u-%u"), shown(word), word.at, base->high,
				     base->low);
	}
	add_endpoint(select, base);
	return true;
}

/* "localhost" is two addresses. */
static bool read_localhost(struct word ports, const struct lsp_endpoint *base, struct lsp_select *select,
			   char *ret_usage)
{
	static const char *const addresses[] = {"127.0.0.1", "::1"};
	size_t i;

	for (i = 0; i < 2; i++) {
		struct lsp_endpoint endpoint = *base;

		endpoint.where = LSP_AT_ADDRESS;
		lsp_addr_parse(addresses[i], strlen(addresses[i]), &endpoint.addr);
		if (!read_ports(ports, &endpoint, select, ret_usage))
			return false;
	}
	return true;
}

/* Takes "%eth0", or "%2", off the end of an address. */
static bool take_device(struct word *word, struct lsp_endpoint *endpoint, char *ret_usage)
{
	const char *percent = word->len > 0 ? memchr(word->at, '%', word->len) : NULL;
	struct word device;

	if (percent == NULL)
		return true;
	device = cut(*word, (size_t)(percent - word->at) + 1, word->len);
	if (device.len == 0 || percent == word->at)
		return wrong(ret_usage, _("'%.*s': write ADDRESS%%DEVICE, such as 127.0.0.53%%lo or *%%eth0"), shown(*word), word->at);
	word->len = (size_t)(percent - word->at);
	endpoint->device = device.at;
	endpoint->device_len = device.len;
	if (lsp_number_read(device.at, device.len, UINT32_MAX, &endpoint->ifindex) && endpoint->ifindex != 0)
		endpoint->device = NULL;
	return true;
}

static bool read_address(struct word word, struct lsp_endpoint *endpoint, char *ret_usage)
{
	if (!take_device(&word, endpoint, ret_usage))
		return false;
	if (word.len == 0)
		return true;
	if (same_text(word, "*")) {
		endpoint->where = LSP_AT_WILDCARD;
		return true;
	}
	endpoint->where = LSP_AT_ADDRESS;
	if (!lsp_addr_parse(word.at, word.len, &endpoint->addr))
		return wrong(ret_usage, _("'%.*s' is no address: write 127.0.0.1:PORT or [::1]:PORT"), shown(word), word.at);
	endpoint->addr = lsp_addr_unmap(&endpoint->addr);
	return true;
}

/* One piece between commas. */
static bool read_item(struct word item, struct lsp_endpoint endpoint, struct lsp_select *select, char *ret_usage)
{
	unsigned proto = take_proto(&item);
	struct word address = {item.at, 0}, ports = item;
	struct lsp_addr addr;
	const char *colon;
	size_t i;

	if (proto != 0)
		endpoint.protos = proto;
	if (item.len > 0 && item.at[0] == '[') {
		const char *close = memchr(item.at, ']', item.len);

		i = close != NULL ? (size_t)(close - item.at) : 0;
		if (i <= 1 || i + 1 >= item.len || item.at[i + 1] != ':')
			return wrong(ret_usage, _("'%.*s': write [ADDRESS]:PORT, such as [::1]:8000"), shown(item), item.at);
		address = cut(item, 1, i);
		ports = cut(item, i + 2, item.len);
	} else if (lsp_addr_parse(item.at, item.len, &addr)) {
		return wrong(ret_usage, _("'%.*s' has no port: write %s"), shown(item), item.at,
			     addr.family == LSP_INET4 ? "127.0.0.1:PORT" : "[::1]:PORT");
	} else if (item.len > 0 && (colon = memchr(item.at, ':', item.len)) != NULL) {
		i = (size_t)(colon - item.at);
		if (memchr(colon + 1, ':', item.len - i - 1) != NULL)
			return wrong(ret_usage, _("'%.*s': an IPv6 address stands in brackets, such as [::1]:8000"),
				     shown(item), item.at);
		address = cut(item, 0, i);
		ports = cut(item, i + 1, item.len);
	}
	if (same_text(address, "localhost"))
		return read_localhost(ports, &endpoint, select, ret_usage);
	return read_address(address, &endpoint, ret_usage) && read_ports(ports, &endpoint, select, ret_usage);
}

bool lsp_operand_read(const char *text, uint32_t word_number, struct lsp_select *select, unsigned *protos,
		      char ret_usage[LSP_USAGE_TEXT_MAX])
{
	struct lsp_endpoint base = {.protos = LSP_PROTO_ALL, .word = word_number};
	struct word typed = {text, strlen(text)}, word = typed;
	unsigned proto = lsp_proto_read(word.at, word.len);
	size_t start = 0, i;

	if (proto != 0) {
		*protos |= proto;
		return true;
	}
	if (memchr(text, ',', word.len) != NULL && (proto = take_proto(&word)) != 0)
		base.protos = proto;
	for (i = 0; i <= word.len; i++) {
		if (i < word.len && word.at[i] != ',')
			continue;
		if (!read_item(cut(word, start, i), base, select, ret_usage))
			return wrong_in(typed, ret_usage);
		start = i + 1;
	}
	return true;
}

/* The address itself, and how many of its bits count. */
static bool read_net(struct word word, struct lsp_peer *peer, char *ret_usage)
{
	const char *slash = word.len > 0 ? memchr(word.at, '/', word.len) : NULL;
	struct word address = word, bits = {NULL, 0};
	uint32_t max, number;

	if (word.len == 0 || same_text(word, "*"))
		return true;
	if (slash != NULL) {
		address.len = (size_t)(slash - word.at);
		bits = cut(word, address.len + 1, word.len);
	}
	if (!lsp_addr_parse(address.at, address.len, &peer->net))
		return wrong(ret_usage, _("'%.*s' is no address: write --peer 10.0.0.0/8:443 or --peer [2001:db8::]/32:443"),
			     shown(address), address.at);
	max = peer->net.family == LSP_INET4 ? 32 : 128;
	number = max;
	if (slash != NULL && !lsp_number_read(bits.at, bits.len, max, &number))
		return wrong(ret_usage, _("'%.*s': the bits behind the slash are 0 to %u"), shown(word), word.at, max);
	peer->bits = number;
	return true;
}

/* The port behind the address and its bits; *ret_net is what stands before. An IPv6 address without brackets has none. */
static const char *split_peer(struct word word, struct word *ret_net)
{
	const char *first = strchr(word.at, ':'), *last = strrchr(word.at, ':');
	struct lsp_addr addr;

	*ret_net = word;
	if (last == NULL || last != first || lsp_addr_parse(word.at, word.len, &addr))
		return NULL;
	ret_net->len = (size_t)(last - word.at);
	return last + 1;
}

/* "[ADDRESS]/BITS:PORT" and "[ADDRESS/BITS]:PORT": joined, of size bytes, gets ADDRESS/BITS. */
static bool split_bracketed_peer(struct word word, char *joined, size_t size, struct word *ret_net,
				 const char **ret_port)
{
	const char *close = strchr(word.at, ']'), *colon = close != NULL ? strchr(close, ':') : NULL;
	const char *end = colon != NULL ? colon : word.at + word.len;

	if (close == NULL || close == word.at + 1 || word.len >= size || (close + 1 != end && close[1] != '/'))
		return false;
	ret_net->at = joined;
	ret_net->len = (size_t)snprintf(joined, size, "%.*s%.*s", (int)(close - word.at - 1), word.at + 1,
					(int)(end - close - 1), close + 1);
	*ret_port = colon != NULL ? colon + 1 : NULL;
	return true;
}

static bool read_peer(struct word word, struct lsp_peer *peer, char *ret_usage)
{
	const char *port = NULL;
	struct word net;
	char joined[80];

	if (word.len == 0)
		return wrong(ret_usage, _("--peer wants ADDRESS[/BITS][:PORT], such as 10.0.0.0/8:443"));
	if (word.at[0] != '[')
		port = split_peer(word, &net);
	else if (!split_bracketed_peer(word, joined, sizeof joined, &net, &port))
		return wrong(ret_usage, _("'%.*s': write [ADDRESS]/BITS:PORT"), shown(word), word.at);
	if (port != NULL && !read_port((struct word){port, strlen(port)}, &peer->port, ret_usage))
		return false;
	return read_net(net, peer, ret_usage);
}

bool lsp_peer_read(const char *text, struct lsp_peer *ret_peer, char ret_usage[LSP_USAGE_TEXT_MAX])
{
	struct word word = {text, strlen(text)};
	struct lsp_peer peer = {.port = 0};

	if (!read_peer(word, &peer, ret_usage))
		return wrong_in(word, ret_usage);
	*ret_peer = peer;
	return true;
}
