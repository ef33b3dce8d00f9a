/*
 * hear.c - see speech.h. One small function a protocol, in the order of the table: the first that knows the bytes names
 * them. Each is only sure of what its specification demands, and reads no byte beyond len.
 */
#include <stdio.h>
#include <string.h>

#include "speech.h"

struct answer {
	const uint8_t *bytes;
	size_t len;
	enum lsp_asked asked;
};

static bool begins(const struct answer *answer, const char *word)
{
	size_t len = strlen(word);

	return answer->len >= len && memcmp(answer->bytes, word, len) == 0;
}

static uint8_t lower(uint8_t byte)
{
	return byte >= 'A' && byte <= 'Z' ? (uint8_t)(byte - 'A' + 'a') : byte;
}

/* The place of a word in lower case, ASCII case ignored; len: it is not there. */
static size_t find(const struct answer *answer, const char *word)
{
	size_t at, i;

	for (at = 0; at < answer->len; at++) {
		for (i = 0; word[i] != '\0' && at + i < answer->len && lower(answer->bytes[at + i]) == (uint8_t)word[i]; i++)
			;
		if (word[i] == '\0')
			return at;
	}
	return answer->len;
}

static bool is_digit(uint8_t byte)
{
	return byte >= '0' && byte <= '9';
}

/* '#' stands for a digit. */
static bool matches(const struct answer *answer, const char *pattern)
{
	size_t i;

	for (i = 0; pattern[i] != '\0'; i++) {
		if (i >= answer->len || (pattern[i] == '#' ? !is_digit(answer->bytes[i])
							   : answer->bytes[i] != (uint8_t)pattern[i]))
			return false;
	}
	return true;
}

/* Adds what stands at a place, up to the end of its line or a NUL. */
static void quote(struct lsp_heard *heard, const struct answer *answer, size_t at)
{
	while (at < answer->len && answer->bytes[at] != '\r' && answer->bytes[at] != '\n' && answer->bytes[at] != '\0' &&
	       heard->evidence_len < LSP_EVIDENCE_MAX)
		heard->evidence[heard->evidence_len++] = (char)answer->bytes[at++];
}

static void tell(struct lsp_heard *heard, const char *words)
{
	size_t len = strlen(words), room = LSP_EVIDENCE_MAX - heard->evidence_len;

	memcpy(heard->evidence + heard->evidence_len, words, len < room ? len : room);
	heard->evidence_len += len < room ? len : room;
}

/* RFC 4253, section 4.2: "SSH-protoversion-softwareversion"; the server may send other lines before. */
static bool hear_ssh(const struct answer *answer, struct lsp_heard *heard)
{
	size_t at;

	for (at = 0; at + 5 <= answer->len; at++) {
		if ((at > 0 && answer->bytes[at - 1] != '\n') || memcmp(answer->bytes + at, "SSH-", 4) != 0 ||
		    !is_digit(answer->bytes[at + 4]))
			continue;
		quote(heard, answer, at);
		return true;
	}
	return false;
}

/* RFC 6143, section 7.1.1: "RFB xxx.yyy\n". */
static bool hear_vnc(const struct answer *answer, struct lsp_heard *heard)
{
	quote(heard, answer, 0);
	return matches(answer, "RFB ###.###\n");
}

/* The greetings of SMTP (RFC 5321, section 4.2) and FTP (RFC 959, section 4.2) are both three digits and free text. The
 * text of almost all servers has the protocol's name; where it has not, nobody can tell. */
static bool is_reply(const struct answer *answer)
{
	return matches(answer, "### ") || matches(answer, "###-");
}

static bool hear_smtp(const struct answer *answer, struct lsp_heard *heard)
{
	quote(heard, answer, 0);
	return is_reply(answer) && find(answer, "smtp") < answer->len;
}

static bool hear_ftp(const struct answer *answer, struct lsp_heard *heard)
{
	quote(heard, answer, 0);
	return is_reply(answer) && find(answer, "ftp") < answer->len;
}

