/*
 * test_security.c - the security notes: every port that the texts call dangerous and every one that an auditor asks for
 * has one, of the right kind. The list is from the texts and from auditors' habits, not from the table.
 */
#include "lsports/security.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

enum { T = LSP_PROTO_BIT(LSP_TCP), U = LSP_PROTO_BIT(LSP_UDP) };

struct wanted {
	uint16_t low, high;
	unsigned protos;
	const char *kind; /* NULL: any */
};

/* Text 000 has a table of them; the others of the texts say it in sentences. */
static const struct wanted of_the_texts[] = {
	{1025, 1025, T, "remote-control"},   {1194, 1194, T | U, "vpn"},	  {1433, 1433, T, "database"},
	{1521, 1521, T, "database"},	     {1701, 1701, U, "vpn"},		  {1883, 1883, T, "iot"},
	{2049, 2049, T | U, "file-share"},   {27017, 27017, T, "database"},	  {3306, 3306, T, "database"},
	{3389, 3389, T | U, "remote-control"}, {4444, 4444, T, "malware-habit"},   {5000, 5000, T, "development"},
	{5060, 5060, T | U, "plaintext"},    {5061, 5061, T, "telephony"},	  {5432, 5432, T, "database"},
	{5631, 5632, T | U, "remote-control"}, {5900, 5903, T, "remote-control"},  {5984, 5984, T, "database"},
	{6379, 6379, T, "no-login"},	     {11211, 11211, T, "no-login"},	  {11211, 11211, U, "amplification"},
	{27015, 27050, U, "game"},	     {27020, 27050, T, "game"},		  {32400, 32400, T, "media"},
	{37777, 37777, T, "iot"},	     {44444, 44444, T, "malware-habit"},  {55555, 55555, T, "malware-habit"},
	{60000, 60000, T, "malware-habit"},  {8000, 8000, T, "web"},		  {8080, 8080, T, "web"},
	{20, 21, T, "plaintext"},	     {22, 22, T, "remote-control"},	  {23, 23, T, "plaintext"},
	{25, 25, T, "mail"},		     {53, 53, T | U, NULL},		  {69, 69, U, "no-login"},
	{80, 80, T, "plaintext"},	     {110, 110, T, "plaintext"},	  {135, 135, T, NULL},
	{137, 138, U, NULL},		     {139, 139, T, "file-share"},	  {143, 143, T, "plaintext"},
	{161, 161, U, "plaintext"},	     {162, 162, U, NULL},		  {389, 389, T, "plaintext"},
	{445, 445, T, "file-share"},	     {593, 593, T, NULL},		  {2222, 2222, T, "remote-control"},
	{5110, 5110, T, "malware-habit"},    {9200, 9200, T, "database"},	  {902, 902, T, "management"},
};

static const struct wanted of_auditors[] = {
	{7, 7, U, "amplification"},	  {17, 17, U, "amplification"},	     {19, 19, U, "amplification"},
	{79, 79, T, NULL},		  {111, 111, T | U, "discovery"},    {123, 123, U, "amplification"},
	{389, 389, U, "amplification"},	  {502, 502, T, "industrial"},	     {512, 514, T, "plaintext"},
	{514, 514, U, NULL},		  {515, 515, T, "printer"},	     {554, 554, T, NULL},
	{623, 623, U, "remote-control"},  {631, 631, T | U, "printer"},	     {873, 873, T, "file-share"},
	{1080, 1080, T, "proxy"},	  {1099, 1099, T, NULL},	     {1434, 1434, U, "discovery"},
	{1723, 1723, T, "vpn"},		  {1900, 1900, U, "amplification"},  {2181, 2181, T, "no-login"},
	{2375, 2375, T, "remote-control"}, {2376, 2376, T, "management"},     {2379, 2380, T, "database"},
	{3128, 3128, T, "proxy"},	  {3632, 3632, T, "remote-control"}, {3702, 3702, U, "amplification"},
	{4369, 4369, T, NULL},		  {4786, 4786, T, NULL},	     {5353, 5353, U, NULL},
	{5355, 5355, U, NULL},		  {5555, 5555, T, "remote-control"}, {5601, 5601, T, "web"},
	{5672, 5672, T, "messaging"},	  {5683, 5683, U, "iot"},	     {5985, 5986, T, "remote-control"},
	{6000, 6005, T, "remote-control"}, {6443, 6443, T, "management"},     {7001, 7001, T, NULL},
	{7547, 7547, T, "iot"},		  {8009, 8009, T, NULL},	     {8086, 8086, T, "database"},
	{8500, 8500, T, "management"},	  {8888, 8888, T, "development"},    {8983, 8983, T, "database"},
	{9042, 9042, T, "database"},	  {9092, 9092, T, "messaging"},	     {9100, 9100, T, NULL},
	{9229, 9229, T, "development"},	  {9300, 9300, T, "database"},	     {10000, 10000, T, "management"},
	{10250, 10250, T, "management"},  {10255, 10255, T, "no-login"},     {15672, 15672, T, "management"},
	{27018, 27019, T, "database"},	  {31337, 31337, T, "malware-habit"}, {47808, 47808, U, "industrial"},
};

