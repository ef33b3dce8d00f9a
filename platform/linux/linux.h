/*
 * linux.h - what the files of this backend share. Nothing here is known outside of platform/linux.
 *
 * Every function that looks into /proc takes its root as a directory descriptor, so that the tests can show
 * it a tree of their own.
 */
#ifndef LSP_LINUX_H
#define LSP_LINUX_H

#include <lsports/backend.h>

/* The one place where an errno becomes an enum lsp_err. Fills *ret_fault and returns its err. */
enum lsp_err lsp_linux_fault(struct lsp_fault *ret_fault, const char *op, int os_code);

/* --- diag_read.c: sock_diag(7) ------------------------------------------------------------------------- */

/* How the dump talks to the kernel; the tests talk to a script of datagrams. open starts a fresh conversation. Each
 * answers -1 with errno as recvmsg(2) does; receive answers ENOSPC for a datagram that was cut. */
struct lsp_diag_io {
	int (*open)(void *self);
	int (*send)(void *self, const void *request, size_t len);
	long (*receive)(void *self, void *buffer, size_t size);
	unsigned (*port)(void *self);
	void (*close)(void *self);
	void *self;
	bool takes_protocol; /* INET_DIAG_REQ_PROTOCOL is known (Linux 5.9): an older kernel would answer with TCP */
};

/* Adds the sockets of one protocol. On failure nothing of it stays in the snapshot. */
enum lsp_err lsp_diag_read(struct lsp_snapshot *snapshot, enum lsp_proto proto, const struct lsp_hint *hint,
			   struct lsp_fault *ret_fault);
enum lsp_err lsp_diag_read_from(const struct lsp_diag_io *io, struct lsp_snapshot *snapshot, enum lsp_proto proto,
				const struct lsp_hint *hint, struct lsp_fault *ret_fault);

/* --- procnet_read.c: /proc/net/{tcp,udp}{,6} ------------------------------------------------------------ */

enum lsp_err lsp_procnet_read(int procfd, struct lsp_snapshot *snapshot, enum lsp_proto proto,
			      struct lsp_fault *ret_fault);

/* --- procfd.c: who holds them ---------------------------------------------------------------------------- */

/* See backend.h, holders(). When a key has no holder, the notes say what may hide one. */
enum lsp_err lsp_procfd_read(int procfd, struct lsp_snapshot *snapshot, const uint64_t *keys, size_t key_count,
			     unsigned want, struct lsp_fault *ret_fault);

/* --- process.c ------------------------------------------------------------------------------------------- */

/* /proc/PID/status has the groups before what is read of it: this is room for some 5,000 of them. */
#define LSP_STATUS_MAX (64 * 1024)

/* Room for what one look at a process gives; the process points into it. */
struct lsp_process_room {
	char stat[1024], status[LSP_STATUS_MAX], exe[4096], name[256], argv[32 * 1024], cgroup[4096], unit[256], container[16];
};

/* Reads a process. dirfd and prefix lead to its folder of /proc: while dirfd is an open descriptor of that folder or of
 * one within it, this is the same process, whoever gets its pid. False with errno: ENOENT and ESRCH say that it ended. */
bool lsp_process_read(int dirfd, const char *prefix, uint32_t pid, unsigned want, struct lsp_process_room *room,
		      struct lsp_process *ret_process);

/* Reads the links of pid's descriptors until one leads to one of these sockets. OK, GONE or DENIED. */
enum lsp_err lsp_procfd_holds(int procfd, uint32_t pid, const uint64_t *keys, size_t key_count,
			      struct lsp_fault *ret_fault);

/* See backend.h, process(). */
enum lsp_err lsp_process_add(int procfd, struct lsp_snapshot *snapshot, uint32_t pid, unsigned want,
			     struct lsp_fault *ret_fault);

/* Reads a small file of /proc, at most size bytes, without a NUL behind. Returns how many, -1 with errno. */
long lsp_file_read(int dirfd, const char *path, void *buffer, size_t size);

/* Sets LSP_NOTE_HIDEPID and LSP_NOTE_OTHER_PIDNS where they hold. */
void lsp_sight_read(int procfd, struct lsp_snapshot *snapshot);

/* --- pidfd.c: see backend.h, grip and the calls behind it ------------------------------------------------- */

enum lsp_err lsp_pidfd_grip(uint32_t pid, uint64_t birth, struct lsp_grip **ret_grip, struct lsp_fault *ret_fault);
bool lsp_pidfd_is_sure(const struct lsp_grip *grip);
enum lsp_err lsp_pidfd_holds(const struct lsp_grip *grip, const uint64_t *keys, size_t key_count,
			     struct lsp_fault *ret_fault);
