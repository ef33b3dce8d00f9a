/*
 * fake_backend.c - a backend whose world is a text file, the scene that LSPORTS_SCENE names.
 *
 * Linked in the place of the native one it makes lsports-fake: the whole program, and every answer of the system
 * known to the byte. It gives only what is asked for, so that a question forgotten shows; it ignores the hint,
 * as the contract allows. Each call reads the file again; all that is remembered is the time, which passes only while
 * somebody waits, and who was sent a signal: the world after it is in the scene as well.
 *
 * A scene has one fact a line; words are parted by blanks, "…" holds blanks, \xNN \n \t \0 \" \\ are bytes.
 *   host NAME              console WIDTH [colour]     way_out TEXT       blind COUNT
 *   user UID NAME          interface NUMBER NAME      resolve ADDR NAME
 *   note WORD…             procnet torn no_bound no_holders hidepid other_pidns own_keys no_details
 *   fault CALL WORD [CODE] CALL sockets, holders or links; WORD denied unsupported malformed torn io
 *   elsewhere PROTO STATE LOCAL …   a socket of another network namespace
 *   link NUMBER NAME [up loopback vrf tunnel master=N kind=S]
 *   addr ADDR/BITS LINK    an address of this host
 *   bind …, rules …        fake_bind.c
 *   talk …                          fake_talk.c
 *   counters [overflows=N more=N time_wait=N connections=N]   each asking finds more overflows
 *   self PID               lsports itself; left out: 9000
 *   windows                commands are those of Windows, and accounts have no numbers
 *   peace                  nobody may be gripped: who does so ends the program
 *   socket PROTO STATE LOCAL [PEER|-] [key=N uid=N v6only=0|1 rq=N wq=N if=N gone kernels]
 *   holder KEY PID FD
 *   process PID [birth=N name=S exe=S argv=S uid=N user=S started=MS gone      argv: each ended by \0
 *                parent=N unit=S user_unit container=S init deleted open
 *                service (unit is one of Windows) services (unit is several of them) dependants=S vital
 *                term=MS|never kill=MS|never   how long it lives on after TERM or another signal, after KILL; left out: 0
 *                grip=WORD holds=WORD end=WORD unsure]   WORD gone denied unsupported: what the grip answers
 * Any line may have after=PID[+MS]: it is so only when that process has ended (so long ago). Who ended holds nothing, and
 * a socket that was held and is not any more is closed.
 */
#include "fake.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "1.2.3.4:80", "[fe80::1%2]:80" */
static void read_endpoint(const char *text, struct lsp_addr *ret_addr, uint16_t *ret_port)
{
	const char *port = strrchr(text, ':');
	size_t len = port != NULL ? (size_t)(port - text) : 0;
	const char *scope = memchr(text, '%', len);
	bool brackets = text[0] == '[';

	if (port == NULL ||
	    !lsp_addr_parse(text + brackets, scope != NULL ? (size_t)(scope - text) - brackets : len - 2 * brackets,
			    ret_addr))
		fake_bad_scene("not an endpoint", text);
	if (scope != NULL)
		ret_addr->scope = (uint32_t)strtoul(scope + 1, NULL, 10);
	*ret_port = (uint16_t)strtoul(port + 1, NULL, 10);
}

static void add_socket(const struct line *line, void *arg)
{
	struct lsp_socket socket = {.proto = strcmp(fake_word(line, 1), "udp") == 0 ? LSP_UDP : LSP_TCP};
	unsigned has = 0;

	socket.key = fake_number(line, "key", LSP_HAS_KEY, &has);
	if ((has & LSP_HAS_KEY) != 0 && !fake_is_open(socket.key))
		return;
	while (strcmp(lsp_state_name(socket.state), fake_word(line, 2)) != 0) {
		if (++socket.state == LSP_STATE_COUNT)
			fake_bad_scene("not a state", fake_word(line, 2));
	}
	read_endpoint(fake_word(line, 3), &socket.local, &socket.local_port);
	if (line->count > 4 && strchr(fake_word(line, 4), ':') != NULL) {
		read_endpoint(fake_word(line, 4), &socket.peer, &socket.peer_port);
		has |= LSP_HAS_PEER;
	}
	socket.uid = (uint32_t)fake_number(line, "uid", LSP_HAS_UID, &has);
	socket.v6only = (uint8_t)fake_number(line, "v6only", LSP_HAS_V6ONLY, &has);
	socket.rqueue = (uint32_t)fake_number(line, "rq", LSP_HAS_RQUEUE, &has);
	socket.wqueue = (uint32_t)fake_number(line, "wq", LSP_HAS_WQUEUE, &has);
	socket.ifindex = (uint32_t)fake_number(line, "if", LSP_HAS_IFINDEX, &has);
	has |= fake_value(line, "kernels", NULL) != NULL ? LSP_IS_KERNELS : 0;
	socket.gone = fake_value(line, "gone", NULL) != NULL;
	socket.has = (uint16_t)has;
	lsp_snapshot_add_socket(arg, &socket);
}

