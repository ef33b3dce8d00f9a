/*
 * keyset.h - the sockets whose holders are looked for, and which of them were found. Asked for every descriptor of the
 * machine, by several threads at once.
 */
#ifndef LSP_LINUX_KEYSET_H
#define LSP_LINUX_KEYSET_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Open addressing, at most half full; 0 marks an empty slot, and is no key (socket.h). */
struct lsp_keyset {
	uint64_t *slots;
	atomic_bool *found; /* for each slot: somebody holds it */
	size_t mask;
};

/* False: out of memory. lsp_keyset_free either way. */
bool lsp_keyset_make(struct lsp_keyset *set, const uint64_t *keys, size_t count);
void lsp_keyset_free(struct lsp_keyset *set);

/* Whether key is in the set; marks it as found. */
bool lsp_keyset_find(const struct lsp_keyset *set, uint64_t key);

bool lsp_keyset_all_found(const struct lsp_keyset *set);

#endif
