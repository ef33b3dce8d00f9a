/*
 * backend.c - Linux as a backend: sock_diag first; where it is not there or not allowed, /proc/net.
 */
#include "linux.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static int open_proc(void)
{
	return open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
}

/* One protocol. Torn and broken answers are said, never papered over with the other source. */
static enum lsp_err read_proto(struct lsp_snapshot *snapshot, enum lsp_proto proto, const struct lsp_hint *hint,
			       struct lsp_fault *ret_fault)
{
	struct lsp_fault second;
	enum lsp_err err = lsp_diag_read(snapshot, proto, hint, ret_fault);
	int procfd;

	if (err != LSP_UNSUPPORTED && err != LSP_DENIED)
		return err;
	procfd = open_proc();
	if (procfd < 0)
		return err;
	if (lsp_procnet_read(procfd, snapshot, proto, &second) == LSP_OK) {
		if (proto == LSP_TCP && (hint->states & LSP_STATE_BIT(LSP_BOUND)) != 0)
			snapshot->notes |= LSP_NOTE_NO_BOUND;
		err = LSP_OK;
	} /* else the first refusal says more than the second */
	close(procfd);
	return err;
}

static enum lsp_err linux_sockets(struct lsp_snapshot *snapshot, const struct lsp_hint *hint,
				  struct lsp_fault *ret_fault)
{
	size_t mark = lsp_snapshot_mark(snapshot);
	enum lsp_err err = LSP_OK;

	if ((hint->protos & LSP_PROTO_BIT(LSP_TCP)) != 0)
		err = read_proto(snapshot, LSP_TCP, hint, ret_fault);
	if (err == LSP_OK && (hint->protos & LSP_PROTO_BIT(LSP_UDP)) != 0)
		err = read_proto(snapshot, LSP_UDP, hint, ret_fault);
	if (err != LSP_OK)
		lsp_snapshot_rollback(snapshot, mark); /* half an answer is none */
	return err;
}

static enum lsp_err linux_holders(struct lsp_snapshot *snapshot, const uint64_t *keys, size_t key_count,
				  unsigned want, struct lsp_fault *ret_fault)
{
	int procfd = open_proc();
	enum lsp_err err;

	if (procfd < 0 && errno != ENOENT && errno != ENOTDIR)
		return lsp_linux_fault(ret_fault, "/proc", errno);
	if (procfd < 0) {
		snapshot->notes |= LSP_NOTE_NO_HOLDERS;
		return lsp_linux_fault(ret_fault, "/proc", ENOSYS);
	}
	err = lsp_procfd_read(procfd, snapshot, keys, key_count, want, ret_fault);
	close(procfd);
	return err;
}

static enum lsp_err linux_process(struct lsp_snapshot *snapshot, uint32_t pid, unsigned want,
				  struct lsp_fault *ret_fault)
{
	int procfd = open_proc();
	enum lsp_err err;

	if (procfd < 0)
		return lsp_linux_fault(ret_fault, "/proc", errno);
	err = lsp_process_add(procfd, snapshot, pid, want, ret_fault);
	close(procfd);
	return err;
}

static enum lsp_err linux_sockets_elsewhere(struct lsp_snapshot *snapshot, const struct lsp_hint *hint,
					    struct lsp_fault *ret_fault)
{
	int procfd = open_proc();
	enum lsp_err err;

	if (procfd < 0)
		return lsp_linux_fault(ret_fault, "/proc", errno);
	err = lsp_elsewhere_read(procfd, snapshot, hint, ret_fault);
	close(procfd);
	return err;
}

/* Documentation/networking/vrf.rst: whether sockets without a device hear what comes in through a VRF. */
static void read_vrf_open(struct lsp_snapshot *snapshot)
{
	static const struct {
		const char *path;
		enum lsp_proto proto;
	} switches[] = {{"sys/net/ipv4/tcp_l3mdev_accept", LSP_TCP}, {"sys/net/ipv4/udp_l3mdev_accept", LSP_UDP}};
	int procfd = open_proc();
	size_t i;

	for (i = 0; procfd >= 0 && i < sizeof switches / sizeof *switches; i++) {
		char value;

		if (lsp_file_read(procfd, switches[i].path, &value, 1) == 1 && value != '0')
			snapshot->vrf_open |= LSP_PROTO_BIT(switches[i].proto);
	}
	if (procfd >= 0)
		close(procfd);
}

static enum lsp_err linux_links(struct lsp_snapshot *snapshot, struct lsp_fault *ret_fault)
{
	enum lsp_err err = lsp_rtnl_read(snapshot, ret_fault);
	size_t i;

	for (i = 0; i < snapshot->link_count; i++) {
		if ((snapshot->links[i].is & LSP_LINK_VRF) == 0)
			continue;
		read_vrf_open(snapshot);
		break;
	}
	return err;
}

static void linux_tcp_counters(struct lsp_tcp_counters *ret_counters)
{
	int procfd = open_proc();

	*ret_counters = (struct lsp_tcp_counters){.has = 0};
	if (procfd < 0)
		return;
	lsp_counters_read(procfd, ret_counters);
	close(procfd);
}

static void linux_rules(struct lsp_rules *ret_rules)
{
	int procfd = open_proc();

	*ret_rules = (struct lsp_rules){.has = 0};
	if (procfd >= 0) {
		lsp_rules_read(procfd, ret_rules);
		close(procfd);
	}
	ret_rules->uid = geteuid();
	ret_rules->has |= LSP_RULES_UID | (lsp_rules_may_privileged() ? LSP_RULES_MAY_PRIVILEGED : 0);
}

const struct lsp_backend *lsp_backend_native(void)
{
	static const struct lsp_backend backend = {
		.name = "linux",
		.sockets = linux_sockets,
		.holders = linux_holders,
		.process = linux_process,
		.grip = lsp_pidfd_grip,
		.grip_is_sure = lsp_pidfd_is_sure,
		.grip_holds = lsp_pidfd_holds,
		.grip_end = lsp_pidfd_end,
		.grip_ended = lsp_pidfd_ended,
		.grip_release = lsp_pidfd_release,
		.signal_of = lsp_pidfd_signal_of,
		.self = lsp_system_self,
		.pause = lsp_system_pause,
		.now_ms = lsp_system_now_ms,
		.sockets_elsewhere = linux_sockets_elsewhere,
		.bind_try = lsp_bind_try,
		.links = linux_links,
		.tcp_counters = linux_tcp_counters,
		.rules = linux_rules,
		.talk = lsp_talk,
		.name_of = lsp_system_name_of,
		.user_id = lsp_system_user_id,
		.hosts_of = lsp_resolve_hosts,
		.file_replace = lsp_file_replace,
		.host_name = lsp_system_host_name,
		.console = lsp_system_console,
		.way_out = lsp_system_way_out,
	};

	return &backend;
}
