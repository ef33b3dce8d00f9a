/*
 * answer.h - who gets it when somebody new calls an address and port: the kernel's choice among the sockets there.
 *
 * It is Linux's order, which others share in the main: an address before a wildcard, a device before none, IPv4 before the
 * dual-stack socket that takes IPv4 too. Firewalls, NAT and programs at the socket lookup (BPF) are not looked at.
 */
#ifndef LSP_CORE_ANSWER_H
#define LSP_CORE_ANSWER_H

#include <lsports/snapshot.h>

/* Of these sockets, which are all that the snapshot has of one protocol and port, in its order, those that may answer at an
 * address; in that order. Several: one group of SO_REUSEPORT, among which the kernel deals; or the choice hangs on what no
 * list tells. Each socket that a new peer reaches is among them. addr is one of this host's own. link: where it comes in;
 * 0: from this host itself, by a socket without a device, or bound to the VRF that the address is in. The snapshot must be
 * frozen; its links must be known where sockets are bound to devices. Returns how many, writes at most max. */
size_t lsp_answer(const struct lsp_snapshot *snapshot, const struct lsp_socket *const *sockets, size_t count,
		  const struct lsp_addr *addr, uint32_t link, const struct lsp_socket **ret_answers, size_t max);

#endif
