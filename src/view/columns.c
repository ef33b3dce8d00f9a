/*
 * columns.c - every column once: its names, its place and the function that gives its value.
 *
 * What a value looks like is not decided here; see cell.c and json.c.
 */
#include "columns.h"

#include <string.h>

#include <lsports/backend.h>
#include <lsports/language.h>

#include "core/scope.h"
#include "value.h"

#define BIT(column) (1u << (column))

_Static_assert(LSP_COLUMN_COUNT <= 32, "sets of columns are 32 bits");

static const struct lsp_value none = {.kind = LSP_VALUE_NONE};

static struct lsp_value number(uint64_t value)
{
	return (struct lsp_value){.kind = LSP_VALUE_NUMBER, .number = value};
}

static struct lsp_value word(const char *value)
{
	return (struct lsp_value){.kind = LSP_VALUE_WORD, .word = value};
}

static struct lsp_value text(const char *value)
{
	if (value == NULL)
		return none;
	return (struct lsp_value){.kind = LSP_VALUE_TEXT, .bytes = value, .len = strlen(value)};
}

static struct lsp_value address(const struct lsp_addr *value)
{
	return (struct lsp_value){.kind = LSP_VALUE_ADDR, .addr = value};
}

/* The system's name for a number, or the number in the form that stands in for it. */
static struct lsp_value name_for(struct lsp_subject *s, enum lsp_name_kind names, uint32_t id,
				 enum lsp_value_kind stand_in)
{
	const char *name = lsp_snapshot_name(s->snapshot, names, id);

	return name != NULL ? text(name) : (struct lsp_value){.kind = stand_in, .number = id};
}

static struct lsp_value proto_of(struct lsp_subject *s)
{
	return word(lsp_proto_name(s->socket->proto));
}

static struct lsp_value family_of(struct lsp_subject *s)
{
	if (s->socket->local.family == LSP_FAMILY_NONE)
		return none;
	return word(s->socket->local.family == LSP_INET6 ? "inet6" : "inet");
}

static struct lsp_value v6only_of(struct lsp_subject *s)
{
	if (s->socket->local.family != LSP_INET6 || !(s->socket->has & LSP_HAS_V6ONLY))
		return none;
	return (struct lsp_value){.kind = LSP_VALUE_BOOL, .number = s->socket->v6only != 0};
}

static struct lsp_value state_of(struct lsp_subject *s)
{
	return s->socket->state == LSP_STATE_NONE ? none : word(lsp_state_name(s->socket->state));
}

static struct lsp_value local_of(struct lsp_subject *s)
{
	return (struct lsp_value){.kind = LSP_VALUE_LOCAL, .socket = s->socket};
}

static struct lsp_value addr_of(struct lsp_subject *s)
{
	return s->socket->local.family == LSP_FAMILY_NONE ? none : address(&s->socket->local);
}

static struct lsp_value port_of(struct lsp_subject *s)
{
	return s->socket->local_port == 0 ? none : number(s->socket->local_port);
}

static struct lsp_value interface_of(struct lsp_subject *s)
{
	uint32_t device = lsp_subject_device(s);

	return device == 0 ? none : name_for(s, LSP_NAME_INTERFACE, device, LSP_VALUE_DIGITS);
}

static bool has_peer(const struct lsp_subject *s)
{
	return (s->socket->has & LSP_HAS_PEER) != 0;
}

static struct lsp_value peer_of(struct lsp_subject *s)
{
	return has_peer(s) ? (struct lsp_value){.kind = LSP_VALUE_PEER, .socket = s->socket} : none;
}

static struct lsp_value peer_addr_of(struct lsp_subject *s)
{
	return has_peer(s) && s->socket->peer.family != LSP_FAMILY_NONE ? address(&s->socket->peer) : none;
}

static struct lsp_value peer_port_of(struct lsp_subject *s)
{
	return has_peer(s) && s->socket->peer_port != 0 ? number(s->socket->peer_port) : none;
}

static struct lsp_value inode_of(struct lsp_subject *s)
{
	bool is_inode = (s->socket->has & LSP_HAS_KEY) != 0 && (s->snapshot->notes & LSP_NOTE_OWN_KEYS) == 0;

