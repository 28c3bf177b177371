#include "client_show.h"
#include "client_certificate.h"

#include "base/issuer.h"
#include "base/str.h"
#include "domain/client_keys.h"
#include "jose/jwk.h"
#include "list.h"

#include <stdio.h>
#include <string.h>

static const struct column client_list_columns[] = {
    {"client_id", "CLIENT", COLUMN_WHOLE},
    {"client_name", "NAME", false},
    {"public", "PUBLIC", false},
    {"id_token_signed_response_alg", "ALG", false},
    {"grant_types", "GRANTS", false},
    {"registered_by", "REGISTERED BY", false},
    {"redirect_uris", "REDIRECT URIS", false},
    COLUMN_END,
};

static const struct column client_show_columns[] = {
    {"client_id", "client_id", false},
    {"client_name", "name", false},
    {"public", "public", false},
    {"token_endpoint_auth_method", "authentication", false},
    {"client_jwks_uri", "keys from", false},
    {"key_ids", "keys", false},
    {"jwks_fetched_at", "keys fetched", true},
    {"jwks_problem", "not fetched since", false},
    {"tls_client_auth_subject_dn", "subject of its certificate", false},
    {"tls_client_auth_san_dns", "host in its certificate", false},
    {"tls_client_auth_san_uri", "URI in its certificate", false},
    {"tls_client_auth_san_ip", "address in its certificate", false},
    {"tls_client_auth_san_email", "e-mail in its certificate", false},
    {"tls_client_certificates", "certificates", false},
    {"tls_client_certificates_until", "first of them expires", true},
    {"token_endpoint_auth_signing_alg", "assertions signed with", false},
    {"auth_aud_endpoint", "assertions for the endpoint", false},
    {"client_uri", "link", false},
    {"icon", "icon", false},
    {"redirect_uris", "redirect URIs", false},
    {"post_logout_redirect_uris", "post-logout redirect URIs", false},
    {"backchannel_logout_uri", "back-channel logout URI", false},
    {"frontchannel_logout_uri", "front-channel logout URI", false},
    {"grant_types", "grants", false},
    {"scope", "scope", false},
    {"scope_texts", "scope texts", false},
    {"claims", "claims of its own", false},
    {"groups", "groups", false},
    {"audience", "audience", false},
    {"resources", "resources", false},
    {"exchange_for", "exchanges tokens for", false},
    {"introspect_any", "asks about any token", false},
    {"id_token_signed_response_alg", "alg", false},
    {"trusted", "trusted", false},
    {"require_factor", "needs second factor", false},
    {"pkce", "PKCE required", false},
    {"tls_client_certificate_bound_access_tokens",
	"tokens bound to certificate", false},
    {"dpop_bound_access_tokens", "DPoP required", false},
    {"require_pushed_authorization_requests", "pushed requests required",
	false},
    {"require_signed_request_object", "signed requests required", false},
    {"cookie_refresh", "refresh token in a cookie", false},
    {"refresh_retry", "retried refresh token", false},
    {"registered_by", "registered by", false},
    {"unused_until", "removed if unused", true},
    {"used_until", "removed if not used again", true},
    {"client_id_issued_at", "created", true},
    {"updated_at", "changed", true},
    COLUMN_END,
};

/* `public` says in one word what follows from the method. */
static json_t *
begin_client(const struct client *c)
{
	return json_pack("{s:n, s:n, s:b}", "client_id", "client_name",
	    "public", client_is_public(c));
}

/* What the keys in JWKS are called: each by its kid, or by its thumbprint. */
static json_t *
key_ids(const char *jwks)
{
	json_t *ids = json_array();
	struct jwk_set set;

	if (jwk_set_read(&set, jwks, strlen(jwks)) != OK)
		return ids; /* or no libcrypto here */
	for (size_t i = 0; i < set.count; i++) {
		struct public_key *k = &set.keys[i];

		if (k->kid[0] != '\0' || public_key_thumbprint(k->kid, k) == OK)
			json_array_append_new(ids, json_string(k->kid));
	}
	return ids;
}

static void
put_jwks(json_t *shown, const char *jwks)
{
	if (jwks[0] == '\0')
		return;
	json_object_set_new(shown, "jwks", json_loads(jwks, 0, NULL));
	json_object_set_new(shown, "key_ids", key_ids(jwks));
}

static json_t *
client_json(const struct client *c)
{
	json_t *shown = list_show(begin_client(c), &client_record, c);

	put_jwks(shown, c->jwks);
	client_certificates_show(shown, c);
	return shown;
}

/* Where an app that does not read the discovery document finds what, under the
 * names of OpenID Connect Discovery 3. */
static const struct told_endpoint {
	const char *name, *title, *path;
	unsigned grants; /* apps without one of these have no use for it */
} told_endpoints[] = {
    {"authorization_endpoint", "authorization", "/authorize",
	GRANT_AUTHORIZATION_CODE},
    {"token_endpoint", "token", "/token",
	GRANT_AUTHORIZATION_CODE | GRANT_CLIENT_CREDENTIALS |
	    GRANT_DEVICE_CODE | GRANT_TOKEN_EXCHANGE},
    {"device_authorization_endpoint", "device", "/device_authorization",
	GRANT_DEVICE_CODE},
    {"userinfo_endpoint", "userinfo", "/userinfo",
	GRANT_AUTHORIZATION_CODE | GRANT_DEVICE_CODE},
    {"jwks_uri", "keys (JWKS)", "/jwks.json",
	GRANT_AUTHORIZATION_CODE | GRANT_CLIENT_CREDENTIALS |
	    GRANT_DEVICE_CODE | GRANT_TOKEN_EXCHANGE},
    {"end_session_endpoint", "end session", "/logout",
	GRANT_AUTHORIZATION_CODE},
};