/* RFC 1939, sections 3 and 4: the greeting is a positive response; servers that are too busy send a negative one. */
static bool hear_pop3(const struct answer *answer, struct lsp_heard *heard)
{
	quote(heard, answer, 0);
	return answer->asked == LSP_ASKED_NOTHING && (matches(answer, "+OK") || matches(answer, "-ERR"));
}

/* RFC 9051, section 7.1: the greeting is one of these three. */
static bool hear_imap(const struct answer *answer, struct lsp_heard *heard)
{
	quote(heard, answer, 0);
	return begins(answer, "* OK") || begins(answer, "* PREAUTH") || begins(answer, "* BYE");
}

/* "Protocol::HandshakeV10" and "Protocol::ERR_Packet" of the MySQL source documentation: three bytes of length, low
 * first, a sequence number that is 0, then 10 and the version up to a NUL, or 255 and a number of two bytes. */
static bool hear_mysql(const struct answer *answer, struct lsp_heard *heard)
{
	const uint8_t *bytes = answer->bytes;
	size_t payload, i;

	if (answer->len < 8 || bytes[3] != 0)
		return false;
	payload = bytes[0] | (size_t)bytes[1] << 8 | (size_t)bytes[2] << 16;
	if (bytes[4] == 255 && payload == answer->len - 4) {
		quote(heard, answer, 7);
		return (bytes[5] | bytes[6] << 8) >= 1000; /* below are no numbers of a server */
	}
	if (bytes[4] != 10 || payload < answer->len - 4 || !is_digit(bytes[5]))
		return false;
	for (i = 5; i < answer->len && bytes[i] > ' ' && bytes[i] < 127; i++)
		;
	quote(heard, answer, 5);
	return i < answer->len && bytes[i] == 0;
}

/* rsync's own protocol of its daemon: a greeting "@RSYNCD: <version>" (rsyncd of rsync's clientserver.c). */
static bool hear_rsync(const struct answer *answer, struct lsp_heard *heard)
{
	quote(heard, answer, 0);
	return matches(answer, "@RSYNCD: #");
}

/* RFC 854: IAC, then WILL, WON'T, DO or DON'T and an option, before anything was said. */
static bool hear_telnet(const struct answer *answer, struct lsp_heard *heard)
{
	tell(heard, "IAC");
	return answer->asked == LSP_ASKED_NOTHING && answer->len >= 3 && answer->bytes[0] == 255 &&
	       answer->bytes[1] >= 251 && answer->bytes[1] <= 254;
}

/* NATS client protocol: the server speaks first, "INFO {…}". */
static bool hear_nats(const struct answer *answer, struct lsp_heard *heard)
{
	quote(heard, answer, 0);
	return begins(answer, "INFO {");
}

/* AMQP 0-9-1, section 4.2.2, and 1.0, section 2.2: who is spoken to in another protocol sends the header of his own. */
static bool hear_amqp(const struct answer *answer, struct lsp_heard *heard)
{
	tell(heard, "AMQP");
	return answer->len >= 8 && begins(answer, "AMQP") && answer->bytes[4] <= 3;
}

/* The version that a ServerHello settles on: supported_versions (43) has it, if it is there (RFC 8446, 4.1.3, 4.2.1). */
static unsigned tls_version(const struct answer *answer)
{
	const uint8_t *bytes = answer->bytes;
	unsigned version = answer->len >= 11 ? (unsigned)(bytes[9] << 8 | bytes[10]) : 0;
	size_t at = 43; /* behind record (5), handshake header (4), version (2), random (32): the session id */

	if (at >= answer->len)
		return version;
	at += 1u + bytes[at] + 2 + 1 + 2; /* the id, cipher suite, compression, length of the extensions */
	while (at + 4 <= answer->len) {
		unsigned type = (unsigned)(bytes[at] << 8 | bytes[at + 1]), len = (unsigned)(bytes[at + 2] << 8 | bytes[at + 3]);

		if (type == 43 && len == 2 && at + 6 <= answer->len)
			return (unsigned)(bytes[at + 4] << 8 | bytes[at + 5]);
		at += 4 + len;
	}
	return version;
}

/* RFC 8446, sections 5.1 (record: type, version 3.x, length of two bytes), 4 (handshake 2: ServerHello), 6 (alert: level
 * 1 or 2, description). */
