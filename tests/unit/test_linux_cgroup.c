/*
 * test_linux_cgroup.c - /proc/PID/cgroup of today's systems: which unit, which container. The paths are as systemd and
 * the engines make them (version 1, version 2 and both at once).
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

#include "cgroup_parse.h"

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define POD "pod01234567_89ab_cdef_0123_456789abcdef"
#define SHORT "0123456789ab"
#define OTHER "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"

/* NULL: none. */
static const struct {
	const char *text, *unit;
	bool is_user;
	const char *container;
	enum lsp_engine engine;
} table[] = {
	/* version 2 */
	{"0::/system.slice/nginx.service\n", "nginx.service", false, NULL},
	{"0::/system.slice/nginx.service", "nginx.service", false, NULL}, /* where the file was cut */
	{"0::/system.slice/system-getty.slice/getty@tty1.service\n", "getty@tty1.service", false, NULL},
	{"0::/system.slice/system-postgresql.slice/postgresql@15-main.service\n", "postgresql@15-main.service", false, NULL},
	{"0::/system.slice/dev-disk-by\\x2duuid.swap\n", NULL, false, NULL},
	{"0::/system.slice/nginx.service/workers\n", "nginx.service", false, NULL}, /* Delegate=yes */
	{"0::/user.slice/user-1000.slice/user@1000.service/app.slice/node.service\n", "node.service", true, NULL},
	{"0::/user.slice/user-1000.slice/user@1000.service/app.slice/app-web@3000.service/x\n", "app-web@3000.service", true, NULL},
	{"0::/user.slice/user-1000.slice/user@1000.service/session.slice/dbus.service\n", "dbus.service", true, NULL},
	{"0::/user.slice/user-1000.slice/user@1000.service/init.scope\n", NULL, false, NULL},
	{"0::/user.slice/user-1000.slice/user@1000.service/app.slice/app-gnome-firefox-4711.scope\n", NULL, false, NULL},
	{"0::/user.slice/user-1000.slice/user@1000.service\n", NULL, false, NULL},
	{"0::/machine.slice/box.service/user.slice/user@1000.service/init.scope\n", NULL, false, NULL}, /* a whole system in a unit */
	{"0::/user.slice/user-0.slice/session-3.scope\n", NULL, false, NULL},
	{"0::/init.scope\n", NULL, false, NULL},
	{"0::/\n", NULL, false, NULL},
	{"0::\n", NULL, false, NULL},
	{"0::/.service\n", NULL, false, NULL},
	{"0::/../../system.slice/nginx.service\n", "nginx.service", false, NULL}, /* seen from another cgroup namespace */
	/* version 1 */
	{"12:pids:/system.slice/wrong.service\n1:name=systemd:/system.slice/nginx.service\n", "nginx.service", false, NULL},
	{"1:name=systemd:/user.slice/user-1000.slice/session-3.scope\n", NULL, false, NULL},
	{"3:cpu,cpuacct:/system.slice/nginx.service\n", NULL, false, NULL}, /* a controller alone does not say */
	{"2:name=elogind:/system.slice/nginx.service\n", NULL, false, NULL},
	/* both at once, either way round */
	{"12:pids:/x\n1:name=systemd:/system.slice/nginx.service\n0::/system.slice/other.service\n", "nginx.service", false, NULL},
	{"0::/system.slice/other.service\n1:name=systemd:/system.slice/nginx.service\n", "nginx.service", false, NULL},
	/* containers */
	{"0::/system.slice/docker-" ID ".scope\n", NULL, false, SHORT, LSP_ENGINE_DOCKER},
	{"0::/docker/" ID "\n", NULL, false, SHORT, LSP_ENGINE_DOCKER},
	{"1:name=systemd:/docker/" ID "\n0::/\n", NULL, false, SHORT, LSP_ENGINE_DOCKER},
	{"0::/system.slice/docker.service/docker/" ID "\n", "docker.service", false, SHORT, LSP_ENGINE_DOCKER},
	{"0::/system.slice/docker-" ID ".scope/system.slice/nginx.service\n", "nginx.service", false, SHORT, LSP_ENGINE_DOCKER},
	{"0::/machine.slice/libpod-" ID ".scope\n", NULL, false, SHORT, LSP_ENGINE_PODMAN},
	{"0::/machine.slice/libpod-" ID ".scope/container\n", NULL, false, SHORT, LSP_ENGINE_PODMAN},
	{"0::/machine.slice/libpod-conmon-" ID ".scope\n", NULL, false, SHORT, LSP_ENGINE_PODMAN},
	{"0::/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" ID ".scope/container\n", NULL, false, SHORT, LSP_ENGINE_PODMAN},
	{"0::/libpod_parent/libpod-" ID "\n", NULL, false, SHORT, LSP_ENGINE_PODMAN},
	{"0::/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-" POD ".slice/cri-containerd-" ID ".scope\n", NULL,
	 false, SHORT, LSP_ENGINE_CRI},
	{"0::/kubepods.slice/kubepods-" POD ".slice/crio-" ID ".scope\n", NULL, false, SHORT, LSP_ENGINE_CRI},
	{"0::/kubepods/burstable/pod01234567-89ab-cdef-0123-456789abcdef/" ID "\n", NULL, false, SHORT, LSP_ENGINE_CRI},
	{"0::/system.slice/containerd.service/kubepods-besteffort-" POD ".slice:cri-containerd:" ID "\n", "containerd.service",
	 false, SHORT, LSP_ENGINE_CRI},
	{"0::/system.slice/docker-" OTHER ".scope/docker/" ID "\n", NULL, false, SHORT, LSP_ENGINE_DOCKER}, /* docker within docker: the inner one */
	{"0::/system.slice/nerdctl-" ID ".scope\n", NULL, false, SHORT, LSP_ENGINE_NERDCTL},
	{"0::/user.slice/user-1000.slice/podman-4711.scope/" ID "\n", NULL, false, SHORT, LSP_ENGINE_PODMAN},
	{"0::/default/" ID "\n", NULL, false, SHORT, LSP_ENGINE_UNKNOWN},
	{"0::/" ID "\n", NULL, false, SHORT, LSP_ENGINE_UNKNOWN},
	{"0::/kubepods.slice/kubepods-" POD ".slice/docker-" ID ".scope\n", NULL, false, SHORT, LSP_ENGINE_DOCKER}, /* dockershim */
	{"0::/system.slice/docker-" OTHER ".scope/kubelet/kubepods/" POD "/" ID "\n", NULL, false, SHORT, LSP_ENGINE_CRI}, /* kind */
	/* no containers */
	{"0::/docker/0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde\n", NULL, false, NULL},
	{"0::/docker/" ID "0\n", NULL, false, NULL},
	{"0::/docker/x" ID "\n", NULL, false, NULL},
	{"0::/docker/0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF\n", NULL, false, NULL},
	{"0::/docker/0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdeg\n", NULL, false, NULL},
	{"0::/docker/buildx\n", NULL, false, NULL},
	{"0::/.scope\n", NULL, false, NULL},
	{"0::/-.scope\n", NULL, false, NULL},
	/* no lines of this file */
	{"", NULL, false, NULL},
	{"\n", NULL, false, NULL},
	{"\n\n\n", NULL, false, NULL},
	{":", NULL, false, NULL},
	{"::", NULL, false, NULL},
	{"0", NULL, false, NULL},
	{"0:/system.slice/nginx.service\n", NULL, false, NULL},
	{"/system.slice/nginx.service\n", NULL, false, NULL},
	{"1:name=systemd\n", NULL, false, NULL},
	{"1:name=systemd:\n", NULL, false, NULL},
	{"1:name=systemd2:/a.service\n1:xname=systemd:/b.service\n", NULL, false, NULL},
	{"garbage\nmore of it\n0::/system.slice/nginx.service\n\xff\xfe\n", "nginx.service", false, NULL},
	/* whoever may make a cgroup chooses its name: bytes pass as they are, and a colon ends nothing */
	{"0::/system.slice/a:b.service\n", "a:b.service", false, NULL},
	{"0::/system.slice/\x1b[2J.service\n", "\x1b[2J.service", false, NULL},
	{"0:://////system.slice///nginx.service//\n", "nginx.service", false, NULL},
};

