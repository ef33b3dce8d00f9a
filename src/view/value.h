/*
 * value.h - what a column says of a subject, with its type: text cells and JSON members are both made from it.
 *
 * Also the column table's own shape, for the views. Everything here points into the snapshot or to constants.
 */
#ifndef LSP_VIEW_VALUE_H
#define LSP_VIEW_VALUE_H

#include "columns.h"
#include "subject.h"

enum lsp_value_kind {
	LSP_VALUE_NONE, /* unknown or not there: null in JSON */
	LSP_VALUE_NUMBER,
	LSP_VALUE_UNNAMED, /* number of something without a name; people see the number, JSON has it elsewhere: null */
	LSP_VALUE_DIGITS,  /* the same where JSON has it nowhere else: its digits as a string */
	LSP_VALUE_BOOL,    /* number is 0 or 1 */
	LSP_VALUE_TIME,    /* number is milliseconds since 1970-01-01 UTC */
	LSP_VALUE_WORD,    /* word: a constant of ours; len: its place in an order of such words, 0: by alphabet */
	LSP_VALUE_TEXT,    /* bytes, len: from outside */
	LSP_VALUE_ARGV,    /* bytes, len: arguments from outside, each ended by NUL */
	LSP_VALUE_ADDR,
	LSP_VALUE_FDS,   /* holders, len of them */
	LSP_VALUE_QUEUE, /* socket */
	LSP_VALUE_LOCAL, /* socket: address:port; no JSON form, their parts have one */
	LSP_VALUE_PEER,
	LSP_VALUE_LINKS, /* subject: names of links, in JSON an array */
};

struct lsp_value {
	enum lsp_value_kind kind;
	size_t len;
	union {
		uint64_t number;
		const char *word;
		const char *bytes;
		const struct lsp_addr *addr;
		const struct lsp_holder *holders;
		const struct lsp_socket *socket;
		const struct lsp_subject *subject;
	};
};

/* The object of a JSON record that a column's member is in. Columns of one place stand side by side. */
enum lsp_place {
	LSP_PLACE_RECORD, /* the record itself */
	LSP_PLACE_LOCAL,
	LSP_PLACE_PEER,
	LSP_PLACE_HOLDER, /* each process has one; a value is asked once for each */
	LSP_PLACE_SERVICE,
};

struct lsp_column_entry {
	const char *name, *title, *meaning;
	const char *key; /* member in JSON; NULL: stands for its parts */
	uint32_t parts;  /* bits of enum lsp_column */
	enum lsp_place place;
	unsigned wants;   /* enum lsp_process_want */
	bool to_right;    /* numbers of like kind */
	uint8_t give_way; /* which column is cut first when a table is too wide: 1, 2, …; 0: never */
	uint8_t least;    /* cells that a cut leaves */
	bool may_go;	   /* left out where even the least of all columns is too wide */
	struct lsp_value (*value)(struct lsp_subject *subject);
};

extern const struct lsp_column_entry lsp_column_table[LSP_COLUMN_COUNT];

#endif
