/*
 * words.c - see words.h.
 */
#include "words.h"

static char upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

/* Case, "-" and "_" do not count. */
static bool same_state(const char *word, size_t len, const char *spelling)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (word[i] == '-' || word[i] == '_')
			continue;
		if (upper(word[i]) != *spelling || *spelling == '\0')
			return false;
		spelling++;
	}
	return *spelling == '\0';
}

bool lsp_state_read(const char *word, size_t len, enum lsp_state *ret_state)
{
	static const struct {
		const char *spelling;
		enum lsp_state state;
	} spellings[] = {
		{"LISTEN", LSP_LISTEN},
		{"LISTENING", LSP_LISTEN}, /* ss, Windows */
		{"ESTABLISHED", LSP_ESTABLISHED},
		{"ESTAB", LSP_ESTABLISHED}, /* ss */
		{"SYNSENT", LSP_SYN_SENT},
		{"SYNRECV", LSP_SYN_RECV},
		{"SYNRECEIVED", LSP_SYN_RECV}, /* Windows, RFC 9293 */
		{"SYNRCVD", LSP_SYN_RECV},     /* BSD */
		{"FINWAIT1", LSP_FIN_WAIT1},
		{"FINWAIT2", LSP_FIN_WAIT2},
		{"TIMEWAIT", LSP_TIME_WAIT},
		{"CLOSE", LSP_CLOSE},
		{"CLOSED", LSP_CLOSE}, /* ss, Windows */
		{"UNCONN", LSP_CLOSE}, /* ss */
		{"CLOSEWAIT", LSP_CLOSE_WAIT},
		{"LASTACK", LSP_LAST_ACK},
		{"CLOSING", LSP_CLOSING},
		{"BOUND", LSP_BOUND},
		{"BOUNDINACTIVE", LSP_BOUND}, /* ss */
	};
	size_t i;

	for (i = 0; i < sizeof spellings / sizeof *spellings; i++) {
		if (len > 0 && same_state(word, len, spellings[i].spelling)) {
			*ret_state = spellings[i].state;
			return true;
		}
	}
	return false;
}

unsigned lsp_proto_read(const char *word, size_t len)
{
	if (len != 3 || upper(word[2]) != 'P')
		return 0;
	if (upper(word[0]) == 'T' && upper(word[1]) == 'C')
		return LSP_PROTO_BIT(LSP_TCP);
	if (upper(word[0]) == 'U' && upper(word[1]) == 'D')
		return LSP_PROTO_BIT(LSP_UDP);
	return 0;
}

bool lsp_number_read(const char *word, size_t len, uint32_t max, uint32_t *ret_number)
{
	uint64_t value = 0;
	size_t i;

	for (i = 0; i < len; i++) {
		if (word[i] < '0' || word[i] > '9')
			return false;
		value = value * 10 + (uint64_t)(word[i] - '0');
		if (value > max)
			return false;
	}
	if (len == 0)
		return false;
	*ret_number = (uint32_t)value;
	return true;
}
