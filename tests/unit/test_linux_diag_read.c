/*
 * test_linux_diag_read.c - the conversation with sock_diag: what is asked, and what becomes of every way in which the
 * kernel may answer. The kernel is a script of datagrams.
 *
 * The port filter is run by a small interpreter made after inet_diag_bc_run() of the kernel's net/ipv4/inet_diag.c,
 * and checked as inet_diag_bc_audit() there does before it takes such a program at all.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "linux.h"

#define OUR_PORT 4242u
#define MESSAGES_MAX 4
#define STEPS_MAX 12
#define REQUESTS_MAX 16

enum { NONE = 0, SOCKET, BROKEN, DONE, DONE_BARE, FAILED, FAILED_BARE, OVERRUN };

struct message {
	int what;
	int number; /* SOCKET: its port; DONE, FAILED: what the kernel puts in, a negative errno */
	uint16_t flags;
};

struct step {
	int os_code;                     /* receive fails with this */
	bool is_empty;                   /* receive answers 0 */
	uint32_t sequence_off, port_off; /* added to what would be right */
	size_t size_min;                 /* a smaller buffer cuts the datagram: ENOSPC */
	struct message messages[MESSAGES_MAX];
};

/* Each conversation gets the steps from the next "round" on; the last round is repeated for ever. */
struct script {
	struct step steps[STEPS_MAX];
	size_t rounds[STEPS_MAX], round_count; /* where rounds begin; none: one, at 0 */
	int open_os_code, send_os_code;
	/* what happened */
	size_t at, opens, closes, request_count, size_max;
	struct {
		_Alignas(8) uint8_t bytes[8192];
		size_t len;
	} requests[REQUESTS_MAX];
};

static int script_open(void *self)
{
	struct script *script = self;

	assert_int_equal(script->opens, script->closes);
	if (script->open_os_code != 0) {
		errno = script->open_os_code;
		return -1;
	}
	if (script->round_count > 0) {
		size_t last = script->round_count - 1;

		script->at = script->rounds[script->opens < last ? script->opens : last];
	} else if (script->opens > 0 && script->at >= STEPS_MAX) {
		fail_msg("more conversations than the script has");
	}
	script->opens++;
	assert_in_range(script->opens, 1, 64);
	return 0;
}

static int script_send(void *self, const void *request, size_t len)
{
	struct script *script = self;

	if (script->send_os_code != 0) {
		errno = script->send_os_code;
		return -1;
	}
	assert_in_range(script->request_count, 0, REQUESTS_MAX - 1);
	assert_in_range(len, NLMSG_HDRLEN, sizeof script->requests->bytes);
	memcpy(script->requests[script->request_count].bytes, request, len);
	script->requests[script->request_count++].len = len;
	return 0;
}

static size_t put_message(uint8_t *at, const struct message *message, uint32_t sequence, uint32_t port)
{
	struct nlmsghdr header = {.nlmsg_seq = sequence, .nlmsg_pid = port};
	struct inet_diag_msg diag = {.idiag_family = AF_INET, .idiag_state = 10, .idiag_inode = 1};
	struct nlmsgerr error = {.error = message->number};
	const void *payload = NULL;
	size_t len = 0;

	header.nlmsg_flags = (uint16_t)(NLM_F_MULTI | message->flags);
	switch (message->what) {
	case SOCKET:
		header.nlmsg_type = 20;
		diag.id.idiag_sport = htons((uint16_t)message->number);
		payload = &diag;
		len = sizeof diag;
		break;
	case BROKEN:
		header.nlmsg_type = 20;
		payload = &diag;
		len = 8;
		break;
	case DONE:
		header.nlmsg_type = NLMSG_DONE;
		payload = &message->number;
		len = sizeof message->number;
		break;
	case DONE_BARE:
		header.nlmsg_type = NLMSG_DONE;
		break;
	case FAILED:
		header.nlmsg_type = NLMSG_ERROR;
		payload = &error;
		len = sizeof error;
		break;
	case FAILED_BARE:
		header.nlmsg_type = NLMSG_ERROR;
		break;
	case OVERRUN:
		header.nlmsg_type = NLMSG_OVERRUN;
		break;
	default:
		fail();
	}
	header.nlmsg_len = (uint32_t)(NLMSG_HDRLEN + len);
	memcpy(at, &header, sizeof header);
	if (len > 0)
		memcpy(at + NLMSG_HDRLEN, payload, len);
	return NLMSG_ALIGN(header.nlmsg_len);
}

