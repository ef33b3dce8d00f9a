/*
 * fake_backend.c - a backend whose world is a text file, the scene that LSPORTS_SCENE names.
 *
 * Linked in the place of the native one it makes lsports-fake: the whole program, and every answer of the system
 * known to the byte. It gives only what is asked for, so that a question forgotten shows; it ignores the hint,
 * as the contract allows. Nothing is remembered: each call reads the file again.
 *
 * A scene has one fact a line; words are parted by blanks, "…" holds blanks, \xNN \n \t \0 \" \\ are bytes.
 *   host NAME              console WIDTH [colour]     way_out TEXT       blind COUNT
 *   user UID NAME          interface NUMBER NAME      resolve ADDR NAME
 *   note WORD…             procnet torn no_bound no_holders hidepid other_pidns
 *   fault CALL WORD [CODE] CALL sockets or holders; WORD denied unsupported malformed torn io
 *   elsewhere PROTO STATE LOCAL …   a socket of another network namespace
 *   bind PROTO ADDR:PORT WAY WORD CODE OP TEXT   how that try ends; WAY plain reuseaddr reuseport v6only *, WORD as for
 *                          fault, or in_use, no_address; a try without a line is bound
 *   rules [low=N high=N below=N uid=N reserved=N may]      address ADDR
 *   socket PROTO STATE LOCAL [PEER|-] [key=N uid=N v6only=0|1 rq=N wq=N if=N gone]
 *   holder KEY PID FD
 *   process PID [birth=N name=S exe=S argv=S uid=N user=S started=MS gone]     argv: each ended by \0
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lsports/backend.h>

enum { WORDS_MAX = 16, LINE_MAX_BYTES = 64 * 1024, BAD_SCENE = 99 };

struct word {
	const char *text; /* ends in NUL, may hold more of them */
	size_t len;
};

struct line {
	struct word words[WORDS_MAX];
	size_t count;
};

static _Noreturn void bad_scene(const char *why, const char *what)
{
	fprintf(stderr, "fake: %s: %s\n", why, what);
	exit(BAD_SCENE);
}

static char unescape(const char **at)
{
	static const char letters[] = "nt0", bytes[] = "\n\t";
	const char *letter;
	char digits[3] = "";

	if (**at != '\\')
		return *(*at)++;
	++*at;
	if (**at == 'x' && (*at)[1] != '\0') {
		memcpy(digits, *at + 1, 2);
		*at += 3;
		return (char)strtoul(digits, NULL, 16);
	}
	letter = strchr(letters, **at);
	return letter != NULL && *letter != '\0' ? ((*at)++, bytes[letter - letters]) : *(*at)++;
}

/* Splits text in its own place: what is unescaped is never longer. */
static void split(char *text, struct line *ret_line)
{
	const char *from = text;
	char *to = text;
	bool quoted;

	ret_line->count = 0;
	for (;;) {
		from += strspn(from, " \t\r\n");
		if (*from == '\0' || (*from == '#' && ret_line->count == 0))
			return;
		if (ret_line->count == WORDS_MAX)
			bad_scene("too many words", text);
		ret_line->words[ret_line->count].text = to;
		for (quoted = false; *from != '\0' && (quoted || strchr(" \t\r\n", *from) == NULL);) {
			if (*from == '"') {
				quoted = !quoted;
				from++;
			} else {
				*to++ = unescape(&from);
			}
		}
		ret_line->words[ret_line->count].len = (size_t)(to - ret_line->words[ret_line->count].text);
		ret_line->count++;
		if (*from != '\0')
			from++;
		*to++ = '\0';
	}
}

/* Calls with each line of that kind. */
static void walk(const char *kind, void (*with)(const struct line *line, void *arg), void *arg)
{
	const char *path = getenv("LSPORTS_SCENE");
	FILE *file = path != NULL ? fopen(path, "rb") : NULL;
	char *text = malloc(LINE_MAX_BYTES);
	struct line line;

	if (file == NULL || text == NULL)
		bad_scene("cannot read LSPORTS_SCENE", path != NULL ? path : "not set");
	while (fgets(text, LINE_MAX_BYTES, file) != NULL) {
		split(text, &line);
		if (line.count > 0 && strcmp(line.words[0].text, kind) == 0)
			with(&line, arg);
	}
	free(text);
	fclose(file);
}

