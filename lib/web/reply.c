#include "web/reply.h"

#include "base/reason.h"
#include "base/str.h"
#include "domain/uri.h"

#include <string.h>

enum { DESCRIPTION_CAP = 400, URL_CAP = 16384 };

static const struct hint_of nothing_known = {.form = NULL};

/* Which half of a client's credentials was wrong is not told: only what the
 * form of the request says by itself is. */
static enum reason
told_reason(enum err e, enum reason reason)
{
	if (e != ERR_INVALID_CLIENT || reason == REASON_CLIENT_MISSING ||
	    reason == REASON_CLIENT_AUTH_SCHEME ||
	    reason == REASON_BASIC_MALFORMED)
		return reason;
	return REASON_CLIENT_AUTHENTICATION_FAILED;
}

/* A reason word as a sentence of sorts: "code_expired", "code expired"; then
 * what was expected. */
static const char *
describe(char text[static DESCRIPTION_CAP], enum err e, enum reason reason,
    const struct hint_of *of)
{
	char hint[DESCRIPTION_CAP - 80];
	struct buf b, h;

	text[0] = '\0';
	reason = told_reason(e, reason);
	if (reason == REASON_NONE || err_status(e) >= 500)
		return NULL;
	buf_init(&b, text, DESCRIPTION_CAP);
	buf_puts(&b, reason_word(reason));
	for (char *c = text; *c != '\0'; c++)
		if (*c == '_')
			*c = ' ';
	buf_init(&h, hint, sizeof hint);
	hint_put(&h, e, reason, of);
	if (hint[0] != '\0' && buf_ok(&h))
		buf_printf(&b, ": %s", hint);
	hint_clean(text);
	return text;
}

void
reply_json(struct response *r, int status, json_t *object)
{
	r->status = status;
	r->content_type = "application/json";
	if (object == NULL)
		r->failed = true;
	else
		json_write(&r->body, object);
	json_decref(object);
}

void
reply_json_text(struct response *r)
{
	r->content_type = "application/json";
}

static json_t *
error_object(enum err e, enum reason reason, const struct hint_of *of)
{
	char text[DESCRIPTION_CAP];
	const char *description = describe(text, e, reason, of);
	struct json_build b;

	json_begin(&b);
	json_put_str(&b, "error", err_wire(e));
	if (description != NULL)
		json_put_str(&b, "error_description", description);
	return json_finish(&b);
}

void
reply_error_of(struct response *r, enum err e, enum reason reason,
    const struct hint_of *of)
{
	if (e == ERR_INVALID_CLIENT)
		response_header(r, "WWW-Authenticate",
		    "Basic realm=\"latchkey\", charset=\"UTF-8\"");
	reply_json(r, err_status(e), error_object(e, reason, of));
}

void
reply_error(struct response *r, enum err e, enum reason reason)
{
	reply_error_of(r, e, reason, &nothing_known);
}

void
reply_possession(struct response *r, const struct possession *how)
{
	if (how->by_dpop)
		response_header(r, "Access-Control-Expose-Headers",
		    "DPoP-Nonce, WWW-Authenticate");
	if (how->nonce[0] != '\0')
		response_header(r, "DPoP-Nonce", how->nonce);
}

static void
put_token_challenge(struct response *r, bool by_dpop, const char *rest)
{
	char challenge[DESCRIPTION_CAP + 128];
	struct buf b;

	buf_init(&b, challenge, sizeof challenge);
	buf_printf(&b, "%s realm=\"latchkey\"", by_dpop ? "DPoP" : "Bearer");
	if (by_dpop)
		buf_printf(&b, ", algs=\"%s\"", dpop_algs);
	buf_puts(&b, rest);
	response_header(r, "WWW-Authenticate", challenge);
}

/* MISSING: no token came, so there is no error code. */
static void
refuse_token(struct response *r, enum err e, bool missing, bool by_dpop,
    enum reason reason)
{
	int status =
	    missing || e == ERR_INVALID_DPOP_PROOF ? 401 : err_status(e);
	char text[DESCRIPTION_CAP], rest[DESCRIPTION_CAP + 64];
	const char *description = describe(text, e, reason, &nothing_known);
	struct buf b;

	buf_init(&b, rest, sizeof rest);
	if (!missing)
		buf_printf(&b, ", error=\"%s\"", err_wire(e));
	if (!missing && description != NULL)
		buf_printf(&b, ", error_description=\"%s\"", description);
	if (e == ERR_INSUFFICIENT_SCOPE)
		buf_puts(&b, ", scope=\"openid\"");
	if (status < 500)
		put_token_challenge(r, by_dpop, rest);
	reply_json(r, status,
	    missing ? json_object() : error_object(e, reason, &nothing_known));
}

void
reply_resource_error(struct response *r, enum err e,
    const struct possession *how, enum reason reason)
{
	const bool missing = reason == REASON_TOKEN_MISSING;

	refuse_token(r, e, missing, how->by_dpop, reason);
	if (missing) /* by either (RFC 9449 7.2) */
		put_token_challenge(r, true, "");
}

