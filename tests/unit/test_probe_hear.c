/*
 * test_probe_hear.c - bytes to names, and names against labels. The bytes are written by the specifications that hear.c
 * names, not taken from a server.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "probe/speech.h"

struct sample {
	enum lsp_speech speech;
	enum lsp_asked asked;
	const char *bytes;
	size_t len;
	const char *evidence; /* NULL: not looked at */
};
#define BYTES(text) text, sizeof(text) - 1

/* A ServerHello: random of 32 bytes, the session id of our ClientHello (none here), a suite, no compression. */
#define RANDOM "0123456789abcdef0123456789abcdef"

static const struct sample samples[] = {
	{LSP_SPEECH_SSH, LSP_ASKED_NOTHING, BYTES("SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"), "SSH-2.0-OpenSSH_9.2p1 Debian-2"},
	{LSP_SPEECH_SSH, LSP_ASKED_NOTHING, BYTES("Go away\r\nor not\nSSH-1.99-x\r\n"), "SSH-1.99-x"},
	{LSP_SPEECH_NONE, LSP_ASKED_NOTHING, BYTES("see SSH-2.0-x\r\n"), "see SSH-2.0-x\r"},
	{LSP_SPEECH_NONE, LSP_ASKED_NOTHING, BYTES("SSH-"), NULL},
	{LSP_SPEECH_SMTP, LSP_ASKED_NOTHING, BYTES("220 mail.example.org ESMTP Postfix\r\n"),
	 "220 mail.example.org ESMTP Postfix"},
	{LSP_SPEECH_SMTP, LSP_ASKED_NOTHING, BYTES("220-mail.example.org\r\n220 smtp\r\n"), "220-mail.example.org"},
	{LSP_SPEECH_SMTP, LSP_ASKED_HELLO, BYTES("554 SMTP synchronization error\r\n"), NULL},
	{LSP_SPEECH_FTP, LSP_ASKED_NOTHING, BYTES("220 (vsFTPd 3.0.3)\r\n"), "220 (vsFTPd 3.0.3)"},
	{LSP_SPEECH_NONE, LSP_ASKED_NOTHING, BYTES("220 welcome\r\n"), "220 welcome\r"},
	{LSP_SPEECH_NONE, LSP_ASKED_NOTHING, BYTES("2200 ftp\r\n"), NULL},
	{LSP_SPEECH_POP3, LSP_ASKED_NOTHING, BYTES("+OK POP3 server ready\r\n"), "+OK POP3 server ready"},
	{LSP_SPEECH_NONE, LSP_ASKED_PING, BYTES("+OK\r\n"), NULL},
	{LSP_SPEECH_IMAP, LSP_ASKED_NOTHING, BYTES("* OK [CAPABILITY IMAP4rev2] ready\r\n"), NULL},
	{LSP_SPEECH_IMAP, LSP_ASKED_NOTHING, BYTES("* BYE busy\r\n"), "* BYE busy"},
	{LSP_SPEECH_NONE, LSP_ASKED_NOTHING, BYTES("* NO\r\n"), NULL},
	{LSP_SPEECH_MYSQL, LSP_ASKED_NOTHING, BYTES("\x10\0\0\0\x0a" "8.0.36\0\1\0\0\0abcd"), "8.0.36"},
	{LSP_SPEECH_MYSQL, LSP_ASKED_NOTHING, BYTES("\x0d\0\0\0\xff\x10\x04" "Too many c"), "Too many c"},
	{LSP_SPEECH_NONE, LSP_ASKED_NOTHING, BYTES("\x02\0\0\0\x0a" "8.0.36\0\1\0\0\0abcd"), NULL}, /* longer than it says */
	{LSP_SPEECH_NONE, LSP_ASKED_NOTHING, BYTES("\x10\0\0\1\x0a" "8.0.36\0\1\0\0\0abcd"), NULL}, /* not the first */
	{LSP_SPEECH_NONE, LSP_ASKED_NOTHING, BYTES("\x10\0\0\0\x0a" "8.0.36"), NULL},		    /* no NUL */
	{LSP_SPEECH_VNC, LSP_ASKED_NOTHING, BYTES("RFB 003.008\n"), "RFB 003.008"},
	{LSP_SPEECH_NONE, LSP_ASKED_NOTHING, BYTES("RFB 003.008"), NULL},
	{LSP_SPEECH_RSYNC, LSP_ASKED_NOTHING, BYTES("@RSYNCD: 31.0 sha512\n"), "@RSYNCD: 31.0 sha512"},
	{LSP_SPEECH_TELNET, LSP_ASKED_NOTHING, BYTES("\xff\xfd\x18\xff\xfd\x20"), "IAC"},
	{LSP_SPEECH_NONE, LSP_ASKED_NOTHING, BYTES("\xff\xf1\x18"), NULL}, /* IAC NOP */
	{LSP_SPEECH_NATS, LSP_ASKED_NOTHING, BYTES("INFO {\"server_id\":\"x\"}\r\n"), NULL},
	{LSP_SPEECH_AMQP, LSP_ASKED_HELLO, BYTES("AMQP\0\0\x09\x01"), "AMQP"},
	{LSP_SPEECH_NONE, LSP_ASKED_HELLO, BYTES("AMQP is here"), NULL},
	{LSP_SPEECH_HTTP, LSP_ASKED_HELLO, BYTES("HTTP/1.1 400 Bad Request\r\nDate: x\r\nServer: nginx/1.22.1\r\n\r\nx"),
	 "HTTP/1.1 400 Bad Request; Server: nginx/1.22.1"},
	{LSP_SPEECH_HTTP, LSP_ASKED_GET, BYTES("HTTP/1.0 200 OK\r\n\r\n"), "HTTP/1.0 200 OK"},
	{LSP_SPEECH_HTTP, LSP_ASKED_PING, BYTES("<HTML><body>400</body>"), NULL},
	{LSP_SPEECH_HTTP, LSP_ASKED_HELLO, BYTES("<!DOCTYPE HTML>\n"), "<!DOCTYPE HTML>"},
	{LSP_SPEECH_NONE, LSP_ASKED_GET, BYTES("HTTP/1 200 OK\r\n"), NULL},
	{LSP_SPEECH_HTTP2, LSP_ASKED_NOTHING, BYTES("\0\0\6\4\0\0\0\0\0\0\3\0\0\0\x64"), "HTTP/2 SETTINGS"},
	{LSP_SPEECH_NONE, LSP_ASKED_NOTHING, BYTES("\0\0\7\4\0\0\0\0\0"), NULL},
	{LSP_SPEECH_RTSP, LSP_ASKED_HELLO, BYTES("RTSP/1.0 400 Bad Request\r\n"), "RTSP/1.0 400 Bad Request"},
	{LSP_SPEECH_MONGODB, LSP_ASKED_GET,
	 BYTES("HTTP/1.0 200 OK\r\n\r\nIt looks like you are trying to access MongoDB over HTTP on the native driver port.\r\n"),
	 "It looks like you are trying to access MongoDB over HTTP on the native driver port."},
	{LSP_SPEECH_TLS, LSP_ASKED_HELLO, BYTES("\x16\3\3\0\x32\2\0\0\x2e\3\3" RANDOM "\0\x13\1\0\0\6\0\x2b\0\2\3\4"), "TLS 1.3"},
	{LSP_SPEECH_TLS, LSP_ASKED_HELLO, BYTES("\x16\3\3\0\x32\2\0\0\x2e\3\3" RANDOM "\2ab\x13\1\0\0\x0a\0\x33\0\0\0\x2b\0\2\3\4"), "TLS 1.3"},
	{LSP_SPEECH_TLS, LSP_ASKED_HELLO, BYTES("\x16\3\3\0\x2c\2\0\0\x28\3\3" RANDOM "\0\xc0\x2f\0\0\0"), "TLS 1.2"},
	{LSP_SPEECH_TLS, LSP_ASKED_HELLO, BYTES("\x16\3\1\0\x2c\2"), "TLS"},
	{LSP_SPEECH_TLS, LSP_ASKED_HELLO, BYTES("\x15\3\3\0\2\2\x28"), "TLS alert 40"},
	{LSP_SPEECH_NONE, LSP_ASKED_HELLO, BYTES("\x15\3\3\0\2\3\x28"), NULL}, /* no such level */
	{LSP_SPEECH_NONE, LSP_ASKED_HELLO, BYTES("\x16\3\3\0\x32\1\0\0\x2e\3\3"), NULL}, /* a ClientHello: an echo */
	{LSP_SPEECH_POSTGRESQL, LSP_ASKED_SSL_REQUEST, BYTES("S"), "SSLRequest: S"},
	{LSP_SPEECH_POSTGRESQL, LSP_ASKED_SSL_REQUEST, BYTES("N"), "SSLRequest: N"},
	{LSP_SPEECH_NONE, LSP_ASKED_SSL_REQUEST, BYTES("No"), NULL},
	{LSP_SPEECH_NONE, LSP_ASKED_HELLO, BYTES("N"), NULL},
	{LSP_SPEECH_POSTGRESQL, LSP_ASKED_SSL_REQUEST, BYTES("E\0\0\0\x0cSFATAL\0\0"), "FATAL"},
	{LSP_SPEECH_REDIS, LSP_ASKED_PING, BYTES("+PONG\r\n"), "+PONG"},
	{LSP_SPEECH_REDIS, LSP_ASKED_PING, BYTES("-NOAUTH Authentication required.\r\n"), "-NOAUTH Authentication required."},
	{LSP_SPEECH_REDIS, LSP_ASKED_GET, BYTES("-ERR unknown command\r\n"), NULL},
	{LSP_SPEECH_REDIS, LSP_ASKED_NOTHING, BYTES("-DENIED Redis is running in protected mode\r\n"), NULL},
	{LSP_SPEECH_POP3, LSP_ASKED_NOTHING, BYTES("-ERR too busy\r\n"), NULL},
	{LSP_SPEECH_NONE, LSP_ASKED_PING, BYTES("-err no\r\n"), NULL},
	{LSP_SPEECH_NONE, LSP_ASKED_PING, BYTES("-"), "-"},
	{LSP_SPEECH_MEMCACHED, LSP_ASKED_HELLO, BYTES("ERROR\r\nERROR\r\n"), "ERROR"},
	{LSP_SPEECH_MEMCACHED, LSP_ASKED_VERSION, BYTES("VERSION 1.6.18\r\n"), "VERSION 1.6.18"},
	{LSP_SPEECH_NONE, LSP_ASKED_NOTHING, BYTES("ERROR\r\n"), NULL},
	{LSP_SPEECH_NONE, LSP_ASKED_HELLO, BYTES("\0\xff\x1b[2J"), "\0\xff\x1b[2J"},
	{LSP_SPEECH_NONE, LSP_ASKED_HELLO, BYTES(""), ""},
};

