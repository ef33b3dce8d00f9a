/*
 * holder.c - a Windows process that holds sockets and stands still, for a test to look at.
 *
 * usage: holder WORD…, each a socket: WHAT:ADDRESS:PORT, port 0 for any, an IPv6 address in brackets
 *   tcp        listens          dual      listens for IPv4 too      exclusive  listens with SO_EXCLUSIVEADDRUSE
 *   bound      is only bound    udp       is bound                  to         is connected to that address (TCP)
 *   many       PORT listeners on ports of the system's choice
 * It prints a line for each, "WHAT ADDRESS PORT" as bound, then "ready PID", and does what comes on stdin:
 *   accept     prints "accepted PORT", the peer's, of the first socket's next connection
 *   close      closes all sockets and prints "closed"
 *   are you there      prints "yes"
 * It ends when stdin does, with code 7; a socket that cannot be made ends it with code 1.
 */
#include <winsock2.h>

#include <ws2tcpip.h>

#include <fcntl.h>
#include <io.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SOCKETS_MAX = 20000, LINE_MAX_BYTES = 256 };

struct held {
	SOCKET sockets[SOCKETS_MAX];
	size_t count;
};

static _Noreturn void fail(const char *what, const char *word)
{
	fprintf(stderr, "holder: %s: %s (%d)\n", word, what, WSAGetLastError());
	exit(1);
}

union name {
	struct sockaddr any;
	struct sockaddr_in inet4;
	struct sockaddr_in6 inet6;
};

/* "127.0.0.1:80", "[::1]:80"; returns the length of the name. */
static int read_name(const char *text, union name *ret_name)
{
	char address[LINE_MAX_BYTES];
	const char *colon = strrchr(text, ':');
	bool six = text[0] == '[';
	u_short port;

	memset(ret_name, 0, sizeof *ret_name);
	if (colon == NULL || (size_t)(colon - text) >= sizeof address)
		fail("no address and port", text);
	snprintf(address, sizeof address, "%.*s", (int)(colon - text) - 2 * six, text + six);
	port = htons((u_short)strtoul(colon + 1, NULL, 10));
	ret_name->any.sa_family = six ? AF_INET6 : AF_INET;
	if (six)
		ret_name->inet6.sin6_port = port;
	else
		ret_name->inet4.sin_port = port;
	if (inet_pton(six ? AF_INET6 : AF_INET, address,
		      six ? (void *)&ret_name->inet6.sin6_addr : (void *)&ret_name->inet4.sin_addr) != 1)
		fail("no address", text);
	return six ? sizeof ret_name->inet6 : sizeof ret_name->inet4;
}

static u_short port_of(const union name *name)
{
	return ntohs(name->any.sa_family == AF_INET6 ? name->inet6.sin6_port : name->inet4.sin_port);
}

static void say(const char *what, SOCKET made)
{
	char address[LINE_MAX_BYTES] = "";
	union name name;
	int len = sizeof name;

	if (getsockname(made, &name.any, &len) != 0)
		fail("getsockname", what);
	inet_ntop(name.any.sa_family,
		  name.any.sa_family == AF_INET6 ? (void *)&name.inet6.sin6_addr : (void *)&name.inet4.sin_addr, address,
		  sizeof address);
	printf("%s %s %u\n", what, address, port_of(&name));
}

static void set(SOCKET made, int level, int option, DWORD value)
{
	if (setsockopt(made, level, option, (const char *)&value, sizeof value) != 0)
		fail("setsockopt", "");
}

static void open_one(struct held *held, const char *what, const char *where)
{
	bool udp = strcmp(what, "udp") == 0, to = strcmp(what, "to") == 0;
	union name name;
	int len = read_name(where, &name);
	SOCKET made = socket(name.any.sa_family, udp ? SOCK_DGRAM : SOCK_STREAM, 0);

	if (made == INVALID_SOCKET || held->count == SOCKETS_MAX)
		fail("socket", where);
	held->sockets[held->count++] = made;
	if (name.any.sa_family == AF_INET6)
		set(made, IPPROTO_IPV6, IPV6_V6ONLY, strcmp(what, "dual") != 0);
	if (strcmp(what, "exclusive") == 0)
		set(made, SOL_SOCKET, SO_EXCLUSIVEADDRUSE, 1);
	if ((to ? connect(made, &name.any, len) : bind(made, &name.any, len)) != 0)
		fail(to ? "connect" : "bind", where);
	if (!udp && !to && strcmp(what, "bound") != 0 && listen(made, 8) != 0)
		fail("listen", where);
	say(what, made);
}

static void open_word(struct held *held, const char *word)
{
	char what[LINE_MAX_BYTES], where[LINE_MAX_BYTES];
	unsigned long count;

	if (sscanf(word, "%31[a-z]:%200s", what, where) != 2)
		fail("not a socket", word);
	if (strcmp(what, "many") != 0) {
		open_one(held, what, where);
		return;
	}
	count = strtoul(strrchr(where, ':') + 1, NULL, 10);
	strcpy(strrchr(where, ':'), ":0");
	while (count-- > 0)
		open_one(held, "tcp", where);
}

static void obey(struct held *held, const char *order)
{
	union name peer;
	int len = sizeof peer;

	if (strcmp(order, "close\n") == 0) {
		while (held->count > 0)
			closesocket(held->sockets[--held->count]);
		printf("closed\n");
	} else if (strcmp(order, "are you there\n") == 0) {
		printf("yes\n");
	} else if (strcmp(order, "accept\n") == 0 && held->count > 0) {
		SOCKET made = accept(held->sockets[0], &peer.any, &len);

		if (made == INVALID_SOCKET)
			fail("accept", "");
		held->sockets[held->count++] = made;
		printf("accepted %u\n", port_of(&peer));
	} else {
		fail("not an order", order);
	}
	fflush(stdout);
}

int main(int argc, char *argv[])
{
	static struct held held;
	char order[LINE_MAX_BYTES];
	WSADATA data;
	int i;

	WSAStartup(MAKEWORD(2, 2), &data);
	_setmode(_fileno(stdin), _O_BINARY);
	_setmode(_fileno(stdout), _O_BINARY);
	for (i = 1; i < argc; i++)
		open_word(&held, argv[i]);
	printf("ready %lu\n", (unsigned long)GetCurrentProcessId());
	fflush(stdout);
	while (fgets(order, sizeof order, stdin) != NULL)
		obey(&held, order);
	return 7;
}