static void add_note(const struct line *line, void *arg)
{
	static const struct {
		const char *word;
		unsigned note;
	} notes[] = {
		{"procnet", LSP_NOTE_PROCNET}, {"torn", LSP_NOTE_TORN}, {"no_bound", LSP_NOTE_NO_BOUND},
		{"no_holders", LSP_NOTE_NO_HOLDERS}, {"hidepid", LSP_NOTE_HIDEPID}, {"other_pidns", LSP_NOTE_OTHER_PIDNS},
		{"own_keys", LSP_NOTE_OWN_KEYS}, {"no_details", LSP_NOTE_NO_DETAILS},
	};
	struct lsp_snapshot *snapshot = arg;
	size_t i, j;

	for (i = 1; i < line->count; i++) {
		for (j = 0; strcmp(notes[j].word, fake_word(line, i)) != 0;) {
			if (++j == sizeof(notes) / sizeof(notes[0]))
				fake_bad_scene("not a note", fake_word(line, i));
		}
		snapshot->notes |= notes[j].note;
	}
}

static enum lsp_err fake_sockets(struct lsp_snapshot *snapshot, const struct lsp_hint *hint,
				 struct lsp_fault *ret_fault)
{
	(void)hint;
	fake_walk("socket", add_socket, snapshot);
	fake_walk("note", add_note, snapshot);
	return fake_fault("sockets", ret_fault);
}

static enum lsp_err fake_sockets_elsewhere(struct lsp_snapshot *snapshot, const struct lsp_hint *hint,
					   struct lsp_fault *ret_fault)
{
	(void)hint;
	fake_walk("elsewhere", add_socket, snapshot);
	return fake_fault("elsewhere", ret_fault);
}

struct asked {
	struct lsp_snapshot *snapshot;
	enum lsp_name_kind kind;
	uint32_t id;
	const struct lsp_addr *addr;
};

static void add_name(const struct line *line, void *arg)
{
	const struct asked *asked = arg;

	if (fake_word_number(line, 1) == asked->id)
		lsp_snapshot_add_name(asked->snapshot, asked->kind, asked->id, fake_word(line, 2));
}

static void fake_name_of(struct lsp_snapshot *snapshot, enum lsp_name_kind kind, uint32_t id)
{
	struct asked asked = {.snapshot = snapshot, .kind = kind, .id = id};

	fake_walk(kind == LSP_NAME_USER ? "user" : "interface", add_name, &asked);
}

struct account {
	const char *name;
	uint32_t uid;
	bool found;
};

static void find_account(const struct line *line, void *arg)
{
	struct account *account = arg;

	if (strcmp(fake_word(line, 2), account->name) != 0)
		return;
	account->found = true;
	account->uid = (uint32_t)strtoul(fake_word(line, 1), NULL, 10);
}

static bool fake_user_id(const char *name, uint32_t *ret_uid)
{
	struct account account = {.name = name};

	fake_walk("user", find_account, &account);
	if (account.found)
		*ret_uid = account.uid;
	return account.found;
}

static void add_host(const struct line *line, void *arg)
{
	const struct asked *asked = arg;
	struct lsp_addr addr = {.scope = 0};

	if (!lsp_addr_parse(fake_word(line, 1), line->words[1].len, &addr))
		fake_bad_scene("not an address", fake_word(line, 1));
	if (lsp_addr_cmp(&addr, asked->addr) == 0)
		lsp_snapshot_add_host(asked->snapshot, &addr, fake_word(line, 2));
}

static void fake_hosts_of(struct lsp_snapshot *snapshot, const struct lsp_addr *addrs, size_t count, unsigned limit_ms)
{
	size_t i;

	(void)limit_ms;
	for (i = 0; i < count; i++) {
		struct asked asked = {.snapshot = snapshot, .addr = &addrs[i]};

		fake_walk("resolve", add_host, &asked);
	}
}

