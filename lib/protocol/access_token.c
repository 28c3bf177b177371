#include "protocol/access_token.h"

#include "base/big_endian.h"
#include "base/json.h"
#include "base/reason.h"
#include "base/str.h"
#include "domain/exchange.h"
#include "domain/installation.h"
#include "domain/revocation.h"

#include <string.h>

enum {
	JTI_EPOCH_AT = FAMILY_ID_LEN + JTI_GENERATION_LEN,
	JTI_NUMBER_AT = JTI_EPOCH_AT + JTI_EPOCH_LEN,
	JTI_LEN = JTI_NUMBER_AT + JTI_NUMBER_LEN,
	JTI_LEN_MAX = JTI_LEN + EXCHANGES_MAX * JTI_NUMBER_LEN
};

/* A token without a family has zeroes where the family_id would be. */
static const uint8_t no_family[FAMILY_ID_LEN];

static void
make_jti(
    char text[static JTI_CAP], const struct keyring *k, const struct family *f)
{
	uint8_t jti[JTI_LEN] = {0};

	if (f != NULL) {
		memcpy(jti, f->family_id, FAMILY_ID_LEN);
		big_endian_put(
		    jti + FAMILY_ID_LEN, JTI_GENERATION_LEN, f->current);
	}
	memcpy(jti + JTI_EPOCH_AT, k->epoch, JTI_EPOCH_LEN);
	random_bytes(jti + JTI_NUMBER_AT, JTI_NUMBER_LEN);
	base64url_encode(text, JTI_CAP, jti, sizeof jti);
}

/* ERR_SYNTAX: TEXT is no jti of ours. */
static enum err
read_jti(uint8_t jti[static JTI_LEN_MAX], size_t *len, const char *text)
{
	enum err e =
	    base64url_decode(jti, JTI_LEN_MAX, len, text, strlen(text));

	return e == OK && *len >= JTI_LEN &&
		       (*len - JTI_LEN) % JTI_NUMBER_LEN == 0
		   ? OK
		   : ERR_SYNTAX;
}

/* That of a token that is got for the one with the jti BEFORE. */
static enum err
make_next_jti(char text[static JTI_CAP], const char *before)
{
	uint8_t jti[JTI_LEN_MAX];
	size_t len;
	enum err e = read_jti(jti, &len, before);

	if (e != OK || len + JTI_NUMBER_LEN > sizeof jti)
		return ERR_NO_SPACE;
	random_bytes(jti + len, JTI_NUMBER_LEN);
	base64url_encode(text, JTI_CAP, jti, len + JTI_NUMBER_LEN);
	return OK;
}

/* Who acts for the person, and who acted before (RFC 8693 4.1). */
static void
put_act(struct json_text *t, const struct client *c, const char *before)
{
	struct json_text act;

	json_text_begin_in(&act, t, "act");
	json_text_str(&act, "sub", c->client_id);
	if (before[0] != '\0')
		json_text_raw(&act, "act", before);
	json_text_end(&act);
}

/* What it is for, if the client did not say. */
static void
put_usual_audience(
    struct json_text *t, const struct provider *p, const struct client *c)
{
	const char *cursor = c->audience;
	char first[AUDIENCE_CAP];

	json_text_str(t, "aud",
	    words_next(&cursor, first, sizeof first) ? first : p->conf.issuer);
}

static void
put_access_claims(struct buf *out, const struct provider *p,
    const struct access_token_grant *g, const char *jti)
{
	struct json_text t;
	char sub[SUB_CAP];

	json_text_begin(&t, out);
	json_text_str(&t, "iss", p->conf.issuer);
	if (g->user != NULL) {
		user_sub(sub, g->user->user_id);
		json_text_str(&t, "sub", sub);
	} else {
		json_text_str(&t, "sub", g->client->client_id);
	}
	if (g->resources[0] != '\0')
		json_text_word_or_words(&t, "aud", g->resources);
	else
		put_usual_audience(&t, p, g->client);
	json_text_str(&t, "client_id", g->client->client_id);
	json_text_str(&t, "scope", g->scope);
	json_text_str(&t, "jti", jti);
	json_text_int(&t, "iat", g->issued_at);
	json_text_int(&t, "exp", g->expires_at);
	if (g->family != NULL) {
		json_text_int(&t, "auth_time", g->family->auth_time);
		if (g->family->acr[0] != '\0')
			json_text_str(&t, "acr", g->family->acr);
	}
	confirmation_put(&t, &g->cnf);
	if (g->user != NULL && words_has(g->scope, "groups"))
		json_text_names(&t, "groups", g->user->groups);
	if (g->subject != NULL)
		put_act(&t, g->client, g->subject->act);
	json_text_end(&t);
}

