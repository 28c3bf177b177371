#include "protocol/discovery.h"

#include "base/json.h"
#include "base/language.h"
#include "base/str.h"
#include "protocol/client_auth.h"
#include "protocol/dpop.h"

static const struct {
	const char *name, *path;
} endpoints[] = {
    {"authorization_endpoint", "/authorize"},
    {"token_endpoint", "/token"},
    {"userinfo_endpoint", "/userinfo"},
    {"jwks_uri", "/jwks.json"},
    {"introspection_endpoint", "/introspect"},
    {"revocation_endpoint", "/revoke"},
    {"end_session_endpoint", "/logout"},
    {"device_authorization_endpoint", "/device_authorization"},
    {"pushed_authorization_request_endpoint", "/par"},
};

/* Those that clients call themselves, with a certificate if they have one (RFC
 * 8705 5). */
static const char *const direct[] = {"token_endpoint", "userinfo_endpoint",
    "introspection_endpoint", "revocation_endpoint",
    "device_authorization_endpoint", "pushed_authorization_request_endpoint"};

/* What clients may sign with (jose/jwk.h). */
#ifdef LK_NO_RS256
#define OBJECT_ALGS "EdDSA Ed25519"
#else
#define OBJECT_ALGS "EdDSA Ed25519 ES256 RS256 PS256"
#endif
#define ASSERTION_ALGS OBJECT_ALGS " HS256"

enum {
	ENDPOINTS = sizeof endpoints / sizeof *endpoints,
	DIRECT = sizeof direct / sizeof *direct
};

static const struct {
	const char *name, *words;
} lists[] = {
    {"acr_values_supported", "1 2 phr"},
    {"scopes_supported",
	"openid profile email phone address groups offline_access"},
    {"token_endpoint_auth_signing_alg_values_supported", ASSERTION_ALGS},
    {"revocation_endpoint_auth_signing_alg_values_supported", ASSERTION_ALGS},
    {"request_object_signing_alg_values_supported", OBJECT_ALGS},
    {"introspection_endpoint_auth_signing_alg_values_supported",
	ASSERTION_ALGS},
    {"response_types_supported", "code"},
    {"response_modes_supported", "query fragment form_post"},
    {"grant_types_supported",
	"authorization_code refresh_token client_credentials "
	"urn:ietf:params:oauth:grant-type:device_code "
	"urn:ietf:params:oauth:grant-type:token-exchange"},
    {"subject_types_supported", "public"},
    {"code_challenge_methods_supported", "S256"},
    {"prompt_values_supported", "none login consent select_account"},
    {"claim_types_supported", "normal"},
    {"claims_supported",
	"iss sub aud exp iat auth_time nonce sid acr amr at_hash name "
	"given_name family_name preferred_username locale zoneinfo updated_at "
	"email email_verified phone_number phone_number_verified address "
	"groups"},
};

/* Said although they are the default or not so: an absent
 * request_uri_parameter_supported means true (Discovery 3). */
static const struct {
	const char *name;
	bool value;
} flags[] = {
    {"claims_parameter_supported", true},
    {"request_parameter_supported", true},
    {"require_signed_request_object", false},
    {"request_uri_parameter_supported", false},
    {"require_pushed_authorization_requests", false},
    {"authorization_response_iss_parameter_supported", true},
    {"frontchannel_logout_supported", true},
    {"frontchannel_logout_session_supported", true},
#ifndef LK_STATIC /* where what sends it is (libexec/fetch) */
    {"backchannel_logout_supported", true},
    {"backchannel_logout_session_supported", true},
#endif
};

struct alg_search {
	const struct provider *p;
	unsigned algs;
};

static enum err
find_algs(struct store_txn *t, void *arg)
{
	struct alg_search *s = arg;

	s->algs = provider_algs(s->p, t);
	return store_failed(t);
}

/* How clients authenticate where. */
static void
put_auth_methods(struct json_text *t, const struct provider *p,
    const char *name, bool confidential)
{
	char words[256];
	struct buf b;

	buf_init(&b, words, sizeof words);
	client_auth_names(&b, p, confidential);
	json_text_words(t, name, words);
}

static void
put_languages(struct json_text *t)
{
	char tags[128];
	struct buf b;

	buf_init(&b, tags, sizeof tags);
	language_put_all(&b);
	json_text_words(t, "ui_locales_supported", tags);
}

/* What clients get signed, with the algorithm that they are registered for. */
static void
put_algs(struct json_text *t, const char *name, unsigned algs)
{
	char words[64];
	struct buf b;

	buf_init(&b, words, sizeof words);
	for (unsigned alg = 0; alg < JWA_COUNT; alg++)
		if (algs & (1U << alg))
			buf_printf(&b, "%s ", jwa_name((enum jwa)alg));
	json_text_words(t, name, words);
}