static bool hear_tls(const struct answer *answer, struct lsp_heard *heard)
{
	static const char *const versions[] = {"SSL 3.0", "TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3"};
	const uint8_t *bytes = answer->bytes;
	char words[32];
	unsigned version;

	if (answer->len < 6 || bytes[1] != 3 || bytes[2] > 4)
		return false;
	if (bytes[0] == 22 && bytes[5] == 2) {
		version = tls_version(answer);
		tell(heard, version >= 0x300 && version <= 0x304 ? versions[version & 7] : "TLS");
		return true;
	}
	if (answer->len < 7 || bytes[0] != 21 || bytes[3] != 0 || bytes[4] != 2 || (bytes[5] != 1 && bytes[5] != 2))
		return false;
	snprintf(words, sizeof words, "TLS alert %u", bytes[6]);
	tell(heard, words);
	return true;
}

/* PostgreSQL documentation, "Message Formats": SSLRequest is answered by the one byte S or N; ErrorResponse is E, a
 * length of four bytes and fields, the first of them S, the severity. */
static bool hear_postgresql(const struct answer *answer, struct lsp_heard *heard)
{
	const uint8_t *bytes = answer->bytes;

	if (answer->asked == LSP_ASKED_SSL_REQUEST && answer->len == 1 && (bytes[0] == 'S' || bytes[0] == 'N')) {
		tell(heard, bytes[0] == 'S' ? "SSLRequest: S" : "SSLRequest: N");
		return true;
	}
	if (answer->len < 7 || bytes[0] != 'E' || bytes[1] != 0 || bytes[2] != 0 || bytes[5] != 'S')
		return false;
	quote(heard, answer, 6);
	return (size_t)(bytes[3] << 8 | bytes[4]) + 1 >= answer->len;
}

/* Redis documentation, "RESP protocol": +PONG, or an error: a word in capitals (ERR, NOAUTH, DENIED, LOADING, …). */
static bool hear_redis(const struct answer *answer, struct lsp_heard *heard)
{
	size_t i;

	quote(heard, answer, 0);
	if (matches(answer, "+PONG\r\n") || matches(answer, "-DENIED Redis "))
		return true;
	for (i = 1; i < answer->len && answer->bytes[i] >= 'A' && answer->bytes[i] <= 'Z'; i++)
		;
	return answer->asked != LSP_ASKED_NOTHING && answer->bytes[0] == '-' && i >= 4 && i < answer->len &&
	       answer->bytes[i] == ' ';
}

/* memcached's doc/protocol.txt: ERROR to a command that it does not know, VERSION to "version". */
static bool hear_memcached(const struct answer *answer, struct lsp_heard *heard)
{
	quote(heard, answer, 0);
	return answer->asked != LSP_ASKED_NOTHING && (begins(answer, "ERROR\r\n") || matches(answer, "VERSION #"));
}

/* What mongod says to "GET " on its own port (checkForHTTPRequest in its transport layer): it looks like HTTP. */
static bool hear_mongodb(const struct answer *answer, struct lsp_heard *heard)
{
	size_t at = find(answer, "it looks like you are trying to access mongodb over http");

	quote(heard, answer, at);
	return at < answer->len;
}

/* RFC 9113, sections 3.4, 4.1 and 6.5: the server begins with SETTINGS: length of three bytes, a multiple of 6, type 4,
 * no flags, stream 0. */
static bool hear_http2(const struct answer *answer, struct lsp_heard *heard)
{
	static const uint8_t behind[] = {4, 0, 0, 0, 0, 0};
	const uint8_t *bytes = answer->bytes;

	tell(heard, "HTTP/2 SETTINGS");
	return answer->len >= 9 && bytes[0] == 0 && bytes[1] == 0 && bytes[2] % 6 == 0 &&
	       memcmp(bytes + 3, behind, sizeof behind) == 0;
}

/* RFC 9112, section 4: the status line. A page without one is how HTTP/0.9 answered, and how servers still answer who
 * sends no version that they know. */
