/*
 * look.c - see look.h.
 */
#include "look.h"

#include <stdlib.h>

#include "core/mem.h"

#define RESOLVE_LIMIT_MS 2000
#define RESOLVE_HOSTS_MAX 1000 /* more names than anybody reads, and than a name server answers in time */

static struct lsp_hint hint_of(const struct lsp_need *need, struct lsp_port_range **ret_ranges)
{
	const struct lsp_select *select = need->select;
	struct lsp_hint hint = {
		.protos = select->protos, .states = select->states | select->udp_states, .heard = need->heard};
	unsigned named = 0;
	size_t i;

	*ret_ranges = NULL;
	if (select->port_count == 0)
		return hint;
	*ret_ranges = lsp_realloc_array(NULL, select->port_count, sizeof **ret_ranges);
	for (i = 0; i < select->port_count; i++) {
		(*ret_ranges)[i] = (struct lsp_port_range){select->ports[i].low, select->ports[i].high};
		named |= select->ports[i].protos;
	}
	hint.protos &= named;
	hint.ports = *ret_ranges;
	hint.port_count = select->port_count;
	return hint;
}

struct wanted {
	const struct lsp_need *need;
	const struct lsp_snapshot *links; /* has them */
};

static bool keep_wanted(const struct lsp_socket *socket, const void *arg)
{
	const struct wanted *wanted = arg;
	const struct lsp_need *need = wanted->need;

	if (need->has_uid && ((socket->has & LSP_HAS_UID) == 0 || socket->uid != need->uid))
		return false;
	if (!lsp_select_socket(socket, need->select))
		return false;
	return need->scopes == 0 || (need->scopes & LSP_SCOPE_BIT(lsp_scope_of_socket(wanted->links, socket))) != 0;
}

static enum lsp_err read_sockets(const struct lsp_backend *backend, const struct lsp_need *need,
				 const struct lsp_snapshot *links, struct lsp_snapshot *snapshot,
				 struct lsp_fault *ret_fault)
{
	const struct wanted wanted = {need, links};
	struct lsp_port_range *ranges;
	struct lsp_hint hint = hint_of(need, &ranges);
	enum lsp_err err = backend->sockets(snapshot, &hint, ret_fault);

	free(ranges);
	if (err == LSP_OK)
		lsp_snapshot_keep(snapshot, keep_wanted, &wanted);
	return err;
}

/* The keys of sockets that have one, and, when unheld is set, that nobody was found to hold. */
static size_t collect_keys(const struct lsp_snapshot *snapshot, bool unheld, uint64_t **ret_keys)
{
	uint64_t *keys = lsp_realloc_array(NULL, snapshot->socket_count, sizeof *keys);
	size_t count = 0, held, i;

	for (i = 0; i < snapshot->socket_count; i++) {
		const struct lsp_socket *socket = &snapshot->sockets[i];

		if ((socket->has & LSP_HAS_KEY) == 0 || socket->gone)
			continue;
		if (unheld && lsp_snapshot_holders_of(snapshot, socket->key, &held) != NULL)
			continue;
		keys[count++] = socket->key;
	}
	*ret_keys = keys;
	return count;
}

