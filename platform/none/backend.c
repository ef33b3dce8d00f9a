/*
 * backend.c - a system that answers nothing: the contract of a backend, written as code.
 *
 * Built in CI, so that the rest of lsports stays free of any system; and where a port to a new system begins.
 */
#include <stdio.h>

#include <lsports/backend.h>
#include <lsports/language.h>

static enum lsp_err unsupported(struct lsp_fault *ret_fault, const char *op)
{
	*ret_fault = (struct lsp_fault){.err = LSP_UNSUPPORTED, .op = op};
	snprintf(ret_fault->detail, sizeof ret_fault->detail, "%s", _("lsports has no backend for this operating system"));
	return LSP_UNSUPPORTED;
}

static enum lsp_err none_sockets(struct lsp_snapshot *snapshot, const struct lsp_hint *hint,
				 struct lsp_fault *ret_fault)
{
	(void)snapshot;
	(void)hint;
	return unsupported(ret_fault, "list of sockets");
}

static enum lsp_err none_holders(struct lsp_snapshot *snapshot, const uint64_t *keys, size_t key_count,
				 unsigned want, struct lsp_fault *ret_fault)
{
	(void)keys;
	(void)key_count;
	(void)want;
	snapshot->notes |= LSP_NOTE_NO_HOLDERS;
	return unsupported(ret_fault, "list of processes");
}

static enum lsp_err none_process(struct lsp_snapshot *snapshot, uint32_t pid, unsigned want,
				 struct lsp_fault *ret_fault)
{
	(void)snapshot;
	(void)pid;
	(void)want;
	return unsupported(ret_fault, "process");
}

static enum lsp_err none_grip(uint32_t pid, uint64_t birth, struct lsp_grip **ret_grip, struct lsp_fault *ret_fault)
{
	(void)pid;
	(void)birth;
	(void)ret_grip;
	return unsupported(ret_fault, "end of a process");
}

/* There is no grip, so nobody asks these. */
static bool none_grip_is_sure(const struct lsp_grip *grip)
{
	(void)grip;
	return false;
}

static enum lsp_err none_grip_holds(const struct lsp_grip *grip, const uint64_t *keys, size_t key_count,
				    struct lsp_fault *ret_fault)
{
	(void)grip;
	(void)keys;
	(void)key_count;
	return unsupported(ret_fault, "end of a process");
}

static enum lsp_err none_grip_end(const struct lsp_grip *grip, int signal, struct lsp_fault *ret_fault)
{
	(void)grip;
	(void)signal;
	return unsupported(ret_fault, "end of a process");
}

static bool none_grip_ended(const struct lsp_grip *grip, unsigned limit_ms)
{
	(void)grip;
	(void)limit_ms;
	return false;
}

static void none_grip_release(struct lsp_grip *grip)
{
	(void)grip;
}

static bool none_signal_of(const char *name, int *ret_signal)
{
	(void)name;
	(void)ret_signal;
	return false;
}

static uint32_t none_self(void)
{
	return 0;
}

static void none_pause(unsigned ms)
{
	(void)ms;
}

static uint64_t none_now_ms(void)
{
	return 0;
}

static enum lsp_err none_sockets_elsewhere(struct lsp_snapshot *snapshot, const struct lsp_hint *hint,
					   struct lsp_fault *ret_fault)
{
	(void)hint;
	snapshot->notes |= LSP_NOTE_UNSEEN_NAMESPACES;
	return unsupported(ret_fault, "network namespaces");
}

static enum lsp_err none_bind_try(enum lsp_proto proto, const struct lsp_addr *addr, uint16_t port, enum lsp_way way,
				  struct lsp_fault *ret_fault)
{
	(void)proto;
	(void)addr;
	(void)port;
	(void)way;
	return unsupported(ret_fault, "binding of ports");
}

static enum lsp_err none_links(struct lsp_snapshot *snapshot, struct lsp_fault *ret_fault)
{
	snapshot->notes |= LSP_NOTE_NO_LINKS;
	return unsupported(ret_fault, "list of interfaces");
}

static void none_tcp_counters(struct lsp_tcp_counters *ret_counters)
{
	*ret_counters = (struct lsp_tcp_counters){.has = 0};
}

static void none_rules(struct lsp_rules *ret_rules)
{
	*ret_rules = (struct lsp_rules){.has = 0};
}

static enum lsp_err none_talk(struct lsp_talk *talks, size_t count, unsigned limit_ms, struct lsp_fault *ret_fault)
{
	(void)talks;
	(void)count;
	(void)limit_ms;
	return unsupported(ret_fault, "talk to listeners");
}

static void none_name_of(struct lsp_snapshot *snapshot, enum lsp_name_kind kind, uint32_t id)
{
	(void)snapshot;
	(void)kind;
	(void)id;
}

static bool none_user_id(const char *name, uint32_t *ret_uid)
{
	(void)name;
	(void)ret_uid;
	return false;
}

static void none_hosts_of(struct lsp_snapshot *snapshot, const struct lsp_addr *addrs, size_t count, unsigned limit_ms)
{
	(void)snapshot;
	(void)addrs;
	(void)count;
	(void)limit_ms;
}

static enum lsp_err none_file_replace(const char *path, const char *text, size_t len, struct lsp_fault *ret_fault)
{
	(void)path;
	(void)text;
	(void)len;
	return unsupported(ret_fault, "write a file");
}

static void none_text(char *ret_text, size_t size)
{
	if (size > 0)
		ret_text[0] = '\0';
}

static void none_console(struct lsp_console *ret_console)
{
	*ret_console = (struct lsp_console){.is_terminal = false};
}

const struct lsp_backend *lsp_backend_native(void)
{
	static const struct lsp_backend backend = {
		.name = "none",
		.sockets = none_sockets,
		.holders = none_holders,
		.process = none_process,
		.grip = none_grip,
		.grip_is_sure = none_grip_is_sure,
		.grip_holds = none_grip_holds,
		.grip_end = none_grip_end,
		.grip_ended = none_grip_ended,
		.grip_release = none_grip_release,
		.signal_of = none_signal_of,
		.self = none_self,
		.pause = none_pause,
		.now_ms = none_now_ms,
		.sockets_elsewhere = none_sockets_elsewhere,
		.bind_try = none_bind_try,
		.links = none_links,
		.tcp_counters = none_tcp_counters,
		.rules = none_rules,
		.talk = none_talk,
		.name_of = none_name_of,
		.user_id = none_user_id,
		.hosts_of = none_hosts_of,
		.file_replace = none_file_replace,
		.host_name = none_text,
		.console = none_console,
		.way_out = none_text,
	};

	return &backend;
}
