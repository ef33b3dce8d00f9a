/*
 * test_policy_text.c - rules are read from text and written as text; what is wrong is named.
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

#include "policy/policy.h"

#define HEAD "lsports-policy 1\n"
#define BOTH (LSP_FAMILY_BIT_4 | LSP_FAMILY_BIT_6)

static struct lsp_policy read(const char *text, size_t len)
{
	char fault[LSP_POLICY_FAULT_MAX] = "";
	struct lsp_policy policy;

	if (!lsp_policy_parse(text, len, &policy, fault))
		fail_msg("%s", fault);
	return policy;
}

static struct lsp_policy rule_of(const char *line)
{
	char text[1024];

	snprintf(text, sizeof text, HEAD "%s\n", line);
	return read(text, strlen(text));
}

static void assert_pattern(const struct lsp_pattern *pattern, const char *bytes, size_t len)
{
	assert_non_null(pattern->bytes);
	assert_int_equal(pattern->len, len);
	assert_memory_equal(pattern->bytes, bytes, len);
}

static void test_rule(void **state)
{
	struct lsp_policy policy = rule_of("tcp  127.0.0.1:5432   exe=/usr/bin/postgres user=postgres unit=pg.service # it");
	const struct lsp_policy_rule *rule = policy.rules;
	static const uint8_t local[16] = {127, 0, 0, 1};

	(void)state;
	assert_int_equal(policy.rule_count, 1);
	assert_int_equal(rule->line, 2);
	assert_int_equal(rule->protos, LSP_PROTO_BIT(LSP_TCP));
	assert_int_equal(rule->where, LSP_AT_ADDRESS);
	assert_int_equal(rule->addr.family, LSP_INET4);
	assert_memory_equal(rule->addr.bytes, local, 16);
	assert_int_equal(rule->families, LSP_FAMILY_BIT_4);
	assert_int_equal(rule->low, 5432);
	assert_int_equal(rule->high, 5432);
	assert_int_equal(rule->limit, LSP_SCOPE_NONE);
	assert_null(rule->device.bytes);
	assert_pattern(&rule->owner[LSP_POLICY_EXE], "/usr/bin/postgres", 17);
	assert_pattern(&rule->owner[LSP_POLICY_USER], "postgres", 8);
	assert_pattern(&rule->owner[LSP_POLICY_UNIT], "pg.service", 10);
	lsp_policy_clear(&policy);
	assert_null(policy.rules);
}

static void test_places(void **state)
{
	static const struct {
		const char *word;
		uint8_t where, families, limit;
		uint16_t low, high;
		const char *device;
	} table[] = {
		{"*:22", LSP_AT_WILDCARD, BOTH, 0, 22, 22, NULL},
		{"0.0.0.0:22", LSP_AT_WILDCARD, LSP_FAMILY_BIT_4, 0, 22, 22, NULL},
		{"[::]:22", LSP_AT_WILDCARD, LSP_FAMILY_BIT_6, 0, 22, 22, NULL},
		{"[::1]:1-65535", LSP_AT_ADDRESS, LSP_FAMILY_BIT_6, 0, 1, 65535, NULL},
		{"[::ffff:10.0.0.1]:7", LSP_AT_ADDRESS, LSP_FAMILY_BIT_4, 0, 7, 7, NULL},
		{"10.0.0.1:8000-8100", LSP_AT_ADDRESS, LSP_FAMILY_BIT_4, 0, 8000, 8100, NULL},
		{"loopback:*", LSP_ANYWHERE, BOTH, LSP_SCOPE_LOOPBACK, 1, 65535, NULL},
		{"Public:1", LSP_ANYWHERE, BOTH, LSP_SCOPE_PUBLIC, 1, 1, NULL},
		{"*%eth0:68", LSP_AT_WILDCARD, BOTH, 0, 68, 68, "eth0"},
		{"[fe80::1%w:x]:546", LSP_AT_ADDRESS, LSP_FAMILY_BIT_6, 0, 546, 546, "w:x"},
		{"link%eth1:9", LSP_ANYWHERE, BOTH, LSP_SCOPE_LINK, 9, 9, "eth1"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof table / sizeof *table; i++) {
		char line[64];
		struct lsp_policy policy;

		snprintf(line, sizeof line, "udp %s", table[i].word);
		policy = rule_of(line);
		assert_int_equal(policy.rules->where, table[i].where);
		assert_int_equal(policy.rules->families, table[i].families);
		assert_int_equal(policy.rules->limit, table[i].limit);
		assert_int_equal(policy.rules->low, table[i].low);
		assert_int_equal(policy.rules->high, table[i].high);
		if (table[i].device == NULL)
			assert_null(policy.rules->device.bytes);
		else
			assert_pattern(&policy.rules->device, table[i].device, strlen(table[i].device));
		lsp_policy_clear(&policy);
	}
}

static void test_layout(void **state)
{
	static const char text[] = "\xef\xbb\xbf# words\r\n\n  " HEAD "\ttcp *:1\r\n   # more\n* loopback:2 scope";
	static const char whole[] = HEAD "tcp *:1\r\n\n#tcp *:2\n * *:3 scope=link#not-a-comment\n";
	char fault[LSP_POLICY_FAULT_MAX];
	struct lsp_policy policy = {.rule_count = 77};

	(void)state;
	assert_false(lsp_policy_parse(text, sizeof text - 1, &policy, fault));
	assert_string_equal(fault, "6: 'scope': not KEY=VALUE; keys are scope, exe, user and unit; a comment begins with #");
	assert_int_equal(policy.rule_count, 77);
	assert_false(lsp_policy_parse(whole, sizeof whole - 1, &policy, fault));
	assert_string_equal(fault, "5: 'scope=link#not-a-comment': no scope: write loopback, link, private or public");
	policy = read(HEAD "tcp *:1\n* *:3", strlen(HEAD "tcp *:1\n* *:3"));
	assert_int_equal(policy.rule_count, 2);
	assert_int_equal(policy.rules[1].protos, LSP_PROTO_ALL);
	assert_int_equal(policy.rules[1].line, 3);
	lsp_policy_clear(&policy);
}

static void test_wrong(void **state)
{
	static const struct {
		const char *line, *fault;
	} table[] = {
		{"sctp *:1", "2: 'sctp': no protocol"},
		{"tcp", "2: 'tcp': WHERE:PORT is missing"},
		{"tcp 22", "2: '22': no WHERE:PORT"},
		{"tcp *:0", "2: '*:0': no port"},
		{"tcp *:65536", "2: '*:65536': no port"},
		{"tcp *:99999999999999999999", "2: '*:99999999999999999999': no port"},
		{"tcp *:9-8", "2: '*:9-8': no port"},
		{"tcp *:8-", "2: '*:8-': no port"},
		{"tcp *:", "2: '*:': no port"},
		{"tcp *:ssh", "2: '*:ssh': no port"},
		{"tcp ::1:22", "2: '::1:22': no WHERE"},
		{"tcp [127.0.0.1]:22", "2: '[127.0.0.1]:22': no WHERE"},
		{"tcp lan:22", "2: 'lan:22': no WHERE"},
		{"tcp *%:22", "2: '*%:22': no WHERE"},
		{"tcp \\*:22", "2: '\\*:22': no WHERE"},
		{"tcp *:22 prot=x", "2: 'prot=x': no such key; keys are scope, exe, user and unit"},
		{"tcp *:22 exe", "2: 'exe': not KEY=VALUE"},
		{"tcp *:22 exe=", "2: 'exe=': a value is missing"},
		{"tcp *:22 exe=\"\"", "2: 'exe=\"\"': a value is missing"},
		{"tcp *:22 user=a user=b", "2: 'user=b': this key is there twice"},
		{"tcp *:22 scope=near", "2: 'scope=near': no scope"},
		{"tcp *:22 scope=link scope=link", "2: 'scope=link': the scope is said twice"},
		{"tcp link:22 scope=link", "2: 'scope=link': the scope is said twice"},
		{"tcp *:22 exe=\"/a b", "2: 'exe=\"/a b': the quotation mark is not closed"},
		{"tcp *:22 exe=\\q", "2: 'exe=\\': no escape"},
		{"tcp *:22 exe=\\x4", "2: 'exe=\\': no escape"},
		{"tcp *:22 exe=\\x00", "2: 'exe=\\': no escape"},
		{"tcp *:22 exe=\\ud800", "2: 'exe=\\': no escape"},
		{"tcp *:22 exe=a\\", "2: 'exe=a\\': no escape"},
	};
	char text[256], fault[LSP_POLICY_FAULT_MAX];
	struct lsp_policy policy;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof table / sizeof *table; i++) {
		snprintf(text, sizeof text, HEAD "%s\n", table[i].line);
		if (lsp_policy_parse(text, strlen(text), &policy, fault))
			fail_msg("'%s' was read", table[i].line);
		if (strncmp(fault, table[i].fault, strlen(table[i].fault)) != 0)
			fail_msg("'%s': expected '%s', came '%s'", table[i].line, table[i].fault, fault);
	}
}

static void test_no_policy(void **state)
{
	static const struct {
		const char *text, *fault;
	} table[] = {
		{"", "0: '': this is no policy"},
		{"# words alone\n", "1: '': this is no policy"},
		{"root:x:0:0\n", "1: 'root:x:0:0': this is no policy"},
		{"tcp *:22\n", "1: 'tcp': this is no policy"},
		{"lsports-policy\n", "1: 'lsports-policy': the version is missing"},
		{"lsports-policy 2\n", "1: '2': a version that this lsports does not know"},
		{"lsports-policy 1 1\n", "1: '1': one word too many"},
	};
	static const char binary[] = HEAD "tcp *:\0", long_head[] = HEAD;
	char fault[LSP_POLICY_FAULT_MAX], *text;
	struct lsp_policy policy;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof table / sizeof *table; i++) {
		assert_false(lsp_policy_parse(table[i].text, strlen(table[i].text), &policy, fault));
		if (strncmp(fault, table[i].fault, strlen(table[i].fault)) != 0)
			fail_msg("expected '%s', came '%s'", table[i].fault, fault);
	}
	assert_false(lsp_policy_parse(binary, sizeof binary, &policy, fault));
	assert_non_null(strstr(fault, "a NUL byte"));
	text = calloc(1, sizeof long_head + LSP_POLICY_LINE_MAX);
	memcpy(text, long_head, sizeof long_head - 1);
	memset(text + sizeof long_head - 1, '#', LSP_POLICY_LINE_MAX + 1);
	assert_false(lsp_policy_parse(text, sizeof long_head + LSP_POLICY_LINE_MAX, &policy, fault));
	assert_non_null(strstr(fault, "2: '': the line is longer"));
	policy = read(text, sizeof long_head - 1 + LSP_POLICY_LINE_MAX);
	lsp_policy_clear(&policy);
	free(text);
}

static void test_too_many(void **state)
{
	char *text = malloc(sizeof HEAD + 8 * ((size_t)LSP_POLICY_RULES_MAX + 1)), *at = text, fault[LSP_POLICY_FAULT_MAX];
	struct lsp_policy policy;
	int i;

	(void)state;
	at += sprintf(at, HEAD);
	for (i = 0; i <= LSP_POLICY_RULES_MAX; i++)
		at += sprintf(at, "tcp *:1\n");
	assert_false(lsp_policy_parse(text, (size_t)(at - text), &policy, fault));
	assert_string_equal(fault, "65538: '*:1': too many rules; a policy has at most 65536");
	policy = read(text, (size_t)(at - text) - 8);
	assert_int_equal(policy.rule_count, LSP_POLICY_RULES_MAX);
	lsp_policy_clear(&policy);
	free(text);
}

static char *written(const struct lsp_policy_rule *rule)
{
	struct lsp_sink sink;

	lsp_sink_open(&sink, NULL);
	lsp_policy_rule_write(&sink, rule);
	lsp_sink_byte(&sink, '\0');
	return sink.bytes;
}

/* Each line as it is written: columns that no other line moves. */
static void test_written(void **state)
{
	static const char *const lines[] = {
		"tcp  *:22                  ",
		"tcp  0.0.0.0:22             scope=private exe=/usr/sbin/sshd user=root unit=ssh.service",
		"udp  [::]:546               scope=link",
		"tcp  127.0.0.1:8000-8100    user=*",
		"*    loopback:*             exe=/usr/lib/*/bin/x",
		"udp  *%eth*:68              exe=\"/opt/a b/#c\" unit=\\*\\\"\\\\",
		"tcp  [fe80::1%eth0]:80      user=a\\nb\\tc\\xff\\u202e\xc3\xa9",
		"tcp  [2001:db8:1:2:3:4:5:6]:65535 user=x",
	};
	struct lsp_policy policy;
	char *text;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof lines / sizeof *lines; i++) {
		policy = rule_of(lines[i]);
		text = written(policy.rules);
		if (strncmp(text, lines[i], strlen(text)) != 0 || strspn(lines[i] + strlen(text), " ") != strlen(lines[i] + strlen(text)))
			fail_msg("'%s' became '%s'", lines[i], text);
		free(text);
		lsp_policy_clear(&policy);
	}
}

