/*
 * port.c - see port.h.
 */
#include "port.h"

#include <stdio.h>

const struct lsp_kept *lsp_kept_of(const struct lsp_rules *rules, unsigned protos, uint16_t port)
{
	const struct lsp_kept *found = NULL;
	size_t i;

	for (i = 0; i < rules->kept_count; i++) {
		const struct lsp_kept *kept = &rules->kept[i];

		if ((kept->protos & protos) == 0 || port < kept->low || port > kept->high)
			continue;
		if (!kept->is_bindable)
			return kept;
		found = kept;
	}
	return found;
}

enum lsp_pass lsp_port_pass(const struct lsp_rules *rules, unsigned protos, uint16_t port, bool asked,
			    bool is_well_known)
{
	if (((rules->has & LSP_RULES_RESERVED) != 0 && LSP_RULES_IS_RESERVED(rules, port)) ||
	    lsp_kept_of(rules, protos, port) != NULL)
		return LSP_PASS_RESERVED;
	if ((rules->has & LSP_RULES_EPHEMERAL) != 0 && port >= rules->ephemeral_low && port <= rules->ephemeral_high)
		return LSP_PASS_EPHEMERAL;
	return is_well_known && !asked ? LSP_PASS_WELL_KNOWN : LSP_PASS_NONE;
}

const char *lsp_pass_name(enum lsp_pass pass)
{
	static const char *const names[LSP_PASS_COUNT] = {
		[LSP_PASS_NONE] = "none",   [LSP_PASS_RESERVED] = "reserved", [LSP_PASS_EPHEMERAL] = "ephemeral",
		[LSP_PASS_WELL_KNOWN] = "well_known", [LSP_PASS_TAKEN] = "taken",
	};

	return names[pass];
}

bool lsp_reserved_text(const struct lsp_rules *rules, uint16_t port, char *ret_text, size_t size)
{
	size_t used = 0;
	uint32_t low, high;

	for (low = 0; low <= 65535; low = high + 1) {
		int len;

		for (high = low; high <= 65535 && (high == port || LSP_RULES_IS_RESERVED(rules, high)); high++)
			;
		if (high == low)
			continue;
		len = snprintf(ret_text + used, size - used, high - 1 > low ? "%s%u-%u" : "%s%u", used > 0 ? "," : "", low,
			       high - 1);
		if (len < 0 || (size_t)len >= size - used)
			return false;
		used += (size_t)len;
	}
	return true;
}