/* Each sample in memory of its own, so that a sanitizer sees a byte read beyond. */
static struct lsp_heard hear(const char *bytes, size_t len, enum lsp_asked asked)
{
	uint8_t *copy = malloc(len > 0 ? len : 1);
	struct lsp_heard heard;

	assert_non_null(copy);
	memcpy(copy, bytes, len);
	heard = lsp_speech_hear(copy, len, asked);
	free(copy);
	return heard;
}

static void test_samples(void **state)
{
	bool told[LSP_SPEECH_COUNT] = {false};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof samples / sizeof *samples; i++) {
		const struct sample *sample = &samples[i];
		struct lsp_heard heard = hear(sample->bytes, sample->len, sample->asked);

		if (heard.speech != sample->speech)
			fail_msg("sample %zu: %.*s heard as %d, it is %d", i, (int)sample->len, sample->bytes,
				 (int)heard.speech, (int)sample->speech);
		told[heard.speech] = true;
		if (sample->evidence != NULL && sample->evidence[0] != '\0') {
			assert_int_equal(heard.evidence_len, strlen(sample->evidence));
			assert_memory_equal(heard.evidence, sample->evidence, heard.evidence_len);
		}
	}
	for (i = 0; i < LSP_SPEECH_COUNT; i++) {
		assert_true(told[i]);
		assert_int_equal(lsp_speech_name((enum lsp_speech)i) == NULL, i == LSP_SPEECH_NONE);
	}
}

