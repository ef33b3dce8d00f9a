/*
 * filter.c - see filter.h. Pure.
 */
#include "filter.h"

#include <string.h>

bool lsp_endpoint_matches(const struct lsp_endpoint *endpoint, const struct lsp_socket *socket)
{
	struct lsp_addr local;

	if (socket->local_port < endpoint->low || socket->local_port > endpoint->high)
		return false;
	if ((endpoint->protos & LSP_PROTO_BIT(socket->proto)) == 0)
		return false;
	if (endpoint->ifindex != 0 &&
	    ((socket->has & LSP_HAS_IFINDEX) != 0 ? socket->ifindex : socket->local.scope) != endpoint->ifindex)
		return false;
	switch (endpoint->where) {
	case LSP_AT_WILDCARD:
		return lsp_addr_is_any(&socket->local);
	case LSP_AT_ADDRESS:
		local = lsp_addr_unmap(&socket->local);
		return local.family == endpoint->addr.family && memcmp(local.bytes, endpoint->addr.bytes, 16) == 0;
	default:
		return true;
	}
}

static bool peer_matches(const struct lsp_peer *peer, const struct lsp_socket *socket)
{
	if ((socket->has & LSP_HAS_PEER) == 0)
		return false;
	if (peer->port != 0 && peer->port != socket->peer_port)
		return false;
	return peer->net.family == LSP_FAMILY_NONE || lsp_addr_within(&socket->peer, &peer->net, peer->bits);
}

bool lsp_select_socket(const struct lsp_socket *socket, const void *arg)
{
	const struct lsp_select *select = arg;
	unsigned family = socket->local.family == LSP_INET4 ? LSP_FAMILY_BIT_4 : LSP_FAMILY_BIT_6;
	unsigned states = socket->proto == LSP_UDP ? select->udp_states : select->states;
	size_t i;

	if ((select->protos & LSP_PROTO_BIT(socket->proto)) == 0 || (select->families & family) == 0)
		return false;
	if ((states & LSP_STATE_BIT(socket->state)) == 0)
		return false;
	if (select->has_peer && !peer_matches(&select->peer, socket))
		return false;
	for (i = 0; i < select->port_count; i++) {
		if (lsp_endpoint_matches(&select->ports[i], socket))
			return true;
	}
	return select->port_count == 0;
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool same_word(const char *a, const char *b)
{
	while (*a != '\0' && lower(*a) == lower(*b)) {
		a++;
		b++;
	}
	return *a == *b;
}

/* "node" is "node.exe", as everybody types it. */
static bool same_program(const char *file, const char *word)
{
	while (*word != '\0' && lower(*file) == lower(*word)) {
		file++;
		word++;
	}
	return *word == '\0' && (*file == '\0' || same_word(file, ".exe"));
}

static bool has_name(const struct lsp_process *process, const char *name)
{
	const char *file;

	if (process->name != NULL && same_program(process->name, name))
		return true;
	if ((process->has & LSP_PROCESS_IS_SERVICE) != 0 && process->unit != NULL && same_word(process->unit, name))
		return true;
	if (process->exe == NULL)
		return false;
	file = strrchr(process->exe, process->exe[0] == '/' ? '/' : '\\');
	return same_program(file != NULL ? file + 1 : process->exe, name);
}

static bool has_user(const struct lsp_process *process, const char *user)
{
	const char *account = process->user != NULL ? strrchr(process->user, '\\') : NULL;

	return process->user != NULL &&
	       (same_word(process->user, user) || (account != NULL && same_word(account + 1, user)));
}

static bool process_matches(const struct lsp_snapshot *snapshot, uint32_t pid, const struct lsp_process_match *match)
{
	const struct lsp_process *process = lsp_snapshot_process(snapshot, pid);

	bool is_asked = (match->has_pid && match->pid == pid) ||
			(match->name != NULL && process != NULL && has_name(process, match->name));

	if ((match->has_pid || match->name != NULL) && !is_asked)
		return false;
	return match->user == NULL || (process != NULL && has_user(process, match->user));
}

size_t lsp_keep_rows_of(const struct lsp_snapshot *snapshot, const struct lsp_process_match *match, struct lsp_row *rows,
			size_t count)
{
	size_t kept = 0, i;
	uint32_t j;

	for (i = 0; i < count; i++) {
		for (j = 0; j < rows[i].holder_count; j++) {
			if (process_matches(snapshot, rows[i].holders[j].pid, match)) {
				rows[kept++] = rows[i];
				break;
			}
		}
	}
	return kept;
}
