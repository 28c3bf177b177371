#include "http/gateway.h"

#include "base/log.h"
#include "base/permit.h"
#include "http/signals.h"

#include <errno.h>
#include <fastcgi.h>
#include <fcgiapp.h>
#include <limits.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	LISTEN_FD = STDIN_FILENO,
	OUT_CAP = 8192,
	SILENCE_S = 30,      /* in the middle of a request: it is given up */
	KEPT_LOOK_MS = 1000, /* on a kept connection, for the signal to stop */
	SHORTAGE_MS = 100,   /* before accept is tried again */
	ARRIVED_MAX =
	    8192,     /* bytes of a request: a longer one is read slowly */
	LINGER_S = 5, /* and no more than so many bytes: */
	LINGER_MAX = 1 << 20
};

struct gateway {
	bool cgi;
	bool served;        /* CGI: the one request has been handed out */
	bool local;         /* FastCGI: on a unix socket */
	pthread_t main;     /* FastCGI: the signals that stop us are its own */
	sigset_t waiting;   /* what it has blocked while it waits */
	atomic_bool failed; /* nothing will come from the socket any more */
};

struct exchange {
	bool cgi, local;
	FCGX_Request fcgi;
	sigset_t waiting; /* the signals blocked while nothing is under way */
	size_t out_len; /* CGI: gathered, so that a small answer is one write */
	char out[OUT_CAP];
	bool out_failed;
};

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

static bool
is_unix_socket(int fd)
{
	struct sockaddr_storage name = {0};
	socklen_t len = sizeof name;

	return getsockname(fd, (struct sockaddr *)&name, &len) == 0 &&
	       name.ss_family == AF_UNIX;
}

static enum err
start_fastcgi(struct gateway *g, int64_t idle_ms)
{
	struct timeval idle = {.tv_sec = GATEWAY_IDLE_S};

	if (idle_ms > 0 && idle_ms < GATEWAY_IDLE_S * 1000)
		idle = (struct timeval){
		    .tv_sec = idle_ms / 1000, .tv_usec = idle_ms % 1000 * 1000};

	/* The library first: it takes only signals that have no handler. */
	if (FCGX_Init() != 0)
		return ERR_IO;
	/* It is not to accept by itself (accept_connection). */
	FCGX_ShutdownPending();
	if (setsockopt(
		LISTEN_FD, SOL_SOCKET, SO_RCVTIMEO, &idle, sizeof idle) != 0)
		return ERR_IO;
	g->local = is_unix_socket(LISTEN_FD);
	g->main = pthread_self();
	return signals_take(LISTEN_FD, &g->waiting);
}

