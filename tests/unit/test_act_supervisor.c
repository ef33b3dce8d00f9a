/*
 * test_act_supervisor.c - who would start a process again, and what really stops it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "act/supervisor.h"
#include "test_act_world.h"

#define ID "0123456789ab"

/* The process 100 "node", child of parent, which is a child of grandparent, which is a child of 1. */
static bool ask(const struct lsp_process *parent, const struct lsp_process *grandparent, const struct lsp_process *node,
		struct lsp_supervisor *ret_supervisor)
{
	struct lsp_snapshot *snapshot = lsp_snapshot_new();
	struct lsp_process copy = *node;
	bool found;

	add(snapshot, 1, 0, 1, "systemd");
	if (grandparent != NULL)
		lsp_snapshot_add_process(snapshot, grandparent);
	if (parent != NULL)
		lsp_snapshot_add_process(snapshot, parent);
	copy.pid = 100;
	lsp_snapshot_add_process(snapshot, &copy);
	lsp_snapshot_freeze(snapshot);
	memset(ret_supervisor, 0xa5, sizeof *ret_supervisor);
	found = lsp_supervisor_of(snapshot, lsp_snapshot_process(snapshot, 100), ret_supervisor);
	lsp_snapshot_free(snapshot);
	return found;
}

static void expect(const struct lsp_supervisor *found, const char *name, const char *command, uint32_t pid, bool is_known)
{
	assert_string_equal(found->name, name);
	assert_string_equal(found->command, command);
	assert_int_equal(found->pid, pid);
	assert_int_equal(found->is_known, is_known);
}

static void test_units(void **state)
{
	struct lsp_process node = person(100, 1, 9, "node");
	const struct lsp_process shell = person(50, 1, 5, "bash");
	struct lsp_supervisor found;

	(void)state;
	node.unit = "nginx.service";
	assert_true(ask(NULL, NULL, &node, &found));
	expect(&found, "systemd (nginx.service)", "systemctl stop nginx.service", 0, true);
	node.has |= LSP_PROCESS_USER_UNIT;
	assert_true(ask(NULL, NULL, &node, &found));
	expect(&found, "systemd (nginx.service)", "systemctl --user stop nginx.service", 0, true);
	node.parent = 50; /* a script of the unit */
	assert_true(ask(&shell, NULL, &node, &found));
	expect(&found, "systemd (nginx.service)", "systemctl --user stop nginx.service", 0, true);
	node.has = 0; /* whose parents we could not see */
	assert_true(ask(NULL, NULL, &node, &found));
	expect(&found, "systemd (nginx.service)", "systemctl stop nginx.service", 0, true);
}

/* Whoever may make a cgroup chooses its name. A command is for pasting: no name may say more than a unit's. */
static void test_units_that_are_none(void **state)
{
	static const char *const names[] = {"x;reboot.service", "$(reboot).service", "`x`.service",  "a b.service", "x\n.service",
					    "\x1b[2J.service",	"a'b.service",	     "a|b.service",  "--now.service", "&.service",
					    ">x.service",	"\xc3\xa4.service",  "*.service",    "",	      "a/b.service"};
	struct lsp_process node = person(100, 1, 9, "node");
	struct lsp_supervisor found;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof names / sizeof *names; i++) {
		node.unit = names[i];
		if (ask(NULL, NULL, &node, &found))
			fail_msg("%s: %s", names[i], found.command);
	}
	node.unit = "dev-disk\\x2dby@A_b:1.service"; /* how systemd writes what a unit may not hold */
	assert_true(ask(NULL, NULL, &node, &found));
	assert_string_equal(found.command, "systemctl stop 'dev-disk\\x2dby@A_b:1.service'");
}

