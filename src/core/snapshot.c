/*
 * snapshot.c - the lists and the arena behind them.
 *
 * Sockets, holders, processes and links are plain growing arrays; strings live in chunks that never move, so
 * a pointer to a name stays good while the lists grow. Look-ups are binary searches after freeze.
 */
#include <lsports/snapshot.h>

#include <stdlib.h>
#include <string.h>

#include "mem.h"

#define CHUNK_SIZE (64u * 1024)

struct chunk {
	struct chunk *next;
	size_t used, size;
	char bytes[];
};

struct name {
	enum lsp_name_kind kind;
	uint32_t id;
	const char *text;
};

struct host {
	struct lsp_addr addr;
	const char *text;
};

struct lsp_snapshot_own {
	size_t socket_capacity, holder_capacity, process_capacity, link_capacity, link_addr_capacity;
	size_t frozen_processes; /* so many at the front are sorted by pid, each once */
	struct chunk *chunks;
	struct name *names;
	size_t name_count, name_capacity;
	struct host *hosts;
	size_t host_count, host_capacity;
};

struct lsp_snapshot *lsp_snapshot_new(void)
{
	struct lsp_snapshot *snapshot = lsp_alloc(sizeof *snapshot);

	snapshot->own = lsp_alloc(sizeof *snapshot->own);
	return snapshot;
}

void lsp_snapshot_free(struct lsp_snapshot *snapshot)
{
	struct chunk *chunk;

	if (snapshot == NULL)
		return;
	while ((chunk = snapshot->own->chunks) != NULL) {
		snapshot->own->chunks = chunk->next;
		free(chunk);
	}
	free(snapshot->own->names);
	free(snapshot->own->hosts);
	free(snapshot->own);
	free(snapshot->sockets);
	free(snapshot->holders);
	free(snapshot->processes);
	free(snapshot->links);
	free(snapshot->link_addrs);
	free(snapshot);
}

/* Copies len bytes and a NUL behind them; NULL stays NULL. */
static const char *arena_copy(struct lsp_snapshot_own *own, const char *bytes, size_t len)
{
	struct chunk *chunk = own->chunks;
	char *copy;

	if (bytes == NULL)
		return NULL;
	if (chunk == NULL || chunk->size - chunk->used < len + 1) {
		size_t size = len + 1 > CHUNK_SIZE ? len + 1 : CHUNK_SIZE;

		chunk = lsp_realloc_array(NULL, 1, sizeof *chunk + size);
		*chunk = (struct chunk){.next = own->chunks, .size = size};
		own->chunks = chunk;
	}
	copy = chunk->bytes + chunk->used;
	memcpy(copy, bytes, len);
	copy[len] = '\0';
	chunk->used += len + 1;
	return copy;
}

static const char *arena_text(struct lsp_snapshot_own *own, const char *text)
{
	return arena_copy(own, text, text != NULL ? strlen(text) : 0);
}

void lsp_snapshot_add_socket(struct lsp_snapshot *snapshot, const struct lsp_socket *socket)
{
	snapshot->sockets = lsp_grow(snapshot->sockets, snapshot->socket_count, &snapshot->own->socket_capacity,
				     sizeof *snapshot->sockets);
	snapshot->sockets[snapshot->socket_count++] = *socket;
}

void lsp_snapshot_add_holder(struct lsp_snapshot *snapshot, const struct lsp_holder *holder)
{
	snapshot->holders = lsp_grow(snapshot->holders, snapshot->holder_count, &snapshot->own->holder_capacity,
				     sizeof *snapshot->holders);
	snapshot->holders[snapshot->holder_count++] = *holder;
}

static struct lsp_process *frozen_process(const struct lsp_snapshot *snapshot, uint32_t pid)
{
	size_t low = 0, high = snapshot->own->frozen_processes;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (snapshot->processes[middle].pid < pid)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < snapshot->own->frozen_processes && snapshot->processes[low].pid == pid)
		return &snapshot->processes[low];
	return NULL;
}

/* Takes over what another look at the same process knows; of another process with its pid, only that it is gone. */
static void merge_process(struct lsp_process *kept, const struct lsp_process *other)
{
	uint32_t gone = kept->has & LSP_PROCESS_GONE; /* who lost its pid never gets it back */

	if (kept->birth != other->birth)
		gone = LSP_PROCESS_GONE;
	else
		*kept = *other;
	kept->has |= gone;
}

