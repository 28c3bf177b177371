/*
 * How long a plain CGI program takes from its start:
 *
 *	exec N PROGRAM [BODY]
 *
 * Starts PROGRAM N times in this environment, BODY on its standard input, and
 * prints the median time in microseconds to the first byte of its answer and
 * to its end. For a program that answers nothing both are the time to its end.
 */
#include <errno.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { RUNS_MAX = 10000 };

extern char **environ;

static void
die(const char *what)
{
	fprintf(stderr, "exec: %s: %s\n", what, strerror(errno));
	exit(EXIT_FAILURE);
}

static int64_t
microseconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static pid_t
start(const char *program, int in, int out)
{
	char *args[] = {(char *)(uintptr_t)program, NULL};
	posix_spawn_file_actions_t actions;
	pid_t pid;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
	if ((errno = posix_spawn(
		 &pid, program, &actions, NULL, args, environ)) != 0)
		die(program);
	posix_spawn_file_actions_destroy(&actions);
	return pid;
}

/* A 200 has no Status line but this one. */
static void
check_answer(const char *answer, size_t len, int status)
{
	if (status != 0 ||
	    (len > 0 && strncmp(answer, "Status: 200 ", 12) != 0)) {
		fprintf(stderr, "exec: exit status %d: %.*s\n", status,
		    (int)len, answer);
		exit(EXIT_FAILURE);
	}
}

static void
run(const char *program, const char *body, int64_t *first, int64_t *last)
{
	int in[2], out[2], status;
	int64_t began;
	char answer[65536];
	size_t len = 0;
	ssize_t n;
	pid_t pid;

	if (pipe(in) != 0 || pipe(out) != 0 ||
	    write(in[1], body, strlen(body)) != (ssize_t)strlen(body))
		die("pipe");
	close(in[1]);
	*first = 0;
	began = microseconds();
	pid = start(program, in[0], out[1]);
	close(in[0]);
	close(out[1]);
	while ((n = read(out[0], answer + len, sizeof answer - len)) > 0) {
		if (len == 0)
			*first = microseconds() - began;
		len += (size_t)n;
	}
	*last = microseconds() - began;
	if (len == 0)
		*first = *last;
	close(out[0]);
	if (waitpid(pid, &status, 0) != pid)
		die("wait");
	check_answer(answer, len, status);
}

static int
by_time(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

int
main(int argc, char **argv)
{
	static int64_t first[RUNS_MAX], last[RUNS_MAX];
	long runs = argc > 2 ? strtol(argv[1], NULL, 10) : 0;

	if (runs < 1 || runs > RUNS_MAX) {
		fprintf(stderr, "exec: exec N PROGRAM [BODY]\n");
		return 2;
	}
	for (long i = 0; i < runs; i++)
		run(argv[2], argc > 3 ? argv[3] : "", &first[i], &last[i]);
	qsort(first, (size_t)runs, sizeof *first, by_time);
	qsort(last, (size_t)runs, sizeof *last, by_time);
	printf("%lld %lld\n", (long long)first[runs / 2],
	    (long long)last[runs / 2]);
	return EXIT_SUCCESS;
}
