/*
 * Results and errors become answers: JSON for clients, redirects for what goes
 * back to an app by way of the browser. The only renderer of errors, with
 * page_error for people.
 */
#ifndef LK_WEB_REPLY_H
#define LK_WEB_REPLY_H

#include "base/err.h"
#include "base/reason.h"
#include "http/response.h"
#include "protocol/authorize.h"
#include "protocol/possession.h"
#include "web/hint.h"
#include "web/page.h"

#include <jansson.h>
#include <stdbool.h>

/* JSON, taken over; NULL makes the response fail. */
void reply_json(struct response *r, int status, json_t *object);

/* The same, with 200, for JSON that is R's body already (base/json.h). */
void reply_json_text(struct response *r);

/* {"error", "error_description"} (RFC 6749 5.2); a 401 names Basic. REASON is
 * what the log gives as the reason. */
void reply_error(struct response *r, enum err e, enum reason reason);

/* The same, and a hint about what came (web/hint.h). */
void reply_error_of(struct response *r, enum err e, enum reason reason,
    const struct hint_of *of);

/* The nonce for the next proof, if HOW has one (RFC 9449 8.2, 9), also for
 * scripts of other origins. */
void reply_possession(struct response *r, const struct possession *how);

/* For a resource that takes access tokens (RFC 6750 3, RFC 9449 7.1):
 * WWW-Authenticate, and the same as JSON. Where no token came, neither has an
 * error code. */
void reply_resource_error(struct response *r, enum err e,
    const struct possession *how, enum reason reason);

/* The same where a token of its own kind is wanted, as Bearer. */
void reply_bearer_error(
    struct response *r, enum err e, bool missing, enum reason reason);

/* A parameter of an authorization response. */
struct reply_param {
	const char *name, *value; /* NULL values are left out */
};

/*
 * Sends the browser back to the app with PARAMS (ends with a NULL name), state
 * and iss (RFC 9207): by a redirect, or with response_mode=form_post by a page
 * whose form a script sends, and where there is no script a button.
 */
void reply_to_app(struct response *r, const struct page *p,
    const struct authorize_request *q, const struct reply_param *params);

/* The same for an error (RFC 6749 4.1.2.1). */
void reply_error_to_app(struct response *r, const struct page *p,
    const struct authorize_request *q, enum err e, enum reason reason);

/* Gives a page that tells of the error itself the way back to the app with it:
 * `back_url`, or for form_post `back_action` and `fields`; the other is "". */
void reply_offer_error(struct json_build *b, const struct page *p,
    const struct authorize_request *q, enum err e, enum reason reason);

#endif
