/*
 * A network between a program and a server on one machine, for `make bench`:
 *
 *	delay US FROM TO
 *
 * Listens on the socket FROM; what comes goes on to the socket TO, and back,
 * each time US microseconds later: a round trip takes twice that.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { PARTS = 64 };

/* What is under way from one end to the other, each part with the time at which
 * it arrives: many can be, as in a network. */
struct way {
	int from, to;
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	size_t sent, arrived; /* parts; sent - arrived of them are under way */
	struct part {
		struct timespec at;
		ssize_t len; /* 0: the end */
		char bytes[16384];
	} parts[PARTS];
};

static long us;

static struct timespec
arrival(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	t.tv_nsec += us * 1000;
	t.tv_sec += t.tv_nsec / 1000000000;
	t.tv_nsec %= 1000000000;
	return t;
}

static void *
take(void *arg)
{
	struct way *w = arg;
	struct part *p;

	do {
		pthread_mutex_lock(&w->mutex);
		while (w->sent - w->arrived == PARTS)
			pthread_cond_wait(&w->changed, &w->mutex);
		pthread_mutex_unlock(&w->mutex);
		p = &w->parts[w->sent % PARTS];
		p->len = read(w->from, p->bytes, sizeof p->bytes);
		p->at = arrival();
		pthread_mutex_lock(&w->mutex);
		w->sent++;
		pthread_cond_signal(&w->changed);
		pthread_mutex_unlock(&w->mutex);
	} while (p->len > 0);
	return NULL;
}

static bool
send_all(int to, const struct part *p)
{
	ssize_t sent;

	for (ssize_t at = 0; at < p->len; at += sent) {
		sent = send(
		    to, p->bytes + at, (size_t)(p->len - at), MSG_NOSIGNAL);
		if (sent <= 0)
			return false;
	}
	return p->len > 0;
}

static void *
give(void *arg)
{
	struct way *w = arg;
	const struct part *p;
	bool more;

	do {
		pthread_mutex_lock(&w->mutex);
		while (w->sent == w->arrived)
			pthread_cond_wait(&w->changed, &w->mutex);
		pthread_mutex_unlock(&w->mutex);
		p = &w->parts[w->arrived % PARTS];
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &p->at, NULL);
		more = send_all(w->to, p);
		pthread_mutex_lock(&w->mutex);
		w->arrived++;
		pthread_cond_signal(&w->changed);
		pthread_mutex_unlock(&w->mutex);
	} while (more);
	shutdown(w->to, SHUT_WR);
	return NULL;
}

static int
start(int from, int to)
{
	struct way *w = calloc(1, sizeof *w);
	pthread_t thread;

	if (w == NULL)
		return -1;
	w->from = from;
	w->to = to;
	pthread_mutex_init(&w->mutex, NULL);
	pthread_cond_init(&w->changed, NULL);
	return pthread_create(&thread, NULL, take, w) != 0
		   ? -1
		   : pthread_create(&thread, NULL, give, w);
}

static int
unix_socket(const char *path, struct sockaddr_un *address)
{
	*address = (struct sockaddr_un){.sun_family = AF_UNIX};
	if (strlen(path) >= sizeof address->sun_path)
		return -1;
	strcpy(address->sun_path, path);
	return socket(AF_UNIX, SOCK_STREAM, 0);
}

int
main(int argc, char **argv)
{
	struct sockaddr_un from, to;
	const int listening = argc == 4 ? unix_socket(argv[2], &from) : -1;

	if (listening < 0) {
		fputs("usage: delay US FROM TO\n", stderr);
		return EXIT_FAILURE;
	}
	us = atol(argv[1]);
	/* A sleep is as long as it is asked for. */
	prctl(PR_SET_TIMERSLACK, 1);
	if (bind(listening, (struct sockaddr *)&from, sizeof from) != 0 ||
	    listen(listening, 64) != 0) {
		perror(argv[2]);
		return EXIT_FAILURE;
	}
	for (;;) {
		int near = accept(listening, NULL, NULL);
		int far = unix_socket(argv[3], &to);

		if (near < 0 || far < 0 ||
		    connect(far, (struct sockaddr *)&to, sizeof to) != 0 ||
		    start(near, far) != 0 || start(far, near) != 0) {
			perror(argv[3]);
			return EXIT_FAILURE;
		}
	}
}
