/*
 * test_win_services.c - services are stopped in the right order, by a service manager that is a script: each stop takes
 * effect at the next look; and whom Windows does not live without.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "services.h"
#include "vital.h"

enum { CAST_MAX = 6, HOST = 800, OTHER_HOST = 900 };

/* One service of the script. */
struct service {
	const char *name;
	uint32_t state, pid;
	const char *needs;	   /* the service that it cannot do without */
	uint32_t on_stop, on_status; /* error of that call */
};

static struct {
	struct service cast[CAST_MAX];
	char stops[256]; /* in their order */
} play;

static struct service *find(const char *name)
{
	size_t i;

	for (i = 0; i < CAST_MAX && play.cast[i].name != NULL; i++) {
		if (strcmp(play.cast[i].name, name) == 0)
			return &play.cast[i];
	}
	return NULL;
}

static uint32_t play_stop(void *self, const char *name)
{
	struct service *service = find(name);
	size_t i;

	assert_ptr_equal(self, &play);
	snprintf(play.stops + strlen(play.stops), sizeof play.stops - strlen(play.stops), "%s ", name);
	if (service->on_stop != 0)
		return service->on_stop;
	for (i = 0; i < CAST_MAX; i++) {
		if (play.cast[i].needs != NULL && strcmp(play.cast[i].needs, name) == 0 &&
		    play.cast[i].state != LSP_SERVICE_STOPPED)
			return 1051; /* ERROR_DEPENDENT_SERVICES_RUNNING */
	}
	service->state = LSP_SERVICE_STOP_PENDING;
	return 0;
}

static uint32_t play_status(void *self, const char *name, uint32_t *ret_state, uint32_t *ret_pid)
{
	struct service *service = find(name);

	assert_ptr_equal(self, &play);
	if (service == NULL)
		return 1060; /* ERROR_SERVICE_DOES_NOT_EXIST */
	*ret_state = service->state;
	*ret_pid = service->pid;
	return service->on_status;
}

static uint32_t play_dependants(void *self, const char *name, struct lsp_service_list *ret_list)
{
	size_t i;

	assert_ptr_equal(self, &play);
	for (i = 0; i < CAST_MAX; i++) {
		if (play.cast[i].needs == NULL || strcmp(play.cast[i].needs, name) != 0 ||
		    play.cast[i].state == LSP_SERVICE_STOPPED)
			continue;
		/* as EnumDependentServices: indirect ones too, the last started first */
		play_dependants(self, play.cast[i].name, ret_list);
		snprintf(ret_list->names[ret_list->count++], LSP_SERVICE_NAME_MAX, "%s", play.cast[i].name);
	}
	return 0;
}

static const struct lsp_service_io io = {play_stop, play_status, play_dependants, &play};

/* What was asked to stop has stopped. */
static void pass_time(void)
{
	size_t i;

	for (i = 0; i < CAST_MAX; i++) {
		if (play.cast[i].state == LSP_SERVICE_STOP_PENDING)
			play.cast[i].state = LSP_SERVICE_STOPPED;
	}
}

static void begin(const struct service *cast, size_t count, const char *name, struct lsp_service_list *ret_list)
{
	memset(&play, 0, sizeof play);
	memcpy(play.cast, cast, count * sizeof *cast);
	ret_list->count = 1;
	snprintf(ret_list->names[0], LSP_SERVICE_NAME_MAX, "%s", name);
}

static void step(const struct lsp_service_list *list, bool expected)
{
	struct lsp_fault fault = {.err = LSP_OK};
	bool ended = !expected;

	assert_int_equal(lsp_services_step(&io, list, HOST, &ended, &fault), LSP_OK);
	assert_int_equal(ended, expected);
}

static void test_alone(void **state)
{
	static const struct service cast[] = {{"Spooler", LSP_SERVICE_RUNNING, HOST}};
	static struct lsp_service_list list;

	(void)state;
	begin(cast, 1, "Spooler", &list);
	step(&list, false);
	step(&list, false); /* still on its way: it is not asked twice */
	assert_string_equal(play.stops, "Spooler ");
	pass_time();
	step(&list, true);
	assert_string_equal(play.stops, "Spooler ");
}

