/*
 * options.c - see options.h. Our own reader rather than getopt: the clusters of ss and netstat ("-tulnp", "-anop tcp")
 * and lsof's "-i :8000" must work word for word, and every error must name the word and the way out.
 */
#include "options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "operand.h"
#include "words.h"

enum {
	OPT_OPEN,
	OPT_ALL,
	OPT_PID,
	OPT_KILL,
	OPT_WHY,
	OPT_NEXT,
	OPT_INFO,
	OPT_HELP,
	OPT_VERSION,
	OPT_TCP,
	OPT_UDP,
	OPT_INET4,
	OPT_INET6,
	OPT_BOUND,
	OPT_STATE,
	OPT_PROCESS,
	OPT_USER,
	OPT_PEER,
	OPT_COLUMNS,
	OPT_SORT,
	OPT_WIDE,
	OPT_NO_HEADER,
	OPT_COLOR,
	OPT_RESOLVE,
	OPT_QUIET,
	OPT_PLAIN,
	OPT_CSV,
	OPT_JSON,
	OPT_NDJSON,
	OPT_DRY_RUN,
	OPT_INTERACTIVE,
	OPT_FORCE,
	OPT_SIGNAL,
	OPT_TIMEOUT,
	OPT_ALL_STATES,
	OPT_OK_IF_FREE,
	OPT_COUNT,
	OPT_INTERNET,
	OPT_HABIT,
};

#define TIMEOUT_MS 5000
#define ASKED(question) (1u << (question))
#define LISTS (ASKED(LSP_ASK_OPEN) | ASKED(LSP_ASK_ALL) | ASKED(LSP_ASK_PID))
#define KILLS ASKED(LSP_ASK_KILL)
#define NEXT_COUNT_MAX 65535

