/* Clients: what makes sense, their origins, their end; client_secret.c has
 * their secrets. */
#include "domain/client.h"

#include "base/str.h"
#include "check.h"
#include "domain/code.h"
#include "domain/consent.h"
#include "domain/family.h"
#include "domain/removal.h"
#include "fixture.h"

#include <string.h>

static struct client
app(const char *client_id)
{
	struct client c = {.name = "App",
	    .redirect_uris = "https://app.example.org/cb",
	    .scope = "openid",
	    .alg = JWA_EDDSA,
	    .grants = GRANT_AUTHORIZATION_CODE | GRANT_REFRESH_TOKEN};

	if (str_copy(c.client_id, sizeof c.client_id, client_id) != OK)
		fixture_bail_out("a client_id");
	return c;
}

/* --- what may be one ----------------------------------------------------- */

static void
ids(void)
{
	char text[CLIENT_ID_CAP + 1];

	CHECK(client_id_refusal("https://app.example.org:1/~x_y-z") == NULL,
	    "client: an id has letters, digits and . _ ~ : / -");
	CHECK(client_id_refusal("") != NULL &&
		  client_id_refusal("a b") != NULL &&
		  client_id_refusal("a\"b") != NULL &&
		  client_id_refusal("a\nb") != NULL &&
		  client_id_refusal("gr\xc3\xbc\xc3\x9f") != NULL,
	    "client: and nothing else");
	memset(text, 'a', sizeof text);
	text[CLIENT_ID_CAP - 1] = '\0';
	CHECK(client_id_refusal(text) == NULL, "client: an id of 128 fits");
	text[CLIENT_ID_CAP - 1] = 'a';
	text[CLIENT_ID_CAP] = '\0';
	CHECK(client_id_refusal(text) != NULL, "client: one of 129 does not");
}

/* One change each to a client that makes sense. */
static void
sense(void)
{
	struct client c = app("a");

	CHECK(client_refusal(&c) == NULL, "client: the usual app makes sense");
	c.redirect_uris[0] = '\0';
	CHECK(client_refusal(&c) != NULL,
	    "client: one that signs people in needs a redirect URI");
	c.grants = GRANT_CLIENT_CREDENTIALS;
	CHECK(client_refusal(&c) == NULL,
	    "client: one that acts for itself needs none");
	c.grants = 0;
	CHECK(client_refusal(&c) != NULL, "client: one without a grant type "
					  "makes no sense");
	c = app("a");
	c.grants = GRANT_REFRESH_TOKEN;
	CHECK(client_refusal(&c) != NULL,
	    "client: nor one that refreshes what it cannot get");
	c = app("a");
	c.auth_method = AUTH_NONE;
	CHECK(client_refusal(&c) == NULL, "client: a public one makes sense");
	c.grants |= GRANT_CLIENT_CREDENTIALS;
	CHECK(client_refusal(&c) != NULL,
	    "client: but not with client_credentials");
	c = app("a");
	c.auth_method = AUTH_NONE;
	c.no_pkce = true;
	CHECK(client_refusal(&c) != NULL, "client: nor without PKCE");
	c = app("a");
	c.auth_method = AUTH_NONE;
	c.alg = JWA_HS256;
	CHECK(client_refusal(&c) != NULL,
	    "client: nor with HS256, for it has no secret");
	c.auth_method = AUTH_CLIENT_SECRET;
	CHECK(client_refusal(&c) == NULL, "client: a confidential one may have "
					  "HS256");
	c.no_pkce = true;
	CHECK(client_refusal(&c) == NULL, "client: and do without PKCE");
	c = app("a");
	c.cookie_refresh = true;
	CHECK(client_refusal(&c) != NULL,
	    "client: a refresh cookie is for an app in the browser");
	c.auth_method = AUTH_NONE;
	CHECK(client_refusal(&c) == NULL, "client: which is public");
	c.grants = GRANT_AUTHORIZATION_CODE;
	CHECK(client_refusal(&c) != NULL, "client: and refreshes");
}

static bool
stranger_may_be(const struct client *c)
{
	struct client of_document = *c;

	of_document.source = CLIENT_OF_DOCUMENT;
	return client_refusal(c) == NULL &&
	       client_refusal(&of_document) == NULL;
}

static struct client
stranger(void)
{
	struct client c = app("a");

	c.source = CLIENT_OF_REGISTRATION;
	return c;
}

