/*
 * system.c - the names that Linux gives to numbers, and where stdout goes.
 */
#include "linux.h"

#include <errno.h>
#include <net/if.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include <lsports/language.h>

/* The account with this uid, of /etc/passwd first: the name service switch looks there first as well, but asks nscd and
 * reads its own configuration before, which costs more than the rest of a short list. */
static const struct passwd *account_of(uid_t uid)
{
	FILE *file = fopen("/etc/passwd", "re");
	struct passwd *account = NULL;

	while (file != NULL && (account = fgetpwent(file)) != NULL) {
		if (account->pw_uid == uid)
			break;
	}
	if (file != NULL)
		fclose(file);
	return account != NULL ? account : getpwuid(uid);
}

bool lsp_kernel_is_since(unsigned major, unsigned minor)
{
	struct utsname system;
	unsigned is_major, is_minor;

	if (uname(&system) < 0 || sscanf(system.release, "%u.%u", &is_major, &is_minor) != 2)
		return false;
	return is_major > major || (is_major == major && is_minor >= minor);
}

void lsp_system_name_of(struct lsp_snapshot *snapshot, enum lsp_name_kind kind, uint32_t id)
{
	char name[IF_NAMESIZE];
	const struct passwd *account;

	if (kind == LSP_NAME_INTERFACE) {
		if (if_indextoname(id, name) != NULL)
			lsp_snapshot_add_name(snapshot, kind, id, name);
		return;
	}
	account = account_of((uid_t)id);
	if (account != NULL)
		lsp_snapshot_add_name(snapshot, kind, id, account->pw_name);
}

bool lsp_system_user_id(const char *name, uint32_t *ret_uid)
{
	struct passwd *account = getpwnam(name);

	if (account == NULL)
		return false;
	*ret_uid = account->pw_uid;
	return true;
}

void lsp_system_host_name(char *ret_name, size_t size)
{
	if (gethostname(ret_name, size) != 0)
		ret_name[0] = '\0';
	ret_name[size - 1] = '\0';
}

void lsp_system_console(struct lsp_console *ret_console)
{
	const char *term = getenv("TERM");
	struct winsize size;

	*ret_console = (struct lsp_console){.is_terminal = isatty(STDOUT_FILENO) != 0};
	if (!ret_console->is_terminal)
		return;
	ret_console->colour = term != NULL && strcmp(term, "dumb") != 0;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
		ret_console->width = size.ws_col;
}

uint32_t lsp_system_self(void)
{
	return (uint32_t)getpid();
}

void lsp_system_pause(unsigned ms)
{
	struct timespec rest = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000};

	while (nanosleep(&rest, &rest) < 0 && errno == EINTR)
		;
}

uint64_t lsp_system_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

void lsp_system_way_out(char *ret_text, size_t size)
{
	char path[1024];
	ssize_t len = readlink("/proc/self/exe", path, sizeof path - 1);

	if (geteuid() == 0)
		snprintf(ret_text, size, "%s", _("even root may not look there: a container or a security module forbids it"));
	else if (len > 0)
		snprintf(ret_text, size, _("run with sudo, or: sudo setcap cap_sys_ptrace,cap_dac_read_search+ep %.*s"),
			 (int)len, path);
	else
		snprintf(ret_text, size, "%s", _("run with sudo"));
}
