/*
 * test_linux_procstat.c - /proc/PID/stat and status into facts, and the name that tells most.
 *
 * A process chooses its name: any 15 bytes but NUL (prctl(2), PR_SET_NAME), so also those that look like the fields
 * behind it. The examples of names are of programs as they run on today's systems.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "procstat_parse.h"

/* Fields 3 to 24 of proc_pid_stat(5); 9 are the flags, 22 the start. */
#define FIELDS(state, flags, start)                                                                                    \
	state " 1 4242 4242 34816 4242 " flags " 139 0 0 0 1 2 0 0 20 0 1 0 " start " 9134080 1343 "
#define SOME FIELDS("S", "4194304", "123456")

/* A copy of its own size, so that a read too far is seen. */
static char *exact(const char *bytes, size_t len)
{
	char *copy = malloc(len > 0 ? len : 1);

	assert_non_null(copy);
	memcpy(copy, bytes, len);
	return copy;
}

static void assert_comm(const char *comm)
{
	char text[512], *copy;
	struct lsp_procstat stat;
	size_t len;

	snprintf(text, sizeof text, "4242 (%s) " SOME "\n", comm);
	len = strlen(text);
	copy = exact(text, len);
	assert_true(lsp_procstat_parse(copy, len, &stat));
	assert_int_equal(stat.comm_len, strlen(comm));
	assert_memory_equal(stat.comm, comm, strlen(comm));
	assert_int_equal(stat.state, 'S');
	assert_true(stat.flags == 4194304);
	assert_true(stat.starttime == 123456);
	free(copy);
}

static void test_hostile_names(void **state)
{
	(void)state;
	assert_comm("nginx");
	assert_comm("");
	assert_comm(" ");
	assert_comm("a) R 1 (b");
	assert_comm("x) Z 0 0 0 0 0 ");
	assert_comm(")");
	assert_comm("(");
	assert_comm("))))))))))))))");
	assert_comm("(((((((((((((((");
	assert_comm("two\nlines");
	assert_comm("\n");
	assert_comm("tab\there");
	assert_comm("with many words");
	assert_comm("systemd-resolve");
	assert_comm("\x1b[2J\x1b[31mred");
	assert_comm("\xff\xfe\x80\xe2\x80\xae");
	assert_comm("ends in space ");
	assert_comm(") S 1 1 1 1 1 1");
}

static void test_facts(void **state)
{
	static const char kthread[] =
		"2 (kthreadd) S 0 0 0 0 -1 2129984 0 0 0 0 0 0 0 0 20 0 1 0 7 0 0 184467440737095516";
	static const char most[] = "1 (x) " FIELDS("R", "18446744073709551615", "18446744073709551615") "\n";
	static const char zombie[] = "9 (defunct) " FIELDS("Z", "4228108", "99") "\n";
	struct lsp_procstat stat;

	(void)state;
	assert_true(lsp_procstat_parse(kthread, sizeof kthread - 1, &stat));
	/* 2129984 is PF_KTHREAD | PF_NOFREEZE | PF_FORKNOEXEC of include/linux/sched.h */
	assert_int_equal(stat.flags & LSP_PF_KTHREAD, LSP_PF_KTHREAD);
	assert_true(stat.starttime == 7);
	assert_true(lsp_procstat_parse(most, sizeof most - 1, &stat));
	assert_true(stat.flags == UINT64_MAX);
	assert_true(stat.starttime == UINT64_MAX);
	assert_int_equal(stat.state, 'R');
	assert_true(lsp_procstat_parse(zombie, sizeof zombie - 1, &stat));
	assert_int_equal(stat.state, 'Z');
	assert_int_equal(stat.flags & LSP_PF_KTHREAD, 0);
}

static void test_refused_stats(void **state)
{
	static const char *const texts[] = {
		"",
		"(",
		")",
		"()",
		"4242",
		"4242 (nginx",
		"4242 nginx) " SOME,
		"4242 (nginx) S",
		"4242 )nginx( " SOME,
		"4242 (x) S 1 1 1 1 1 flags 0 0 0 0 0 0 0 0 20 0 1 0 77 1",
		"4242 (x) S 1 1 1 1 1 4194304 0 0 0 0 0 0 0 0 20 0 1 0 7x7 1",
		"4242 (x) S 1 1 1 1 1 4194304 0 0 0 0 0 0 0 0 20 0 1 0 -77 1",
		"4242 (x) S 1 1 1 1 1 4194304 0 0 0 0 0 0 0 0 20 0 1 0 18446744073709551616 1",
		"4242 (x) S 1 1 1 1 1 4194304 0 0 0 0 0 0 0 0 20 0 1 0", /* cut before the start */
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct lsp_procstat stat, before;
		char *copy = exact(texts[i], strlen(texts[i]));

		memset(&stat, 0xa5, sizeof stat);
		before = stat;
		if (lsp_procstat_parse(copy, strlen(texts[i]), &stat))
			fail_msg("taken: %s", texts[i]);
		assert_memory_equal(&stat, &before, sizeof stat);
		free(copy);
	}
}