struct text {
	char *at;
	size_t size;
};

static void copy_text(const struct line *line, void *arg)
{
	const struct text *text = arg;

	snprintf(text->at, text->size, "%s", fake_word(line, 1));
}

/* Really, where the run began; a fault comes before. */
static enum lsp_err fake_file_replace(const char *path, const char *text, size_t len, struct lsp_fault *ret_fault)
{
	enum lsp_err err = fake_fault("file_replace", ret_fault);
	FILE *file = err == LSP_OK && text != NULL ? fopen(path, "wb") : NULL;

	if (file != NULL) {
		fwrite(text, 1, len, file);
		fclose(file);
	}
	return err;
}

static void fake_host_name(char *ret_name, size_t size)
{
	struct text text = {ret_name, size};

	ret_name[0] = '\0';
	fake_walk("host", copy_text, &text);
}

static void fake_way_out(char *ret_text, size_t size)
{
	struct text text = {ret_text, size};

	snprintf(ret_text, size, "run with sudo");
	fake_walk("way_out", copy_text, &text);
}

static void read_console(const struct line *line, void *arg)
{
	struct lsp_console *console = arg;

	console->is_terminal = true;
	console->width = (unsigned)strtoul(fake_word(line, 1), NULL, 10);
	console->colour = fake_value(line, "colour", NULL) != NULL;
}

static void fake_console(struct lsp_console *ret_console)
{
	*ret_console = (struct lsp_console){.width = 0};
	fake_walk("console", read_console, ret_console);
}

static bool fake_signal_of(const char *name, int *ret_signal)
{
	static const char *const names[] = {[2] = "INT", [LSP_SIGNAL_KILL] = "KILL", [LSP_SIGNAL_TERM] = "TERM"};
	int i;

	for (i = 0; i < (int)(sizeof names / sizeof *names); i++) {
		if (names[i] == NULL || strcmp(names[i], name) != 0)
			continue;
		*ret_signal = i;
		return true;
	}
	return false;
}

static void read_counters(const struct line *line, void *arg)
{
	static uint64_t asked;
	struct lsp_tcp_counters *counters = arg;
	unsigned none = 0;

	counters->overflows = fake_number(line, "overflows", LSP_COUNTS_OVERFLOWS, &counters->has);
	counters->overflows += asked++ * fake_number(line, "more", 0, &none);
	counters->time_wait = fake_number(line, "time_wait", LSP_COUNTS_TIME_WAIT, &counters->has);
	counters->connections = fake_number(line, "connections", LSP_COUNTS_CONNECTIONS, &counters->has);
}

static void fake_tcp_counters(struct lsp_tcp_counters *ret_counters)
{
	*ret_counters = (struct lsp_tcp_counters){.has = 0};
	fake_walk("counters", read_counters, ret_counters);
}

static void speak_windows(const struct line *line, void *arg)
{
	struct lsp_backend *fake = arg;

	(void)line;
	fake->dialect = LSP_DIALECT_WINDOWS;
	fake->user_id = NULL;
}

const struct lsp_backend *lsp_backend_native(void)
{
	static struct lsp_backend fake = {
		.name = "fake",
		.sockets = fake_sockets,
		.holders = fake_holders,
		.process = fake_process,
		.grip = fake_grip,
		.grip_is_sure = fake_grip_is_sure,
		.grip_holds = fake_grip_holds,
		.grip_end = fake_grip_end,
		.grip_ended = fake_grip_ended,
		.grip_release = fake_grip_release,
		.signal_of = fake_signal_of,
		.self = fake_self,
		.pause = fake_pause,
		.now_ms = fake_now_ms,
		.sockets_elsewhere = fake_sockets_elsewhere,
		.bind_try = fake_bind_try,
		.tcp_counters = fake_tcp_counters,
		.rules = fake_rules,
		.talk = fake_talk,
		.links = fake_links,
		.name_of = fake_name_of,
		.user_id = fake_user_id,
		.hosts_of = fake_hosts_of,
		.file_replace = fake_file_replace,
		.host_name = fake_host_name,
		.console = fake_console,
		.way_out = fake_way_out,
	};

	fake_walk("windows", speak_windows, &fake);
	return &fake;
}
