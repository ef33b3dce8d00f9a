/*
 * resolve.c - host names of addresses (-r), within a time limit.
 *
 * GetNameInfoW may block for seconds and cannot be stopped, so it runs in threads that are left behind when the time is
 * up. What these use is counted and freed by whoever comes last.
 */
#include <winsock2.h>

#include <ws2tcpip.h>

#include <windows.h>

#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "utf16.h"
#include "win.h"

#define THREADS 8
#define HOST_MAX 256

struct question {
	struct lsp_addr addr;
	char name[LSP_UTF8_MAX(HOST_MAX) + 1]; /* "" until it is answered */
};

struct shared {
	SRWLOCK lock;
	CONDITION_VARIABLE answered;
	struct question *questions;
	size_t count, next, done;
	unsigned users; /* threads and the asker */
};

static void let_go(struct shared *shared)
{
	bool last;

	AcquireSRWLockExclusive(&shared->lock);
	last = --shared->users == 0;
	ReleaseSRWLockExclusive(&shared->lock);
	if (!last)
		return;
	free(shared->questions);
	free(shared);
}

static void look_up(const struct lsp_addr *addr, char *ret_name, size_t size)
{
	struct lsp_addr plain = lsp_addr_unmap(addr);
	struct sockaddr_in inet4 = {.sin_family = AF_INET};
	struct sockaddr_in6 inet6 = {.sin6_family = AF_INET6, .sin6_scope_id = plain.scope};
	bool is_four = plain.family == LSP_INET4;
	uint16_t host[HOST_MAX];

	memcpy(&inet4.sin_addr, plain.bytes, 4);
	memcpy(&inet6.sin6_addr, plain.bytes, 16);
	if (GetNameInfoW(is_four ? (struct sockaddr *)&inet4 : (struct sockaddr *)&inet6,
			 is_four ? (int)sizeof inet4 : (int)sizeof inet6, (wchar_t *)host, HOST_MAX, NULL, 0,
			 NI_NAMEREQD) == 0)
		lsp_utf8_of(host, wcslen((wchar_t *)host), ret_name, size);
}

static DWORD WINAPI answer(void *arg)
{
	struct shared *shared = arg;

	AcquireSRWLockExclusive(&shared->lock);
	while (shared->next < shared->count) {
		struct question *question = &shared->questions[shared->next++];
		char name[sizeof question->name] = "";

		ReleaseSRWLockExclusive(&shared->lock);
		look_up(&question->addr, name, sizeof name);
		AcquireSRWLockExclusive(&shared->lock);
		memcpy(question->name, name, sizeof name);
		shared->done++;
		WakeConditionVariable(&shared->answered);
	}
	ReleaseSRWLockExclusive(&shared->lock);
	let_go(shared);
	return 0;
}

static struct shared *ask(const struct lsp_addr *addrs, size_t count)
{
	struct shared *shared = calloc(1, sizeof *shared);
	size_t i;

	if (shared == NULL)
		return NULL;
	shared->questions = calloc(count, sizeof *shared->questions);
	if (shared->questions == NULL) {
		free(shared);
		return NULL;
	}
	for (i = 0; i < count; i++)
		shared->questions[i].addr = addrs[i];
	shared->count = count;
	shared->users = 1;
	InitializeSRWLock(&shared->lock);
	InitializeConditionVariable(&shared->answered);
	return shared;
}

static void start_threads(struct shared *shared)
{
	size_t i;

	for (i = 0; i < THREADS && i < shared->count; i++) {
		HANDLE thread;

		AcquireSRWLockExclusive(&shared->lock);
		shared->users++;
		ReleaseSRWLockExclusive(&shared->lock);
		thread = CreateThread(NULL, 0, answer, shared, 0, NULL);
		if (thread == NULL)
			let_go(shared);
		else
			CloseHandle(thread);
	}
}

void lsp_resolve_hosts(struct lsp_snapshot *snapshot, const struct lsp_addr *addrs, size_t count, unsigned limit_ms)
{
	uint64_t until = GetTickCount64() + limit_ms, now;
	struct shared *shared;
	WSADATA winsock;
	size_t i;

	/* for as long as the program runs: a thread may be left in it */
	if (count == 0 || WSAStartup(MAKEWORD(2, 2), &winsock) != 0)
		return;
	shared = ask(addrs, count);
	if (shared == NULL)
		return;
	start_threads(shared);
	AcquireSRWLockExclusive(&shared->lock);
	while (shared->done < shared->count && shared->users > 1) {
		now = GetTickCount64();
		if (now >= until)
			break;
		SleepConditionVariableSRW(&shared->answered, &shared->lock, (DWORD)(until - now), 0);
	}
	shared->next = shared->count; /* no further look-ups are begun */
	for (i = 0; i < count; i++) {
		if (shared->questions[i].name[0] != '\0')
			lsp_snapshot_add_host(snapshot, &addrs[i], shared->questions[i].name);
	}
	ReleaseSRWLockExclusive(&shared->lock);
	let_go(shared);
}
