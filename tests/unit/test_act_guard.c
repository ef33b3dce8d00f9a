/*
 * test_act_guard.c - whom not to end, and the reading of families that it rests on.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "act/guard.h"
#include "test_act_world.h"

#define SELF 900

static enum lsp_refusal refusal_of(const struct lsp_snapshot *snapshot, uint32_t pid)
{
	const struct lsp_process *process = lsp_snapshot_process(snapshot, pid);

	assert_non_null(process);
	return lsp_guard(snapshot, process, SELF);
}

static void test_family(void **state)
{
	struct lsp_snapshot *snapshot = lsp_snapshot_new();
	const struct lsp_process nobody = {.pid = 0};

	(void)state;
	add(snapshot, 1, 0, 1, "systemd");
	add(snapshot, 20, 1, 2, "sshd");
	add(snapshot, 30, 20, 3, "sshd");
	add(snapshot, 40, 30, 4, "bash");
	add(snapshot, 50, 40, 5, "sudo");
	add(snapshot, SELF, 50, 6, "lsports");
	add(snapshot, 41, 30, 7, "another shell of the same session");
	add(snapshot, 51, 40, 8, "node");
	add(snapshot, 901, SELF, 9, "child of ours");
	add(snapshot, 60, 1, 10, "systemd"); /* of a user */
	add(snapshot, 61, 60, 11, "systemd-resolved");
	lsp_snapshot_freeze(snapshot);
	assert_int_equal(refusal_of(snapshot, 1), LSP_REFUSAL_INIT);
	assert_int_equal(lsp_guard(snapshot, &nobody, SELF), LSP_REFUSAL_INIT);
	assert_int_equal(refusal_of(snapshot, SELF), LSP_REFUSAL_SELF);
	assert_int_equal(refusal_of(snapshot, 50), LSP_REFUSAL_ANCESTOR);
	assert_int_equal(refusal_of(snapshot, 40), LSP_REFUSAL_ANCESTOR);
	assert_int_equal(refusal_of(snapshot, 30), LSP_REFUSAL_ANCESTOR);
	assert_int_equal(refusal_of(snapshot, 20), LSP_REFUSAL_ANCESTOR);
	assert_int_equal(refusal_of(snapshot, 41), LSP_REFUSAL_NONE);
	assert_int_equal(refusal_of(snapshot, 51), LSP_REFUSAL_NONE);
	assert_int_equal(refusal_of(snapshot, 901), LSP_REFUSAL_NONE);
	assert_int_equal(refusal_of(snapshot, 60), LSP_REFUSAL_MANAGER);
	assert_int_equal(refusal_of(snapshot, 61), LSP_REFUSAL_NONE);
	lsp_snapshot_free(snapshot);
}

/* The stronger reason is told: with --force an ancestor may end, lsports itself never. */
static void test_precedence(void **state)
{
	struct lsp_snapshot *snapshot = lsp_snapshot_new();
	struct lsp_process process = person(SELF, 40, 1, "docker-proxy");

	(void)state;
	process.has |= LSP_PROCESS_IS_INIT;
	lsp_snapshot_add_process(snapshot, &process);
	process = person(40, 1, 2, "docker-proxy");
	process.has |= LSP_PROCESS_IS_INIT;
	lsp_snapshot_add_process(snapshot, &process);
	process = person(60, 1, 3, "docker-proxy");
	process.has |= LSP_PROCESS_IS_INIT;
	lsp_snapshot_add_process(snapshot, &process);
	process.pid = 61;
	process.has = LSP_PROCESS_IS_INIT; /* whose parent is in another namespace */
	process.name = "nginx";
	lsp_snapshot_add_process(snapshot, &process);
	process = (struct lsp_process){.pid = 62}; /* nothing known but the pid */
	lsp_snapshot_add_process(snapshot, &process);
	add(snapshot, 63, 1, 4, "docker-proxy");
	lsp_snapshot_freeze(snapshot);
	assert_int_equal(refusal_of(snapshot, SELF), LSP_REFUSAL_SELF);
	assert_int_equal(refusal_of(snapshot, 40), LSP_REFUSAL_ANCESTOR);
	assert_int_equal(refusal_of(snapshot, 60), LSP_REFUSAL_CONTAINER_INIT);
	assert_int_equal(refusal_of(snapshot, 61), LSP_REFUSAL_CONTAINER_INIT);
	assert_int_equal(refusal_of(snapshot, 62), LSP_REFUSAL_NONE);
	assert_int_equal(refusal_of(snapshot, 63), LSP_REFUSAL_FORWARDER);
	lsp_snapshot_free(snapshot);
}

