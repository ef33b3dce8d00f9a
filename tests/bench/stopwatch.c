/*
 * stopwatch.c - runs two commands in turn, A B A B …, and prints how long each took and its peak memory.
 *
 *   stopwatch RUNS A… -- B…       each line of output: A|B nanoseconds KiB exit-code
 * Without "--" there is only A. stdout and stderr of the commands go to /dev/null. It exists because ru_maxrss of a
 * child counts the memory of the parent that it was forked from: this parent is small, a script's interpreter is not.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long long now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static int run(char letter, char **argv, int null_fd)
{
	struct rusage usage;
	long long begin = now_ns();
	int status;
	pid_t pid = vfork();

	if (pid == 0) {
		dup2(null_fd, STDOUT_FILENO);
		dup2(null_fd, STDERR_FILENO);
		execvp(argv[0], argv);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &usage) != pid)
		return 1;
	printf("%c %lld %ld %d\n", letter, now_ns() - begin, usage.ru_maxrss,
	       WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
	return 0;
}

int main(int argc, char **argv)
{
	int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	int runs = argc > 2 ? atoi(argv[1]) : 0;
	char **other = NULL;

	for (int i = 2; i < argc; i++) {
		if (strcmp(argv[i], "--") == 0) {
			argv[i] = NULL;
			other = argv + i + 1;
			break;
		}
	}
	if (runs < 1 || null_fd < 0 || (other && !other[0]))
		return 2;
	for (int i = 0; i < runs; i++) {
		if (run('A', argv + 2, null_fd) != 0 || (other && run('B', other, null_fd) != 0))
			return 1;
	}
	return 0;
}
