/*
 * options.c - see options.h. Our own reader rather than getopt: the clusters of ss and netstat ("-tulnp", "-anop tcp")
 * and lsof's "-i :8000" must work word for word, and every error must name the word and the way out.
 */
#include "options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lsports/language.h>

#include "check.h"
#include "core/mem.h"
#include "operand.h"
#include "values.h"
#include "words.h"

#define TIMEOUT_MS 5000

/* What was said so far; made a request when all words are read. */
struct reading {
	struct lsp_request *request;
	char *usage;
	const struct lsp_option *options;
	size_t option_count;
	const char *question; /* the word that asked it, NULL: none yet */
	const char *format;   /* the word that chose it */
	const char *used[LSP_OPTIONS_MAX]; /* for each option: the word that named it */
};

static const struct lsp_option *find_letter(const struct reading *reading, char letter)
{
	size_t i;

	for (i = 0; i < reading->option_count; i++) {
		if (reading->options[i].letter == letter)
			return &reading->options[i];
	}
	return NULL;
}

static const struct lsp_option *find_name(const struct reading *reading, const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < reading->option_count; i++) {
		const struct lsp_option *option = &reading->options[i];

		if (option->name != NULL && strlen(option->name) == len && memcmp(option->name, name, len) == 0)
			return option;
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
		snprintf(reading->usage, LSP_USAGE_TEXT_MAX, _("'%s' and '%s' are two questions: ask one at a time"),
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
		snprintf(reading->usage, LSP_USAGE_TEXT_MAX, _("'%s' and '%s' are two formats: choose one"), reading->format,
			 word);
		return false;
	}
	reading->format = word;
	reading->request->format = format;
	return true;
}

static bool apply(struct reading *reading, const struct lsp_option *option, const char *argument, const char *word);

/* Its own name, or that of an option which is a format: then it is as if that had been written. */
static bool name_format(struct reading *reading, const struct lsp_option *option, const char *name, const char *word)
{
	const struct lsp_option *named = find_name(reading, name, strlen(name));

	if (strcmp(name, "openmetrics") == 0)
		return choose_format(reading, (enum lsp_format)option->value, word);
	reading->used[option - reading->options] = NULL;
	if (named != NULL && named->kind == LSP_OPTION_FORMATS && named != option)
		return apply(reading, named, NULL, word);
	snprintf(reading->usage, LSP_USAGE_TEXT_MAX, _("--format '%.60s': write plain, csv, json, ndjson or openmetrics"), name);
	return false;
}

