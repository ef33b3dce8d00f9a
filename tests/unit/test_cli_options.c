/*
 * test_cli_options.c - whole command lines: what fingers already know, one question at a time, and every refusal.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cli/options.h"

enum { WORDS_MAX = 12 };

/* A command line as it is typed; a blank separates words. */
struct line {
	char text[256];
	char *argv[WORDS_MAX + 2];
	int argc;
	struct lsp_request request;
	char usage[LSP_USAGE_TEXT_MAX];
};

static bool parse(struct line *line, const char *text)
{
	char *at;

	snprintf(line->text, sizeof line->text, "%s", text);
	line->argc = 0;
	for (at = strtok(line->text, " "); at != NULL; at = strtok(NULL, " ")) {
		assert_true(line->argc < WORDS_MAX);
		line->argv[line->argc++] = at;
	}
	line->argv[line->argc] = NULL;
	return lsp_request_parse(line->argc, line->argv, &line->request, line->usage);
}

static void must_parse(struct line *line, const char *text)
{
	if (!parse(line, text))
		fail_msg("%s: %s", text, line->usage);
	assert_string_equal(line->usage, "");
}

static const unsigned tcp = LSP_PROTO_BIT(LSP_TCP), udp = LSP_PROTO_BIT(LSP_UDP);
static const unsigned listening = LSP_STATE_BIT(LSP_LISTEN), bound = LSP_STATE_BIT(LSP_BOUND);
static const unsigned unconnected = LSP_STATE_BIT(LSP_CLOSE);

static void test_default(void **state)
{
	struct line line;

	(void)state;
	must_parse(&line, "lsports");
	assert_int_equal(line.request.question, LSP_ASK_OPEN);
	assert_int_equal(line.request.select.protos, LSP_PROTO_ALL);
	assert_int_equal(line.request.select.families, LSP_FAMILY_BIT_4 | LSP_FAMILY_BIT_6);
	assert_int_equal(line.request.select.states, listening);
	assert_int_equal(line.request.select.udp_states, unconnected);
	assert_int_equal(line.request.select.port_count, 0);
	assert_int_equal(line.request.format, LSP_FORMAT_TABLE);
	assert_int_equal(line.request.colour, LSP_COLOUR_AUTO);
	assert_null(line.request.user);
	assert_null(line.request.columns);
	assert_null(line.request.sort);
	assert_false(line.request.select.has_peer || line.request.shows_peers || line.request.quiet ||
		     line.request.no_header || line.request.wide || line.request.resolve || line.request.process.has_pid);
}

/* What --kill is told, and what it is not told. */
static void test_kill(void **state)
{
	struct line line;

	(void)state;
	must_parse(&line, "lsports --kill 8000");
	assert_int_equal(line.request.question, LSP_ASK_KILL);
	assert_int_equal(line.request.select.port_count, 1);
	assert_int_equal(line.request.select.states, listening | bound);
	assert_int_equal(line.request.select.udp_states, listening | bound | unconnected);
	assert_int_equal(line.request.format, LSP_FORMAT_TABLE);
	assert_null(line.request.signal);
	assert_int_equal(line.request.timeout_ms, 5000);
	assert_false(line.request.dry_run || line.request.interactive || line.request.force || line.request.all_states ||
		     line.request.ok_if_free || line.request.quiet || line.request.shows_peers);
	lsp_request_clear(&line.request);

	must_parse(&line, "lsports 8000 --force --kill --dry-run --ok-if-free --signal=INT --timeout 0.5 -q --json");
	assert_int_equal(line.request.question, LSP_ASK_KILL);
	assert_string_equal(line.request.signal, "INT");
	assert_int_equal(line.request.timeout_ms, 500);
	assert_true(line.request.force && line.request.dry_run && line.request.ok_if_free && line.request.quiet);
	assert_false(line.request.interactive || line.request.all_states);
	assert_int_equal(line.request.format, LSP_FORMAT_JSON);
	lsp_request_clear(&line.request);

	must_parse(&line, "lsports --kill --all-states --signal -9 tcp/80 -4");
	assert_true(line.request.all_states);
	assert_int_equal(line.request.select.states, LSP_STATE_ALL);
	assert_int_equal(line.request.select.udp_states, LSP_STATE_ALL);
	assert_int_equal(line.request.select.families, LSP_FAMILY_BIT_4);
	assert_int_equal(line.request.select.ports[0].protos, tcp);
	assert_string_equal(line.request.signal, "-9"); /* what a signal is, the system knows */
	lsp_request_clear(&line.request);

	must_parse(&line, "lsports --kill -t 80 -npe --color never"); /* habits are harmless */
	assert_int_equal(line.request.select.protos, tcp);
	assert_false(line.request.interactive);
	lsp_request_clear(&line.request);
}

