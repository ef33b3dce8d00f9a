/*
 * vital.h - the processes that Windows does not live without. Pure.
 */
#ifndef LSP_WINDOWS_VITAL_H
#define LSP_WINDOWS_VITAL_H

#include <stdbool.h>

/* exe: the path of its program, NULL when it cannot be told: then its name decides. A program of the same name in another
 * folder than system_folder ("C:\\Windows\\System32") is none of them. */
bool lsp_is_vital(const char *name, const char *exe, const char *system_folder);

#endif
