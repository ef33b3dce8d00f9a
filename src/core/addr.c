/*
 * addr.c - addresses as text and back, and the few questions that are asked of them.
 *
 * Our own rather than inet_ntop: the same text on every system, and no OS header in the core.
 */
#include <lsports/addr.h>

#include <string.h>

static size_t put_number(char *text, unsigned value, unsigned base)
{
	char digits[8];
	size_t len = 0, i;

	do {
		digits[len++] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value > 0);
	for (i = 0; i < len; i++)
		text[i] = digits[len - 1 - i];
	return len;
}

static size_t put_inet4(char *text, const uint8_t bytes[4])
{
	size_t len = 0;
	int i;

	for (i = 0; i < 4; i++) {
		if (i > 0)
			text[len++] = '.';
		len += put_number(text + len, bytes[i], 10);
	}
	return len;
}

static bool is_mapped(const struct lsp_addr *addr)
{
	static const uint8_t prefix[12] = {[10] = 0xff, [11] = 0xff};

	return addr->family == LSP_INET6 && memcmp(addr->bytes, prefix, sizeof prefix) == 0;
}

static unsigned group_at(const struct lsp_addr *addr, int i)
{
	return (unsigned)addr->bytes[2 * i] << 8 | addr->bytes[2 * i + 1];
}

/* The longest run of zero groups, the first of equals; a single one is not shortened (RFC 5952, 4.2). */
static int longest_zeros(const struct lsp_addr *addr, int *ret_len)
{
	int best = -1, best_len = 1, start = 0, i;

	for (i = 0; i <= 8; i++) {
		if (i < 8 && group_at(addr, i) == 0)
			continue;
		if (i - start > best_len) {
			best = start;
			best_len = i - start;
		}
		start = i + 1;
	}
	*ret_len = best_len;
	return best;
}

static size_t put_inet6(char *text, const struct lsp_addr *addr)
{
	int zeros_len, zeros = longest_zeros(addr, &zeros_len), i;
	size_t len = 0;

	for (i = 0; i < 8; i++) {
		if (i == zeros) {
			text[len++] = ':';
			if (i == 0)
				text[len++] = ':';
			i += zeros_len - 1;
			continue;
		}
		len += put_number(text + len, group_at(addr, i), 16);
		if (i < 7)
			text[len++] = ':';
	}
	return len;
}

size_t lsp_addr_text(const struct lsp_addr *addr, char ret_text[LSP_ADDR_TEXT_MAX])
{
	size_t len;

	if (addr->family == LSP_INET4) {
		len = put_inet4(ret_text, addr->bytes);
	} else if (is_mapped(addr)) {
		memcpy(ret_text, "::ffff:", 7);
		len = 7 + put_inet4(ret_text + 7, addr->bytes + 12);
	} else if (addr->family == LSP_INET6) {
		len = put_inet6(ret_text, addr);
	} else {
		ret_text[0] = '?';
		len = 1;
	}
	ret_text[len] = '\0';
	return len;
}

static bool parse_inet4(const char *text, size_t len, uint8_t ret_bytes[4])
{
	size_t at = 0;
	int part;

	for (part = 0; part < 4; part++) {
		unsigned value = 0;
		size_t digits = 0;

		if (part > 0 && (at >= len || text[at++] != '.'))
			return false;
		while (at < len && text[at] >= '0' && text[at] <= '9' && digits < 3) {
			value = value * 10 + (unsigned)(text[at++] - '0');
			digits++;
		}
		/* a leading zero would be octal to some readers */
		if (digits == 0 || value > 255 || (digits > 1 && text[at - digits] == '0'))
			return false;
		ret_bytes[part] = (uint8_t)value;
	}
	return at == len;
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static size_t parse_group(const char *text, size_t len, unsigned *ret_value)
{
	unsigned value = 0;
	size_t at = 0;

	while (at < len && at < 4 && hex_value(text[at]) >= 0)
		value = value * 16 + (unsigned)hex_value(text[at++]);
	*ret_value = value;
	return at;
}

static bool parse_inet6(const char *text, size_t len, uint8_t ret_bytes[16])
{
	uint8_t bytes[16] = {0};
	size_t at = 0, used = 0, gap = 17; /* gap: where "::" stood, 17: nowhere */

	if (len >= 2 && text[0] == ':' && text[1] == ':') {
		gap = 0;
		at = 2;
	}
	while (at < len) {
		unsigned value;
		size_t digits = parse_group(text + at, len - at, &value);

		if (digits > 0 && at + digits < len && text[at + digits] == '.') { /* the IPv4 tail */
			if (used > 12 || !parse_inet4(text + at, len - at, bytes + used))
				return false;
			used += 4;
			at = len;
			break;
		}
		if (digits == 0 || used > 14)
			return false;
		bytes[used++] = (uint8_t)(value >> 8);
		bytes[used++] = (uint8_t)value;
		at += digits;
		if (at == len)
			break;
		if (text[at++] != ':' || at == len)
			return false;
		if (text[at] == ':') {
			if (gap != 17)
				return false;
			gap = used;
			at++;
		}
	}
	if (gap == 17 ? used != 16 : used > 14)
		return false;
	memset(ret_bytes, 0, 16);
	if (gap == 17)
		gap = 16;
	memcpy(ret_bytes, bytes, gap < used ? gap : used);
	if (used > gap)
		memcpy(ret_bytes + 16 - (used - gap), bytes + gap, used - gap);
	return true;
}

bool lsp_addr_parse(const char *text, size_t len, struct lsp_addr *ret_addr)
{
	struct lsp_addr addr = {.family = LSP_INET4};

	if (!parse_inet4(text, len, addr.bytes)) {
		memset(addr.bytes, 0, sizeof addr.bytes);
		addr.family = LSP_INET6;
		if (!parse_inet6(text, len, addr.bytes))
			return false;
	}
	*ret_addr = addr;
	return true;
}

bool lsp_addr_is_any(const struct lsp_addr *addr)
{
	static const uint8_t zero[16];

	return memcmp(addr->bytes, zero, sizeof zero) == 0;
}

struct lsp_addr lsp_addr_unmap(const struct lsp_addr *addr)
{
	struct lsp_addr plain = {.family = LSP_INET4};

	if (!is_mapped(addr))
		return *addr;
	memcpy(plain.bytes, addr->bytes + 12, 4);
	return plain;
}

int lsp_addr_cmp(const struct lsp_addr *a, const struct lsp_addr *b)
{
	int order;

	if (a->family != b->family)
		return (a->family > b->family) - (a->family < b->family);
	order = memcmp(a->bytes, b->bytes, sizeof a->bytes);
	if (order != 0)
		return order;
	return (a->scope > b->scope) - (a->scope < b->scope);
}

bool lsp_addr_within(const struct lsp_addr *addr, const struct lsp_addr *net, unsigned bits)
{
	struct lsp_addr a = lsp_addr_unmap(addr), n = lsp_addr_unmap(net);
	unsigned whole = bits / 8, rest = bits % 8;

	if (n.family != net->family) /* ::ffff:10.0.0.0/104 says the same as 10.0.0.0/8 */
		return bits >= 96 && lsp_addr_within(&a, &n, bits - 96);
	if (a.family != n.family || bits > (a.family == LSP_INET4 ? 32u : 128u))
		return false;
	if (memcmp(a.bytes, n.bytes, whole) != 0)
		return false;
	return rest == 0 || ((a.bytes[whole] ^ n.bytes[whole]) >> (8 - rest)) == 0;
}