/* -i is lsof's word, and an old one for asking: which, the question decides, wherever it stands. */
static void test_kill_interactive(void **state)
{
	static const struct {
		const char *line;
		bool interactive;
	} table[] = {
		{"lsports --kill -i 8000", true},   {"lsports -i --kill 8000", true},  {"lsports --kill 8000 -i", true},
		{"lsports --kill -ti 8000", true},  {"lsports --kill -i :8000", true}, {"lsports --kill --interactive 80", true},
		{"lsports --kill -in 8000", true},  {"lsports -i 8000", false},	       {"lsports -i :8000", false},
		{"lsports --pid -i 8000", false},   {"lsports -a -i 8000", false},     {"lsports --kill 8000", false},
		{"lsports --kill -n 8000", false},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof table / sizeof *table; i++) {
		struct line line;

		must_parse(&line, table[i].line);
		if (line.request.interactive != table[i].interactive)
			fail_msg("%s", table[i].line);
		assert_int_equal(line.request.select.port_count, 1);
		lsp_request_clear(&line.request);
	}
}

/* "lsof -i:8000" with --kill before it: in doubt it asks. */
static void test_kill_attached_port(void **state)
{
	struct line line;

	(void)state;
	must_parse(&line, "lsports --kill -i:8000");
	assert_int_equal(line.request.select.port_count, 1);
	assert_int_equal(line.request.select.ports[0].low, 8000);
	assert_true(line.request.interactive);
	lsp_request_clear(&line.request);
}

static void test_timeouts(void **state)
{
	static const struct {
		const char *word;
		unsigned ms;
	} good[] = {
		{"0", 0},	   {"0.5", 500},   {"5", 5000},	     {"3600", 3600000}, {"0.001", 1}, {"0.05", 50},
		{"1.25", 1250},	   {"1.250", 1250}, {"0.0", 0},	     {"00005", 5000},	{"3599.999", 3599999},
	};
	static const char *const bad[] = {"3601", "3600.001", "x",  "1.2345", "",  "-1", "+1",	"1s",	       "1e3",
					  "1,5",  "1.x",      ".",  "1..2",   "1.-5", "inf", "nan", "99999999999999999999",
					  ".5",	  "5.",	      "0x5"};
	struct line line;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof good / sizeof *good; i++) {
		char text[64];

		snprintf(text, sizeof text, "lsports --kill 80 --timeout=%s", good[i].word);
		must_parse(&line, text);
		if (line.request.timeout_ms != good[i].ms)
			fail_msg("%s: %u ms", good[i].word, line.request.timeout_ms);
		lsp_request_clear(&line.request);
	}
	for (i = 0; i < sizeof bad / sizeof *bad; i++) {
		char text[64], named[40];

		snprintf(text, sizeof text, "lsports --kill 80 --timeout=%s", bad[i]);
		snprintf(named, sizeof named, "'%s'", bad[i]);
		if (parse(&line, text))
			fail_msg("%s: %u ms", bad[i], line.request.timeout_ms);
		if (strstr(line.usage, named) == NULL || strstr(line.usage, "0 to 3600") == NULL)
			fail_msg("%s: %s", bad[i], line.usage);
		assert_null(line.request.words);
	}
}

/* Each port is answered under the word that asked for it. */
static void test_words_as_typed(void **state)
{
	static const char *const words[] = {":8000", "TCP/http", "8000-8002,9000", "*:53/udp", "[::1]:80"};
	struct line line;
	size_t i;

	(void)state;
	must_parse(&line, "lsports --kill :8000 --force TCP/http -q 8000-8002,9000 *:53/udp -i [::1]:80");
	assert_int_equal(line.request.word_count, 5);
	for (i = 0; i < 5; i++)
		assert_string_equal(line.request.words[i], words[i]);
	assert_int_equal(line.request.select.port_count, 6);
	assert_int_equal(line.request.select.ports[0].word, 0);
	assert_int_equal(line.request.select.ports[1].word, 1);
	assert_int_equal(line.request.select.ports[2].word, 2);
	assert_int_equal(line.request.select.ports[3].word, 2);
	assert_int_equal(line.request.select.ports[4].word, 3);
	assert_int_equal(line.request.select.ports[5].word, 4);
	lsp_request_clear(&line.request);
	assert_null(line.request.words);
	assert_int_equal(line.request.word_count, 0);
	lsp_request_clear(&line.request);
}

/* A word that selects the protocol is no port: nothing is said of it. */
static void test_kill_with_protocol_words(void **state)
{
	struct line line;
	size_t i;

	(void)state;
	must_parse(&line, "lsports --kill tcp 8000");
	assert_int_equal(line.request.select.protos, tcp);
	assert_int_equal(line.request.select.port_count, 1);
	assert_true(line.request.select.ports[0].word < line.request.word_count);
	assert_string_equal(line.request.words[line.request.select.ports[0].word], "8000");
	for (i = 0; i < line.request.word_count; i++)
		assert_string_not_equal(line.request.words[i], "tcp");
	lsp_request_clear(&line.request);
}