static void test_containers(void **state)
{
	struct lsp_process node = person(100, 50, 9, "node");
	const struct lsp_process docker = person(50, 1, 5, "containerd-shim-runc-v2"), podman = person(50, 1, 5, "conmon"),
				 shell = person(50, 1, 5, "sh");
	struct lsp_process inside = person(50, 40, 5, "supervisord");
	const struct lsp_process outside = person(40, 1, 4, "conmon");
	struct lsp_supervisor found;

	(void)state;
	node.container = ID;
	node.unit = "docker.service"; /* without systemd's driver the container is below the engine's own unit */
	assert_true(ask(NULL, NULL, &node, &found));
	expect(&found, "container " ID, "docker stop " ID, 0, true);
	assert_true(ask(&docker, NULL, &node, &found));
	expect(&found, "container " ID, "docker stop " ID, 50, true);
	assert_true(ask(&podman, NULL, &node, &found));
	expect(&found, "container " ID, "podman stop " ID, 50, true);
	assert_true(ask(&shell, NULL, &node, &found));
	expect(&found, "container " ID, "docker stop " ID, 0, true);
	/* the cgroup knows it better: cri-o has a conmon as well, and Kubernetes the shims of containerd */
	node.engine = LSP_ENGINE_CRI;
	assert_true(ask(&podman, NULL, &node, &found));
	expect(&found, "container " ID, "crictl stop " ID, 50, true);
	assert_true(ask(&docker, NULL, &node, &found));
	expect(&found, "container " ID, "crictl stop " ID, 50, true);
	node.engine = LSP_ENGINE_PODMAN;
	assert_true(ask(NULL, NULL, &node, &found));
	expect(&found, "container " ID, "podman stop " ID, 0, true);
	node.engine = LSP_ENGINE_NERDCTL;
	assert_true(ask(&docker, NULL, &node, &found));
	expect(&found, "container " ID, "nerdctl stop " ID, 50, true);
	node.engine = LSP_ENGINE_UNKNOWN;
	/* who starts it again within the container does not hide whose container it is */
	assert_true(ask(&inside, &outside, &node, &found));
	assert_string_equal(found.command, "podman stop " ID);
}

/* How they look in /proc: by name, by the script that an interpreter runs, by the title that they write. */
static const struct {
	const char *name, *argv;
	size_t argv_len;
	const char *supervisor, *command; /* NULL: none */
} parents[] = {
	{"PM2 v5.3.0: God", ARGV("PM2 v5.3.0: God Daemon (/srv/.pm2)"), "pm2", "pm2 list; pm2 stop NAME"},
	{"node", ARGV("PM2 v5.3.0: God Daemon (/srv/.pm2)"), "pm2", "pm2 list; pm2 stop NAME"},
	{"pm2", NULL, 0, "pm2", "pm2 list; pm2 stop NAME"},
	{"node", ARGV("node\0/usr/local/bin/pm2\0start"), "pm2", "pm2 list; pm2 stop NAME"},
	{"node", ARGV("node\0/srv/node_modules/.bin/nodemon\0server.js"), "nodemon", "kill 50"},
	{"node", ARGV("node\0/srv/node_modules/nodemon/bin/nodemon.js\0server.js"), "nodemon", "kill 50"},
	{"nodemon", NULL, 0, "nodemon", "kill 50"},
	{"supervisord", ARGV("/usr/bin/python3\0/usr/bin/supervisord\0-n"), "supervisord",
	 "supervisorctl status; supervisorctl stop NAME"},
	{"python3", ARGV("/usr/bin/python3\0/usr/bin/supervisord"), "supervisord",
	 "supervisorctl status; supervisorctl stop NAME"},
	{"forever", NULL, 0, "forever", "forever list; forever stop INDEX"},
	{"runsv", ARGV("runsv\0web"), "runit", "sv stop NAME"},
	{"s6-supervise", ARGV("s6-supervise\0web"), "s6", "s6-svc -d FOLDER"},
	{"circusd", NULL, 0, "circus", "circusctl stop NAME"},
	{"monit", NULL, 0, "monit", "monit stop NAME"},
	{"watchexec", NULL, 0, "watchexec", "kill 50"},
	/* no supervisors, and no shells */
	{"monitor", NULL, 0, NULL, NULL},
	{"pm20", NULL, 0, NULL, NULL},
	{"pm", NULL, 0, NULL, NULL},
	{"my-nodemon", NULL, 0, NULL, NULL},
	{"runsvdir", NULL, 0, NULL, NULL},
	{"Pm2", NULL, 0, NULL, NULL},
	{"node", ARGV("node\0server.js\0pm2"), NULL, NULL}, /* a word among its arguments */
	{"node", ARGV("node\0"), NULL, NULL},
	{"node", ARGV(""), NULL, NULL},
	{"node", ARGV("/opt/pm2/node"), NULL, NULL}, /* a folder of that name */
	{"node", NULL, 0, NULL, NULL},
	{"", NULL, 0, NULL, NULL},
};