static long script_receive(void *self, void *buffer, size_t size)
{
	struct script *script = self;
	const struct step *step = &script->steps[script->at];
	struct nlmsghdr asked;
	_Alignas(8) uint8_t datagram[1024];
	size_t len = 0, i;

	if (size > script->size_max)
		script->size_max = size;
	if (script->at >= STEPS_MAX)
		fail_msg("read on behind the end of the script");
	if (size < step->size_min) {
		errno = ENOSPC;
		return -1;
	}
	script->at++;
	if (step->os_code != 0) {
		errno = step->os_code;
		return -1;
	}
	if (step->is_empty)
		return 0;
	memcpy(&asked, script->requests[script->request_count - 1].bytes, sizeof asked);
	for (i = 0; i < MESSAGES_MAX && step->messages[i].what != NONE; i++)
		len += put_message(datagram + len, &step->messages[i], asked.nlmsg_seq + step->sequence_off,
				   OUR_PORT + step->port_off);
	if (len == 0)
		fail_msg("read on behind the end of the script");
	assert_in_range(len, 1, size);
	memcpy(buffer, datagram, len);
	return (long)len;
}

static unsigned script_port(void *self)
{
	(void)self;
	return OUR_PORT;
}

static void script_close(void *self)
{
	struct script *script = self;

	script->closes++;
	assert_int_equal(script->opens, script->closes);
}

static const struct lsp_hint listeners = {.protos = LSP_PROTO_ALL, .states = LSP_STATE_BIT(LSP_LISTEN)};

struct talk {
	struct script script;
	struct lsp_snapshot *snapshot; /* begins with a stranger's socket in it, port 9 */
	struct lsp_fault fault;
	enum lsp_err err;
	bool takes_protocol; /* Linux 5.9 and later */
};

static void talk_hold(struct talk *talk, enum lsp_proto proto, const struct lsp_hint *hint)
{
	const struct lsp_diag_io io = {script_open,  script_send,   script_receive,	  script_port,
				       script_close, &talk->script, talk->takes_protocol};
	struct lsp_socket stranger = {.proto = LSP_TCP, .local_port = 9};

	talk->snapshot = lsp_snapshot_new();
	lsp_snapshot_add_socket(talk->snapshot, &stranger);
	memset(&talk->fault, 0, sizeof talk->fault);
	talk->err = lsp_diag_read_from(&io, talk->snapshot, proto, hint, &talk->fault);
	assert_int_equal(talk->script.opens, talk->script.closes);
	assert_int_equal(talk->snapshot->sockets[0].local_port, 9);
	if (talk->err != LSP_OK) {
		assert_int_equal(talk->fault.err, talk->err);
		assert_non_null(talk->fault.op);
	}
}

static void assert_ports(const struct talk *talk, size_t count, const uint16_t *ports)
{
	size_t i;

	assert_int_equal(talk->snapshot->socket_count, count + 1);
	for (i = 0; i < count; i++)
		assert_int_equal(talk->snapshot->sockets[i + 1].local_port, ports[i]);
}

/* Holds the talk for TCP listeners and expects a fault, with nothing added. */
static void assert_fault(struct talk *talk, enum lsp_err err, int os_code)
{
	talk_hold(talk, LSP_TCP, &listeners);
	assert_int_equal(talk->err, err);
	assert_int_equal(talk->fault.os_code, os_code);
	assert_int_equal(talk->snapshot->socket_count, 1);
	assert_int_equal(talk->snapshot->notes, 0);
	lsp_snapshot_free(talk->snapshot);
}

/* --- answers ---------------------------------------------------------------------------------------------- */

static void test_several_datagrams(void **state)
{
	struct talk talk = {.script = {.steps = {
					       {.messages = {{SOCKET, 22}, {SOCKET, 80}, {SOCKET, 443}}},
					       {.messages = {{SOCKET, 8080}}},
					       {.messages = {{SOCKET, 9090}, {DONE}}},
				       }}};

	(void)state;
	talk_hold(&talk, LSP_TCP, &listeners);
	assert_int_equal(talk.err, LSP_OK);
	assert_ports(&talk, 5, (uint16_t[]){22, 80, 443, 8080, 9090});
	assert_int_equal(talk.snapshot->notes, 0);
	assert_int_equal(talk.script.opens, 1);
	assert_int_equal(talk.script.at, 3);
	assert_int_equal(talk.snapshot->sockets[1].proto, LSP_TCP);
	lsp_snapshot_free(talk.snapshot);
}

static void test_none(void **state)
{
	static const int ends[] = {DONE, DONE_BARE};
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		struct talk talk = {.script = {.steps = {{.messages = {{ends[i]}}}}}};

		talk_hold(&talk, LSP_TCP, &listeners);
		assert_int_equal(talk.err, LSP_OK);
		assert_ports(&talk, 0, NULL);
		lsp_snapshot_free(talk.snapshot);
	}
}

