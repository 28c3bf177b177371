#include "sendmail.h"

#include "base/buf.h"
#include "base/monotonic.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* In the child: no other file of ours is open in it. */
static void
become_sendmail(const char *command, int input, int output)
{
	char *const argv[] = {
	    (char *)"sendmail", (char *)"-t", (char *)"-i", NULL};

	(void)fcntl(output, F_SETFD, FD_CLOEXEC);
	/* So that what it starts can be ended with it. */
	(void)setpgid(0, 0);
	if (dup2(input, 0) == -1 || dup2(output, 1) == -1 ||
	    dup2(output, 2) == -1)
		_exit(71);
	execv(command, argv);
	_exit(127);
}

/* Reads what the child says, to its end; the beginning is kept in B. False: the
 * time was up. */
static bool
listen_to(int from, struct buf *b)
{
	const int64_t until = monotonic_ms() + SENDMAIL_TIMEOUT_S * 1000;
	char bytes[512];
	ssize_t n = 1;

	while (n != 0) {
		struct pollfd p = {.fd = from, .events = POLLIN};
		int64_t left = until - monotonic_ms();

		if (left <= 0)
			return false;
		if (poll(&p, 1, (int)left) <= 0)
			continue;
		n = read(from, bytes, sizeof bytes);
		if (n < 0 && errno != EINTR)
			return true;
		for (ssize_t i = 0; i < n && b->len < b->cap - 1; i++)
			buf_putc(b,
			    bytes[i] < ' ' || bytes[i] > '~' ? ' ' : bytes[i]);
	}
	return true;
}

static bool
judge_status(const char *command, int status, struct buf *b)
{
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return true;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127) {
		buf_reset(b);
		buf_printf(b, "%s cannot be run", command);
	} else if (b->len == 0 && WIFEXITED(status)) {
		buf_printf(b, "it ended with status %d", WEXITSTATUS(status));
	} else if (b->len == 0) {
		buf_printf(b, "signal %d ended it", WTERMSIG(status));
	}
	return false;
}

bool
sendmail_give(
    const char *command, int input, char told[static SENDMAIL_TOLD_CAP])
{
	int said[2], status;
	struct buf b;
	pid_t child;
	bool ended;

	buf_init(&b, told, SENDMAIL_TOLD_CAP);
	if (pipe(said) != 0 || (child = fork()) == -1) {
		buf_puts(&b, strerror(errno));
		return false;
	}
	if (child == 0)
		become_sendmail(command, input, said[1]);
	close(said[1]);
	ended = listen_to(said[0], &b);
	if (!ended)
		(void)kill(-child, SIGKILL);
	close(said[0]);
	while (waitpid(child, &status, 0) == -1 && errno == EINTR)
		;
	if (ended)
		return judge_status(command, status, &b);
	buf_reset(&b);
	buf_printf(&b, "it did not end in %d seconds", SENDMAIL_TIMEOUT_S);
	return false;
}
