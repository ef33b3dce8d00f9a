/*
 * account.h - how an account is called.
 */
#ifndef LSP_WINDOWS_ACCOUNT_H
#define LSP_WINDOWS_ACCOUNT_H

#include <stdbool.h>
#include <stddef.h>

/* sid: a SID. Accounts of this machine and well-known ones ("SYSTEM", "NETWORK SERVICE") without, others with their domain
 * ("CORP\\anna"); what has no name that can be told, its number ("S-1-5-21-..."). False: not even that. */
bool lsp_account_name(void *sid, char *ret_name, size_t size);

#endif