static void
put_endpoint(
    struct json_text *t, size_t i, const char *base, const char *issuer_path)
{
	char url[ISSUER_CAP + ISSUER_CAP + 32];
	struct buf u;

	buf_init(&u, url, sizeof url);
	buf_printf(&u, "%s%s%s", base, issuer_path, endpoints[i].path);
	json_text_str(t, endpoints[i].name, url);
}

/* Where apps register themselves, if they can (RFC 7591 3). */
static void
put_registration(struct json_text *t, const struct conf *conf)
{
	char url[ISSUER_CAP + 32];
	struct buf u;

	if (!conf->registration)
		return;
	buf_init(&u, url, sizeof url);
	buf_printf(&u, "%s/register", conf->issuer);
	json_text_str(t, "registration_endpoint", url);
}

/* Where clients show certificates, if they can (RFC 8705 3.3, 5). */
static void
put_mtls(struct json_text *t, const struct provider *p)
{
	struct json_text aliases;

	if (p->conf.mtls_origin[0] == '\0')
		return;
	json_text_begin_in(&aliases, t, "mtls_endpoint_aliases");
	for (size_t i = 0; i < ENDPOINTS; i++)
		if (str_index(direct, DIRECT, endpoints[i].name) < DIRECT)
			put_endpoint(&aliases, i, p->conf.mtls_origin,
			    conf_issuer_path(&p->conf));
	json_text_end(&aliases);
	json_text_bool(t, "tls_client_certificate_bound_access_tokens", true);
}

enum err
discovery_metadata(const struct provider *p, struct buf *answer)
{
	struct alg_search s = {.p = p};
	struct json_text t;
	enum err e = store_read(p->store, find_algs, &s);

	if (e != OK)
		return e;
	json_text_begin(&t, answer);
	json_text_str(&t, "issuer", p->conf.issuer);
	for (size_t i = 0; i < ENDPOINTS; i++)
		put_endpoint(&t, i, p->conf.issuer, "");
	put_registration(&t, &p->conf);
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
		json_text_words(&t, lists[i].name, lists[i].words);
	json_text_words(&t, "dpop_signing_alg_values_supported", dpop_algs);
	put_auth_methods(&t, p, "token_endpoint_auth_methods_supported", false);
	put_auth_methods(
	    &t, p, "revocation_endpoint_auth_methods_supported", false);
	put_auth_methods(
	    &t, p, "introspection_endpoint_auth_methods_supported", true);
	put_languages(&t);
	put_algs(&t, "id_token_signing_alg_values_supported", s.algs);
	put_algs(&t, "introspection_signing_alg_values_supported", s.algs);
	for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
		json_text_bool(&t, flags[i].name, flags[i].value);
	put_mtls(&t, p);
#ifndef LK_STATIC /* where what reads it is (libexec/fetch) */
	if (conf_has_documents(&p->conf))
		json_text_bool(
		    &t, "client_id_metadata_document_supported", true);
#endif
	json_text_end(&t);
	return OK;
}

struct key_collection {
	const struct provider *p;
	int64_t now;
	unsigned algs;
	json_t *keys;
	bool failed;
};

static bool
collect_key(void *arg, const void *record)
{
	const struct signkey *k = record;
	struct key_collection *c = arg;

	if (!(c->algs & (1U << k->pub.alg)) ||
	    (k->expires_at != 0 && k->expires_at <= c->now))
		return true;
	if (json_array_append_new(c->keys, public_key_jwk(&k->pub)) != 0)
		c->failed = true;
	return !c->failed;
}

static enum err
collect_keys(struct store_txn *t, void *arg)
{
	struct key_collection *c = arg;

	c->algs = provider_algs(c->p, t);
	/* An HS256 client's access tokens are signed with a key of the default
	 * algorithm, which its API must be able to find. */
	if (c->algs & (1U << JWA_HS256))
		c->algs |= 1U << conf_access_token_alg(&c->p->conf, JWA_HS256);
	json_array_clear(c->keys);
	signkey_each(t, collect_key, c);
	return c->failed ? ERR_NO_MEMORY : store_failed(t);
}

enum err
discovery_jwks(const struct provider *p, int64_t now, struct buf *answer)
{
	struct key_collection c = {.p = p, .now = now, .keys = json_array()};
	json_t *document = NULL;
	enum err e = ERR_NO_MEMORY;

	if (c.keys != NULL)
		e = store_read(p->store, collect_keys, &c);
	if (e == OK)
		document = json_pack("{s:O}", "keys", c.keys);
	if (e == OK && document == NULL)
		e = ERR_NO_MEMORY;
	if (e == OK)
		json_write(answer, document);
	json_decref(document);
	json_decref(c.keys);
	return e;
}
