/*
 * What a grant asks of the store: a refresh is looked at on a snapshot, so that
 * one which is refused, and changes nothing, never waits for the one writer;
 * and what happens between the look and the rotation.
 */
#include "protocol/token_endpoint.h"

#include "base/form.h"
#include "base/reason.h"
#include "base/secret.h"
#include "base/str.h"
#include "check.h"
#include "counted.h"
#include "domain/code.h"
#include "domain/session.h"
#include "fixture.h"

#include <string.h>

#define SECRET "a-secret-of-more-than-32-characters"

static struct provider provider;
static struct client app = {.client_id = "app",
    .name = "App",
    .redirect_uris = "https://app.example.org/cb",
    .scope = "openid email",
    .cookie_refresh = true,
    .grants = GRANT_AUTHORIZATION_CODE | GRANT_REFRESH_TOKEN};
static struct user alice = {.name = "alice", .groups = "family"};
static struct family family; /* as it was begun */
static enum reason reason;

static enum err
furnish(struct store_txn *t, void *arg)
{
	(void)arg;
	if (client_secret_set(&app, SECRET, &provider.keyring) != OK ||
	    client_add(t, &app, noon) != OK || user_add(t, &alice, noon) != OK)
		return ERR_IO;
	return OK;
}

static enum err
begin_step(struct store_txn *t, void *arg)
{
	struct family_lifetimes l = provider_lifetimes(&provider);

	(void)arg;
	family = (struct family){.client_id = "app",
	    .scope = "email",
	    .refreshable = true,
	    .offline = true};
	random_bytes(family.family_id, FAMILY_ID_LEN);
	memcpy(family.user_id, alice.user_id, USER_ID_LEN);
	return family_begin(t, &family, &l, noon);
}

static enum err
lives_step(struct store_txn *t, void *arg)
{
	struct family f;

	(void)arg;
	return family_get(t, family.family_id, noon, &f);
}

static bool
lives(void)
{
	return store_read(fixture, lives_step, NULL) == OK;
}

/* What a test asks for, beside the token. */
struct ask {
	const char *grant_type;
	const char *secret; /* NULL: the right one */
	const char *scope;  /* NULL: none */
	bool cookie;        /* the token comes in the cookie */
};

/* The grant that A of the app asks for by TEXT; counted. */
static enum err
ask(struct ask a, char text[static OPAQUE_TOKEN_TEXT_CAP])
{
	const struct form form = {
	    .field = {{"grant_type", a.grant_type}, {"client_id", "app"},
		{"client_secret", a.secret != NULL ? a.secret : SECRET},
		{"code", text}, {a.cookie ? "none" : "refresh_token", text},
		{a.scope != NULL ? "scope" : "none", a.scope}},
	    .count = 6};
	const struct caller who = {.form = &form,
	    .origin = a.cookie ? "https://app.example.org" : NULL};
	struct token_request request, *q = &request;
	struct token_reply r;
	enum err e;

	if (token_request_parse(q, &who, &reason) != OK)
		fixture_bail_out("a token request");
	q->refresh_cookie = a.cookie ? text : NULL;
	reads = writes = 0;
	e = token_endpoint(&provider, q, noon, &r, &reason);
	if (e == OK &&
	    (r.access_token[0] == '\0' || r.refresh_token[0] == '\0'))
		e = ERR_IO;
	token_reply_wipe(&r);
	return e;
}

static void
encode(char text[static OPAQUE_TOKEN_TEXT_CAP], enum opaque_token_kind kind,
    uint64_t generation)
{
	struct opaque_token token = {.number = generation};

	memcpy(token.family_id, family.family_id, FAMILY_ID_LEN);
	opaque_token_encode(text, kind, &token, &provider.keyring);
}

/* Presents a generation of FAMILY, otherwise as Q says. */
static enum err
refresh_with(struct ask a, uint64_t generation)
{
	char text[OPAQUE_TOKEN_TEXT_CAP];

	encode(text, OPAQUE_TOKEN_REFRESH, generation);
	a.grant_type = "refresh_token";
	return ask(a, text);
}

static enum err
refresh(uint64_t generation)
{
	return refresh_with((struct ask){0}, generation);
}

static bool
was_refused(enum err e, enum err wanted, enum reason wanted_reason)
{
	return e == wanted && reason == wanted_reason;
}

/* --- how often the store is asked ------------------------------------------*/

static enum err
set_locked(struct store_txn *t, bool locked)
{
	alice.locked = locked;
	return user_put(t, &alice, noon);
}

static enum err
lock_step(struct store_txn *t, void *arg)
{
	(void)arg;
	return set_locked(t, true);
}

static enum err
unlock_step(struct store_txn *t, void *arg)
{
	(void)arg;
	return set_locked(t, false);
}