static const struct lsp_option options[] = {
	{"listen", NULL, "what is open: TCP listeners and bound UDP (the default)", 'l', LSP_GROUP_QUESTION, OPT_OPEN},
	{"all", NULL, "every socket in every state", 'a', LSP_GROUP_QUESTION, OPT_ALL},
	{"pid", NULL, "who holds these ports, one row per holder (-q: bare pids)", 0, LSP_GROUP_QUESTION, OPT_PID},
	{"kill", NULL, "end who holds these ports, and look whether they are free then", 0, LSP_GROUP_QUESTION, OPT_KILL},
	{"why", NULL, "can these ports be bound, and if not: why, and what to do", 0, LSP_GROUP_QUESTION, OPT_WHY},
	{"next", NULL, "a port that can be bound: from PORT on, or of LOW-HIGH", 0, LSP_GROUP_QUESTION, OPT_NEXT},
	{"info", NULL, "what is known of a port: by number, range, name, or words about it", 0, LSP_GROUP_QUESTION, OPT_INFO},
	{"help", NULL, "show this help", 'h', LSP_GROUP_QUESTION, OPT_HELP},
	{"version", NULL, "show the version", 'V', LSP_GROUP_QUESTION, OPT_VERSION},

	{"tcp", NULL, "TCP only", 't', LSP_GROUP_SELECT, OPT_TCP},
	{"udp", NULL, "UDP only", 'u', LSP_GROUP_SELECT, OPT_UDP},
	{"ipv4", NULL, "IPv4 sockets only", '4', LSP_GROUP_SELECT, OPT_INET4},
	{"ipv6", NULL, "IPv6 sockets only", '6', LSP_GROUP_SELECT, OPT_INET6},
	{"bound", NULL, "also TCP ports that are bound but idle (Linux 6.8 and later)", 'B', LSP_GROUP_SELECT, OPT_BOUND,
	 LISTS},
	{"state", "STATE[,...]", "only sockets in these states", 0, LSP_GROUP_SELECT, OPT_STATE, LISTS},
	{"process", "NAME|PID", "only sockets that this process holds", 0, LSP_GROUP_SELECT, OPT_PROCESS, LISTS},
	{"user", "NAME|UID", "only sockets of this user", 0, LSP_GROUP_SELECT, OPT_USER, LISTS},
	{"peer", "ADDRESS[/BITS][:PORT]", "only connections with this peer", 0, LSP_GROUP_SELECT, OPT_PEER, LISTS},

	{"columns", "NAME[,...]", "which columns, in which order (help: lists them)", 0, LSP_GROUP_SHOW, OPT_COLUMNS, LISTS},
	{"sort", "COLUMN", "order by a column (default: by port)", 0, LSP_GROUP_SHOW, OPT_SORT, LISTS},
	{"wide", NULL, "never cut a cell; shows the arguments of processes", 'W', LSP_GROUP_SHOW, OPT_WIDE, LISTS},
	{"no-header", NULL, "no title line", 'H', LSP_GROUP_SHOW, OPT_NO_HEADER, LISTS},
	{"color", "WHEN", "auto, always or never", 0, LSP_GROUP_SHOW, OPT_COLOR},
	{"resolve", NULL, "host names for addresses, within two seconds", 'r', LSP_GROUP_SHOW, OPT_RESOLVE, LISTS},
	{"quiet", NULL, "with --pid: bare pids, one a line; with --kill, --why: no words", 'q', LSP_GROUP_SHOW, OPT_QUIET,
	 ASKED(LSP_ASK_PID) | ASKED(LSP_ASK_KILL) | ASKED(LSP_ASK_WHY) | ASKED(LSP_ASK_NEXT)},
	{"plain", NULL, "tab-separated, for scripts", 0, LSP_GROUP_SHOW, OPT_PLAIN, LISTS},
	{"csv", NULL, "comma-separated (RFC 4180)", 0, LSP_GROUP_SHOW, OPT_CSV, LISTS},
	{"json", NULL, "one JSON document", 0, LSP_GROUP_SHOW, OPT_JSON},
	{"ndjson", NULL, "one JSON record a line", 0, LSP_GROUP_SHOW, OPT_NDJSON, LISTS},

	{"dry-run", NULL, "only say what would end, and what would go with it", 0, LSP_GROUP_KILL, OPT_DRY_RUN, KILLS},
	{"interactive", NULL, "ask for each process (also -i)", 0, LSP_GROUP_KILL, OPT_INTERACTIVE, KILLS},
	{"force", NULL, "KILL those that the signal does not end, and protected ones too", 0, LSP_GROUP_KILL, OPT_FORCE, KILLS},
	{"signal", "NAME|NUMBER", "send this rather than TERM", 0, LSP_GROUP_KILL, OPT_SIGNAL, KILLS},
	{"timeout", "SECONDS", "wait so long for the end and for the port (5)", 0, LSP_GROUP_KILL, OPT_TIMEOUT, KILLS},
	{"all-states", NULL, "also end those that have connections on the port", 0, LSP_GROUP_KILL, OPT_ALL_STATES, KILLS},
	{"ok-if-free", NULL, "a port that nobody holds is success", 0, LSP_GROUP_KILL, OPT_OK_IF_FREE, KILLS},

	{"count", "NUMBER", "so many ports, one a line", 0, LSP_GROUP_NEXT, OPT_COUNT, ASKED(LSP_ASK_NEXT)},

	{NULL, NULL, "internet sockets, as in lsof -i :8000; with --kill: --interactive", 'i', LSP_GROUP_HABIT, OPT_INTERNET},
	{NULL, NULL, "numbers rather than names: always so", 'n', LSP_GROUP_HABIT, OPT_HABIT},
	{NULL, NULL, "pids and process names: always shown", 'p', LSP_GROUP_HABIT, OPT_HABIT},
	{NULL, NULL, "as -p (netstat on Windows)", 'o', LSP_GROUP_HABIT, OPT_HABIT},
	{NULL, NULL, "users: always shown", 'e', LSP_GROUP_HABIT, OPT_HABIT},
	{NULL, NULL, "port numbers rather than names: always so (lsof)", 'P', LSP_GROUP_HABIT, OPT_HABIT},
};

/* What was said so far; made a request when all words are read. */
struct reading {
	struct lsp_request *request;
	char *usage;
	const char *question; /* the word that asked it, NULL: none yet */
	const char *format;   /* the word that chose it */
	unsigned protos, families, states;
	const char *used[sizeof options / sizeof *options]; /* for each option: the word that named it */
	bool bound;
};

const struct lsp_option *lsp_options(size_t *ret_count)
{
	*ret_count = sizeof options / sizeof *options;
	return options;
}

static const struct lsp_option *find_letter(char letter)
{
	size_t i;

	for (i = 0; i < sizeof options / sizeof *options; i++) {
		if (options[i].letter == letter)
			return &options[i];
	}
	return NULL;
}

static const struct lsp_option *find_name(const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < sizeof options / sizeof *options; i++) {
		if (options[i].name != NULL && strlen(options[i].name) == len && memcmp(options[i].name, name, len) == 0)
			return &options[i];
	}
	return NULL;
}

