/*
 * stand.c - a process that stands still and holds what it inherited, under any name that a test wants.
 *
 * Its wishes come in the environment, so that argv stays free for the test to fill with whatever bytes:
 *   STAND_NAME=bytes    the main thread calls itself so (prctl PR_SET_NAME)
 *   STAND_THREADS=n     n more threads that only wait
 * It says "ready" on stdout and ends when stdin does. It opens no socket itself.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

enum { THREADS_MAX = 64 };

static void *wait_forever(void *arg)
{
	(void)arg;
	for (;;)
		pause();
	return NULL;
}

int main(void)
{
	const char *name = getenv("STAND_NAME");
	const char *threads = getenv("STAND_THREADS");
	int count = threads ? atoi(threads) : 0;
	char byte;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (int i = 0; i < count && i < THREADS_MAX; i++) {
		pthread_t thread;

		if (pthread_create(&thread, NULL, wait_forever, NULL) != 0)
			return 1;
	}
	if (name && prctl(PR_SET_NAME, name) != 0)
		return 1;
	if (write(STDOUT_FILENO, "ready\n", 6) != 6)
		return 1;
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
	return 0;
}