enum { TOLD_ENDPOINTS = sizeof told_endpoints / sizeof told_endpoints[0] };

#define DISCOVERY_PATH "/.well-known/openid-configuration"

json_t *
client_told(const struct admin *a, const struct client *c, const char *secret)
{
	const char *issuer = a->conf.issuer;
	const struct told_endpoint *e = told_endpoints;
	json_t *told = client_json(c);

	if (secret != NULL)
		json_object_set_new(told, "client_secret", json_string(secret));
	json_object_set_new(told, "issuer", json_string(issuer));
	json_object_set_new(
	    told, "discovery", json_sprintf("%s%s", issuer, DISCOVERY_PATH));
	for (; e < told_endpoints + TOLD_ENDPOINTS; e++)
		if ((e->grants & c->grants) != 0)
			json_object_set_new(told, e->name,
			    json_sprintf("%s%s", issuer, e->path));
	return told;
}

static void
print_told_line(const char *title, const char *value)
{
	printf("  %-15s  %s\n", title, value);
}

static void
print_told_list(const char *title, const char *list)
{
	char uri[URI_CAP];

	for (; words_next(&list, uri, sizeof uri); title = "")
		print_told_line(title, uri);
}

/* How it proves to be itself: any app may do the second, too. */
static const char *
authentication_told(const struct client *c)
{
	return c->auth_method == AUTH_CLIENT_SECRET
		   ? "client_secret_basic or client_secret_post"
	       : c->auth_method == AUTH_NONE ? "none: a public client"
					     : auth_method_name(c->auth_method);
}

static void
print_sign_in_told(const struct client *c)
{
	print_told_list("redirect URI", c->redirect_uris);
	print_told_list("after sign-out", c->post_logout_redirect_uris);
	print_told_line("PKCE",
	    c->no_pkce ? "S256, or none" : "S256, which the app has to use");
}

static void
print_endpoints_told(const struct admin *a, const struct client *c)
{
	const struct told_endpoint *e = told_endpoints;
	char url[ISSUER_CAP + 64];

	snprintf(url, sizeof url, "%s%s", a->conf.issuer, DISCOVERY_PATH);
	print_told_line("discovery", url);
	puts("If it does not read the discovery document:");
	for (; e < told_endpoints + TOLD_ENDPOINTS; e++) {
		if ((e->grants & c->grants) == 0)
			continue;
		snprintf(url, sizeof url, "%s%s", a->conf.issuer, e->path);
		print_told_line(e->title, url);
	}
}

int
client_tell(const struct admin *a, const struct client *c, const char *done,
    const char *secret, bool as_json)
{
	if (as_json)
		return output_json(client_told(a, c, secret));
	printf("Client %s %s. To be typed into the app:\n", c->client_id, done);
	print_told_line("client_id", c->client_id);
	if (secret != NULL)
		printf("  %-15s  %s  (shown this once)\n", "client_secret",
		    secret);
	print_told_line("authentication", authentication_told(c));
	print_told_line("issuer", a->conf.issuer);
	print_told_line("algorithm", jwa_name(c->alg));
	if ((c->grants & GRANT_AUTHORIZATION_CODE) != 0)
		print_sign_in_told(c);
	print_told_line("scope", c->scope);
	print_endpoints_told(a, c);
	return EXIT_DONE;
}

/* --- list, show ------------------------------------------------------------*/

static enum err
begin_client_row(struct list_row *row, const void *record)
{
	const struct client *c = record;

	if (c->is_site)
		return ERR_NOT_FOUND; /* `latchkey site list` has those */
	row->json = begin_client(c);
	return OK;
}

static const struct list_noun client_noun = {
    .kind = "client",
    .type = &client_record,
    .columns = client_list_columns,
    .begin = begin_client_row,
};

int
client_list(struct admin *a, const struct args *args)
{
	return list_run(a, &client_noun, NULL, NULL, args_has(args, "--json"));
}

struct client_lookup {
	const char *client_id;
	struct client client;
	struct client_keys keys; /* of one with a jwks_uri */
};

static enum err
look_up_client_step(struct store_txn *t, void *arg)
{
	struct client_lookup *l = arg;
	enum err e = client_get(t, l->client_id, &l->client);

	return e == OK ? client_keys_get(t, &l->client, &l->keys) : e;
}

/* What was fetched, and when; and why it was not, the last time. */
static void
put_fetched_keys(json_t *shown, const struct client_keys *k)
{
	put_jwks(shown, k->jwks);
	json_object_set_new(
	    shown, "jwks_fetched_at", json_integer(k->fetched_at));
	json_object_set_new(shown, "jwks_problem", json_string(k->problem));
}

int
client_show(struct admin *a, const struct args *args)
{
	struct client_lookup l = {.client_id = args->operand};
	enum err e = store_read(a->store, look_up_client_step, &l);
	json_t *shown;

	if (e != OK)
		return admin_refuse(a, e, "client", args->operand);
	shown = client_json(&l.client);
	if (l.client.jwks_uri[0] != '\0')
		put_fetched_keys(shown, &l.keys);
	return output_record(
	    shown, client_show_columns, args_has(args, "--json"));
}