/* C needs B, B needs A: A is stopped last, and only when the others have stopped. */
static void test_dependants(void **state)
{
	static const struct service cast[] = {{"A", LSP_SERVICE_RUNNING, HOST},
					      {"B", LSP_SERVICE_PAUSED, OTHER_HOST, "A"},
					      {"C", LSP_SERVICE_RUNNING, OTHER_HOST, "B"},
					      {"X", LSP_SERVICE_RUNNING, HOST}};
	static struct lsp_service_list list;
	char text[64];

	(void)state;
	begin(cast, 4, "A", &list);
	lsp_services_dependants(&io, &list, text, sizeof text);
	assert_string_equal(text, "C, B");
	lsp_services_dependants(&io, &list, text, 3); /* cut, not overrun */
	assert_string_equal(text, "C,");
	step(&list, false);
	assert_string_equal(play.stops, "C B "); /* B is refused: C still runs */
	pass_time();
	step(&list, false);
	pass_time();
	assert_string_equal(play.stops, "C B B ");
	step(&list, false);
	pass_time();
	step(&list, true);
	assert_string_equal(play.stops, "C B B A ");
	assert_int_equal(find("X")->state, LSP_SERVICE_RUNNING);
	lsp_services_dependants(&io, &list, text, sizeof text);
	assert_string_equal(text, "");
}

/* Several in one process: all of them, none is its own dependant in the text. */
static void test_several(void **state)
{
	static const struct service cast[] = {{"A", LSP_SERVICE_RUNNING, HOST}, {"B", LSP_SERVICE_RUNNING, HOST, "A"}};
	static struct lsp_service_list list;
	char text[64];

	(void)state;
	begin(cast, 2, "A", &list);
	snprintf(list.names[list.count++], LSP_SERVICE_NAME_MAX, "B");
	lsp_services_dependants(&io, &list, text, sizeof text);
	assert_string_equal(text, "");
	step(&list, false);
	pass_time();
	step(&list, false);
	pass_time();
	step(&list, true);
	assert_string_equal(play.stops, "B A ");
}

/* Started again in another process, or deleted: not ours to stop. */
static void test_moved_on(void **state)
{
	static const struct service cast[] = {{"A", LSP_SERVICE_RUNNING, OTHER_HOST}};
	static struct lsp_service_list list;

	(void)state;
	begin(cast, 1, "A", &list);
	step(&list, true);
	assert_string_equal(play.stops, "");
	begin(cast, 1, "deleted", &list);
	step(&list, true);
}

static void test_refused(void **state)
{
	static const struct {
		uint32_t on_stop, on_status;
		enum lsp_err err;
		const char *op;
	} table[] = {
		{5, 0, LSP_DENIED, "ControlService"},	      /* ERROR_ACCESS_DENIED */
		{1052, 0, LSP_UNSUPPORTED, "ControlService"}, /* ERROR_INVALID_SERVICE_CONTROL */
		{1053, 0, LSP_IO, "ControlService"},	      /* ERROR_SERVICE_REQUEST_TIMEOUT */
		{0, 5, LSP_DENIED, "QueryServiceStatusEx"},
		{1061, 0, LSP_OK, NULL}, /* ERROR_SERVICE_CANNOT_ACCEPT_CTRL: not now */
		{1062, 0, LSP_OK, NULL}, /* ERROR_SERVICE_NOT_ACTIVE: ended meanwhile */
	};
	static struct lsp_service_list list;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof table / sizeof *table; i++) {
		const struct service cast[] = {
			{"A", LSP_SERVICE_RUNNING, HOST, NULL, table[i].on_stop, table[i].on_status}};
		struct lsp_fault fault = {.err = LSP_OK};
		bool ended = true;

		begin(cast, 1, "A", &list);
		assert_int_equal(lsp_services_step(&io, &list, HOST, &ended, &fault), table[i].err);
		assert_int_equal(fault.err, table[i].err);
		assert_false(ended);
		if (table[i].op != NULL)
			assert_string_equal(fault.op, table[i].op);
	}
}

static void test_vital(void **state)
{
	static const char folder[] = "C:\\Windows\\System32";

	(void)state;
	assert_true(lsp_is_vital("csrss.exe", NULL, folder)); /* its path is not ours to know */
	assert_true(lsp_is_vital("lsass.exe", "c:\\windows\\SYSTEM32\\LSASS.EXE", folder));
	assert_false(lsp_is_vital("lsass.exe", "D:\\games\\lsass.exe", folder));
	assert_false(lsp_is_vital("lsass.exe", "C:\\Windows\\System32\\evil\\lsass.exe", folder));
	assert_false(lsp_is_vital("svchost.exe", "C:\\Windows\\System32\\svchost.exe", folder));
	assert_false(lsp_is_vital("lsass.exe.exe", NULL, folder));
	assert_false(lsp_is_vital("", "", folder));
	assert_false(lsp_is_vital(NULL, NULL, folder));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_alone),	 cmocka_unit_test(test_dependants), cmocka_unit_test(test_several),
		cmocka_unit_test(test_moved_on), cmocka_unit_test(test_refused),	   cmocka_unit_test(test_vital),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
