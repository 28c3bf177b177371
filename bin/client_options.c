#include "client_options.h"
#include "base/str.h"
#include "domain/client_scope.h"
#include "domain/clients.h"
#include "domain/exchange.h"
#include "domain/own_claim.h"
#include "domain/uri.h"

#include <stdio.h>
#include <string.h>

static const char *
scope_refusal(const char *s)
{
	return scope_word_valid(s) ? NULL
				   : "a scope is one word of printable ASCII; "
				     "repeat --scope for each";
}

static unsigned
grant_from_short_name(const char *name)
{
	if (str_equal(name, "device_code"))
		return GRANT_DEVICE_CODE;
	if (str_equal(name, "token_exchange"))
		return GRANT_TOKEN_EXCHANGE;
	return grant_from_name(name);
}

static enum err
apply_grants(struct client *c, const struct args *args, struct refusal *r)
{
	struct args_cursor cursor = {0};
	const char *name;
	unsigned grant;

	if (args_has(args, "--grant"))
		c->grants = 0;
	while ((name = args_next(args, "--grant", &cursor)) != NULL) {
		grant = grant_from_short_name(name);
		if (grant == 0)
			return refusal_set(r, "--grant", name,
			    "give authorization_code, refresh_token, "
			    "client_credentials, device_code or "
			    "token_exchange");
		c->grants |= grant;
	}
	/* What it is for says that it is to be had. */
	if (c->exchange_for[0] != '\0')
		c->grants |= GRANT_TOKEN_EXCHANGE;
	else if (args_has(args, "--exchange-for"))
		c->grants &= ~(unsigned)GRANT_TOKEN_EXCHANGE;
	return OK;
}

static enum err
apply_auth(struct client *c, const struct args *args, struct refusal *r)
{
	const char *name = args_value(args, "--auth");

	if (name == NULL)
		return OK;
	if (client_is_public(c))
		return refusal_set(
		    r, "--auth", name, "a public client cannot authenticate");
	c->auth_method = auth_method_from_name(name);
	if (c->auth_method == AUTH_NONE || c->auth_method == AUTH_METHOD_COUNT)
		return refusal_set(r, "--auth", name,
		    "give client_secret_basic, client_secret_jwt, "
		    "private_key_jwt, tls_client_auth or "
		    "self_signed_tls_client_auth");
	if (c->auth_method != AUTH_TLS_CLIENT)
		c->tls_name[0] = '\0';
	if (c->auth_method != AUTH_SELF_SIGNED)
		c->certificates[0] = '\0';
	if (c->auth_method != AUTH_PRIVATE_KEY_JWT) {
		c->jwks[0] = c->jwks_uri[0] = '\0';
		c->auth_alg = AUTH_ALG_ANY;
	}
	if (c->auth_method != AUTH_PRIVATE_KEY_JWT &&
	    c->auth_method != AUTH_CLIENT_SECRET_JWT)
		c->auth_aud_endpoint = false;
	return OK;
}

/* What its assertions are like. */
static enum err
apply_assertion(struct client *c, const struct args *args, struct refusal *r)
{
	const char *alg = args_value(args, "--auth-alg");
	const char *aud = args_value(args, "--auth-aud");

	if (alg != NULL)
		c->auth_alg = auth_alg_from_name(alg);
	if (c->auth_alg >= AUTH_ALG_COUNT)
		return refusal_set(r, "--auth-alg", alg,
		    "give EdDSA, ES256, RS256, PS256 or any");
	if (aud == NULL)
		return OK;
	c->auth_aud_endpoint = str_equal(aud, "endpoint");
	return c->auth_aud_endpoint || str_equal(aud, "issuer")
		   ? OK
		   : refusal_set(
			 r, "--auth-aud", aud, "give issuer or endpoint");
}

enum err
client_options_icon(
    struct icon *icon, const struct args *args, struct refusal *r)
{
	const char *path = args_value(args, "--icon"), *message;

	icon->len = 0;
	if (path == NULL || path[0] == '\0')
		return OK;
	message = icon_read(icon, path);
	return message == NULL ? OK : refusal_set(r, "--icon", path, message);
}

