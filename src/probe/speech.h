/*
 * speech.h - names the protocol that the other side speaks from the bytes that came, and holds it against the label of
 * the port. Pure.
 *
 * A name is what the bytes say: a server may lie. (The protocols of sockets, TCP and UDP, are enum lsp_proto.)
 */
#ifndef LSP_PROBE_SPEECH_H
#define LSP_PROBE_SPEECH_H

#include <lsports/service.h>

enum lsp_speech {
	LSP_SPEECH_NONE = 0, /* not recognised */
	LSP_SPEECH_AMQP,
	LSP_SPEECH_FTP,
	LSP_SPEECH_HTTP,
	LSP_SPEECH_HTTP2, /* without TLS, and without having been asked */
	LSP_SPEECH_IMAP,
	LSP_SPEECH_MEMCACHED,
	LSP_SPEECH_MONGODB,
	LSP_SPEECH_MYSQL, /* and MariaDB */
	LSP_SPEECH_NATS,
	LSP_SPEECH_POP3,
	LSP_SPEECH_POSTGRESQL,
	LSP_SPEECH_REDIS,
	LSP_SPEECH_RSYNC,
	LSP_SPEECH_RTSP,
	LSP_SPEECH_SMTP,
	LSP_SPEECH_SSH,
	LSP_SPEECH_TELNET,
	LSP_SPEECH_TLS, /* what is spoken within is not known */
	LSP_SPEECH_VNC,
	LSP_SPEECH_COUNT,
};

/* What was sent before. */
enum lsp_asked {
	LSP_ASKED_NOTHING = 0, /* it spoke first */
	LSP_ASKED_HELLO,       /* a ClientHello of TLS that is also the end of a line, and of an HTTP request */
	LSP_ASKED_GET,	       /* an HTTP request */
	LSP_ASKED_PING,	       /* Redis */
	LSP_ASKED_SSL_REQUEST, /* PostgreSQL */
	LSP_ASKED_VERSION,     /* memcached */
	LSP_ASKED_COUNT,
};

#define LSP_EVIDENCE_MAX 160

/* evidence: the telling part of what came, hostile bytes without a newline; or our words on bytes that are no text
 * ("TLS 1.3"). */
struct lsp_heard {
	enum lsp_speech speech;
	size_t evidence_len;
	char evidence[LSP_EVIDENCE_MAX];
};

struct lsp_heard lsp_speech_hear(const uint8_t *bytes, size_t len, enum lsp_asked asked);

/* "ssh", "http", "postgresql", …; NULL for NONE. The words are stable: JSON has them. */
const char *lsp_speech_name(enum lsp_speech speech);

/* What a label promises; NONE when it is none of the above or not known to us. label may be NULL. */
enum lsp_speech lsp_speech_of_label(const struct lsp_service *label);

enum lsp_fit {
	LSP_FIT_UNKNOWN = 0, /* nothing was recognised, or the label does not say what is to be spoken */
	LSP_FIT_YES,
	LSP_FIT_NO, /* something else answers than the label says */
};

/* Whether it is what the label says. TLS may hide HTTP and others; HTTP and TLS carry much that has another name, so
 * under a label that we do not know they are no contradiction; and one that is not well known says nothing at all. label may be NULL. */
enum lsp_fit lsp_speech_fit(enum lsp_speech speech, const struct lsp_service *label);

#endif
