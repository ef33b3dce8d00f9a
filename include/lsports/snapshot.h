/*
 * snapshot.h - what was seen: flat lists of sockets, holders, processes and links, and what could not be seen.
 *
 * The platform adds; the core reads. It owns all its memory: add copies, strings go to an arena and never
 * move. Lists may be read directly through the fields, and are changed only by the calls below.
 * Out of memory ends the program (core/mem), so no call here fails.
 */
#ifndef LSPORTS_SNAPSHOT_H
#define LSPORTS_SNAPSHOT_H

#include "link.h"
#include "process.h"
#include "socket.h"

/* Process pid has the socket open as descriptor fd. One socket may have many holders, one process many sockets. */
struct lsp_holder {
	uint64_t key;
	uint32_t pid;
	uint32_t fd;
};

/* Names that the system gives to numbers: accounts to uids, devices to interface numbers. */
enum lsp_name_kind { LSP_NAME_USER = 1, LSP_NAME_INTERFACE };

/* What the reader must know about the whole: bits of "notes". */
enum lsp_note {
	LSP_NOTE_PROCNET = 1 << 0,     /* read from /proc/net: v6only, interface, backlog limit are unknown */
	LSP_NOTE_TORN = 1 << 1,        /* the list changed during each try: rows may be missing or doubled */
	LSP_NOTE_NO_BOUND = 1 << 2,    /* BOUND was asked for and this system cannot list it */
	LSP_NOTE_NO_HOLDERS = 1 << 3,  /* processes cannot be listed at all (no /proc) */
	LSP_NOTE_HIDEPID = 1 << 4,     /* /proc is mounted with hidepid: other users' processes are invisible */
	LSP_NOTE_OTHER_PIDNS = 1 << 5, /* we live in a pid namespace: processes outside of it are invisible */
	LSP_NOTE_BROKEN_OFF = 1 << 6,  /* holders() failed on its way: some were not found */
	LSP_NOTE_UNSEEN_NAMESPACES = 1 << 7, /* sockets_elsewhere() could not look into every network namespace */
	LSP_NOTE_NO_LINKS = 1 << 8, /* links() failed: whence wildcard sockets may be reached is not known */
	LSP_NOTE_OWN_KEYS = 1 << 9,   /* keys and descriptors are the backend's own: no numbers to show (Windows) */
	LSP_NOTE_NO_DETAILS = 1 << 10, /* of some processes that we may not look into, not all that was wanted is known */
};

struct lsp_snapshot {
	struct lsp_socket *sockets;
	size_t socket_count;
	struct lsp_holder *holders; /* after freeze: sorted by key, pid, fd, each once */
	size_t holder_count;
	struct lsp_process *processes; /* after freeze: sorted by pid, each once */
	size_t process_count;
	struct lsp_link *links; /* after freeze: sorted by index */
	size_t link_count;
	struct lsp_link_addr *link_addrs; /* after freeze: sorted by address, then link */
	size_t link_addr_count;
	unsigned vrf_open; /* LSP_PROTO_BIT: of this protocol, sockets without a device hear members of VRFs too */
	size_t blind;   /* processes whose descriptors we were not allowed to list */
	unsigned notes; /* enum lsp_note */
	struct lsp_snapshot_own *own;
};

struct lsp_snapshot *lsp_snapshot_new(void);
void lsp_snapshot_free(struct lsp_snapshot *snapshot); /* NULL is fine */

void lsp_snapshot_add_socket(struct lsp_snapshot *snapshot, const struct lsp_socket *socket);
void lsp_snapshot_add_holder(struct lsp_snapshot *snapshot, const struct lsp_holder *holder);

/* Copies the strings. Of a process that is there since the last freeze, the same (pid, birth) replaces what is known;
 * another birth only marks it LSP_PROCESS_GONE: the first look is the one that its holders belong to. */
void lsp_snapshot_add_process(struct lsp_snapshot *snapshot, const struct lsp_process *process);

/* Copies the strings. */
void lsp_snapshot_add_link(struct lsp_snapshot *snapshot, const struct lsp_link *link);
void lsp_snapshot_add_link_addr(struct lsp_snapshot *snapshot, const struct lsp_link_addr *addr);

/* For a reader that must start again: forgets all links and their addresses. */
void lsp_snapshot_drop_links(struct lsp_snapshot *snapshot);

void lsp_snapshot_add_name(struct lsp_snapshot *snapshot, enum lsp_name_kind kind, uint32_t id, const char *name);
void lsp_snapshot_add_host(struct lsp_snapshot *snapshot, const struct lsp_addr *addr, const char *name);

/* For a reader that must start again: forgets the sockets added since mark. */
size_t lsp_snapshot_mark(const struct lsp_snapshot *snapshot);
void lsp_snapshot_rollback(struct lsp_snapshot *snapshot, size_t mark);

/* Drops every socket for which keep answers false; the order of the others stays. */
void lsp_snapshot_keep(struct lsp_snapshot *snapshot, bool (*keep)(const struct lsp_socket *socket, const void *arg),
		       const void *arg);

/* True when somebody may hold sockets without our seeing it: blind spots, or notes that say so. */
bool lsp_snapshot_is_blind(const struct lsp_snapshot *snapshot);

/* Sorts holders, processes and links for the look-ups below. May be called again after more was added. */
void lsp_snapshot_freeze(struct lsp_snapshot *snapshot);

/* After freeze. The holders of a key: a run of *ret_count, NULL when there are none. */
const struct lsp_holder *lsp_snapshot_holders_of(const struct lsp_snapshot *snapshot, uint64_t key, size_t *ret_count);

/* NULL when unknown. The look-ups of processes and links want freeze; the others do not. */
const struct lsp_process *lsp_snapshot_process(const struct lsp_snapshot *snapshot, uint32_t pid);
const struct lsp_link *lsp_snapshot_link(const struct lsp_snapshot *snapshot, uint32_t index);
const char *lsp_snapshot_name(const struct lsp_snapshot *snapshot, enum lsp_name_kind kind, uint32_t id);
const char *lsp_snapshot_host(const struct lsp_snapshot *snapshot, const struct lsp_addr *addr);

#endif
