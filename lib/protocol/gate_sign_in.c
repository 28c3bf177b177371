#include "protocol/gate_sign_in.h"

#include "base/buf.h"
#include "base/reason.h"
#include "base/str.h"
#include "domain/acr.h"
#include "domain/code.h"
#include "domain/pkce.h"
#include "protocol/gate.h"

#include <string.h>

/* A state is a number, the MAC of number, origin and target, and the target
 * itself. */
enum {
	NUMBER_LEN = 15,
	NUMBER_TEXT = 20, /* characters */
	MAC_LEN = 24,
	MAC_TEXT = 32, /* characters */
	STATE_HEAD = NUMBER_TEXT + MAC_TEXT,
	STATE_TEXT_CAP = STATE_HEAD + GATE_TARGET_CAP,
	MACED_CAP = NUMBER_TEXT + CLIENT_ID_CAP + GATE_TARGET_CAP
};

_Static_assert(BASE64URL_CAP(NUMBER_LEN) == NUMBER_TEXT + 1 &&
		   BASE64URL_CAP(MAC_LEN) == MAC_TEXT + 1,
    "both are spelled without a rest");

struct state {
	const char *origin;
	char number[NUMBER_TEXT + 1];
	char mac[MAC_TEXT + 1];
	char target[GATE_TARGET_CAP];
};

/* A path and query of the same site, as a browser reads it: "//" and "/\"
 * begin another host. What is the gate's own is no page. */
static bool
is_own_page(const char *target)
{
	char path[SITE_PATH_CAP];

	if (target[0] != '/' || target[1] == '/' || target[1] == '\\' ||
	    (site_path_read(path, target) == OK &&
		site_path_covers(SITE_OWN_PATH, path)))
		return false;
	for (const char *c = target; *c != '\0'; c++)
		if (*c <= ' ' || *c > '~')
			return false;
	return true;
}

/* The MAC of S under KEY: no part can be taken for another, for neither number
 * nor origin has a space. */
static void
state_mac(char text[static MAC_TEXT + 1], const struct state *s,
    const uint8_t key[static GATE_KEY_LEN])
{
	char maced[MACED_CAP];
	uint8_t mac[MAC_LEN];
	struct buf b;

	buf_init(&b, maced, sizeof maced);
	buf_printf(&b, "%s %s %s", s->number, s->origin, s->target);
	secret_mac(mac, sizeof mac, key, "gate_state", maced, b.len);
	base64url_encode(text, MAC_TEXT + 1, mac, sizeof mac);
}

/* The code_verifier goes with the number; others cannot make it. */
static void
verifier_of(char text[static PKCE_TEXT_CAP], const struct state *s,
    const uint8_t key[static GATE_KEY_LEN])
{
	uint8_t bytes[PKCE_LEN];

	secret_mac(bytes, sizeof bytes, key, "gate_verifier", s->number,
	    strlen(s->number));
	base64url_encode(text, PKCE_TEXT_CAP, bytes, sizeof bytes);
	secret_wipe(bytes, sizeof bytes);
}

static void
state_make(struct state *s, const char *origin, const char *target,
    const uint8_t key[static GATE_KEY_LEN])
{
	uint8_t number[NUMBER_LEN];

	*s = (struct state){.origin = origin, .target = "/"};
	random_bytes(number, sizeof number);
	base64url_encode(s->number, sizeof s->number, number, sizeof number);
	if (!is_own_page(target) ||
	    str_copy(s->target, sizeof s->target, target) != OK)
		s->target[0] = '/', s->target[1] = '\0';
	state_mac(s->mac, s, key);
}

/* Takes TEXT (may be NULL) apart; ERR_FORBIDDEN unless it leads to a page of
 * this site. Who made it is not known yet. */
static enum err
state_read(struct state *s, const char *origin, const char *text)
{
	*s = (struct state){.origin = origin};
	if (text == NULL || strlen(text) <= STATE_HEAD ||
	    str_copy_n(s->number, sizeof s->number, text, NUMBER_TEXT) != OK ||
	    str_copy_n(s->mac, sizeof s->mac, text + NUMBER_TEXT, MAC_TEXT) !=
		OK ||
	    str_copy(s->target, sizeof s->target, text + STATE_HEAD) != OK ||
	    !is_own_page(s->target))
		return ERR_FORBIDDEN;
	return OK;
}

/* Whether S was made under KEY (may be NULL) for its origin. */
static bool
state_is_good(const struct state *s, const uint8_t *key)
{
	char mac[MAC_TEXT + 1];

	if (key == NULL)
		return false;
	state_mac(mac, s, key);
	return secret_equal_str(mac, s->mac);
}

static void
put_param(struct buf *b, const char *name, const char *value)
{
	buf_printf(b, "&%s=", name);
	buf_put_url_arg(b, value);
}

/* What RULE wants of the sign-in. */
static void
put_wishes(struct buf *b, const struct site_rule *rule)
{
	if (rule->factor)
		put_param(b, "acr_values", acr_word(ACR_TWO));
	if (rule->max_age_s > 0)
		buf_printf(b, "&max_age=%lld", (long long)rule->max_age_s);
}

