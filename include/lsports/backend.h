/*
 * backend.h - everything that lsports asks of an operating system. One native instance is linked in a build;
 * tests link another.
 *
 * A backend fills snapshots and says faults. It never prints, never exits and knows nothing of options.
 * Every call may be made any number of times, from one thread.
 */
#ifndef LSPORTS_BACKEND_H
#define LSPORTS_BACKEND_H

#include "bind.h"
#include "fault.h"
#include "probe.h"
#include "snapshot.h"

struct lsp_port_range {
	uint16_t low, high; /* both included */
};

/* What the question needs. Permission to do less, never a duty: the core filters again. */
struct lsp_hint {
	unsigned protos; /* LSP_PROTO_BIT */
	unsigned states; /* LSP_STATE_BIT; without BOUND the walk of the bind table is spared */
	const struct lsp_port_range *ports; /* local ports; NULL: all */
	size_t port_count;
	bool heard; /* heard_ms of TCP sockets is wanted, which costs a copy for each */
};

/* What to read of a process beside pid and birth. */
enum lsp_process_want {
	LSP_WANT_NAME = 1 << 0, /* the most telling one; without it, whatever is at hand or nothing */
	LSP_WANT_EXE = 1 << 1,
	LSP_WANT_ARGV = 1 << 2,
	LSP_WANT_UID = 1 << 3,
	LSP_WANT_STARTED = 1 << 4,
	LSP_WANT_KIN = 1 << 5, /* parent, unit, container, LSP_PROCESS_IS_INIT */
	LSP_WANT_EXE_PLACE = 1 << 6, /* LSP_PROCESS_EXE_DELETED, LSP_PROCESS_EXE_OPEN, LSP_PROCESS_EXE_READ_ONLY, as far as it can be told without waiting */
	LSP_WANT_ACCOUNT = 1 << 7, /* user, where sockets have no uid that tells it (Windows) */
};

/* Where stdout goes. */
struct lsp_console {
	bool is_terminal;
	bool colour;       /* the terminal understands ANSI colours */
	unsigned width;    /* columns; 0: unknown */
};

/* What TCP has counted in the network namespace that we are in; what is not told has no bit. */
enum lsp_counts { LSP_COUNTS_OVERFLOWS = 1 << 0, LSP_COUNTS_TIME_WAIT = 1 << 1, LSP_COUNTS_CONNECTIONS = 1 << 2 };
struct lsp_tcp_counters {
	unsigned has;	      /* enum lsp_counts */
	uint64_t overflows;   /* connections that found the queue of a listener full, since the start */
	uint64_t time_wait;   /* in this state now */
	uint64_t connections; /* ESTABLISHED and CLOSE_WAIT now */
};

/* A grip on one process: what is done through it reaches that process or nobody, whoever gets its pid. */
struct lsp_grip;

/* How a process is asked to end. Other numbers are the system's own (signal(7)). */
enum lsp_signal { LSP_SIGNAL_KILL = 9, LSP_SIGNAL_TERM = 15 };

/* Whose commands change things on a system. */
enum lsp_dialect { LSP_DIALECT_UNIX = 0, LSP_DIALECT_WINDOWS };

struct lsp_backend {
	const char *name; /* "linux", "none", … */
	enum lsp_dialect dialect;

	/* Adds the sockets of the caller's network namespace.
	 * DENIED, UNSUPPORTED: cannot be read here. IO, MALFORMED: reading failed.
	 * A list that stayed torn is kept, with LSP_NOTE_TORN. */
	enum lsp_err (*sockets)(struct lsp_snapshot *snapshot, const struct lsp_hint *hint, struct lsp_fault *ret_fault);

	/* Adds who holds these sockets (keys: of the snapshot's sockets, any order), and each such process: pid, birth and
	 * what is wanted (enum lsp_process_want). All of it is of the very process whose descriptors were looked at, even
	 * when its pid was given to another meanwhile. One that ended before it could be read is no process of the
	 * snapshot: its holders stay. Processes that we may not look into are counted in snapshot->blind.
	 * UNSUPPORTED: processes cannot be listed (LSP_NOTE_NO_HOLDERS is set). */
	enum lsp_err (*holders)(struct lsp_snapshot *snapshot, const uint64_t *keys, size_t key_count, unsigned want,
				struct lsp_fault *ret_fault);

	/* Adds a process that nobody need hold, by its number: a parent, for instance. GONE: there is none. */
	enum lsp_err (*process)(struct lsp_snapshot *snapshot, uint32_t pid, unsigned want, struct lsp_fault *ret_fault);

	/* Takes hold of a process. GONE: the process with this pid was not born then, or ended. UNSUPPORTED: what we read of
	 * processes is not of those that we would signal (another pid namespace's /proc). The caller releases it. */
	enum lsp_err (*grip)(uint32_t pid, uint64_t birth, struct lsp_grip **ret_grip, struct lsp_fault *ret_fault);