static bool uid_of(const char *text, uint32_t *ret_uid)
{
	char *copy = exact(text, strlen(text));
	bool found = lsp_procstatus_parse_uid(copy, strlen(text), ret_uid);

	free(copy);
	return found;
}

static void test_status_uid(void **state)
{
	static const char *const refused[] = {
		"",
		"Uid:",
		"Uid:\t",
		"Uid:\t1000",
		"Uid:\t1000\t",
		"Name:\tx\n",
		"Uid:\t1000\tx\t0\t0\n",
		"Uid:\t1000\t4294967296\t0\t0\n",
		"Uid:\t1000\t-1\t0\t0\n",
		"Uid:\n1000\t0\n",
		"xUid:\t1\t2\t3\t4\n",
		"Name:\tUid:\t1\t2\n",
	};
	uint32_t uid = 7;
	size_t i;

	(void)state;
	/* real, effective, saved, file system */
	assert_true(uid_of("Name:\tpasswd\nUmask:\t0022\nState:\tS (sleeping)\nUid:\t1000\t0\t0\t0\nGid:\t5\t6\t7\t8\n",
			   &uid));
	assert_int_equal(uid, 0);
	assert_true(uid_of("Name:\tnginx\nUid:\t0\t33\t33\t33\n", &uid));
	assert_int_equal(uid, 33);
	assert_true(uid_of("Uid:\t0\t4294967295\t0\t0", &uid));
	assert_true(uid == UINT32_MAX);
	assert_true(uid_of("Uid:\t0\t12", &uid));
	assert_int_equal(uid, 12);
	uid = 7;
	for (i = 0; i < sizeof refused / sizeof *refused; i++) {
		if (uid_of(refused[i], &uid))
			fail_msg("taken: %s", refused[i]);
		assert_int_equal(uid, 7);
	}
}

/* The fourth field. 0: its parent is outside of our pid namespace. */
static void test_parent(void **state)
{
	static const struct {
		const char *field;
		bool good;
		uint32_t parent;
	} table[] = {
		{"1", true, 1},		   {"0", true, 0},	   {"4194304", true, 4194304},
		{"4294967295", true, UINT32_MAX}, {"4294967296", false, 0}, {"-1", false, 0},
		{"x", false, 0},	   {"1x", false, 0},	   {"18446744073709551616", false, 0},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof table / sizeof *table; i++) {
		char text[256], *copy;
		struct lsp_procstat stat = {.parent = 7};

		/* a name that looks like the fields behind it */
		snprintf(text, sizeof text, "4242 (a) S 99 (b) S %s 5 5 0 -1 4194304 0 0 0 0 1 2 0 0 20 0 1 0 777 1 2\n",
			 table[i].field);
		copy = exact(text, strlen(text));
		if (lsp_procstat_parse(copy, strlen(text), &stat) != table[i].good)
			fail_msg("%s", text);
		assert_true(stat.parent == (table[i].good ? table[i].parent : 7));
		free(copy);
	}
}

/* proc_pid_status(5): the pid in each namespace, from ours down to its own. */
static void test_status_init(void **state)
{
	static const struct {
		const char *text;
		bool is_init;
	} table[] = {
		{"Name:\tx\nNSpid:\t4242\t1\nNSpgid:\t5\t5\n", true},
		{"NSpid:\t4242\t17\t1\n", true},
		{"NSpid:\t4242\t1", true}, /* the end of what was read */
		{"NSpid:\t4242\n", false},
		{"NSpid:\t1\n", false}, /* of our own namespace: the guard knows pid 1 by its number */
		{"NSpid:\t4242\t17\n", false},
		{"NSpid:\t4242\t1\t17\n", false}, /* a child of that one's init is none itself */
		{"NSpid:\t1\t17\n", false},
		{"NSpid:\t4242\t11\n", false},
		{"NSpid:\t4242\tx\n", false},
		{"NSpid:\t4242\t-1\n", false},
		{"NSpid:\t\n", false},
		{"NSpid:", false},
		{"NSpid:\t4242 1\n", false},
		{"Name:\tNSpid:\t2\t1\nNSpid:\t4242\n", false}, /* names are whatever they want to be */
		{"xNSpid:\t4242\t1\n", false},
		{"NSpgid:\t4242\t1\n", false},
		{"Name:\tx\nUid:\t0\t0\t0\t0\n", false}, /* before Linux 4.1 */
		{"", false},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof table / sizeof *table; i++) {
		char *copy = exact(table[i].text, strlen(table[i].text));

		if (lsp_procstatus_parse_is_init(copy, strlen(table[i].text)) != table[i].is_init)
			fail_msg("%s", table[i].text);
		free(copy);
	}
}

