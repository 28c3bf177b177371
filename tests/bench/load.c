/*
 * Asks a web server on 127.0.0.1, over connections that are kept, as fast as
 * it answers:
 *
 *	load -p PORT -c CONNECTIONS -m MILLISECONDS [-H HEADER]
 *	     [-f TOKENS [-k]] PATH [BODY]
 *
 * With a BODY it is a form's POST. `@` in BODY stands for a token: the next
 * line of TOKENS for each request (the end of them is the end of the load);
 * with -k each connection begins with a line of its own and goes on with the
 * refresh_token of each answer, and TOKENS is written again with the last.
 *
 * Prints: answers a second, failures (all that is no 200), and the 50th and
 * 99th percentile of the time to an answer in microseconds.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
	CONNECTIONS_MAX = 256,
	REQUEST_CAP = 8192,
	ANSWER_CAP = 65536,
	TOKEN_CAP = 72,
	TIMES_MAX = 4 << 20
};

struct connection {
	int fd;
	char *token;  /* in load.tokens */
	int64_t sent; /* when, in microseconds */
	size_t got;
	char answer[ANSWER_CAP];
};

struct load {
	uint16_t port;
	int64_t connections, milliseconds;
	const char *header, *path, *body, *token_file;
	bool keep;

	char (*tokens)[TOKEN_CAP];
	size_t token_count, next_token;

	uint32_t *times;
	size_t answers, failures;
	bool stopping;
};

static void
die(const char *what)
{
	fprintf(stderr, "load: %s%s%s\n", what, errno != 0 ? ": " : "",
	    errno != 0 ? strerror(errno) : "");
	exit(EXIT_FAILURE);
}

static int64_t
microseconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void
read_tokens(struct load *l)
{
	FILE *f = fopen(l->token_file, "r");
	size_t cap = 0;
	char line[TOKEN_CAP];

	if (f == NULL)
		die(l->token_file);
	while (fgets(line, sizeof line, f) != NULL) {
		if (l->token_count == cap) {
			cap = cap == 0 ? 1024 : 2 * cap;
			l->tokens = realloc(l->tokens, cap * sizeof *l->tokens);
			if (l->tokens == NULL)
				die("no memory");
		}
		line[strcspn(line, "\n")] = '\0';
		memcpy(l->tokens[l->token_count++], line, sizeof line);
	}
	fclose(f);
}

static void
write_tokens(const struct load *l)
{
	FILE *f = fopen(l->token_file, "w");

	if (f == NULL)
		die(l->token_file);
	for (size_t i = 0; i < l->token_count; i++)
		fprintf(f, "%s\n", l->tokens[i]);
	if (fclose(f) != 0)
		die(l->token_file);
}

static int
connect_to(uint16_t port)
{
	struct sockaddr_in a = {.sin_family = AF_INET,
	    .sin_port = htons(port),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int one = 1, fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof a) != 0)
		die("connect");
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	return fd;
}

/* The body with its token, or false: there is none left. */
static bool
make_body(struct load *l, struct connection *c, char *body, size_t cap)
{
	const char *at = l->body != NULL ? strchr(l->body, '@') : NULL;

	if (at == NULL) {
		snprintf(body, cap, "%s", l->body != NULL ? l->body : "");
		return true;
	}
	if (!l->keep) {
		if (l->next_token == l->token_count)
			return false;
		c->token = l->tokens[l->next_token++];
	}
	snprintf(body, cap, "%.*s%s%s", (int)(at - l->body), l->body, c->token,
	    at + 1);
	return true;
}

static void
send_all(struct connection *c, const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t n = write(c->fd, bytes, len);

		if (n <= 0)
			die("write");
		bytes += n;
		len -= (size_t)n;
	}
}

static void
ask(struct load *l, struct connection *c)
{
	char body[REQUEST_CAP / 2], request[REQUEST_CAP];
	int n;

	if (!make_body(l, c, body, sizeof body)) {
		l->stopping = true;
		return;
	}
	n = snprintf(request, sizeof request,
	    "%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\n%s%s",
	    l->body != NULL ? "POST" : "GET", l->path, l->header,
	    l->header[0] != '\0' ? "\r\n" : "");
	if (l->body != NULL)
		n += snprintf(request + n, sizeof request - (size_t)n,
		    "Content-Type: application/x-www-form-urlencoded\r\n"
		    "Content-Length: %zu\r\n",
		    strlen(body));
	n += snprintf(request + n, sizeof request - (size_t)n, "\r\n%s", body);
	c->got = 0;
	c->sent = microseconds();
	send_all(c, request, (size_t)n);
}

/* The length of the whole answer, or 0: its head is not there yet. */
static size_t
answer_length(const struct connection *c)
{
	const char *end = strstr(c->answer, "\r\n\r\n");
	const char *length = strstr(c->answer, "Content-Length: ");

	if (end == NULL)
		return 0;
	if (length == NULL || length > end)
		die("an answer without Content-Length");
	return (size_t)(end + 4 - c->answer) +
	       (size_t)strtoul(length + 16, NULL, 10);
}

