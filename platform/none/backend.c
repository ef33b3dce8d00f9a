/*
 * backend.c - a system that answers nothing: the contract of a backend, written as code.
 *
 * Built in CI, so that the rest of lsports stays free of any system; and where a port to a new system begins.
 */
#include <lsports/backend.h>

static enum lsp_err unsupported(struct lsp_fault *ret_fault, const char *op)
{
	*ret_fault = (struct lsp_fault){
		.err = LSP_UNSUPPORTED, .op = op, .detail = "lsports has no backend for this operating system"};
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
		.name_of = none_name_of,
		.user_id = none_user_id,
		.hosts_of = none_hosts_of,
		.host_name = none_text,
		.console = none_console,
		.way_out = none_text,
	};

	return &backend;
}