/* The kernel's word that the dump failed, in both places where it may stand. */
static const struct {
	int os_code;
	enum lsp_err at_once, later; /* before and after a first answer */
} refusals[] = {
	{EPERM, LSP_DENIED, LSP_IO},       {EACCES, LSP_DENIED, LSP_IO},
	{ENOENT, LSP_UNSUPPORTED, LSP_IO}, {EOPNOTSUPP, LSP_UNSUPPORTED, LSP_IO},
	{EINVAL, LSP_UNSUPPORTED, LSP_IO}, {EPROTONOSUPPORT, LSP_UNSUPPORTED, LSP_IO},
	{ENOMEM, LSP_IO, LSP_IO},          {EIO, LSP_IO, LSP_IO},
};

static void test_errno_inside_done(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof refusals / sizeof *refusals; i++) {
		struct talk bare = {.script = {.steps = {{.messages = {{DONE, -refusals[i].os_code}}}}}};
		struct talk late = {.script = {.steps = {
						       {.messages = {{SOCKET, 80}}},
						       {.messages = {{SOCKET, 443}, {DONE, -refusals[i].os_code}}},
					       }}};

		assert_fault(&bare, refusals[i].at_once, refusals[i].os_code);
		assert_fault(&late, refusals[i].later, refusals[i].os_code);
	}
}

static void test_error_message(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof refusals / sizeof *refusals; i++) {
		struct talk bare = {.script = {.steps = {{.messages = {{FAILED, -refusals[i].os_code}}}}}};
		struct talk late = {.script = {.steps = {
						       {.messages = {{SOCKET, 80}}},
						       {.messages = {{FAILED, -refusals[i].os_code}}},
					       }}};

		assert_fault(&bare, refusals[i].at_once, refusals[i].os_code);
		assert_fault(&late, refusals[i].later, refusals[i].os_code);
	}
}

/* An error without a number, or with one that is none, is still no empty list. */
static void test_error_message_malformed(void **state)
{
	struct talk bare = {.script = {.steps = {{.messages = {{FAILED_BARE}}}}}};
	struct talk zero = {.script = {.steps = {{.messages = {{FAILED, 0}}}}}};
	struct talk positive = {.script = {.steps = {{.messages = {{FAILED, EPERM}}}}}};

	(void)state;
	assert_fault(&bare, LSP_MALFORMED, EBADMSG);
	assert_fault(&zero, LSP_MALFORMED, EPROTO);
	assert_fault(&positive, LSP_MALFORMED, EPROTO);
}

static void test_open_and_send_refused(void **state)
{
	static const struct {
		int os_code;
		enum lsp_err err;
	} table[] = {
		{EAFNOSUPPORT, LSP_UNSUPPORTED},
		{EPROTONOSUPPORT, LSP_UNSUPPORTED},
		{ECONNREFUSED, LSP_UNSUPPORTED},
		{EPERM, LSP_DENIED},
		{EACCES, LSP_DENIED},
		{EMFILE, LSP_IO},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof table / sizeof *table; i++) {
		struct talk closed = {.script = {.open_os_code = table[i].os_code}};
		struct talk deaf = {.script = {.send_os_code = table[i].os_code}};

		assert_fault(&closed, table[i].err, table[i].os_code);
		assert_int_equal(closed.script.opens, 0);
		assert_fault(&deaf, table[i].err, table[i].os_code);
		assert_int_equal(deaf.script.opens, 1);
		assert_string_not_equal(closed.fault.op, deaf.fault.op);
	}
}

static void test_receive_refused(void **state)
{
	struct talk io = {.script = {.steps = {{.os_code = EIO}}}};
	struct talk denied = {.script = {.steps = {{.os_code = EPERM}}}};
	struct talk late = {.script = {.steps = {{.messages = {{SOCKET, 80}}}, {.os_code = EPERM}}}};
	struct talk empty = {.script = {.steps = {{.messages = {{SOCKET, 80}}}, {.is_empty = true}}}};

	(void)state;
	assert_fault(&io, LSP_IO, EIO);
	assert_fault(&denied, LSP_DENIED, EPERM);
	assert_fault(&late, LSP_IO, EPERM);
	assert_fault(&empty, LSP_MALFORMED, EPROTO);
}

/* A datagram for somebody else means that the conversation cannot be trusted. */
static void test_not_our_answer(void **state)
{
	struct talk sequence = {.script = {.steps = {{.sequence_off = 1, .messages = {{SOCKET, 80}, {DONE}}}}}};
	struct talk port = {.script = {.steps = {{.port_off = 1, .messages = {{SOCKET, 80}, {DONE}}}}}};
	struct talk late = {.script = {.steps = {
					       {.messages = {{SOCKET, 80}}},
					       {.sequence_off = 7, .messages = {{SOCKET, 81}, {DONE}}},
				       }}};

	(void)state;
	assert_fault(&sequence, LSP_MALFORMED, EPROTO);
	assert_fault(&late, LSP_MALFORMED, EPROTO);
	assert_fault(&port, LSP_MALFORMED, EPROTO);
}