enum err
gate_sign_in_begin(const struct provider *p, const char *origin,
    const char *target, const struct site_rule *rule,
    const uint8_t key[static GATE_KEY_LEN], char url[static GATE_URL_CAP])
{
	char verifier[PKCE_TEXT_CAP], challenge[PKCE_TEXT_CAP];
	char callback[URI_CAP], text[STATE_TEXT_CAP];
	struct state s;
	struct buf b;

	state_make(&s, origin, target, key);
	verifier_of(verifier, &s, key);
	pkce_make(challenge, verifier);
	secret_wipe(verifier, sizeof verifier);
	buf_init(&b, callback, sizeof callback);
	buf_printf(&b, "%s%s", origin, SITE_CALLBACK_PATH);
	buf_init(&b, text, sizeof text);
	buf_printf(&b, "%s%s%s", s.number, s.mac, s.target);
	buf_init(&b, url, GATE_URL_CAP);
	buf_printf(
	    &b, "%s/authorize?response_type=code&scope=openid", p->conf.issuer);
	put_param(&b, "client_id", origin);
	put_param(&b, "redirect_uri", callback);
	put_param(&b, "state", text);
	put_param(&b, "code_challenge", challenge);
	put_param(&b, "code_challenge_method", "S256");
	put_wishes(&b, rule);
	return buf_ok(&b) ? OK : ERR_NO_SPACE;
}

/* The gate's cookie of a browser; NULL: it has none. */
struct gate_cookie_ctx {
	const struct provider *p;
	const char *origin, *cookie;
	int64_t now;
};

struct gate_redemption {
	const struct provider *p;
	const struct gate_return *q;
	int64_t now;
	struct code_presented presented;
	struct client *client; /* large, so not in here */
	struct family family;
	bool remembered;
	enum reason reason;
};

static void
end_family_of(struct store_txn *t, const struct gate_cookie_ctx *g)
{
	struct client c;
	struct family f;
	struct user u;

	if (gate_family(t, g->p, g->cookie, g->origin, g->now, &f, &c, &u) ==
	    OK)
		family_end(t, f.family_id);
	user_wipe(&u);
}

/* The family the browser's cookie names, if it is of C's session; else what C
 * began, if it was used. Two tabs that come back at once share the first:
 * ended, it would leave one of them with an invalid cookie. */
static bool
find_family_for(
    struct store_txn *t, struct gate_redemption *f, const struct code *c)
{
	struct client client;
	struct user u;
	enum err e = gate_family(t, f->p, f->q->before, f->q->origin, f->now,
	    &f->family, &client, &u);

	user_wipe(&u);
	if (e == OK && memcmp(f->family.sid, c->sid, SID_LEN) == 0)
		return true;
	return c->used &&
	       family_get(t, c->token.family_id, f->now, &f->family) == OK;
}

/* OK if C's person may use the site. */
static enum err
require_admitted(
    struct store_txn *t, struct gate_redemption *f, const struct code *c)
{
	struct user u;
	enum err e = client_get(t, c->client_id, f->client);

	if (e == ERR_NOT_FOUND || (e == OK && !f->client->is_site))
		return refused_as(
		    ERR_INVALID_GRANT, REASON_CLIENT_REMOVED, &f->reason);
	if (e != OK)
		return e;
	e = code_require_person(t, c, f->client, &u, &f->reason);
	user_wipe(&u);
	return e;
}

/* The family of C, which was looked at or just redeemed. It has no tokens, and
 * lives as long as its session can. */
static enum err
give_family(struct store_txn *t, struct gate_redemption *f,
    const struct code *c, bool again)
{
	struct gate_cookie_ctx before = {
	    f->p, f->q->origin, f->q->before, f->now};
	struct family_lifetimes l = {0};
	struct session session;
	enum err e = session_get(t, c->sid, f->now, &session);

	if (e == ERR_NOT_FOUND)
		return refused(REASON_SESSION_ENDED, &f->reason);
	if (e != OK)
		return e;
	f->remembered = session.remembered;
	if (find_family_for(t, f, c))
		return store_failed(t);
	if (again)
		return refused(REASON_CODE_REUSED, &f->reason);
	end_family_of(t, &before);
	l.access_token_s = session.absolute_expires_at - f->now;
	return code_begin_family(t, c, f->client, &l, f->now, &f->family);
}

/* A used code with its verifier is the same browser's, which asks again. */
static enum err
gate_redeem_step(struct store_txn *t, void *arg)
{
	struct gate_redemption *f = arg;
	struct code code;
	bool again;
	enum err e;

	e = code_look(t, &f->presented, f->now, &code, &f->reason);
	again = e == OK && code.used;
	if (e == OK && !again)
		e = code_redeem(t, &f->presented, f->now, &code, &f->reason);
	if (e == OK)
		e = require_admitted(t, f, &code);
	return e == OK ? give_family(t, f, &code, again) : e;
}

