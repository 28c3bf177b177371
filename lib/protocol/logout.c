#include "protocol/logout.h"

#include "base/buf.h"
#include "base/reason.h"
#include "base/str.h"
#include "domain/audit.h"
#include "domain/family.h"
#include "domain/session_client.h"
#include "domain/session_end.h"
#include "protocol/id_token.h"

#include <string.h>

struct client_search {
	const char *client_id;
	struct client *client;
};

static enum err
find_leaver_step(struct store_txn *t, void *arg)
{
	struct client_search *s = arg;

	return client_get(t, s->client_id, s->client);
}

/* The client that asks: the hint's, or the one named, or both the same. */
static enum err
parse_client(const struct provider *p, const struct form *form,
    struct logout_request *q, enum reason *reason)
{
	const char *hint_text = form_get(form, "id_token_hint");
	const char *client_id = form_get(form, "client_id");
	struct client_search s = {client_id, &q->client};
	struct id_token_hint hint = {0};
	enum err e;

	if (hint_text != NULL)
		q->has_hint = id_token_hint_parse(p, hint_text, &hint) == OK;
	q->bad_hint = hint_text != NULL && !q->has_hint;
	if (q->has_hint) {
		if (client_id != NULL && !str_equal(client_id, hint.client_id))
			return refused_as(ERR_INVALID_REQUEST,
			    REASON_CLIENT_MISMATCH, reason);
		memcpy(q->hint_user_id, hint.user_id, USER_ID_LEN);
		memcpy(q->hint_sid, hint.sid, SID_LEN);
		s.client_id = hint.client_id;
	}
	if (s.client_id == NULL)
		return OK;
	e = store_read(p->store, find_leaver_step, &s);
	if (e == ERR_NOT_FOUND)
		return refused(REASON_CLIENT_ID_UNKNOWN, reason);
	q->has_client = e == OK;
	return e;
}

struct uri_search {
	const char *uri;
	struct logout_request *q;
};

static bool
visit_client(void *arg, const void *record)
{
	const struct client *client = record;
	struct uri_search *s = arg;
	struct logout_request *q = s->q;

	if (!client_has_post_logout_uri(client, s->uri))
		return true;
	/* A second one: there is no telling which of them it was. */
	q->has_client = !q->link_only;
	q->client = q->has_client ? *client : (struct client){0};
	q->link_only = true;
	return q->has_client;
}

static enum err
find_by_uri_step(struct store_txn *t, void *arg)
{
	struct uri_search *s = arg;

	s->q->link_only = s->q->has_client = false;
	client_each(t, visit_client, s);
	return store_failed(t);
}

/* Some apps send people with a registered address, and say not who they are
 * (Signal K, MeshCentral). */
static enum err
parse_post_logout_uri(const struct provider *p, const char *uri,
    struct logout_request *q, enum reason *reason)
{
	struct uri_search s = {uri, q};
	enum err e;

	if (!q->has_client &&
	    (e = store_read(p->store, find_by_uri_step, &s)) != OK)
		return e;
	if ((!q->link_only && !client_has_post_logout_uri(&q->client, uri)) ||
	    str_copy(q->post_logout_redirect_uri,
		sizeof q->post_logout_redirect_uri, uri) != OK)
		return refused(
		    REASON_POST_LOGOUT_REDIRECT_URI_UNREGISTERED, reason);
	return OK;
}

enum err
logout_parse(const struct provider *p, const struct form *form,
    struct logout_request *q, enum reason *reason)
{
	const char *uri = form_get(form, "post_logout_redirect_uri");
	const char *state = form_get(form, "state");
	enum err e;

	*q = (struct logout_request){0};
	*reason = REASON_NONE;
	if (form->repeated != NULL)
		return refused(REASON_PARAMETER_REPEATED, reason);
	e = parse_client(p, form, q, reason);
	if (e != OK)
		return e;
	if (state != NULL && str_copy(q->state, sizeof q->state, state) != OK)
		return refused(REASON_STATE_TOO_LONG, reason);
	return uri != NULL ? parse_post_logout_uri(p, uri, q, reason) : OK;
}

