/*
 * options.h - the command line becomes a request. One const table of options drives the parser, --help, the
 * completions' test and the man page's check.
 *
 * It decides nothing about the system: columns, account names and hosts stay words here.
 */
#ifndef LSP_CLI_OPTIONS_H
#define LSP_CLI_OPTIONS_H

#include <stddef.h>

#include "core/filter.h"
#include "core/scope.h"

enum lsp_question {
	LSP_ASK_OPEN = 0, /* lsports, lsports -l */
	LSP_ASK_ALL,	  /* -a */
	LSP_ASK_PID,	  /* --pid */
	LSP_ASK_KILL,	  /* --kill */
	LSP_ASK_WHY,	  /* --why */
	LSP_ASK_NEXT,	  /* --next */
	LSP_ASK_INFO,	  /* --info: its words stay words */
	LSP_ASK_AUDIT,	  /* --audit */
	LSP_ASK_LOCK,	  /* --lock FILE */
	LSP_ASK_DIFF,	  /* --diff FILE */
	LSP_ASK_HELP,
	LSP_ASK_VERSION,
};

enum lsp_format {
	LSP_FORMAT_TABLE = 0,
	LSP_FORMAT_PLAIN,
	LSP_FORMAT_CSV,
	LSP_FORMAT_JSON,
	LSP_FORMAT_NDJSON,
	LSP_FORMAT_OPENMETRICS,
};

enum lsp_colour { LSP_COLOUR_AUTO = 0, LSP_COLOUR_ALWAYS, LSP_COLOUR_NEVER };

/* Strings point into argv. */
struct lsp_request {
	enum lsp_question question;
	struct lsp_select select; /* its ports are owned: lsp_request_clear */
	struct lsp_process_match process;
	const char *user;    /* NULL: any; a name or a number */
	unsigned scopes;     /* LSP_SCOPE_BIT; 0: any */
	const char *columns; /* NULL: the default ones */
	const char *sort;    /* NULL: by port */
	enum lsp_format format;
	enum lsp_colour colour;
	bool quiet, no_header, wide, resolve, bound;
	bool shows_peers; /* sockets that have a peer may be among the rows */

	const char **words; /* the PORT words as typed, word_count of them; select.ports[].word counts them */
	uint32_t word_count;

	/* --kill */
	bool dry_run, interactive, force, all_states, ok_if_free;
	const char *signal; /* NULL: TERM */
	unsigned timeout_ms;

	const char *severity; /* --audit: NULL: warning */
	bool probe;	      /* --audit: listeners are asked what they speak */

	bool any_proto;	     /* neither -t nor -u was said: --why then means TCP where a word names none */
	uint32_t next_count; /* --next: so many ports */
	const char *policy;  /* --lock, --diff: the file, "-": stdout, stdin */
	bool partial;	     /* what cannot be seen is no failure */
};

/* More ports in one --why are refused: each is bound several times. */
#define LSP_WHY_PORTS_MAX 1024

/* What an option does to the request. Of the members that follow it in struct lsp_option, each kind uses what it names. */
enum lsp_option_kind {
	LSP_OPTION_HABIT = 0, /* nothing: it is the habit here */
	LSP_OPTION_INTERNET,  /* nothing, but an operand may hang on to its letter */
	LSP_OPTION_ASKS,      /* value: the question; with an argument: member, a const char * */
	LSP_OPTION_FORMATS,   /* value: the format; with an argument: the name of that, or of another such option */
	LSP_OPTION_PROTO,     /* value: LSP_PROTO_BIT */
	LSP_OPTION_FAMILY,    /* value: LSP_FAMILY_BIT */
	LSP_OPTION_SETS,      /* member: a bool */
	LSP_OPTION_TAKES,     /* member: a const char *, gets the argument */
	LSP_OPTION_READS,     /* value: enum lsp_value_reader, reads the argument */
};

enum lsp_value_reader {
	LSP_READ_STATES = 0,
	LSP_READ_PROCESS,
	LSP_READ_PEER,
	LSP_READ_COLOUR,
	LSP_READ_TIMEOUT,
	LSP_READ_COUNT,
	LSP_READ_SCOPES,
};

struct lsp_option {
	const char *name;     /* long name without dashes, NULL when it has none */
	const char *argument; /* what it wants: "STATE[,...]"; NULL: nothing */
	const char *help;
	char letter;	   /* 0 when it has none */
	uint8_t group;	   /* enum lsp_option_group */
	uint8_t kind;	   /* enum lsp_option_kind */
	uint8_t value;
	uint16_t member;   /* its place in struct lsp_request */
	uint32_t questions; /* LSP_ASK_BIT of those that it goes with; 0: all */
};
enum lsp_option_group { LSP_GROUP_QUESTION = 0, LSP_GROUP_SELECT, LSP_GROUP_SHOW, LSP_GROUP_KILL, LSP_GROUP_AUDIT, LSP_GROUP_NEXT, LSP_GROUP_HABIT };

#define LSP_ASK_BIT(question) (1u << (question))
#define LSP_ASK_LISTS (LSP_ASK_BIT(LSP_ASK_OPEN) | LSP_ASK_BIT(LSP_ASK_ALL) | LSP_ASK_BIT(LSP_ASK_PID))

#define LSP_OPTIONS_MAX 128

/* At most LSP_OPTIONS_MAX. */
const struct lsp_option *lsp_options(size_t *ret_count);

#define LSP_USAGE_TEXT_MAX 512 /* Hangul takes three bytes a syllable */

/* False: ret_usage is one line that names the wrong word and says what would be right. The word is in it as typed. */
bool lsp_request_parse(int argc, char *const argv[], struct lsp_request *ret_request,
		       char ret_usage[LSP_USAGE_TEXT_MAX]);

void lsp_request_clear(struct lsp_request *request);

/* The whole --help text; free() it. */
char *lsp_help_text(void);

#endif
