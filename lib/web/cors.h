/*
 * Which scripts of other origins may read an answer (Fetch, CORS protocol).
 */
#ifndef LK_WEB_CORS_H
#define LK_WEB_CORS_H

#include "base/err.h"
#include "http/request.h"
#include "http/response.h"
#include "protocol/provider.h"

#include <stdbool.h>

enum cors {
	CORS_NONE,   /* pages */
	CORS_ANY,    /* public documents */
	CORS_CLIENTS /* the origins of registered redirect URIs */
};

/* Adds what the browser needs to R, already begun. */
enum err cors_allow(struct response *r, const struct provider *p,
    const struct request *q, enum cors policy) MUST_CHECK;

/* Answers a preflight (OPTIONS) with 204. METHODS: "GET, POST". Every request
 * header is let pass where a script may read the answer: those that we read
 * are as good from anything but a browser, and tracing libraries and vendors
 * add theirs (traceparent, sentry-trace, X-Requested-With). */
enum err cors_preflight(struct response *r, const struct provider *p,
    const struct request *q, enum cors policy, const char *methods) MUST_CHECK;

#endif