/* Ancestors that go round in a circle: answered all the same. */
static void test_circle(void **state)
{
	struct lsp_snapshot *snapshot = lsp_snapshot_new();

	(void)state;
	add(snapshot, SELF, 40, 1, "lsports");
	add(snapshot, 40, 41, 2, "a");
	add(snapshot, 41, 40, 3, "b");
	add(snapshot, 50, 1, 4, "c");
	lsp_snapshot_freeze(snapshot);
	assert_int_equal(refusal_of(snapshot, 41), LSP_REFUSAL_ANCESTOR);
	assert_int_equal(refusal_of(snapshot, 50), LSP_REFUSAL_NONE);
	lsp_snapshot_free(snapshot);
}

/* --- forwarders --------------------------------------------------------------------------------------------- */

static const struct {
	const char *name, *argv;
	size_t argv_len;
	bool forwards;
	const char *target;
} forwarders[] = {
	{"docker-proxy",
	 ARGV("/usr/bin/docker-proxy\0-proto\0tcp\0-host-ip\0000.0.0.0\0-host-port\08080\0-container-ip\000172.17.0.2\0"
	      "-container-port\00080"),
	 true, "172.17.0.2:80"},
	{"docker-proxy", ARGV("docker-proxy\0-container-port\00080\0-container-ip\000172.17.0.2\0-use-listen-fd"), true,
	 "172.17.0.2:80"},
	{"docker-proxy", ARGV("docker-proxy\0-container-ip\0fd00::2\0-container-port\00080"), true, "[fd00::2]:80"},
	{"docker-proxy", ARGV("docker-proxy"), true, ""},
	{"docker-proxy", ARGV("docker-proxy\0-container-ip\000172.17.0.2"), true, ""},
	{"docker-proxy", ARGV("docker-proxy\0-container-port\00080"), true, ""},
	{"docker-proxy", ARGV("docker-proxy\0-container-ip\000172.17.0.2\0-container-port"), true, ""}, /* cut */
	{"docker-proxy", ARGV("docker-proxy\0-container-port\00080\0-container-ip"), true, ""},
	{"docker-proxy", ARGV("docker-proxy\0-container-ip=172.17.0.2\0-container-port=80"), true, ""},
	{"docker-proxy", NULL, 0, true, ""},
	{"docker-proxy", ARGV(""), true, ""},
	{"rootlessport", ARGV("rootlessport"), true, ""},
	{"pasta", ARGV("/usr/bin/pasta\0--config-net\0-t\08080-8080:80-80"), true, ""},
	{"pasta.avx2", NULL, 0, true, ""},
	{"slirp4netns", NULL, 0, true, ""},
	{"docker-proxy2", NULL, 0, false, ""},
	{"docker", NULL, 0, false, ""},
	{"nginx", ARGV("nginx\0-container-ip\000172.17.0.2\0-container-port\00080"), false, ""},
	{"", NULL, 0, false, ""},
	{NULL, ARGV("docker-proxy"), false, ""},
};

static void test_forwarders(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof forwarders / sizeof *forwarders; i++) {
		struct lsp_process process = person(10, 1, 1, forwarders[i].name);
		char target[80], *argv = malloc(forwarders[i].argv_len + 1);

		memset(target, 'x', sizeof target);
		assert_non_null(argv);
		if (forwarders[i].argv != NULL) {
			memcpy(argv, forwarders[i].argv, forwarders[i].argv_len);
			process.argv = argv;
			process.argv_len = forwarders[i].argv_len;
		}
		if (lsp_forwards(&process, target, sizeof target) != forwarders[i].forwards ||
		    strcmp(target, forwarders[i].target) != 0)
			fail_msg("row %zu: %s", i, target);
		free(argv);
	}
}