enum err
access_token_make(char text[static JWT_CAP], const struct provider *p,
    const struct access_token_grant *g, const struct signkey *k)
{
	char json[JWT_CAP], jti[JTI_CAP];
	struct buf claims;

	if (g->subject == NULL)
		make_jti(jti, &p->keyring, g->family);
	else if (make_next_jti(jti, g->subject->jti) != OK)
		return ERR_NO_SPACE;
	buf_init(&claims, json, sizeof json);
	put_access_claims(&claims, p, g, jti);
	return signer_jwt(text, JWT_CAP, &claims, "at+jwt", p->signer, k);
}

struct key_search {
	const char *kid;
	struct signkey key;
};

static enum err
find_key(struct store_txn *t, void *arg)
{
	struct key_search *s = arg;

	return signkey_get(t, s->kid, &s->key);
}

static enum err
access_token_verify(const struct provider *p, const struct jwt *j, int64_t now)
{
	struct key_search s = {.kid = j->kid};
	enum err e = store_read(p->store, find_key, &s);

	if (e == ERR_NOT_FOUND)
		return ERR_INVALID_TOKEN;
	if (e != OK)
		return e;
	if (s.key.expires_at != 0 && s.key.expires_at <= now)
		return ERR_INVALID_TOKEN;
	return jwt_verify(j, &s.key.pub);
}

/* Copies a claim that must be a string and fit. */
static enum err
copy_claim(char *dst, size_t cap, const struct jwt *j, const char *claim)
{
	const char *s = jwt_str(j, claim);

	dst[0] = '\0';
	if (s == NULL || str_copy(dst, cap, s) != OK)
		return ERR_INVALID_TOKEN;
	return OK;
}

/* One that is bound in a way that we do not know is not ours. */
static enum err
take_confirmation(struct confirmation *c, const struct jwt *j)
{
	return jwt_has(j, "cnf") ? confirmation_read(c, jwt_object(j, "cnf"))
				 : OK;
}

/* As many actors as there were exchanges: we made both. */
static enum err
take_act(struct access_token *a, const struct jwt *j)
{
	const json_t *act = jwt_object(j, "act");
	struct buf b;

	buf_init(&b, a->act, sizeof a->act);
	if (act != NULL)
		json_write(&b, act);
	return buf_ok(&b) && (act != NULL) == (a->exchanges > 0)
		   ? OK
		   : ERR_INVALID_TOKEN;
}

static enum err
take_claims(struct access_token *a, const struct jwt *j)
{
	uint8_t jti[JTI_LEN_MAX];
	size_t len;
	const char *acr = jwt_str(j, "acr");

	if (copy_claim(a->jti, sizeof a->jti, j, "jti") != OK ||
	    copy_claim(a->sub, sizeof a->sub, j, "sub") != OK ||
	    copy_claim(a->client_id, sizeof a->client_id, j, "client_id") !=
		OK ||
	    copy_claim(a->scope, sizeof a->scope, j, "scope") != OK ||
	    jwt_audiences(a->aud, sizeof a->aud, j) != OK ||
	    take_confirmation(&a->cnf, j) != OK ||
	    read_jti(jti, &len, a->jti) != OK)
		return ERR_INVALID_TOKEN;
	a->exchanges = (len - JTI_LEN) / JTI_NUMBER_LEN;
	memcpy(a->family_id, jti, FAMILY_ID_LEN);
	a->generation = big_endian_get(jti + FAMILY_ID_LEN, JTI_GENERATION_LEN);
	memcpy(a->epoch, jti + JTI_EPOCH_AT, JTI_EPOCH_LEN);
	a->has_family = memcmp(jti, no_family, FAMILY_ID_LEN) != 0;
	a->issued_at = jwt_int(j, "iat", 0);
	a->expires_at = jwt_int(j, "exp", 0);
	a->auth_time = jwt_int(j, "auth_time", 0);
	a->acr = acr != NULL ? acr_find(acr) : ACR_NONE;
	return take_act(a, j);
}

static enum err
access_token_check(const struct provider *p, const struct jwt *j, int64_t now,
    struct access_token *a, enum reason *reason)
{
	const char *iss = jwt_str(j, "iss");
	enum err e;

	/* An ID token is signed by the same keys and is no access token
	 * (RFC 9068 4, RFC 8725 3.11). */
	if (!str_equal(j->typ, "at+jwt"))
		return refused(REASON_NOT_AN_ACCESS_TOKEN, reason);
	e = access_token_verify(p, j, now);
	if (e != OK)
		return refused_as(e, REASON_SIGNATURE, reason);
	if (iss == NULL || !str_equal(iss, p->conf.issuer))
		return refused(REASON_ISSUER, reason);
	if (take_claims(a, j) != OK)
		return refused(REASON_CLAIMS, reason);
	if (a->expires_at <= now)
		return refused(REASON_TOKEN_EXPIRED, reason);
	return OK;
}

enum err
access_token_parse(const struct provider *p, const char *text, int64_t now,
    struct access_token *a, enum reason *reason)
{
	struct jwt j;
	enum err e;

