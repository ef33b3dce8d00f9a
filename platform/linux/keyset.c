/*
 * keyset.c - see keyset.h.
 */
#include "keyset.h"

#include <stdlib.h>

static size_t slot_of(const struct lsp_keyset *set, uint64_t key)
{
	return (size_t)((key * 0x9e3779b97f4a7c15u) >> 20) & set->mask;
}

bool lsp_keyset_make(struct lsp_keyset *set, const uint64_t *keys, size_t count)
{
	size_t size = 64, i;

	while (size < 2 * count)
		size *= 2;
	set->slots = calloc(size, sizeof *set->slots);
	set->found = calloc(size, sizeof *set->found);
	set->mask = size - 1;
	if (set->slots == NULL || set->found == NULL)
		return false;
	for (i = 0; i < count; i++) {
		size_t at = slot_of(set, keys[i]);

		while (set->slots[at] != 0 && set->slots[at] != keys[i])
			at = (at + 1) & set->mask;
		set->slots[at] = keys[i];
	}
	return true;
}

bool lsp_keyset_find(const struct lsp_keyset *set, uint64_t key)
{
	size_t at = slot_of(set, key);

	while (set->slots[at] != key) {
		if (set->slots[at] == 0)
			return false;
		at = (at + 1) & set->mask;
	}
	atomic_store_explicit(&set->found[at], true, memory_order_relaxed);
	return true;
}

bool lsp_keyset_all_found(const struct lsp_keyset *set)
{
	size_t at;

	for (at = 0; at <= set->mask; at++) {
		if (set->slots[at] != 0 && !atomic_load_explicit(&set->found[at], memory_order_relaxed))
			return false;
	}
	return true;
}

void lsp_keyset_free(struct lsp_keyset *set)
{
	free(set->slots);
	free(set->found);
}
