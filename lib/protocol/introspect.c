#include "protocol/introspect.h"

#include "base/json.h"
#include "base/reason.h"
#include "base/str.h"
#include "protocol/access_token.h"
#include "protocol/id_token.h"

#include <string.h>

struct introspection {
	const struct provider *p;
	struct client_auth auth;
	int64_t now;
	const char *text;
	struct access_token access; /* jti "" if TEXT is none */
	struct opaque_token refresh;
	bool is_refresh;
	bool as_jwt;

	bool active;
	struct client *asking, *client; /* large, so not in here */
	struct family family;
	struct user user;
	struct signkey key; /* with AS_JWT */
	enum reason reason;
};

/* The client an access token is for, or comes from, may know what it says: it
 * was handed to them. A client that got hold of another's learns nothing. */
static bool
access_is_good(const struct introspection *q)
{
	return client_may_introspect(
	    q->asking, q->access.client_id, q->access.aud);
}

/* Active means: it would be taken, as a used one is in the window. */
static bool
refresh_is_good(const struct introspection *q)
{
	struct family_lifetimes l = provider_lifetimes(q->p);
	struct rotation_rule rule = rotation_rule_for(q->client, &l.rule);
	struct family copy = q->family;

	return str_equal(q->family.client_id, q->asking->client_id) &&
	       q->family.refreshable &&
	       family_rotate(&copy, q->refresh.number, &rule, q->now) !=
		   ROTATION_THEFT;
}

/* What signs an answer for the client that asks, as its ID tokens are. */
static enum err
find_signing_key(struct store_txn *t, struct introspection *q)
{
	enum err e = OK;

	if (q->as_jwt && q->asking->alg != JWA_HS256)
		e = signkey_active(t, q->asking->alg, &q->key);
	return e == ERR_NOT_FOUND ? refused(REASON_NO_SIGNING_KEY, &q->reason)
				  : e;
}

static enum err
introspect_step(struct store_txn *t, void *arg)
{
	struct introspection *q = arg;
	enum reason ignored;
	enum err e = client_auth_find(t, &q->auth, q->asking, &q->reason);

	q->active = false;
	if (e == OK && client_is_public(q->asking))
		e = refused(REASON_CLIENT_NOT_CONFIDENTIAL, &q->reason);
	if (e == OK)
		e = find_signing_key(t, q);
	if (e != OK)
		return e;
	if (q->access.jti[0] != '\0')
		e = access_token_require(t, &q->access, q->now, &q->family,
		    q->client, &q->user, &ignored);
	else if (q->is_refresh)
		e = family_require(t, q->refresh.family_id, q->now, &q->family,
		    q->client, &q->user);
	else
		return OK;
	if (e == OK)
		q->active =
		    q->is_refresh ? refresh_is_good(q) : access_is_good(q);
	return e == ERR_NOT_FOUND || e == ERR_INVALID_TOKEN ? OK : e;
}

static void
answer_inactive(struct buf *answer)
{
	struct json_text t;

	json_text_begin(&t, answer);
	json_text_bool(&t, "active", false);
	json_text_end(&t);
}

/* What the granted scope lets an app know of the person, at userinfo as here.
 * A mail server takes the address for a name, so one that is not verified,
 * which could be another person's, is not told. */
static void
tell_person(struct json_text *t, const struct user *u, const char *scope)
{
	if (words_has(scope, "profile"))
		json_text_str(t, "username", u->name);
	if (words_has(scope, "email") && u->email[0] != '\0' &&
	    u->email_verified)
		json_text_str(t, "email", u->email);
}

static void
answer_access(struct buf *answer, const struct introspection *q)
{
	const struct access_token *a = &q->access;
	struct json_text t;

	json_text_begin(&t, answer);
	json_text_bool(&t, "active", true);
	json_text_str(&t, "token_type", access_token_type(&a->cnf));
	confirmation_put(&t, &a->cnf); /* RFC 9449 6.2 */
	json_text_str(&t, "iss", q->p->conf.issuer);
	json_text_str(&t, "sub", a->sub);
	json_text_word_or_words(&t, "aud", a->aud);
	json_text_str(&t, "client_id", a->client_id);
	json_text_str(&t, "scope", a->scope);
	json_text_str(&t, "jti", a->jti);
	json_text_int(&t, "iat", a->issued_at);
	json_text_int(&t, "exp", a->expires_at);
	/* RFC 9470 6.2 */
	if (a->auth_time != 0)
		json_text_int(&t, "auth_time", a->auth_time);
	if (a->acr != ACR_NONE)
		json_text_str(&t, "acr", acr_word(a->acr));
	if (a->has_family)
		tell_person(&t, &q->user, a->scope);
	/* RFC 8693 7.4 */
	if (a->exchanges > 0)
		json_text_raw(&t, "act", a->act);
	json_text_end(&t);
}