/* -l and -a go together, as in "netstat -tulpan": -a is then meant. */
static bool ask(struct reading *reading, enum lsp_question question, const char *word)
{
	enum lsp_question *asked = &reading->request->question;

	if (*asked == LSP_ASK_HELP || *asked == LSP_ASK_VERSION)
		return true;
	if (question != LSP_ASK_HELP && question != LSP_ASK_VERSION && reading->question != NULL &&
	    question != *asked && (question > LSP_ASK_ALL || *asked > LSP_ASK_ALL)) {
		snprintf(reading->usage, LSP_USAGE_TEXT_MAX, "'%s' and '%s' are two questions: ask one at a time",
			 reading->question, word);
		return false;
	}
	reading->question = word;
	if (question != LSP_ASK_OPEN || *asked != LSP_ASK_ALL)
		*asked = question;
	return true;
}

static bool choose_format(struct reading *reading, enum lsp_format format, const char *word)
{
	if (reading->format != NULL && reading->request->format != format) {
		snprintf(reading->usage, LSP_USAGE_TEXT_MAX, "'%s' and '%s' are two formats: choose one", reading->format,
			 word);
		return false;
	}
	reading->format = word;
	reading->request->format = format;
	return true;
}

static bool read_states(struct reading *reading, const char *list)
{
	const char *at = list;

	for (;;) {
		size_t len = strcspn(at, ",");
		enum lsp_state state;

		if (!lsp_state_read(at, len, &state)) {
			snprintf(reading->usage, LSP_USAGE_TEXT_MAX,
				 "'%.*s' is no state: LISTEN ESTABLISHED SYN_SENT SYN_RECV FIN_WAIT1 FIN_WAIT2 TIME_WAIT CLOSE "
				 "CLOSE_WAIT LAST_ACK CLOSING BOUND",
				 len < 60 ? (int)len : 60, at);
			return false;
		}
		reading->states |= LSP_STATE_BIT(state);
		if (at[len] == '\0')
			return true;
		at += len + 1;
	}
}

static bool read_process(struct reading *reading, const char *word)
{
	struct lsp_process_match *match = &reading->request->process;

	*match = (struct lsp_process_match){.name = NULL};
	if (lsp_number_read(word, strlen(word), UINT32_MAX, &match->pid))
		match->has_pid = true;
	else
		match->name = word;
	return true;
}

static bool read_colour(struct reading *reading, const char *word)
{
	static const char *const words[] = {"auto", "always", "never"};
	int i;

	for (i = 0; i < 3; i++) {
		if (strcmp(word, words[i]) == 0) {
			reading->request->colour = (enum lsp_colour)i;
			return true;
		}
	}
	snprintf(reading->usage, LSP_USAGE_TEXT_MAX, "--color '%.60s': write auto, always or never", word);
	return false;
}

/* Seconds, also parts of them: "0.5". */
static bool read_timeout(struct reading *reading, const char *word)
{
	const char *dot = strchr(word, '.');
	size_t whole = dot != NULL ? (size_t)(dot - word) : strlen(word), digits = dot != NULL ? strlen(dot + 1) : 0;
	uint32_t seconds = 0, part = 0, scale = 1000, milliseconds, i;
	bool good = lsp_number_read(word, whole, 3600, &seconds);

	if (dot != NULL)
		good = good && digits <= 3 && lsp_number_read(dot + 1, digits, 999, &part);
	for (i = 0; i < digits && scale > 1; i++)
		scale /= 10;
	milliseconds = seconds * 1000 + part * (digits > 0 ? scale : 0);
	if (!good || milliseconds > 3600 * 1000) {
		snprintf(reading->usage, LSP_USAGE_TEXT_MAX, "--timeout '%.60s': write seconds, 0 to 3600, such as 5 or 0.5",
			 word);
		return false;
	}
	reading->request->timeout_ms = milliseconds;
	return true;
}

static bool read_count(struct reading *reading, const char *word)
{
	if (lsp_number_read(word, strlen(word), NEXT_COUNT_MAX, &reading->request->next_count) &&
	    reading->request->next_count > 0)
		return true;
	snprintf(reading->usage, LSP_USAGE_TEXT_MAX, "--count '%.60s': write a number of ports, 1 to 65535", word);
	return false;
}