	return is_inode ? number(s->socket->key) : none;
}

static struct lsp_value uid_of(struct lsp_subject *s)
{
	return s->socket->has & LSP_HAS_UID ? number(s->socket->uid) : none;
}

static struct lsp_value process_user_of(struct lsp_subject *s)
{
	if (s->process == NULL)
		return none;
	if (s->process->has & LSP_PROCESS_HAS_UID)
		return name_for(s, LSP_NAME_USER, s->process->uid, LSP_VALUE_UNNAMED);
	return text(s->process->user);
}

/* Where sockets have no user of their own (Windows) the first process's stands in. */
static struct lsp_value user_of(struct lsp_subject *s)
{
	if (s->socket->has & LSP_HAS_UID)
		return name_for(s, LSP_NAME_USER, s->socket->uid, LSP_VALUE_UNNAMED);
	return process_user_of(s);
}

static struct lsp_value queue_of(struct lsp_subject *s)
{
	if (!(s->socket->has & (LSP_HAS_RQUEUE | LSP_HAS_WQUEUE)))
		return none;
	return (struct lsp_value){.kind = LSP_VALUE_QUEUE, .socket = s->socket};
}

static struct lsp_value scope_of(struct lsp_subject *s)
{
	enum lsp_scope scope = lsp_scope_of_socket(s->snapshot, s->socket);

	return scope == LSP_SCOPE_NONE ? none
				       : (struct lsp_value){.kind = LSP_VALUE_WORD, .len = scope, .word = lsp_scope_name(scope)};
}

static struct lsp_value via_of(struct lsp_subject *s)
{
	return s->snapshot->link_count == 0 ? none : (struct lsp_value){.kind = LSP_VALUE_LINKS, .subject = s};
}

static struct lsp_value owner_of(struct lsp_subject *s)
{
	return word(lsp_owner_name(s->row->owner));
}

static struct lsp_value pid_of(struct lsp_subject *s)
{
	return s->holder_count == 0 ? none : number(s->holders->pid);
}

static struct lsp_value fds_of(struct lsp_subject *s)
{
	if (s->holder_count == 0 || (s->snapshot->notes & LSP_NOTE_OWN_KEYS) != 0)
		return none;
	return (struct lsp_value){.kind = LSP_VALUE_FDS, .holders = s->holders, .len = s->holder_count};
}

static struct lsp_value process_of(struct lsp_subject *s)
{
	return s->process == NULL ? none : text(s->process->name);
}

static struct lsp_value exe_of(struct lsp_subject *s)
{
	return s->process == NULL ? none : text(s->process->exe);
}

static struct lsp_value args_of(struct lsp_subject *s)
{
	if (s->process == NULL || s->process->argv == NULL)
		return none;
	return (struct lsp_value){.kind = LSP_VALUE_ARGV, .bytes = s->process->argv, .len = s->process->argv_len};
}

static struct lsp_value process_uid_of(struct lsp_subject *s)
{
	return s->process != NULL && (s->process->has & LSP_PROCESS_HAS_UID) ? number(s->process->uid) : none;
}

static struct lsp_value started_of(struct lsp_subject *s)
{
	if (s->process == NULL || !(s->process->has & LSP_PROCESS_HAS_STARTED))
		return none;
	return (struct lsp_value){.kind = LSP_VALUE_TIME, .number = s->process->started_ms};
}

static struct lsp_value service_of(struct lsp_subject *s)
{
	const struct lsp_service *service = lsp_subject_service(s);

	return service == NULL ? none : text(service->name);
}

static struct lsp_value description_of(struct lsp_subject *s)
{
	const struct lsp_service *service = lsp_subject_service(s);

	return service == NULL || service->description[0] == '\0' ? none : text(service->description);
}

/* Every port has a class, one without a label too. */
static struct lsp_value class_of(struct lsp_subject *s)
{
	const struct lsp_service *service = lsp_subject_service(s);

	return word(lsp_port_class(service == NULL ? s->socket->local_port : service->port));
}

static struct lsp_value source_of(struct lsp_subject *s)
{
	const struct lsp_service *service = lsp_subject_service(s);

	return service == NULL ? none : word(service->origin == LSP_ORIGIN_IANA ? "iana" : "customary");
}

