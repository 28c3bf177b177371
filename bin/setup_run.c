#define _GNU_SOURCE /* pipe2, POSIX_SPAWN_SETSID */
#include "setup_run.h"

#include "base/buf.h"
#include "base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { OUTPUT_MAX = 4 * 1024 * 1024, OUTPUT_STEP = 16384, STATUS_NONE = 127 };

/* Appends what can be read from FD until its end. */
static void
keep_output(struct run_output *out, int fd)
{
	char bytes[OUTPUT_STEP], *more;
	ssize_t n;

	while ((n = read(fd, bytes, sizeof bytes)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			break;
		if (out->text == NULL || (size_t)n > OUTPUT_MAX - out->len)
			continue;
		more = realloc(out->text, out->len + (size_t)n + 1);
		if (more == NULL)
			continue;
		memcpy(more + out->len, bytes, (size_t)n);
		out->text = more;
		out->len += (size_t)n;
		more[out->len] = '\0';
	}
}

static int
wait_for_status(pid_t child)
{
	int status;

	while (waitpid(child, &status, 0) == -1)
		if (errno != EINTR)
			return STATUS_NONE;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* What setup itself blocks while it is at work is not blocked in a program that
 * it runs: that may start others, which stay and must end when they are told.
 * WHERE keeps Ctrl-C at the terminal away from it: POSIX_SPAWN_SETPGROUP,
 * POSIX_SPAWN_SETSID. */
static bool
spawn_unblocked(const char *const *argv,
    const posix_spawn_file_actions_t *files, short where, pid_t *child)
{
	posix_spawnattr_t attr;
	sigset_t none;
	bool done;

	sigemptyset(&none);
	if (posix_spawnattr_init(&attr) != 0)
		return false;
	done = posix_spawnattr_setflags(
		   &attr, (short)(where | POSIX_SPAWN_SETSIGMASK)) == 0 &&
	       posix_spawnattr_setsigmask(&attr, &none) == 0 &&
	       posix_spawnattr_setpgroup(&attr, 0) == 0 &&
	       posix_spawnp(child, argv[0], files, &attr, (char *const *)argv,
		   environ) == 0;
	posix_spawnattr_destroy(&attr);
	return done;
}

/* Nothing is asked of a person by a program that is run quietly. */
static bool
spawn_into(const char *const *argv, bool only_output, int to, pid_t *child)
{
	posix_spawn_file_actions_t files;
	bool done;

	if (posix_spawn_file_actions_init(&files) != 0)
		return false;
	done = posix_spawn_file_actions_addopen(
		   &files, 0, "/dev/null", O_RDONLY, 0) == 0 &&
	       posix_spawn_file_actions_adddup2(&files, to, 1) == 0 &&
	       (only_output ? posix_spawn_file_actions_addopen(
				  &files, 2, "/dev/null", O_WRONLY, 0)
			    : posix_spawn_file_actions_adddup2(
				  &files, to, 2)) == 0 &&
	       spawn_unblocked(argv, &files, POSIX_SPAWN_SETPGROUP, child);
	posix_spawn_file_actions_destroy(&files);
	return done;
}

void
run_quietly(const char *const *argv, bool only_output, struct run_output *out)
{
	int said[2];
	pid_t child;
	bool started;

	*out = (struct run_output){.text = calloc(1, 1), .status = STATUS_NONE};
	if (pipe2(said, O_CLOEXEC) != 0)
		return;
	started = spawn_into(argv, only_output, said[1], &child);
	close(said[1]);
	if (started) {
		keep_output(out, said[0]);
		out->status = wait_for_status(child);
	}
	close(said[0]);
}

void
run_output_free(struct run_output *out)
{
	free(out->text);
	*out = (struct run_output){0};
}

/* Where the line begins that says what is wrong, as the web servers say it;
 * else the last line with something in it. */
static const char *
find_complaint(const char *text)
{
	static const char *const marks[] = {
	    "[emerg]", "Syntax error", "(configfile", "rror:", "ailed"};
	const char *at = NULL, *next;
	size_t i;

	for (i = 0; at == NULL && i < sizeof marks / sizeof *marks; i++)
		at = strstr(text, marks[i]);
	if (at == NULL)
		for (at = next = text; (next = strchr(next, '\n')) != NULL;)
			if (*++next != '\0' && *next != '\n')
				at = next;
	while (at > text && at[-1] != '\n')
		at--;
	return at;
}

const char *
run_complaint(const struct run_output *out, char said[static RUN_SAID_CAP])
{
	const char *at = find_complaint(out->text != NULL ? out->text : "");
	struct buf b;

	buf_init(&b, said, RUN_SAID_CAP);
	/* Apache says where in one line, and what in the next. */
	for (; *at != '\0' && b.len < RUN_SAID_CAP - 1; at++) {
		if (*at == '\n' && (b.len == 0 || said[b.len - 1] != ':'))
			break;
		buf_putc(&b, *at < ' ' ? ' ' : *at);
	}
	if (said[0] == '\0')
		buf_puts(&b, out->status == STATUS_NONE
				 ? "it cannot be run"
				 : "it does not say why");
	return said;
}

int
run_openly(const char *const *argv)
{
	pid_t child;

	if (posix_spawnp(
		&child, argv[0], NULL, NULL, (char *const *)argv, environ) != 0)
		return STATUS_NONE;
	return wait_for_status(child);
}

pid_t
run_apart(const char *const *argv, const char *log)
{
	posix_spawn_file_actions_t files;
	pid_t child;
	bool done;

	if (posix_spawn_file_actions_init(&files) != 0)
		return 0;
	done = posix_spawn_file_actions_addopen(
		   &files, 0, "/dev/null", O_RDONLY, 0) == 0 &&
	       posix_spawn_file_actions_addopen(
		   &files, 1, "/dev/null", O_WRONLY, 0) == 0 &&
	       posix_spawn_file_actions_addopen(
		   &files, 2, log, O_WRONLY | O_CREAT | O_APPEND, 0640) == 0 &&
	       spawn_unblocked(argv, &files, POSIX_SPAWN_SETSID, &child);
	posix_spawn_file_actions_destroy(&files);
	return done ? child : 0;
}
