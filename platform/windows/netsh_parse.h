/*
 * netsh_parse.h - what netsh prints of ports, in any language: only numbers are read. Pure.
 */
#ifndef LSP_WINDOWS_NETSH_PARSE_H
#define LSP_WINDOWS_NETSH_PARSE_H

#include <stdbool.h>
#include <stddef.h>

#include <lsports/bind.h>

/* "netsh interface ipv4 show excludedportrange protocol=tcp": two columns of ports, and "*" behind a range that an
 * administrator added. Writes the first max ranges, without protocols; returns how many there are. */
size_t lsp_netsh_parse_excluded(const char *text, size_t len, struct lsp_kept *ret_kept, size_t max);

/* "netsh interface ipv4 show dynamicport protocol=tcp": the first port and how many. False when it is anything else. */
bool lsp_netsh_parse_dynamic(const char *text, size_t len, uint16_t *ret_low, uint16_t *ret_high);

#endif
