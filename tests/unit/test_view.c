/*
 * test_view.c - the column table, and each view on one small snapshot made by hand.
 *
 * The registry is a fake of two ports, so that a new edition of the real one changes nothing here. Whole programs
 * with many more worlds are in tests/golden.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <lsports/backend.h>
#include <lsports/service.h>

#include "view/value.h"
#include "view/view.h"

bool lsp_service_at(enum lsp_proto proto, uint16_t port, struct lsp_service *ret_service)
{
	static const struct lsp_service http = {"http", "World Wide Web", LSP_ORIGIN_IANA, LSP_TCP, 80};
	static const struct lsp_service dev = {"web-dev", "", LSP_ORIGIN_CUSTOMARY, LSP_TCP, 8080};

	if (proto != LSP_TCP || (port != 80 && port != 8080))
		return false;
	*ret_service = port == 80 ? http : dev;
	return true;
}

const char *lsp_port_class(uint16_t port)
{
	return port < 1024 ? "system" : port < 49152 ? "user" : "dynamic";
}

struct world {
	struct lsp_snapshot *snapshot;
	struct lsp_row *rows;
	size_t row_count;
	char text[8192]; /* what a view printed */
};

static const struct lsp_socket web = {
	.key = 7001,
	.proto = LSP_TCP,
	.state = LSP_LISTEN,
	.local = {.family = LSP_INET6},
	.local_port = 80,
	.uid = 33,
	.rqueue = 2,
	.wqueue = 511,
	.has = LSP_HAS_KEY | LSP_HAS_UID | LSP_HAS_V6ONLY | LSP_HAS_RQUEUE | LSP_HAS_WQUEUE,
};
static const struct lsp_socket bare = {
	.proto = LSP_UDP,
	.state = LSP_CLOSE,
	.local = {.family = LSP_INET4, .bytes = {127, 0, 0, 1}},
	.local_port = 5353,
	.uid = 4242,
	.ifindex = 3,
	.has = LSP_HAS_UID | LSP_HAS_IFINDEX,
};
static const struct lsp_socket talk = {
	.key = 7003,
	.proto = LSP_TCP,
	.state = LSP_ESTABLISHED,
	.local = {.family = LSP_INET4, .bytes = {10, 0, 0, 1}},
	.peer = {.family = LSP_INET4, .bytes = {10, 0, 0, 2}},
	.local_port = 50000,
	.peer_port = 8080,
	.wqueue = 17,
	.has = LSP_HAS_KEY | LSP_HAS_PEER | LSP_HAS_WQUEUE,
};

static int set_up(void **state)
{
	static const struct lsp_holder holders[] = {{7001, 991, 6}, {7001, 990, 7}, {7001, 990, 6}, {7003, 55, 3}};
	static const struct lsp_process master = {
		.pid = 990,
		.birth = 1,
		.name = "nginx",
		.exe = "/usr/sbin/nginx",
		.argv = "nginx:\0-g \xff",
		.argv_len = 12,
		.uid = 0,
		.started_ms = 1700000000999,
		.has = LSP_PROCESS_HAS_UID | LSP_PROCESS_HAS_STARTED,
	};
	static const struct lsp_process worker = {.pid = 991, .birth = 2, .name = "ng,\"inx\xff"};
	static const struct lsp_process gone = {.pid = 55, .birth = 3, .has = LSP_PROCESS_GONE};
	struct world *world = calloc(1, sizeof(*world));
	size_t i;

	world->snapshot = lsp_snapshot_new();
	lsp_snapshot_add_socket(world->snapshot, &web);
	lsp_snapshot_add_socket(world->snapshot, &bare);
	lsp_snapshot_add_socket(world->snapshot, &talk);
	for (i = 0; i < sizeof(holders) / sizeof(holders[0]); i++)
		lsp_snapshot_add_holder(world->snapshot, &holders[i]);
	lsp_snapshot_add_process(world->snapshot, &master);
	lsp_snapshot_add_process(world->snapshot, &worker);
	lsp_snapshot_add_process(world->snapshot, &gone);
	lsp_snapshot_add_name(world->snapshot, LSP_NAME_USER, 33, "www-data");
	lsp_snapshot_add_name(world->snapshot, LSP_NAME_USER, 0, "root");
	lsp_snapshot_freeze(world->snapshot);
	world->row_count = lsp_join(world->snapshot, &world->rows);
	*state = world;
	return 0;
}

static int tear_down(void **state)
{
	struct world *world = *state;

	free(world->rows);
	lsp_snapshot_free(world->snapshot);
	free(world);
	return 0;
}