/* A target that has no room is not told rather than cut. */
static void test_forwarder_sizes(void **state)
{
	static const char argv[] = "docker-proxy\0-container-ip\0[10.0.0.2]\0-container-port\00080";
	struct lsp_process process = person(10, 1, 1, "docker-proxy");
	size_t size;

	(void)state;
	process.argv = argv;
	process.argv_len = sizeof argv;
	for (size = 1; size < 24; size++) {
		char *target = malloc(size);

		assert_non_null(target);
		assert_true(lsp_forwards(&process, target, size));
		assert_non_null(memchr(target, '\0', size));
		assert_true(target[0] == '\0' || strcmp(target, "[10.0.0.2]:80") == 0);
		assert_true(target[0] != '\0' || size < 2 + sizeof "[10.0.0.2]:80");
		free(target);
	}
}

/* --- families ------------------------------------------------------------------------------------------------ */

static struct {
	uint32_t (*parent_of)(uint32_t pid);
	unsigned calls;
	unsigned want;
} town;

static enum lsp_err town_process(struct lsp_snapshot *snapshot, uint32_t pid, unsigned want, struct lsp_fault *ret_fault)
{
	struct lsp_process process = {.pid = pid, .birth = pid, .name = "x", .has = LSP_PROCESS_HAS_PARENT};

	assert_int_not_equal(pid, 0); /* nobody is called 0 */
	town.calls++;
	town.want &= want;
	process.parent = town.parent_of(pid);
	if (process.parent == UINT32_MAX) {
		*ret_fault = (struct lsp_fault){.err = LSP_GONE, .op = "process"};
		return LSP_GONE;
	}
	lsp_snapshot_add_process(snapshot, &process);
	return LSP_OK;
}

static struct lsp_snapshot *town_with(uint32_t (*parent_of)(uint32_t pid), const uint32_t *pids, size_t count)
{
	static const struct lsp_backend backend = {.process = town_process};
	struct lsp_snapshot *snapshot = lsp_snapshot_new();
	size_t i;

	for (i = 0; i < count; i++)
		add(snapshot, pids[i], parent_of(pids[i]), pids[i], "holder");
	lsp_snapshot_freeze(snapshot);
	town.parent_of = parent_of;
	town.calls = 0;
	town.want = ~0u;
	lsp_kin_read(&backend, snapshot, SELF);
	return snapshot;
}

static uint32_t halved(uint32_t pid)
{
	return pid / 2;
}

static void test_kin_is_read_up_to_the_first(void **state)
{
	static const uint32_t pids[] = {70, 71, 8};
	struct lsp_snapshot *snapshot = town_with(halved, pids, 3);
	uint32_t pid;

	(void)state;
	for (pid = SELF; pid != 0; pid /= 2)
		assert_non_null(lsp_snapshot_process(snapshot, pid));
	for (pid = 70; pid != 0; pid /= 2)
		assert_non_null(lsp_snapshot_process(snapshot, pid));
	assert_string_equal(lsp_snapshot_process(snapshot, 70)->name, "holder"); /* known ones are not read again */
	/* 900 450 225 112 56 28 14 7 3 1, 35 17, 4 2: each once */
	assert_int_equal(town.calls, 10 + 2 + 2);
	assert_int_equal(town.want & (LSP_WANT_KIN | LSP_WANT_NAME | LSP_WANT_ARGV),
			 LSP_WANT_KIN | LSP_WANT_NAME | LSP_WANT_ARGV);
	assert_int_equal(lsp_guard(snapshot, lsp_snapshot_process(snapshot, 450), SELF), LSP_REFUSAL_ANCESTOR);
	assert_int_equal(lsp_guard(snapshot, lsp_snapshot_process(snapshot, 3), SELF), LSP_REFUSAL_ANCESTOR);
	assert_int_equal(lsp_guard(snapshot, lsp_snapshot_process(snapshot, 35), SELF), LSP_REFUSAL_NONE);
	lsp_snapshot_free(snapshot);
}

