/*
 * win_bytes.h - tables as iphlpapi lays them out, written down a second time: from the member lists of tcpmib.h and
 * udpmib.h in Microsoft's manual, not from the parser.
 */
#ifndef WIN_BYTES_H
#define WIN_BYTES_H

#include <stdint.h>
#include <string.h>

struct bytes {
	uint8_t at[4096];
	uint32_t len;
};

static inline void put32(struct bytes *bytes, uint32_t word)
{
	int i;

	for (i = 0; i < 4; i++)
		bytes->at[bytes->len++] = (uint8_t)(word >> 8 * i);
}

/* Network order in the low half, rubbish above it. */
static inline void put_port(struct bytes *bytes, uint16_t port)
{
	put32(bytes, 0xbeef0000u | (uint32_t)(port >> 8) | (uint32_t)(port & 0xff) << 8);
}

static inline void put_raw(struct bytes *bytes, const char *raw, size_t len)
{
	memcpy(bytes->at + bytes->len, raw, len);
	bytes->len += (uint32_t)len;
}

/* MIB_TCPROW_OWNER_PID */
static inline void put_tcp4(struct bytes *bytes, uint32_t state, const char local[4], uint16_t port, const char peer[4],
			    uint16_t peer_port, uint32_t pid)
{
	put32(bytes, state);
	put_raw(bytes, local, 4);
	put_port(bytes, port);
	put_raw(bytes, peer, 4);
	put_port(bytes, peer_port);
	put32(bytes, pid);
}

/* MIB_TCP6ROW_OWNER_PID; scopes as they lie in memory */
static inline void put_tcp6(struct bytes *bytes, uint32_t state, const char local[16], uint32_t scope, uint16_t port,
			    const char peer[16], uint32_t peer_scope, uint16_t peer_port, uint32_t pid)
{
	put_raw(bytes, local, 16);
	put32(bytes, scope);
	put_port(bytes, port);
	put_raw(bytes, peer, 16);
	put32(bytes, peer_scope);
	put_port(bytes, peer_port);
	put32(bytes, state);
	put32(bytes, pid);
}

/* MIB_UDPROW_OWNER_PID */
static inline void put_udp4(struct bytes *bytes, const char local[4], uint16_t port, uint32_t pid)
{
	put_raw(bytes, local, 4);
	put_port(bytes, port);
	put32(bytes, pid);
}

/* MIB_UDP6ROW_OWNER_PID */
static inline void put_udp6(struct bytes *bytes, const char local[16], uint32_t scope, uint16_t port, uint32_t pid)
{
	put_raw(bytes, local, 16);
	put32(bytes, scope);
	put_port(bytes, port);
	put32(bytes, pid);
}

#define ANY4 "\0\0\0\0"
#define HOME4 "\177\0\0\1"
#define ANY6 "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
#define LINK6 "\376\200\0\0\0\0\0\0\0\0\0\0\0\0\0\1" /* fe80::1 */
#define WIDE6 "\40\1\15\270\0\0\0\0\0\0\0\0\0\0\0\2" /* 2001:db8::2 */

#endif
