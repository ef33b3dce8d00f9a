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

static enum lsp_err windows_sockets_elsewhere(struct lsp_snapshot *snapshot, const struct lsp_hint *hint,
					   struct lsp_fault *ret_fault)
{
	(void)hint;
	snapshot->notes |= LSP_NOTE_UNSEEN_NAMESPACES;
	return unsupported(ret_fault, "network namespaces");
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

static void windows_console(struct lsp_console *ret_console)
{
	*ret_console = (struct lsp_console){.is_terminal = false};
}

const struct lsp_backend *lsp_backend_native(void)
{
	static const struct lsp_backend backend = {
		.name = "windows",
		.dialect = LSP_DIALECT_WINDOWS,
		.sockets = windows_sockets,
		.holders = windows_holders,
		.process = windows_process,
		.grip = lsp_terminate_grip,
		.grip_is_sure = lsp_terminate_is_sure,
		.grip_holds = lsp_terminate_holds,
		.grip_end = lsp_terminate_end,
		.grip_ended = lsp_terminate_ended,
		.grip_release = lsp_terminate_release,
		.signal_of = lsp_terminate_signal_of,
		.self = lsp_system_self,
		.pause = lsp_system_pause,
		.now_ms = lsp_system_now_ms,
		.sockets_elsewhere = windows_sockets_elsewhere,
		.bind_try = lsp_bind_try,
		.rules = lsp_rules,
		.links = lsp_links_read,
		.addresses = lsp_links_addresses,
		.name_of = windows_name_of,
		.user_id = windows_user_id,
		.hosts_of = windows_hosts_of,
		.host_name = windows_text,
		.console = windows_console,
		.way_out = windows_text,
	};

	return &backend;
}