void lsp_snapshot_add_process(struct lsp_snapshot *snapshot, const struct lsp_process *process)
{
	struct lsp_snapshot_own *own = snapshot->own;
	struct lsp_process *known = frozen_process(snapshot, process->pid);
	struct lsp_process copy = *process;

	copy.name = arena_text(own, process->name);
	copy.exe = arena_text(own, process->exe);
	copy.user = arena_text(own, process->user);
	copy.unit = arena_text(own, process->unit);
	copy.dependants = arena_text(own, process->dependants);
	copy.container = arena_text(own, process->container);
	copy.argv = arena_copy(own, process->argv, process->argv_len);
	if (known != NULL) {
		merge_process(known, &copy);
		return;
	}
	snapshot->processes = lsp_grow(snapshot->processes, snapshot->process_count, &own->process_capacity,
				       sizeof *snapshot->processes);
	snapshot->processes[snapshot->process_count++] = copy;
}

void lsp_snapshot_add_link(struct lsp_snapshot *snapshot, const struct lsp_link *link)
{
	struct lsp_snapshot_own *own = snapshot->own;
	struct lsp_link copy = *link;

	copy.name = arena_text(own, link->name);
	copy.kind = arena_text(own, link->kind);
	snapshot->links = lsp_grow(snapshot->links, snapshot->link_count, &own->link_capacity, sizeof copy);
	snapshot->links[snapshot->link_count++] = copy;
}

void lsp_snapshot_add_link_addr(struct lsp_snapshot *snapshot, const struct lsp_link_addr *addr)
{
	snapshot->link_addrs = lsp_grow(snapshot->link_addrs, snapshot->link_addr_count,
					&snapshot->own->link_addr_capacity, sizeof *addr);
	snapshot->link_addrs[snapshot->link_addr_count++] = *addr;
}

void lsp_snapshot_drop_links(struct lsp_snapshot *snapshot)
{
	snapshot->link_count = snapshot->link_addr_count = 0;
}

void lsp_snapshot_add_name(struct lsp_snapshot *snapshot, enum lsp_name_kind kind, uint32_t id, const char *name)
{
	struct lsp_snapshot_own *own = snapshot->own;

	own->names = lsp_grow(own->names, own->name_count, &own->name_capacity, sizeof *own->names);
	own->names[own->name_count++] = (struct name){kind, id, arena_text(own, name)};
}

void lsp_snapshot_add_host(struct lsp_snapshot *snapshot, const struct lsp_addr *addr, const char *name)
{
	struct lsp_snapshot_own *own = snapshot->own;

	own->hosts = lsp_grow(own->hosts, own->host_count, &own->host_capacity, sizeof *own->hosts);
	own->hosts[own->host_count++] = (struct host){*addr, arena_text(own, name)};
}

size_t lsp_snapshot_mark(const struct lsp_snapshot *snapshot)
{
	return snapshot->socket_count;
}

void lsp_snapshot_rollback(struct lsp_snapshot *snapshot, size_t mark)
{
	if (mark < snapshot->socket_count)
		snapshot->socket_count = mark;
}

void lsp_snapshot_keep(struct lsp_snapshot *snapshot, bool (*keep)(const struct lsp_socket *socket, const void *arg),
		       const void *arg)
{
	size_t kept = 0, i;

	for (i = 0; i < snapshot->socket_count; i++) {
		if (!keep(&snapshot->sockets[i], arg))
			continue;
		if (kept != i)
			snapshot->sockets[kept] = snapshot->sockets[i];
		kept++;
	}
	snapshot->socket_count = kept;
}

bool lsp_snapshot_is_blind(const struct lsp_snapshot *snapshot)
{
	return snapshot->blind > 0 ||
	       (snapshot->notes & (LSP_NOTE_NO_HOLDERS | LSP_NOTE_HIDEPID | LSP_NOTE_OTHER_PIDNS |
				    LSP_NOTE_BROKEN_OFF)) != 0;
}

static int holder_cmp(const void *a, const void *b)
{
	const struct lsp_holder *x = a, *y = b;

	if (x->key != y->key)
		return (x->key > y->key) - (x->key < y->key);
	if (x->pid != y->pid)
		return (x->pid > y->pid) - (x->pid < y->pid);
	return (x->fd > y->fd) - (x->fd < y->fd);
}

static int process_cmp(const void *a, const void *b)
{
	const struct lsp_process *x = a, *y = b;

	return (x->pid > y->pid) - (x->pid < y->pid);
}