/* --- names ------------------------------------------------------------------------------------------------ */

#define ARGV(literal) literal, sizeof literal /* sizeof counts the NUL behind the last argument */

static const struct named {
	const char *what, *comm, *exe, *argv;
	size_t argv_len;
	const char *name;
} names[] = {
	{"a daemon", "sshd", "/usr/sbin/sshd", ARGV("sshd: /usr/sbin/sshd -D [listener]"), "sshd"},
	{"cut, the program goes on", "systemd-resolve", "/usr/lib/systemd/systemd-resolved",
	 ARGV("/usr/lib/systemd/systemd-resolved"), "systemd-resolved"},
	{"cut, program not readable", "systemd-resolve", NULL, ARGV("/lib/systemd/systemd-resolved"),
	 "systemd-resolved"},
	{"cut, nothing else known", "systemd-resolve", NULL, NULL, 0, "systemd-resolve"},
	{"15 bytes and not cut", "fifteen-letters", "/usr/bin/fifteen-letters", ARGV("fifteen-letters"),
	 "fifteen-letters"},
	{"cut script", "unattended-upgr", "/usr/bin/python3.11",
	 ARGV("/usr/bin/python3\0/usr/share/unattended-upgrades/unattended-upgrade-shutdown\0--wait-for-signal"),
	 "unattended-upgrade-shutdown"},
	{"15 bytes of a renamed thread", "ThisIsAThreadNo", "/usr/bin/java", ARGV("java\0-jar\0x.jar"), "java"},
	{"main thread renamed", "MainThread", "/usr/bin/node", ARGV("node\0server.js"), "node"},
	{"main thread renamed, program replaced by an upgrade", "MainThread", "/usr/bin/node (deleted)",
	 ARGV("node\0server.js"), "node"},
	{"main thread renamed, program not readable", "MainThread", NULL, ARGV("node\0server.js"), "MainThread"},
	{"program replaced by an upgrade", "nginx", "/usr/sbin/nginx (deleted)",
	 ARGV("nginx: master process /usr/sbin/nginx -g daemon on;"), "nginx"},
	{"cut and replaced", "gnome-keyring-d", "/usr/bin/gnome-keyring-daemon (deleted)",
	 ARGV("/usr/bin/gnome-keyring-daemon\0--foreground"), "gnome-keyring-daemon"},
	{"script by its first line", "fail2ban-server", "/usr/bin/python3.11",
	 ARGV("/usr/bin/python3\0/usr/bin/fail2ban-server\0-xf\0start"), "fail2ban-server"},
	{"script by its first line, short", "gunicorn", "/usr/bin/python3.11",
	 ARGV("/usr/bin/python3\0/usr/local/bin/gunicorn\0app:app"), "gunicorn"},
	{"script whose first line has options", "firewalld", "/usr/bin/python3.11",
	 ARGV("/usr/bin/python3\0-sP\0/usr/sbin/firewalld\0--nofork"), "firewalld"},
	{"options only", "thread-7", "/usr/bin/perl", ARGV("perl\0-T\0-w"), "perl"},
	{"title written over the arguments", "gunicorn", "/usr/bin/python3.11", ARGV("gunicorn: master [app:app]"),
	 "gunicorn"},
	{"interpreter asked for by name", "python3", "/usr/bin/python3.11", ARGV("python3\0-m\0http.server"),
	 "python3"},
	{"interpreter by a shorter name, through a link", "python", "/usr/bin/python3.11", ARGV("python\0x.py"),
	 "python"},
	{"applet", "httpd", "/bin/busybox", ARGV("httpd\0-f\0-p\08080"), "httpd"},
	{"applet called through busybox", "busybox", "/bin/busybox", ARGV("busybox\0httpd\0-f"), "busybox"},
	{"login shell", "bash", "/usr/bin/bash", ARGV("-bash"), "bash"},
	{"login shell, program not readable", "a-very-long-she", NULL, ARGV("-a-very-long-shell"), "a-very-long-shell"},
	{"title with slashes", "postgres", "/usr/lib/postgresql/15/bin/postgres", ARGV("postgres: 15/main: walwriter "),
	 "postgres"},
	{"no arguments", "kernel-like", "/usr/bin/kernel-like", NULL, 0, "kernel-like"},
	{"empty arguments", "prog", "/usr/bin/other", ARGV(""), "other"},
	{"empty first argument", "script", "/usr/bin/perl", ARGV("\0/opt/script"), "script"},
	{"empty comm", "", "/usr/bin/thing", ARGV("x"), "thing"},
	{"empty comm, no program", "", NULL, ARGV("x"), ""},
	{"nothing at all", "", NULL, NULL, 0, ""},
	{"no program", "worker", NULL, NULL, 0, "worker"},
	{"relative first argument", "a.out", "/home/x/a.out", ARGV("./a.out"), "a.out"},
	{"hostile bytes stay as they are", "a)\n\x1b[31m", "/tmp/a)\n\x1b[31mb", ARGV("z"), "a)\n\x1b[31m"},
	{"hostile bytes in the program", "MainThread", "/tmp/\xff\x1b]0;x\x07", ARGV("z"), "\xff\x1b]0;x\x07"},
	{"a program called (deleted)", "MainThread", "/tmp/ (deleted)", ARGV("z"), "MainThread"},
};

