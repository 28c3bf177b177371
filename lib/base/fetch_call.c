#include "base/fetch_call.h"

#include "base/beside.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/json.h"
#include "base/monotonic.h"
#include "base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	SPARE_MS = 2000, /* for fetch to come up, beside the timeout */
	CA_MAX = 64 * 1024
};

static const char *const outcomes[FETCH_OUTCOME_COUNT] = {
    [FETCH_ANSWERED] = "answered",
    [FETCH_UNAVAILABLE] = "unavailable",
    [FETCH_BAD_URL] = "bad_url",
    [FETCH_NO_HOST] = "no_host",
    [FETCH_BAD_ADDRESS] = "bad_address",
    [FETCH_NO_CONNECTION] = "no_connection",
    [FETCH_BAD_CERTIFICATE] = "bad_certificate",
    [FETCH_TIMEOUT] = "timeout",
    [FETCH_TOO_LONG] = "too_long",
    [FETCH_BROKEN] = "broken",
};

const char *
fetch_outcome_name(enum fetch_outcome o)
{
	return outcomes[o];
}

enum fetch_outcome
fetch_outcome_from_name(const char *name)
{
	unsigned o = 0;

	while (o < FETCH_OUTCOME_COUNT && !str_equal(outcomes[o], name))
		o++;
	return (enum fetch_outcome)o;
}

/* --- the request -----------------------------------------------------------*/

/* Certificates travel: who makes the request cannot read our files. */
static void
put_ca(struct json_build *b, const char *path)
{
	char text[CA_MAX];
	size_t len;

	if (path == NULL)
		return;
	if (file_read(path, 0022, text, sizeof text - 1, &len) != OK) {
		b->failed = true;
		return;
	}
	text[len] = '\0';
	json_put_str(b, "ca", text);
}

static void
put_member(struct json_build *b, const char *key, const char *value)
{
	if (value != NULL)
		json_put_str(b, key, value);
}

/* As text, the caller's to free; NULL. */
static char *
write_request(const struct fetch_call *q)
{
	struct json_build b;
	json_t *object;
	char *text;

	json_begin(&b);
	json_put_str(&b, "url", q->url);
	json_put_bool(&b, "any_address", q->any_address);
	json_put_bool(&b, "plain", q->plain);
	put_member(&b, "body", q->body);
	put_member(&b, "content_type", q->content_type);
	put_member(&b, "accept", q->accept);
	put_ca(&b, q->ca_file);
	json_put(&b, "timeout_ms",
	    json_integer(q->timeout_ms > 0 ? q->timeout_ms : FETCH_TIMEOUT_MS));
	json_put(&b, "answer_max",
	    json_integer(
		(json_int_t)(q->answer_max > 0 && q->answer_max < FETCH_BODY_MAX
				 ? q->answer_max
				 : FETCH_BODY_MAX)));
	object = json_finish(&b);
	text = object != NULL ? json_dumps(object, JSON_COMPACT) : NULL;
	json_decref(object);
	return text;
}

/* --- the other side --------------------------------------------------------*/

static void
connect_to_socket(const char *path, struct fetch_pending *p)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd;

	if (str_copy(address.sun_path, sizeof address.sun_path, path) != OK)
		return;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
		p->fd = fd;
	else
		close(fd);
}