static enum err
apply_alg(struct client *c, const struct args *args, struct refusal *r)
{
	const char *name = args_value(args, "--alg");

	if (name == NULL)
		return OK;
	c->alg = jwa_issued_from_name(name);
	return c->alg != JWA_COUNT ? OK
				   : refusal_set(r, "--alg", name,
					 "give EdDSA, RS256 or HS256");
}

static enum err
apply_retry(struct client *c, const struct args *args, struct refusal *r)
{
	const char *name = args_value(args, "--refresh-retry");

	if (name == NULL)
		return OK;
	c->refresh_retry = retry_from_name(name);
	return c->refresh_retry != RETRY_COUNT
		   ? OK
		   : refusal_set(r, "--refresh-retry", name,
			 "give instead, theft or default");
}

static enum err
apply_lists(struct client *c, const struct args *args, struct refusal *r)
{
	const struct {
		const char *option;
		char *list;
		size_t cap;
		value_refusal *refusal;
	} lists[] = {
	    {"--redirect-uri", c->redirect_uris, sizeof c->redirect_uris,
		uri_refusal},
	    {"--post-logout-redirect-uri", c->post_logout_redirect_uris,
		sizeof c->post_logout_redirect_uris, uri_refusal},
	    {"--audience", c->audience, sizeof c->audience, resource_refusal},
	    {"--resource", c->resources, sizeof c->resources, resource_refusal},
	    {"--scope", c->scope, sizeof c->scope, scope_refusal},
	    {"--exchange-for", c->exchange_for, sizeof c->exchange_for,
		client_id_refusal},
	};
	enum err e = OK;

	for (size_t i = 0; i < sizeof lists / sizeof lists[0] && e == OK; i++)
		e = option_list(lists[i].list, lists[i].cap, args,
		    lists[i].option, lists[i].refusal, r);
	return e;
}

static enum err
apply_scope_texts(struct client *c, const struct args *args, struct refusal *r)
{
	static const char option[] = "--scope-text";
	struct args_cursor cursor = {0};
	const char *row, *refusal;

	if (args_has(args, option))
		c->scope_texts[0] = '\0';
	while ((row = args_next(args, option, &cursor)) != NULL) {
		refusal =
		    row[0] != '\0' ? client_scope_text_refusal(row) : NULL;
		if (refusal != NULL)
			return refusal_set(r, option, row, refusal);
		if (row[0] != '\0' && client_scope_text_add(c, row) != OK)
			return refusal_set(
			    r, option, row, "these are too many");
	}
	return OK;
}

static enum err
apply_claims(struct client *c, const struct args *args, struct refusal *r)
{
	static const char option[] = "--claim";
	struct args_cursor cursor = {0};
	const char *row, *refusal;
	enum err e;

	if (args_has(args, option))
		c->claims[0] = '\0';
	while ((row = args_next(args, option, &cursor)) != NULL) {
		refusal = row[0] != '\0' ? own_claim_refusal(row) : NULL;
		if (refusal != NULL)
			return refusal_set(r, option, row, refusal);
		e = row[0] != '\0' ? own_claim_add(c, row) : OK;
		if (e != OK)
			return refusal_set(r, option, row,
			    e == ERR_EXISTS ? "is given twice"
					    : "these are too many");
	}
	return OK;
}

static enum err
apply_logout_uris(struct client *c, const struct args *args, struct refusal *r)
{
	enum err e = option_text(c->backchannel_logout_uri,
	    sizeof c->backchannel_logout_uri, args, "--backchannel-logout-uri",
	    client_backchannel_refusal, r);

	return e != OK ? e
		       : option_text(c->frontchannel_logout_uri,
			     sizeof c->frontchannel_logout_uri, args,
			     "--frontchannel-logout-uri",
			     client_frontchannel_refusal, r);
}

static void
apply_switch(
    bool *value, const struct args *args, const char *on, const char *off)
{
	if (args_has(args, on))
		*value = true;
	if (args_has(args, off))
		*value = false;
}

enum err
client_options_apply(
    struct client *c, const struct args *args, struct refusal *r)
{
	enum err e;