static struct lsp_value service_port_of(struct lsp_subject *s)
{
	const struct lsp_service *service = lsp_subject_service(s);

	return service == NULL ? none : number(service->port);
}

/* name, title, meaning · JSON key, place · the rest by name */
const struct lsp_column_entry lsp_column_table[LSP_COLUMN_COUNT] = {
	[LSP_COL_PROTO] = {"proto", N_("PROTO"), N_("tcp or udp"), "proto", .value = proto_of},
	[LSP_COL_FAMILY] = {"family", N_("FAMILY"), N_("inet or inet6"), "family", .value = family_of},
	[LSP_COL_V6ONLY] = {"v6only", N_("V6ONLY"), N_("whether an IPv6 socket takes no IPv4"), "v6only", .value = v6only_of},
	[LSP_COL_STATE] = {"state", N_("STATE"), N_("state of the socket"), "state", .value = state_of},
	[LSP_COL_LOCAL] = {"local", N_("LOCAL"), N_("local address:port"), .place = LSP_PLACE_LOCAL, .value = local_of,
			   .parts = BIT(LSP_COL_ADDR) | BIT(LSP_COL_PORT) | BIT(LSP_COL_INTERFACE), .give_way = 9,
			   .least = 10},
	[LSP_COL_ADDR] = {"addr", N_("ADDR"), N_("local address"), "addr", .place = LSP_PLACE_LOCAL, .value = addr_of},
	[LSP_COL_PORT] = {"port", N_("PORT"), N_("local port"), "port", .place = LSP_PLACE_LOCAL, .value = port_of,
			  .to_right = true},
	[LSP_COL_INTERFACE] = {"interface", N_("INTERFACE"), N_("device that the socket is bound to"), "interface",
			       .place = LSP_PLACE_LOCAL, .value = interface_of},
	[LSP_COL_PEER] = {"peer", N_("PEER"), N_("address:port of the other end"), .place = LSP_PLACE_PEER, .value = peer_of,
			  .parts = BIT(LSP_COL_PEER_ADDR) | BIT(LSP_COL_PEER_PORT), .give_way = 8, .least = 10},
	[LSP_COL_PEER_ADDR] = {"peer_addr", N_("PEER_ADDR"), N_("address of the other end"), "addr", .place = LSP_PLACE_PEER,
			       .value = peer_addr_of},
	[LSP_COL_PEER_PORT] = {"peer_port", N_("PEER_PORT"), N_("port of the other end"), "port", .place = LSP_PLACE_PEER,
			       .value = peer_port_of, .to_right = true},
	[LSP_COL_INODE] = {"inode", N_("INODE"), N_("socket inode"), "inode", .value = inode_of, .to_right = true},
	[LSP_COL_UID] = {"uid", N_("UID"), N_("uid of the socket"), "uid", .value = uid_of, .to_right = true},
	[LSP_COL_USER] = {"user", N_("USER"), N_("user of the socket"), "user", .value = user_of, .wants = LSP_WANT_ACCOUNT,
			  .give_way = 7, .least = 6, .may_go = true},
	[LSP_COL_QUEUE] = {"queue", N_("QUEUE"), N_("LISTEN: connections waiting/limit; else: bytes unread/unsent"), "queue",
			   .value = queue_of, .to_right = true},
	[LSP_COL_SCOPE] = {"scope", N_("SCOPE"), N_("from how far it is reached: loopback, link, private, public"), "scope",
			   .value = scope_of},
	[LSP_COL_VIA] = {"via", N_("VIA"), N_("the interfaces through which it is reached"), "via", .value = via_of,
			 .give_way = 5, .least = 8, .may_go = true},
	[LSP_COL_OWNER] = {"owner", N_("OWNER"), N_("known, or why no process is shown: hidden, kernel, none, gone"), "owner",
			   .value = owner_of},
	[LSP_COL_PID] = {"pid", N_("PID"), N_("process id"), "pid", .place = LSP_PLACE_HOLDER, .value = pid_of,
			 .to_right = true},
	[LSP_COL_FDS] = {"fds", N_("FDS"), N_("its descriptors of the socket"), "fds", .place = LSP_PLACE_HOLDER,
			 .value = fds_of},
	[LSP_COL_PROCESS] = {"process", N_("PROCESS"), N_("process name"), "name", .place = LSP_PLACE_HOLDER,
			     .wants = LSP_WANT_NAME, .value = process_of, .give_way = 6, .least = 8},
	[LSP_COL_EXE] = {"exe", N_("EXE"), N_("path of the program"), "exe", .place = LSP_PLACE_HOLDER, .value = exe_of,
			 .wants = LSP_WANT_EXE, .give_way = 2, .least = 8, .may_go = true},
	[LSP_COL_ARGS] = {"args", N_("ARGS"), N_("the process's arguments"), "argv", .place = LSP_PLACE_HOLDER,
			  .value = args_of, .wants = LSP_WANT_ARGV, .give_way = 1, .least = 8, .may_go = true},
	[LSP_COL_PROCESS_UID] = {"process_uid", N_("PROCESS_UID"), N_("effective uid of the process"), "uid",
				 .place = LSP_PLACE_HOLDER, .value = process_uid_of, .wants = LSP_WANT_UID,
				 .to_right = true},
	[LSP_COL_PROCESS_USER] = {"process_user", N_("PROCESS_USER"), N_("user of the process"), "user",
				  .place = LSP_PLACE_HOLDER, .value = process_user_of, .wants = LSP_WANT_UID,
				  .give_way = 5, .least = 12, .may_go = true},
	[LSP_COL_STARTED] = {"started", N_("STARTED"), N_("when the process started, UTC"), "started",
			     .place = LSP_PLACE_HOLDER, .value = started_of, .wants = LSP_WANT_STARTED},
	[LSP_COL_SERVICE] = {"service", N_("SERVICE"), N_("what the port is registered or customarily used for"), "name",
			     .place = LSP_PLACE_SERVICE, .value = service_of, .give_way = 4, .least = 7, .may_go = true},
	[LSP_COL_DESCRIPTION] = {"description", N_("DESCRIPTION"), N_("the same in words"), "description",
				 .place = LSP_PLACE_SERVICE, .value = description_of, .give_way = 3, .least = 11, .may_go = true},
	[LSP_COL_CLASS] = {"class", N_("CLASS"), N_("range of the port: system, user, dynamic"), "class",
			   .place = LSP_PLACE_SERVICE, .value = class_of},
	[LSP_COL_SOURCE] = {"source", N_("SOURCE"), N_("where the service name is from: iana or customary"), "source",
			    .place = LSP_PLACE_SERVICE, .value = source_of},
	[LSP_COL_SERVICE_PORT] = {"service_port", N_("SERVICE_PORT"), N_("the port that the service name is of"), "port",
				  .place = LSP_PLACE_SERVICE, .value = service_port_of, .to_right = true},
};