/* What fingers already know works word for word, and means what it meant there. */
static void test_habits(void **state)
{
	static const struct {
		const char *line;
		enum lsp_question question;
		unsigned protos;
		uint16_t port; /* 0: none */
		unsigned port_protos;
	} table[] = {
		{"lsports -tulnp", LSP_ASK_OPEN, LSP_PROTO_ALL, 0, 0},
		{"lsports -tulpn", LSP_ASK_OPEN, LSP_PROTO_ALL, 0, 0},
		{"lsports -tlnp", LSP_ASK_OPEN, LSP_PROTO_BIT(LSP_TCP), 0, 0},
		{"lsports -ulnp", LSP_ASK_OPEN, LSP_PROTO_BIT(LSP_UDP), 0, 0},
		{"lsports -ano", LSP_ASK_ALL, LSP_PROTO_ALL, 0, 0},
		{"lsports -anop tcp", LSP_ASK_ALL, LSP_PROTO_BIT(LSP_TCP), 0, 0},
		{"lsports -anop udp", LSP_ASK_ALL, LSP_PROTO_BIT(LSP_UDP), 0, 0},
		{"lsports -an", LSP_ASK_ALL, LSP_PROTO_ALL, 0, 0},
		{"lsports -antp", LSP_ASK_ALL, LSP_PROTO_BIT(LSP_TCP), 0, 0},
		{"lsports -i :8000", LSP_ASK_OPEN, LSP_PROTO_ALL, 8000, LSP_PROTO_ALL},
		{"lsports -i:8000", LSP_ASK_OPEN, LSP_PROTO_ALL, 8000, LSP_PROTO_ALL},
		{"lsports -i tcp:8000", LSP_ASK_OPEN, LSP_PROTO_ALL, 8000, LSP_PROTO_BIT(LSP_TCP)},
		{"lsports -iTCP:8000", LSP_ASK_OPEN, LSP_PROTO_ALL, 8000, LSP_PROTO_BIT(LSP_TCP)},
		{"lsports -nP -iTCP:8000", LSP_ASK_OPEN, LSP_PROTO_ALL, 8000, LSP_PROTO_BIT(LSP_TCP)},
		{"lsports -i tcp", LSP_ASK_OPEN, LSP_PROTO_BIT(LSP_TCP), 0, 0},
		{"lsports -iUDP", LSP_ASK_OPEN, LSP_PROTO_BIT(LSP_UDP), 0, 0},
		{"lsports -i", LSP_ASK_OPEN, LSP_PROTO_ALL, 0, 0},
		{"lsports 8000/tcp", LSP_ASK_OPEN, LSP_PROTO_ALL, 8000, LSP_PROTO_BIT(LSP_TCP)},
		{"lsports tcp 8000", LSP_ASK_OPEN, LSP_PROTO_BIT(LSP_TCP), 8000, LSP_PROTO_ALL},
		{"lsports -n -p -o -e", LSP_ASK_OPEN, LSP_PROTO_ALL, 0, 0},
		{"lsports -tulpan", LSP_ASK_ALL, LSP_PROTO_ALL, 0, 0}, /* netstat -tulpan: -a is meant */
		{"lsports -a -l", LSP_ASK_ALL, LSP_PROTO_ALL, 0, 0},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof table / sizeof *table; i++) {
		struct line line;

		must_parse(&line, table[i].line);
		if (line.request.question != table[i].question || line.request.select.protos != table[i].protos ||
		    line.request.select.port_count != (table[i].port != 0))
			fail_msg("%s", table[i].line);
		if (table[i].port != 0) {
			assert_int_equal(line.request.select.ports[0].low, table[i].port);
			assert_int_equal(line.request.select.ports[0].high, table[i].port);
			assert_int_equal(line.request.select.ports[0].protos, table[i].port_protos);
		}
		lsp_request_clear(&line.request);
	}
}

static void test_families(void **state)
{
	static const struct {
		const char *line;
		unsigned families;
	} table[] = {
		{"lsports -4", LSP_FAMILY_BIT_4},	 {"lsports -6", LSP_FAMILY_BIT_6},
		{"lsports -46", LSP_FAMILY_BIT_4 | LSP_FAMILY_BIT_6}, {"lsports -t4", LSP_FAMILY_BIT_4},
		{"lsports --ipv4", LSP_FAMILY_BIT_4},	 {"lsports --ipv6", LSP_FAMILY_BIT_6},
		{"lsports -i4", LSP_FAMILY_BIT_4},	 {"lsports -i 6", LSP_FAMILY_BIT_4 | LSP_FAMILY_BIT_6},
		{"lsports -i6", LSP_FAMILY_BIT_6},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof table / sizeof *table; i++) {
		struct line line;

		must_parse(&line, table[i].line);
		assert_int_equal(line.request.select.families, table[i].families);
		assert_int_equal(line.request.select.port_count, strcmp(table[i].line, "lsports -i 6") == 0);
		lsp_request_clear(&line.request);
	}
}

