#include "web/gateway.h"

#include <errno.h>
#include <fcgiapp.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LISTEN_FD = STDIN_FILENO, OUT_CAP = 8192 };

struct gateway {
	bool cgi;
	bool served; /* CGI: the one request has been handed out */
};

struct exchange {
	bool cgi;
	FCGX_Request fcgi;
	size_t out_len; /* CGI: gathered, so that a small answer is one write */
	char out[OUT_CAP];
	bool out_failed;
};

/* For the signal handler, which is given nothing else. */
static atomic_bool stopping;
static volatile sig_atomic_t null_fd = -1;

static void
on_stop(int signal_number)
{
	int saved = errno;

	(void)signal_number;
	stopping = true;
	FCGX_ShutdownPending();
	/* A signal between the look at the flag and accept would be slept
	 * through: so let accept find something that is no socket. Other
	 * processes keep theirs. */
	dup2(null_fd, LISTEN_FD);
	errno = saved;
}

/* Does nothing but interrupt accept. */
static void
on_wake(int signal_number)
{
	(void)signal_number;
}

static const int stops[] = {SIGTERM, SIGINT, SIGUSR1};
enum { WAKE = SIGUSR2 };

static enum err
install_handlers(void)
{
	struct sigaction stop = {.sa_handler = on_stop}; /* no SA_RESTART */
	struct sigaction wake = {.sa_handler = on_wake}; /* nor here */
	struct sigaction ignore = {.sa_handler = SIG_IGN};

	sigemptyset(&stop.sa_mask);
	sigemptyset(&wake.sa_mask);
	sigemptyset(&ignore.sa_mask);
	if (sigaction(WAKE, &wake, NULL) != 0)
		return ERR_IO;
	for (size_t i = 0; i < sizeof stops / sizeof stops[0]; i++)
		if (sigaction(stops[i], &stop, NULL) != 0)
			return ERR_IO;
	/* A peer that left shows as EPIPE; it must not interrupt accept. */
	return sigaction(SIGPIPE, &ignore, NULL) == 0 ? OK : ERR_IO;
}

/* Not FCGX_IsCGI: that starts the library, whose handlers would make a plain
 * CGI process deaf to SIGTERM. */
static bool
is_listening(int fd)
{
	int listening = 0;
	socklen_t len = sizeof listening;

	return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &len) ==
		   0 &&
	       listening != 0;
}

static enum err
start_fastcgi(void)
{
	null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	/* The library first: it takes only signals that nobody has. */
	if (null_fd < 0 || FCGX_Init() != 0)
		return ERR_IO;
	return install_handlers();
}

enum err
gateway_open(struct gateway **g)
{
	enum err e;

	if ((*g = calloc(1, sizeof **g)) == NULL)
		return ERR_NO_MEMORY;
	(*g)->cgi = !is_listening(LISTEN_FD);
	if ((*g)->cgi || (e = start_fastcgi()) == OK)
		return OK;
	gateway_close(g);
	return e;
}

void
gateway_close(struct gateway **g)
{
	free(*g);
	*g = NULL;
}

bool
gateway_is_cgi(const struct gateway *g)
{
	return g->cgi;
}

enum err
exchange_new(struct exchange **x, struct gateway *g)
{
	if ((*x = calloc(1, sizeof **x)) == NULL)
		return ERR_NO_MEMORY;
	(*x)->cgi = g->cgi;
	if (g->cgi || FCGX_InitRequest(&(*x)->fcgi, LISTEN_FD,
			  FCGI_FAIL_ACCEPT_ON_INTR) == 0)
		return OK;
	free(*x);
	*x = NULL;
	return ERR_IO;
}

void
exchange_free(struct exchange **x)
{
	if (*x == NULL)
		return;
	if (!(*x)->cgi)
		FCGX_Free(&(*x)->fcgi, 1);
	free(*x);
	*x = NULL;
}

bool
gateway_next(struct gateway *g, struct exchange *x)
{
	int status;

	if (g->cgi) {
		bool first = !g->served;

		g->served = true;
		return first;
	}
	/* Any other signal, say of a debugger, is no reason to stop. */
	do {
		if (stopping)
			return false;
		status = FCGX_Accept_r(&x->fcgi);
	} while (status == -EINTR);
	return status == 0;
}

const char *
exchange_param(const struct exchange *x, const char *name)
{
	return x->cgi ? getenv(name) : FCGX_GetParam(name, x->fcgi.envp);
}

void
gateway_leave_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof stops / sizeof stops[0]; i++)
		sigaddset(&set, stops[i]);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
}

void
gateway_wake(pthread_t thread)
{
	pthread_kill(thread, WAKE);
}

static enum err
read_cgi(void *bytes, size_t cap, size_t *len)
{
	ssize_t n;

	do
		n = read(STDIN_FILENO, bytes, cap);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return ERR_IO;
	*len = (size_t)n;
	return OK;
}

enum err
exchange_read(struct exchange *x, void *bytes, size_t cap, size_t *len)
{
	int n;

	*len = 0;
	if (x->cgi)
		return read_cgi(bytes, cap, len);
	n = FCGX_GetStr(bytes, cap < INT_MAX ? (int)cap : INT_MAX, x->fcgi.in);
	if (n < 0 || FCGX_GetError(x->fcgi.in) != 0)
		return ERR_IO;
	*len = (size_t)n;
	return OK;
}

static void
write_cgi(struct exchange *x, const char *bytes, size_t len)
{
	while (len > 0 && !x->out_failed) {
		ssize_t n = write(STDOUT_FILENO, bytes, len);

		if (n > 0) {
			bytes += n;
			len -= (size_t)n;
		} else if (n == 0 || errno != EINTR) {
			x->out_failed = true;
		}
	}
}

static void
flush_cgi(struct exchange *x)
{
	write_cgi(x, x->out, x->out_len);
	x->out_len = 0;
}

enum err
exchange_write(struct exchange *x, const void *bytes, size_t len)
{
	if (!x->cgi) {
		if (len > INT_MAX ||
		    FCGX_PutStr(bytes, (int)len, x->fcgi.out) != (int)len)
			return ERR_IO;
		return OK;
	}
	if (len > sizeof x->out - x->out_len)
		flush_cgi(x);
	if (len > sizeof x->out) {
		write_cgi(x, bytes, len);
	} else {
		memcpy(x->out + x->out_len, bytes, len);
		x->out_len += len;
	}
	return x->out_failed ? ERR_IO : OK;
}

/* On a kept connection, what is left of a body would be taken for the next
 * request: then it is not kept. Reading to the end when only that is left also
 * takes the record that says so. */
static void
finish_fastcgi(FCGX_Request *q)
{
	bool unread = FCGX_GetChar(q->in) != EOF;

	FCGX_Finish_r(q);
	if (unread)
		FCGX_Free(q, 1);
}

void
gateway_finish(struct exchange *x)
{
	if (x->cgi)
		flush_cgi(x);
	else
		finish_fastcgi(&x->fcgi);
}