static bool apply_choice(struct reading *reading, const struct lsp_option *option, const char *argument)
{
	struct lsp_request *request = reading->request;

	switch (option->id) {
	case OPT_STATE:
		return read_states(reading, argument);
	case OPT_PROCESS:
		return read_process(reading, argument);
	case OPT_USER:
		request->user = argument;
		return true;
	case OPT_PEER:
		request->select.has_peer = true;
		return lsp_peer_read(argument, &request->select.peer, reading->usage);
	case OPT_COLUMNS:
		request->columns = argument;
		return true;
	case OPT_SORT:
		request->sort = argument;
		return true;
	case OPT_SIGNAL:
		request->signal = argument;
		return true;
	case OPT_TIMEOUT:
		return read_timeout(reading, argument);
	case OPT_COUNT:
		return read_count(reading, argument);
	default: /* OPT_COLOR */
		return read_colour(reading, argument);
	}
}

/* word: as typed, for messages; argument: NULL unless the option wants one. */
static bool apply(struct reading *reading, const struct lsp_option *option, const char *argument, const char *word)
{
	struct lsp_request *request = reading->request;

	reading->used[option - options] = word;
	if (option->argument != NULL)
		return apply_choice(reading, option, argument);
	switch (option->id) {
	case OPT_OPEN:
		return ask(reading, LSP_ASK_OPEN, word);
	case OPT_ALL:
		return ask(reading, LSP_ASK_ALL, word);
	case OPT_PID:
		return ask(reading, LSP_ASK_PID, word);
	case OPT_KILL:
		return ask(reading, LSP_ASK_KILL, word);
	case OPT_WHY:
		return ask(reading, LSP_ASK_WHY, word);
	case OPT_NEXT:
		return ask(reading, LSP_ASK_NEXT, word);
	case OPT_INFO:
		return ask(reading, LSP_ASK_INFO, word);
	case OPT_HELP:
		return ask(reading, LSP_ASK_HELP, word);
	case OPT_VERSION:
		return ask(reading, LSP_ASK_VERSION, word);
	case OPT_PLAIN:
		return choose_format(reading, LSP_FORMAT_PLAIN, word);
	case OPT_CSV:
		return choose_format(reading, LSP_FORMAT_CSV, word);
	case OPT_JSON:
		return choose_format(reading, LSP_FORMAT_JSON, word);
	case OPT_NDJSON:
		return choose_format(reading, LSP_FORMAT_NDJSON, word);
	case OPT_TCP:
		reading->protos |= LSP_PROTO_BIT(LSP_TCP);
		break;
	case OPT_UDP:
		reading->protos |= LSP_PROTO_BIT(LSP_UDP);
		break;
	case OPT_INET4:
		reading->families |= LSP_FAMILY_BIT_4;
		break;
	case OPT_INET6:
		reading->families |= LSP_FAMILY_BIT_6;
		break;
	case OPT_BOUND:
		reading->bound = true;
		break;
	case OPT_WIDE:
		request->wide = true;
		break;
	case OPT_NO_HEADER:
		request->no_header = true;
		break;
	case OPT_RESOLVE:
		request->resolve = true;
		break;
	case OPT_QUIET:
		request->quiet = true;
		break;
	case OPT_DRY_RUN:
		request->dry_run = true;
		break;
	case OPT_INTERACTIVE:
		request->interactive = true;
		break;
	case OPT_FORCE:
		request->force = true;
		break;
	case OPT_ALL_STATES:
		request->all_states = true;
		break;
	case OPT_OK_IF_FREE:
		request->ok_if_free = true;
		break;
	}
	return true;
}

static bool read_operand(struct reading *reading, const char *word)
{
	struct lsp_request *request = reading->request;

	request->words = lsp_realloc_array(request->words, request->word_count + 1, sizeof *request->words);
	request->words[request->word_count++] = word;
	return true;
}

/* Only when the question is known: what --info is asked may be any words. */
static bool read_operands(struct reading *reading)
{
	struct lsp_request *request = reading->request;
	uint32_t count = request->word_count, i;

	if (request->question == LSP_ASK_INFO)
		return true;
	request->word_count = 0;
	for (i = 0; i < count; i++) {
		size_t ports = request->select.port_count;

		request->words[request->word_count] = request->words[i];
		if (!lsp_operand_read(request->words[i], request->word_count, &request->select, &reading->protos,
				      reading->usage))
			return false;
		request->word_count += request->select.port_count > ports; /* "tcp" alone is no port */
	}
	return true;
}

/* lsof's "-i:8000", "-iTCP:8000", "-i4": what hangs on to -i is its operand when it looks like one. */
static bool is_attached_operand(const char *rest)
{
	return strchr(":[*0123456789", rest[0]) != NULL || (strlen(rest) >= 3 && lsp_proto_read(rest, 3) != 0);
}