/* Cut anywhere, a sample is what it was or not recognised; it is no third thing. */
static void test_cut(void **state)
{
	size_t i, len;

	(void)state;
	for (i = 0; i < sizeof samples / sizeof *samples; i++) {
		for (len = 0; len < samples[i].len; len++) {
			enum lsp_speech speech = hear(samples[i].bytes, len, samples[i].asked).speech;

			/* HTTP/1.0 200 is all that is known before the words of mongod come; one byte may be S or N */
			if (speech != LSP_SPEECH_NONE && speech != samples[i].speech &&
			    !(speech == LSP_SPEECH_HTTP && samples[i].speech == LSP_SPEECH_MONGODB) &&
			    !(speech == LSP_SPEECH_POSTGRESQL && len == 1))
				fail_msg("sample %zu cut to %zu is heard as %s", i, len, lsp_speech_name(speech));
		}
	}
}

static void test_evidence_has_an_end(void **state)
{
	char line[3000];
	struct lsp_heard heard;

	(void)state;
	memset(line, 'x', sizeof line);
	heard = hear(line, sizeof line, LSP_ASKED_HELLO);
	assert_int_equal(heard.evidence_len, LSP_EVIDENCE_MAX);
	memcpy(line, "SSH-2.0-", 8);
	heard = hear(line, sizeof line, LSP_ASKED_NOTHING);
	assert_int_equal(heard.speech, LSP_SPEECH_SSH);
	assert_int_equal(heard.evidence_len, LSP_EVIDENCE_MAX);
	memcpy(line, "HTTP/1.1 200 ", 13);
	memcpy(line + 2900, "\nServer: y", 10);
	heard = hear(line, sizeof line, LSP_ASKED_GET);
	assert_int_equal(heard.evidence_len, LSP_EVIDENCE_MAX);
	assert_memory_equal(heard.evidence, line, LSP_EVIDENCE_MAX);
}

