#include "prompt.h"

#include "base/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static const int ending[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

enum { ENDING_COUNT = sizeof ending / sizeof ending[0] };

static volatile sig_atomic_t caught;

static void
on_signal(int number)
{
	caught = number;
}

/* Byte by byte, so that nothing after the line is taken and no copy stays in a
 * stdio buffer. A line too long is read to its end all the same. */
static enum err
read_line(int fd, char *text, size_t cap)
{
	enum err e = OK;
	size_t len = 0;
	ssize_t n;
	char c;

	while ((n = read(fd, &c, 1)) == 1 && c != '\n') {
		if (c == '\0')
			e = ERR_SYNTAX;
		else if (len + 1 < cap)
			text[len++] = c;
		else
			e = ERR_NO_SPACE;
	}
	text[len] = '\0';
	c = '\0';
	if (n < 0)
		e = ERR_IO;
	if (e != OK)
		secret_wipe(text, cap);
	return e;
}

enum err
prompt_stdin(char *secret, size_t cap)
{
	return read_line(STDIN_FILENO, secret, cap);
}

static void
say(int fd, const char *text)
{
	/* A terminal that cannot show a question cannot show the failure. */
	if (write(fd, text, strlen(text)) < 0)
		return;
}

static enum err
ask(int fd, const char *question, char *secret, size_t cap)
{
	struct termios before, silent;
	enum err e;

	if (tcgetattr(fd, &before) != 0)
		return ERR_UNSUPPORTED;
	silent = before;
	silent.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL);
	/* Suspended halfway, the shell would be left without echo. */
	silent.c_cc[VSUSP] = _POSIX_VDISABLE;
	/* With TCSAFLUSH nothing typed ahead, and so shown, is taken. */
	if (tcsetattr(fd, TCSAFLUSH, &silent) != 0)
		return ERR_IO;
	say(fd, question);
	e = read_line(fd, secret, cap);
	say(fd, "\n");
	if (tcsetattr(fd, TCSAFLUSH, &before) != 0 && e == OK)
		e = ERR_IO;
	return e;
}

enum err
prompt_secret(const char *question, char *secret, size_t cap)
{
	/* No SA_RESTART: the read must end, and the terminal be put right. */
	const struct sigaction catching = {.sa_handler = on_signal};
	struct sigaction before[ENDING_COUNT];
	enum err e;
	int fd, i;

	fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return ERR_UNSUPPORTED;
	caught = 0;
	for (i = 0; i < ENDING_COUNT; i++)
		sigaction(ending[i], &catching, &before[i]);
	e = ask(fd, question, secret, cap);
	for (i = 0; i < ENDING_COUNT; i++)
		sigaction(ending[i], &before[i], NULL);
	close(fd);
	if (caught != 0) {
		secret_wipe(secret, cap);
		raise(caught);
		return ERR_IO;
	}
	return e;
}