static void test_malformed_socket(void **state)
{
	struct talk talk = {.script = {.steps = {{.messages = {{SOCKET, 80}, {BROKEN}, {SOCKET, 81}, {DONE}}}}}};

	(void)state;
	assert_fault(&talk, LSP_MALFORMED, EBADMSG);
}

static void test_signals(void **state)
{
	struct talk talk = {.script = {.steps = {
					       {.os_code = EINTR},
					       {.messages = {{SOCKET, 80}}},
					       {.os_code = EINTR},
					       {.os_code = EINTR},
					       {.messages = {{SOCKET, 81}, {DONE}}},
				       }}};

	(void)state;
	talk_hold(&talk, LSP_TCP, &listeners);
	assert_int_equal(talk.err, LSP_OK);
	assert_ports(&talk, 2, (uint16_t[]){80, 81});
	assert_int_equal(talk.script.opens, 1); /* a signal is no torn dump */
	assert_int_equal(talk.snapshot->notes, 0);
	lsp_snapshot_free(talk.snapshot);
}

/* --- torn dumps ------------------------------------------------------------------------------------------- */

static void test_torn_once(void **state)
{
	static const struct step torn[] = {
		{.messages = {{SOCKET, 81}, {DONE, 0, NLM_F_DUMP_INTR}}}, /* said at the end */
		{.messages = {{SOCKET, 81, NLM_F_DUMP_INTR}}},            /* said in the middle */
		{.os_code = ENOBUFS},                                     /* datagrams were lost */
		{.messages = {{OVERRUN}}},
		{.messages = {{DONE, -EINTR}}},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof torn / sizeof *torn; i++) {
		struct talk talk = {.script = {
					    .steps = {{.messages = {{SOCKET, 80}}},
						      torn[i],
						      {.messages = {{SOCKET, 80}, {SOCKET, 82}}},
						      {.messages = {{DONE}}}},
					    .rounds = {0, 2},
					    .round_count = 2,
				    }};
		struct nlmsghdr first, second;

		talk_hold(&talk, LSP_TCP, &listeners);
		assert_int_equal(talk.err, LSP_OK);
		assert_ports(&talk, 2, (uint16_t[]){80, 82}); /* nothing twice, nothing of the torn one */
		assert_int_equal(talk.snapshot->notes, 0);
		assert_int_equal(talk.script.opens, 2);
		memcpy(&first, talk.script.requests[0].bytes, sizeof first);
		memcpy(&second, talk.script.requests[1].bytes, sizeof second);
		assert_int_not_equal(first.nlmsg_seq, second.nlmsg_seq);
		lsp_snapshot_free(talk.snapshot);
	}
}

static void test_torn_to_the_end(void **state)
{
	struct talk talk = {.script = {
				    .steps = {{.messages = {{SOCKET, 80}, {DONE, 0, NLM_F_DUMP_INTR}}},
					      {.messages = {{SOCKET, 81}}},
					      {.messages = {{SOCKET, 82}, {DONE, 0, NLM_F_DUMP_INTR}}}},
				    .rounds = {0, 1},
				    .round_count = 2,
			    }};

	(void)state;
	talk_hold(&talk, LSP_TCP, &listeners);
	assert_int_equal(talk.err, LSP_OK);
	assert_ports(&talk, 2, (uint16_t[]){81, 82}); /* the last try, once */
	assert_int_equal(talk.snapshot->notes, LSP_NOTE_TORN);
	assert_in_range(talk.script.opens, 2, 10); /* bounded */
	lsp_snapshot_free(talk.snapshot);
}

static void test_torn_then_refused(void **state)
{
	struct talk talk = {.script = {
				    .steps = {{.messages = {{SOCKET, 80}, {DONE, 0, NLM_F_DUMP_INTR}}},
					      {.messages = {{DONE, -EIO}}}},
				    .rounds = {0, 1},
				    .round_count = 2,
			    }};

	(void)state;
	assert_fault(&talk, LSP_IO, EIO);
}

static void test_cut_datagram_grows_buffer(void **state)
{
	struct talk talk = {.script = {
				    .steps = {{.messages = {{SOCKET, 80}}},
					      {.size_min = 100 * 1024, .messages = {{SOCKET, 81}, {DONE}}}},
				    .rounds = {0},
				    .round_count = 1,
			    }};

	(void)state;
	talk_hold(&talk, LSP_TCP, &listeners);
	assert_int_equal(talk.err, LSP_OK);
	assert_ports(&talk, 2, (uint16_t[]){80, 81});
	assert_int_equal(talk.snapshot->notes, 0);
	assert_in_range(talk.script.size_max, 100 * 1024, 4 * 100 * 1024);
	lsp_snapshot_free(talk.snapshot);
}

