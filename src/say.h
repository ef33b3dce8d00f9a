/*
 * say.h - what lsports says to a person: single lines on stderr that begin with "lsports: ".
 */
#ifndef LSP_SAY_H
#define LSP_SAY_H

#include <stdbool.h>

/* Words of the command line and of the system may be among the arguments: the line passes the escaping sink. */
__attribute__((format(printf, 1, 2))) void lsp_say(const char *format, ...);

/* The same, for wrong usage; always false, so that a check can return it. */
__attribute__((format(printf, 1, 2))) bool lsp_say_usage(const char *format, ...);

#endif