static bool has_kind(const struct lsp_security_note *note, const char *word)
{
	int kind;

	for (kind = 0; kind < LSP_KIND_COUNT; kind++) {
		if (strcmp(lsp_kind_name((enum lsp_kind)kind), word) == 0)
			return (note->kinds & LSP_KIND_BIT(kind)) != 0;
	}
	fail_msg("there is no kind %s", word);
	return false;
}

static void check_noted(const struct wanted *wanted, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		int proto, port;

		for (proto = LSP_TCP; proto <= LSP_UDP; proto++) {
			for (port = wanted[i].low; port <= wanted[i].high; port++) {
				struct lsp_security_note note;

				if ((wanted[i].protos & LSP_PROTO_BIT(proto)) == 0)
					continue;
				if (!lsp_security_note_at((enum lsp_proto)proto, (uint16_t)port, &note))
					fail_msg("%d/%s has no note", port, proto == LSP_TCP ? "tcp" : "udp");
				if (wanted[i].kind != NULL && !has_kind(&note, wanted[i].kind))
					fail_msg("%d is not %s", port, wanted[i].kind);
			}
		}
	}
}

static void test_texts(void **state)
{
	(void)state;
	check_noted(of_the_texts, sizeof of_the_texts / sizeof *of_the_texts);
}

static void test_auditors(void **state)
{
	(void)state;
	check_noted(of_auditors, sizeof of_auditors / sizeof *of_auditors);
}

/* A person reads it in a terminal: whole sentences, no wall of text, and where it is from. */
static void test_every_note_is_whole(void **state)
{
	size_t count = 0;
	int proto, port;

	(void)state;
	for (proto = LSP_TCP; proto <= LSP_UDP; proto++) {
		for (port = 0; port <= UINT16_MAX; port++) {
			struct lsp_security_note note;

			if (!lsp_security_note_at((enum lsp_proto)proto, (uint16_t)port, &note))
				continue;
			count++;
			assert_in_range(strlen(note.why), 20, 200);
			assert_in_range(strlen(note.advice), 6, 160);
			assert_in_range(strlen(note.source), 6, 120);
			assert_int_equal(note.why[strlen(note.why) - 1], '.');
			assert_int_equal(note.advice[strlen(note.advice) - 1], '.');
			assert_int_not_equal(note.kinds, 0);
			assert_true((uint64_t)note.kinds < (uint64_t)1 << LSP_KIND_COUNT);
		}
	}
	assert_in_range(count, 300, 3000);
}

static void test_protocols_are_apart(void **state)
{
	struct lsp_security_note tcp, udp;

	(void)state;
	assert_true(lsp_security_note_at(LSP_TCP, 11211, &tcp));
	assert_true(lsp_security_note_at(LSP_UDP, 11211, &udp));
	assert_string_not_equal(tcp.why, udp.why);
	assert_false(has_kind(&tcp, "amplification"));
	assert_false(lsp_security_note_at(LSP_UDP, 9200, &udp));
}

static void test_none(void **state)
{
	struct lsp_security_note note = {.why = "mine"};

	(void)state;
	assert_false(lsp_security_note_at(LSP_TCP, 443, &note));
	assert_false(lsp_security_note_at(LSP_TCP, 0, &note));
	assert_false(lsp_security_note_at(LSP_TCP, 65535, &note));
	assert_string_equal(note.why, "mine");
	assert_null(lsp_kind_name(LSP_KIND_COUNT));
	assert_string_equal(lsp_kind_name(LSP_KIND_AMPLIFICATION), "amplification");
	assert_string_equal(lsp_kind_name(LSP_KIND_MALWARE_HABIT), "malware-habit");
	assert_string_equal(lsp_kind_name(LSP_KIND_WEB), "web");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_auditors),
		cmocka_unit_test(test_every_note_is_whole),
		cmocka_unit_test(test_protocols_are_apart),
		cmocka_unit_test(test_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
