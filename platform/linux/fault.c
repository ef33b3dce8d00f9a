/*
 * fault.c - errno becomes a word that decides. The only place on Linux that does.
 */
#include "linux.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum lsp_err lsp_linux_fault(struct lsp_fault *ret_fault, const char *op, int os_code)
{
	enum lsp_err err;

	switch (os_code) {
	case EACCES:
	case EPERM:
		err = LSP_DENIED;
		break;
	case ESRCH:
		err = LSP_GONE;
		break;
	case EAFNOSUPPORT:
	case ECONNREFUSED: /* sendto(2) on netlink: nobody in the kernel listens to this protocol */
	case EINVAL:	   /* what sock_diag answers to a request that it does not know, so do sandboxes */
	case ENOENT:	   /* sock_diag: no handler for the protocol; /proc: no such table */
	case ENOPROTOOPT:
	case ENOSYS:
	case ENOTDIR:
	case EOPNOTSUPP:
	case EPROTONOSUPPORT:
	case ESOCKTNOSUPPORT:
		err = LSP_UNSUPPORTED;
		break;
	case EADDRINUSE:
		err = LSP_IN_USE;
		break;
	case EADDRNOTAVAIL:
		err = LSP_NO_ADDRESS;
		break;
	case EBADMSG:
	case EPROTO:
		err = LSP_MALFORMED;
		break;
	default:
		err = LSP_IO;
	}
	*ret_fault = (struct lsp_fault){.err = err, .os_code = os_code, .op = op};
	snprintf(ret_fault->detail, sizeof ret_fault->detail, "%s", strerror(os_code));
	return err;
}
