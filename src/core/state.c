/*
 * state.c - the words for protocols and states. The spellings that people type are read in cli/words.
 */
#include <lsports/socket.h>

bool lsp_socket_holds_port(const struct lsp_socket *socket)
{
	if (socket->proto == LSP_UDP)
		return socket->state == LSP_CLOSE && socket->local_port != 0;
	return socket->state == LSP_LISTEN || socket->state == LSP_BOUND;
}

const char *lsp_state_name(enum lsp_state state)
{
	static const char *const names[LSP_STATE_COUNT] = {
		[LSP_STATE_NONE] = "UNKNOWN",	  [LSP_ESTABLISHED] = "ESTABLISHED", [LSP_SYN_SENT] = "SYN_SENT",
		[LSP_SYN_RECV] = "SYN_RECV",	  [LSP_FIN_WAIT1] = "FIN_WAIT1",     [LSP_FIN_WAIT2] = "FIN_WAIT2",
		[LSP_TIME_WAIT] = "TIME_WAIT",	  [LSP_CLOSE] = "CLOSE",	     [LSP_CLOSE_WAIT] = "CLOSE_WAIT",
		[LSP_LAST_ACK] = "LAST_ACK",	  [LSP_LISTEN] = "LISTEN",	     [LSP_CLOSING] = "CLOSING",
		[LSP_BOUND] = "BOUND",
	};

	return state < LSP_STATE_COUNT ? names[state] : names[LSP_STATE_NONE];
}

const char *lsp_proto_name(enum lsp_proto proto)
{
	return proto == LSP_UDP ? "udp" : "tcp";
}