static const char *word_at(const struct line *line, size_t i)
{
	if (i >= line->count)
		bad_scene("too few words", line->words[0].text);
	return line->words[i].text;
}

/* The text behind "name=", or "" behind a bare "name"; NULL: neither is there. */
static const char *value_of(const struct line *line, const char *name, size_t *ret_len)
{
	size_t len = strlen(name), i;

	for (i = 1; i < line->count; i++) {
		const struct word *word = &line->words[i];

		if (strncmp(word->text, name, len) != 0 || (word->text[len] != '=' && word->text[len] != '\0'))
			continue;
		len += word->text[len] == '=';
		if (ret_len != NULL)
			*ret_len = word->len - len;
		return word->text + len;
	}
	return NULL;
}

/* A number, and its bit in *has when it is there. */
static uint64_t number_of(const struct line *line, const char *name, unsigned bit, unsigned *has)
{
	const char *value = value_of(line, name, NULL);

	if (value == NULL)
		return 0;
	*has |= bit;
	return strtoull(value, NULL, 10);
}

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
		bad_scene("not an endpoint", text);
	if (scope != NULL)
		ret_addr->scope = (uint32_t)strtoul(scope + 1, NULL, 10);
	*ret_port = (uint16_t)strtoul(port + 1, NULL, 10);
}

static void add_socket(const struct line *line, void *arg)
{
	struct lsp_socket socket = {.proto = strcmp(word_at(line, 1), "udp") == 0 ? LSP_UDP : LSP_TCP};
	unsigned has = 0;

	while (strcmp(lsp_state_name(socket.state), word_at(line, 2)) != 0) {
		if (++socket.state == LSP_STATE_COUNT)
			bad_scene("not a state", word_at(line, 2));
	}
	read_endpoint(word_at(line, 3), &socket.local, &socket.local_port);
	if (line->count > 4 && strchr(word_at(line, 4), ':') != NULL) {
		read_endpoint(word_at(line, 4), &socket.peer, &socket.peer_port);
		has |= LSP_HAS_PEER;
	}
	socket.key = number_of(line, "key", LSP_HAS_KEY, &has);
	socket.uid = (uint32_t)number_of(line, "uid", LSP_HAS_UID, &has);
	socket.v6only = (uint8_t)number_of(line, "v6only", LSP_HAS_V6ONLY, &has);
	socket.rqueue = (uint32_t)number_of(line, "rq", LSP_HAS_RQUEUE, &has);
	socket.wqueue = (uint32_t)number_of(line, "wq", LSP_HAS_WQUEUE, &has);
	socket.ifindex = (uint32_t)number_of(line, "if", LSP_HAS_IFINDEX, &has);
	socket.gone = value_of(line, "gone", NULL) != NULL;
	socket.has = (uint16_t)has;
	lsp_snapshot_add_socket(arg, &socket);
}

static void add_note(const struct line *line, void *arg)
{
	static const char *const words[] = {"procnet", "torn", "no_bound", "no_holders", "hidepid", "other_pidns"};
	struct lsp_snapshot *snapshot = arg;
	size_t i, j;

	for (i = 1; i < line->count; i++) {
		for (j = 0; strcmp(words[j], word_at(line, i)) != 0;) {
			if (++j == sizeof(words) / sizeof(words[0]))
				bad_scene("not a note", word_at(line, i));
		}
		snapshot->notes |= 1u << j;
	}
}

struct failing {
	const char *call;
	struct lsp_fault fault;
};