/* word: as typed, for messages; argument: NULL unless the option wants one. */
static bool apply(struct reading *reading, const struct lsp_option *option, const char *argument, const char *word)
{
	struct lsp_request *request = reading->request;
	void *member = (char *)request + option->member;

	reading->used[option - reading->options] = word;
	switch ((enum lsp_option_kind)option->kind) {
	case LSP_OPTION_ASKS:
		if (argument != NULL)
			*(const char **)member = argument;
		return ask(reading, (enum lsp_question)option->value, word);
	case LSP_OPTION_FORMATS:
		if (argument != NULL)
			return name_format(reading, option, argument, word);
		return choose_format(reading, (enum lsp_format)option->value, word);
	case LSP_OPTION_PROTO:
		request->select.protos |= option->value;
		break;
	case LSP_OPTION_FAMILY:
		request->select.families |= option->value;
		break;
	case LSP_OPTION_SETS:
		*(bool *)member = true;
		break;
	case LSP_OPTION_TAKES:
		*(const char **)member = argument;
		break;
	case LSP_OPTION_READS:
		return lsp_value_read((enum lsp_value_reader)option->value, argument, request, reading->usage);
	case LSP_OPTION_INTERNET:
	case LSP_OPTION_HABIT:
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
		if (!lsp_operand_read(request->words[i], request->word_count, &request->select, &request->select.protos,
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
		const struct lsp_option *option = find_letter(reading, *at);

		if (option == NULL && *at >= '0' && *at <= '9') {
			snprintf(reading->usage, LSP_USAGE_TEXT_MAX, _("'%.60s' is no port: ports are 1 to 65535"), word);
			return false;
		}
		if (option == NULL) {
			snprintf(reading->usage, LSP_USAGE_TEXT_MAX, _("'%.60s': there is no option -%c; see lsports --help"),
				 word, *at);
			return false;
		}
		if (!apply(reading, option, NULL, word))
			return false;
		if (option->kind == LSP_OPTION_INTERNET && at[1] != '\0' && is_attached_operand(at + 1)) {
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
	const struct lsp_option *option = find_name(reading, name, len);
	const char *argument = equals != NULL ? equals + 1 : NULL;

	if (option == NULL) {
		snprintf(reading->usage, LSP_USAGE_TEXT_MAX, _("'%.60s' is no option; see lsports --help"), word);
		return false;
	}
	if (option->argument == NULL && argument != NULL) {
		snprintf(reading->usage, LSP_USAGE_TEXT_MAX, _("'%.60s': --%s takes no value"), word, option->name);
		return false;
	}
	if (option->argument != NULL && argument == NULL) {
		if (*at + 1 >= argc) {
			snprintf(reading->usage, LSP_USAGE_TEXT_MAX, _("'%.60s' wants a value: --%s %s"), word, option->name,
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
static void choose_states(struct lsp_request *request)
{
	struct lsp_select *select = &request->select;
	bool says_states = select->states != 0;

	if (request->question == LSP_ASK_KILL) {
		select->states = select->udp_states =
			request->all_states ? LSP_STATE_ALL : LSP_STATE_BIT(LSP_LISTEN) | LSP_STATE_BIT(LSP_BOUND);
		select->udp_states |= LSP_STATE_BIT(LSP_CLOSE);
	} else if (says_states) {
		select->udp_states = select->states;
	} else if (request->question == LSP_ASK_ALL || select->has_peer) {
		select->states = select->udp_states = LSP_STATE_ALL;
	} else {
		select->states = LSP_STATE_BIT(LSP_LISTEN);
		select->udp_states = LSP_STATE_BIT(LSP_CLOSE);
	}
	/* who asks for a port wants to know all that keeps him from it */
	if (request->bound || (!says_states && (request->question == LSP_ASK_PID || select->port_count > 0)))
		select->states |= LSP_STATE_BIT(LSP_BOUND);
	request->shows_peers = (select->states & ~(LSP_STATE_BIT(LSP_LISTEN) | LSP_STATE_BIT(LSP_BOUND) |
						   LSP_STATE_BIT(LSP_CLOSE))) != 0;
}

/* Options that do not go with the question, and what the question lacks. */
static bool check(struct reading *reading)
{
	struct lsp_request *request = reading->request;
	size_t i;

	if (request->question == LSP_ASK_HELP || request->question == LSP_ASK_VERSION) {
		request->quiet = false; /* they answer whatever else is asked */
		return true;
	}
	for (i = 0; i < reading->option_count; i++) {
		if (reading->used[i] != NULL &&
		    !lsp_option_check(&reading->options[i], reading->used[i], request, reading->usage))
			return false;
	}
	request->interactive |= request->question == LSP_ASK_KILL &&
				reading->used[find_letter(reading, 'i') - reading->options] != NULL;
	return lsp_request_check(request, reading->usage);
}

bool lsp_request_parse(int argc, char *const argv[], struct lsp_request *ret_request,
		       char ret_usage[LSP_USAGE_TEXT_MAX])
{
	struct reading reading = {.request = ret_request, .usage = ret_usage};
	struct lsp_select *select = &ret_request->select;

	reading.options = lsp_options(&reading.option_count);
	*ret_request = (struct lsp_request){.question = LSP_ASK_OPEN, .timeout_ms = TIMEOUT_MS, .next_count = 1};
	ret_usage[0] = '\0';
	if (!read_words(&reading, argc, argv) || !read_operands(&reading) || !check(&reading)) {
		lsp_request_clear(ret_request);
		return false;
	}
	ret_request->any_proto = select->protos == 0;
	select->protos = ret_request->any_proto ? LSP_PROTO_ALL : select->protos;
	select->families = select->families == 0 ? LSP_FAMILY_BIT_4 | LSP_FAMILY_BIT_6 : select->families;
	choose_states(ret_request);
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
