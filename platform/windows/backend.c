/*
 * backend.c - Windows as a backend: the tables of iphlpapi, joined to processes by their pids.
 */
#include "iptable_read.h"
#include "process_read.h"
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

/* There is one network namespace; the machines of WSL 2 and Hyper-V are machines of their own. */
static enum lsp_err windows_sockets_elsewhere(struct lsp_snapshot *snapshot, const struct lsp_hint *hint,
					      struct lsp_fault *ret_fault)
{
	(void)snapshot;
	(void)hint;
	(void)ret_fault;
	return LSP_OK;
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
		.addresses = lsp_links_addresses,
		.name_of = lsp_system_name_of,
		.user_id = NULL, /* accounts have names and SIDs */
		.hosts_of = lsp_resolve_hosts,
		.host_name = lsp_system_host_name,
		.console = lsp_system_console,
		.way_out = lsp_system_way_out,
	};

	return &backend;
}