	*a = (struct access_token){0};
	if (jwt_parse(&j, text) != OK)
		return refused(REASON_NOT_A_JWT, reason);
	e = access_token_check(p, &j, now, a, reason);
	jwt_wipe(&j);
	if (e != OK)
		*a = (struct access_token){0};
	return e;
}

const char *
access_token_type(const struct confirmation *c)
{
	return c->kind == CONFIRMATION_JKT ? "DPoP" : "Bearer";
}

/* What was made before the store was restored may have been revoked since. */
static bool
is_of_epoch(struct store_txn *t, const struct access_token *a)
{
	struct epoch e;

	return installation_epoch(t, &e) == OK &&
	       memcmp(a->epoch, e.id, JTI_EPOCH_LEN) == 0;
}

/* It, or one that it came from. */
static bool
is_revoked(struct store_txn *t, const struct access_token *a)
{
	uint8_t jti[JTI_LEN_MAX];
	char text[JTI_CAP];
	size_t len;

	if (revocation_has(t, a->jti))
		return true;
	if (a->exchanges == 0 || read_jti(jti, &len, a->jti) != OK)
		return false;
	while (len > JTI_LEN) {
		len -= JTI_NUMBER_LEN;
		base64url_encode(text, sizeof text, jti, len);
		if (revocation_has(t, text))
			return true;
	}
	return false;
}

/* Why CLIENT_ID may no longer have the token that it got for another one: NEXT
 * is the client that called with it, which may be itself, or NULL, and then it
 * is A. In a frame of its own: a client is large. */
static NOINLINE enum reason
actor_refusal(struct store_txn *t, const struct access_token *a,
    const char *client_id, const char *next, const struct user *u)
{
	struct client actor;

	if (client_get(t, client_id, &actor) != OK ||
	    !(actor.grants & GRANT_TOKEN_EXCHANGE))
		return REASON_CLIENT_REMOVED;
	if (!client_admits(&actor, u))
		return REASON_USER_NOT_IN_GROUP;
	if (next == NULL)
		return exchange_refusal(t, &actor, a->aud, u);
	return str_equal(client_id, next) || words_has(actor.exchange_for, next)
		   ? REASON_NONE
		   : REASON_TARGET_NOT_ALLOWED;
}

/* Whether all that A came by may still be, from the last actor to the first:
 * what one of them has lost is not to live on in what came of it. */
static enum err
require_actors(struct store_txn *t, const struct access_token *a,
    const struct user *u, enum reason *reason)
{
	json_t *act = json_loads(a->act, JSON_REJECT_DUPLICATES, NULL);
	const char *next = NULL;
	enum reason lost = act == NULL ? REASON_CLAIMS : REASON_NONE;

	for (const json_t *one = act; one != NULL && lost == REASON_NONE;
	     one = json_object_get(one, "act")) {
		const char *sub =
		    json_string_value(json_object_get(one, "sub"));

		lost = sub != NULL ? actor_refusal(t, a, sub, next, u)
				   : REASON_CLAIMS;
		next = sub;
	}
	json_decref(act);
	if (store_failed(t) != OK)
		return store_failed(t);
	return lost == REASON_NONE
		   ? OK
		   : refused_as(ERR_INVALID_TOKEN, lost, reason);
}

static enum err
require_family(struct store_txn *t, const struct access_token *a, int64_t now,
    struct family *f, struct client *c, struct user *u, enum reason *reason)
{
	enum err e = family_require(t, a->family_id, now, f, c, u);

	if (e == ERR_NOT_FOUND)
		return refused_as(
		    ERR_INVALID_TOKEN, REASON_FAMILY_ENDED, reason);
	/* Of a line that was given up, or from before that. */
	if (e == OK && a->generation < f->instead)
		return refused(REASON_TOKEN_ABANDONED, reason);
	if (e == OK && a->exchanges > 0)
		e = require_actors(t, a, u, reason);
	return e;
}

enum err
access_token_require(struct store_txn *t, const struct access_token *a,
    int64_t now, struct family *f, struct client *c, struct user *u,
    enum reason *reason)
{
	enum err e;

	*f = (struct family){0};
	*u = (struct user){0};
	if (!is_of_epoch(t, a))
		return refused_as(ERR_INVALID_TOKEN, REASON_RESTORED, reason);
	if (is_revoked(t, a))
		return refused(REASON_TOKEN_REVOKED, reason);
	if (a->has_family)
		return require_family(t, a, now, f, c, u, reason);
	e = client_get(t, a->client_id, c);
	if (e == ERR_NOT_FOUND ||
	    (e == OK && !(c->grants & GRANT_CLIENT_CREDENTIALS)))
		return refused_as(
		    ERR_INVALID_TOKEN, REASON_CLIENT_REMOVED, reason);
	return e;
}