static void find_fault(const struct line *line, void *arg)
{
	static const char *const words[] = {"", "denied", "gone", "unsupported", "malformed", "torn", "io"};
	struct failing *failing = arg;
	size_t i;

	if (strcmp(word_at(line, 1), failing->call) != 0)
		return;
	for (i = 1; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(words[i], word_at(line, 2)) == 0)
			failing->fault.err = (enum lsp_err)i;
	}
	snprintf(failing->fault.detail, sizeof(failing->fault.detail), "%s, says the scene", word_at(line, 2));
	if (line->count > 3)
		failing->fault.os_code = (int)strtol(word_at(line, 3), NULL, 10);
}

static enum lsp_err fault_of(const char *call, struct lsp_fault *ret_fault)
{
	struct failing failing = {.call = call, .fault = {.op = "fake"}};

	walk("fault", find_fault, &failing);
	if (failing.fault.err != LSP_OK && ret_fault != NULL)
		*ret_fault = failing.fault;
	return failing.fault.err;
}

static enum lsp_err fake_sockets(struct lsp_snapshot *snapshot, const struct lsp_hint *hint,
				 struct lsp_fault *ret_fault)
{
	(void)hint;
	walk("socket", add_socket, snapshot);
	walk("note", add_note, snapshot);
	return fault_of("sockets", ret_fault);
}

struct asked {
	struct lsp_snapshot *snapshot;
	const uint64_t *keys;
	size_t key_count;
	uint32_t pid;
	unsigned want;
	enum lsp_name_kind kind;
	const struct lsp_addr *addr;
};

static void add_process(const struct line *line, void *arg)
{
	struct asked *asked = arg;
	struct lsp_process process = {.pid = asked->pid};
	unsigned has = 0;

	if (strtoul(word_at(line, 1), NULL, 10) != asked->pid)
		return;
	process.birth = number_of(line, "birth", 0, &has);
	if (value_of(line, "gone", NULL) != NULL)
		return; /* ended before it could be read */
	if (asked->want & LSP_WANT_NAME)
		process.name = value_of(line, "name", NULL);
	if (asked->want & LSP_WANT_EXE)
		process.exe = value_of(line, "exe", NULL);
	if (asked->want & LSP_WANT_ARGV)
		process.argv = value_of(line, "argv", &process.argv_len);
	if (asked->want & LSP_WANT_UID) {
		process.uid = (uint32_t)number_of(line, "uid", LSP_PROCESS_HAS_UID, &has);
		process.user = value_of(line, "user", NULL);
	}
	if (asked->want & LSP_WANT_STARTED)
		process.started_ms = number_of(line, "started", LSP_PROCESS_HAS_STARTED, &has);
	process.has = has;
	lsp_snapshot_add_process(asked->snapshot, &process);
}

static void add_holder(const struct line *line, void *arg)
{
	const struct asked *asked = arg;
	struct lsp_holder holder = {.key = strtoull(word_at(line, 1), NULL, 10),
				    .pid = (uint32_t)strtoul(word_at(line, 2), NULL, 10),
				    .fd = (uint32_t)strtoul(word_at(line, 3), NULL, 10)};
	struct asked process = {.snapshot = asked->snapshot, .pid = holder.pid, .want = asked->want};
	size_t i;

	for (i = 0; i < asked->key_count; i++) {
		if (asked->keys[i] != holder.key)
			continue;
		lsp_snapshot_add_holder(asked->snapshot, &holder);
		walk("process", add_process, &process);
		return;
	}
}

static void add_blind(const struct line *line, void *arg)
{
	((struct lsp_snapshot *)arg)->blind += strtoul(word_at(line, 1), NULL, 10);
}

static enum lsp_err fake_holders(struct lsp_snapshot *snapshot, const uint64_t *keys, size_t key_count,
				 unsigned want, struct lsp_fault *ret_fault)
{
	struct asked asked = {.snapshot = snapshot, .keys = keys, .key_count = key_count, .want = want};
	enum lsp_err err = fault_of("holders", ret_fault);

	if (err == LSP_UNSUPPORTED)
		snapshot->notes |= LSP_NOTE_NO_HOLDERS;
	if (err != LSP_OK)
		return err;
	walk("holder", add_holder, &asked);
	walk("blind", add_blind, snapshot);
	return LSP_OK;
}

