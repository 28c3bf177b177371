#include "http/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stddef.h>
#include <unistd.h>

static const int stops[] = {SIGTERM, SIGINT, SIGUSR1};
enum { WAKE = SIGUSR2 };

/* For the handler, which is given nothing else. */
static atomic_bool stopping;
static volatile sig_atomic_t listening_fd = -1, null_fd = -1;

static void
on_stop(int signal_number)
{
	int saved = errno;

	(void)signal_number;
	stopping = true;
	dup2(null_fd, listening_fd); /* other processes keep theirs */
	errno = saved;
}

/* Does nothing but interrupt a wait. */
static void
on_wake(int signal_number)
{
	(void)signal_number;
}

void
signals_of_another(sigset_t *waiting)
{
	for (size_t i = 0; i < sizeof stops / sizeof *stops; i++)
		sigaddset(waiting, stops[i]);
}

void
signals_hold(void)
{
	sigset_t set;

	sigemptyset(&set);
	signals_of_another(&set);
	sigaddset(&set, WAKE);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
}

void
signals_let(const sigset_t *waiting)
{
	pthread_sigmask(SIG_SETMASK, waiting, NULL);
}

/* No SA_RESTART: it is to interrupt. */
static enum err
handle(int signal_number, void (*handler)(int))
{
	struct sigaction action = {.sa_handler = handler};

	sigemptyset(&action.sa_mask);
	return sigaction(signal_number, &action, NULL) == 0 ? OK : ERR_IO;
}

enum err
signals_take(int listen_fd, sigset_t *waiting)
{
	enum err e;

	null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null_fd < 0)
		return ERR_IO;
	listening_fd = listen_fd;
	pthread_sigmask(SIG_BLOCK, NULL, waiting);
	signals_hold();
	e = handle(WAKE, on_wake);
	for (size_t i = 0; e == OK && i < sizeof stops / sizeof *stops; i++)
		e = handle(stops[i], on_stop);
	/* A peer that left shows as EPIPE; it must not interrupt accept. */
	return e == OK ? handle(SIGPIPE, SIG_IGN) : e;
}

bool
signals_stop(void)
{
	return stopping;
}

void
signals_wake(pthread_t thread)
{
	pthread_kill(thread, WAKE);
}
