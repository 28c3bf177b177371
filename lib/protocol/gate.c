#include "protocol/gate.h"

#include "base/clock.h"
#include "base/names.h"
#include "base/reason.h"
#include "base/secret.h"
#include "base/str.h"
#include "domain/app_password.h"
#include "domain/destination.h"
#include "domain/site_path.h"
#include "protocol/access_token.h"
#include "protocol/authorization.h"

#include <string.h>

/* One decision on its way. */
struct gate_decide_ctx {
	const struct provider *p;
	const struct gate_request *q;
	const char *method, *target; /* Q's own, or for its destination */
	int64_t now;
	struct gate_reply *r;
	struct client *client; /* large, so not in here */
	struct access_token token;
	enum acr acr; /* of the person's sign-in here */
	int64_t auth_time;
	enum reason reason;
	bool use_due; /* of the session SID, or of the app password */
	bool by_app_password;
	uint8_t sid[SID_LEN];
	uint8_t app_password_id[APP_PASSWORD_ID_LEN];
};

enum err
gate_family(struct store_txn *t, const struct provider *p, const char *cookie,
    const char *origin, int64_t now, struct family *f, struct client *c,
    struct user *u)
{
	struct opaque_token token;
	enum err e;

	*f = (struct family){0};
	if (cookie == NULL || opaque_token_decode(&token, OPAQUE_TOKEN_GATE,
				  cookie, &p->keyring) != OK)
		return ERR_NOT_FOUND;
	e = family_require(t, token.family_id, now, f, c, u);
	/* Cookies know no ports, and people carry them about. */
	if (e == OK && !str_equal(f->client_id, origin))
		e = ERR_NOT_FOUND;
	if (e != OK)
		user_wipe(u);
	return e;
}

/* For the log: TYPED is told if it is someone's name. */
static void
note_tried(struct store_txn *t, const char *typed, struct gate_reply *r)
{
	struct user u;

	if (user_find_typed(t, typed, &u) == OK)
		memcpy(r->tried, u.name, sizeof r->tried);
	user_wipe(&u);
}

/* The person of the app password that was sent, if the rule takes any. */
static enum err
find_by_app_password(struct store_txn *t, struct gate_decide_ctx *d)
{
	char text[BASIC_CAP], *colon;
	struct gate_reply *r = d->r;
	struct app_password a;
	enum err e;

	if (!r->rule.app_password)
		return ERR_NOT_FOUND;
	e = authorization_basic(text, d->q->authorization);
	if (e == ERR_NOT_FOUND)
		return e;
	colon = e == OK ? strchr(text, ':') : NULL;
	if (colon == NULL)
		return ERR_ACCESS_DENIED;
	*colon = '\0';
	e = app_password_check(
	    t, text, colon + 1, d->q->origin, &d->p->keyring, &r->user, &a);
	if (e == ERR_ACCESS_DENIED)
		note_tried(t, text, r);
	secret_wipe(text, sizeof text);
	if (e == OK && !client_admits(d->client, &r->user)) {
		user_wipe(&r->user);
		e = ERR_ACCESS_DENIED;
	}
	if (e != OK)
		return e;
	d->by_app_password = true;
	d->use_due = app_password_use_is_due(&a, d->now);
	memcpy(d->app_password_id, a.id, sizeof d->app_password_id);
	return OK;
}

/* The person, by the browser's cookie or by an app password. */
static enum err
find_person(struct store_txn *t, struct gate_decide_ctx *d)
{
	struct family f;
	enum err e;

	d->use_due = d->by_app_password = false;
	e = gate_family(t, d->p, d->q->cookie, d->q->origin, d->now, &f,
	    d->client, &d->r->user);
	if (e == ERR_NOT_FOUND) {
		e = client_get(t, d->q->origin, d->client);
		if (e == OK)
			e = find_by_app_password(t, d);
	} else if (e == OK) {
		d->use_due = f.use_due;
		d->acr = f.session_acr;
		d->auth_time = f.session_auth_time;
		memcpy(d->sid, f.sid, SID_LEN);
	}
	if (store_failed(t) != OK)
		return store_failed(t);
	d->r->has_user = e == OK;
	memcpy(d->r->site_name, d->client->name, sizeof d->r->site_name);
	return e;
}

