/*
 * process.h - a process that holds sockets. (pid, birth) is its identity: a pid alone is reused.
 */
#ifndef LSPORTS_PROCESS_H
#define LSPORTS_PROCESS_H

#include <stddef.h>
#include <stdint.h>

enum lsp_process_has {
	LSP_PROCESS_HAS_UID = 1 << 0,
	LSP_PROCESS_HAS_STARTED = 1 << 1,
	LSP_PROCESS_GONE = 1 << 2, /* it ended, or another took its pid, before we could read more */
	LSP_PROCESS_HAS_PARENT = 1 << 3,
	LSP_PROCESS_IS_INIT = 1 << 4,	 /* first process of a nested pid namespace: the others there end with it */
	LSP_PROCESS_USER_UNIT = 1 << 5, /* unit is one of a user's own service manager */
	LSP_PROCESS_EXE_DELETED = 1 << 6, /* the program's file does not exist any more; exe may tell so too */
	LSP_PROCESS_EXE_OPEN = 1 << 7,	 /* every user may write to the folder that the program lies in */
	LSP_PROCESS_EXE_READ_ONLY = 1 << 12, /* it lies on a mount of its own below a temporary folder, where nobody can write */
	LSP_PROCESS_IS_VITAL = 1 << 8,	/* the system ends with it: nobody ends it, whatever is asked */
	LSP_PROCESS_IS_SERVICE = 1 << 9, /* unit is a service of Windows that runs in it: that is stopped, not the process */
	LSP_PROCESS_HOSTS_MANY = 1 << 10, /* unit is several of them, ", " between */
	LSP_PROCESS_NO_SIGNALS = 1 << 11, /* it is ended by taskkill, not by kill(1): Windows */
};

/* What runs a container, as far as the name of its cgroup tells. */
enum lsp_engine {
	LSP_ENGINE_UNKNOWN = 0,
	LSP_ENGINE_DOCKER,
	LSP_ENGINE_PODMAN,
	LSP_ENGINE_NERDCTL,
	LSP_ENGINE_CRI, /* CRI-O, or containerd for Kubernetes: crictl(1) speaks to both */
};

/* Strings are owned by the snapshot, end in NUL, and hold whatever bytes the process chose. NULL: not known. */
struct lsp_process {
	uint64_t birth;      /* opaque, for equality only; Linux: start time in clock ticks since boot */
	uint64_t started_ms; /* start, milliseconds since 1970-01-01 UTC */
	const char *name;    /* the most telling short name, not cut at 15 bytes */
	const char *exe;     /* path of the program */
	const char *argv;    /* arguments, each ended by NUL, argv_len bytes in all; may be NULL */
	const char *user;    /* account name where the system gives no uid (Windows) */
	const char *unit;    /* what the service manager calls it: "nginx.service" */
	const char *dependants; /* services that stop with its own, ", " between (Windows) */
	const char *container; /* id of the container that it runs in */
	size_t argv_len;
	uint32_t pid;
	uint32_t parent; /* 0: none that we could see */
	uint32_t uid;	 /* effective */
	uint32_t has; /* enum lsp_process_has */
	uint8_t engine; /* enum lsp_engine; with container */
};

#endif
