/*
 * resolve.c - host names of addresses (-r), within a time limit.
 *
 * getnameinfo(3) may block for seconds and cannot be stopped, so it runs in a thread that is left behind when the time
 * is up. What that thread uses is counted and freed by whoever comes last.
 */
#include "linux.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define THREADS 8

struct question {
	struct lsp_addr addr;
	char name[256]; /* "" until it is answered */
};

struct shared {
	pthread_mutex_t lock;
	pthread_cond_t answered;
	struct question *questions;
	size_t count, next, done;
	unsigned users; /* threads and the asker */
};

static void let_go(struct shared *shared)
{
	bool last;

	pthread_mutex_lock(&shared->lock);
	last = --shared->users == 0;
	pthread_mutex_unlock(&shared->lock);
	if (!last)
		return;
	pthread_mutex_destroy(&shared->lock);
	pthread_cond_destroy(&shared->answered);
	free(shared->questions);
	free(shared);
}

static void look_up(const struct lsp_addr *addr, char *ret_name, size_t size)
{
	struct lsp_addr plain = lsp_addr_unmap(addr);
	struct sockaddr_in inet4 = {.sin_family = AF_INET};
	struct sockaddr_in6 inet6 = {.sin6_family = AF_INET6, .sin6_scope_id = plain.scope};
	int failed;

	memcpy(&inet4.sin_addr, plain.bytes, 4);
	memcpy(&inet6.sin6_addr, plain.bytes, 16);
	if (plain.family == LSP_INET4)
		failed = getnameinfo((struct sockaddr *)&inet4, sizeof inet4, ret_name, (socklen_t)size, NULL, 0,
				     NI_NAMEREQD);
	else
		failed = getnameinfo((struct sockaddr *)&inet6, sizeof inet6, ret_name, (socklen_t)size, NULL, 0,
				     NI_NAMEREQD);
	if (failed != 0)
		ret_name[0] = '\0';
}

static void *answer(void *arg)
{
	struct shared *shared = arg;

	pthread_mutex_lock(&shared->lock);
	while (shared->next < shared->count) {
		size_t mine = shared->next++;
		struct lsp_addr addr = shared->questions[mine].addr;
		char name[256];

		pthread_mutex_unlock(&shared->lock);
		look_up(&addr, name, sizeof name);
		pthread_mutex_lock(&shared->lock);
		memcpy(shared->questions[mine].name, name, sizeof name);
		shared->done++;
		pthread_cond_signal(&shared->answered);
	}
	pthread_mutex_unlock(&shared->lock);
	let_go(shared);
	return NULL;
}

static struct shared *ask(const struct lsp_addr *addrs, size_t count)
{
	struct shared *shared = calloc(1, sizeof *shared);
	pthread_condattr_t clock;
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
	pthread_mutex_init(&shared->lock, NULL);
	pthread_condattr_init(&clock);
	pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	pthread_cond_init(&shared->answered, &clock);
	pthread_condattr_destroy(&clock);
	return shared;
}

static void start_threads(struct shared *shared)
{
	pthread_attr_t detached;
	pthread_t thread;
	size_t i;

	pthread_attr_init(&detached);
	pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
	for (i = 0; i < THREADS && i < shared->count; i++) {
		pthread_mutex_lock(&shared->lock);
		shared->users++;
		pthread_mutex_unlock(&shared->lock);
		if (pthread_create(&thread, &detached, answer, shared) != 0)
			let_go(shared);
	}
	pthread_attr_destroy(&detached);
}

void lsp_resolve_hosts(struct lsp_snapshot *snapshot, const struct lsp_addr *addrs, size_t count, unsigned limit_ms)
{
	struct shared *shared = count > 0 ? ask(addrs, count) : NULL;
	struct timespec until;
	size_t i;

	if (shared == NULL)
		return;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += (long)(limit_ms % 1000) * 1000000;
	until.tv_sec += (time_t)(limit_ms / 1000) + until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	start_threads(shared);
	pthread_mutex_lock(&shared->lock);
	while (shared->done < shared->count && shared->users > 1) {
		if (pthread_cond_timedwait(&shared->answered, &shared->lock, &until) == ETIMEDOUT)
			break;
	}
	shared->next = shared->count; /* no further look-ups are begun */
	for (i = 0; i < count; i++) {
		if (shared->questions[i].name[0] != '\0')
			lsp_snapshot_add_host(snapshot, &addrs[i], shared->questions[i].name);
	}
	pthread_mutex_unlock(&shared->lock);
	let_go(shared);
}