enum lsp_err lsp_pidfd_end(const struct lsp_grip *grip, int signal, struct lsp_fault *ret_fault);
bool lsp_pidfd_ended(const struct lsp_grip *grip, unsigned limit_ms);
void lsp_pidfd_release(struct lsp_grip *grip);
bool lsp_pidfd_signal_of(const char *name, int *ret_signal);

/* --- exe_place.c ------------------------------------------------------------------------------------------ */

/* Bits of enum lsp_process_has about the program that exe, the text of the link, names. dirfd and prefix lead to the
 * process's folder of /proc. It never waits for a file system: where that would have to be asked, no bit is set. */
uint32_t lsp_exe_place_read(int dirfd, const char *prefix, const char *exe);

/* --- counters.c: see backend.h, tcp_counters() -------------------------------------------------------------- */

void lsp_counters_read(int procfd, struct lsp_tcp_counters *ret_counters);

/* The number under a name. Of /proc/net/snmp and netstat: two lines that begin with the same word, of which the first has the
 * names ("TcpExt: SyncookiesSent …"); of sockstat: names and numbers in turn ("TCP: inuse 5 orphan 0 tw 2"). */
bool lsp_counters_parse_pair(const char *text, size_t len, const char *line, const char *name, uint64_t *ret_number);
bool lsp_counters_parse_turn(const char *text, size_t len, const char *line, const char *name, uint64_t *ret_number);

/* --- bind.c, rules.c, elsewhere.c: see backend.h ------------------------------------------------------------ */

enum lsp_err lsp_bind_try(enum lsp_proto proto, const struct lsp_addr *addr, uint16_t port, enum lsp_way way,
			  struct lsp_fault *ret_fault);

/* The uid and the right to privileged ports are left alone: they are not in /proc/sys. */
void lsp_rules_read(int procfd, struct lsp_rules *ret_rules);

/* "8080,9148-9150": sets the bits of these ports; false, and no bit is set, when it is not such a list. */
bool lsp_rules_parse_ports(const char *text, size_t len, uint8_t ret_ports[65536 / 8]);

/* Whether we have CAP_NET_BIND_SERVICE, and in the user namespace that owns our network. */
bool lsp_rules_may_privileged(void);

/* procfd: also its self/ns/net is read, as ours. */
enum lsp_err lsp_elsewhere_read(int procfd, struct lsp_snapshot *snapshot, const struct lsp_hint *hint,
				struct lsp_fault *ret_fault);

/* --- rtnl_read.c: see backend.h, links() ---------------------------------------------------------------------- */

struct nl_cb;

enum lsp_err lsp_rtnl_read(struct lsp_snapshot *snapshot, struct lsp_fault *ret_fault);

/* The same with callbacks that may replace libnl's own nl_send and nl_recv: the tests talk to a script. */
enum lsp_err lsp_rtnl_read_with(struct nl_cb *callbacks, struct lsp_snapshot *snapshot, struct lsp_fault *ret_fault);

/* --- file.c: see backend.h, file_replace() ------------------------------------------------------------------ */

enum lsp_err lsp_file_replace(const char *path, const char *text, size_t len, struct lsp_fault *ret_fault);

/* --- talk.c: see backend.h ---------------------------------------------------------------------------------- */

enum lsp_err lsp_talk(struct lsp_talk *talks, size_t count, unsigned limit_ms, struct lsp_fault *ret_fault);

/* --- system.c: see backend.h ------------------------------------------------------------------------------ */

/* By the release that uname(2) tells; sandboxes that play an old kernel are taken at their word. */
bool lsp_kernel_is_since(unsigned major, unsigned minor);

void lsp_system_name_of(struct lsp_snapshot *snapshot, enum lsp_name_kind kind, uint32_t id);
bool lsp_system_user_id(const char *name, uint32_t *ret_uid);
void lsp_system_host_name(char *ret_name, size_t size);
void lsp_system_console(struct lsp_console *ret_console);
uint32_t lsp_system_self(void);
void lsp_system_pause(unsigned ms);
uint64_t lsp_system_now_ms(void);
void lsp_system_way_out(char *ret_text, size_t size);

/* --- resolve.c: see backend.h ------------------------------------------------------------------------------ */

void lsp_resolve_hosts(struct lsp_snapshot *snapshot, const struct lsp_addr *addrs, size_t count, unsigned limit_ms);

#endif