static void
strangers(void)
{
	struct client c = stranger();

	CHECK(stranger_may_be(&c), "client: a stranger makes sense");
	c.trusted = true;
	CHECK(!stranger_may_be(&c), "client: but is not trusted");
	c = stranger();
	c.no_pkce = true;
	CHECK(!stranger_may_be(&c), "client: nor without PKCE");
	c = stranger();
	c.introspect_any = true;
	CHECK(!stranger_may_be(&c), "client: asks about no tokens");
	c = stranger();
	strcpy(c.resources, "https://api.example.org");
	CHECK(!stranger_may_be(&c), "client: is no API");
	c = stranger();
	c.grants |= GRANT_CLIENT_CREDENTIALS;
	CHECK(!stranger_may_be(&c), "client: does nothing for itself");
	c = stranger();
	c.grants |= GRANT_DEVICE_CODE;
	CHECK(!stranger_may_be(&c), "client: nor for a device elsewhere");
	c = stranger();
	c.grants |= GRANT_TOKEN_EXCHANGE;
	CHECK(!stranger_may_be(&c), "client: nor on a person's behalf at APIs");
	c = app("a");
	c.unused_until = 1;
	CHECK(client_refusal(&c) != NULL,
	    "client: the administrator's does not expire");
	c.unused_until = 0;
	strcpy(c.registration_hash, "x");
	CHECK(
	    client_refusal(&c) != NULL, "client: nor does it register itself");
}

static void
grants_by_name(void)
{
	CHECK(
	    grant_from_name("authorization_code") == GRANT_AUTHORIZATION_CODE &&
		grant_from_name("refresh_token") == GRANT_REFRESH_TOKEN &&
		grant_from_name("client_credentials") ==
		    GRANT_CLIENT_CREDENTIALS &&
		str_equal(
		    grant_type_name(GRANT_REFRESH_TOKEN), "refresh_token"),
	    "client: grant types have their names");
	CHECK(grant_from_name("password") == 0 && grant_from_name("") == 0 &&
		  grant_from_name("Refresh_Token") == 0,
	    "client: and there are no others");
}

/* --- redirect URIs and origins ------------------------------------------- */

static void
uris(void)
{
	struct client c = app("a");

	if (str_copy(c.redirect_uris, sizeof c.redirect_uris,
		"https://a.example/cb http://127.0.0.1/cb app.a:/cb") != OK ||
	    str_copy(c.post_logout_redirect_uris,
		sizeof c.post_logout_redirect_uris,
		"https://a.example/bye http://127.0.0.1/bye") != OK)
		fixture_bail_out("redirect URIs");
	CHECK(client_has_redirect_uri(&c, "https://a.example/cb") &&
		  client_has_redirect_uri(&c, "http://127.0.0.1/cb") &&
		  client_has_redirect_uri(&c, "app.a:/cb"),
	    "client: any of its redirect URIs is its own");
	CHECK(!client_has_redirect_uri(&c, "https://a.example/c") &&
		  !client_has_redirect_uri(&c, "https://a.example/bye") &&
		  !client_has_redirect_uri(&c, "") &&
		  !client_has_redirect_uri(&c, "http://127.0.0.1:999/cb") &&
		  !client_has_redirect_uri(&c, c.redirect_uris),
	    "client: no other is, nor all of them together");
	CHECK(client_has_post_logout_uri(&c, "https://a.example/bye") &&
		  !client_has_post_logout_uri(&c, "https://a.example/cb") &&
		  !client_has_post_logout_uri(&c, "http://127.0.0.1:9/bye"),
	    "client: a URI to go to after signing out is compared exactly");
	CHECK(client_has_origin(&c, "https://a.example") &&
		  client_has_origin(&c, "http://127.0.0.1") &&
		  !client_has_origin(&c, "https://a.example:8443") &&
		  !client_has_origin(&c, "http://a.example") &&
		  !client_has_origin(&c, "null") && !client_has_origin(&c, ""),
	    "client: its origins are those of its redirect URIs");
	CHECK(!client_is_impersonable(&c, "app.a:/cb"),
	    "client: one with a secret is known by it");
	c.auth_method = AUTH_NONE;
	CHECK(client_has_redirect_uri(&c, "http://127.0.0.1:999/cb") &&
		  !client_has_redirect_uri(&c, "http://127.0.0.1:999/c") &&
		  !client_has_redirect_uri(&c, ""),
	    "client: a public one may use any port of a loopback address");
	CHECK(client_is_impersonable(&c, "app.a:/cb") &&
		  client_is_impersonable(&c, "http://127.0.0.1:9/cb") &&
		  !client_is_impersonable(&c, "https://a.example/cb"),
	    "client: a public one only by an https redirect URI (OAuth 2.1 "
	    "7.3.1)");
}