static void test_programs(void **state)
{
	const struct lsp_process node = person(100, 50, 9, "node");
	size_t i;

	(void)state;
	for (i = 0; i < sizeof parents / sizeof *parents; i++) {
		struct lsp_process parent = person(50, 1, 5, parents[i].name);
		struct lsp_supervisor found;
		char *argv = malloc(parents[i].argv_len + 1);

		assert_non_null(argv);
		if (parents[i].argv != NULL) {
			memcpy(argv, parents[i].argv, parents[i].argv_len);
			parent.argv = argv;
			parent.argv_len = parents[i].argv_len;
		}
		if (!ask(&parent, NULL, &node, &found))
			fail_msg("row %zu: nobody", i);
		if (found.is_known != (parents[i].supervisor != NULL))
			fail_msg("row %zu: %s", i, found.name);
		expect(&found, parents[i].supervisor != NULL ? parents[i].supervisor : parents[i].name,
		       parents[i].supervisor != NULL ? parents[i].command : "kill 50", 50, parents[i].supervisor != NULL);
		free(argv);
	}
}

/* pm2 that systemd started: the unit would go with all that pm2 runs, so the nearer one is named. */
static void test_nearest(void **state)
{
	struct lsp_process node = person(100, 50, 9, "node");
	const struct lsp_process shell = person(50, 40, 5, "sh"), pm2 = person(40, 1, 4, "PM2 v5.3.0: God"),
				 npm = person(50, 40, 5, "npm"), other = person(40, 1, 4, "foreman");
	struct lsp_supervisor found;

	(void)state;
	assert_true(ask(&shell, &pm2, &node, &found)); /* through a shell */
	expect(&found, "pm2", "pm2 list; pm2 stop NAME", 40, true);
	node.unit = "pm2-web.service";
	assert_true(ask(&shell, &pm2, &node, &found));
	expect(&found, "pm2", "pm2 list; pm2 stop NAME", 40, true);
	node.unit = NULL;
	assert_false(ask(&npm, &other, &node, &found)); /* a parent that is a shell, whoever is behind it */
}

static void test_nobody(void **state)
{
	static const char *const shells[] = {"bash", "sh", "dash", "zsh", "fish", "ksh", "tmux", "screen", "login",
					     "sshd", "sudo", "su", "doas", "make", "xargs", "timeout", "env", "systemd",
					     "init", "npm"};
	struct lsp_process node = person(100, 50, 9, "node");
	struct lsp_supervisor found;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof shells / sizeof *shells; i++) {
		const struct lsp_process shell = person(50, 1, 5, shells[i]);

		if (ask(&shell, NULL, &node, &found))
			fail_msg("%s: %s", shells[i], found.name);
	}
	assert_false(ask(NULL, NULL, &node, &found)); /* a parent that we have no record of */
	node = person(100, 1, 9, "node");
	assert_false(ask(NULL, NULL, &node, &found));
	node = person(100, 0, 9, "node");
	assert_false(ask(NULL, NULL, &node, &found));
}

static void test_parent(void **state)
{
	const struct lsp_process node = person(100, 50, 9, "node"), shell = person(50, 1, 5, "bashful"),
				 nameless = person(50, 1, 5, NULL);
	struct lsp_supervisor found;

	(void)state;
	assert_true(ask(&shell, NULL, &node, &found));
	expect(&found, "bashful", "kill 50", 50, false);
	assert_true(ask(&nameless, NULL, &node, &found));
	expect(&found, "its parent", "kill 50", 50, false);
}