static bool
rule_admits(const struct site_rule *rule, const struct user *u)
{
	return rule->signed_in || names_overlap(rule->groups, u->groups);
}

/* Whether a sign-in is what the rule wants (RFC 9470). One from the future was
 * before the clock went back: its age is unknown. */
static enum err
judge_sign_in(struct gate_decide_ctx *d, enum acr acr, int64_t auth_time)
{
	const struct site_rule *rule = &d->r->rule;
	int64_t age_s = d->now - auth_time;

	if (rule->factor && acr < ACR_TWO)
		return refused(REASON_FACTOR_MISSING, &d->reason);
	if (rule->max_age_s > 0 &&
	    (age_s > rule->max_age_s || age_s < -CLOCK_SLACK_S))
		return refused(REASON_SIGN_IN_OLD, &d->reason);
	return OK;
}

static enum err
decide_by_rule_step(struct store_txn *t, void *arg)
{
	struct gate_decide_ctx *d = arg;
	struct gate_reply *r = d->r;
	enum err found, e;

	d->reason = REASON_NONE;
	*r = (struct gate_reply){0};
	e = site_get(t, d->q->origin, d->q->site);
	if (e == ERR_NOT_FOUND)
		return refused(REASON_SITE_UNKNOWN, &d->reason);
	if (e != OK)
		return e;
	found =
	    site_rules_find(&r->rule, &d->q->site->rules, d->method, d->target);
	if (found == ERR_INVALID_REQUEST)
		return refused(REASON_PATH_AMBIGUOUS, &d->reason);
	if (found == ERR_METHOD_NOT_ALLOWED)
		return refused(REASON_METHOD_AMBIGUOUS, &d->reason);
	e = find_person(t, d);
	if (store_failed(t) != OK)
		return store_failed(t);
	if (found == ERR_NOT_FOUND)
		return refused(REASON_NO_RULE, &d->reason);
	if (r->rule.anyone)
		return OK;
	if (r->has_user && rule_admits(&r->rule, &r->user))
		return judge_sign_in(d, d->acr, d->auth_time);
	if (e == ERR_ACCESS_DENIED)
		return refused(REASON_APP_PASSWORD_WRONG, &d->reason);
	if (r->has_user && site_rule_takes_people(&r->rule))
		return refused(REASON_NOT_IN_GROUP, &d->reason);
	return ERR_LOGIN_REQUIRED;
}

/* The person or app an access token speaks for. With strict, the
 * grant behind it is looked up. Without, the person must at least be one who
 * may act. */
static enum err
find_bearer(struct store_txn *t, void *arg)
{
	struct gate_decide_ctx *d = arg;
	struct gate_reply *r = d->r;
	const struct access_token *a = &d->token;
	uint8_t id[USER_ID_LEN];
	struct family f;
	enum err e = OK;

	d->reason = REASON_NONE;
	if (r->rule.strict)
		e = access_token_require(
		    t, a, d->now, &f, d->client, &r->user, &d->reason);
	if (e != OK)
		return e;
	r->has_user = a->has_family;
	if (!a->has_family)
		return str_copy(
		    r->client_id, sizeof r->client_id, a->client_id);
	e = user_id_of_sub(id, a->sub);
	if (e == OK)
		e = user_require(t, id, &r->user);
	if (e == ERR_SYNTAX || e == ERR_ACCESS_DENIED)
		e = refused_as(
		    ERR_INVALID_TOKEN, REASON_USER_DISABLED, &d->reason);
	r->has_user = e == OK;
	return e;
}

/* Whether who sent the token Q holds what it is bound to: with a proof about
 * the request as it was sent, also where its destination is judged. */