/* Prints these columns ("a,b,c"; NULL: what JSON shows by itself) of the world's rows into world->text. */
static void show(struct world *world, void (*print)(FILE *, const struct lsp_view *), const char *columns,
		 struct lsp_view view)
{
	uint8_t chosen[LSP_COLUMN_COUNT];
	FILE *file = tmpfile();
	size_t len;

	assert_non_null(file);
	view.snapshot = world->snapshot;
	view.columns = chosen;
	view.tool = "lsports 1";
	if (view.rows == NULL) {
		view.rows = world->rows;
		view.row_count = world->row_count;
	}
	if (columns == NULL)
		view.column_count = lsp_columns_json(chosen);
	for (; columns != NULL && *columns != '\0'; columns += len + (columns[len] == ',')) {
		enum lsp_column column;

		len = strcspn(columns, ",");
		assert_true(lsp_column_find(columns, len, &column));
		chosen[view.column_count++] = (uint8_t)column;
	}
	print(file, &view);
	rewind(file);
	len = fread(world->text, 1, sizeof(world->text) - 1, file);
	world->text[len] = '\0';
	fclose(file);
}

static void test_columns(void **state)
{
	unsigned seen_parts = 0;
	enum lsp_column found;
	int i, j;

	(void)state;
	for (i = 0; i < LSP_COLUMN_COUNT; i++) {
		const struct lsp_column_entry *column = &lsp_column_table[i];

		assert_non_null(column->name);
		assert_non_null(column->value);
		assert_true(strlen(column->meaning) > 3);
		assert_true(column->least == 0 || column->least >= strlen(column->title) || i == LSP_COL_ARGS);
		assert_int_equal(column->give_way == 0, column->least == 0);
		assert_int_equal(column->key == NULL, column->parts != 0);
		seen_parts |= column->parts;
		for (j = 0; j < i; j++) {
			const struct lsp_column_entry *other = &lsp_column_table[j];

			assert_string_not_equal(column->name, other->name);
			if (column->key != NULL && other->key != NULL && column->place == other->place)
				assert_string_not_equal(column->key, other->key);
		}
		assert_true(lsp_column_find(column->name, strlen(column->name), &found));
		assert_int_equal(found, i);
	}
	for (i = 0; i < LSP_COLUMN_COUNT; i++) {
		if (seen_parts & 1u << i)
			assert_non_null(lsp_column_table[i].key);
	}
}

static void test_column_find(void **state)
{
	enum lsp_column column = LSP_COLUMN_COUNT;

	(void)state;
	assert_true(lsp_column_find("Peer-Addr", 9, &column));
	assert_int_equal(column, LSP_COL_PEER_ADDR);
	assert_true(lsp_column_find("pid,port", 3, &column));
	assert_int_equal(column, LSP_COL_PID);
	assert_false(lsp_column_find("pi", 2, &column));
	assert_false(lsp_column_find("pids", 4, &column));
	assert_false(lsp_column_find("", 0, &column));
	assert_int_equal(column, LSP_COL_PID);
	assert_int_equal(lsp_column_wants(LSP_COL_ARGS), LSP_WANT_ARGV);
	assert_int_equal(lsp_column_wants(LSP_COL_PORT), 0);
	assert_string_equal(lsp_column_name(LSP_COL_SERVICE_PORT), "service_port");
	assert_string_equal(lsp_column_meaning(LSP_COL_PID), "process id");
}

static void test_text(void **state)
{
	struct world *world = *state;

	show(world, lsp_view_text, "proto,local,peer,state,pid,process,user,service", (struct lsp_view){0});
	assert_string_equal(world->text,
			    "PROTO  LOCAL             PEER           STATE        PID  PROCESS   USER      SERVICE\n"
			    "tcp    *:80              -              LISTEN       990  nginx +1  www-data  http\n"
			    "udp    127.0.0.1%3:5353  -              UNCONN         -  (kernel)  4242      -\n"
			    "tcp    10.0.0.1:50000    10.0.0.2:8080  ESTABLISHED   55  (gone)    -         web-dev\n");
	show(world, lsp_view_text, "pid,queue", (struct lsp_view){.no_header = true});
	assert_string_equal(world->text, "990  2/511\n"
					 "  -      -\n"
					 " 55   -/17\n");
}

static void test_text_fits(void **state)
{
	struct world *world = *state;

	/* Natural widths 16, 8, 8 and two gaps make 36. User gives way after process, local last. */
	show(world, lsp_view_text, "local,process,user", (struct lsp_view){.no_header = true, .width = 34});
	assert_string_equal(world->text, "*:80              nginx +1  www-d…\n"
					 "127.0.0.1%3:5353  (kernel)  4242\n"
					 "10.0.0.1:50000    (gone)    -\n");
	show(world, lsp_view_text, "local,process,user", (struct lsp_view){.no_header = true, .width = 30});
	assert_string_equal(world->text, "*:80          nginx +1  www-d…\n"
					 "127…1%3:5353  (kernel)  4242\n"
					 "10.….1:50000  (gone)    -\n");
}