/* Bytes pass as they are: what prints them escapes. Nothing is written beyond its room. */
static void test_hostile_and_long(void **state)
{
	char name[600], unit[600];
	struct lsp_process node = person(100, 50, 9, "node"), parent = person(50, 1, 5, "\x1b[2Jx\ny");
	struct lsp_supervisor found;

	(void)state;
	assert_true(ask(&parent, NULL, &node, &found));
	expect(&found, "\x1b[2Jx\ny", "kill 50", 50, false);
	memset(name, 'n', sizeof name);
	name[sizeof name - 1] = '\0';
	parent.name = name;
	assert_true(ask(&parent, NULL, &node, &found));
	assert_int_equal(strlen(found.name), sizeof found.name - 1);
	memset(unit, 'u', sizeof unit);
	unit[sizeof unit - 1] = '\0';
	node.unit = unit;
	assert_true(ask(&parent, NULL, &node, &found));
	assert_non_null(memchr(found.name, '\0', sizeof found.name));
	assert_non_null(memchr(found.command, '\0', sizeof found.command));
	node.container = unit;
	assert_true(ask(&parent, NULL, &node, &found));
	assert_non_null(memchr(found.name, '\0', sizeof found.name));
	assert_non_null(memchr(found.command, '\0', sizeof found.command));
}

static void test_circle(void **state)
{
	struct lsp_process node = person(100, 50, 9, "node");
	const struct lsp_process parent = person(50, 40, 5, "sh"), grandparent = person(40, 50, 4, "sh");
	struct lsp_supervisor found;

	(void)state;
	assert_false(ask(&parent, &grandparent, &node, &found));
	node.parent = 100;
	assert_true(ask(NULL, NULL, &node, &found)); /* its own parent: odd, but answered */
	assert_false(found.is_known);
}

/* Of Windows: the service manager, whoever the parent is; names that a shell would not take for themselves are not told. */
static void test_services(void **state)
{
	struct lsp_process parent = person(50, 0, 5, "launcher.exe"), spooler = person(100, 50, 9, "spoolsv.exe");
	struct lsp_supervisor found;

	(void)state;
	spooler.has |= LSP_PROCESS_IS_SERVICE | LSP_PROCESS_NO_SIGNALS;
	spooler.unit = "Spooler";
	assert_true(ask(&parent, NULL, &spooler, &found));
	expect(&found, "the service manager (Spooler)", "net stop Spooler", 0, true);
	spooler.unit = "Net Driver HPZ12";
	assert_true(ask(&parent, NULL, &spooler, &found));
	expect(&found, "the service manager (Net Driver HPZ12)", "net stop \"Net Driver HPZ12\"", 0, true);
	spooler.unit = "a&calc";
	assert_true(ask(&parent, NULL, &spooler, &found));
	expect(&found, "the service manager (a&calc)", "net stop NAME", 0, true);
	spooler.unit = "A, B";
	spooler.has |= LSP_PROCESS_HOSTS_MANY;
	assert_true(ask(&parent, NULL, &spooler, &found));
	expect(&found, "the service manager (A, B)", "net stop NAME", 0, true);
	/* no service: its parent, which knows no signals */
	spooler.has = LSP_PROCESS_HAS_PARENT | LSP_PROCESS_NO_SIGNALS;
	spooler.unit = NULL;
	parent.has |= LSP_PROCESS_NO_SIGNALS;
	assert_true(ask(&parent, NULL, &spooler, &found));
	expect(&found, "launcher.exe", "taskkill /F /PID 50", 50, false);
	parent.name = "powershell.exe";
	assert_false(ask(&parent, NULL, &spooler, &found));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_units),
		cmocka_unit_test(test_services),	 cmocka_unit_test(test_units_that_are_none), cmocka_unit_test(test_containers), cmocka_unit_test(test_programs),
		cmocka_unit_test(test_nearest),	 cmocka_unit_test(test_nobody),	    cmocka_unit_test(test_parent),
		cmocka_unit_test(test_hostile_and_long), cmocka_unit_test(test_circle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