static void add_name(const struct line *line, void *arg)
{
	const struct asked *asked = arg;

	if (strtoul(word_at(line, 1), NULL, 10) == asked->pid)
		lsp_snapshot_add_name(asked->snapshot, asked->kind, asked->pid, word_at(line, 2));
}

static void fake_name_of(struct lsp_snapshot *snapshot, enum lsp_name_kind kind, uint32_t id)
{
	struct asked asked = {.snapshot = snapshot, .kind = kind, .pid = id};

	walk(kind == LSP_NAME_USER ? "user" : "interface", add_name, &asked);
}

static enum lsp_err fake_sockets_elsewhere(struct lsp_snapshot *snapshot, const struct lsp_hint *hint,
					   struct lsp_fault *ret_fault)
{
	(void)hint;
	walk("elsewhere", add_socket, snapshot);
	return fault_of("elsewhere", ret_fault);
}

struct bind_asked {
	char words[3][80]; /* protocol, endpoint, way */
	struct lsp_fault fault;
};

static void find_bind(const struct line *line, void *arg)
{
	static const char *const words[] = {"",	  "denied", "gone",   "unsupported", "malformed",
					    "torn", "io",     "in_use", "no_address"};
	/* the fault outlives the line */
	static const char *const ops[] = {"bind", "socket", "setsockopt"};
	struct bind_asked *asked = arg;
	size_t i;

	if (strcmp(word_at(line, 1), asked->words[0]) != 0 || strcmp(word_at(line, 2), asked->words[1]) != 0 ||
	    (strcmp(word_at(line, 3), asked->words[2]) != 0 && strcmp(word_at(line, 3), "*") != 0))
		return;
	for (i = 1; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(words[i], word_at(line, 4)) == 0)
			asked->fault.err = (enum lsp_err)i;
	}
	asked->fault.os_code = (int)strtol(word_at(line, 5), NULL, 10);
	for (i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
		if (strcmp(ops[i], word_at(line, 6)) == 0)
			asked->fault.op = ops[i];
	}
	snprintf(asked->fault.detail, sizeof(asked->fault.detail), "%s", word_at(line, 7));
}

static enum lsp_err fake_bind_try(enum lsp_proto proto, const struct lsp_addr *addr, uint16_t port, enum lsp_way way,
				  struct lsp_fault *ret_fault)
{
	static const char *const ways[] = {"plain", "reuseaddr", "reuseport", "v6only"};
	struct bind_asked asked = {.fault = {.err = LSP_OK}};
	char text[LSP_ADDR_TEXT_MAX];

	lsp_addr_text(addr, text);
	snprintf(asked.words[0], sizeof(asked.words[0]), "%s", lsp_proto_name(proto));
	snprintf(asked.words[1], sizeof(asked.words[1]), addr->family == LSP_INET6 ? "[%s]:%u" : "%s:%u", text, port);
	snprintf(asked.words[2], sizeof(asked.words[2]), "%s", ways[way]);
	walk("bind", find_bind, &asked);
	if (asked.fault.err != LSP_OK)
		*ret_fault = asked.fault;
	return asked.fault.err;
}

static void read_rules(const struct line *line, void *arg)
{
	struct lsp_rules *rules = arg;
	uint16_t reserved;

	rules->ephemeral_low = (uint16_t)number_of(line, "low", LSP_RULES_EPHEMERAL, &rules->has);
	rules->ephemeral_high = (uint16_t)number_of(line, "high", LSP_RULES_EPHEMERAL, &rules->has);
	rules->privileged_below = (uint32_t)number_of(line, "below", LSP_RULES_PRIVILEGED, &rules->has);
	rules->uid = (uint32_t)number_of(line, "uid", LSP_RULES_UID, &rules->has);
	number_of(line, "may", LSP_RULES_MAY_PRIVILEGED, &rules->has);
	reserved = (uint16_t)number_of(line, "reserved", LSP_RULES_RESERVED, &rules->has);
	if ((rules->has & LSP_RULES_RESERVED) != 0)
		rules->reserved[reserved / 8] |= (uint8_t)(1u << reserved % 8);
}