static void test_plain(void **state)
{
	struct world *world = *state;

	show(world, lsp_view_plain, "port,state,pid,fds,process,started,v6only,args", (struct lsp_view){0});
	assert_string_equal(
		world->text,
		"port\tstate\tpid\tfds\tprocess\tstarted\tv6only\targs\n"
		"80\tLISTEN\t990,991\t6+7,6\tnginx,ng\\x2c\"inx\\xff\t2023-11-14T22:13:20Z,-\tno\tnginx: -g \\xff,-\n"
		"5353\tCLOSE\t-\t-\t-\t-\t-\t-\n"
		"50000\tESTABLISHED\t55\t3\t-\t-\t-\t-\n");
}

static void test_csv(void **state)
{
	struct world *world = *state;

	show(world, lsp_view_csv, "port,pid,process,owner", (struct lsp_view){0});
	assert_string_equal(world->text, "port,pid,process,owner\r\n"
					 "80,\"990,991\",\"nginx,ng\\x2c\"\"inx\\xff\",known\r\n"
					 "5353,,,kernel\r\n"
					 "50000,55,,known\r\n");
}

static void test_csv_defused(void **state)
{
	static const char *const names[] = {"=cmd|'/C calc'!A0", "+1", "-1", "@SUM(1,1)", "\t=1", "'x"};
	static const char expected[] = "'=cmd|'/C calc'!A0\r\n'+1\r\n'-1\r\n\"'@SUM(1,1)\"\r\n\\t=1\r\n'x\r\n";
	struct world *world = *state;
	struct lsp_snapshot *snapshot = lsp_snapshot_new(), *before = world->snapshot;
	struct lsp_row *rows;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct lsp_socket socket = {
			.proto = LSP_TCP, .state = LSP_LISTEN, .uid = (uint32_t)i, .has = LSP_HAS_UID};

		lsp_snapshot_add_socket(snapshot, &socket);
		lsp_snapshot_add_name(snapshot, LSP_NAME_USER, (uint32_t)i, names[i]);
	}
	lsp_snapshot_freeze(snapshot);
	i = lsp_join(snapshot, &rows);
	world->snapshot = snapshot;
	show(world, lsp_view_csv, "user", (struct lsp_view){.no_header = true, .rows = rows, .row_count = i});
	assert_string_equal(world->text, expected);
	world->snapshot = before;
	free(rows);
	lsp_snapshot_free(snapshot);
}

static void test_json(void **state)
{
	static const char *const not_checked[] = {"say \"hi\""};
	struct world *world = *state;

	show(world, lsp_view_json, NULL,
	     (struct lsp_view){.host = "h\xff",
			       .time_unix = 1700000000,
			       .hidden_owners = 3,
			       .not_checked = not_checked,
			       .not_checked_count = 1});
	assert_string_equal(
		world->text,
		"{\"schema\":1,\"tool\":\"lsports 1\",\"host\":\"h\xef\xbf\xbd\",\"host_hex\":\"68ff\","
		"\"time\":\"2023-11-14T22:13:20Z\",\"complete\":false,\"hidden_owners\":3,"
		"\"not_checked\":[\"say \\\"hi\\\"\"],\"sockets\":[\n"
		"{\"proto\":\"tcp\",\"family\":\"inet6\",\"v6only\":false,\"state\":\"LISTEN\","
		"\"local\":{\"addr\":\"::\",\"port\":80,\"interface\":null},\"peer\":null,"
		"\"inode\":7001,\"uid\":33,\"user\":\"www-data\",\"queue\":{\"length\":2,\"limit\":511},"
		"\"scope\":null,\"via\":null,\"owner\":\"known\",\"holders\":["
		"{\"pid\":990,\"fds\":[6,7],\"name\":\"nginx\",\"exe\":\"/usr/sbin/nginx\","
		"\"argv\":[\"nginx:\",\"-g \xef\xbf\xbd\"],\"argv_hex\":[null,\"2d6720ff\"],"
		"\"uid\":0,\"user\":\"root\",\"started\":\"2023-11-14T22:13:20Z\"},"
		"{\"pid\":991,\"fds\":[6],\"name\":\"ng,\\\"inx\xef\xbf\xbd\",\"name_hex\":\"6e672c22696e78ff\","
		"\"exe\":null,\"argv\":null,\"uid\":null,\"user\":null,\"started\":null}],"
		"\"service\":{\"name\":\"http\",\"description\":\"World Wide Web\",\"class\":\"system\","
		"\"source\":\"iana\",\"port\":80}},\n"
		"{\"proto\":\"udp\",\"family\":\"inet\",\"v6only\":null,\"state\":\"CLOSE\","
		"\"local\":{\"addr\":\"127.0.0.1\",\"port\":5353,\"interface\":\"3\"},\"peer\":null,"
		"\"inode\":null,\"uid\":4242,\"user\":null,\"queue\":null,"
		"\"scope\":\"loopback\",\"via\":null,\"owner\":\"kernel\",\"holders\":[],"
		"\"service\":null},\n"
		"{\"proto\":\"tcp\",\"family\":\"inet\",\"v6only\":null,\"state\":\"ESTABLISHED\","
		"\"local\":{\"addr\":\"10.0.0.1\",\"port\":50000,\"interface\":null},"
		"\"peer\":{\"addr\":\"10.0.0.2\",\"port\":8080},\"inode\":7003,\"uid\":null,\"user\":null,"
		"\"queue\":{\"recv\":null,\"send\":17},\"scope\":\"private\",\"via\":null,\"owner\":\"known\",\"holders\":["
		"{\"pid\":55,\"fds\":[3],\"name\":null,\"exe\":null,\"argv\":null,\"uid\":null,\"user\":null,"
		"\"started\":null}],"
		"\"service\":{\"name\":\"web-dev\",\"description\":null,\"class\":\"user\",\"source\":\"customary\","
		"\"port\":8080}}\n"
		"]}\n");
}

