/*
 * backend.c - Windows as a backend: the tables of iphlpapi, joined to processes by their pids.
 */
#include "win.h"

static enum lsp_err unsupported(struct lsp_fault *ret_fault, const char *op)
{
	*ret_fault = (struct lsp_fault){
		.err = LSP_UNSUPPORTED, .op = op, .detail = "not done on Windows yet"};
	return LSP_UNSUPPORTED;
}

static enum lsp_err windows_sockets(struct lsp_snapshot *snapshot, const struct lsp_hint *hint,
				 struct lsp_fault *ret_fault)
{
	(void)snapshot;
	(void)hint;
	return unsupported(ret_fault, "list of sockets");
}

static enum lsp_err windows_holders(struct lsp_snapshot *snapshot, const uint64_t *keys, size_t key_count,
				 unsigned want, struct lsp_fault *ret_fault)
{
	(void)keys;
	(void)key_count;
	(void)want;
	snapshot->notes |= LSP_NOTE_NO_HOLDERS;
	return unsupported(ret_fault, "list of processes");
}

static enum lsp_err windows_process(struct lsp_snapshot *snapshot, uint32_t pid, unsigned want,
				 struct lsp_fault *ret_fault)
{
	(void)snapshot;
	(void)pid;
	(void)want;
	return unsupported(ret_fault, "process");
}

static enum lsp_err windows_grip(uint32_t pid, uint64_t birth, struct lsp_grip **ret_grip, struct lsp_fault *ret_fault)
{
	(void)pid;
	(void)birth;
	(void)ret_grip;
	return unsupported(ret_fault, "end of a process");
}

/* There is no grip, so nobody asks these. */
static bool windows_grip_is_sure(const struct lsp_grip *grip)
{
	(void)grip;
	return false;
}

static enum lsp_err windows_grip_holds(const struct lsp_grip *grip, const uint64_t *keys, size_t key_count,
				    struct lsp_fault *ret_fault)
{
	(void)grip;
	(void)keys;
	(void)key_count;
	return unsupported(ret_fault, "end of a process");
}

static enum lsp_err windows_grip_end(const struct lsp_grip *grip, int signal, struct lsp_fault *ret_fault)
{
	(void)grip;
	(void)signal;
	return unsupported(ret_fault, "end of a process");
}

static bool windows_grip_ended(const struct lsp_grip *grip, unsigned limit_ms)
{
	(void)grip;
	(void)limit_ms;
	return false;
}

static void windows_grip_release(struct lsp_grip *grip)
{
	(void)grip;
}

static bool windows_signal_of(const char *name, int *ret_signal)
{
	(void)name;
	(void)ret_signal;
	return false;
}

static enum lsp_err windows_sockets_elsewhere(struct lsp_snapshot *snapshot, const struct lsp_hint *hint,
					   struct lsp_fault *ret_fault)
{
	(void)hint;
	snapshot->notes |= LSP_NOTE_UNSEEN_NAMESPACES;
	return unsupported(ret_fault, "network namespaces");
}

static enum lsp_err windows_bind_try(enum lsp_proto proto, const struct lsp_addr *addr, uint16_t port, enum lsp_way way,
				  struct lsp_fault *ret_fault)
{
	(void)proto;
	(void)addr;
	(void)port;
	(void)way;
	return unsupported(ret_fault, "binding of ports");
}

static void windows_rules(struct lsp_rules *ret_rules)
{
	*ret_rules = (struct lsp_rules){.has = 0};
}

static size_t windows_addresses(struct lsp_addr *ret_addrs, size_t max)
{
	(void)ret_addrs;
	(void)max;
	return 0;
}

static void windows_name_of(struct lsp_snapshot *snapshot, enum lsp_name_kind kind, uint32_t id)
{
	(void)snapshot;
	(void)kind;
	(void)id;
}

static bool windows_user_id(const char *name, uint32_t *ret_uid)
{
	(void)name;
	(void)ret_uid;
	return false;
}

static void windows_hosts_of(struct lsp_snapshot *snapshot, const struct lsp_addr *addrs, size_t count, unsigned limit_ms)
{
	(void)snapshot;
	(void)addrs;
	(void)count;
	(void)limit_ms;
}

static void windows_text(char *ret_text, size_t size)
{
	if (size > 0)
		ret_text[0] = '\0';
}

static void windows_port_ranges(struct lsp_port_ranges *ret_ranges)
{
	*ret_ranges = (struct lsp_port_ranges){.has = 0};
}

static void windows_console(struct lsp_console *ret_console)
{
	*ret_console = (struct lsp_console){.is_terminal = false};
}

const struct lsp_backend *lsp_backend_native(void)
{
	static const struct lsp_backend backend = {
		.name = "windows",
		.sockets = windows_sockets,
		.holders = windows_holders,
		.process = windows_process,
		.grip = windows_grip,
		.grip_is_sure = windows_grip_is_sure,
		.grip_holds = windows_grip_holds,
		.grip_end = windows_grip_end,
		.grip_ended = windows_grip_ended,
		.grip_release = windows_grip_release,
		.signal_of = windows_signal_of,
		.self = lsp_system_self,
		.pause = lsp_system_pause,
		.now_ms = lsp_system_now_ms,
		.sockets_elsewhere = windows_sockets_elsewhere,
		.bind_try = windows_bind_try,
		.rules = windows_rules,
		.addresses = windows_addresses,
		.name_of = windows_name_of,
		.user_id = windows_user_id,
		.hosts_of = windows_hosts_of,
		.port_ranges = windows_port_ranges,
		.host_name = windows_text,
		.console = windows_console,
		.way_out = windows_text,
	};

	return &backend;
}