unsigned lsp_column_wants(enum lsp_column column)
{
	return lsp_column_table[column].wants;
}

const char *lsp_column_name(enum lsp_column column)
{
	return lsp_column_table[column].name;
}

const char *lsp_column_meaning(enum lsp_column column)
{
	return lsp_column_table[column].meaning;
}

static bool same_name(const char *typed, size_t len, const char *name)
{
	size_t i;

	if (strlen(name) != len)
		return false;
	for (i = 0; i < len; i++) {
		char c = typed[i] >= 'A' && typed[i] <= 'Z' ? (char)(typed[i] - 'A' + 'a') : typed[i];

		if ((c == '-' ? '_' : c) != name[i])
			return false;
	}
	return true;
}

bool lsp_column_find(const char *name, size_t len, enum lsp_column *ret_column)
{
	int i;

	for (i = 0; i < LSP_COLUMN_COUNT; i++) {
		if (same_name(name, len, lsp_column_table[i].name)) {
			*ret_column = (enum lsp_column)i;
			return true;
		}
	}
	return false;
}

size_t lsp_columns_json(uint8_t ret_columns[LSP_COLUMN_COUNT])
{
	size_t count = 0;
	int i;

	for (i = 0; i < LSP_COLUMN_COUNT; i++) {
		if (lsp_column_table[i].key != NULL)
			ret_columns[count++] = (uint8_t)i;
	}
	return count;
}
