/*
 * backend.c - Windows as a backend: the tables of iphlpapi, joined to processes by their pids.
 */
#include "iptable_read.h"
#include "process_read.h"
#include "win.h"

static enum lsp_err windows_sockets(struct lsp_snapshot *snapshot, const struct lsp_hint *hint,
				    struct lsp_fault *ret_fault)
{
	snapshot->notes |= LSP_NOTE_OWN_KEYS;
	return lsp_iptable_read(&lsp_iptable_native, snapshot, hint, ret_fault);
}

static enum lsp_err windows_holders(struct lsp_snapshot *snapshot, const uint64_t *keys, size_t key_count,
				    unsigned want, struct lsp_fault *ret_fault)
{
	struct lsp_process_calls calls;
	struct lsp_process_native *native = lsp_process_native_open(&calls);
	enum lsp_err err;

	if (native == NULL)
		return lsp_windows_fault(ret_fault, "list of processes", LSP_WIN_NOT_ENOUGH_MEMORY);
	err = lsp_process_holders(&calls, &lsp_iptable_native, snapshot, keys, key_count, want, ret_fault);
	lsp_process_native_close(native);
	return err;
}

static enum lsp_err windows_process(struct lsp_snapshot *snapshot, uint32_t pid, unsigned want,
				    struct lsp_fault *ret_fault)
{
	struct lsp_process_calls calls;
	struct lsp_process_native *native = lsp_process_native_open(&calls);
	enum lsp_err err;

	if (native == NULL)
		return lsp_windows_fault(ret_fault, "process", LSP_WIN_NOT_ENOUGH_MEMORY);
	err = lsp_process_add(&calls, snapshot, pid, want, ret_fault);
	lsp_process_native_close(native);
	return err;
}

/* There is one network namespace; the machines of WSL 2 and Hyper-V are machines of their own. */
static enum lsp_err windows_sockets_elsewhere(struct lsp_snapshot *snapshot, const struct lsp_hint *hint,
					      struct lsp_fault *ret_fault)
{
	(void)snapshot;
	(void)hint;
	(void)ret_fault;
	return LSP_OK;
}

/* Of the queues of listeners Windows counts nothing; the rest is counted per family and state alone. */
static void windows_tcp_counters(struct lsp_tcp_counters *ret_counters)
{
	*ret_counters = (struct lsp_tcp_counters){.has = 0};
}

static enum lsp_err windows_talk(struct lsp_talk *talks, size_t count, unsigned limit_ms, struct lsp_fault *ret_fault)
{
	(void)talks;
	(void)count;
	(void)limit_ms;
	*ret_fault = (struct lsp_fault){
		.err = LSP_UNSUPPORTED, .op = "talk to listeners", .detail = "lsports does not ask listeners on Windows yet"};
	return LSP_UNSUPPORTED;
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
		.tcp_counters = windows_tcp_counters,
		.rules = lsp_rules,
		.links = lsp_links_read,
		.talk = windows_talk,
		.name_of = lsp_system_name_of,
		.user_id = NULL, /* accounts have names and SIDs */
		.hosts_of = lsp_resolve_hosts,
		.file_replace = lsp_file_replace,
		.host_name = lsp_system_host_name,
		.console = lsp_system_console,
		.way_out = lsp_system_way_out,
	};

	return &backend;
}