struct logout_ctx {
	const struct provider *p;
	const struct logout_request *q;
	const struct session_cookie *cookie;
	enum logout_answer answer;
	bool may_write;
	int64_t now;
	struct logout_reply *r;
	struct store_txn *t;
};

/* Ids are no secrets: a hint from anywhere can end no more than the session of
 * the browser that brings it. */
static bool
hint_fits(const struct logout_request *q, const struct session *s)
{
	return q->has_hint &&
	       (memcmp(q->hint_sid, s->sid, SID_LEN) == 0 ||
		   memcmp(q->hint_user_id, s->user_id, USER_ID_LEN) == 0);
}

/* The address with issuer and session in its query (Front-Channel Logout 1.0
 * 2). One that does not fit is left out: its app is told no other way. */
static bool
add_frame(void *arg, const void *record)
{
	const struct session_client *s = record;
	struct logout_ctx *d = arg;
	char uri[URI_CAP + ISSUER_CAP * 3 + SID_TEXT_CAP + 16];
	struct client client;
	struct buf b;

	if (client_get(d->t, s->client_id, &client) != OK ||
	    client.frontchannel_logout_uri[0] == '\0')
		return store_failed(d->t) == OK;
	buf_init(&b, uri, sizeof uri);
	buf_puts(&b, client.frontchannel_logout_uri);
	buf_puts(&b, strchr(uri, '?') != NULL ? "&iss=" : "?iss=");
	buf_put_url_arg(&b, d->p->conf.issuer);
	buf_puts(&b, "&sid=");
	buf_put_base64url(&b, s->sid, SID_LEN);
	if (buf_ok(&b))
		(void)!words_add(d->r->frames, sizeof d->r->frames, uri);
	return true;
}

static void
end_everywhere(struct store_txn *t, struct logout_ctx *d)
{
	struct logout_reply *r = d->r;

	d->t = t;
	session_client_each(
	    t, r->session.user_id, r->session.sid, add_frame, d);
	session_end(t, r->session.sid, d->now);
	audit_write(t, d->now,
	    &(struct audit_line){.event = "signed_out",
		.user = r->user.name,
		.user_id = r->user.user_id,
		.client_id = d->q->has_client ? d->q->client.client_id : NULL,
		.address = d->q->address});
}

static void
end_here(struct store_txn *t, struct logout_ctx *d)
{
	struct logout_reply *r = d->r;

	r->here = true;
	family_end_at(
	    t, r->session.user_id, r->session.sid, d->q->client.client_id);
	audit_write(t, d->now,
	    &(struct audit_line){.event = "signed_out",
		.user = r->user.name,
		.user_id = r->user.user_id,
		.client_id = d->q->client.client_id,
		.detail = "of this app alone",
		.address = d->q->address});
}

static enum err
logout_step(struct store_txn *t, void *arg)
{
	struct logout_ctx *d = arg;
	struct logout_reply *r = d->r;
	enum err e;

	*r = (struct logout_reply){0};
	e = session_find(t, d->cookie, d->now, &r->session, &r->user);
	if (e == ERR_LOGIN_REQUIRED)
		r->ended = true;
	if (e != OK)
		return e == ERR_LOGIN_REQUIRED ? OK : e;
	if (d->answer == LOGOUT_UNASKED && !hint_fits(d->q, &r->session))
		return OK;
	r->ended = true;
	if (!d->may_write)
		return store_failed(t);
	if (d->answer == LOGOUT_HERE && d->q->has_client)
		end_here(t, d);
	else
		end_everywhere(t, d);
	return store_failed(t);
}

enum err
logout_decide(const struct provider *p, const struct logout_request *q,
    const struct session_cookie *cookie, enum logout_answer answer, int64_t now,
    struct logout_reply *r)
{
	struct logout_ctx d = {.p = p,
	    .q = q,
	    .cookie = cookie,
	    .answer = answer,
	    .now = now,
	    .r = r};
	enum err e;

	*r = (struct logout_reply){.ended = true};
	if (cookie == NULL)
		return OK;
	e = store_read(p->store, logout_step, &d);
	if (e != OK || !r->ended || r->session.expires_at == 0)
		return e;
	d.may_write = true;
	return store_write(p->store, now, logout_step, &d);
}
