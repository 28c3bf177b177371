/*
 * What a key that is no longer published is good for: the hints it signed, and
 * no access token.
 */
#include "base/reason.h"
#include "check.h"
#include "fixture.h"
#include "protocol/access_token.h"
#include "protocol/id_token.h"

#include "base/str.h"

#include <string.h>

enum { PUBLISHED_S = 3600, HINTS_S = 86400, LONG_S = 10 * HINTS_S };

static struct provider provider;
static struct client app = {.client_id = "app",
    .name = "App",
    .auth_method = AUTH_NONE,
    .redirect_uris = "https://app.example.org/cb",
    .scope = "openid",
    .grants = GRANT_AUTHORIZATION_CODE};
static struct user alice = {.name = "alice"};
static struct family family;
static struct signkey first, second, third;

static enum err
rotate_step(struct store_txn *t, void *arg)
{
	const struct retirement r = {PUBLISHED_S, HINTS_S};

	return signkey_rotate(t, arg, &r, noon);
}

static enum err
furnish(struct store_txn *t, void *arg)
{
	(void)arg;
	if (client_add(t, &app, noon) != OK || user_add(t, &alice, noon) != OK)
		return ERR_IO;
	memcpy(family.user_id, alice.user_id, USER_ID_LEN);
	return OK;
}

static enum err
access_token_at(const char *text, int64_t now)
{
	struct access_token a;
	enum reason reason;

	return access_token_parse(&provider, text, now, &a, &reason);
}

static bool
is_a_hint(const char *text)
{
	struct id_token_hint hint;

	return id_token_hint_parse(&provider, text, &hint) == OK &&
	       memcmp(hint.user_id, alice.user_id, USER_ID_LEN) == 0;
}

static void
retired(void)
{
	static char access[JWT_CAP], id[JWT_CAP];
	const struct access_token_grant a = {.client = &app,
	    .resources = "",
	    .family = &family,
	    .user = &alice,
	    .scope = "openid",
	    .issued_at = noon,
	    .expires_at = noon + LONG_S};
	const struct id_token_grant i = {.client = &app,
	    .family = &family,
	    .user = &alice,
	    .scope = "openid",
	    .nonce = "",
	    .access_token = "",
	    .issued_at = noon,
	    .expires_at = noon + 60};

	if (access_token_make(access, &provider, &a, &first) != OK ||
	    id_token_make(id, &provider, &i, &first) != OK)
		fixture_bail_out("no tokens");
	in_store(rotate_step, &third);
	CHECK(access_token_at(access, noon + PUBLISHED_S - 1) == OK &&
		  is_a_hint(id),
	    "retired key: what it signed is good while it is published");
	sweep_at(noon + PUBLISHED_S + 1);
	CHECK(access_token_at(access, noon + PUBLISHED_S + 1) ==
		  ERR_INVALID_TOKEN,
	    "retired key: after that it verifies no access token");
	CHECK(is_a_hint(id), "retired key: a hint it verifies still");
	sweep_at(noon + PUBLISHED_S + HINTS_S + 1);
	CHECK(!is_a_hint(id),
	    "retired key: until no session lives that it signed for");
}

int
main(void)
{
	fixture_open();
	provider.store = fixture;
	if (str_copy(provider.conf.issuer, ISSUER_CAP,
		"https://id.example.org") != OK ||
	    signer_make(&first, JWA_EDDSA, scratch, noon) != OK ||
	    signer_make(&second, JWA_EDDSA, scratch, noon) != OK ||
	    signer_make(&third, JWA_EDDSA, scratch, noon) != OK ||
	    signer_new(&provider.signer, scratch) != OK)
		fixture_bail_out("no provider");
	in_store(furnish, NULL);
	in_store(rotate_step, &first);
	in_store(rotate_step, &second);
	retired();
	signer_free(&provider.signer);
	return check_done();
}