/* Whatever bytes a name has, it comes back. */
static void test_round_trip(void **state)
{
	static const char *const names[] = {
		"/usr/bin/a b", "\"", "\\", "*", "#", " ", "a\nb", "\x01\x1f\x7f", "\xff\xfe", "caf\xc3\xa9", "\xe2\x80\xae" "x",
		"\xc2\x9b", "\xed\xa0\x80", "=", "%:]", "\\x41", "\xef\xbb\xbf", "a\tb\rc", "\xe6\"\xbc",
	};
	char every[256], *text, *whole;
	struct lsp_policy_rule rule = {.protos = LSP_PROTO_BIT(LSP_UDP), .low = 5, .high = 5, .where = LSP_AT_WILDCARD, .families = BOTH};
	struct lsp_policy policy;
	size_t i, len;

	(void)state;
	for (i = 1; i < 256; i++)
		every[i - 1] = (char)i;
	for (i = 0; i <= sizeof names / sizeof *names; i++) {
		const char *name = i < sizeof names / sizeof *names ? names[i] : every;

		len = name == every ? 255 : strlen(name);
		rule.device = rule.owner[0] = rule.owner[1] = rule.owner[2] = (struct lsp_pattern){name, len};
		text = written(&rule);
		assert_null(strchr(text, '\n'));
		whole = malloc(strlen(text) + sizeof HEAD);
		len = (size_t)sprintf(whole, HEAD "%s", text);
		policy = read(whole, len);
		assert_int_equal(policy.rule_count, 1);
		assert_int_equal(lsp_policy_rule_cmp(&rule, policy.rules), 0);
		lsp_policy_clear(&policy);
		free(whole);
		free(text);
	}
}