/* Which states each question is about; BOUND costs a walk, so only who asks for it pays. */
static void test_states(void **state)
{
	static const unsigned time_wait = LSP_STATE_BIT(LSP_TIME_WAIT);
	const struct {
		const char *line;
		unsigned states, udp_states;
		bool shows_peers;
	} table[] = {
		{"lsports -l", listening, unconnected, false},
		{"lsports -B", listening | bound, unconnected, false},
		{"lsports --bound 80", listening | bound, unconnected, false},
		{"lsports -a", LSP_STATE_ALL, LSP_STATE_ALL, true},
		{"lsports --pid 80", listening | bound, unconnected, false},
		{"lsports --pid", listening | bound, unconnected, false},
		{"lsports --peer 10.0.0.1", LSP_STATE_ALL, LSP_STATE_ALL, true},
		{"lsports --state LISTEN", listening, listening, false},
		{"lsports --state time-wait,TIME_WAIT", time_wait, time_wait, true},
		{"lsports --state=BOUND,LISTENING", listening | bound, listening | bound, false},
		{"lsports -a --state TIME_WAIT", time_wait, time_wait, true},
		{"lsports --pid --state TIME_WAIT", time_wait, time_wait, true},
		{"lsports --state LISTEN --state TIME_WAIT", listening | time_wait, listening | time_wait, true},
		{"lsports -B --state TIME_WAIT", time_wait | bound, time_wait, true},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof table / sizeof *table; i++) {
		struct line line;

		must_parse(&line, table[i].line);
		if (line.request.select.states != table[i].states || line.request.select.udp_states != table[i].udp_states ||
		    line.request.shows_peers != table[i].shows_peers)
			fail_msg("%s: %x %x", table[i].line, line.request.select.states, line.request.select.udp_states);
		lsp_request_clear(&line.request);
	}
}

static void test_values(void **state)
{
	struct line line;

	(void)state;
	must_parse(&line, "lsports --columns pid,port --sort=pid --user www-data --process nginx --color never");
	assert_string_equal(line.request.columns, "pid,port");
	assert_string_equal(line.request.sort, "pid");
	assert_string_equal(line.request.user, "www-data");
	assert_string_equal(line.request.process.name, "nginx");
	assert_false(line.request.process.has_pid);
	assert_int_equal(line.request.colour, LSP_COLOUR_NEVER);

	must_parse(&line, "lsports --process 4294967295 --color=always --columns=");
	assert_true(line.request.process.has_pid);
	assert_int_equal(line.request.process.pid, UINT32_MAX);
	assert_null(line.request.process.name);
	assert_int_equal(line.request.colour, LSP_COLOUR_ALWAYS);
	assert_string_equal(line.request.columns, "");

	must_parse(&line, "lsports --process 4294967296 --user=a=b");
	assert_string_equal(line.request.process.name, "4294967296"); /* no pid, so a name */
	assert_string_equal(line.request.user, "a=b");

	must_parse(&line, "lsports --peer [2001:db8::]/32:443 -t");
	assert_true(line.request.select.has_peer);
	assert_int_equal(line.request.select.peer.bits, 32);
	assert_int_equal(line.request.select.peer.port, 443);

	must_parse(&line, "lsports --user -1"); /* a value may begin with a dash */
	assert_string_equal(line.request.user, "-1");
}

static void test_flags(void **state)
{
	struct line line;

	(void)state;
	must_parse(&line, "lsports -WHr");
	assert_true(line.request.wide && line.request.no_header && line.request.resolve);
	must_parse(&line, "lsports --wide --no-header --resolve");
	assert_true(line.request.wide && line.request.no_header && line.request.resolve);
	must_parse(&line, "lsports --pid -q 80 443");
	assert_true(line.request.quiet);
	assert_int_equal(line.request.question, LSP_ASK_PID);
	assert_int_equal(line.request.select.port_count, 2);
	assert_int_equal(line.request.select.ports[0].word, 0);
	assert_int_equal(line.request.select.ports[1].word, 1);
	lsp_request_clear(&line.request);
	assert_int_equal(line.request.select.port_count, 0);
	lsp_request_clear(&line.request);
}

static void test_formats(void **state)
{
	static const struct {
		const char *line;
		enum lsp_format format;
	} table[] = {
		{"lsports --plain", LSP_FORMAT_PLAIN},	 {"lsports --csv", LSP_FORMAT_CSV},
		{"lsports --json", LSP_FORMAT_JSON},	 {"lsports --ndjson", LSP_FORMAT_NDJSON},
		{"lsports --json --json", LSP_FORMAT_JSON},
	};
	struct line line;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof table / sizeof *table; i++) {
		must_parse(&line, table[i].line);
		assert_int_equal(line.request.format, table[i].format);
	}
}

static void test_end_of_options(void **state)
{
	struct line line;

	(void)state;
	must_parse(&line, "lsports -t -- 80 tcp");
	assert_int_equal(line.request.select.port_count, 1);
	assert_int_equal(line.request.select.protos, tcp);
	lsp_request_clear(&line.request);
	must_parse(&line, "lsports --");
	assert_int_equal(line.request.question, LSP_ASK_OPEN);
	assert_false(parse(&line, "lsports -- -t"));
	assert_non_null(strstr(line.usage, "'-t'"));
	must_parse(&line, "lsports 80 -u 53"); /* options may stand behind ports */
	assert_int_equal(line.request.select.port_count, 2);
	assert_int_equal(line.request.select.protos, udp);
	lsp_request_clear(&line.request);
}