static struct lsp_service at(uint16_t port)
{
	struct lsp_service service;

	assert_true(lsp_service_at(LSP_TCP, port, &service));
	return service;
}

/* The ports are those that everybody knows; that each has such a label is the registry's affair, tested there. */
static void test_labels(void **state)
{
	static const struct {
		uint16_t port;
		enum lsp_speech speech;
	} known[] = {
		{21, LSP_SPEECH_FTP},	       {22, LSP_SPEECH_SSH},	    {23, LSP_SPEECH_TELNET},
		{25, LSP_SPEECH_SMTP},	       {80, LSP_SPEECH_HTTP},	    {110, LSP_SPEECH_POP3},
		{143, LSP_SPEECH_IMAP},	       {443, LSP_SPEECH_TLS},	    {465, LSP_SPEECH_TLS},
		{554, LSP_SPEECH_RTSP},	       {587, LSP_SPEECH_SMTP},	    {873, LSP_SPEECH_RSYNC},
		{990, LSP_SPEECH_TLS},	       {993, LSP_SPEECH_TLS},	    {995, LSP_SPEECH_TLS},
		{3306, LSP_SPEECH_MYSQL},      {4222, LSP_SPEECH_NATS},	    {5432, LSP_SPEECH_POSTGRESQL},
		{5433, LSP_SPEECH_POSTGRESQL}, {5672, LSP_SPEECH_AMQP},	    {5900, LSP_SPEECH_VNC},
		{5901, LSP_SPEECH_VNC},	       {6379, LSP_SPEECH_REDIS},    {8080, LSP_SPEECH_HTTP},
		{8443, LSP_SPEECH_TLS},	       {11211, LSP_SPEECH_MEMCACHED}, {27017, LSP_SPEECH_MONGODB},
		{111, LSP_SPEECH_NONE},
	};
	struct lsp_service service;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof known / sizeof *known; i++) {
		service = at(known[i].port);
		if (lsp_speech_of_label(&service) != known[i].speech)
			fail_msg("port %u, %s", known[i].port, service.name);
	}
	assert_int_equal(lsp_speech_of_label(NULL), LSP_SPEECH_NONE);
}