static enum err
require_possession(struct gate_decide_ctx *d, struct token_presented *q)
{
	char url[ORIGIN_CAP + SITE_PATH_CAP];
	struct buf b;

	buf_init(&b, url, sizeof url);
	buf_printf(&b, "%s%.*s", d->q->origin, (int)strcspn(d->q->target, "?#"),
	    d->q->target);
	if (!buf_ok(&b)) /* then no proof is for it */
		buf_reset(&b);
	q->url = url;
	return possession_require(
	    &d->r->possession, d->p, q, &d->token, d->now, &d->reason);
}

static enum err
decide_by_token(struct gate_decide_ctx *d, struct token_presented *q)
{
	const struct site_rule *rule = &d->r->rule;
	enum err e;

	user_wipe(&d->r->user);
	d->r->has_user = false;
	d->r->by_token = true;
	d->r->possession.by_dpop = q->as_dpop;
	e = access_token_parse(d->p, q->text, d->now, &d->token, &d->reason);
	if (e == OK)
		e = require_possession(d, q);
	if (e != OK)
		return e;
	if (!resource_listed(d->token.aud, rule->audience))
		return refused(REASON_AUDIENCE, &d->reason);
	if (!words_subset(rule->scope, d->token.scope))
		return refused(REASON_SCOPE_MISSING, &d->reason);
	e = store_read(d->p->store, find_bearer, d);
	/* An app that acts for itself has no sign-in to show. */
	return e == OK ? judge_sign_in(d, d->token.acr, d->token.auth_time) : e;
}

static enum err
use_step(struct store_txn *t, void *arg)
{
	struct gate_decide_ctx *d = arg;

	return d->by_app_password
		   ? app_password_use(t, d->app_password_id, d->now)
		   : session_use_id(t, d->sid, d->now);
}

/* Whether METHOD may be done to TARGET. */
static enum err
decide_one_target(
    struct gate_decide_ctx *d, const char *method, const char *target)
{
	struct token_presented token = {
	    .proof = d->q->dpop, .method = d->q->method, .who = d->q->who};
	enum err e;

	token_presented_read(&token, d->q->authorization);
	d->method = method;
	d->target = target;
	e = store_read(d->p->store, decide_by_rule_step, d);
	/* That it cannot be noted is no reason to refuse. */
	if (e == OK && d->use_due &&
	    store_write(d->p->store, d->now, use_step, d) != OK)
		d->use_due = false;
	/* Outside the transaction: a signature is verified. */
	if ((e == ERR_LOGIN_REQUIRED || e == ERR_FORBIDDEN ||
		e == ERR_INSUFFICIENT_USER_AUTHENTICATION) &&
	    token.text != NULL && d->r->rule.audience[0] != '\0')
		e = decide_by_token(d, &token);
	return e;
}

/* After the request's own address: what is at TARGET is about to be written,
 * and by whom the first address has said, if it has. */
static enum err
decide_destination(struct gate_decide_ctx *d, const char *target)
{
	struct gate_reply own = *d->r;
	enum err e = decide_one_target(d, d->q->method, target);

	if (e == OK)
		e = decide_one_target(d, "PUT", target);
	if (e == OK && (own.has_user || own.client_id[0] != '\0'))
		*d->r = own;
	gate_reply_wipe(&own);
	return e;
}

enum err
gate_decide(const struct provider *p, const struct gate_request *q, int64_t now,
    struct gate_reply *r, enum reason *reason)
{
	struct client client;
	struct gate_decide_ctx d = {
	    .p = p, .q = q, .now = now, .r = r, .client = &client};
	const char *destination = NULL;
	enum err e;

	*r = (struct gate_reply){0};
	if (q->destination == NULL && destination_is_needed(q->method))
		return refused(REASON_DESTINATION_MISSING, reason);
	if (q->destination != NULL && (destination = destination_target(
					   q->origin, q->destination)) == NULL)
		return refused(REASON_DESTINATION_FOREIGN, reason);
	e = decide_one_target(&d, q->method, q->target);
	if (e == OK && destination != NULL)
		e = decide_destination(&d, destination);
	*reason = d.reason;
	return e;
}

void
gate_reply_wipe(struct gate_reply *r)
{
	secret_wipe(r, sizeof *r);
}