static void test_cut_datagram_without_end(void **state)
{
	struct talk talk = {.script = {
				    .steps = {{.messages = {{SOCKET, 80}}}, {.size_min = SIZE_MAX}},
				    .rounds = {0},
				    .round_count = 1,
			    }};

	(void)state;
	assert_fault(&talk, LSP_IO, ENOSPC);
	assert_in_range(talk.script.size_max, 1024 * 1024, 4 * 1024 * 1024);
}

/* --- UDP: two dumps --------------------------------------------------------------------------------------- */

static const struct lsp_hint udp = {.protos = LSP_PROTO_BIT(LSP_UDP),
				    .states = LSP_STATE_BIT(LSP_CLOSE) | LSP_STATE_BIT(LSP_ESTABLISHED)};

static void test_udp_both_families(void **state)
{
	struct talk talk = {.script = {.steps = {
					       {.messages = {{SOCKET, 53}, {DONE}}},
					       {.messages = {{SOCKET, 5353}, {DONE}}},
				       }}};
	static const uint8_t families[] = {AF_INET, AF_INET6};
	size_t i;

	(void)state;
	talk_hold(&talk, LSP_UDP, &udp);
	assert_int_equal(talk.err, LSP_OK);
	assert_ports(&talk, 2, (uint16_t[]){53, 5353});
	assert_int_equal(talk.snapshot->sockets[1].proto, LSP_UDP);
	assert_int_equal(talk.script.request_count, 2);
	for (i = 0; i < 2; i++) {
		struct nlmsghdr header;
		struct inet_diag_req_v2 req;

		memcpy(&header, talk.script.requests[i].bytes, sizeof header);
		memcpy(&req, talk.script.requests[i].bytes + NLMSG_HDRLEN, sizeof req);
		assert_int_equal(header.nlmsg_type, 20); /* SOCK_DIAG_BY_FAMILY */
		assert_int_equal(header.nlmsg_flags, NLM_F_REQUEST | NLM_F_DUMP);
		assert_int_equal(header.nlmsg_len, NLMSG_HDRLEN + sizeof req);
		assert_int_equal(talk.script.requests[i].len, header.nlmsg_len);
		assert_int_equal(req.sdiag_family, families[i]);
		assert_int_equal(req.sdiag_protocol, 17); /* UDP, RFC 768 */
		assert_int_equal(req.idiag_states, 1u << 7 | 1u << 1);
		assert_int_equal(req.id.idiag_sport, 0);
	}
	lsp_snapshot_free(talk.snapshot);
}

/* The old request has no family and stands for TCP, unless an attribute names another protocol. */
static void test_udp_in_one_walk(void **state)
{
	struct talk talk = {.script = {.steps = {{.messages = {{SOCKET, 53}, {SOCKET, 5353}, {DONE}}}}},
			    .takes_protocol = true};
	struct nlmsghdr header;
	struct inet_diag_req req;
	struct {
		uint16_t len, type;
		uint32_t protocol;
	} attribute;
	const uint8_t *bytes = talk.script.requests[0].bytes;

	(void)state;
	talk_hold(&talk, LSP_UDP, &udp);
	assert_int_equal(talk.err, LSP_OK);
	assert_ports(&talk, 2, (uint16_t[]){53, 5353});
	assert_int_equal(talk.snapshot->sockets[1].proto, LSP_UDP);
	assert_int_equal(talk.script.request_count, 1);
	memcpy(&header, bytes, sizeof header);
	memcpy(&req, bytes + NLMSG_HDRLEN, sizeof req);
	memcpy(&attribute, bytes + NLMSG_HDRLEN + sizeof req, sizeof attribute);
	assert_int_equal(header.nlmsg_type, 18); /* TCPDIAG_GETSOCK */
	assert_int_equal(header.nlmsg_len, NLMSG_HDRLEN + sizeof req + sizeof attribute);
	assert_int_equal(req.idiag_family, 0);
	assert_int_equal(req.idiag_states, 1u << 7 | 1u << 1);
	assert_int_equal(attribute.len, 8);
	assert_int_equal(attribute.type, 3); /* INET_DIAG_REQ_PROTOCOL */
	assert_int_equal(attribute.protocol, 17);
	lsp_snapshot_free(talk.snapshot);
}

static void test_udp_without_inet6(void **state)
{
	struct talk talk = {.script = {.steps = {
					       {.messages = {{SOCKET, 53}, {DONE}}},
					       {.messages = {{FAILED, -ENOENT}}},
				       }}};

	(void)state;
	talk_hold(&talk, LSP_UDP, &udp);
	assert_int_equal(talk.err, LSP_OK);
	assert_ports(&talk, 1, (uint16_t[]){53});
	lsp_snapshot_free(talk.snapshot);
}