static void
counted(void)
{
	struct ask thief = {.secret = "guessed"},
		   wider = {.scope = "email openid"}, cookie = {.cookie = true};

	in_store(begin_step, NULL);
	CHECK(refresh(1) == OK && reads == 1 && writes == 1,
	    "grant: a refresh is one look and one write");
	CHECK(was_refused(refresh_with(thief, 2), ERR_INVALID_CLIENT,
		  REASON_CLIENT_SECRET_WRONG) &&
		  reads == 1 && writes == 0,
	    "grant: one by who is not the client waits for no writer");
	CHECK(was_refused(refresh_with(wider, 2), ERR_INVALID_SCOPE,
		  REASON_SCOPE_WIDENED) &&
		  writes == 0 &&
		  was_refused(refresh_with(cookie, 2), ERR_INVALID_GRANT,
		      REASON_COOKIE_MISMATCH) &&
		  writes == 0,
	    "grant: nor does one that asks for what it cannot have");
	in_store(lock_step, NULL);
	CHECK(
	    was_refused(refresh(2), ERR_INVALID_GRANT, REASON_USER_DISABLED) &&
		writes == 0,
	    "grant: nor one of a locked person");
	in_store(unlock_step, NULL);
	CHECK(refresh(2) == OK, "grant: none of these used the token up");
	CHECK(was_refused(
		  refresh(0), ERR_INVALID_GRANT, REASON_REFRESH_TOKEN_REUSED) &&
		  writes == 1 && !lives(),
	    "grant: theft is written down, and ends the family");
	CHECK(was_refused(refresh(3), ERR_INVALID_GRANT, REASON_FAMILY_ENDED) &&
		  writes == 0,
	    "grant: who asks on for a family that has ended waits for no "
	    "writer");
}

static void
strangers(void)
{
	struct ask thief = {.grant_type = "refresh_token", .secret = "guessed"},
		   code = {.grant_type = "authorization_code"};
	char text[OPAQUE_TOKEN_TEXT_CAP];

	in_store(begin_step, NULL);
	encode(text, OPAQUE_TOKEN_REFRESH, 1);
	text[0] ^= 1;
	CHECK(was_refused(ask(thief, text), ERR_INVALID_CLIENT,
		  REASON_CLIENT_SECRET_WRONG) &&
		  writes == 0,
	    "grant: whether a token is ours is told to clients alone");
	CHECK(was_refused(
		  ask(code, text), ERR_INVALID_GRANT, REASON_CODE_FORGED) &&
		  writes == 0,
	    "grant: a forged code waits for no writer");
	encode(text, OPAQUE_TOKEN_CODE, 0);
	thief.grant_type = "authorization_code";
	CHECK(was_refused(ask(thief, text), ERR_INVALID_CLIENT,
		  REASON_CLIENT_SECRET_WRONG) &&
		  writes == 0,
	    "grant: nor does a code from who is not the client");
}

/* --- between the look and the rotation -------------------------------------*/

static enum err
end_step(struct store_txn *t, void *arg)
{
	(void)arg;
	family_end(t, family.family_id);
	return OK;
}

/* Two uses by another holder: of the token, and of its successor. */
static enum err
overtake_step(struct store_txn *t, void *arg)
{
	struct family_lifetimes l = provider_lifetimes(&provider);
	struct refresh_presented p = {.client = &app, .token.number = 1};
	struct family_prerequisites g = {0};
	struct family f;

	(void)arg;
	memcpy(p.token.family_id, family.family_id, FAMILY_ID_LEN);
	for (; p.token.number < 3; p.token.number++)
		if (family_refresh(t, &p, &l, noon, &g, &f, &reason) != OK)
			return ERR_IO;
	return OK;
}

static void
between(void)
{
	in_store(begin_step, NULL);
	run_before = end_step;
	CHECK(was_refused(refresh(1), ERR_INVALID_GRANT, REASON_FAMILY_ENDED),
	    "grant: a family that ends after the look gives nothing");
	in_store(begin_step, NULL);
	run_before = overtake_step;
	CHECK(was_refused(
		  refresh(1), ERR_INVALID_GRANT, REASON_REFRESH_TOKEN_REUSED) &&
		  !lives(),
	    "grant: a token that is used up after the look is known for theft");
	in_store(begin_step, NULL);
	run_before = lock_step;
	CHECK(refresh(1) == OK && was_refused(refresh(2), ERR_INVALID_GRANT,
				      REASON_USER_DISABLED),
	    "grant: a person locked after the look is locked out from the next "
	    "request on");
	in_store(unlock_step, NULL);
	CHECK(refresh(2) == OK,
	    "grant: and the family is as if the refresh had come first");
}

static enum err
key_step(struct store_txn *t, void *arg)
{
	return signkey_rotate(
	    t, arg, &(struct retirement){.published_s = 3600}, noon);
}

int
main(void)
{
	struct signkey key;

	fixture_open();
	random_bytes(&provider.keyring, sizeof provider.keyring);
	provider.store = fixture;
	provider.conf = (struct conf){.default_alg = JWA_EDDSA,
	    .access_token_lifetime_s = 900,
	    .refresh_idle_s = 3600,
	    .refresh_absolute_s = 7200};
	if (str_copy(provider.conf.issuer, ISSUER_CAP,
		"https://id.example.org") != OK ||
	    signer_make(&key, JWA_EDDSA, scratch, noon) != OK ||
	    signer_new(&provider.signer, scratch) != OK)
		fixture_bail_out("no provider");
	in_store(key_step, &key);
	in_store(furnish, NULL);
	counted();
	strangers();
	between();
	signer_free(&provider.signer);
	return check_done();
}