static void freeze_holders(struct lsp_snapshot *snapshot)
{
	struct lsp_holder *holders = snapshot->holders;
	size_t kept = 0, i;

	if (snapshot->holder_count > 1)
		qsort(holders, snapshot->holder_count, sizeof *holders, holder_cmp);
	for (i = 0; i < snapshot->holder_count; i++) {
		if (kept == 0 || holder_cmp(&holders[kept - 1], &holders[i]) != 0)
			holders[kept++] = holders[i];
	}
	snapshot->holder_count = kept;
}

static void freeze_processes(struct lsp_snapshot *snapshot)
{
	struct lsp_process *processes = snapshot->processes;
	size_t kept = 0, i;

	if (snapshot->process_count > 1)
		qsort(processes, snapshot->process_count, sizeof *processes, process_cmp);
	for (i = 0; i < snapshot->process_count; i++) {
		if (kept > 0 && processes[kept - 1].pid == processes[i].pid)
			merge_process(&processes[kept - 1], &processes[i]);
		else
			processes[kept++] = processes[i];
	}
	snapshot->process_count = kept;
	snapshot->own->frozen_processes = kept;
}

static int link_cmp(const void *a, const void *b)
{
	const struct lsp_link *x = a, *y = b;

	return (x->index > y->index) - (x->index < y->index);
}

static int link_addr_cmp(const void *a, const void *b)
{
	const struct lsp_link_addr *x = a, *y = b;
	int order = lsp_addr_cmp(&x->addr, &y->addr);

	return order != 0 ? order : (x->link > y->link) - (x->link < y->link);
}

static struct lsp_link *find_link(const struct lsp_snapshot *snapshot, uint32_t index)
{
	const struct lsp_link wanted = {.index = index};

	if (snapshot->link_count == 0)
		return NULL;
	return bsearch(&wanted, snapshot->links, snapshot->link_count, sizeof wanted, link_cmp);
}

static void freeze_links(struct lsp_snapshot *snapshot)
{
	size_t i;

	if (snapshot->link_count > 1)
		qsort(snapshot->links, snapshot->link_count, sizeof *snapshot->links, link_cmp);
	if (snapshot->link_addr_count > 1)
		qsort(snapshot->link_addrs, snapshot->link_addr_count, sizeof *snapshot->link_addrs, link_addr_cmp);
	for (i = 0; i < snapshot->link_addr_count; i++) {
		const struct lsp_link_addr *addr = &snapshot->link_addrs[i];
		struct lsp_link *link = find_link(snapshot, addr->link);

		if (link != NULL)
			link->is |= addr->addr.family == LSP_INET4 ? LSP_LINK_HAS_INET4 : LSP_LINK_HAS_INET6;
	}
}

void lsp_snapshot_freeze(struct lsp_snapshot *snapshot)
{
	freeze_holders(snapshot);
	freeze_processes(snapshot);
	freeze_links(snapshot);
}

const struct lsp_holder *lsp_snapshot_holders_of(const struct lsp_snapshot *snapshot, uint64_t key, size_t *ret_count)
{
	const struct lsp_holder *holders = snapshot->holders;
	size_t low = 0, high = snapshot->holder_count, end;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (holders[middle].key < key)
			low = middle + 1;
		else
			high = middle;
	}
	for (end = low; end < snapshot->holder_count && holders[end].key == key;)
		end++;
	*ret_count = end - low;
	return end > low ? &holders[low] : NULL;
}

const struct lsp_process *lsp_snapshot_process(const struct lsp_snapshot *snapshot, uint32_t pid)
{
	return frozen_process(snapshot, pid);
}

const struct lsp_link *lsp_snapshot_link(const struct lsp_snapshot *snapshot, uint32_t index)
{
	return find_link(snapshot, index);
}

const char *lsp_snapshot_name(const struct lsp_snapshot *snapshot, enum lsp_name_kind kind, uint32_t id)
{
	const struct lsp_snapshot_own *own = snapshot->own;
	size_t i;

	for (i = 0; i < own->name_count; i++) { /* a handful of accounts and devices */
		if (own->names[i].id == id && own->names[i].kind == kind)
			return own->names[i].text;
	}
	return NULL;
}

const char *lsp_snapshot_host(const struct lsp_snapshot *snapshot, const struct lsp_addr *addr)
{
	const struct lsp_snapshot_own *own = snapshot->own;
	size_t i;

	for (i = 0; i < own->host_count; i++) {
		if (lsp_addr_cmp(&own->hosts[i].addr, addr) == 0)
			return own->hosts[i].text;
	}
	return NULL;
}
