/*
 * key.c - see key.h. The hash is FNV-1a of 32 bits (RFC 9923): small, and the same on every machine.
 */
#include "key.h"

static uint32_t add_byte(uint32_t hash, uint8_t byte)
{
	return (hash ^ byte) * 16777619u;
}

static uint32_t add_number(uint32_t hash, uint32_t number)
{
	int shift;

	for (shift = 0; shift < 32; shift += 8)
		hash = add_byte(hash, (uint8_t)(number >> shift));
	return hash;
}

static uint32_t add_addr(uint32_t hash, const struct lsp_addr *addr)
{
	size_t i;

	hash = add_byte(hash, addr->family);
	for (i = 0; i < sizeof addr->bytes; i++)
		hash = add_byte(hash, addr->bytes[i]);
	return add_number(hash, addr->scope);
}

uint64_t lsp_key_of(const struct lsp_socket *socket, uint32_t pid)
{
	uint32_t hash = 2166136261u;

	if (pid == 0)
		return 0;
	hash = add_byte(hash, socket->proto);
	hash = add_number(hash, (uint32_t)socket->local_port << 16);
	hash = add_addr(hash, &socket->local);
	if ((socket->has & LSP_HAS_PEER) != 0)
		hash = add_addr(add_number(hash, socket->peer_port), &socket->peer);
	return (uint64_t)pid << 32 | hash;
}

uint32_t lsp_key_pid(uint64_t key)
{
	return (uint32_t)(key >> 32);
}
