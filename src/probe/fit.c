/*
 * fit.c - see speech.h: which label promises which protocol. By the label's name, or where that is one that we do not
 * know, by a protocol that its description names.
 */
#include <string.h>

#include "speech.h"

struct promise {
	enum lsp_speech speech;
	const char *labels; /* names of the registry that promise it, blanks between them */
	const char *word;   /* as descriptions write it, in lower case; NULL: too common a word to tell anything */
};

static const struct promise promises[] = {
	{LSP_SPEECH_AMQP, "amqp", "amqp"},
	{LSP_SPEECH_FTP, "ftp ftp-alt", NULL},
	{LSP_SPEECH_HTTP,
	 "http http-alt http-alt-8081 http-alt-8082 http-alt-8085 http-dev http-dev-alt http-8010 http-mgmt flask dev-server "
	 "jupyter prometheus node-exporter elasticsearch kibana docker squid novnc",
	 NULL},
	{LSP_SPEECH_IMAP, "imap imap3", NULL},
	{LSP_SPEECH_MEMCACHED, "memcache", "memcached"},
	{LSP_SPEECH_MONGODB, "mongodb", "mongodb"},
	{LSP_SPEECH_MYSQL, "mysql mysql-proxy", "mysql"},
	{LSP_SPEECH_NATS, "nats", "nats"},
	{LSP_SPEECH_POP3, "pop3", NULL},
	{LSP_SPEECH_POSTGRESQL, "postgresql postgresql-alt", "postgresql"},
	{LSP_SPEECH_REDIS, "redis", "redis"},
	{LSP_SPEECH_RSYNC, "rsync", "rsync"},
	{LSP_SPEECH_RTSP, "rtsp rtsp-alt", "rtsp"},
	{LSP_SPEECH_SMTP, "smtp smtp-alt submission", "mail test servers"},
	{LSP_SPEECH_SSH, "ssh ssh-alt netconf-ssh", "ssh"},
	{LSP_SPEECH_TELNET, "telnet rtelnet", "telnet"},
	{LSP_SPEECH_TLS,
	 "https https-alt https-alt-4443 https-alt-7443 imaps pop3s submissions ldaps ftps ftps-data telnets amqps redis-tls "
	 "docker-s syslog-tls netconf-tls tls-test",
	 NULL},
	{LSP_SPEECH_VNC, "rfb vnc-display", "vnc"},
};

static bool is_among(const char *words, const char *name)
{
	size_t len = strlen(name);
	const char *at;

	for (at = words; (at = strstr(at, name)) != NULL; at++) {
		if ((at == words || at[-1] == ' ') && (at[len] == ' ' || at[len] == '\0'))
			return true;
	}
	return false;
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* As a word of its own, ASCII case ignored. */
static bool mentions(const char *text, const char *word)
{
	const char *at;
	size_t i;

	for (at = text; *at != '\0'; at++) {
		if (at > text && is_letter(at[-1]))
			continue;
		for (i = 0; word[i] != '\0' && (at[i] | 0x20) == word[i]; i++)
			;
		if (word[i] == '\0' && !is_letter(at[i]))
			return true;
	}
	return false;
}

enum lsp_speech lsp_speech_of_label(const struct lsp_service *label)
{
	size_t i;

	for (i = 0; label != NULL && i < sizeof promises / sizeof *promises; i++) {
		if (is_among(promises[i].labels, label->name))
			return promises[i].speech;
	}
	return LSP_SPEECH_NONE;
}

static bool is_mentioned(enum lsp_speech speech, const struct lsp_service *label)
{
	size_t i;

	for (i = 0; i < sizeof promises / sizeof *promises; i++) {
		if (promises[i].speech == speech && promises[i].word != NULL && mentions(label->description, promises[i].word))
			return true;
	}
	return false;
}

/* Servers of these may be set up so that every connection begins with TLS. The others speak first, or have a command of
 * their own that starts it. */
static bool may_be_within_tls(enum lsp_speech speech)
{
	static const unsigned within = 1u << LSP_SPEECH_HTTP | 1u << LSP_SPEECH_REDIS | 1u << LSP_SPEECH_MEMCACHED |
				       1u << LSP_SPEECH_MONGODB | 1u << LSP_SPEECH_AMQP | 1u << LSP_SPEECH_NATS |
				       1u << LSP_SPEECH_POSTGRESQL | 1u << LSP_SPEECH_RTSP;

	return (within >> speech & 1) != 0;
}

enum lsp_fit lsp_speech_fit(enum lsp_speech speech, const struct lsp_service *label)
{
	enum lsp_speech promised = lsp_speech_of_label(label);
	bool is_common = speech == LSP_SPEECH_HTTP || speech == LSP_SPEECH_HTTP2 || speech == LSP_SPEECH_TLS;

	if (speech == LSP_SPEECH_NONE || label == NULL)
		return LSP_FIT_UNKNOWN;
	if (speech == promised || (speech == LSP_SPEECH_HTTP2 && promised == LSP_SPEECH_HTTP) || is_mentioned(speech, label))
		return LSP_FIT_YES;
	if (promised == LSP_SPEECH_NONE)
		return is_common || !lsp_service_is_well_known(label) ? LSP_FIT_UNKNOWN : LSP_FIT_NO;
	return speech == LSP_SPEECH_TLS && may_be_within_tls(promised) ? LSP_FIT_UNKNOWN : LSP_FIT_NO;
}
