/*
 * talk.c - connects to listeners of this machine and brings back what they say. See include/lsports/probe.h: nothing
 * here knows a protocol.
 *
 * A packet to somebody else would be a port scan. So an address must be a loopback one or on an interface, and the kernel
 * must let us bind it as the sender's: a connection then runs from an address of ours to the same one.
 */
#include "linux.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "sockname.h"

#ifndef IP_BIND_ADDRESS_NO_PORT
#define IP_BIND_ADDRESS_NO_PORT 24
#endif

enum {
	QUIET_MS = 150,	   /* an answer is whole when so long nothing more came */
	COLLECT_MS = 1000, /* or so long after it began */
};

enum phase { DONE = 0, CONNECTING, LISTENING, WAITING, READING };

/* One talk that is going on. */
struct line {
	struct lsp_talk *talk;
	enum phase phase;
	int fd;		  /* open in all phases but DONE */
	uint64_t until;	  /* when the phase ends by itself */
	uint64_t read_by; /* READING: however much still comes */
};

static bool is_own(const struct lsp_addr *addr, const struct lsp_snapshot *links)
{
	static const struct lsp_addr loopback4 = {.family = LSP_INET4, .bytes = {127}};
	static const struct lsp_addr loopback6 = {.family = LSP_INET6, .bytes = {[15] = 1}};
	size_t i;

	if (lsp_addr_within(addr, &loopback4, 8) || lsp_addr_within(addr, &loopback6, 128))
		return true;
	for (i = 0; i < links->link_addr_count; i++) {
		if (lsp_addr_cmp(addr, &links->link_addrs[i].addr) == 0)
			return true;
	}
	return false;
}