static void
take_token(struct connection *c)
{
	static const char name[] = "\"refresh_token\":\"";
	const char *at = strstr(c->answer, name);
	size_t len;

	if (at == NULL)
		return;
	at += sizeof name - 1;
	len = strcspn(at, "\"");
	if (len >= TOKEN_CAP)
		die("a refresh token that is too long");
	memcpy(c->token, at, len);
	c->token[len] = '\0';
}

static void
take_answer(struct load *l, struct connection *c)
{
	if (l->answers == TIMES_MAX)
		die("too many answers");
	l->times[l->answers++] = (uint32_t)(microseconds() - c->sent);
	if (strncmp(c->answer, "HTTP/1.1 200 ", 13) != 0) {
		if (l->failures++ == 0)
			fprintf(stderr, "load: %s: %s\n", l->path, c->answer);
	} else if (l->keep) {
		take_token(c);
	}
}

/* Reads what has come; true when the answer is whole. */
static bool
receive(struct load *l, struct connection *c)
{
	ssize_t n = read(c->fd, c->answer + c->got, ANSWER_CAP - 1 - c->got);
	size_t length;

	if (n <= 0)
		die("the server closed a connection");
	c->got += (size_t)n;
	c->answer[c->got] = '\0';
	length = answer_length(c);
	if (length == 0 || c->got < length)
		return false;
	take_answer(l, c);
	/* Servers end a connection after so many requests. */
	if (strstr(c->answer, "Connection: close") != NULL) {
		close(c->fd);
		c->fd = connect_to(l->port);
	}
	return true;
}

static void
run(struct load *l, struct connection *all)
{
	struct pollfd polls[CONNECTIONS_MAX];
	int64_t end = microseconds() + l->milliseconds * 1000;
	nfds_t count = (nfds_t)l->connections, busy = count;

	for (nfds_t i = 0; i < count; i++)
		ask(l, &all[i]);
	for (nfds_t i = 0; i < count; i++)
		polls[i] = (struct pollfd){all[i].fd, POLLIN, 0};
	while (busy > 0) {
		if (poll(polls, count, 10000) <= 0)
			die("no answer within ten seconds");
		for (nfds_t i = 0; i < count; i++) {
			if (polls[i].revents == 0 || !receive(l, &all[i]))
				continue;
			l->stopping = l->stopping || microseconds() >= end;
			if (!l->stopping)
				ask(l, &all[i]);
			polls[i].fd = all[i].fd;
			if (l->stopping) {
				polls[i].fd = -1;
				busy--;
			}
		}
	}
}

static int
by_time(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static void
report(struct load *l, int64_t took)
{
	qsort(l->times, l->answers, sizeof *l->times, by_time);
	printf("%.1f %zu %" PRIu32 " %" PRIu32 "\n",
	    (double)l->answers * 1e6 / (double)took, l->failures,
	    l->times[l->answers / 2], l->times[l->answers * 99 / 100]);
}

static void
parse_options(struct load *l, int argc, char **argv)
{
	int option;

	while ((option = getopt(argc, argv, "p:c:m:H:f:k")) != -1)
		switch (option) {
		case 'p':
			l->port = (uint16_t)strtoul(optarg, NULL, 10);
			break;
		case 'c':
			l->connections = strtol(optarg, NULL, 10);
			break;
		case 'm':
			l->milliseconds = strtol(optarg, NULL, 10);
			break;
		case 'H':
			l->header = optarg;
			break;
		case 'f':
			l->token_file = optarg;
			break;
		case 'k':
			l->keep = true;
			break;
		default:
			exit(2);
		}
	l->path = argv[optind];
	l->body = l->path != NULL ? argv[optind + 1] : NULL;
	if (l->path == NULL || l->connections < 1 ||
	    l->connections > CONNECTIONS_MAX)
		die("load -p PORT -c CONNECTIONS -m MILLISECONDS ... PATH");
}

int
main(int argc, char **argv)
{
	struct load l = {.header = "", .connections = 1, .milliseconds = 1000};
	struct connection *all = calloc(CONNECTIONS_MAX, sizeof *all);
	int64_t began;

	l.times = calloc(TIMES_MAX, sizeof *l.times);
	if (all == NULL || l.times == NULL)
		die("no memory");
	parse_options(&l, argc, argv);
	if (l.token_file != NULL)
		read_tokens(&l);
	if (l.keep && l.token_count < (size_t)l.connections)
		die("fewer tokens than connections");
	for (int64_t i = 0; i < l.connections; i++) {
		all[i].fd = connect_to(l.port);
		all[i].token = l.keep ? l.tokens[i] : NULL;
	}
	began = microseconds();
	run(&l, all);
	report(&l, microseconds() - began);
	if (l.keep)
		write_tokens(&l);
	free(l.tokens);
	free(l.times);
	free(all);
	return EXIT_SUCCESS;
}