static void
answer_refresh(struct buf *answer, const struct introspection *q)
{
	const struct family *f = &q->family;
	char sub[SUB_CAP];
	struct json_text t;

	user_sub(sub, f->user_id);
	json_text_begin(&t, answer);
	json_text_bool(&t, "active", true);
	json_text_str(&t, "iss", q->p->conf.issuer);
	json_text_str(&t, "sub", sub);
	json_text_str(&t, "client_id", f->client_id);
	json_text_str(&t, "scope", f->scope);
	json_text_int(&t, "iat", f->rotated_at);
	json_text_int(&t, "exp", f->expires_at);
	confirmation_put(&t, &f->cnf);
	tell_person(&t, &q->user, f->scope);
	json_text_end(&t);
}

/* token_type_hint only says where to look first (RFC 7662 2.1); the two kinds
 * cannot be mistaken for each other. */
static void
parse_asked_token(struct introspection *q)
{
	enum reason ignored;

	q->is_refresh = opaque_token_decode(&q->refresh, OPAQUE_TOKEN_REFRESH,
			    q->text, &q->p->keyring) == OK;
	if (!q->is_refresh && access_token_parse(q->p, q->text, q->now,
				  &q->access, &ignored) != OK)
		q->access.jti[0] = '\0';
}

static void
put_answer(struct buf *answer, const struct introspection *q)
{
	if (!q->active)
		answer_inactive(answer);
	else if (q->is_refresh)
		answer_refresh(answer, q);
	else
		answer_access(answer, q);
}

/* The same, signed for the client that asks (RFC 9701 5). Its type and its one
 * claim keep it from being taken for an ID token or an access token: it has
 * neither sub nor exp. */
static enum err
put_signed_answer(struct buf *answer, const struct introspection *q)
{
	char plain[JWT_CAP], json[JWT_CAP], text[JWT_CAP];
	struct buf member, claims;
	struct json_text t;
	enum err e;

	buf_init(&member, plain, sizeof plain);
	put_answer(&member, q);
	buf_init(&claims, json, sizeof json);
	json_text_begin(&t, &claims);
	json_text_str(&t, "iss", q->p->conf.issuer);
	json_text_str(&t, "aud", q->asking->client_id);
	json_text_int(&t, "iat", q->now);
	json_text_raw(&t, "token_introspection", plain);
	json_text_end(&t);
	if (!buf_ok(&member))
		return ERR_NO_SPACE;
	e = id_token_sign(
	    text, q->p, q->asking, &claims, "token-introspection+jwt", &q->key);
	if (e == OK)
		buf_puts(answer, text);
	return e;
}

enum err
introspect(const struct provider *p, const struct caller *who, bool as_jwt,
    int64_t now, struct buf *answer, enum reason *reason)
{
	struct client asking, client;
	struct introspection q = {.p = p,
	    .now = now,
	    .text = form_get(who->form, "token"),
	    .as_jwt = as_jwt,
	    .asking = &asking,
	    .client = &client};
	enum err e;

	if (who->form->repeated != NULL)
		return refused(REASON_PARAMETER_REPEATED, reason);
	e = client_auth_parse(&q.auth, who, &q.reason);
	if (e == OK && q.text == NULL)
		e = refused(REASON_TOKEN_MISSING, &q.reason);
	if (e == OK) {
		parse_asked_token(&q);
		e = store_read(p->store, introspect_step, &q);
	}
	if (e == OK)
		e = client_auth_prove(&q.auth, p, &asking, now, &q.reason);
	if (e == OK)
		e = client_auth_remember_alone(&q.auth, p, now, &q.reason);
	*reason = q.reason;
	if (e == OK && as_jwt)
		e = put_signed_answer(answer, &q);
	else if (e == OK)
		put_answer(answer, &q);
	client_auth_wipe(&q.auth);
	user_wipe(&q.user);
	return e;
}