static void
admission(void)
{
	struct client c = app("a");
	struct user u = {.groups = "family,friends"};

	CHECK(client_admits(&c, &u), "client: one that names no groups is for "
				     "everybody");
	CHECK(str_copy(c.groups, sizeof c.groups, "staff,friends") == OK &&
		  client_admits(&c, &u),
	    "client: one of its groups is enough");
	CHECK(str_copy(u.groups, sizeof u.groups,
		  "friend,famil,staff friends") == OK &&
		  !client_admits(&c, &u),
	    "client: none of them is not");
	u.groups[0] = '\0';
	CHECK(!client_admits(&c, &u), "client: nor are none at all");
}

/* --- in the store -------------------------------------------------------- */

static bool
same(const struct client *a, const struct client *b)
{
	return str_equal(a->client_id, b->client_id) &&
	       str_equal(a->name, b->name) &&
	       str_equal(a->redirect_uris, b->redirect_uris) &&
	       str_equal(a->post_logout_redirect_uris,
		   b->post_logout_redirect_uris) &&
	       str_equal(a->scope, b->scope) &&
	       str_equal(a->groups, b->groups) &&
	       str_equal(a->audience, b->audience) && a->alg == b->alg &&
	       a->grants == b->grants && a->auth_method == b->auth_method &&
	       a->trusted == b->trusted && a->no_pkce == b->no_pkce &&
	       a->cookie_refresh == b->cookie_refresh &&
	       str_equal(
		   a->backchannel_logout_uri, b->backchannel_logout_uri) &&
	       str_equal(
		   a->frontchannel_logout_uri, b->frontchannel_logout_uri) &&
	       str_equal(a->jwks_uri, b->jwks_uri) &&
	       memcmp(a->secret_hash, b->secret_hash, sizeof a->secret_hash) ==
		   0 &&
	       str_equal(a->hs256_secret, b->hs256_secret) &&
	       a->created_at == b->created_at && a->changed_at == b->changed_at;
}

static enum err
keeping(struct store_txn *t, void *arg)
{
	struct client a = app("a"), found;

	(void)arg;
	CHECK(client_get(t, "a", &found) == ERR_NOT_FOUND &&
		  found.client_id[0] == '\0' &&
		  client_put(t, &a, noon) == ERR_NOT_FOUND &&
		  remove_client(t, "a") == ERR_NOT_FOUND,
	    "client: one that is not there is not found, changed, removed");
	memset(a.secret_hash, 7, sizeof a.secret_hash);
	a.trusted = a.no_pkce = true;
	if (str_copy(a.groups, sizeof a.groups, "family") != OK ||
	    str_copy(a.audience, sizeof a.audience, "https://api") != OK ||
	    str_copy(a.hs256_secret, sizeof a.hs256_secret, "sealed") != OK ||
	    str_copy(a.post_logout_redirect_uris, URI_LIST_CAP, "x:y") != OK)
		fixture_bail_out("a client");
	CHECK(client_add(t, &a, noon) == OK &&
		  client_get(t, "a", &found) == OK && same(&a, &found) &&
		  found.created_at == noon,
	    "client: all that is put of it is found again");
	CHECK(client_add(t, &a, noon) == ERR_EXISTS,
	    "client: an id is taken once");
	CHECK(client_get(t, "A", &found) == ERR_NOT_FOUND &&
		  client_get(t, "", &found) == ERR_NOT_FOUND,
	    "client: an id is compared exactly");
	a.trusted = false;
	CHECK(client_put(t, &a, noon + 5) == OK &&
		  client_get(t, "a", &found) == OK && !found.trusted &&
		  found.created_at == noon && found.changed_at == noon + 5,
	    "client: one that is changed knows when");
	memset(a.redirect_uris, 'u', sizeof a.redirect_uris - 1);
	memset(a.post_logout_redirect_uris, 'u', URI_LIST_CAP - 1);
	memset(a.backchannel_logout_uri, 'b', URI_CAP - 1);
	memset(a.frontchannel_logout_uri, 'f', URI_CAP - 1);
	memset(a.jwks_uri, 'j', URI_CAP - 1);
	memset(a.scope, 's', sizeof a.scope - 1);
	memset(a.groups, 'g', sizeof a.groups - 1);
	memset(a.audience, 'a', sizeof a.audience - 1);
	memset(a.name, 'n', sizeof a.name - 1);
	memset(a.hs256_secret, 'h', sizeof a.hs256_secret - 1);
	CHECK(client_put(t, &a, noon) == OK &&
		  client_get(t, "a", &found) == OK && same(&a, &found),
	    "client: the largest one there can be fits its record");
	CHECK(remove_client(t, "a") == OK &&
		  client_get(t, "a", &found) == ERR_NOT_FOUND,
	    "client: one that is removed is gone");
	return OK;
}

