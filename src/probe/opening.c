/*
 * opening.c - see opening.h.
 *
 * Many servers speak first, so all are listened to. Then comes what the label suggests, then what finds most of the
 * others: one ClientHello for TLS and HTTP alike, a plain request for servers that hang up on a broken one, and
 * PostgreSQL's question, to which it alone answers. Nothing that is sent asks for a change.
 */
#include "opening.h"

enum {
	LISTEN_MS = 300,	/* under any label */
	LISTEN_LONG_MS = 1500,	/* under one of a protocol whose server speaks first: some look up names before */
	RAW_PRINTING = 9100,	/* what is sent there is printed */
};

/* RFC 8446: a record (5.1; 3.1 as the first version) with a ClientHello (4.1.2) that offers TLS 1.3 and 1.2. No key is
 * shared (4.2.8 allows none): a server of 1.3 then answers HelloRetryRequest, a ServerHello as well.
 *
 * The session id is for the client to choose (4.1.2; appendix D.4 has clients of 1.3 send 32 bytes): ours ends a line
 * and a request. Its length, 32, is a blank. So who waits for a line or for HTTP reads one word of nonsense, "/" and
 * "HTTP/1.0", and answers that there is no such method instead of waiting for more. */
static const uint8_t hello[] = {
	22, 3, 1, 0, 128,		/* handshake, 3.1, length */
	1, 0, 0, 124, 3, 3,		/* ClientHello, length, 3.3 */
	'l', 's', 'p', 'o', 'r', 't', 's', '-', 'p', 'r', 'o', 'b', 'e', '-', '-', '-', /* random: nobody relies on it, */
	'-', '-', '-', '-', '-', '-', '-', '-', '-', '-', '-', '-', '-', '-', '-', '-', /* there will be no session */
	32, '/', ' ', 'H', 'T', 'T', 'P', '/', '1', '.', '0', '\r', '\n', '\r', '\n',
	'-', '-', '-', '-', '-', '-', '-', '-', '-', '-', '-', '-', '-', '-', '-', '-', '-', '-',
	0, 14,				/* cipher suites (B.4; RFC 5289, RFC 5246 for those of 1.2) */
	0x13, 0x01, 0x13, 0x02,		/* AES_128_GCM_SHA256, AES_256_GCM_SHA384 */
	0xc0, 0x2b, 0xc0, 0x2f,		/* ECDHE with ECDSA or RSA, AES_128_GCM_SHA256 */
	0xc0, 0x30, 0x00, 0x9c,		/* ECDHE_RSA AES_256_GCM_SHA384, RSA AES_128_GCM_SHA256 */
	0x00, 0x2f,			/* RSA AES_128_CBC_SHA: every server of 1.2 must have it */
	1, 0,				/* no compression */
	0, 37,				/* extensions */
	0, 10, 0, 6, 0, 4, 0, 29, 0, 23,		/* supported_groups: x25519, secp256r1 */
	0, 13, 0, 8, 0, 6, 4, 3, 8, 4, 4, 1,		/* signature_algorithms: ECDSA, PSS, PKCS#1, each with SHA-256 */
	0, 43, 0, 5, 4, 3, 4, 3, 3,			/* supported_versions: 1.3, 1.2 */
	0, 51, 0, 2, 0, 0,				/* key_share: none yet */
};

/* RFC 9110, section 9.2.1: GET is safe. "GET " in capitals is also what mongod knows HTTP by. */
static const uint8_t get[] = {'G', 'E', 'T', ' ', '/', ' ', 'H', 'T', 'T', 'P', '/', '1', '.', '0',
			      '\r', '\n', '\r', '\n'};

/* An inline command, as Redis' documentation of its protocol has it. */
static const uint8_t ping[] = {'P', 'I', 'N', 'G', '\r', '\n'};

/* PostgreSQL documentation, "Message Formats": length 8, then 1234 and 5679. */
static const uint8_t ssl_request[] = {0, 0, 0, 8, 1234 >> 8, 1234 & 255, 5679 >> 8, 5679 & 255};

/* memcached's doc/protocol.txt. */
static const uint8_t version[] = {'v', 'e', 'r', 's', 'i', 'o', 'n', '\r', '\n'};

struct lsp_message lsp_opening_message(enum lsp_asked asked)
{
	static const struct lsp_message messages[LSP_ASKED_COUNT] = {
		[LSP_ASKED_HELLO] = {hello, sizeof hello},
		[LSP_ASKED_GET] = {get, sizeof get},
		[LSP_ASKED_PING] = {ping, sizeof ping},
		[LSP_ASKED_SSL_REQUEST] = {ssl_request, sizeof ssl_request},
		[LSP_ASKED_VERSION] = {version, sizeof version},
	};

	return messages[asked];
}

static bool speaks_first(enum lsp_speech speech)
{
	static const unsigned first = 1u << LSP_SPEECH_FTP | 1u << LSP_SPEECH_IMAP | 1u << LSP_SPEECH_MYSQL |
				      1u << LSP_SPEECH_NATS | 1u << LSP_SPEECH_POP3 | 1u << LSP_SPEECH_RSYNC |
				      1u << LSP_SPEECH_SMTP | 1u << LSP_SPEECH_SSH | 1u << LSP_SPEECH_TELNET |
				      1u << LSP_SPEECH_VNC;

	return (first >> speech & 1) != 0;
}

static void add(struct lsp_opening *opening, enum lsp_asked asked)
{
	size_t i;

	for (i = 0; i < opening->count; i++) {
		if (opening->asked[i] == asked)
			return;
	}
	if (opening->count < LSP_TALK_MESSAGES_MAX)
		opening->asked[opening->count++] = asked;
}

struct lsp_opening lsp_opening_of(uint16_t port, const struct lsp_service *label)
{
	static const enum lsp_asked own[LSP_SPEECH_COUNT] = {
		[LSP_SPEECH_MEMCACHED] = LSP_ASKED_VERSION,
		[LSP_SPEECH_MONGODB] = LSP_ASKED_GET,
		[LSP_SPEECH_POSTGRESQL] = LSP_ASKED_SSL_REQUEST,
		[LSP_SPEECH_REDIS] = LSP_ASKED_PING,
	};
	enum lsp_speech promised = lsp_speech_of_label(label);
	struct lsp_opening opening = {.listen_ms = speaks_first(promised) ? LISTEN_LONG_MS : LISTEN_MS};

	if (port == RAW_PRINTING)
		return opening;
	if (own[promised] != LSP_ASKED_NOTHING)
		add(&opening, own[promised]);
	add(&opening, LSP_ASKED_HELLO);
	add(&opening, LSP_ASKED_GET);
	add(&opening, LSP_ASKED_SSL_REQUEST);
	return opening;
}