/* Who does not answer may not hang up either: that connection is reset, so that nothing of it stays on our side. */
static void end(struct line *line, enum lsp_talk_end how)
{
	static const struct linger reset = {.l_onoff = 1, .l_linger = 0};

	if (line->phase != DONE && how == LSP_TALK_SILENT)
		setsockopt(line->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
	if (line->phase != DONE)
		close(line->fd);
	line->phase = DONE;
	line->talk->end = (uint8_t)how;
}

/* There is no connection. When there was one that did not bring a byte, that was the news. */
static void end_connect(struct line *line, enum lsp_talk_end how)
{
	end(line, line->talk->connects > 0 ? (enum lsp_talk_end)line->talk->end : how);
}

static void fail_connect(struct line *line, const char *op, int os_code)
{
	lsp_linux_fault(&line->talk->fault, op, os_code);
	end_connect(line, LSP_TALK_FAILED);
}

static void connect_line(struct line *line, uint64_t now)
{
	struct lsp_addr addr = lsp_addr_unmap(&line->talk->addr);
	union lsp_sockname name;
	socklen_t len = lsp_sockname_of(&addr, 0, &name);
	int on = 1;

	line->fd = socket(name.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (line->fd < 0) {
		fail_connect(line, "socket", errno);
		return;
	}
	line->phase = CONNECTING;
	line->until = now + line->talk->answer_ms;
	/* the port is then chosen by connect(2), which can use one twice; without it (Linux before 4.2) there are fewer */
	setsockopt(line->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
	if (bind(line->fd, &name.any, len) < 0) {
		if (errno == EADDRNOTAVAIL)
			end_connect(line, LSP_TALK_FOREIGN);
		else
			fail_connect(line, "bind", errno);
		return;
	}
	len = lsp_sockname_of(&addr, line->talk->port, &name);
	if (connect(line->fd, &name.any, len) < 0 && errno != EINPROGRESS) {
		if (errno == ECONNREFUSED)
			end_connect(line, LSP_TALK_REFUSED);
		else
			fail_connect(line, "connect", errno);
	}
}

/* A connect to a port of the ephemeral range that nobody listens on any more may meet itself (simultaneous open). */
static bool is_with_itself(int fd)
{
	union lsp_sockname here, there;
	socklen_t here_len = sizeof here, there_len = sizeof there;

	memset(&here, 0, sizeof here);
	memset(&there, 0, sizeof there);
	return getsockname(fd, &here.any, &here_len) == 0 && getpeername(fd, &there.any, &there_len) == 0 &&
	       here_len == there_len && memcmp(&here, &there, here_len) == 0;
}

/* Nothing came on this connection: the next message has another one. */
static void go_on(struct line *line, enum lsp_talk_end how, uint64_t now, uint64_t deadline)
{
	struct lsp_talk *talk = line->talk;

	end(line, how);
	if (talk->sent < talk->message_count && now < deadline)
		connect_line(line, now);
}

static void send_next(struct line *line, uint64_t now, uint64_t deadline)
{
	struct lsp_talk *talk = line->talk;
	const struct lsp_message *message = &talk->messages[talk->sent];
	ssize_t sent;

	if (talk->sent == talk->message_count) { /* it was only to be listened to */
		end(line, LSP_TALK_SILENT);
		return;
	}
	/* an empty socket buffer takes a short message whole; one that was closed meanwhile takes none, and then says so */
	sent = send(line->fd, message->bytes, message->len, MSG_NOSIGNAL);
	talk->sent++;
	if (sent < 0) {
		go_on(line, LSP_TALK_CLOSED, now, deadline);
		return;
	}
	line->phase = WAITING;
	line->until = now + talk->answer_ms;
}

static void take_connection(struct line *line, uint64_t now, uint64_t deadline)
{
	struct lsp_talk *talk = line->talk;
	int os_code = 0;
	socklen_t len = sizeof os_code;

	if (getsockopt(line->fd, SOL_SOCKET, SO_ERROR, &os_code, &len) < 0)
		os_code = errno;
	if (os_code == ECONNREFUSED || (os_code == 0 && is_with_itself(line->fd))) {
		end_connect(line, LSP_TALK_REFUSED);
		return;
	}
	/* there was a connection, and it is reset already: before there is one, a reset means ECONNREFUSED (tcp_reset() in
	 * net/ipv4/tcp_input.c) */
	if (os_code == ECONNRESET) {
		if (talk->connects++ == 0) {
			end(line, LSP_TALK_CLOSED);
			return;
		}
		talk->sent++;
		go_on(line, LSP_TALK_CLOSED, now, deadline);
		return;
	}
	if (os_code != 0) {
		fail_connect(line, "connect", os_code);
		return;
	}
	if (talk->connects++ > 0) {
		send_next(line, now, deadline);
		return;
	}
	line->phase = LISTENING;
	line->until = now + talk->listen_ms;
}

static void take_bytes(struct line *line, uint64_t now, uint64_t deadline)
{
	struct lsp_talk *talk = line->talk;
	ssize_t len = recv(line->fd, talk->bytes + talk->len, sizeof talk->bytes - talk->len, 0);

	if (len < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (len <= 0) { /* an end, or a reset */
		if (talk->len > 0)
			end(line, LSP_TALK_ANSWERED);
		else if (line->phase == LISTENING)
			end(line, LSP_TALK_CLOSED);
		else
			go_on(line, LSP_TALK_CLOSED, now, deadline);
		return;
	}
	if (line->phase != READING)
		line->read_by = now + COLLECT_MS;
	line->phase = READING;
	talk->len = (uint16_t)(talk->len + len);
	line->until = now + QUIET_MS < line->read_by ? now + QUIET_MS : line->read_by;
	if (talk->len == sizeof talk->bytes)
		end(line, LSP_TALK_FULL);
}

static void take_time(struct line *line, uint64_t now, uint64_t deadline)
{
	switch (line->phase) {
	case CONNECTING:
		end_connect(line, LSP_TALK_STUCK);
		break;
	case LISTENING:
		if (now < deadline)
			send_next(line, now, deadline);
		else
			end(line, LSP_TALK_SILENT);
		break;
	case WAITING:
		go_on(line, LSP_TALK_SILENT, now, deadline);
		break;
	case READING:
		end(line, LSP_TALK_ANSWERED);
		break;
	case DONE:
		break;
	}
}

/* Waits for something to happen and lets it. False when all are done, or poll(2) fails. */
static bool step(struct line *lines, size_t count, uint64_t deadline)
{
	struct pollfd fds[LSP_TALKS_MAX]; /* of those that go on only: poll(2) wants no more than there may be descriptors */
	struct line *active[LSP_TALKS_MAX];
	uint64_t now = lsp_system_now_ms(), next = deadline;
	size_t active_count = 0, i;

	for (i = 0; i < count; i++) {
		if (lines[i].phase == DONE)
			continue;
		fds[active_count] = (struct pollfd){.fd = lines[i].fd,
						    .events = lines[i].phase == CONNECTING ? POLLOUT : POLLIN};
		active[active_count++] = &lines[i];
		if (lines[i].until < next)
			next = lines[i].until;
	}
	if (active_count == 0 ||
	    (poll(fds, active_count, next > now ? (int)(next - now) : 0) < 0 && errno != EINTR))
		return false;
	now = lsp_system_now_ms();
	for (i = 0; i < active_count; i++) {
		if (fds[i].revents != 0 && active[i]->phase == CONNECTING)
			take_connection(active[i], now, deadline);
		else if (fds[i].revents != 0)
			take_bytes(active[i], now, deadline);
		if (active[i]->phase != DONE && (now >= active[i]->until || now >= deadline))
			take_time(active[i], now, deadline);
	}
	return true;
}

static enum lsp_err give_up(struct line *lines, size_t count, struct lsp_fault *ret_fault)
{
	enum lsp_err err = lsp_linux_fault(ret_fault, "poll", errno);
	size_t i;

	for (i = 0; i < count; i++)
		end(&lines[i], (enum lsp_talk_end)lines[i].talk->end);
	return err;
}

enum lsp_err lsp_talk(struct lsp_talk *talks, size_t count, unsigned limit_ms, struct lsp_fault *ret_fault)
{
	struct line lines[LSP_TALKS_MAX];
	uint64_t begun = lsp_system_now_ms();
	struct lsp_snapshot *links;
	struct lsp_fault unread;
	size_t i;

	if (count > LSP_TALKS_MAX)
		return lsp_linux_fault(ret_fault, "talk", EINVAL);
	links = lsp_snapshot_new();
	lsp_rtnl_read(links, &unread); /* where it fails, loopback addresses alone are ours */
	for (i = 0; i < count; i++) {
		struct lsp_addr addr = lsp_addr_unmap(&talks[i].addr);

		lines[i] = (struct line){.talk = &talks[i]};
		if (is_own(&addr, links))
			connect_line(&lines[i], begun);
		else
			end(&lines[i], LSP_TALK_FOREIGN);
	}
	lsp_snapshot_free(links);
	while (step(lines, count, begun + limit_ms))
		;
	for (i = 0; i < count; i++) {
		if (lines[i].phase != DONE)
			return give_up(lines, count, ret_fault);
	}
	return LSP_OK;
}