static uint32_t gone_at_100(uint32_t pid)
{
	return pid > 200 ? 100 : UINT32_MAX;
}

static void test_kin_that_is_gone(void **state)
{
	static const uint32_t pids[] = {300};
	struct lsp_snapshot *snapshot = town_with(gone_at_100, pids, 1);

	(void)state;
	assert_non_null(lsp_snapshot_process(snapshot, SELF));
	assert_null(lsp_snapshot_process(snapshot, 100));
	assert_int_equal(snapshot->process_count, 2);
	lsp_snapshot_free(snapshot);
}

static uint32_t endless(uint32_t pid)
{
	return pid + 1;
}

static void test_kin_is_bounded(void **state)
{
	static const uint32_t pids[] = {5000, 100000};
	struct lsp_snapshot *snapshot = town_with(endless, pids, 2);

	(void)state;
	assert_true(town.calls <= 3 * 64);
	assert_true(snapshot->process_count <= 2 + 3 * 64);
	lsp_snapshot_free(snapshot);
}

static uint32_t round_and_round(uint32_t pid)
{
	return pid == 10 ? 11 : 10;
}

static void test_kin_in_a_circle(void **state)
{
	static const uint32_t pids[] = {10, 12};
	struct lsp_snapshot *snapshot = town_with(round_and_round, pids, 2);

	(void)state;
	assert_int_equal(snapshot->process_count, 4); /* 10, 12, 11 and ourselves */
	assert_int_equal(town.calls, 2);
	lsp_snapshot_free(snapshot);
}

static uint32_t unseen(uint32_t pid)
{
	(void)pid;
	return 0;
}

/* Of another pid namespace the kernel says parent 0. */
static void test_kin_without_parents(void **state)
{
	struct lsp_snapshot *snapshot = town_with(unseen, NULL, 0);

	(void)state;
	assert_int_equal(snapshot->process_count, 1);
	assert_int_equal(town.calls, 1);
	lsp_snapshot_free(snapshot);
}

/* Of Windows. What the system ends with is told first: no other reason may soften it. */
static void test_services(void **state)
{
	struct lsp_snapshot *snapshot = lsp_snapshot_new();
	struct lsp_process process = person(70, 1, 1, "spoolsv.exe");

	(void)state;
	process.unit = "Spooler";
	process.has |= LSP_PROCESS_IS_SERVICE;
	lsp_snapshot_add_process(snapshot, &process);
	process.pid = 71;
	process.has |= LSP_PROCESS_HOSTS_MANY;
	lsp_snapshot_add_process(snapshot, &process);
	process.pid = 72;
	process.has |= LSP_PROCESS_IS_VITAL;
	lsp_snapshot_add_process(snapshot, &process);
	process.pid = 1;
	lsp_snapshot_add_process(snapshot, &process);
	lsp_snapshot_freeze(snapshot);
	assert_int_equal(refusal_of(snapshot, 70), LSP_REFUSAL_NONE);
	assert_int_equal(refusal_of(snapshot, 71), LSP_REFUSAL_HOST);
	assert_int_equal(refusal_of(snapshot, 72), LSP_REFUSAL_VITAL);
	assert_int_equal(refusal_of(snapshot, 1), LSP_REFUSAL_VITAL);
	assert_true(lsp_refusal_is_final(LSP_REFUSAL_VITAL));
	assert_true(lsp_refusal_is_final(LSP_REFUSAL_SELF));
	assert_false(lsp_refusal_is_final(LSP_REFUSAL_HOST));
	assert_false(lsp_refusal_is_final(LSP_REFUSAL_ANCESTOR));
	lsp_snapshot_free(snapshot);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_family),
		cmocka_unit_test(test_services),
		cmocka_unit_test(test_precedence),
		cmocka_unit_test(test_circle),
		cmocka_unit_test(test_forwarders),
		cmocka_unit_test(test_forwarder_sizes),
		cmocka_unit_test(test_kin_is_read_up_to_the_first),
		cmocka_unit_test(test_kin_that_is_gone),
		cmocka_unit_test(test_kin_is_bounded),
		cmocka_unit_test(test_kin_in_a_circle),
		cmocka_unit_test(test_kin_without_parents),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