static void test_json_chosen(void **state)
{
	struct world *world = *state;

	show(world, lsp_view_ndjson, "pid,port", (struct lsp_view){0});
	assert_string_equal(world->text, "{\"local\":{\"port\":80},\"holders\":[{\"pid\":990},{\"pid\":991}]}\n"
					 "{\"local\":{\"port\":5353},\"holders\":[]}\n"
					 "{\"local\":{\"port\":50000},\"holders\":[{\"pid\":55}]}\n");
	show(world, lsp_view_ndjson, "peer,local,port", (struct lsp_view){0});
	assert_string_equal(world->text,
			    "{\"local\":{\"addr\":\"::\",\"port\":80,\"interface\":null},\"peer\":null}\n"
			    "{\"local\":{\"addr\":\"127.0.0.1\",\"port\":5353,\"interface\":\"3\"},\"peer\":null}\n"
			    "{\"local\":{\"addr\":\"10.0.0.1\",\"port\":50000,\"interface\":null},"
			    "\"peer\":{\"addr\":\"10.0.0.2\",\"port\":8080}}\n");
}

static void test_nothing(void **state)
{
	struct world *world = *state;
	const struct lsp_row *no_rows = world->rows;

	show(world, lsp_view_json, NULL, (struct lsp_view){.rows = no_rows});
	assert_string_equal(world->text, "{\"schema\":1,\"tool\":\"lsports 1\",\"host\":null,"
					 "\"time\":\"1970-01-01T00:00:00Z\",\"complete\":true,\"hidden_owners\":0,"
					 "\"not_checked\":[],\"sockets\":[]}\n");
	show(world, lsp_view_ndjson, NULL, (struct lsp_view){.rows = no_rows});
	assert_string_equal(world->text, "");
	show(world, lsp_view_csv, "port,pid", (struct lsp_view){.rows = no_rows});
	assert_string_equal(world->text, "port,pid\r\n");
	show(world, lsp_view_text, "port,pid", (struct lsp_view){.rows = no_rows});
	assert_string_equal(world->text, "PORT  PID\n");
}

/* The smaller port names a conversation when the registry knows it. */
static void test_service_of_connected(void **state)
{
	static const uint16_t ports[][2] = {{80, 50000}, {50000, 80}, {22, 8080}, {8080, 22}, {80, 8080}, {1, 2}};
	static const char expected[] = "80\n80\n8080\n8080\n80\n-\n";
	struct world *world = *state;
	struct lsp_socket sockets[6];
	struct lsp_row rows[6];
	size_t i;

	for (i = 0; i < 6; i++) {
		sockets[i] = talk;
		sockets[i].local_port = ports[i][0];
		sockets[i].peer_port = ports[i][1];
		rows[i] = (struct lsp_row){.socket = &sockets[i], .owner = LSP_OWNER_NONE};
	}
	show(world, lsp_view_plain, "service_port", (struct lsp_view){.no_header = true, .rows = rows, .row_count = 6});
	assert_string_equal(world->text, expected);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_columns),
		cmocka_unit_test(test_column_find),
		cmocka_unit_test_setup_teardown(test_text, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_text_fits, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_plain, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_csv, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_csv_defused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_json, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_json_chosen, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_service_of_connected, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