static void test_names(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof names / sizeof *names; i++) {
		const struct named *row = &names[i];
		char *argv = row->argv != NULL ? exact(row->argv, row->argv_len) : NULL;
		char *comm = exact(row->comm, strlen(row->comm));
		char name[256];

		memset(name, 'x', sizeof name);
		lsp_process_pick_name(comm, strlen(row->comm), row->exe, argv, row->argv_len, name, sizeof name);
		assert_non_null(memchr(name, '\0', sizeof name));
		if (strcmp(name, row->name) != 0)
			print_error("%s\n", row->what);
		assert_string_equal(name, row->name);
		/* who skips the arguments because the program's name is enough comes to the same name */
		if (lsp_process_is_named_by(comm, strlen(row->comm), row->exe)) {
			lsp_process_pick_name(comm, strlen(row->comm), row->exe, NULL, 0, name, sizeof name);
			assert_string_equal(name, row->name);
		}
		free(argv);
		free(comm);
	}
}

static void test_when_arguments_are_needed(void **state)
{
	(void)state;
	assert_true(lsp_process_is_named_by("nginx", 5, "/usr/sbin/nginx"));
	assert_true(lsp_process_is_named_by("nginx", 5, "/usr/sbin/nginx (deleted)"));
	assert_true(lsp_process_is_named_by("systemd-resolve", 15, "/usr/lib/systemd/systemd-resolved"));
	assert_false(lsp_process_is_named_by("gunicorn", 8, "/usr/bin/python3.11"));
	assert_false(lsp_process_is_named_by("MainThread", 10, "/usr/bin/node"));
	assert_false(lsp_process_is_named_by("nginx", 5, NULL));
	assert_false(lsp_process_is_named_by("", 0, "/usr/sbin/nginx"));
}

/* Never a byte more than the caller has room for. */
static void test_sizes(void **state)
{
	static const char exe[] = "/usr/lib/systemd/systemd-resolved", whole[] = "systemd-resolved";
	size_t size;

	(void)state;
	for (size = 1; size <= sizeof whole + 1; size++) {
		char *name = malloc(size);
		size_t len = size - 1 < sizeof whole - 1 ? size - 1 : sizeof whole - 1;

		assert_non_null(name);
		lsp_process_pick_name("systemd-resolve", 15, exe, NULL, 0, name, size);
		assert_int_equal(strlen(name), len);
		assert_memory_equal(name, whole, len);
		free(name);
	}
}

static void test_long_program(void **state)
{
	char exe[4096], name[256];

	(void)state;
	memset(exe, 'p', sizeof exe);
	exe[0] = '/';
	exe[sizeof exe - 1] = '\0';
	lsp_process_pick_name("ppppppppppppppp", 15, exe, NULL, 0, name, sizeof name);
	assert_int_equal(strlen(name), 255);
	assert_memory_equal(name, exe + 1, 255);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hostile_names), cmocka_unit_test(test_facts),
		cmocka_unit_test(test_refused_stats), cmocka_unit_test(test_status_uid),
		cmocka_unit_test(test_names),         cmocka_unit_test(test_when_arguments_are_needed),
		cmocka_unit_test(test_sizes),         cmocka_unit_test(test_long_program),
		cmocka_unit_test(test_parent),        cmocka_unit_test(test_status_init),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