/* A copy of its own size, so that a read too far is seen. */
static char *exact(const char *bytes, size_t len)
{
	char *copy = malloc(len > 0 ? len : 1);

	assert_non_null(copy);
	memcpy(copy, bytes, len);
	return copy;
}

static void test_table(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof table / sizeof *table; i++) {
		size_t len = strlen(table[i].text);
		char *text = exact(table[i].text, len), unit[256] = "unset", id[16] = "unset";
		bool is_user = !table[i].is_user, before = is_user;
		enum lsp_engine engine = LSP_ENGINE_UNKNOWN;

		if (lsp_cgroup_parse_unit(text, len, unit, sizeof unit, &is_user) != (table[i].unit != NULL) ||
		    strcmp(unit, table[i].unit != NULL ? table[i].unit : "unset") != 0 ||
		    is_user != (table[i].unit != NULL ? table[i].is_user : before))
			fail_msg("%s: unit '%s', of a user: %d", table[i].text, unit, is_user);
		if (lsp_cgroup_parse_container(text, len, id, sizeof id, &engine) != (table[i].container != NULL) ||
		    engine != table[i].engine ||
		    strcmp(id, table[i].container != NULL ? table[i].container : "unset") != 0)
			fail_msg("%s: container '%s', engine %d", table[i].text, id, engine);
		free(text);
	}
}