/* What lsports writes at the top is a policy without a rule, and is plain ASCII. */
static void test_head(void **state)
{
	struct lsp_policy policy;
	struct lsp_sink sink;
	size_t i;

	(void)state;
	lsp_sink_open(&sink, NULL);
	lsp_policy_write_head(&sink);
	for (i = 0; i < sink.used; i++)
		assert_true(sink.bytes[i] == '\n' || (sink.bytes[i] >= ' ' && sink.bytes[i] <= '~'));
	policy = read(sink.bytes, sink.used);
	assert_int_equal(policy.rule_count, 0);
	lsp_policy_clear(&policy);
	lsp_sink_close(&sink);
}

static void test_patterns(void **state)
{
	/* in patterns "@" stands for "*" here, which is a NUL */
	static const struct {
		const char *pattern, *text;
		bool matches;
	} table[] = {
		{"@", "", true},	   {"@", "abc", true},	   {"@", NULL, true},	   {"@@", NULL, true},
		{"a", NULL, false},	   {"abc", "abc", true},   {"abc", "abcd", false}, {"abcd", "abc", false},
		{"a@", "abc", true},	   {"a@", "ba", false},	   {"@c", "abc", true},	   {"@c", "abcd", false},
		{"a@c", "ac", true},	   {"a@c", "abcbc", true}, {"a@b@c", "aXbYc", true}, {"a@b@c", "aXcYb", false},
		{"@ab@", "aab", true},	   {"@aab", "aaab", true}, {"ABC", "abc", false},  {"a@@b", "ab", true},
		/* a path of Windows */
		{"c:\\A\\n.EXE", "C:\\a\\N.exe", true}, {"@\\node.exe", "C:\\N\\NODE.EXE", true}, {"@z", "C:\\Z[", false},
		{"C:\\{", "C:\\[", false}, {"/A:\\", "/a:\\", false}, {"C:/A", "C:/a", false},
	};
	size_t i, j;

	(void)state;
	for (i = 0; i < sizeof table / sizeof *table; i++) {
		char bytes[16];
		struct lsp_pattern pattern = {bytes, strlen(table[i].pattern)};
		struct lsp_pattern text = {table[i].text, table[i].text != NULL ? strlen(table[i].text) : 0};

		for (j = 0; j < pattern.len; j++)
			bytes[j] = table[i].pattern[j] == '@' ? '\0' : table[i].pattern[j];
		if (lsp_pattern_matches(&pattern, &text) != table[i].matches)
			fail_msg("'%s' and '%s'", table[i].pattern, table[i].text != NULL ? table[i].text : "nothing");
	}
}