static void test_udp_second_family_fails(void **state)
{
	static const struct {
		int os_code;
		enum lsp_err err;
	} table[] = {{EIO, LSP_IO}, {EPERM, LSP_DENIED}};
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		struct talk talk = {.script = {.steps = {
						       {.messages = {{SOCKET, 53}, {DONE}}},
						       {.messages = {{DONE, -table[i].os_code}}},
					       }}};

		talk_hold(&talk, LSP_UDP, &udp);
		assert_int_equal(talk.err, table[i].err);
		assert_int_equal(talk.snapshot->socket_count, 1); /* half a protocol is none */
		lsp_snapshot_free(talk.snapshot);
	}
}

static void test_udp_first_family_unsupported(void **state)
{
	struct talk talk = {.script = {.steps = {{.messages = {{FAILED, -ENOENT}}}}}};

	(void)state;
	talk_hold(&talk, LSP_UDP, &udp);
	assert_int_equal(talk.err, LSP_UNSUPPORTED);
	assert_int_equal(talk.script.request_count, 1);
	lsp_snapshot_free(talk.snapshot);
}

/* --- the request ------------------------------------------------------------------------------------------ */

/* The requests that a hint leads to; each is answered with an empty list. */
static struct talk *asked(enum lsp_proto proto, const struct lsp_hint *hint)
{
	struct talk *talk = calloc(1, sizeof *talk);

	assert_non_null(talk);
	talk->script.steps[0] = talk->script.steps[1] = (struct step){.messages = {{DONE}}};
	talk_hold(talk, proto, hint);
	assert_int_equal(talk->err, LSP_OK);
	return talk;
}

static void forget(struct talk *talk)
{
	lsp_snapshot_free(talk->snapshot);
	free(talk);
}

static uint32_t tcp_mask(const struct talk *talk)
{
	struct nlmsghdr header;
	struct inet_diag_req req;

	memcpy(&header, talk->script.requests[0].bytes, sizeof header);
	memcpy(&req, talk->script.requests[0].bytes + NLMSG_HDRLEN, sizeof req);
	assert_int_equal(talk->script.request_count, 1); /* both families in one walk */
	assert_int_equal(header.nlmsg_type, 18);         /* TCPDIAG_GETSOCK */
	assert_int_equal(header.nlmsg_flags, 0x301);     /* REQUEST, ROOT, MATCH */
	return req.idiag_states;
}

static void test_tcp_state_masks(void **state)
{
	/* bits are the kernel's numbers; 12: NEW_SYN_RECV, 13: BOUND_INACTIVE */
	static const struct {
		unsigned states;
		uint32_t mask; /* 0: nothing is asked */
	} table[] = {
		{LSP_STATE_BIT(LSP_LISTEN), 0x400},
		{LSP_STATE_BIT(LSP_ESTABLISHED), 0x2},
		{LSP_STATE_BIT(LSP_SYN_SENT), 0x4},
		{LSP_STATE_BIT(LSP_SYN_RECV), 0x1008},
		{LSP_STATE_BIT(LSP_FIN_WAIT1), 0x10},
		{LSP_STATE_BIT(LSP_FIN_WAIT2), 0x20},
		{LSP_STATE_BIT(LSP_TIME_WAIT), 0x40},
		{LSP_STATE_BIT(LSP_CLOSE), 0},
		{LSP_STATE_BIT(LSP_CLOSE_WAIT), 0x100},
		{LSP_STATE_BIT(LSP_LAST_ACK), 0x200},
		{LSP_STATE_BIT(LSP_CLOSING), 0x800},
		{LSP_STATE_BIT(LSP_BOUND), 0x2000},
		{LSP_STATE_BIT(LSP_LISTEN) | LSP_STATE_BIT(LSP_CLOSE), 0x400}, /* what -l asks for */
		{LSP_STATE_ALL, 0x3f7e},
		{LSP_STATE_ALL & ~LSP_STATE_BIT(LSP_BOUND), 0x1f7e},
		{0, 0},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof table / sizeof *table; i++) {
		struct lsp_hint hint = {.protos = LSP_PROTO_ALL, .states = table[i].states};
		struct talk *talk = asked(LSP_TCP, &hint);

		if (table[i].mask == 0)
			assert_int_equal(talk->script.opens, 0);
		else
			assert_int_equal(tcp_mask(talk), table[i].mask);
		forget(talk);
	}
}

/* INET_DIAG_INFO (2) is asked for where somebody wants what is in it, and of TCP alone. */
static void test_heard_is_asked_for(void **state)
{
	static const struct {
		enum lsp_proto proto;
		bool heard;
		uint8_t ext;
	} table[] = {{LSP_TCP, false, 0}, {LSP_TCP, true, 1 << 1}, {LSP_UDP, true, 0}};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof table / sizeof *table; i++) {
		struct lsp_hint hint = {.protos = LSP_PROTO_ALL, .states = LSP_STATE_ALL, .heard = table[i].heard};
		struct talk *talk = asked(table[i].proto, &hint);
		const uint8_t *request = talk->script.requests[0].bytes + NLMSG_HDRLEN;

		assert_int_equal(request[table[i].proto == LSP_TCP ? offsetof(struct inet_diag_req, idiag_ext)
								   : offsetof(struct inet_diag_req_v2, idiag_ext)],
				 table[i].ext);
		forget(talk);
	}
}