static void fake_rules(struct lsp_rules *ret_rules)
{
	*ret_rules = (struct lsp_rules){.has = 0};
	walk("rules", read_rules, ret_rules);
}

struct addresses {
	struct lsp_addr *addrs;
	size_t count, max;
};

static void add_address(const struct line *line, void *arg)
{
	struct addresses *list = arg;
	struct lsp_addr addr = {.scope = 0};

	if (!lsp_addr_parse(word_at(line, 1), line->words[1].len, &addr))
		bad_scene("not an address", word_at(line, 1));
	if (list->count < list->max)
		list->addrs[list->count] = addr;
	list->count++;
}

static size_t fake_addresses(struct lsp_addr *ret_addrs, size_t max)
{
	struct addresses list = {ret_addrs, 0, max};

	walk("address", add_address, &list);
	return list.count;
}

static void fake_pause(unsigned ms)
{
	(void)ms;
}

struct account {
	const char *name;
	uint32_t uid;
	bool found;
};

static void find_account(const struct line *line, void *arg)
{
	struct account *account = arg;

	if (strcmp(word_at(line, 2), account->name) != 0)
		return;
	account->found = true;
	account->uid = (uint32_t)strtoul(word_at(line, 1), NULL, 10);
}

static bool fake_user_id(const char *name, uint32_t *ret_uid)
{
	struct account account = {.name = name};

	walk("user", find_account, &account);
	if (account.found)
		*ret_uid = account.uid;
	return account.found;
}

static void add_host(const struct line *line, void *arg)
{
	const struct asked *asked = arg;
	struct lsp_addr addr = {.scope = 0};

	if (!lsp_addr_parse(word_at(line, 1), line->words[1].len, &addr))
		bad_scene("not an address", word_at(line, 1));
	if (lsp_addr_cmp(&addr, asked->addr) == 0)
		lsp_snapshot_add_host(asked->snapshot, &addr, word_at(line, 2));
}

static void fake_hosts_of(struct lsp_snapshot *snapshot, const struct lsp_addr *addrs, size_t count, unsigned limit_ms)
{
	size_t i;

	(void)limit_ms;
	for (i = 0; i < count; i++) {
		struct asked asked = {.snapshot = snapshot, .addr = &addrs[i]};

		walk("resolve", add_host, &asked);
	}
}

struct text {
	char *at;
	size_t size;
};

static void copy_text(const struct line *line, void *arg)
{
	const struct text *text = arg;

	snprintf(text->at, text->size, "%s", word_at(line, 1));
}

static void fake_host_name(char *ret_name, size_t size)
{
	struct text text = {ret_name, size};

	ret_name[0] = '\0';
	walk("host", copy_text, &text);
}

static void fake_way_out(char *ret_text, size_t size)
{
	struct text text = {ret_text, size};

	snprintf(ret_text, size, "run with sudo");
	walk("way_out", copy_text, &text);
}

static void read_console(const struct line *line, void *arg)
{
	struct lsp_console *console = arg;

	console->is_terminal = true;
	console->width = (unsigned)strtoul(word_at(line, 1), NULL, 10);
	console->colour = value_of(line, "colour", NULL) != NULL;
}

static void fake_console(struct lsp_console *ret_console)
{
	*ret_console = (struct lsp_console){.width = 0};
	walk("console", read_console, ret_console);
}

const struct lsp_backend *lsp_backend_native(void)
{
	static const struct lsp_backend fake = {
		.name = "fake",
		.sockets = fake_sockets,
		.holders = fake_holders,
		.pause = fake_pause,
		.sockets_elsewhere = fake_sockets_elsewhere,
		.bind_try = fake_bind_try,
		.rules = fake_rules,
		.addresses = fake_addresses,
		.name_of = fake_name_of,
		.user_id = fake_user_id,
		.hosts_of = fake_hosts_of,
		.host_name = fake_host_name,
		.console = fake_console,
		.way_out = fake_way_out,
	};

	return &fake;
}