/* Help and version answer whatever else is asked. */
static void test_help_wins(void **state)
{
	static const struct {
		const char *line;
		enum lsp_question question;
	} table[] = {
		{"lsports --help", LSP_ASK_HELP},	  {"lsports -h", LSP_ASK_HELP},
		{"lsports --version", LSP_ASK_VERSION},	  {"lsports -V", LSP_ASK_VERSION},
		{"lsports -l --help", LSP_ASK_HELP},	  {"lsports --help -l", LSP_ASK_HELP},
		{"lsports --pid --help", LSP_ASK_HELP},	  {"lsports --help --pid", LSP_ASK_HELP},
		{"lsports --help --version", LSP_ASK_HELP}, {"lsports --help -q", LSP_ASK_HELP},
		{"lsports -q --version", LSP_ASK_VERSION}, {"lsports --kill --help", LSP_ASK_HELP},
		{"lsports --help --kill", LSP_ASK_HELP}, {"lsports --force --version", LSP_ASK_VERSION},
	};
	struct line line;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof table / sizeof *table; i++) {
		must_parse(&line, table[i].line);
		assert_int_equal(line.request.question, table[i].question);
	}
}

/* Exit 2: one line that names the word as typed and says what would be right. */
static void test_refusals(void **state)
{
	static const struct {
		const char *line, *word, *hint;
	} table[] = {
		{"lsports --pid 70000", "'70000'", "1 to 65535"},
		{"lsports --pid 8000-", "'8000-'", "both ends"},
		{"lsports --pid -1", "'-1'", "1 to 65535"},
		{"lsports -1", "'-1'", "1 to 65535"},
		{"lsports -8000", "'-8000'", "1 to 65535"},
		{"lsports -4000", "'-4000'", "1 to 65535"}, /* begins with the option -4 */
		{"lsports --pid nosuchservice", "'nosuchservice'", "http"},
		{"lsports --state FOO", "'FOO'", "ESTABLISHED"},
		{"lsports --state LISTEN,FOO,BOUND", "'FOO'", "TIME_WAIT"},
		{"lsports --state LISTEN,", "''", "LISTEN"},
		{"lsports --state=", "''", "LISTEN"},
		{"lsports --nosuchoption", "'--nosuchoption'", "--help"},
		{"lsports --nosuchoption=3", "'--nosuchoption=3'", "--help"},
		{"lsports --list", "'--list'", "--help"},
		{"lsports --liste", "'--liste'", "--help"}, /* no abbreviations: they break when options come */
		{"lsports --=3", "'--=3'", "--help"},
		{"lsports -Z", "-Z", "--help"},
		{"lsports -tZ", "'-tZ'", "-Z"},
		{"lsports --watch 80", "'--watch'", "--help"}, /* a later question: no stub */
		{"lsports --kill", "'--kill'", "wants a port"},
		{"lsports --kill tcp", "'--kill'", "wants a port"},
		{"lsports --kill -i", "'--kill'", "wants a port"},
		{"lsports --kill --force --json", "'--kill'", "wants a port"},
		{"lsports --kill=80", "'--kill=80'", "takes no value"},
		{"lsports --kill 70000", "'70000'", "1 to 65535"},
		{"lsports --kill --pid 80", "'--kill' and '--pid'", "one at a time"},
		{"lsports -l --kill 80", "'-l' and '--kill'", "one at a time"},
		{"lsports --kill -an 80", "'--kill' and '-an'", "one at a time"},
		{"lsports --kill 80 --bound", "'--bound'", "lists of sockets"},
		{"lsports --kill 80 -B", "'-B'", "lists of sockets"},
		{"lsports --kill 80 --state LISTEN", "'--state'", "lists of sockets"},
		{"lsports --kill 80 --process nginx", "'--process'", "lists of sockets"},
		{"lsports --kill 80 --user=root", "'--user=root'", "lists of sockets"},
		{"lsports --kill 80 --peer 10.0.0.1", "'--peer'", "lists of sockets"},
		{"lsports --kill 80 --columns pid", "'--columns'", "lists of sockets"},
		{"lsports --kill 80 --sort pid", "'--sort'", "lists of sockets"},
		{"lsports --kill 80 --wide", "'--wide'", "--listen, --all, --pid and --audit"},
		{"lsports --kill 80 -H", "'-H'", "lists of sockets"},
		{"lsports --kill 80 --resolve", "'--resolve'", "lists of sockets"},
		{"lsports --kill 80 --plain", "'--plain'", "lists of sockets"},
		{"lsports --kill 80 --csv", "'--csv'", "lists of sockets"},
		{"lsports --kill 80 --ndjson", "'--ndjson'", "lists of sockets"},
		{"lsports 80 --dry-run", "'--dry-run'", "goes with --kill"},
		{"lsports 80 --interactive", "'--interactive'", "goes with --kill"},
		{"lsports -a --force", "'--force'", "goes with --kill"},
		{"lsports --pid 80 --signal INT", "'--signal'", "goes with --kill"},
		{"lsports --timeout 5 80", "'--timeout'", "goes with --kill"},
		{"lsports --all-states 80", "'--all-states'", "goes with --kill"},
		{"lsports --ok-if-free", "'--ok-if-free'", "goes with --kill"},
		{"lsports --kill 80 --signal", "'--signal'", "NAME|NUMBER"},
		{"lsports --kill 80 --timeout", "'--timeout'", "SECONDS"},
		{"lsports --kill 80 --force=yes", "'--force=yes'", "takes no value"},
		{"lsports --pid -l", "'--pid' and '-l'", "one at a time"},
		{"lsports -l --pid", "'-l' and '--pid'", "one at a time"},
		{"lsports -a --pid 80", "'-a' and '--pid'", "one at a time"},
		{"lsports --pid --all", "'--pid' and '--all'", "one at a time"},
		{"lsports --pid -tulnp", "'--pid' and '-tulnp'", "one at a time"},
		{"lsports --json --csv", "'--json' and '--csv'", "choose one"},
		{"lsports --plain --ndjson", "'--plain' and '--ndjson'", "choose one"},
		{"lsports --state", "'--state'", "--state STATE"},
		{"lsports --columns", "'--columns'", "NAME"},
		{"lsports --sort", "'--sort'", "COLUMN"},
		{"lsports --peer", "'--peer'", "ADDRESS"},
		{"lsports --user", "'--user'", "UID"},
		{"lsports --process", "'--process'", "PID"},
		{"lsports --color", "'--color'", "WHEN"},
		{"lsports --color blue", "'blue'", "auto, always or never"},
		{"lsports --color=", "''", "auto, always or never"},
		{"lsports --peer 1.2.3", "'1.2.3'", "10.0.0.0/8:443"},
		{"lsports --pid=80", "'--pid=80'", "takes no value"},
		{"lsports --tcp=", "'--tcp='", "takes no value"},
		{"lsports -q", "'-q'", "--pid, --kill, --why, --next, --audit and --diff"},
		{"lsports -l -q 80", "'-q'", "--pid, --kill, --why, --next, --audit and --diff"},
		{"lsports 80 443 99999", "'99999'", "1 to 65535"},
		{"lsports -i :99999", "':99999'", "1 to 65535"},
		{"lsports -i:99999", "':99999'", "1 to 65535"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof table / sizeof *table; i++) {
		struct line line;

		if (parse(&line, table[i].line))
			fail_msg("%s was read", table[i].line);
		if (strstr(line.usage, table[i].word) == NULL || strstr(line.usage, table[i].hint) == NULL)
			fail_msg("%s: %s", table[i].line, line.usage);
		assert_null(strchr(line.usage, '\n'));
		assert_null(line.request.select.ports); /* nothing is left to free */
	}
}

/* A file may be named as one likes; the ports beside it stay ports. */
static void test_audit(void **state)
{
	static const struct {
		const char *line, *hint;
	} refused[] = {
		{"lsports --audit --lock a", "two questions"},
		{"lsports --audit --severity", "'--severity' wants a value: --severity WORD"},
		{"lsports --severity info", "'--severity' goes with --audit"},
		{"lsports --probe", "'--probe' goes with --audit"},
		{"lsports --audit --csv", "'--csv' goes with lists"},
		{"lsports --audit --process a", "'--process' goes with lists"},
	};
	struct line line;
	size_t i;

	(void)state;
	must_parse(&line, "lsports --audit -4 -W -q --severity info --partial --probe --json 80 udp/53");
	assert_int_equal(line.request.question, LSP_ASK_AUDIT);
	assert_string_equal(line.request.severity, "info");
	assert_true(line.request.partial && line.request.probe && line.request.quiet && line.request.wide);
	assert_int_equal(line.request.format, LSP_FORMAT_JSON);
	assert_int_equal(line.request.select.port_count, 2);
	lsp_request_clear(&line.request);
	must_parse(&line, "lsports --audit");
	assert_null(line.request.severity);
	assert_false(line.request.partial || line.request.probe);
	lsp_request_clear(&line.request);
	for (i = 0; i < sizeof refused / sizeof *refused; i++) {
		assert_false(parse(&line, refused[i].line));
		assert_non_null(strstr(line.usage, refused[i].hint));
	}
}

static void test_lock_and_diff(void **state)
{
	static const struct {
		const char *line, *hint;
	} refused[] = {
		{"lsports --lock", "'--lock' wants a value: --lock FILE"},
		{"lsports --diff", "'--diff' wants a value: --diff FILE"},
		{"lsports --lock a --diff a", "'--lock' and '--diff' are two questions"},
		{"lsports --diff a --pid", "two questions"},
		{"lsports --lock a --json", "'--lock' writes a policy and nothing else"},
		{"lsports --lock a -q", "'-q'"},
		{"lsports --diff a --csv", "'--csv' goes with lists"},
		{"lsports --diff a --user root", "'--user' goes with lists"},
		{"lsports --partial", "'--partial' goes with"},
		{"lsports --format xml", "--format 'xml': write plain, csv, json, ndjson or openmetrics"},
		{"lsports --format format", "--format 'format'"},
		{"lsports --format tcp", "--format 'tcp'"},
		{"lsports --format csv --kill 80", "'--format' goes with lists"},
		{"lsports --format openmetrics --pid", "'--format' goes with --listen and --diff"},
		{"lsports --format openmetrics --lock a", "'--format' goes with --listen and --diff"},
		{"lsports --format openmetrics --csv", "two formats"},
		{"lsports --json --format openmetrics", "two formats"},
		{"lsports --format openmetrics --process a", "goes with ports, -t, -u, -4 and -6"},
		{"lsports --format openmetrics --user a", "goes with ports"},
		{"lsports --format openmetrics --peer 1.2.3.4", "goes with ports"},
		{"lsports --format openmetrics --state listen", "goes with ports"},
		{"lsports --format openmetrics --columns pid", "goes with ports"},
		{"lsports --format openmetrics --sort pid", "goes with ports"},
		{"lsports --format openmetrics -B", "goes with ports"},
	};
	struct line line;
	size_t i;

	(void)state;
	must_parse(&line, "lsports --lock --odd 80 -u");
	assert_int_equal(line.request.question, LSP_ASK_LOCK);
	assert_string_equal(line.request.policy, "--odd");
	assert_int_equal(line.request.select.port_count, 1);
	assert_int_equal(line.request.select.protos, udp);
	lsp_request_clear(&line.request);
	must_parse(&line, "lsports --diff=- --partial -q --json");
	assert_int_equal(line.request.question, LSP_ASK_DIFF);
	assert_string_equal(line.request.policy, "-");
	assert_true(line.request.partial && line.request.quiet);
	assert_int_equal(line.request.format, LSP_FORMAT_JSON);
	lsp_request_clear(&line.request);
	must_parse(&line, "lsports --diff a --format openmetrics");
	assert_int_equal(line.request.question, LSP_ASK_DIFF);
	assert_int_equal(line.request.format, LSP_FORMAT_OPENMETRICS);
	lsp_request_clear(&line.request);
	must_parse(&line, "lsports --format json --json --kill 80");
	assert_int_equal(line.request.format, LSP_FORMAT_JSON);
	lsp_request_clear(&line.request);
	must_parse(&line, "lsports --format openmetrics -t -6 80");
	assert_int_equal(line.request.question, LSP_ASK_OPEN);
	lsp_request_clear(&line.request);
	for (i = 0; i < sizeof refused / sizeof *refused; i++) {
		if (parse(&line, refused[i].line))
			fail_msg("%s was read", refused[i].line);
		if (strstr(line.usage, refused[i].hint) == NULL)
			fail_msg("%s: %s", refused[i].line, line.usage);
	}
}

/* Whatever is asked about stays as it was typed, wherever --info stands; only other questions read ports. */
static void test_info(void **state)
{
	struct line line;

	(void)state;
	must_parse(&line, "lsports remote 70000 --info tcp/53 -u desk,top --json");
	assert_int_equal(line.request.question, LSP_ASK_INFO);
	assert_int_equal(line.request.word_count, 4);
	assert_string_equal(line.request.words[0], "remote");
	assert_string_equal(line.request.words[1], "70000");
	assert_string_equal(line.request.words[2], "tcp/53");
	assert_string_equal(line.request.words[3], "desk,top");
	assert_int_equal(line.request.select.port_count, 0);
	assert_int_equal(line.request.select.protos, udp);
	assert_int_equal(line.request.format, LSP_FORMAT_JSON);
	lsp_request_clear(&line.request);
	assert_false(parse(&line, "lsports --info"));
	assert_non_null(strstr(line.usage, "'--info' wants a port"));
	assert_false(parse(&line, "lsports --info --pid 80"));
	assert_non_null(strstr(line.usage, "two questions"));
	assert_false(parse(&line, "lsports --info --csv 80"));
	assert_non_null(strstr(line.usage, "'--csv'"));
	assert_false(parse(&line, "lsports --pid remote-nothing 80"));
	assert_non_null(strstr(line.usage, "'remote-nothing'"));
}

static void test_long_words(void **state)
{
	static const char *const starts[] = {"--", "-", "--state=", "--color=", "--peer=", "--json=", "-i:", "x"};
	char word[4000], usage[LSP_USAGE_TEXT_MAX];
	char name[] = "lsports", *argv[] = {name, word, NULL};
	struct lsp_request request;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof starts / sizeof *starts; i++) {
		memset(word, 'z', sizeof word);
		memcpy(word, starts[i], strlen(starts[i]));
		word[sizeof word - 1] = '\0';
		assert_false(lsp_request_parse(2, argv, &request, usage));
		assert_true(strlen(usage) > 20 && strlen(usage) < LSP_USAGE_TEXT_MAX - 1);
		if (strstr(usage, "zzzz") == NULL)
			fail_msg("%s", usage);
	}
}