enum err
gateway_open(struct gateway **g, int64_t idle_ms)
{
	enum err e;

	if ((*g = calloc(1, sizeof **g)) == NULL)
		return ERR_NO_MEMORY;
	(*g)->cgi = !is_listening(LISTEN_FD);
	if ((*g)->cgi || (e = start_fastcgi(*g, idle_ms)) == OK)
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

bool
gateway_is_over(const struct gateway *g)
{
	return signals_stop() || g->failed;
}

/* A signal is let in and waited for at once: none is slept through. */
bool
gateway_sleep(struct gateway *g)
{
	if (!signals_stop())
		sigsuspend(&g->waiting);
	return !signals_stop();
}

enum err
exchange_new(struct exchange **x, struct gateway *g)
{
	if ((*x = calloc(1, sizeof **x)) == NULL)
		return ERR_NO_MEMORY;
	(*x)->cgi = g->cgi;
	(*x)->local = g->local;
	if (g->cgi)
		return OK;
	if (FCGX_InitRequest(&(*x)->fcgi, LISTEN_FD, 0) == 0) {
		(*x)->waiting = g->waiting;
		if (!pthread_equal(pthread_self(), g->main))
			signals_of_another(&(*x)->waiting);
		return OK;
	}
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

/* Once until a connection comes through. */
static atomic_bool shortage_told;

static void
tell_shortage(int error)
{
	const bool descriptors = error == EMFILE || error == ENFILE;

	if (atomic_exchange(&shortage_told, true))
		return;
	log_fault("no connection accepted", "reason",
	    err_name(descriptors ? ERR_DESCRIPTORS : ERR_NO_MEMORY), "why",
	    descriptors ? "the limit of open files is reached; raise it "
			  "(LimitNOFILE= of systemd, ulimit -n)"
			: strerror(error),
	    NULL);
}

/* What accept may say without the socket being at fault (accept(2)). */
static bool
is_passing(int error)
{
	switch (error) {
	case EINTR:
	case ECONNABORTED:
	case EPROTO:
		return true;
	case EMFILE:
	case ENFILE:
	case ENOBUFS:
	case ENOMEM:
		tell_shortage(error);
		poll(NULL, 0, SHORTAGE_MS);
		return true;
	default:
		return false;
	}
}

/*
 * Waits for a connection; false when there will be none, or was none for a
 * while. Ours, because a signal makes the library's own take a peer
 * that has only just connected for a silent one: it closes the connection, and
 * when it should stop, it closes the same number again and again, even if that
 * is another connection's by then.
 */
static bool
accept_connection(struct gateway *g, struct exchange *x)
{
	struct timeval silence = {.tv_sec = SILENCE_S};
	int fd;

	signals_let(&x->waiting);
	do
		fd = signals_stop() ? -1 : accept(LISTEN_FD, NULL, NULL);
	while (fd < 0 && !signals_stop() && is_passing(errno));
	if (fd < 0 && !signals_stop() && errno != EAGAIN)
		g->failed = true;
	signals_hold();
	if (fd < 0)
		return false;
	shortage_told = false;
	/* Half a request must not hold a worker for ever. */
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &silence, sizeof silence);
	x->fcgi.ipcFd = fd;
	x->fcgi.keepConnection = 1; /* until the request says */
	return true;
}

/* Waits for another request on the connection that was kept, or for its end;
 * false when told to stop before. */
static bool
await_kept(struct exchange *x)
{
	struct pollfd p = {.fd = x->fcgi.ipcFd, .events = POLLIN};
	int n;

	signals_let(&x->waiting);
	do
		n = poll(&p, 1, signals_stop() ? 0 : KEPT_LOOK_MS);
	while (n <= 0 && !signals_stop());
	signals_hold();
	return n > 0;
}

bool
gateway_next(struct gateway *g, struct exchange *x)
{
	if (g->cgi) {
		bool first = !g->served;

		g->served = true;
		return first;
	}
	return exchange_is_kept(x) ? await_kept(x) : accept_connection(g, x);
}

/* Whether the records in LEN bytes are all of a request: the last is an empty
 * one of its body, or, for an authorizer, which has none, of its parameters. */
static bool
is_whole(const uint8_t *bytes, size_t len)
{
	bool has_body = true;
	size_t at = 0, content;

	for (; len - at >= FCGI_HEADER_LEN; at += FCGI_HEADER_LEN + content) {
		const FCGI_Header *h = (const FCGI_Header *)(bytes + at);

		content = (size_t)h->contentLengthB1 << 8 | h->contentLengthB0;
		if (content == 0 &&
		    h->type == (has_body ? FCGI_STDIN : FCGI_PARAMS))
			return true;
		content += h->paddingLength;
		if (content > len - at - FCGI_HEADER_LEN)
			return false;
		if (h->type == FCGI_BEGIN_REQUEST && content >= 2)
			has_body =
			    bytes[at + FCGI_HEADER_LEN + 1] != FCGI_AUTHORIZER;
	}
	return false;
}

bool
exchange_has_arrived(const struct exchange *x)
{
	uint8_t bytes[ARRIVED_MAX];
	ssize_t n =
	    recv(x->fcgi.ipcFd, bytes, sizeof bytes, MSG_PEEK | MSG_DONTWAIT);

	return n > 0 && is_whole(bytes, (size_t)n);
}

/* If the peer left, or made no sense, its connection is closed. */
bool
exchange_begin(struct exchange *x)
{
	return x->cgi || FCGX_Accept_r(&x->fcgi) == 0;
}

bool
exchange_is_kept(const struct exchange *x)
{
	return !x->cgi && x->fcgi.ipcFd >= 0;
}

bool
exchange_may_wait(const struct exchange *x)
{
	return !x->cgi && !x->fcgi.keepConnection;
}

/* FCGX_GetParam compares whole names with all it passes, and twenty are asked
 * for: half of what else a request costs to read. */
static char *const *
find_param(char *const *params, const char *name)
{
	size_t len = strlen(name);

	for (; *params != NULL; params++)
		if (**params == *name && strncmp(*params, name, len) == 0 &&
		    (*params)[len] == '=')
			return params;
	return NULL;
}

const char *
exchange_param(const struct exchange *x, const char *name)
{
	char *const *found;

	if (x->cgi)
		return getenv(name);
	found = find_param(x->fcgi.envp, name);
	return found != NULL ? *found + strlen(name) + 1 : NULL;
}

bool
exchange_param_is_repeated(const struct exchange *x, const char *name)
{
	char *const *found;

	if (x->cgi)
		return false;
	found = find_param(x->fcgi.envp, name);
	return found != NULL && find_param(found + 1, name) != NULL;
}

void
gateway_wake(pthread_t thread)
{
	signals_wake(thread);
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

/*
 * Where standard input and output are one socket (mod_cgid), leaving a body
 * unread would reset it, and the answer might be lost on its way: so what
 * still comes is let run out first (RFC 9112 9.6).
 */
static void
linger_cgi(void)
{
	struct timeval silence = {.tv_sec = LINGER_S};
	char rest[4096];
	ssize_t n = 1;

	if (shutdown(STDIN_FILENO, SHUT_WR) != 0)
		return; /* no socket */
	setsockopt(
	    STDIN_FILENO, SOL_SOCKET, SO_RCVTIMEO, &silence, sizeof silence);
	for (ssize_t left = LINGER_MAX; left > 0 && n > 0; left -= n)
		n = read(STDIN_FILENO, rest, sizeof rest);
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

/* Whether the peer has sent nothing that has not been read. */
static bool
nothing_waits(int fd)
{
	char byte;

	return recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 &&
	       errno == EAGAIN;
}

/* On a kept connection, what is left of a body would be taken for the next
 * request: then it is not kept. Reading to the end when only that is left also
 * takes the record that says so, which an authorizer is not sent (FastCGI 6.3).
 *
 * Before it closes a connection the library waits for the peer to do so.
 * Otherwise TCP would reset it, with the answer on its way, if the peer still
 * sends something.
 * Nothing resets a unix socket of which all has been read, and the wait is two
 * switches of threads and three system calls a request. */
static void
finish_fastcgi(struct exchange *x)
{
	FCGX_Request *q = &x->fcgi;
	bool unread = q->role == FCGI_AUTHORIZER || FCGX_GetChar(q->in) != EOF;

	if (x->local && !q->keepConnection &&
	    (!unread || nothing_waits(q->ipcFd)))
		FCGX_Detach(q); /* closed as it is */
	else
		permit_give_up();
	FCGX_Finish_r(q);
	if (unread)
		FCGX_Free(q, 1);
}

void
gateway_finish(struct exchange *x)
{
	if (x->cgi) {
		flush_cgi(x);
		linger_cgi();
	} else {
		finish_fastcgi(x);
	}
}
