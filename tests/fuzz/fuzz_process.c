/*
 * fuzz_process.c - what a process says of itself: /proc/PID/stat, /proc/PID/status, and the name chosen of comm,
 * program and arguments. The first byte chooses among the three; for names the next two are the length of comm and
 * the room for the answer, and a NUL ends comm, then the program.
 */
#include "fuzz.h"

#include "procstat_parse.h"

static const char *last_bracket(const char *text, size_t len)
{
	const char *found = NULL;
	size_t i;

	for (i = 0; i < len; i++) {
		if (text[i] == ')')
			found = text + i;
	}
	return found;
}

static void check_stat(const char *text, size_t len)
{
	struct lsp_procstat stat, before;
	char fields[1024];
	const char *close;
	int skipped;

	memset(&stat, 0x5a, sizeof stat);
	before = stat;
	if (!lsp_procstat_parse(text, len, &stat)) {
		REQUIRE(memcmp(&stat, &before, sizeof stat) == 0);
		return;
	}
	close = last_bracket(text, len); /* trap 4: the last one ends the name */
	REQUIRE(close != NULL && stat.comm + stat.comm_len == close);
	REQUIRE(stat.comm > text && stat.comm[-1] == '(' && memchr(text, '(', len) == stat.comm - 1);
	/* the fields behind, by another way: the 20th of them is the start */
	len -= (size_t)(close + 1 - text);
	if (len >= sizeof fields || memchr(close + 1, '\0', len) != NULL || memchr(close + 1, '\n', len) != NULL)
		return;
	memcpy(fields, close + 1, len);
	fields[len] = '\0';
	close = fields;
	for (skipped = 0; skipped < 19; skipped++) {
		close += strspn(close, " ");
		close += strcspn(close, " ");
	}
	REQUIRE(strtoull(close, NULL, 10) == stat.starttime);
}

/* By another way, for lines such as the kernel writes: its pid in the last of several namespaces is 1. */
static void check_init(const char *text, size_t len)
{
	bool is_init = lsp_procstatus_parse_is_init(text, len);
	char *copy = fuzz_copy((const uint8_t *)text, len), *line = copy, *end, *next;
	unsigned long long last = 0;
	unsigned count = 0;

	for (end = copy + len; line < end; line = next + 1) {
		next = memchr(line, '\n', (size_t)(end - line));
		next = next != NULL ? next : end;
		if (next - line > 6 && memcmp(line, "NSpid:", 6) == 0)
			break;
	}
	if (line >= end) {
		REQUIRE(!is_init);
	} else {
		char *numbers = calloc(1, (size_t)(next - line) + 1), *at;

		REQUIRE(numbers != NULL);
		memcpy(numbers, line + 6, (size_t)(next - line) - 6);
		if (strspn(numbers, "0123456789\t") == (size_t)(next - line) - 6 && next - line < 25) {
			for (at = strtok(numbers, "\t"); at != NULL; at = strtok(NULL, "\t"), count++)
				last = strtoull(at, NULL, 10);
			REQUIRE(is_init == (count > 1 && last == 1));
		}
		free(numbers);
	}
	free(copy);
}

static void check_status(const char *text, size_t len)
{
	uint32_t uid = 0x5a5a5a5a;

	check_init(text, len);

	if (!lsp_procstatus_parse_uid(text, len, &uid))
		REQUIRE(uid == 0x5a5a5a5a);
	else
		REQUIRE(len >= sizeof "Uid:0\t0" - 1);
}

static bool holds(const char *text, size_t len, const char *piece, size_t piece_len)
{
	size_t i;

	for (i = 0; text != NULL && i + piece_len <= len; i++) {
		if (memcmp(text + i, piece, piece_len) == 0)
			return true;
	}
	return piece_len == 0;
}

static void check_name(const uint8_t *bytes, size_t len)
{
	size_t comm_len, size, used, rest;
	char *comm, *exe = NULL, *argv = NULL, *name;

	if (len < 2)
		return;
	comm_len = bytes[0] < len - 2 ? bytes[0] : len - 2;
	size = bytes[1] + 1u;
	comm = fuzz_copy(bytes + 2, comm_len);
	bytes += 2 + comm_len;
	rest = len - 2 - comm_len;
	if (rest > 0) {
		exe = fuzz_string(bytes, rest);
		used = strlen(exe) + 1 < rest ? strlen(exe) + 1 : rest;
		bytes += used;
		rest -= used;
	}
	if (rest > 0)
		argv = fuzz_copy(bytes, rest);
	name = malloc(size);
	REQUIRE(name != NULL);
	memset(name, 0x5a, size);
	lsp_process_pick_name(comm, comm_len, exe, argv, argv != NULL ? rest : 0, name, size);
	REQUIRE(memchr(name, '\0', size) != NULL);
	used = strlen(name);
	/* never made up: it stands in what the process says of itself */
	REQUIRE(holds(comm, comm_len, name, used) || holds(exe, exe != NULL ? strlen(exe) : 0, name, used) ||
		holds(argv, rest, name, used));
	free(name);
	free(argv);
	free(exe);
	free(comm);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	char *text = len > 0 ? fuzz_copy(bytes + 1, len - 1) : NULL;

	if (len == 0)
		return 0;
	switch (bytes[0] % 3) {
	case 0:
		check_stat(text, len - 1);
		break;
	case 1:
		check_status(text, len - 1);
		break;
	default:
		check_name(bytes + 1, len - 1);
	}
	free(text);
	return 0;
}
