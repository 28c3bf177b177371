/*
 * A network between a program and a server on one machine, for `make bench`:
 *
 *	delay US FROM TO
 *
 * Listens on the socket FROM; what comes goes on to the socket TO, and back,
 *each time US microseconds later: a round trip takes twice that.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static struct timespec rest;

struct way {
	int from, to;
};

static void *
carry(void *arg)
{
	struct way way = *(struct way *)arg;
	char bytes[65536];
	ssize_t n, sent;

	free(arg);
	while ((n = read(way.from, bytes, sizeof bytes)) > 0) {
		nanosleep(&rest, NULL);
		for (ssize_t at = 0; at < n; at += sent) {
			sent = send(
			    way.to, bytes + at, (size_t)(n - at), MSG_NOSIGNAL);
			if (sent <= 0)
				break;
		}
	}
	shutdown(way.to, SHUT_WR);
	return NULL;
}

static int
start(int from, int to)
{
	struct way *way = malloc(sizeof *way);
	pthread_t thread;

	if (way == NULL)
		return -1;
	*way = (struct way){from, to};
	return pthread_create(&thread, NULL, carry, way);
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
	rest.tv_nsec = atol(argv[1]) * 1000;
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