static enum err
origins_index(struct store_txn *t, void *arg)
{
	struct client a = app("a"), b = app("b");

	(void)arg;
	CHECK(!client_origin_known(t, "https://app.example.org"),
	    "client: before there is one, no origin is known");
	if (str_copy(a.redirect_uris, URI_LIST_CAP,
		"https://app.example.org/1 https://app.example.org/2 "
		"https://a.example:8443/cb x.y:/cb") != OK ||
	    client_add(t, &a, noon) != OK || client_add(t, &b, noon) != OK)
		fixture_bail_out("two clients");
	CHECK(client_origin_known(t, "https://app.example.org") &&
		  client_origin_known(t, "https://a.example:8443"),
	    "client: the origins of redirect URIs are known");
	CHECK(!client_origin_known(t, "https://app.example.or") &&
		  !client_origin_known(t, "https://app.example.org/") &&
		  !client_origin_known(t, "https://a.example") &&
		  !client_origin_known(t, "") &&
		  !client_origin_known(t, "null") &&
		  !client_origin_known(t, "x.y:"),
	    "client: no part of one is, nor anything else");
	if (str_copy(a.redirect_uris, URI_LIST_CAP, "https://new.example/cb") !=
		OK ||
	    client_put(t, &a, noon) != OK)
		fixture_bail_out("another client");
	CHECK(!client_origin_known(t, "https://a.example:8443") &&
		  client_origin_known(t, "https://new.example") &&
		  client_origin_known(t, "https://app.example.org"),
	    "client: changed, it leaves its old origins, but none that "
	    "another has");
	CHECK(remove_client(t, "b") == OK &&
		  !client_origin_known(t, "https://app.example.org") &&
		  remove_client(t, "a") == OK &&
		  !client_origin_known(t, "https://new.example"),
	    "client: removed, it takes its origins along");
	return OK;
}

static enum err
algorithms(struct store_txn *t, void *arg)
{
	struct client a = app("a"), b = app("b");

	(void)arg;
	CHECK(client_algs(t) == 0, "client: without clients no algorithm is "
				   "in use");
	b.alg = JWA_HS256;
	CHECK(client_add(t, &a, noon) == OK && client_add(t, &b, noon) == OK &&
		  client_algs(t) == (1U << JWA_EDDSA | 1U << JWA_HS256),
	    "client: what some client uses is in use");
	b.alg = JWA_RS256;
	CHECK(client_put(t, &b, noon) == OK &&
		  client_algs(t) == (1U << JWA_EDDSA | 1U << JWA_RS256),
	    "client: what none uses any more is not");
	CHECK(remove_client(t, "a") == OK &&
		  client_algs(t) == 1U << JWA_RS256 &&
		  remove_client(t, "b") == OK && client_algs(t) == 0,
	    "client: a removed one uses none");
	return OK;
}

/* A family, a code and a consent of one client. */
static bool
give(struct store_txn *t, const char *client_id)
{
	static const struct family_lifetimes l = {900, 3600, 7200, {30, false}};
	struct family f = {.refreshable = true};
	struct code code = {.scope = "openid"};
	struct consent consent = {.granted = "openid"};

	random_bytes(f.family_id, FAMILY_ID_LEN);
	return str_copy(f.client_id, CLIENT_ID_CAP, client_id) == OK &&
	       str_copy(code.client_id, CLIENT_ID_CAP, client_id) == OK &&
	       str_copy(consent.client_id, CLIENT_ID_CAP, client_id) == OK &&
	       family_begin(t, &f, &l, noon) == OK &&
	       code_issue(t, &code, noon) == OK &&
	       consent_put(t, &consent) == OK;
}

static enum err
with_belongings(struct store_txn *t, void *arg)
{
	struct client a = app("a"), b = app("ab");

	(void)arg;
	if (client_add(t, &a, noon) != OK || client_add(t, &b, noon) != OK ||
	    !give(t, "a") || !give(t, "a") || !give(t, "ab"))
		fixture_bail_out("two clients");
	if (remove_client(t, "a") != OK)
		fixture_bail_out("a client that stays");
	return OK;
}

static void
removal(void)
{
	struct store_figures f;

	in_store(with_belongings, NULL);
	CHECK(
	    store_measure(fixture, &f) == OK && f.entries[TABLE_CLIENTS] == 1 &&
		f.entries[TABLE_FAMILIES] == 1 && f.entries[TABLE_CODES] == 1 &&
		f.entries[TABLE_CONSENTS] == 1 && f.expiry_entries == 2,
	    "client: removed, it takes its families, codes and consents "
	    "along, and no other's");
}

int
main(void)
{
	fixture_open();
	ids();
	sense();
	grants_by_name();
	strangers();
	uris();
	admission();
	in_store(keeping, NULL);
	in_store(origins_index, NULL);
	in_store(algorithms, NULL);
	removal();
	return check_done();
}
