#include "protocol/discovery.h"

#include "base/buf.h"
#include "base/json.h"

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
};

static const struct {
	const char *name, *words;
} lists[] = {
    {"scopes_supported", "openid profile email groups offline_access"},
    {"response_types_supported", "code"},
    {"response_modes_supported", "query form_post"},
    {"grant_types_supported",
	"authorization_code refresh_token client_credentials"},
    {"subject_types_supported", "public"},
    {"token_endpoint_auth_methods_supported",
	"client_secret_basic client_secret_post none"},
    {"revocation_endpoint_auth_methods_supported",
	"client_secret_basic client_secret_post none"},
    {"introspection_endpoint_auth_methods_supported",
	"client_secret_basic client_secret_post"},
    {"code_challenge_methods_supported", "S256"},
    {"prompt_values_supported", "none login consent select_account"},
    {"claim_types_supported", "normal"},
    {"claims_supported",
	"iss sub aud exp iat auth_time nonce sid amr at_hash name "
	"preferred_username updated_at email email_verified groups"},
};

/* Said although they are the default or not so: an absent
 * request_uri_parameter_supported means true (Discovery 3). */
static const struct {
	const char *name;
	bool value;
} flags[] = {
    {"claims_parameter_supported", false},
    {"request_parameter_supported", false},
    {"request_uri_parameter_supported", false},
    {"authorization_response_iss_parameter_supported", true},
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

static json_t *
alg_names(unsigned algs)
{
	json_t *array = json_array();

	for (unsigned alg = 0; alg < JWA_COUNT; alg++)
		if ((algs & (1U << alg)) &&
		    json_array_append_new(
			array, json_string(jwa_name((enum jwa)alg))) != 0) {
			json_decref(array);
			return NULL;
		}
	return array;
}

enum err
discovery_metadata(const struct provider *p, json_t **answer)
{
	struct alg_search s = {.p = p};
	struct json_build b;
	char url[ISSUER_CAP + 32];
	struct buf u;
	enum err e = store_read(p->store, find_algs, &s);

	*answer = NULL;
	if (e != OK)
		return e;
	json_begin(&b);
	json_put_str(&b, "issuer", p->conf.issuer);
	for (size_t i = 0; i < sizeof endpoints / sizeof *endpoints; i++) {
		buf_init(&u, url, sizeof url);
		buf_printf(&u, "%s%s", p->conf.issuer, endpoints[i].path);
		json_put_str(&b, endpoints[i].name, url);
	}
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
		json_put_words(&b, lists[i].name, lists[i].words);
	json_put(
	    &b, "id_token_signing_alg_values_supported", alg_names(s.algs));
	for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
		json_put_bool(&b, flags[i].name, flags[i].value);
	*answer = json_finish(&b);
	return *answer != NULL ? OK : ERR_NO_MEMORY;
}

struct key_collection {
	const struct provider *p;
	int64_t now;
	unsigned algs;
	json_t *keys;
	bool failed;
};

static bool
collect_key(void *arg, const struct signkey *k)
{
	struct key_collection *c = arg;

	if (!(c->algs & (1U << k->alg)) ||
	    (k->expires_at != 0 && k->expires_at <= c->now))
		return true;
	if (json_array_append_new(c->keys, signkey_jwk(k)) != 0)
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
		c->algs |= 1U << provider_access_token_alg(
			       c->p, &(struct client){.alg = JWA_HS256});
	json_array_clear(c->keys);
	signkey_each(t, collect_key, c);
	return c->failed ? ERR_NO_MEMORY : store_failed(t);
}

enum err
discovery_jwks(const struct provider *p, int64_t now, json_t **answer)
{
	struct key_collection c = {.p = p, .now = now, .keys = json_array()};
	struct json_build b;
	enum err e = ERR_NO_MEMORY;

	*answer = NULL;
	if (c.keys != NULL)
		e = store_read(p->store, collect_keys, &c);
	if (e != OK) {
		json_decref(c.keys);
		return e;
	}
	json_begin(&b);
	json_put(&b, "keys", c.keys);
	*answer = json_finish(&b);
	return *answer != NULL ? OK : ERR_NO_MEMORY;
}
