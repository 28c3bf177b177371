/*
 * One HTTP request, read whole and taken apart, or refused at the door.
 * The path is REQUEST_URI's (servers disagree about SCRIPT_NAME and
 * PATH_INFO); nothing about identity is ever taken from an HTTP_* variable.
 */
#ifndef LK_HTTP_REQUEST_H
#define LK_HTTP_REQUEST_H

#include "base/err.h"
#include "base/form.h"
#include "http/gateway.h"

#include <stdbool.h>
#include <stddef.h>

enum {
	REQUEST_BODY_MAX = 65536, /* bytes; more is 413 */
	REQUEST_QUERY_MAX = 32768,
	REQUEST_COOKIES_MAX = 16384,
	REQUEST_HEADER_MAX = 8192, /* Authorization and the like */
	REQUEST_PATH_CAP = 512
};

enum method {
	METHOD_GET = 1 << 0,
	METHOD_HEAD = 1 << 1,
	METHOD_POST = 1 << 2,
	METHOD_OPTIONS = 1 << 3,
	METHOD_PUT = 1 << 4,
	METHOD_DELETE = 1 << 5,
	METHOD_OTHER = 0
};

/* "GET" of METHOD_GET; "" of METHOD_OTHER. */
const char *method_name(enum method m);

struct request {
	enum method method;
	char path[REQUEST_PATH_CAP]; /* decoded, without query */
	struct form query;           /* of GET and HEAD, and of POST's URL */
	struct form body;            /* of a form POST */
	char address[64];            /* REMOTE_ADDR, "" if unknown */
	const char *authorization;   /* the header, or NULL; until finish */
	const char *origin;          /* the header, or NULL; until finish */
	const char *dpop; /* the header, as well; "": none that can be read, as
			   * several are not (RFC 9449 4.3) */
	const char *content_type; /* of a body, as well */
	const char *fetch_site;   /* Sec-Fetch-Site, as well */
	const char *agent;        /* User-Agent, as well */
	/* Of TLS, as the web server says it itself; as well */
	const char *client_certificate, *client_verify;
	const char *asked_headers; /* Access-Control-Request-Headers, as well */
	const char *accept_language; /* Accept-Language, as well */
	const char *accept;          /* Accept, as well */

	/* storage behind the above */
	char query_text[REQUEST_QUERY_MAX + 1];
	char body_text[REQUEST_BODY_MAX + 1];
	char cookie_text[REQUEST_COOKIES_MAX + 1];
	size_t query_len, body_len;
};

/*
 * Starts R again and reads what X carries: method, path, query, headers. The
 * body is not touched. ERR_INVALID_REQUEST: bad encoding, a header over its
 * ceiling or with a control character; ERR_NO_SUCH_PAGE: a path over its
 * ceiling.
 */
enum err request_read(struct request *r, struct exchange *x) MUST_CHECK;

/* The same for a program that is asked about requests which are not for it:
 * method, address and headers alone. ERR_INVALID_REQUEST as above. */
enum err request_read_head(
    struct request *r, const struct exchange *x) MUST_CHECK;

/* The path and query of a request target: of "https://host/path?query", too
 * (RFC 9112 3.2.2: a server accepts both). */
const char *request_target(const char *target);

/* Takes QUERY apart into R->query; ERR_INVALID_REQUEST. */
enum err request_read_query(struct request *r, const char *query) MUST_CHECK;

/*
 * Reads a POST's body as a form, to EOF under its own cap: CONTENT_LENGTH is
 * absent behind some servers. ERR_CONTENT_TOO_LARGE, ERR_UNSUPPORTED_MEDIA_TYPE
 * (not application/x-www-form-urlencoded; a missing type with an empty body
 * is fine), ERR_INVALID_REQUEST (shorter than CONTENT_LENGTH said, or broken).
 */
enum err request_read_form(struct request *r, struct exchange *x) MUST_CHECK;

/* Reads the body of a POST or PUT as it is, into body_text, in the same way:
 * ERR_UNSUPPORTED_MEDIA_TYPE if it is not application/json. */
enum err request_read_json(struct request *r, struct exchange *x) MUST_CHECK;

/* The form a request's parameters are in: body for POST, query otherwise. */
const struct form *request_form(const struct request *r);

/* Whether the sender names the media type TYPE among those it accepts. */
bool request_accepts(const struct request *r, const char *type);

/* The value of a cookie, copied into VALUE; false if there is none, if it
 * is given more than once, or if it does not fit. */
bool request_cookie(
    const struct request *r, const char *name, char *value, size_t cap);

/* The name of the next cookie, of *LEN bytes, borrowed from R; NULL if there
 * are no more. *AT is NULL at first. */
const char *request_cookie_next(
    const struct request *r, const char **at, size_t *len);

/* Zeroes everything that may have been secret, and no byte that was not used:
 * R must have been through request_read. */
void request_wipe(struct request *r);

#endif