static bool hear_http(const struct answer *answer, struct lsp_heard *heard)
{
	size_t server = find(answer, "\nserver:");

	quote(heard, answer, 0);
	if (matches(answer, "HTTP/#.# ###")) {
		if (server < answer->len) {
			tell(heard, "; ");
			quote(heard, answer, server + 1);
		}
		return true;
	}
	return answer->asked != LSP_ASKED_NOTHING && (find(answer, "<!doctype html") == 0 || find(answer, "<html") == 0);
}

/* RFC 7826, section 8.1. */
static bool hear_rtsp(const struct answer *answer, struct lsp_heard *heard)
{
	quote(heard, answer, 0);
	return matches(answer, "RTSP/#.# ###");
}

struct lsp_heard lsp_speech_hear(const uint8_t *bytes, size_t len, enum lsp_asked asked)
{
	static const struct {
		enum lsp_speech speech;
		bool (*hear)(const struct answer *answer, struct lsp_heard *heard);
	} ears[] = {
		{LSP_SPEECH_TLS, hear_tls},
		{LSP_SPEECH_POSTGRESQL, hear_postgresql},
		{LSP_SPEECH_MYSQL, hear_mysql},
		{LSP_SPEECH_HTTP2, hear_http2},
		{LSP_SPEECH_TELNET, hear_telnet},
		{LSP_SPEECH_AMQP, hear_amqp},
		{LSP_SPEECH_MONGODB, hear_mongodb}, /* in the dress of HTTP */
		{LSP_SPEECH_HTTP, hear_http},
		{LSP_SPEECH_RTSP, hear_rtsp},
		{LSP_SPEECH_VNC, hear_vnc},
		{LSP_SPEECH_IMAP, hear_imap},
		{LSP_SPEECH_POP3, hear_pop3},
		{LSP_SPEECH_REDIS, hear_redis},
		{LSP_SPEECH_RSYNC, hear_rsync},
		{LSP_SPEECH_NATS, hear_nats},
		{LSP_SPEECH_MEMCACHED, hear_memcached},
		{LSP_SPEECH_SMTP, hear_smtp},
		{LSP_SPEECH_FTP, hear_ftp},
		{LSP_SPEECH_SSH, hear_ssh}, /* it may stand in any line */
	};
	const struct answer answer = {bytes, len, asked};
	struct lsp_heard heard;
	size_t i;

	for (i = 0; len > 0 && i < sizeof ears / sizeof *ears; i++) {
		heard = (struct lsp_heard){.speech = ears[i].speech};
		if (ears[i].hear(&answer, &heard))
			return heard;
	}
	heard = (struct lsp_heard){.speech = LSP_SPEECH_NONE};
	for (i = 0; i < len && i < LSP_EVIDENCE_MAX && bytes[i] != '\n'; i++)
		heard.evidence[heard.evidence_len++] = (char)bytes[i];
	return heard;
}

const char *lsp_speech_name(enum lsp_speech speech)
{
	static const char *const names[LSP_SPEECH_COUNT] = {
		[LSP_SPEECH_AMQP] = "amqp",
		[LSP_SPEECH_FTP] = "ftp",
		[LSP_SPEECH_HTTP] = "http",
		[LSP_SPEECH_HTTP2] = "http2",
		[LSP_SPEECH_IMAP] = "imap",
		[LSP_SPEECH_MEMCACHED] = "memcached",
		[LSP_SPEECH_MONGODB] = "mongodb",
		[LSP_SPEECH_MYSQL] = "mysql",
		[LSP_SPEECH_NATS] = "nats",
		[LSP_SPEECH_POP3] = "pop3",
		[LSP_SPEECH_POSTGRESQL] = "postgresql",
		[LSP_SPEECH_REDIS] = "redis",
		[LSP_SPEECH_RSYNC] = "rsync",
		[LSP_SPEECH_RTSP] = "rtsp",
		[LSP_SPEECH_SMTP] = "smtp",
		[LSP_SPEECH_SSH] = "ssh",
		[LSP_SPEECH_TELNET] = "telnet",
		[LSP_SPEECH_TLS] = "tls",
		[LSP_SPEECH_VNC] = "vnc",
	};

	return names[speech];
}
