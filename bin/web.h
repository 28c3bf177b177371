/*
 * The provider as the world sees it: questions to its public address, one after
 * the other, until one gets no answer. None carries anything secret.
 */
#ifndef LK_BIN_WEB_H
#define LK_BIN_WEB_H

#include "check_run.h"
#include "fetch.h"

#include <jansson.h>
#include <stdbool.h>

enum { WEB_URL_CAP = 2048, WEB_SHOWN_CAP = 256, WEB_AT_CAP = 72 };

/* Which web server answers, where what to do depends on that. */
enum web_server {
	SERVER_UNKNOWN,
	SERVER_APACHE,
	SERVER_LIGHTTPD,
	SERVER_NGINX,
	WEB_SERVERS
};

struct web {
	struct check_run *c;
	const char *base;                /* the issuer, or a site's origin */
	char address[FETCH_ADDRESS_CAP]; /* the one to ask; "": any */
	char at[WEB_AT_CAP];             /* the same for messages: " (::1)" */
	struct fetch *fetch;
	struct fetch_answer answer; /* to the last question */
	bool untrusted; /* the certificate has been found bad already */
	bool over;      /* nothing more is to be learned there */
	enum web_server server;
	int64_t valid_from, valid_until; /* of the certificate; 0: unknown */
};

/* What to do at each server; [SERVER_UNKNOWN] for all others and where it is
 * the same. */
struct web_advice {
	const char *why, *at[WEB_SERVERS];
};
struct check_advice web_advise(
    const struct web *w, const struct web_advice *advice);

/* Makes W ready to ask at BASE, which the caller ends with fetch_close. False:
 * there is nothing to ask with, which has been told. */
bool web_open(struct web *w, struct check_run *c, const char *base);

/* Asks Q, whose URL starts where the base ends, or is whole. False: there was
 * no answer, which has been told, and W is over. */
bool web_ask(struct web *w, const struct fetch_request *q);
bool web_get(struct web *w, const char *path);

/* The last answer, if it is a JSON object and ours to decref; else NULL. */
json_t *web_json(const struct web *w);

/* What came from outside, so that it can be shown: in printable characters, and
 * cut off where it gets long. TEXT NULL is "nothing". */
const char *web_shown(char shown[static WEB_SHOWN_CAP], const char *text);

/* Of what kind the DNS record of w->address is. */
const char *web_record(const struct web *w);

#endif
