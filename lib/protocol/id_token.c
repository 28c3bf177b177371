#include "protocol/id_token.h"

#include "base/json.h"
#include "base/str.h"
#include "protocol/claims.h"

#include <sodium.h>
#include <string.h>

/* The left half of the access token's SHA-256 (Core 3.1.3.6). With EdDSA it is
 * left out: which hash goes with it is read differently by different clients,
 * and in the code flow it is optional. */
static void
put_at_hash(struct json_text *t, const char *access_token)
{
	uint8_t hash[crypto_hash_sha256_BYTES];
	char text[BASE64URL_CAP(crypto_hash_sha256_BYTES / 2)];

	crypto_hash_sha256(
	    hash, (const uint8_t *)access_token, strlen(access_token));
	base64url_encode(text, sizeof text, hash, sizeof hash / 2);
	json_text_str(t, "at_hash", text);
}

static void
put_id_claims(
    struct buf *out, const struct provider *p, const struct id_token_grant *g)
{
	struct json_text t;
	char sub[SUB_CAP], sid[SID_TEXT_CAP];

	user_sub(sub, g->user->user_id);
	base64url_encode(sid, sizeof sid, g->family->sid, SID_LEN);
	json_text_begin(&t, out);
	json_text_str(&t, "iss", p->conf.issuer);
	json_text_str(&t, "sub", sub);
	json_text_str(&t, "aud", g->client->client_id);
	json_text_int(&t, "iat", g->issued_at);
	json_text_int(&t, "exp", g->expires_at);
	json_text_int(&t, "auth_time", g->family->auth_time);
	if (g->nonce[0] != '\0')
		json_text_str(&t, "nonce", g->nonce);
	json_text_str(&t, "sid", sid);
	if (g->family->acr[0] != '\0')
		json_text_str(&t, "acr", g->family->acr);
	json_text_words(&t, "amr", g->family->amr);
	if (g->client->alg != JWA_EDDSA)
		put_at_hash(&t, g->access_token);
	claims_of_user(&t, g->user,
	    &(struct claims_told){.client = g->client,
		.scope = g->scope,
		.claims = g->family->id_token_claims});
	json_text_end(&t);
}

static enum err
sign_with_secret(char text[static JWT_CAP], const struct provider *p,
    const struct client *c, const struct buf *claims, const char *typ)
{
	char secret[CLIENT_SECRET_CAP];
	enum err e = client_secret_open(secret, c, &p->keyring);

	if (e == OK)
		e = jwt_sign_hs256(text, JWT_CAP, claims, typ, secret);
	secret_wipe(secret, sizeof secret);
	return e;
}

enum err
id_token_sign(char text[static JWT_CAP], const struct provider *p,
    const struct client *c, const struct buf *claims, const char *typ,
    const struct signkey *k)
{
	if (c->alg == JWA_HS256)
		return sign_with_secret(text, p, c, claims, typ);
	return signer_jwt(text, JWT_CAP, claims, typ, p->signer, k);
}

enum err
id_token_make(char text[static JWT_CAP], const struct provider *p,
    const struct id_token_grant *g, const struct signkey *k)
{
	char json[JWT_CAP];
	struct buf claims;

	buf_init(&claims, json, sizeof json);
	put_id_claims(&claims, p, g);
	return id_token_sign(text, p, g->client, &claims, "JWT", k);
}

struct hint_search {
	const struct jwt *jwt;
	const char *client_id;
	struct signkey key;
	struct client client;
};

static enum err
find_keys(struct store_txn *t, void *arg)
{
	struct hint_search *s = arg;
	enum err e = client_get(t, s->client_id, &s->client);

	if (e == OK && s->jwt->alg != JWA_HS256)
		e = signkey_get(t, s->jwt->kid, &s->key);
	return e;
}

/* The client says which kind of key it is; the token's header has no say. */
static enum err
hint_verify(const struct provider *p, struct hint_search *s)
{
	char secret[CLIENT_SECRET_CAP];
	enum err e;

	if (store_read(p->store, find_keys, s) != OK)
		return ERR_INVALID_REQUEST;
	if (s->jwt->alg != JWA_HS256)
		return jwt_verify(s->jwt, &s->key.pub);
	if (s->client.alg != JWA_HS256)
		return ERR_INVALID_REQUEST;
	e = client_secret_open(secret, &s->client, &p->keyring);
	if (e == OK)
		e = jwt_verify_hs256(s->jwt, secret);
	secret_wipe(secret, sizeof secret);
	return e;
}

static enum err
hint_check(
    const struct provider *p, const struct jwt *j, struct id_token_hint *h)
{
	const char *iss = jwt_str(j, "iss"), *sub = jwt_str(j, "sub");
	const char *aud = jwt_str(j, "aud"), *sid = jwt_str(j, "sid");
	struct hint_search s = {.jwt = j, .client_id = aud};

	if (iss == NULL || sub == NULL || aud == NULL || sid == NULL)
		return ERR_INVALID_REQUEST;
	if (!str_equal(j->typ, "jwt") || !str_equal(iss, p->conf.issuer))
		return ERR_INVALID_REQUEST;
	if (str_copy(h->client_id, sizeof h->client_id, aud) != OK ||
	    user_id_of_sub(h->user_id, sub) != OK ||
	    base64url_decode_exact(h->sid, SID_LEN, sid) != OK)
		return ERR_INVALID_REQUEST;
	return hint_verify(p, &s) == OK ? OK : ERR_INVALID_REQUEST;
}

enum err
id_token_hint_parse(
    const struct provider *p, const char *text, struct id_token_hint *h)
{
	struct jwt j;
	enum err e;

	*h = (struct id_token_hint){0};
	if (jwt_parse(&j, text) != OK)
		return ERR_INVALID_REQUEST;
	e = hint_check(p, &j, h);
	jwt_wipe(&j);
	if (e != OK)
		*h = (struct id_token_hint){0};
	return e;
}