	e = option_text(c->name, sizeof c->name, args, "--name", NULL, r);
	if (e == OK && c->name[0] == '\0')
		e = str_copy(c->name, sizeof c->name, c->client_id);
	if (e == OK)
		e = option_text(c->link, sizeof c->link, args, "--link",
		    client_link_refusal, r);
	if (e == OK)
		e = apply_lists(c, args, r);
	if (e == OK)
		e = apply_logout_uris(c, args, r);
	if (e == OK)
		e = apply_scope_texts(c, args, r);
	if (e == OK)
		e = apply_claims(c, args, r);
	if (e == OK)
		e = option_groups(
		    c->groups, sizeof c->groups, args, "--group", r);
	if (e == OK)
		e = apply_grants(c, args, r);
	if (e == OK)
		e = apply_auth(c, args, r);
	if (e == OK)
		e = apply_assertion(c, args, r);
	if (e == OK)
		e = apply_alg(c, args, r);
	if (e == OK)
		e = apply_retry(c, args, r);
	apply_switch(&c->trusted, args, "--trusted", "--no-trusted");
	apply_switch(&c->require_factor, args, "--require-factor",
	    "--no-require-factor");
	apply_switch(&c->certificate_bound, args, "--certificate-bound",
	    "--no-certificate-bound");
	apply_switch(
	    &c->require_dpop, args, "--require-dpop", "--no-require-dpop");
	apply_switch(&c->no_pkce, args, "--no-pkce", "--pkce");
	apply_switch(&c->cookie_refresh, args, "--cookie-refresh",
	    "--no-cookie-refresh");
	apply_switch(
	    &c->require_par, args, "--require-par", "--no-require-par");
	apply_switch(
	    &c->require_jar, args, "--require-jar", "--no-require-jar");
	apply_switch(&c->introspect_any, args, "--introspect-any",
	    "--no-introspect-any");
	return e;
}

enum err
client_options_edit(
    struct client *c, const struct args *args, struct refusal *r)
{
	static const char removal[] = "--remove-redirect-uri";
	struct args_cursor cursor = {0};
	const char *uri;

	if (args_has(args, "--vouch"))
		client_vouch(c);
	while ((uri = args_next(args, removal, &cursor)) != NULL) {
		if (!words_has(c->redirect_uris, uri))
			return refusal_set(
			    r, removal, uri, "is not registered");
		words_remove(c->redirect_uris, uri);
	}
	return option_add_words(c->redirect_uris, sizeof c->redirect_uris, args,
	    "--add-redirect-uri", uri_refusal, r);
}

/* A list that is given replaces the old one, which may not have been meant. */
void
client_options_warn(const struct client *c, const struct args *args)
{
	const char *cursor = c->redirect_uris, *given;
	char uri[URI_CAP];

	while (args_has(args, "--redirect-uri") &&
	       words_next(&cursor, uri, sizeof uri)) {
		struct args_cursor at = {0};

		while (
		    (given = args_next(args, "--redirect-uri", &at)) != NULL &&
		    !str_equal(given, uri))
			;
		if (given == NULL)
			fprintf(stderr,
			    "latchkey: warning: --redirect-uri replaces the "
			    "list: %s is dropped; --add-redirect-uri keeps "
			    "it\n",
			    uri);
	}
}

enum err
client_options_check(
    const struct client *c, bool secret_given, struct refusal *r)
{
	const char *message = client_refusal(c);

	if (message == NULL && c->source == CLIENT_OF_DOCUMENT)
		message = "this app says itself what it is, in a document at "
			  "its client_id; --vouch makes it one of yours, which "
			  "can be changed";
	if (message == NULL)
		message = client_jwks_refusal(c);
	if (message == NULL && client_is_public(c) && secret_given)
		message = "a public client has no secret";
	if (message == NULL && c->auth_method == AUTH_PRIVATE_KEY_JWT &&
	    secret_given)
		message = "a client with private_key_jwt has no secret";
	if (message == NULL && client_has_certificate(c) && secret_given)
		message = "a client with a certificate has no secret";
	return message == NULL ? OK : refusal_set(r, NULL, NULL, message);
}

enum err
client_options_targets(struct store_txn *t, const struct client *c,
    char unknown[static CLIENT_ID_CAP], struct refusal *r)
{
	return exchange_has_unknown(t, c, unknown)
		   ? refusal_set(r, "--exchange-for", unknown,
			 "no client has this client_id")
		   : OK;
}
