/*
 * say.h - what lsports says to a person: single lines on stderr that begin with "lsports: ".
 */
#ifndef LSP_SAY_H
#define LSP_SAY_H

#include <stdbool.h>

#include <lsports/language.h>

/* Words of the command line and of the system may be among the arguments: the line passes the escaping sink. */
LSP_FORMAT(1, 2) void lsp_say(const char *format, ...);

/* The same, for wrong usage; always false, so that a check can return it. */
LSP_FORMAT(1, 2) bool lsp_say_usage(const char *format, ...);

/* Sends out and closes stdout. Returns code, or 5 when it could not be written, which is said, unless the reader just
 * went away. errno must be 0 since before the first write: it then tells why one failed. */
int lsp_say_written(int code);

#endif