	/* False when the system cannot pin a process (Linux before 5.3): between check and signal its pid may then pass on. */
	bool (*grip_is_sure)(const struct lsp_grip *grip);

	/* OK: it is alive and holds one of these sockets now. GONE: it ended or let go of them. DENIED: we cannot look. */
	enum lsp_err (*grip_holds)(const struct lsp_grip *grip, const uint64_t *keys, size_t key_count,
				   struct lsp_fault *ret_fault);

	/* Sends it a signal, and wakes it to act on it if it is stopped. GONE: it ended. DENIED: it is not ours to end. */
	enum lsp_err (*grip_end)(const struct lsp_grip *grip, int signal, struct lsp_fault *ret_fault);

	/* True when it has ended; waits for that at most so long. */
	bool (*grip_ended)(const struct lsp_grip *grip, unsigned limit_ms);

	void (*grip_release)(struct lsp_grip *grip);

	/* The number of a signal: "TERM", "SIGTERM", "15". False when there is none of that name. */
	bool (*signal_of)(const char *name, int *ret_signal);

	/* This very process. */
	uint32_t (*self)(void);

	/* Lets time pass; and tells it, in milliseconds from some start. */
	void (*pause)(unsigned ms);
	uint64_t (*now_ms)(void);

	/* Adds the sockets that hold a port (lsp_socket_holds_port) in other network namespaces, as far as we may look there:
	 * what stays unseen sets LSP_NOTE_UNSEEN_NAMESPACES. The errors are those of sockets(). */
	enum lsp_err (*sockets_elsewhere)(struct lsp_snapshot *snapshot, const struct lsp_hint *hint,
					  struct lsp_fault *ret_fault);

	/* Binds a socket and closes it at once; nothing is sent, nothing answered. OK: it was bound. IN_USE, NO_ADDRESS,
	 * DENIED: bind() said so. UNSUPPORTED, of op "socket": no such family here. Others: it could not be tried, unless
	 * op is "bind". A family that is not here is not an error of v6only and the like. */
	enum lsp_err (*bind_try)(enum lsp_proto proto, const struct lsp_addr *addr, uint16_t port, enum lsp_way way,
				 struct lsp_fault *ret_fault);

	/* Adds every interface of our network namespace and its addresses. What fails sets LSP_NOTE_NO_LINKS and adds none.
	 * A list that stayed torn is kept, with LSP_NOTE_TORN. */
	enum lsp_err (*links)(struct lsp_snapshot *snapshot, struct lsp_fault *ret_fault);

	void (*tcp_counters)(struct lsp_tcp_counters *ret_counters);

	/* What this system rules about ports; what cannot be told has no bit. */
	void (*rules)(struct lsp_rules *ret_rules);

	/* Talks to at most LSP_TALKS_MAX listeners at once, for at most limit_ms in all. Each must be at an address of this
	 * machine: that is looked up before the first packet. A connection listens, sends one message and waits for bytes;
	 * the next message, on a new connection, is sent only when none came. Whatever comes ends the talk, and so does a
	 * connection that is closed unasked. All connections are closed behind. Errors are those of all talks:
	 * UNSUPPORTED, IO; what is wrong with one talk is in it. */
	enum lsp_err (*talk)(struct lsp_talk *talks, size_t count, unsigned limit_ms, struct lsp_fault *ret_fault);

	/* Adds the system's name for a number. Silent when it has none. */
	void (*name_of)(struct lsp_snapshot *snapshot, enum lsp_name_kind kind, uint32_t id);

	/* The number of an account name. False when there is no such account. NULL: accounts have no numbers here, and of
	 * processes the user's name is told (Windows). */
	bool (*user_id)(const char *name, uint32_t *ret_uid);

	/* Adds the host names of addresses, as far as they are found within limit_ms in all. */
	void (*hosts_of)(struct lsp_snapshot *snapshot, const struct lsp_addr *addrs, size_t count, unsigned limit_ms);

	/* Writes a file whole or not at all: beside it first, to the disk, then in its place. A file that was there keeps its
	 * mode, and its owner as far as we may. text NULL: only looks whether something stands in the way.
	 * UNSUPPORTED: what stands there is no plain file (a symbolic link, a device, a folder), or no folder is there. */
	enum lsp_err (*file_replace)(const char *path, const char *text, size_t len, struct lsp_fault *ret_fault);

	/* This host's own name, "" when unknown. */
	void (*host_name)(char *ret_name, size_t size);

	void (*console)(struct lsp_console *ret_console);

	/* What a person can do to see hidden owners: "run with sudo, or: sudo setcap …". */
	void (*way_out)(char *ret_text, size_t size);
};

/* The backend of the system that this program was built for. */
const struct lsp_backend *lsp_backend_native(void);

#endif
