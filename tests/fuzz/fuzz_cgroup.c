/*
 * fuzz_cgroup.c - /proc/PID/cgroup, whose folders are named by whoever may make one. What is told stands in the text, is
 * whole, and could be given to systemctl or docker. The first byte is the room for the answers.
 */
#include "fuzz.h"

#include "cgroup_parse.h"

static const char *find(const char *text, size_t len, const char *piece, size_t piece_len)
{
	size_t i;

	for (i = 0; i + piece_len <= len; i++) {
		if (memcmp(text + i, piece, piece_len) == 0)
			return text + i;
	}
	return NULL;
}

static void check_unit(const char *text, size_t len, size_t size)
{
	char *unit = malloc(size);
	bool is_user = false, before = false;
	size_t unit_len;

	REQUIRE(unit != NULL);
	if (!lsp_cgroup_parse_unit(text, len, unit, size, &is_user)) {
		REQUIRE(is_user == before);
		free(unit);
		return;
	}
	REQUIRE(memchr(unit, '\0', size) != NULL);
	unit_len = strlen(unit);
	REQUIRE(unit_len > strlen(".service") && strcmp(unit + unit_len - strlen(".service"), ".service") == 0);
	REQUIRE(strchr(unit, '/') == NULL && strchr(unit, '\n') == NULL && strncmp(unit, "user@", 5) != 0);
	REQUIRE(find(text, len, unit, unit_len) != NULL);
	REQUIRE(!is_user || find(text, len, "user@", 5) != NULL);
	free(unit);
}

static void check_container(const char *text, size_t len, size_t size)
{
	static const char digits[] = "0123456789abcdef";
	enum lsp_engine engine = LSP_ENGINE_UNKNOWN;
	char *id = malloc(size);
	const char *at;

	REQUIRE(id != NULL);
	if (lsp_cgroup_parse_container(text, len, id, size, &engine)) {
		REQUIRE(engine <= LSP_ENGINE_CRI);
		REQUIRE(size > 12 && memchr(id, '\0', size) == id + 12);
		REQUIRE(strspn(id, digits) == 12);
		at = find(text, len, id, 12);
		REQUIRE(at != NULL);
	}
	free(id);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	char *text;

	if (len == 0)
		return 0;
	text = fuzz_copy(bytes + 1, len - 1);
	check_unit(text, len - 1, bytes[0] + 1u);
	check_container(text, len - 1, bytes[0] % 20 + 1u);
	free(text);
	return 0;
}
