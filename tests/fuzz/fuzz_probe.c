/*
 * fuzz_probe.c - what listeners say, by which src/probe names them. Whatever comes: no byte beyond it is read, a name that
 * is given has its evidence, and the evidence is one line of at most its room. The first byte is what they were asked.
 */
#include "fuzz.h"

#include "probe/speech.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static const struct lsp_service label = {.name = "ssh", .description = "Secure Shell", .proto = LSP_TCP, .port = 22};
	enum lsp_asked asked;
	struct lsp_heard heard, again;
	uint8_t *copy;

	if (len == 0)
		return 0;
	asked = (enum lsp_asked)(bytes[0] % LSP_ASKED_COUNT);
	copy = (uint8_t *)fuzz_copy(bytes + 1, len - 1);
	heard = lsp_speech_hear(copy, len - 1, asked);
	REQUIRE(heard.speech < LSP_SPEECH_COUNT);
	REQUIRE(heard.evidence_len <= LSP_EVIDENCE_MAX);
	REQUIRE(memchr(heard.evidence, '\n', heard.evidence_len) == NULL);
	REQUIRE((lsp_speech_name(heard.speech) == NULL) == (heard.speech == LSP_SPEECH_NONE));
	if (len == 1)
		REQUIRE(heard.speech == LSP_SPEECH_NONE && heard.evidence_len == 0);
	if (heard.speech == LSP_SPEECH_NONE)
		REQUIRE(memcmp(heard.evidence, copy, heard.evidence_len) == 0);
	if (heard.speech == LSP_SPEECH_POP3 || heard.speech == LSP_SPEECH_TELNET)
		REQUIRE(asked == LSP_ASKED_NOTHING);
	REQUIRE((lsp_speech_fit(heard.speech, &label) == LSP_FIT_YES) == (heard.speech == LSP_SPEECH_SSH));
	again = lsp_speech_hear(copy, len - 1, asked);
	REQUIRE(again.speech == heard.speech && again.evidence_len == heard.evidence_len);
	free(copy);
	return 0;
}