static void test_no_words(void **state)
{
	char *argv[] = {NULL};
	char usage[LSP_USAGE_TEXT_MAX];
	struct lsp_request request;

	(void)state;
	assert_true(lsp_request_parse(0, argv, &request, usage)); /* execve with an empty argv */
	assert_int_equal(request.question, LSP_ASK_OPEN);
}

/* The table is what parser, help, man page and completions live from. */
static void test_table(void **state)
{
	size_t count, i, j;
	const struct lsp_option *options = lsp_options(&count);

	(void)state;
	assert_true(count > 20);
	for (i = 0; i < count; i++) {
		assert_true(options[i].name != NULL || options[i].letter != 0);
		assert_true(options[i].help != NULL && options[i].help[0] != '\0');
		assert_true(options[i].argument == NULL || options[i].letter == 0); /* clusters take no values */
		assert_true(options[i].group <= LSP_GROUP_HABIT);
		for (j = 0; j < i; j++) {
			assert_true(options[i].letter == 0 || options[i].letter != options[j].letter);
			assert_true(options[i].name == NULL || options[j].name == NULL ||
				    strcmp(options[i].name, options[j].name) != 0);
		}
	}
}

static void test_help_text(void **state)
{
	char *text = lsp_help_text(), *line;
	size_t count, i;
	const struct lsp_option *options = lsp_options(&count);

	(void)state;
	for (i = 0; i < count; i++) {
		char word[64];

		if (options[i].name != NULL)
			snprintf(word, sizeof word, "--%s%s%s%s", options[i].name, options[i].argument != NULL ? " " : "",
				 options[i].argument != NULL ? options[i].argument : "", options[i].argument ? "" : " ");
		else
			snprintf(word, sizeof word, "  -%c ", options[i].letter);
		if (strstr(text, word) == NULL)
			fail_msg("'%s' is not in the help", word);
		if (strstr(text, options[i].help) == NULL)
			fail_msg("'%s' is not in the help", options[i].help);
		if (options[i].name != NULL && options[i].letter != 0) {
			snprintf(word, sizeof word, "  -%c, --%s", options[i].letter, options[i].name);
			assert_non_null(strstr(text, word));
		}
	}
	assert_non_null(strstr(text, "Exit status"));
	assert_int_equal(text[strlen(text) - 1], '\n'); /* all of it had room */
	for (line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
		if (strlen(line) > 100)
			fail_msg("too wide for a terminal: %s", line);
	}
	free(text);
}

