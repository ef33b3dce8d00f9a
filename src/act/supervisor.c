/*
 * supervisor.c - see supervisor.h.
 */
#include "supervisor.h"

#include <stdio.h>
#include <string.h>

#include <lsports/language.h>

#define KIN_MAX 64

/* Programs whose job it is to start others again. The name is compared with the start of the process's name, of the title
 * that it wrote over its arguments, and of the file names of the first two: pm2 and nodemon are scripts that node runs. */
static const struct {
	const char *start, *name, *command;
	bool is_engine; /* of containers */
} supervisors[] = {
	{"PM2", "pm2", "pm2 list; pm2 stop NAME"},
	{"pm2", "pm2", "pm2 list; pm2 stop NAME"},
	{"supervisord", "supervisord", "supervisorctl status; supervisorctl stop NAME"},
	{"nodemon", "nodemon", ""},
	{"forever", "forever", "forever list; forever stop INDEX"},
	{"runsv", "runit", "sv stop NAME"},
	{"s6-supervise", "s6", "s6-svc -d FOLDER"},
	{"circusd", "circus", "circusctl stop NAME"},
	{"monit", "monit", "monit stop NAME"},
	{"watchexec", "watchexec", ""},
	{"containerd-shim", "docker", "", true},
	{"conmon", "podman", "", true},
};

/* What runs commands for people, and does not start them again. */
static const char *const shells[] = {"bash", "sh",   "dash", "zsh",  "fish",  "ksh",	"tmux", "screen", "login", "sshd",
				     "sudo", "su",   "doas", "make", "xargs", "timeout", "env",	 "systemd", "init",  "npm",
				     "cmd.exe", "powershell.exe", "pwsh.exe", "explorer.exe", "WindowsTerminal.exe", "bash.exe"};

/* The whole word: "pm2", "PM2 v5.3.0: God Daemon", "nodemon.js", "containerd-shim-runc-v2", not "monitor" for "monit". */
static bool begins(const char *text, const char *start)
{
	size_t len = strlen(start);

	return text != NULL && strncmp(text, start, len) == 0 && (text[len] == '\0' || strchr(" .-", text[len]) != NULL);
}

static const char *file_name(const char *path)
{
	const char *slash = path != NULL ? strrchr(path, '/') : NULL;

	return slash != NULL ? slash + 1 : path;
}

static bool is_called(const struct lsp_process *process, const char *start)
{
	const char *second = NULL;

	/* a title may hold a path: "PM2 v5.3.0: God Daemon (/srv/.pm2)" */
	if (begins(process->name, start) || begins(process->argv, start) || begins(file_name(process->argv), start))
		return true;
	if (process->argv != NULL && strlen(process->argv) + 1 < process->argv_len)
		second = process->argv + strlen(process->argv) + 1;
	return begins(file_name(second), start);
}

static bool is_shell(const struct lsp_process *process)
{
	size_t i;

	for (i = 0; i < sizeof shells / sizeof *shells; i++) {
		if (process->name != NULL && strcmp(process->name, shells[i]) == 0)
			return true;
	}
	return false;
}

/* systemd.unit(5): of these bytes alone. Any other name is a folder that somebody else made, and no word to hand to a
 * person who pastes it into a shell. */
static bool is_unit_name(const char *unit)
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789:-_.\\@";

	return unit != NULL && unit[0] != '-' && unit[0] != '\0' && unit[strspn(unit, allowed)] == '\0';
}

/* A service's name may be any text without slashes; of these bytes it means the same to cmd.exe and to PowerShell. */
static bool is_service_name(const char *name)
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-. ";

	return name != NULL && name[0] != '\0' && name[strspn(name, allowed)] == '\0';
}

static void put_kill(const struct lsp_process *process, struct lsp_supervisor *supervisor)
{
	bool no_signals = (process->has & LSP_PROCESS_NO_SIGNALS) != 0;

	snprintf(supervisor->command, sizeof supervisor->command, no_signals ? "taskkill /F /PID %u" : "kill %u", process->pid);
}