static void test_asked(void **state)
{
	static const struct lsp_addr local = {.family = LSP_INET4, .bytes = {127, 0, 0, 1}};
	struct lsp_endpoint endpoint = {.protos = LSP_PROTO_ALL, .low = 80, .high = 90};
	struct lsp_select select = {.protos = LSP_PROTO_ALL, .families = BOTH};
	struct lsp_policy policy = rule_of("tcp 127.0.0.1:85-95");

	(void)state;
	assert_true(lsp_policy_rule_is_asked(policy.rules, &select));
	select.protos = LSP_PROTO_BIT(LSP_UDP);
	assert_false(lsp_policy_rule_is_asked(policy.rules, &select));
	select = (struct lsp_select){.protos = LSP_PROTO_ALL, .families = LSP_FAMILY_BIT_6};
	assert_false(lsp_policy_rule_is_asked(policy.rules, &select));
	select = (struct lsp_select){LSP_PROTO_ALL, BOTH, .ports = &endpoint, .port_count = 1};
	assert_true(lsp_policy_rule_is_asked(policy.rules, &select));
	endpoint.high = 84;
	assert_false(lsp_policy_rule_is_asked(policy.rules, &select));
	endpoint = (struct lsp_endpoint){.protos = LSP_PROTO_ALL, .low = 95, .high = 99, .where = LSP_AT_WILDCARD};
	assert_false(lsp_policy_rule_is_asked(policy.rules, &select));
	endpoint.where = LSP_AT_ADDRESS;
	endpoint.addr = local;
	assert_true(lsp_policy_rule_is_asked(policy.rules, &select));
	endpoint.addr.bytes[3] = 2;
	assert_false(lsp_policy_rule_is_asked(policy.rules, &select));
	endpoint = (struct lsp_endpoint){.protos = LSP_PROTO_BIT(LSP_UDP), .low = 95, .high = 99};
	assert_false(lsp_policy_rule_is_asked(policy.rules, &select));
	lsp_policy_clear(&policy);
}