static void test_udp_state_masks(void **state)
{
	static const struct {
		unsigned states;
		uint32_t mask;
	} table[] = {
		{LSP_STATE_BIT(LSP_CLOSE), 0x80},
		{LSP_STATE_BIT(LSP_ESTABLISHED), 0x2},
		{LSP_STATE_BIT(LSP_BOUND), 0},
		{LSP_STATE_ALL, 0x1ffe},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof table / sizeof *table; i++) {
		struct lsp_hint hint = {.protos = LSP_PROTO_ALL, .states = table[i].states};
		struct talk *talk = asked(LSP_UDP, &hint);
		struct inet_diag_req_v2 req;

		assert_int_equal(talk->script.request_count, table[i].mask != 0 ? 2 : 0);
		memcpy(&req, talk->script.requests[0].bytes + NLMSG_HDRLEN, sizeof req);
		assert_int_equal(req.idiag_states, table[i].mask);
		forget(talk);
	}
}

/* --- the port filter -------------------------------------------------------------------------------------- */

struct filter {
	const uint8_t *code;
	size_t len;
};

/* The program in request i, {NULL, 0} when there is none. */
static struct filter filter_of(const struct talk *talk, size_t i, size_t fixed)
{
	const uint8_t *bytes = talk->script.requests[i].bytes;
	size_t at = NLMSG_HDRLEN + NLMSG_ALIGN(fixed);
	struct nlattr attr;

	if (talk->script.requests[i].len == at)
		return (struct filter){NULL, 0};
	memcpy(&attr, bytes + at, sizeof attr);
	assert_int_equal(attr.nla_type, INET_DIAG_REQ_BYTECODE);
	assert_int_equal(talk->script.requests[i].len, at + NLA_ALIGN(attr.nla_len));
	return (struct filter){bytes + at + NLA_HDRLEN, (size_t)attr.nla_len - NLA_HDRLEN};
}

static struct inet_diag_bc_op op_at(const struct filter *filter, long at)
{
	struct inet_diag_bc_op op;

	assert_in_range(at, 0, filter->len - sizeof op); /* the kernel would read behind its buffer */
	memcpy(&op, filter->code + at, sizeof op);
	return op;
}

/* inet_diag_bc_run(): only to land exactly on the end accepts. */
static bool accepts(const struct filter *filter, uint16_t port)
{
	long at = 0, len = (long)filter->len;

	while (at < len) {
		struct inet_diag_bc_op op = op_at(filter, at);
		bool yes = true;

		switch (op.code) {
		case INET_DIAG_BC_NOP:
			break;
		case INET_DIAG_BC_JMP:
			yes = false;
			break;
		case INET_DIAG_BC_S_EQ:
			yes = port == op_at(filter, at + 4).no;
			break;
		case INET_DIAG_BC_S_GE:
			yes = port >= op_at(filter, at + 4).no;
			break;
		case INET_DIAG_BC_S_LE:
			yes = port <= op_at(filter, at + 4).no;
			break;
		default:
			fail_msg("operation %u is not expected in a port filter", op.code);
		}
		at += yes ? op.yes : op.no;
	}
	return at == len;
}

/* valid_cc(): a jump must land where an operation begins, on the way of the "yes" jumps. */
static bool is_landing(const struct filter *filter, long target)
{
	long at = 0;

	while (at < target)
		at += op_at(filter, at).yes;
	return at == target;
}

/* inet_diag_bc_audit() */
static void assert_audited(const struct filter *filter)
{
	long at = 0, len = (long)filter->len;

	while (at < len) {
		struct inet_diag_bc_op op = op_at(filter, at);
		long min = op.code == INET_DIAG_BC_JMP || op.code == INET_DIAG_BC_NOP ? 4 : 8, left = len - at;

		assert_true(left >= min);
		if (op.code != INET_DIAG_BC_NOP) {
			assert_true(op.no >= min && op.no <= left + 4 && (op.no & 3) == 0);
			assert_true(op.no >= left || is_landing(filter, at + op.no));
		}
		assert_true(op.yes >= min && op.yes <= left + 4 && (op.yes & 3) == 0);
		at += op.yes;
	}
	assert_int_equal(at, len);
}

static bool in_ranges(const struct lsp_port_range *ranges, size_t count, unsigned port)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (port >= ranges[i].low && port <= ranges[i].high)
			return true;
	}
	return false;
}