static void test_why_and_next(void **state)
{
	static const struct {
		const char *line, *hint;
	} wrong[] = {
		{"lsports --why", "wants a port"},
		{"lsports --why 1-1025", "1024 ports"},
		{"lsports --why --next 80", "two questions"},
		{"lsports --why -a 80", "two questions"},
		{"lsports --why --sort pid 80", "lists of sockets"},
		{"lsports --next 80 90", "one port or one range"},
		{"lsports --next 80,443", "one port or one range"},
		{"lsports --next [::1]:80", "every address"},
		{"lsports --next *:80", "every address"},
		{"lsports --next --count 0", "1 to 65535"},
		{"lsports --next --count x", "1 to 65535"},
		{"lsports --why 80 --count 2", "--next"},
	};
	struct line line;
	size_t i;

	(void)state;
	must_parse(&line, "lsports --why -q 1-1000 [::1]:80 udp/53");
	assert_int_equal(line.request.question, LSP_ASK_WHY);
	assert_true(line.request.any_proto);
	assert_int_equal(line.request.select.port_count, 3);
	lsp_request_clear(&line.request);
	must_parse(&line, "lsports --why -u 53 --json");
	assert_false(line.request.any_proto);
	assert_int_equal(line.request.select.protos, udp);
	lsp_request_clear(&line.request);
	must_parse(&line, "lsports --next");
	assert_int_equal(line.request.question, LSP_ASK_NEXT);
	assert_int_equal(line.request.next_count, 1);
	lsp_request_clear(&line.request);
	must_parse(&line, "lsports --next 8000-8100 -q -6 --count=7");
	assert_int_equal(line.request.next_count, 7);
	lsp_request_clear(&line.request);
	for (i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		if (parse(&line, wrong[i].line))
			fail_msg("%s was read", wrong[i].line);
		if (strstr(line.usage, wrong[i].hint) == NULL)
			fail_msg("%s: %s", wrong[i].line, line.usage);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_default),
		cmocka_unit_test(test_kill),
		cmocka_unit_test(test_kill_interactive),
		cmocka_unit_test(test_kill_attached_port),
		cmocka_unit_test(test_timeouts),
		cmocka_unit_test(test_words_as_typed),
		cmocka_unit_test(test_kill_with_protocol_words),
		cmocka_unit_test(test_habits),
		cmocka_unit_test(test_families),
		cmocka_unit_test(test_states),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_flags),
		cmocka_unit_test(test_formats),
		cmocka_unit_test(test_end_of_options),
		cmocka_unit_test(test_help_wins),
		cmocka_unit_test(test_why_and_next),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_info),
		cmocka_unit_test(test_audit),
		cmocka_unit_test(test_lock_and_diff),
		cmocka_unit_test(test_long_words),
		cmocka_unit_test(test_no_words),
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_help_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