static bool read_cluster(struct reading *reading, const char *word)
{
	const char *at;

	for (at = word + 1; *at != '\0'; at++) {
		const struct lsp_option *option = find_letter(*at);

		if (option == NULL && *at >= '0' && *at <= '9') {
			snprintf(reading->usage, LSP_USAGE_TEXT_MAX, "'%.60s' is no port: ports are 1 to 65535", word);
			return false;
		}
		if (option == NULL) {
			snprintf(reading->usage, LSP_USAGE_TEXT_MAX, "'%.60s': there is no option -%c; see lsports --help",
				 word, *at);
			return false;
		}
		if (!apply(reading, option, NULL, word))
			return false;
		if (option->id == OPT_INTERNET && at[1] != '\0' && is_attached_operand(at + 1)) {
			if (strcmp(at + 1, "4") == 0 || strcmp(at + 1, "6") == 0)
				continue;
			return read_operand(reading, at + 1);
		}
	}
	return true;
}

/* "--name", "--name=value", "--name value"; *at may move on to the value. */
static bool read_long(struct reading *reading, int argc, char *const argv[], int *at)
{
	const char *word = argv[*at], *name = word + 2, *equals = strchr(name, '=');
	size_t len = equals != NULL ? (size_t)(equals - name) : strlen(name);
	const struct lsp_option *option = find_name(name, len);
	const char *argument = equals != NULL ? equals + 1 : NULL;

	if (option == NULL) {
		snprintf(reading->usage, LSP_USAGE_TEXT_MAX, "'%.60s' is no option; see lsports --help", word);
		return false;
	}
	if (option->argument == NULL && argument != NULL) {
		snprintf(reading->usage, LSP_USAGE_TEXT_MAX, "'%.60s': --%s takes no value", word, option->name);
		return false;
	}
	if (option->argument != NULL && argument == NULL) {
		if (*at + 1 >= argc) {
			snprintf(reading->usage, LSP_USAGE_TEXT_MAX, "'%.60s' wants a value: --%s %s", word, option->name,
				 option->argument);
			return false;
		}
		argument = argv[++*at];
	}
	return apply(reading, option, argument, word);
}

static bool read_words(struct reading *reading, int argc, char *const argv[])
{
	bool options_ended = false;
	int i;

	for (i = 1; i < argc; i++) {
		const char *word = argv[i];
		bool read;

		if (options_ended || word[0] != '-' || word[1] == '\0')
			read = read_operand(reading, word);
		else if (strcmp(word, "--") == 0)
			read = options_ended = true;
		else if (word[1] == '-')
			read = read_long(reading, argc, argv, &i);
		else
			read = read_cluster(reading, word);
		if (!read)
			return false;
	}
	return true;
}

/* The states that a question is about, unless --state says others. */
static void choose_states(const struct reading *reading)
{
	struct lsp_request *request = reading->request;
	struct lsp_select *select = &request->select;

	if (request->question == LSP_ASK_KILL) {
		select->states = select->udp_states =
			request->all_states ? LSP_STATE_ALL : LSP_STATE_BIT(LSP_LISTEN) | LSP_STATE_BIT(LSP_BOUND);
		select->udp_states |= LSP_STATE_BIT(LSP_CLOSE);
	} else if (reading->states != 0) {
		select->states = select->udp_states = reading->states;
	} else if (request->question == LSP_ASK_ALL || select->has_peer) {
		select->states = select->udp_states = LSP_STATE_ALL;
	} else {
		select->states = LSP_STATE_BIT(LSP_LISTEN);
		select->udp_states = LSP_STATE_BIT(LSP_CLOSE);
	}
	/* who asks for a port wants to know all that keeps him from it */
	if (reading->bound || (reading->states == 0 && (request->question == LSP_ASK_PID || select->port_count > 0)))
		select->states |= LSP_STATE_BIT(LSP_BOUND);
	request->shows_peers = (select->states & ~(LSP_STATE_BIT(LSP_LISTEN) | LSP_STATE_BIT(LSP_BOUND) |
						   LSP_STATE_BIT(LSP_CLOSE))) != 0;
}

/* Which question an option belongs to, for a message. */
static const char *question_of(unsigned questions)
{
	if ((questions & ASKED(LSP_ASK_PID)) != 0 && (questions & ASKED(LSP_ASK_KILL)) != 0)
		return "--pid, --kill, --why and --next";
	if ((questions & ASKED(LSP_ASK_NEXT)) != 0)
		return "--next";
	return (questions & ASKED(LSP_ASK_KILL)) != 0 ? "--kill PORT" : "lists of sockets";
}