static enum err
check_return(
    const struct provider *p, const struct gate_return *q, enum reason *reason)
{
	const char *iss = form_get(q->form, "iss");

	if (q->form->repeated != NULL)
		return refused(REASON_PARAMETER_REPEATED, reason);
	if (iss == NULL || !str_equal(iss, p->conf.issuer))
		return refused(REASON_ISSUER_MISMATCH, reason);
	if (form_get(q->form, "error") != NULL)
		return refused(REASON_NOT_SIGNED_IN, reason);
	if (form_get(q->form, "code") == NULL)
		return refused(REASON_CODE_MISSING, reason);
	return OK;
}

static enum err
redeem_at_site(const struct provider *p, const struct gate_return *q,
    const struct state *s, int64_t now, struct gate_sign_in *r,
    enum reason *reason)
{
	char verifier[PKCE_TEXT_CAP], callback[URI_CAP];
	struct client client;
	struct gate_redemption f = {
	    .p = p, .q = q, .now = now, .client = &client};
	struct opaque_token token = {0};
	struct buf b;
	enum err e;

	e = opaque_token_decode(&f.presented.token, OPAQUE_TOKEN_CODE,
	    form_get(q->form, "code"), &p->keyring);
	if (e == ERR_FOREIGN)
		return refused_as(ERR_INVALID_GRANT, REASON_RESTORED, reason);
	if (e != OK)
		return refused(REASON_CODE_FORGED, reason);
	buf_init(&b, callback, sizeof callback);
	buf_printf(&b, "%s%s", q->origin, SITE_CALLBACK_PATH);
	verifier_of(verifier, s, q->key);
	f.presented.client_id = q->origin;
	f.presented.redirect_uri = callback;
	f.presented.code_verifier = verifier;
	e = store_write(p->store, now, gate_redeem_step, &f);
	secret_wipe(verifier, sizeof verifier);
	*reason = f.reason;
	if (e != OK)
		return e;
	memcpy(token.family_id, f.family.family_id, FAMILY_ID_LEN);
	token.number = (uint64_t)f.family.absolute_expires_at;
	opaque_token_encode(r->cookie, OPAQUE_TOKEN_GATE, &token, &p->keyring);
	r->max_age_s = f.remembered ? f.family.absolute_expires_at - now : -1;
	return OK;
}

/* What a new beginning cures: the code has had its time, or its use. */
static bool
is_over(enum reason reason)
{
	return reason == REASON_CODE_EXPIRED || reason == REASON_CODE_REUSED ||
	       reason == REASON_SESSION_ENDED || reason == REASON_RESTORED;
}

static enum err
find_cookie_family_step(struct store_txn *t, void *arg)
{
	const struct gate_cookie_ctx *g = arg;
	struct client c;
	struct family f;
	struct user u;
	enum err e =
	    gate_family(t, g->p, g->cookie, g->origin, g->now, &f, &c, &u);

	user_wipe(&u);
	return e;
}

/* Whether the browser is known to keep our cookies: else it would be sent round
 * for ever. */
static bool
keeps_cookies(
    const struct provider *p, const struct gate_return *q, int64_t now)
{
	struct gate_cookie_ctx g = {p, q->origin, q->before, now};

	return q->key != NULL ||
	       (q->before != NULL &&
		   store_read(p->store, find_cookie_family_step, &g) == OK);
}

enum err
gate_sign_in_finish(const struct provider *p, const struct gate_return *q,
    int64_t now, struct gate_sign_in *r, enum reason *reason)
{
	struct state s;
	struct buf b;
	enum err e;

	*r = (struct gate_sign_in){.max_age_s = -1};
	*reason = REASON_NONE;
	if (state_read(&s, q->origin, form_get(q->form, "state")) != OK)
		return refused(REASON_SIGN_IN_UNKNOWN, reason);
	buf_init(&b, r->url, sizeof r->url);
	buf_printf(&b, "%s%s", q->origin, s.target);
	/* First: what else is said may be a stranger's word, and is not heard.
	 * Or another tab began after this one: its cookie is the browser's. */
	if (!state_is_good(&s, q->key)) {
		r->start_over = keeps_cookies(p, q, now);
		return refused(r->start_over ? REASON_SIGN_IN_OVERTAKEN
					     : REASON_SIGN_IN_UNKNOWN,
		    reason);
	}
	e = check_return(p, q, reason);
	if (e == OK)
		e = redeem_at_site(p, q, &s, now, r, reason);
	r->start_over = e == ERR_INVALID_GRANT && is_over(*reason);
	return e;
}

void
gate_sign_in_wipe(struct gate_sign_in *r)
{
	secret_wipe(r, sizeof *r);
}

static enum err
end_cookie_family_step(struct store_txn *t, void *arg)
{
	end_family_of(t, arg);
	return store_failed(t);
}

enum err
gate_sign_out(const struct provider *p, const char *origin, const char *cookie,
    int64_t now)
{
	struct gate_cookie_ctx g = {p, origin, cookie, now};
	struct opaque_token token;

	/* A forged one must not cost the store's one writer. */
	if (cookie == NULL || opaque_token_decode(&token, OPAQUE_TOKEN_GATE,
				  cookie, &p->keyring) != OK)
		return OK;
	return store_write(p->store, now, end_cookie_family_step, &g);
}
