/*
 * One request on its way through a program: what was asked, the provider that
 * answers, and the answer.
 */
#ifndef LK_WEB_CALL_H
#define LK_WEB_CALL_H

#include "base/err.h"
#include "base/reason.h"
#include "domain/refusals.h"
#include "http/request.h"
#include "http/response.h"
#include "protocol/caller.h"
#include "protocol/provider.h"
#include "web/page.h"

#include <stdbool.h>
#include <stdint.h>

/* What a line about a refusal says beside the reason, as far as it is known. */
struct call_about {
	char user[USER_NAME_CAP]; /* a name that exists; "" */
	const char *cause;        /* of a failed sign-in; NULL */
	const char *redirect_uri; /* as it came; NULL */
};

struct call {
	/* The provider as it was when the request came: settings that change
	 * after that do not change it. */
	const struct provider *provider;
	struct page page;          /* of programs that answer people */
	struct exchange *exchange; /* until the request is served */
	struct request request;
	const char *path;     /* of the request, below the issuer: "/token" */
	struct caller caller; /* what it says about its sender */
	struct response response;  /* begun with status 200 */
	int64_t now;               /* Unix seconds */
	struct refusals *refusals; /* where they are kept; NULL: nowhere */
	struct call_about about;
	bool takes_json; /* its body is JSON, not a form */
	bool late;  /* the answer leaves late (server/held.h): to a guess */
	void *kept; /* the program's, from one request to the next; freed with
		     * the call */
};

/* Fills in the caller of the endpoint PATH ("/token"): the one place where a
 * request becomes one. */
void call_set_caller(struct call *c, const char *path);

/* The person NAME (or "") is who a refusal from now on is about. A name that
 * was typed is none before it was found: people type passwords there. */
void call_about_user(struct call *c, const char *name);

/* One line in the log about a refusal: the error's word, the reason, who. It is
 * kept for `latchkey why` as well. */
void call_log_refusal(const struct call *c, enum err e, enum reason reason,
    const char *client_id);

/* The same for what was answered and is worth a line of `latchkey why`. */
void call_log_kept_event(
    const struct call *c, const char *what, const char *client_id);

/* Logs what was answered and is worth a line all the same. */
void call_log_event(
    const struct call *c, const char *what, const char *client_id);

#endif
