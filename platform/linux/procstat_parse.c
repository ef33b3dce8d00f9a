/*
 * procstat_parse.c - see procstat_parse.h.
 *
 * The name of a process. The kernel's comm is what people know a program by, but it is cut at 15 bytes, and a program
 * may rename its first thread ("MainThread" for node, "Web Content" for firefox). So:
 *   - comm at full length: the file name of argv[0] or of the program, when it goes on where comm was cut;
 *   - comm that is the start of no file name in sight (program, argv[0], script behind it): the program's file name;
 *   - else comm: a shebang script keeps its own name, busybox its applet's.
 */
#include "procstat_parse.h"

#include <string.h>

#define COMM_MAX 15 /* TASK_COMM_LEN - 1 */

static bool take_field(const char **at, const char *end, const char **ret_field, size_t *ret_len)
{
	const char *start;

	while (*at < end && **at == ' ')
		(*at)++;
	start = *at;
	while (*at < end && **at != ' ' && **at != '\n')
		(*at)++;
	*ret_field = start;
	*ret_len = (size_t)(*at - start);
	return *ret_len > 0;
}

static bool to_number(const char *digits, size_t len, uint64_t *ret_value)
{
	uint64_t value = 0;
	size_t i;

	for (i = 0; i < len; i++) {
		unsigned digit = (unsigned)(unsigned char)digits[i] - '0';

		if (digit > 9 || value > (UINT64_MAX - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	if (len > 0)
		*ret_value = value;
	return len > 0;
}

static const char *last_char(const char *text, size_t len, char c)
{
	while (len-- > 0) {
		if (text[len] == c)
			return text + len;
	}
	return NULL;
}

bool lsp_procstat_parse(const char *text, size_t len, struct lsp_procstat *ret_stat)
{
	const char *end = text + len, *open = memchr(text, '(', len), *close, *at, *field;
	struct lsp_procstat stat = {0};
	size_t field_len;
	uint64_t parent = 0, threads = 0;
	int number;

	if (open == NULL)
		return false;
	close = last_char(open, (size_t)(end - open), ')'); /* the name may hold ")": the last one ends it */
	if (close == NULL)
		return false;
	stat.comm = open + 1;
	stat.comm_len = (size_t)(close - open - 1);
	at = close + 1;
	for (number = 3; number <= 22; number++) {
		if (!take_field(&at, end, &field, &field_len))
			return false;
		if (number == 3)
			stat.state = field[0];
		if (number == 4 && (!to_number(field, field_len, &parent) || parent > UINT32_MAX))
			return false;
		if (number == 20 && (!to_number(field, field_len, &threads) || threads > UINT32_MAX))
			return false;
		if (number == 9 && !to_number(field, field_len, &stat.flags))
			return false;
		if (number == 22 && !to_number(field, field_len, &stat.starttime))
			return false;
	}
	stat.parent = (uint32_t)parent;
	stat.threads = (uint32_t)threads;
	*ret_stat = stat;
	return true;
}

/* What stands behind "Title:" up to the end of its line. False when there is no such line. */
static bool find_line(const char *text, size_t len, const char *title, const char **ret_at, const char **ret_end)
{
	const char *end = text + len, *at = text;
	size_t title_len = strlen(title);

	while (at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		const char *line_end = newline != NULL ? newline : end;

		if ((size_t)(line_end - at) > title_len && memcmp(at, title, title_len) == 0) {
			*ret_at = at + title_len;
			*ret_end = line_end;
			return true;
		}
		at = line_end + 1;
	}
	return false;
}

/* The next of the numbers that tabs stand between. */
static bool take_tabbed(const char **at, const char *end, uint64_t *ret_value)
{
	const char *start;

	while (*at < end && **at == '\t')
		(*at)++;
	start = *at;
	while (*at < end && **at != '\t')
		(*at)++;
	return to_number(start, (size_t)(*at - start), ret_value);
}

bool lsp_procstat_is_dead(const struct lsp_procstat *stat)
{
	return stat->state == 'X' || (stat->state == 'Z' && stat->threads <= 1);
}

bool lsp_procstatus_parse_uid(const char *text, size_t len, uint32_t *ret_uid)
{
	const char *at, *end;
	uint64_t real, effective;

	if (!find_line(text, len, "Uid:", &at, &end) || !take_tabbed(&at, end, &real) ||
	    !take_tabbed(&at, end, &effective) || effective > UINT32_MAX)
		return false;
	*ret_uid = (uint32_t)effective;
	return true;
}

bool lsp_procstatus_parse_is_init(const char *text, size_t len)
{
	const char *at, *end;
	uint64_t pid = 0;
	int count = 0;

	if (!find_line(text, len, "NSpid:", &at, &end))
		return false;
	while (take_tabbed(&at, end, &pid))
		count++;
	return count > 1 && pid == 1;
}

struct piece {
	const char *bytes;
	size_t len;
};

static struct piece file_name(const char *path, size_t len)
{
	const char *slash;

	if (path == NULL)
		return (struct piece){NULL, 0};
	slash = last_char(path, len, '/');
	if (slash == NULL)
		return (struct piece){path, len};
	return (struct piece){slash + 1, len - (size_t)(slash + 1 - path)};
}

static struct piece exe_file_name(const char *exe)
{
	static const char suffix[] = " (deleted)"; /* the kernel's words for a program that was removed, d_path() */
	size_t len = exe != NULL ? strlen(exe) : 0;

	if (len > sizeof suffix - 1 && memcmp(exe + len - (sizeof suffix - 1), suffix, sizeof suffix - 1) == 0)
		len -= sizeof suffix - 1;
	return file_name(exe, len);
}

static bool starts_with(struct piece whole, struct piece start)
{
	return whole.bytes != NULL && whole.len >= start.len && memcmp(whole.bytes, start.bytes, start.len) == 0;
}

bool lsp_process_is_named_by(const char *comm, size_t comm_len, const char *exe)
{
	return comm_len > 0 && starts_with(exe_file_name(exe), (struct piece){comm, comm_len});
}

/* A login shell calls itself "-bash". */
static struct piece without_dash(struct piece word)
{
	if (word.len > 1 && word.bytes[0] == '-')
		return (struct piece){word.bytes + 1, word.len - 1};
	return word;
}

void lsp_process_pick_name(const char *comm, size_t comm_len, const char *exe, const char *argv, size_t argv_len,
			   char *ret_name, size_t size)
{
	struct piece name = {comm, comm_len}, program = exe_file_name(exe), first = {0}, second = {0};
	size_t first_len = argv != NULL ? strnlen(argv, argv_len) : 0, at;

	if (first_len > 0)
		first = without_dash(file_name(argv, first_len));
	/* the options of a script's first line stand before the script: "#!/usr/bin/python3 -sP" */
	for (at = first_len + 1; at < argv_len && second.bytes == NULL; at += strnlen(argv + at, argv_len - at) + 1) {
		if (argv[at] != '-')
			second = file_name(argv + at, strnlen(argv + at, argv_len - at));
	}
	if (comm_len >= COMM_MAX) {
		if (starts_with(program, name))
			name = program;
		else if (starts_with(first, name))
			name = first;
		else if (starts_with(second, name))
			name = second;
		else if (program.len > 0)
			name = program;
	} else if (comm_len == 0) {
		name = program;
	} else if (program.len > 0 && !starts_with(program, name) && !starts_with(first, name) &&
		   !starts_with(second, name)) {
		name = program;
	}
	if (name.len > size - 1)
		name.len = size - 1;
	if (name.len > 0)
		memcpy(ret_name, name.bytes, name.len);
	ret_name[name.len] = '\0';
}
