/*
 * One request of ours to a web server, made by another program: libexec/fetch,
 * which alone goes out. It has no data and no keys, and those that call it need
 * no network. This is how it is asked, and what it answers.
 *
 * Where systemd starts the programs they have no network at all, so that one
 * started from here would have none either: there LATCHKEY_FETCH names a socket
 * behind which systemd starts fetch, once a connection.
 *
 * On the way there: a JSON object with the members of struct fetch_call, to the
 * end of the stream. On the way back: a line of JSON, then the body.
 */
#ifndef LK_BASE_FETCH_CALL_H
#define LK_BASE_FETCH_CALL_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum {
	FETCH_CALL_MAX = 256 * 1024, /* a request in its JSON */
	FETCH_BODY_MAX = 64 * 1024,  /* of an answer */
	FETCH_HEAD_MAX = 1024,       /* the line before it */
	FETCH_TEXT_CAP = 160,
	FETCH_TIMEOUT_MS = 5000,
	FETCH_CONNECT_MS = 3000 /* at most, of the timeout */
};

struct fetch_call {
	const char *url; /* https, unless PLAIN */
	/* Who named the URL: an administrator, for whom it may lead to any
	 * address (the apps of a house are at private ones); or a stranger, for
	 * whom it leads to the internet alone (base/public_address.h). */
	bool any_address;
	bool plain;               /* http will do */
	const char *body;         /* POST; NULL: GET. Text, as JSON has it */
	const char *content_type; /* of the body */
	const char *accept;       /* or NULL */
	const char *ca_file; /* PEM: trusted, beside the system's; or NULL */
	int timeout_ms;      /* for all of it; 0: FETCH_TIMEOUT_MS */
	size_t answer_max;   /* bytes; 0: FETCH_BODY_MAX, the most */
};

/* Redirects are answers, and not followed. */
enum fetch_outcome {
	FETCH_ANSWERED,    /* of any status */
	FETCH_UNAVAILABLE, /* there is no fetch, or no libcurl for it */
	FETCH_BAD_URL,
	FETCH_NO_HOST,     /* its name leads nowhere */
	FETCH_BAD_ADDRESS, /* and not where a stranger may send us */
	FETCH_NO_CONNECTION,
	FETCH_BAD_CERTIFICATE,
	FETCH_TIMEOUT,
	FETCH_TOO_LONG,
	FETCH_BROKEN, /* what came is no HTTP, or stopped in the middle */
	FETCH_OUTCOME_COUNT
};

/* "answered", "no_host": for logs, and on the wire. */
const char *fetch_outcome_name(enum fetch_outcome o);
/* FETCH_OUTCOME_COUNT: none of these. */
enum fetch_outcome fetch_outcome_from_name(const char *name);

struct fetch_reply {
	enum fetch_outcome outcome;
	char message[FETCH_TEXT_CAP]; /* what libcurl says of a failure */
	int status;
	char content_type[FETCH_TEXT_CAP]; /* as it came; "": none */
	/* For how many seconds it may be kept (RFC 9111 4.2); 0: not at all;
	 * -1: it does not say. */
	int64_t fresh_s;
	size_t len;
	char body[FETCH_HEAD_MAX + FETCH_BODY_MAX + 1]; /* with a NUL behind */
};

/* Asks and waits, for little longer than the timeout. Not inside a transaction.
 * R is 64 KiB: not for a worker's stack. */
void fetch_call_ask(const struct fetch_call *q, struct fetch_reply *r);

/* The same in two halves, for several at once. */
struct fetch_pending {
	int fd;    /* to be read once it is readable; -1: it has failed */
	pid_t pid; /* 0: systemd's */
	int64_t
	    due_ms; /* of base/monotonic.h: then fetch_call_end may stop it */
};
void fetch_call_begin(const struct fetch_call *q, struct fetch_pending *p);
/* Reads what has come into R, and returns true once it is whole, or has failed:
 * P is then over. *GOT is R's, and begins as 0. */
bool fetch_call_continue(
    struct fetch_pending *p, struct fetch_reply *r, size_t *got) MUST_CHECK;

/* Takes the GOT bytes of R->body apart, which are all that came: the rest of R
 * follows from them. Less than the whole is FETCH_BROKEN, no answer of fetch
 * at all FETCH_UNAVAILABLE. */
void fetch_reply_take(struct fetch_reply *r, size_t got);

#endif