/* Every port there is, so also those around the borders. */
static void assert_filters(const struct lsp_port_range *ranges, size_t count)
{
	struct lsp_hint hint = {LSP_PROTO_ALL, LSP_STATE_BIT(LSP_LISTEN), ranges, count};
	struct talk *talk = asked(LSP_TCP, &hint);
	struct filter filter = filter_of(talk, 0, sizeof(struct inet_diag_req));
	unsigned port;

	assert_non_null(filter.code);
	assert_audited(&filter);
	for (port = 0; port <= 65535; port++) {
		if (accepts(&filter, (uint16_t)port) != in_ranges(ranges, count, port))
			fail_msg("port %u of %zu ranges", port, count);
	}
	forget(talk);
}

static void test_one_port(void **state)
{
	static const uint16_t ports[] = {1, 8080, 65535};
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++)
		assert_filters(&(struct lsp_port_range){ports[i], ports[i]}, 1);
}

static void test_several_ranges(void **state)
{
	static const struct lsp_port_range ranges[] = {{8000, 8010}, {22, 22}, {65000, 65535}, {8005, 8020}, {0, 1}};

	(void)state;
	assert_filters(ranges, 1);
	assert_filters(ranges, 2);
	assert_filters(ranges, 5);
	assert_filters(&(struct lsp_port_range){0, 65535}, 1);
}

static void test_most_ranges(void **state)
{
	struct lsp_port_range ranges[257];
	struct lsp_hint hint = {LSP_PROTO_ALL, LSP_STATE_BIT(LSP_LISTEN), ranges, 257};
	struct talk *talk;
	uint16_t i;

	(void)state;
	for (i = 0; i < 257; i++)
		ranges[i] = (struct lsp_port_range){(uint16_t)(100 + 4 * i), (uint16_t)(101 + 4 * i)};
	assert_filters(ranges, 256);
	talk = asked(LSP_TCP, &hint); /* too many: the core filters alone */
	assert_null(filter_of(talk, 0, sizeof(struct inet_diag_req)).code);
	forget(talk);
}

static void test_udp_filters_both_families(void **state)
{
	static const struct lsp_port_range range = {53, 53};
	struct lsp_hint hint = {LSP_PROTO_ALL, LSP_STATE_BIT(LSP_CLOSE), &range, 1};
	struct talk *talk = asked(LSP_UDP, &hint);
	size_t i;

	(void)state;
	assert_int_equal(talk->script.request_count, 2);
	for (i = 0; i < 2; i++) {
		struct filter filter = filter_of(talk, i, sizeof(struct inet_diag_req_v2));

		assert_non_null(filter.code);
		assert_audited(&filter);
		assert_false(accepts(&filter, 52));
		assert_true(accepts(&filter, 53));
		assert_false(accepts(&filter, 54));
	}
	forget(talk);
}

static void test_all_ports_no_filter(void **state)
{
	static const struct lsp_port_range range = {53, 53};
	struct lsp_hint none = {LSP_PROTO_ALL, LSP_STATE_BIT(LSP_LISTEN), NULL, 0};
	struct lsp_hint empty = {LSP_PROTO_ALL, LSP_STATE_BIT(LSP_LISTEN), &range, 0};
	struct talk *talk = asked(LSP_TCP, &none);

	(void)state;
	assert_null(filter_of(talk, 0, sizeof(struct inet_diag_req)).code);
	forget(talk);
	talk = asked(LSP_TCP, &empty);
	assert_null(filter_of(talk, 0, sizeof(struct inet_diag_req)).code);
	forget(talk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_several_datagrams),
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_errno_inside_done),
		cmocka_unit_test(test_error_message),
		cmocka_unit_test(test_error_message_malformed),
		cmocka_unit_test(test_open_and_send_refused),
		cmocka_unit_test(test_receive_refused),
		cmocka_unit_test(test_not_our_answer),
		cmocka_unit_test(test_malformed_socket),
		cmocka_unit_test(test_signals),
		cmocka_unit_test(test_torn_once),
		cmocka_unit_test(test_torn_to_the_end),
		cmocka_unit_test(test_torn_then_refused),
		cmocka_unit_test(test_cut_datagram_grows_buffer),
		cmocka_unit_test(test_cut_datagram_without_end),
		cmocka_unit_test(test_udp_both_families),
		cmocka_unit_test(test_udp_in_one_walk),
		cmocka_unit_test(test_udp_without_inet6),
		cmocka_unit_test(test_udp_second_family_fails),
		cmocka_unit_test(test_udp_first_family_unsupported),
		cmocka_unit_test(test_tcp_state_masks),
		cmocka_unit_test(test_heard_is_asked_for), cmocka_unit_test(test_udp_state_masks),
		cmocka_unit_test(test_one_port),
		cmocka_unit_test(test_several_ranges),
		cmocka_unit_test(test_most_ranges),
		cmocka_unit_test(test_udp_filters_both_families),
		cmocka_unit_test(test_all_ports_no_filter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