static void test_asked_with_device(void **state)
{
	struct lsp_endpoint endpoint = {.protos = LSP_PROTO_ALL, .low = 80, .high = 80, .where = LSP_AT_WILDCARD};
	struct lsp_select select = {LSP_PROTO_ALL, BOTH, .ports = &endpoint, .port_count = 1};
	static const struct {
		const char *rule, *device;
		uint32_t ifindex;
		bool is_asked;
	} table[] = {
		{"tcp *%eth0:80", NULL, 0, true},  {"tcp *%eth0:80", "eth0", 2, true}, {"tcp *%eth*:80", "eth0", 2, true},
		{"tcp *%eth0:80", "eth1", 3, false}, {"tcp *:80", "eth0", 2, false},	 {"tcp *%eth0:80", NULL, 2, false},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof table / sizeof *table; i++) {
		struct lsp_policy policy = rule_of(table[i].rule);

		endpoint.device = table[i].device;
		endpoint.device_len = table[i].device != NULL ? strlen(table[i].device) : 0;
		endpoint.ifindex = table[i].ifindex;
		if (lsp_policy_rule_is_asked(policy.rules, &select) != table[i].is_asked)
			fail_msg("%s, asked with %s", table[i].rule, table[i].device != NULL ? table[i].device : "no device");
		lsp_policy_clear(&policy);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rule),	   cmocka_unit_test(test_places),     cmocka_unit_test(test_layout),
		cmocka_unit_test(test_wrong),	   cmocka_unit_test(test_no_policy),  cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_written),	   cmocka_unit_test(test_round_trip), cmocka_unit_test(test_head),
		cmocka_unit_test(test_patterns),   cmocka_unit_test(test_asked), cmocka_unit_test(test_asked_with_device),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
