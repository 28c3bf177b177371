/*
 * Asks a web server, for `latchkey check`. The only module that knows libcurl,
 * which is loaded when it is first needed: no other verb pays for it. Redirects
 * are not followed, answers are capped, and so is the time to wait for one.
 * Proxies are those of the environment, as libcurl reads it.
 */
#ifndef LK_BIN_FETCH_H
#define LK_BIN_FETCH_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fetch;

enum { FETCH_ADDRESS_CAP = 64 };

/*
 * Certificates are checked against CA_FILE (PEM; NULL: the system's).
 * ERR_UNSUPPORTED: this host has no libcurl.
 */
enum err fetch_open(struct fetch **f, const char *ca_file) MUST_CHECK;
void fetch_close(struct fetch **f); /* accepts NULL */

struct fetch_request {
	const char *url;
	const char *header;         /* "Name: value" to send along, or NULL */
	const char *const *headers; /* more of them; a NULL ends them. NULL:
				     * none */
	const char *body;           /* a form: POST; NULL: GET */
	size_t body_len;
	/* The one to ask, in figures, instead of what the name leads to; NULL
	 * or "": the latter. Not to be used where there is a proxy. */
	const char *address;
};

struct fetch_answer {
	int status;
	const char *body; /* with a NUL behind it; valid until the next fetch */
	/* Of the server's certificate, Unix seconds; 0: http, or the connection
	 * was there already. */
	int64_t valid_from, valid_until;
};

/*
 * OK for every status. ERR_PERMISSION: the certificate is not to be
 * trusted; ERR_IO: no answer, or more than 256 KiB of it. fetch_message() says
 * why.
 */
enum err fetch_ask(struct fetch *f, const struct fetch_request *q,
    struct fetch_answer *answer) MUST_CHECK;
const char *fetch_message(const struct fetch *f);

/* Whether certificates are checked from now on, as they are at first. Without
 * that nothing secret is to be sent. */
void fetch_verify(struct fetch *f, bool checked);

/* Where the last answer came from, in figures: a proxy, if there is one. "" and
 * 0: nowhere. Valid until the next fetch. */
const char *fetch_peer(struct fetch *f, int *port);

/* The Nth (from 0) header NAME of the last answer, NULL if there is none; valid
 * until the next fetch. */
const char *fetch_header(struct fetch *f, const char *name, size_t n);

/* A date of HTTP as Unix seconds (RFC 9110 5.6.7); -1 if it is none. */
int64_t fetch_date(const struct fetch *f, const char *date);

#endif