static int by_key(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* Sockets without a holder that a second reading does not find any more were closed while we looked. */
static void mark_gone(struct lsp_snapshot *snapshot, const struct lsp_snapshot *again)
{
	uint64_t *keys;
	size_t count = collect_keys(again, false, &keys), held, i;

	qsort(keys, count, sizeof *keys, by_key);
	for (i = 0; i < snapshot->socket_count; i++) {
		struct lsp_socket *socket = &snapshot->sockets[i];

		if ((socket->has & LSP_HAS_KEY) != 0 && lsp_snapshot_holders_of(snapshot, socket->key, &held) == NULL)
			socket->gone = bsearch(&socket->key, keys, count, sizeof *keys, by_key) == NULL;
	}
	free(keys);
}

/* A failure is in the notes. */
static void read_holders(const struct lsp_backend *backend, const struct lsp_need *need, struct lsp_snapshot *snapshot,
			 const uint64_t *keys, size_t count)
{
	struct lsp_fault fault;

	if (count > 0 && backend->holders(snapshot, keys, count, need->want, &fault) != LSP_OK)
		snapshot->notes |= (snapshot->notes & LSP_NOTE_NO_HOLDERS) != 0 ? 0 : LSP_NOTE_BROKEN_OFF;
	lsp_snapshot_freeze(snapshot);
}

/* Some sockets have no holder: closed meanwhile, passed on behind our back, hidden, or the kernel's own. What a second
 * reading does not find any more is gone. When we saw every process, "the kernel's" is only said after a second walk. */
static void look_again(const struct lsp_backend *backend, const struct lsp_need *need, struct lsp_snapshot *snapshot)
{
	struct lsp_snapshot *again = lsp_snapshot_new();
	struct lsp_fault fault;
	uint64_t *keys;
	size_t count;

	if (read_sockets(backend, need, snapshot, again, &fault) == LSP_OK)
		mark_gone(snapshot, again);
	lsp_snapshot_free(again);
	if (lsp_snapshot_is_blind(snapshot))
		return;
	count = collect_keys(snapshot, true, &keys);
	read_holders(backend, need, snapshot, keys, count);
	free(keys);
}

static void find_holders(const struct lsp_backend *backend, const struct lsp_need *need, struct lsp_snapshot *snapshot)
{
	uint64_t *keys;
	size_t count = collect_keys(snapshot, false, &keys);

	read_holders(backend, need, snapshot, keys, count);
	free(keys);
	count = collect_keys(snapshot, true, &keys);
	free(keys);
	if (count > 0 && (snapshot->notes & LSP_NOTE_NO_HOLDERS) == 0)
		look_again(backend, need, snapshot);
}

/* Numbers that were asked for; most neighbours have the same, and many systems have accounts without a name. */
struct asked {
	uint32_t *ids;
	size_t count, capacity;
	uint32_t last;
};

static void name_once(const struct lsp_backend *backend, struct lsp_snapshot *snapshot, enum lsp_name_kind kind,
		      uint32_t id, struct asked *asked)
{
	size_t i;

	if (asked->count > 0 && asked->last == id)
		return;
	asked->last = id;
	for (i = 0; i < asked->count; i++) {
		if (asked->ids[i] == id)
			return;
	}
	asked->ids = lsp_grow(asked->ids, asked->count, &asked->capacity, sizeof *asked->ids);
	asked->ids[asked->count++] = id;
	backend->name_of(snapshot, kind, id);
}

static void read_names(const struct lsp_backend *backend, const struct lsp_need *need, struct lsp_snapshot *snapshot)
{
	struct asked users = {.ids = NULL}, devices = {.ids = NULL};
	size_t i;

	for (i = 0; i < snapshot->socket_count; i++) {
		const struct lsp_socket *socket = &snapshot->sockets[i];

		if (need->users && (socket->has & LSP_HAS_UID) != 0)
			name_once(backend, snapshot, LSP_NAME_USER, socket->uid, &users);
		if (need->interfaces && (socket->has & LSP_HAS_IFINDEX) != 0)
			name_once(backend, snapshot, LSP_NAME_INTERFACE, socket->ifindex, &devices);
	}
	for (i = 0; need->users && i < snapshot->process_count; i++) {
		if ((snapshot->processes[i].has & LSP_PROCESS_HAS_UID) != 0)
			name_once(backend, snapshot, LSP_NAME_USER, snapshot->processes[i].uid, &users);
	}
	free(users.ids);
	free(devices.ids);
}

static int by_address(const void *a, const void *b)
{
	return lsp_addr_cmp(a, b);
}

static void read_hosts(const struct lsp_backend *backend, struct lsp_snapshot *snapshot)
{
	struct lsp_addr *addrs = lsp_realloc_array(NULL, 2 * snapshot->socket_count, sizeof *addrs);
	size_t count = 0, kept = 0, i;

	for (i = 0; i < snapshot->socket_count; i++) {
		if (!lsp_addr_is_any(&snapshot->sockets[i].local))
			addrs[count++] = snapshot->sockets[i].local;
		if ((snapshot->sockets[i].has & LSP_HAS_PEER) != 0)
			addrs[count++] = snapshot->sockets[i].peer;
	}
	qsort(addrs, count, sizeof *addrs, by_address);
	for (i = 0; i < count && kept < RESOLVE_HOSTS_MAX; i++) {
		if (kept == 0 || lsp_addr_cmp(&addrs[kept - 1], &addrs[i]) != 0)
			addrs[kept++] = addrs[i];
	}
	backend->hosts_of(snapshot, addrs, kept, RESOLVE_LIMIT_MS);
	free(addrs);
}

enum lsp_err lsp_look(const struct lsp_backend *backend, const struct lsp_need *need,
		      struct lsp_snapshot **ret_snapshot, struct lsp_fault *ret_fault)
{
	struct lsp_snapshot *snapshot = lsp_snapshot_new();
	enum lsp_err err;

	if (need->links && backend->links(snapshot, ret_fault) == LSP_OK)
		lsp_snapshot_freeze(snapshot); /* a failure is in the notes */
	err = read_sockets(backend, need, snapshot, snapshot, ret_fault);
	if (err != LSP_OK) {
		lsp_snapshot_free(snapshot);
		return err;
	}
	if (need->holders)
		find_holders(backend, need, snapshot);
	read_names(backend, need, snapshot);
	if (need->hosts)
		read_hosts(backend, snapshot);
	*ret_snapshot = snapshot;
	return LSP_OK;
}
