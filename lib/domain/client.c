#include "domain/client.h"

#include "base/str.h"
#include "domain/client_index.h"

#include <string.h>

/* RFC 7591's names where it has one. */
static const struct record_field client_fields[] = {
    FIELD_OF(struct client, client_id, TEXT, KEY, "client_id"),
    FIELD_OF(struct client, name, TEXT, SHOWN, "client_name"),
    FIELD_OF_WORDS(struct client, auth_method, WORD, SHOWN,
	"token_endpoint_auth_method", auth_method_name, AUTH_METHOD_COUNT),
    FIELD_OF(struct client, jwks, TEXT, INNER, "jwks"),
    FIELD_OF(struct client, redirect_uris, WORDS, SHOWN, "redirect_uris"),
    FIELD_OF(struct client, post_logout_redirect_uris, WORDS, SHOWN,
	"post_logout_redirect_uris"),
    FIELD_OF_WORDS(struct client, grants, BITS, SHOWN, "grant_types",
	grant_type_name,
	GRANT_AUTHORIZATION_CODE | GRANT_REFRESH_TOKEN |
	    GRANT_CLIENT_CREDENTIALS | GRANT_DEVICE_CODE |
	    GRANT_TOKEN_EXCHANGE),
    FIELD_OF(struct client, scope, TEXT, SHOWN, "scope"),
    FIELD_OF(struct client, groups, NAMES, SHOWN, "groups"),
    FIELD_OF(struct client, audience, WORDS, SHOWN, "audience"),
    FIELD_OF(struct client, resources, WORDS, SHOWN, "resources"),
    FIELD_OF(struct client, introspect_any, BOOL, SHOWN, "introspect_any"),
    FIELD_OF(struct client, exchange_for, WORDS, SHOWN, "exchange_for"),
    FIELD_OF_WORDS(struct client, alg, WORD, SHOWN,
	"id_token_signed_response_alg", jwa_name, JWA_ISSUED),
    FIELD_OF(struct client, trusted, BOOL, SHOWN, "trusted"),
    FIELD_OF(struct client, no_pkce, UNLESS, SHOWN, "pkce"),
    FIELD_OF(struct client, cookie_refresh, BOOL, SHOWN, "cookie_refresh"),
    FIELD_OF(struct client, is_site, BOOL, INNER, "is_site"),
    FIELD_OF_WORDS(struct client, refresh_retry, WORD, SHOWN, "refresh_retry",
	retry_name, RETRY_COUNT),
    FIELD_OF(struct client, created_at, TIME, SHOWN, "client_id_issued_at"),
    FIELD_OF(struct client, changed_at, TIME, SHOWN, "updated_at"),
    FIELD_OF(struct client, secret_hash, BYTES, SEALED, "secret_hash"),
    FIELD_OF(struct client, hs256_secret, TEXT, SEALED, "hs256_secret"),
    FIELD_OF(struct client, scope_texts, LINES, SHOWN, "scope_texts"),
    FIELD_OF(struct client, link, TEXT, SHOWN, "client_uri"),
    FIELD_OF(struct client, icon, TEXT, SHOWN, "icon"),
    FIELD_OF(struct client, require_factor, BOOL, SHOWN, "require_factor"),
    FIELD_OF(struct client, backchannel_logout_uri, TEXT, SHOWN,
	"backchannel_logout_uri"),
    FIELD_OF(struct client, frontchannel_logout_uri, TEXT, SHOWN,
	"frontchannel_logout_uri"),
    FIELD_OF_WORDS(struct client, auth_alg, WORD, SHOWN,
	"token_endpoint_auth_signing_alg", auth_alg_name, AUTH_ALG_COUNT),
    FIELD_OF(
	struct client, auth_aud_endpoint, BOOL, SHOWN, "auth_aud_endpoint"),
    FIELD_OF(struct client, jwks_uri, TEXT, SHOWN, "client_jwks_uri"),
    FIELD_OF(
	struct client, require_dpop, BOOL, SHOWN, "dpop_bound_access_tokens"),
    FIELD_OF(struct client, certificate_bound, BOOL, SHOWN,
	"tls_client_certificate_bound_access_tokens"),
    FIELD_OF_WORDS(struct client, tls_name_kind, WORD, INNER,
	"tls_client_auth_kind", client_certificate_name_word,
	CERTIFICATE_NAME_COUNT),
    FIELD_OF(struct client, tls_name, TEXT, INNER, "tls_client_auth_name"),
    FIELD_OF(
	struct client, certificates, WORDS, INNER, "tls_client_certificates"),
    FIELD_OF(struct client, require_par, BOOL, SHOWN,
	"require_pushed_authorization_requests"),
    FIELD_OF(struct client, require_jar, BOOL, SHOWN,
	"require_signed_request_object"),
    FIELD_OF_WORDS(struct client, source, WORD, SHOWN, "registered_by",
	client_source_name, CLIENT_SOURCE_COUNT),
    FIELD_OF(
	struct client, registration_hash, TEXT, SECRET, "registration_hash"),
    FIELD_OF(struct client, unused_until, TIME, SHOWN, "unused_until"),
    FIELD_OF(struct client, claims, LINES, SHOWN, "claims"),
    FIELD_OF(struct client, used_until, TIME, SHOWN, "used_until"),
};