static void test_fit(void **state)
{
	static const struct {
		enum lsp_speech speech;
		uint16_t port;
		enum lsp_fit fit;
	} pairs[] = {
		{LSP_SPEECH_SSH, 22, LSP_FIT_YES},
		{LSP_SPEECH_HTTP, 22, LSP_FIT_NO},
		{LSP_SPEECH_TLS, 22, LSP_FIT_NO},
		{LSP_SPEECH_HTTP, 5432, LSP_FIT_NO}, /* python3 on the port of PostgreSQL */
		{LSP_SPEECH_SSH, 443, LSP_FIT_NO},
		{LSP_SPEECH_HTTP, 443, LSP_FIT_NO}, /* not encrypted where that is promised */
		{LSP_SPEECH_TLS, 443, LSP_FIT_YES},
		{LSP_SPEECH_TLS, 8080, LSP_FIT_UNKNOWN}, /* may hide it */
		{LSP_SPEECH_TLS, 6379, LSP_FIT_UNKNOWN},
		{LSP_SPEECH_HTTP2, 8080, LSP_FIT_YES},
		{LSP_SPEECH_MYSQL, 6379, LSP_FIT_NO},
		{LSP_SPEECH_HTTP, 111, LSP_FIT_UNKNOWN}, /* a label that says nothing to us */
		{LSP_SPEECH_SSH, 111, LSP_FIT_NO},
		{LSP_SPEECH_NONE, 22, LSP_FIT_UNKNOWN},
		{LSP_SPEECH_VNC, 5901, LSP_FIT_YES},
		/* a name of IANA's that nobody ever met promises nothing: these are ports that people use */
		{LSP_SPEECH_SSH, 2022, LSP_FIT_UNKNOWN},
		{LSP_SPEECH_SSH, 8022, LSP_FIT_UNKNOWN},
		{LSP_SPEECH_VNC, 5999, LSP_FIT_UNKNOWN},
		{LSP_SPEECH_SMTP, 1025, LSP_FIT_YES}, /* a mail test server */
		{LSP_SPEECH_SSH, 1025, LSP_FIT_NO},
		{LSP_SPEECH_SSH, 2049, LSP_FIT_NO}, /* IANA's, and met: NFS has a note */
	};
	static const struct lsp_service described = {.name = "odd", .description = "Cache of Redis' makers; sshd no"};
	struct lsp_service service;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		service = at(pairs[i].port);
		if (lsp_speech_fit(pairs[i].speech, &service) != pairs[i].fit)
			fail_msg("%zu: port %u", i, pairs[i].port);
	}
	assert_int_equal(lsp_speech_fit(LSP_SPEECH_SSH, NULL), LSP_FIT_UNKNOWN);
	assert_int_equal(lsp_speech_fit(LSP_SPEECH_REDIS, &described), LSP_FIT_YES);
	assert_int_equal(lsp_speech_fit(LSP_SPEECH_SSH, &described), LSP_FIT_NO); /* sshd is another word */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_samples),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_evidence_has_an_end),
		cmocka_unit_test(test_labels),
		cmocka_unit_test(test_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