void
reply_bearer_error(
    struct response *r, enum err e, bool missing, enum reason reason)
{
	refuse_token(r, e, missing, false, reason);
}

enum { PARAMS_MAX = 8 };

/* PARAMS and what goes with every answer. */
static void
complete_reply(struct reply_param all[static PARAMS_MAX], const struct page *p,
    const struct authorize_request *q, const struct reply_param *params)
{
	size_t n = 0;

	while (params->name != NULL && n < PARAMS_MAX - 3)
		all[n++] = *params++;
	all[n++] = (struct reply_param){
	    "state", q->state[0] != '\0' ? q->state : NULL};
	all[n++] = (struct reply_param){"iss", p->conf->issuer};
	all[n] = (struct reply_param){NULL, NULL};
}

/* A registered redirect URI has no fragment. */
static void
put_url(struct buf *b, const struct authorize_request *q,
    const struct reply_param *params)
{
	char separator = strchr(q->redirect_uri, '?') != NULL ? '&' : '?';

	if (q->response_mode == RESPONSE_FRAGMENT)
		separator = '#';
	buf_puts(b, q->redirect_uri);
	for (; params->name != NULL; params++) {
		if (params->value == NULL)
			continue;
		buf_putc(b, separator);
		buf_puts(b, params->name);
		buf_putc(b, '=');
		buf_put_url_arg(b, params->value);
		separator = '&';
	}
}

static void
put_fields(struct json_build *b, const struct reply_param *params)
{
	json_t *fields = json_array();
	struct json_build field;

	for (; params->name != NULL; params++) {
		if (params->value == NULL)
			continue;
		json_begin(&field);
		json_put_str(&field, "name", params->name);
		json_put_str(&field, "value", params->value);
		if (json_array_append_new(fields, json_finish(&field)) != 0)
			b->failed = true;
	}
	json_put(b, "fields", fields);
}

static void
redirect_to_app(struct response *r, const struct authorize_request *q,
    const struct reply_param *params)
{
	char url[URL_CAP];
	struct buf b;

	buf_init(&b, url, sizeof url);
	put_url(&b, q, params);
	response_redirect(r, url);
	if (!buf_ok(&b))
		r->failed = true;
	buf_wipe(&b);
}

/* OAuth 2.0 Form Post Response Mode. An app that renews its tokens asks with
 * prompt=none in a frame of its own, which has the page for a moment. */
static void
post_to_app(struct response *r, const struct page *p,
    const struct authorize_request *q, const struct reply_param *params)
{
	struct page shown = *p;
	char origin[ORIGIN_CAP];
	struct json_build b;

	if (q->silent && uri_origin(origin, q->redirect_uri) == OK &&
	    strchr(origin, '[') == NULL) /* CSP has no word for IPv6 */
		shown.framed_by = origin;
	json_begin(&b);
	json_put_str(&b, "action", q->redirect_uri);
	json_put_str(&b, "client_name", q->client.name);
	put_fields(&b, params);
	page_want_script(&b, "continue.js");
	page_render(r, &shown, "continue.html", &b, &q->client);
}

void
reply_to_app(struct response *r, const struct page *p,
    const struct authorize_request *q, const struct reply_param *params)
{
	struct reply_param all[PARAMS_MAX];

	complete_reply(all, p, q, params);
	if (q->response_mode == RESPONSE_FORM_POST)
		post_to_app(r, p, q, all);
	else
		redirect_to_app(r, q, all);
}

enum { ERROR_PARAMS = 3 };

static void
error_params(struct reply_param params[static ERROR_PARAMS],
    char text[static DESCRIPTION_CAP], enum err e, enum reason reason)
{
	params[0] = (struct reply_param){"error", err_wire(e)};
	params[1] = (struct reply_param){
	    "error_description", describe(text, e, reason, &nothing_known)};
	params[2] = (struct reply_param){NULL, NULL};
}

void
reply_error_to_app(struct response *r, const struct page *p,
    const struct authorize_request *q, enum err e, enum reason reason)
{
	struct reply_param params[ERROR_PARAMS];
	char text[DESCRIPTION_CAP];

	error_params(params, text, e, reason);
	reply_to_app(r, p, q, params);
}

void
reply_offer_error(struct json_build *b, const struct page *p,
    const struct authorize_request *q, enum err e, enum reason reason)
{
	bool form_post = q->response_mode == RESPONSE_FORM_POST;
	struct reply_param params[ERROR_PARAMS], all[PARAMS_MAX];
	char text[DESCRIPTION_CAP], url[URL_CAP];
	struct buf u;

	error_params(params, text, e, reason);
	complete_reply(all, p, q, params);
	buf_init(&u, url, sizeof url);
	put_url(&u, q, all);
	if (!buf_ok(&u))
		b->failed = true;
	json_put_str(b, "back_url", form_post ? "" : url);
	json_put_str(b, "back_action", form_post ? q->redirect_uri : "");
	put_fields(b, all);
}
