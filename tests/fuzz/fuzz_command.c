/*
 * fuzz_command.c - whole command lines, a NUL between words: either a request that makes sense, or one line that says
 * what is wrong.
 */
#include "fuzz.h"

#include "cli/options.h"

enum { WORDS_MAX = 16 };

static bool is_word(char *const argv[], int argc, const char *text)
{
	int i;

	for (i = 1; i < argc; i++) {
		if (text >= argv[i] && text <= argv[i] + strlen(argv[i]))
			return true;
	}
	return false;
}

static void check_request(const struct lsp_request *request, char *const argv[], int argc)
{
	const struct lsp_select *select = &request->select;
	size_t i;

	REQUIRE(request->question <= LSP_ASK_VERSION && request->format <= LSP_FORMAT_NDJSON);
	REQUIRE(request->colour <= LSP_COLOUR_NEVER);
	REQUIRE(select->protos != 0 && (select->protos & ~LSP_PROTO_ALL) == 0);
	REQUIRE(select->families >= 1 && select->families <= 3);
	REQUIRE(select->states != 0 && ((select->states | select->udp_states) & ~LSP_STATE_ALL) == 0);
	REQUIRE(!request->quiet || request->question == LSP_ASK_PID);
	REQUIRE(request->user == NULL || is_word(argv, argc, request->user));
	REQUIRE(request->columns == NULL || is_word(argv, argc, request->columns));
	REQUIRE(request->sort == NULL || is_word(argv, argc, request->sort));
	REQUIRE(request->process.name == NULL || !request->process.has_pid);
	REQUIRE((select->port_count == 0) == (select->ports == NULL));
	for (i = 0; i < select->port_count; i++) {
		REQUIRE(select->ports[i].low <= select->ports[i].high);
		REQUIRE(select->ports[i].word < (uint32_t)argc);
		REQUIRE(i == 0 || select->ports[i - 1].word <= select->ports[i].word);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	char *words = malloc(len + 1), usage[LSP_USAGE_TEXT_MAX], name[] = "lsports";
	char *argv[WORDS_MAX + 2] = {name};
	struct lsp_request request;
	size_t start = 0, i;
	int argc = 1;

	REQUIRE(words != NULL);
	if (len > 0)
		memcpy(words, bytes, len);
	words[len] = '\0';
	for (i = 0; i <= len && len > 0 && argc <= WORDS_MAX; i++) {
		if (words[i] != '\0')
			continue;
		argv[argc++] = words + start;
		start = i + 1;
	}
	if (lsp_request_parse(argc, argv, &request, usage)) {
		check_request(&request, argv, argc);
		REQUIRE(usage[0] == '\0');
	} else {
		REQUIRE(memchr(usage, '\0', sizeof usage) != NULL);
		REQUIRE(strlen(usage) > 10);
		REQUIRE(memchr(words, '\n', len + 1) != NULL || strchr(usage, '\n') == NULL);
		REQUIRE(request.select.ports == NULL && request.select.port_count == 0);
	}
	lsp_request_clear(&request);
	free(words);
	return 0;
}