const struct record_type client_record = {
    .table = TABLE_CLIENTS,
    .version = 1,
    .optional = 5, /* from registered_by on */
    RECORD_FIELDS(struct client, client_fields),
    .expires_at = offsetof(struct client, unused_until),
};

const char *
client_id_refusal(const char *s)
{
	if (s[0] == '\0')
		return "a client_id cannot be empty";
	if (strlen(s) >= CLIENT_ID_CAP)
		return "a client_id has at most 128 characters";
	/* Such a one could pass for a person's `sub`, which is a UUID (RFC
	 * 9700 4.15). */
	if (uuid_has_form(s))
		return "a client_id in the form of a UUID could be taken for a "
		       "person";
	for (; *s != '\0'; s++)
		if (!((*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z') ||
			(*s >= '0' && *s <= '9') ||
			strchr("._~:/-", *s) != NULL))
			return "a client_id has letters, digits and . _ ~ : / "
			       "- only";
	return NULL;
}

const char *
client_secret_refusal(const char *s)
{
	size_t len = strlen(s);

	if (len < CLIENT_SECRET_MIN)
		return "a client secret has at least 32 characters; let "
		       "latchkey make one";
	if (len >= CLIENT_SECRET_CAP)
		return "a client secret has at most 256 characters";
	for (; *s != '\0'; s++)
		if (*s < '!' || *s > '~')
			return "a client secret has printable ASCII without "
			       "spaces only (RFC 6749 appendix A.2)";
	return NULL;
}

const char *
client_link_refusal(const char *s)
{
	if (s[0] == '\0')
		return NULL;
	if (!str_starts(s, "https://") && !str_starts(s, "http://"))
		return "a link is the address where people open the app, such "
		       "as https://app.example.org";
	if (strlen(s) >= URI_CAP)
		return "a link has at most 1024 characters";
	for (; *s != '\0'; s++)
		if (*s <= ' ' || *s > '~' || strchr("\"<>\\^`{|}", *s) != NULL)
			return "a link has printable ASCII without spaces and "
			       "quotes only";
	return NULL;
}

/* The host may be one that only we can reach: a container, an address of the
 * house, without a certificate. */
const char *
client_backchannel_refusal(const char *s)
{
	return s[0] == '\0' ? NULL : uri_web_refusal(s);
}

/* A browser loads it, in a page of ours. */
const char *
client_frontchannel_refusal(const char *s)
{
	const char *message = s[0] == '\0' ? NULL : uri_refusal(s);

	return message == NULL && s[0] != '\0' ? uri_web_refusal(s) : message;
}

/* Who could change what comes from there could be the client. */
const char *
client_jwks_uri_refusal(const char *s)
{
	const char *message = s[0] == '\0' ? NULL : uri_web_refusal(s);

	if (message == NULL && s[0] != '\0' && !uri_is_https(s))
		return "the address of keys is https";
	return message;
}

bool
client_is_public(const struct client *c)
{
	return c->auth_method == AUTH_NONE;
}

bool
client_has_certificate(const struct client *c)
{
	return c->auth_method == AUTH_TLS_CLIENT ||
	       c->auth_method == AUTH_SELF_SIGNED;
}

/* Back-Channel Logout 1.0 2.2, Front-Channel Logout 1.0 2. */
static const char *
logout_uris_refusal(const struct client *c)
{
	char origin[ORIGIN_CAP];

	if (c->backchannel_logout_uri[0] == '\0' &&
	    c->frontchannel_logout_uri[0] == '\0')
		return NULL;
	if (!(c->grants & GRANT_AUTHORIZATION_CODE))
		return "a client that signs no one in is told of no logout";
	if (client_is_public(c) &&
	    str_starts(c->backchannel_logout_uri, "http:"))
		return "the back-channel logout URI of a public client is "
		       "https";
	if (c->frontchannel_logout_uri[0] != '\0' &&
	    (uri_origin(origin, c->frontchannel_logout_uri) != OK ||
		!client_has_origin(c, origin)))
		return "the front-channel logout URI has the scheme, host and "
		       "port of a redirect URI";
	return NULL;
}

/* What does not go with the way in which the client authenticates. */
static const char *
auth_refusal(const struct client *c)
{
	const bool by_key = c->auth_method == AUTH_PRIVATE_KEY_JWT;
	const bool has_uri = c->jwks_uri[0] != '\0';
	const bool has_keys = has_uri || c->jwks[0] != '\0';

	if (by_key && !has_keys)
		return "private_key_jwt needs the client's public keys "
		       "(--jwks FILE, or --jwks-uri URL)";
	if (c->jwks[0] != '\0' && has_uri)
		return "the keys of a client are in a file or at an address "
		       "(--jwks, --jwks-uri): give one";
	if (by_key && c->alg == JWA_HS256)
		return "a client with private_key_jwt has no secret, so it "
		       "cannot have HS256";
	if (c->auth_alg != AUTH_ALG_ANY &&
	    (!has_keys || c->auth_alg == auth_alg_of(JWA_HS256)))
		return "--auth-alg is for clients with keys (--jwks): EdDSA, "
		       "ES256, RS256 or PS256";
	if (c->require_jar && !has_keys)
		return "a client that signs its requests (--require-jar) "
		       "needs its public keys (--jwks FILE, or --jwks-uri URL)";
	if (c->auth_aud_endpoint && !by_key &&
	    c->auth_method != AUTH_CLIENT_SECRET_JWT)
		return "--auth-aud is for clients that sign assertions "
		       "(--auth private_key_jwt or client_secret_jwt)";
	return NULL;
}

const char *
client_refusal(const struct client *c)
{
	const char *message;

	if (c->grants == 0)
		return "a client needs at least one grant type";
	if ((c->grants & GRANT_AUTHORIZATION_CODE) && !c->redirect_uris[0])
		return "a client that signs people in needs a redirect URI "
		       "(--redirect-uri)";
	if ((c->grants & GRANT_REFRESH_TOKEN) &&
	    !(c->grants & (GRANT_AUTHORIZATION_CODE | GRANT_DEVICE_CODE)))
		return "refresh_token goes with authorization_code or "
		       "device_code";
	if (client_is_public(c) && (c->grants & GRANT_CLIENT_CREDENTIALS))
		return "a public client has no secret, so it cannot have "
		       "client_credentials";
	if (client_is_public(c) && c->alg == JWA_HS256)
		return "a public client has no secret, so it cannot have "
		       "HS256";
	if (client_is_public(c) &&
	    (c->introspect_any || c->resources[0] != '\0'))
		return "a public client cannot authenticate, so it cannot ask "
		       "about tokens (--resource, --introspect-any)";
	if (client_is_public(c) && c->no_pkce)
		return "a public client cannot do without PKCE";
	if (c->cookie_refresh && !client_is_public(c))
		return "a client whose refresh token lives in a cookie is an "
		       "app in the browser: make it --public";
	if (c->cookie_refresh && !(c->grants & GRANT_REFRESH_TOKEN))
		return "a refresh cookie needs the grant type refresh_token";
	message = client_stranger_refusal(c);
	if (message == NULL)
		message = logout_uris_refusal(c);
	if (message == NULL)
		message = client_tls_refusal(c);
	if (message == NULL)
		message = client_exchange_refusal(c);
	return message != NULL ? message : auth_refusal(c);
}

bool
client_has_redirect_uri(const struct client *c, const char *uri)
{
	const char *cursor = c->redirect_uris;
	char word[URI_CAP];

	if (!client_is_public(c))
		return words_has(c->redirect_uris, uri);
	while (words_next(&cursor, word, sizeof word))
		if (uri_matches_any_port(word, uri))
			return true;
	return false;
}

bool
client_has_post_logout_uri(const struct client *c, const char *uri)
{
	return words_has(c->post_logout_redirect_uris, uri);
}

bool
client_is_impersonable(const struct client *c, const char *redirect_uri)
{
	return client_is_public(c) && !uri_is_https(redirect_uri);
}

bool
client_has_origin(const struct client *c, const char *origin)
{
	const char *cursor = c->redirect_uris;
	char word[URI_CAP], one[ORIGIN_CAP];

	while (words_next(&cursor, word, sizeof word))
		if (uri_origin(one, word) == OK && str_equal(one, origin))
			return true;
	return false;
}

enum err
client_get(struct store_txn *t, const char *client_id, struct client *c)
{
	size_t len = strlen(client_id);

	if (len < CLIENT_ID_CAP)
		return record_load(t, &client_record, client_id, len, c);
	*c = (struct client){0};
	return ERR_NOT_FOUND;
}

void
client_each(struct store_txn *t, record_visit *visit, void *arg)
{
	struct client c;

	record_each(t, &client_record, NULL, &c, visit, arg);
}

static const uint8_t algs_key[] = {'a', 'l', 'g', 's'};

static bool
collect_alg(void *arg, const void *record)
{
	const struct client *c = record;

	if (!c->is_site) /* gets no tokens */
		*(uint8_t *)arg |= (uint8_t)(1U << c->alg);
	return true;
}

/* Kept, so that a JWKS need not look at every client. */
void
client_count_algs(struct store_txn *t)
{
	uint8_t algs = 0;

	client_each(t, collect_alg, &algs);
	store_put(t, TABLE_META, algs_key, sizeof algs_key, &algs, 1, 0);
}

unsigned
client_algs(struct store_txn *t)
{
	struct store_value v;

	if (store_get(t, TABLE_META, algs_key, sizeof algs_key, &v) != OK ||
	    v.len != 1)
		return 0;
	return v.bytes[0];
}

/* The scripts of a site have no business with tokens. */
static void
index_origins(struct store_txn *t, const struct client *c, bool put)
{
	char origin[ORIGIN_CAP], word[URI_CAP];
	const char *cursor = c->redirect_uris, *id = c->client_id;

	while (!c->is_site && words_next(&cursor, word, sizeof word))
		if (uri_origin(origin, word) != OK)
			continue;
		else if (put)
			client_index_put(
			    t, TABLE_ORIGINS, origin, id, "", c->unused_until);
		else
			client_index_del(t, TABLE_ORIGINS, origin, id);
}

static void
index_resources(struct store_txn *t, const struct client *c, bool put)
{
	char key[AUDIENCE_CAP], word[AUDIENCE_CAP];
	const char *cursor = c->resources, *id = c->client_id;

	while (words_next(&cursor, word, sizeof word)) {
		resource_key(key, word);
		if (put)
			client_index_put(t, TABLE_RESOURCES, key, id, word, 0);
		else
			client_index_del(t, TABLE_RESOURCES, key, id);
	}
}

static void
index_client(struct store_txn *t, const struct client *c, bool put)
{
	index_origins(t, c, put);
	index_resources(t, c, put);
}

static bool
note_one(void *arg, const char *client_id, const char *value)
{
	(void)client_id;
	(void)value;
	*(bool *)arg = true;
	return false;
}

bool
client_origin_known(struct store_txn *t, const char *origin)
{
	bool known = false;

	client_index_each(t, TABLE_ORIGINS, origin, note_one, &known);
	return known;
}

enum err
client_restore(struct store_txn *t, const struct client *c)
{
	enum err e = record_save(t, &client_record, c);

	if (e == OK)
		index_client(t, c, true);
	return e == OK ? store_failed(t) : e;
}

static enum err
client_store(struct store_txn *t, struct client *c, int64_t now)
{
	enum err e;

	c->changed_at = now;
	e = client_restore(t, c);
	if (e == OK)
		client_count_algs(t);
	return e == OK ? store_failed(t) : e;
}

enum err
client_add(struct store_txn *t, struct client *c, int64_t now)
{
	struct client old;
	enum err e = client_get(t, c->client_id, &old);

	if (e == OK)
		return ERR_EXISTS;
	if (e != ERR_NOT_FOUND)
		return e;
	c->created_at = now;
	return client_store(t, c, now);
}

enum err
client_put(struct store_txn *t, struct client *c, int64_t now)
{
	struct client old;
	enum err e = client_get(t, c->client_id, &old);

	if (e != OK)
		return e;
	index_client(t, &old, false);
	return client_store(t, c, now);
}

enum err
client_drop(struct store_txn *t, const char *client_id)
{
	struct client c;
	enum err e = client_get(t, client_id, &c);

	if (e != OK)
		return e;
	index_client(t, &c, false);
	store_del(t, TABLE_CLIENTS, client_id, strlen(client_id));
	client_count_algs(t);
	return store_failed(t);
}
