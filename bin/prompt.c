#include "prompt.h"

#include "base/secret.h"

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>
#include <sys/select.h>
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

/* Waits for input with the signals of WAITING let in: only here, so that none
 * can slip in between looking for one and going to sleep. */
static bool
wait_input(int fd, const sigset_t *waiting)
{
	fd_set fds;

	FD_ZERO(&fds);
	FD_SET(fd, &fds);
	return pselect(fd + 1, &fds, NULL, NULL, NULL, waiting) > 0;
}

/* Byte by byte, so that nothing after the line is taken and no copy stays in a
 * stdio buffer. A line too long is read to its end all the same. */
static enum err
read_line(int fd, const sigset_t *waiting, char *text, size_t cap)
{
	enum err e = OK;
	size_t len = 0;
	ssize_t n = 0;
	char c = '\0';

	while (e != ERR_IO) {
		if (waiting != NULL && !wait_input(fd, waiting))
			n = -1;
		else
			n = read(fd, &c, 1);
		if (n < 0)
			e = ERR_IO;
		else if (n == 0 || c == '\n')
			break;
		else if (c == '\0')
			e = ERR_SYNTAX;
		else if (len + 1 < cap)
			text[len++] = c;
		else
			e = ERR_NO_SPACE;
	}
	text[len] = '\0';
	secret_wipe(&c, sizeof c);
	if (e != OK)
		secret_wipe(text, cap);
	return e;
}

enum err
prompt_stdin(char *secret, size_t cap)
{
	return read_line(STDIN_FILENO, NULL, secret, cap);
}

static void
say_on_terminal(int fd, const char *text)
{
	/* A terminal that cannot show a question cannot show the failure. */
	if (write(fd, text, strlen(text)) < 0)
		return;
}

static enum err
ask(int fd, const sigset_t *waiting, const char *question, char *secret,
    size_t cap)
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
	say_on_terminal(fd, question);
	e = read_line(fd, waiting, secret, cap);
	say_on_terminal(fd, "\n");
	if (tcsetattr(fd, TCSAFLUSH, &before) != 0 && e == OK)
		e = ERR_IO;
	return e;
}

enum err
prompt_secret(const char *question, char *secret, size_t cap)
{
	const struct sigaction catching = {.sa_handler = on_signal};
	struct sigaction before[ENDING_COUNT];
	sigset_t blocked, waiting;
	enum err e;
	int fd, i;

	fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return ERR_UNSUPPORTED;
	caught = 0;
	sigemptyset(&blocked);
	for (i = 0; i < ENDING_COUNT; i++)
		sigaddset(&blocked, ending[i]);
	sigprocmask(SIG_BLOCK, &blocked, &waiting);
	for (i = 0; i < ENDING_COUNT; i++)
		sigaction(ending[i], &catching, &before[i]);
	e = ask(fd, &waiting, question, secret, cap);
	for (i = 0; i < ENDING_COUNT; i++)
		sigaction(ending[i], &before[i], NULL);
	close(fd);
	if (caught != 0)
		raise(caught);
	/* What was caught, or came late, takes its course here. */
	sigprocmask(SIG_SETMASK, &waiting, NULL);
	return e;
}

bool
prompt_possible(void)
{
	return isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1;
}

static enum err
ask_seen(const char *question, const char *mark, char *text, size_t cap)
{
	const int fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
	enum err e;

	if (fd < 0)
		return ERR_UNSUPPORTED;
	say_on_terminal(fd, question);
	say_on_terminal(fd, mark);
	e = read_line(fd, NULL, text, cap);
	close(fd);
	return e;
}

enum err
prompt_line(const char *question, char *text, size_t cap)
{
	return ask_seen(question, ": ", text, cap);
}

bool
prompt_confirm(const char *question)
{
	char answer[8];

	return ask_seen(question, " [y/N] ", answer, sizeof answer) == OK &&
	       (strcasecmp(answer, "y") == 0 || strcasecmp(answer, "yes") == 0);
}