static void
start_fetch(struct fetch_pending *p)
{
	char path[BESIDE_PATH_CAP], name[] = "fetch";
	char *const argv[] = {name, NULL};
	int ends[2];

	if (beside_find(path, name) != OK ||
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
		return;
	if (beside_start(path, argv, ends[1], true, &p->pid) == OK)
		p->fd = ends[0];
	else
		close(ends[0]);
	close(ends[1]);
}

/* The request is longer than a socket holds only with a long body or many
 * certificates, and the other side reads at once. */
static bool
send_all(int fd, const char *text, size_t len, int64_t due_ms)
{
	while (len > 0) {
		struct pollfd wait = {.fd = fd, .events = POLLOUT};
		ssize_t n = send(fd, text, len, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n > 0) {
			text += n;
			len -= (size_t)n;
		} else if (n < 0 && errno != EAGAIN && errno != EINTR) {
			return false;
		} else if (monotonic_ms() >= due_ms ||
			   poll(&wait, 1, 100) < 0) {
			return false;
		}
	}
	return shutdown(fd, SHUT_WR) == 0;
}

static void
stop_call(struct fetch_pending *p)
{
	if (p->fd >= 0)
		close(p->fd);
	p->fd = -1;
	if (p->pid > 0) {
		kill(p->pid, SIGKILL); /* it has answered, or never will */
		while (waitpid(p->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	p->pid = 0;
}

void
fetch_call_begin(const struct fetch_call *q, struct fetch_pending *p)
{
	const char *socket_path = getenv("LATCHKEY_FETCH");
	char *text = write_request(q);

	*p = (struct fetch_pending){.fd = -1};
	p->due_ms = monotonic_ms() + SPARE_MS +
		    (q->timeout_ms > 0 ? q->timeout_ms : FETCH_TIMEOUT_MS);
	if (text == NULL)
		return;
	if (socket_path != NULL && socket_path[0] != '\0')
		connect_to_socket(socket_path, p);
	else
		start_fetch(p);
	if (p->fd >= 0 && !send_all(p->fd, text, strlen(text), p->due_ms))
		stop_call(p);
	free(text);
}

/* --- the answer ------------------------------------------------------------*/

static void
take_member(char *text, size_t cap, const json_t *object, const char *key)
{
	const char *value = json_string_value(json_object_get(object, key));

	str_cut(text, cap, value != NULL ? value : "");
}

/* The first line is JSON; what follows is the body. */
void
fetch_reply_take(struct fetch_reply *r, size_t got)
{
	char *newline = memchr(r->body, '\n', got);
	const size_t head = newline != NULL ? (size_t)(newline - r->body) : 0;
	json_t *object =
	    json_loadb(r->body, head, JSON_REJECT_DUPLICATES, NULL);
	const char *outcome =
	    json_string_value(json_object_get(object, "outcome"));
	enum fetch_outcome o = outcome != NULL
				   ? fetch_outcome_from_name(outcome)
				   : FETCH_OUTCOME_COUNT;

	*r->message = *r->content_type = '\0';
	r->status = 0;
	r->len = 0;
	r->fresh_s = -1;
	r->outcome = o < FETCH_OUTCOME_COUNT ? o : FETCH_UNAVAILABLE;
	if (r->outcome == FETCH_ANSWERED &&
	    json_integer_value(json_object_get(object, "length")) !=
		(json_int_t)(got - head - 1))
		r->outcome = FETCH_BROKEN;
	if (r->outcome == FETCH_ANSWERED) {
		r->status =
		    (int)json_integer_value(json_object_get(object, "status"));
		r->fresh_s =
		    json_integer_value(json_object_get(object, "fresh_s"));
		r->len = got - head - 1;
		memmove(r->body, newline + 1, r->len);
	}
	r->body[r->len] = '\0';
	take_member(r->message, sizeof r->message, object, "message");
	take_member(
	    r->content_type, sizeof r->content_type, object, "content_type");
	json_decref(object);
}

bool
fetch_call_continue(struct fetch_pending *p, struct fetch_reply *r, size_t *got)
{
	ssize_t n = 0;
	bool late;

	while (p->fd >= 0 && *got < sizeof r->body - 1) {
		n = recv(p->fd, r->body + *got, sizeof r->body - 1 - *got,
		    MSG_DONTWAIT);
		if (n <= 0)
			break;
		*got += (size_t)n;
	}
	late = p->fd >= 0 && n < 0 && (errno == EAGAIN || errno == EINTR);
	if (late && monotonic_ms() < p->due_ms)
		return false;
	stop_call(p);
	fetch_reply_take(r, *got);
	if (late)
		r->outcome = FETCH_TIMEOUT;
	return true;
}

void
fetch_call_ask(const struct fetch_call *q, struct fetch_reply *r)
{
	struct fetch_pending p;
	size_t got = 0;

	fetch_call_begin(q, &p);
	while (!fetch_call_continue(&p, r, &got)) {
		struct pollfd wait = {.fd = p.fd, .events = POLLIN};

		(void)poll(&wait, 1, 100);
	}
}