static bool check_why(const struct lsp_request *request, char *ret_usage)
{
	size_t count = 0, i;

	for (i = 0; i < request->select.port_count; i++)
		count += (size_t)request->select.ports[i].high - request->select.ports[i].low + 1;
	if (count == 0)
		snprintf(ret_usage, LSP_USAGE_TEXT_MAX, "'--why' wants a port: lsports --why 8000");
	else if (count > LSP_WHY_PORTS_MAX)
		snprintf(ret_usage, LSP_USAGE_TEXT_MAX, "'--why' takes at most %d ports at a time; a free one finds --next",
			 LSP_WHY_PORTS_MAX);
	return count > 0 && count <= LSP_WHY_PORTS_MAX;
}

/* A port, or one range; a name stands for several ports sometimes, and an address is none of --next's affairs. */
static bool check_next(const struct lsp_request *request, char *ret_usage)
{
	const struct lsp_select *select = &request->select;
	size_t i;

	for (i = 0; i < select->port_count; i++) {
		if (select->ports[i].low != select->ports[0].low || select->ports[i].high != select->ports[0].high) {
			snprintf(ret_usage, LSP_USAGE_TEXT_MAX, "'--next' takes one port or one range: lsports --next 8000-8100");
			return false;
		}
		if (select->ports[i].where != LSP_ANYWHERE) {
			snprintf(ret_usage, LSP_USAGE_TEXT_MAX,
				 "'%.60s': --next looks for a port that is free on every address; write the port alone",
				 request->words[select->ports[i].word]);
			return false;
		}
	}
	return true;
}

/* What only shows when all words are read: options that do not go with the question, and what a question lacks. */
static bool check_question(struct reading *reading)
{
	struct lsp_request *request = reading->request;
	size_t i;

	if (request->question == LSP_ASK_HELP || request->question == LSP_ASK_VERSION) {
		request->quiet = false; /* they answer whatever else is asked */
		return true;
	}
	for (i = 0; i < sizeof options / sizeof *options; i++) {
		if (reading->used[i] == NULL || options[i].questions == 0 ||
		    (options[i].questions & ASKED(request->question)) != 0)
			continue;
		snprintf(reading->usage, LSP_USAGE_TEXT_MAX, "'%.60s' goes with %s", reading->used[i],
			 question_of(options[i].questions));
		return false;
	}
	if (request->question == LSP_ASK_WHY)
		return check_why(request, reading->usage);
	if (request->question == LSP_ASK_NEXT)
		return check_next(request, reading->usage);
	if (request->question == LSP_ASK_INFO && request->word_count == 0) {
		snprintf(reading->usage, LSP_USAGE_TEXT_MAX,
			 "'--info' wants a port, a name or words: lsports --info 5432, lsports --info remote desktop");
		return false;
	}
	if (request->question != LSP_ASK_KILL)
		return true;
	request->interactive |= reading->used[find_letter('i') - options] != NULL;
	if (request->select.port_count == 0) {
		snprintf(reading->usage, LSP_USAGE_TEXT_MAX, "'--kill' wants a port: lsports --kill 8000");
		return false;
	}
	return true;
}

bool lsp_request_parse(int argc, char *const argv[], struct lsp_request *ret_request,
		       char ret_usage[LSP_USAGE_TEXT_MAX])
{
	struct reading reading = {.request = ret_request, .usage = ret_usage};

	*ret_request = (struct lsp_request){.question = LSP_ASK_OPEN, .timeout_ms = TIMEOUT_MS, .next_count = 1};
	ret_usage[0] = '\0';
	if (!read_words(&reading, argc, argv) || !read_operands(&reading)) {
		lsp_request_clear(ret_request);
		return false;
	}
	if (!check_question(&reading)) {
		lsp_request_clear(ret_request);
		return false;
	}
	ret_request->any_proto = reading.protos == 0;
	ret_request->select.protos = reading.protos != 0 ? reading.protos : LSP_PROTO_ALL;
	ret_request->select.families = reading.families != 0 ? reading.families : LSP_FAMILY_BIT_4 | LSP_FAMILY_BIT_6;
	choose_states(&reading);
	return true;
}

void lsp_request_clear(struct lsp_request *request)
{
	free(request->select.ports);
	request->select.ports = NULL;
	request->select.port_count = 0;
	free(request->words);
	request->words = NULL;
	request->word_count = 0;
}