/* What has no room is not told rather than cut: "systemctl stop" of half a name stops another. */
static void test_sizes(void **state)
{
	static const char text[] = "0::/nginx.service/docker/" ID "\n";
	enum lsp_engine engine;
	size_t size;
	bool is_user;

	(void)state;
	for (size = 1; size < 20; size++) {
		char *unit = malloc(size), *id = malloc(size);

		assert_true(unit != NULL && id != NULL);
		memset(unit, 'x', size);
		memset(id, 'x', size);
		assert_int_equal(lsp_cgroup_parse_unit(text, sizeof text - 1, unit, size, &is_user),
				 size >= sizeof "nginx.service");
		assert_int_equal(lsp_cgroup_parse_container(text, sizeof text - 1, id, size, &engine), size >= sizeof SHORT);
		if (size >= sizeof "nginx.service")
			assert_string_equal(unit, "nginx.service");
		if (size >= sizeof SHORT)
			assert_string_equal(id, SHORT);
		free(id);
		free(unit);
	}
}

static void test_long_lines(void **state)
{
	const size_t len = 8192;
	char *text = malloc(len), unit[256], id[16];
	enum lsp_engine engine;
	bool is_user;
	size_t i;

	(void)state;
	assert_non_null(text);
	/* one folder without an end */
	memset(text, 'a', len);
	memcpy(text, "0::/", 4);
	memcpy(text + len - 9, ".service\n", 9);
	assert_false(lsp_cgroup_parse_unit(text, len, unit, sizeof unit, &is_user));
	assert_false(lsp_cgroup_parse_container(text, len, id, sizeof id, &engine));
	/* folders without an end, the unit as the last */
	for (i = 4; i < len; i++)
		text[i] = i % 2 == 0 ? 'a' : '/';
	memcpy(text + len - 11, "/b.service\n", 11);
	assert_true(lsp_cgroup_parse_unit(text, len, unit, sizeof unit, &is_user));
	assert_string_equal(unit, "b.service");
	assert_false(is_user);
	/* a name of 255 bytes is the longest that a folder may have */
	memset(text, 'a', len);
	memcpy(text, "0::/", 4);
	memcpy(text + 4 + 247, ".service", 8);
	assert_true(lsp_cgroup_parse_unit(text, 4 + 255, unit, sizeof unit, &is_user));
	assert_int_equal(strlen(unit), 255);
	assert_false(lsp_cgroup_parse_unit("0::/a\0b.service\n", 16, unit, sizeof unit, &is_user));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_long_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