static bool service_manager(const struct lsp_process *process, struct lsp_supervisor *ret_supervisor)
{
	struct lsp_supervisor found = {.is_known = true};
	const char *unit = process->unit;

	if ((process->has & LSP_PROCESS_IS_SERVICE) == 0 || unit == NULL)
		return false;
	snprintf(found.name, sizeof found.name, _("the service manager (%s)"), unit);
	if ((process->has & LSP_PROCESS_HOSTS_MANY) == 0 && is_service_name(unit))
		snprintf(found.command, sizeof found.command, strchr(unit, ' ') != NULL ? "net stop \"%s\"" : "net stop %s", unit);
	else
		snprintf(found.command, sizeof found.command, "net stop NAME");
	*ret_supervisor = found;
	return true;
}

static bool known_ancestor(const struct lsp_snapshot *snapshot, const struct lsp_process *process, bool engines_only,
			   struct lsp_supervisor *ret_supervisor)
{
	size_t generation, i;

	for (generation = 0; generation < KIN_MAX && (process->has & LSP_PROCESS_HAS_PARENT) != 0; generation++) {
		process = lsp_snapshot_process(snapshot, process->parent);
		if (process == NULL)
			return false;
		for (i = 0; i < sizeof supervisors / sizeof *supervisors; i++) {
			if ((engines_only && !supervisors[i].is_engine) || !is_called(process, supervisors[i].start))
				continue;
			*ret_supervisor = (struct lsp_supervisor){.pid = process->pid, .is_known = true};
			snprintf(ret_supervisor->name, sizeof ret_supervisor->name, "%s", supervisors[i].name);
			snprintf(ret_supervisor->command, sizeof ret_supervisor->command, "%s", supervisors[i].command);
			if (supervisors[i].command[0] == '\0')
				put_kill(process, ret_supervisor);
			return true;
		}
	}
	return false;
}

/* Of an engine that the cgroup does not tell, the process above may. */
static void container(const struct lsp_snapshot *snapshot, const struct lsp_process *process,
		      struct lsp_supervisor *ret_supervisor)
{
	static const char *const tools[] = {
		[LSP_ENGINE_UNKNOWN] = "docker",   [LSP_ENGINE_DOCKER] = "docker", [LSP_ENGINE_PODMAN] = "podman",
		[LSP_ENGINE_NERDCTL] = "nerdctl", [LSP_ENGINE_CRI] = "crictl",
	};
	struct lsp_supervisor found = {.is_known = true};
	const char *tool = tools[process->engine];

	if (known_ancestor(snapshot, process, true, &found) && process->engine == LSP_ENGINE_UNKNOWN)
		tool = strcmp(found.name, "podman") == 0 ? "podman" : "docker";
	snprintf(found.command, sizeof found.command, "%s stop %s", tool, process->container);
	snprintf(found.name, sizeof found.name, _("container %s"), process->container);
	*ret_supervisor = found;
}

bool lsp_supervisor_of(const struct lsp_snapshot *snapshot, const struct lsp_process *process,
		       struct lsp_supervisor *ret_supervisor)
{
	bool by_user = (process->has & LSP_PROCESS_USER_UNIT) != 0;
	const struct lsp_process *parent;
	struct lsp_supervisor found = {.pid = 0};

	if (process->container != NULL) {
		container(snapshot, process, ret_supervisor);
		return true;
	}
	if (service_manager(process, ret_supervisor) || known_ancestor(snapshot, process, false, ret_supervisor))
		return true;
	if (is_unit_name(process->unit)) {
		const char *quote = strchr(process->unit, '\\') != NULL ? "'" : "";

		found.is_known = true;
		snprintf(found.name, sizeof found.name, "systemd (%s)", process->unit);
		snprintf(found.command, sizeof found.command, "systemctl%s stop %s%s%s", by_user ? " --user" : "", quote,
			 process->unit, quote);
		*ret_supervisor = found;
		return true;
	}
	parent = (process->has & LSP_PROCESS_HAS_PARENT) != 0 ? lsp_snapshot_process(snapshot, process->parent) : NULL;
	if (parent == NULL || parent->pid <= 1 || is_shell(parent))
		return false;
	found.pid = parent->pid;
	snprintf(found.name, sizeof found.name, "%s", parent->name != NULL ? parent->name : _("its parent"));
	put_kill(parent, &found);
	*ret_supervisor = found;
	return true;
}
