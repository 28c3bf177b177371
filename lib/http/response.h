/*
 * One answer: status, then headers, then body, all gathered before a byte is
 * sent, so that an error on the way can still become another answer. Every
 * answer says its Status (servers treat a missing one as 200, which once let a
 * stranger in) and carries the security headers.
 */
#ifndef LK_HTTP_RESPONSE_H
#define LK_HTTP_RESPONSE_H

#include "base/buf.h"
#include "base/err.h"
#include "http/gateway.h"

#include <stdbool.h>
#include <stdint.h>

enum { RESPONSE_HEADERS_CAP = 32768, RESPONSE_BODY_CAP = 131072 };

struct response {
	int status;
	struct buf headers, body;
	const char *content_type;
	const char *csp;   /* Content-Security-Policy; a strict default */
	const char *cache; /* Cache-Control; "no-store" by default */
	/* Only the status and what was added: for a server that mixes this
	 * answer into another one. */
	bool bare;
	/* csp says by whom, which X-Frame-Options cannot. */
	bool may_be_framed;
	bool failed;
	char csp_text[2048]; /* for callers that build one */
	char cache_text[64];
	char headers_text[RESPONSE_HEADERS_CAP];
	char body_text[RESPONSE_BODY_CAP];
};

/* Starts again: status STATUS, no headers, no body; what was there is wiped, so
 * R is all zeroes before its first use. An HTML page unless content_type is
 * set to something else. */
void response_begin(struct response *r, int status);

/* Adds a header. A value with a control character would split the answer: it
 * makes the response fail (RFC 9110 5.5). */
void response_header(struct response *r, const char *name, const char *value);

/* 303 See Other (a redirect that turns POST into GET; RFC 9700 4.12). */
void response_redirect(struct response *r, const char *location);

/*
 * Sends it: Status, Content-Type, Content-Length, Cache-Control and the
 * security headers, then those added, then, unless HEAD, the body. A response
 * that failed (did not fit, or a header would have split it) is sent as a bare
 * 500 and logged. The storage is wiped.
 */
void response_send(struct response *r, struct exchange *x, bool head);

#endif
