/*
 * command_line.h - a command line becomes arguments, as the C runtime of most programs cuts it. Pure.
 *
 * On Windows a process gets one text and cuts it as it likes; this is what nearly all do (Microsoft: "Parsing C
 * command-line arguments"; CommandLineToArgvW differs in nothing that people write).
 */
#ifndef LSP_WINDOWS_COMMAND_LINE_H
#define LSP_WINDOWS_COMMAND_LINE_H

#include <stddef.h>

/* Writes the arguments of line, len bytes of UTF-8, each ended by NUL. ret_args has room for len + 1 bytes; nothing grows.
 * Returns the bytes used. */
size_t lsp_command_line_cut(const char *line, size_t len, char *ret_args);

#endif
