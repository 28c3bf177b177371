/* When the keys that a client publishes may be asked for, and who asks. */
#include "domain/client_keys.h"

#include "base/str.h"
#include "check.h"
#include "domain/removal.h"
#include "fixture.h"

#include <string.h>

#define HERE "https://app.example.org/keys"

static struct client signer = {.client_id = "signer",
    .name = "Signer",
    .grants = GRANT_CLIENT_CREDENTIALS,
    .auth_method = AUTH_PRIVATE_KEY_JWT,
    .jwks_uri = HERE};

static enum err
asking(struct store_txn *t, void *arg)
{
	struct client_keys k;

	(void)arg;
	if (client_add(t, &signer, noon) != OK)
		fixture_bail_out("a client");
	CHECK(client_keys_get(t, &signer, &k) == OK && k.fetched_at == 0 &&
		  k.jwks[0] == '\0' && client_keys_may_ask(&k, noon) &&
		  client_keys_are_old(&k, noon) &&
		  !client_keys_are_asked(&k, noon),
	    "client_keys: none are kept at first, and they may be asked for");
	CHECK(client_keys_begin(t, &signer, noon, &k) == OK &&
		  client_keys_are_asked(&k, noon) &&
		  client_keys_begin(t, &signer, noon + 59, &k) == ERR_BUSY,
	    "client_keys: one asks, and no other within a minute");
	CHECK(!client_keys_are_asked(&k, noon + CLIENT_KEYS_ASKING_S),
	    "client_keys: one that never ended is not waited for");
	CHECK(client_keys_begin(t, &signer, noon + 60, &k) == OK,
	    "client_keys: after a minute it is asked again");
	CHECK(client_keys_begin(t, &signer, noon - 600, &k) == OK,
	    "client_keys: and after a clock that went back");
	CHECK(k.expires_at == 0, "client_keys: those of an app stay with it");
	signer.source = CLIENT_OF_REGISTRATION;
	CHECK(client_keys_begin(t, &signer, noon + 60, &k) == OK &&
		  k.expires_at == noon + 60 + CLIENT_KEYS_STRANGER_S,
	    "client_keys: those of a stranger are none's after a while");
	signer.source = CLIENT_OF_ADMINISTRATOR;
	return OK;
}

static enum err
keeping(struct store_txn *t, void *arg)
{
	struct client_keys k;
	struct client moved = signer;

	(void)arg;
	CHECK(client_keys_end(t, &signer, "{1}", NULL, noon, &k) == OK &&
		  k.fetched_at == noon && str_equal(k.jwks, "{1}") &&
		  !client_keys_are_asked(&k, noon) &&
		  !client_keys_are_old(&k, noon + CLIENT_KEYS_AGE_MAX_S - 1) &&
		  client_keys_are_old(&k, noon + CLIENT_KEYS_AGE_MAX_S),
	    "client_keys: what was fetched is kept, and is old in six hours");
	CHECK(
	    client_keys_end(t, &signer, NULL, "timeout", noon + 90, &k) == OK &&
		str_equal(k.jwks, "{1}") && k.fetched_at == noon &&
		str_equal(k.problem, "timeout") &&
		!client_keys_may_ask(&k, noon + 100),
	    "client_keys: what failed leaves it, and is known");
	CHECK(client_keys_end(t, &signer, "{2}", NULL, noon + 200, &k) == OK &&
		  str_equal(k.jwks, "{2}") && k.problem[0] == '\0',
	    "client_keys: other keys take its place");
	if (str_copy(moved.jwks_uri, URI_CAP, HERE "2") != OK)
		fixture_bail_out("an address");
	CHECK(client_keys_get(t, &moved, &k) == OK && k.jwks[0] == '\0' &&
		  k.fetched_at == 0,
	    "client_keys: keys of another address are not the client's");
	CHECK(client_keys_end(t, &moved, "{3}", NULL, noon, &k) == OK &&
		  client_keys_get(t, &signer, &k) == OK &&
		  str_equal(k.jwks, "{2}"),
	    "client_keys: and what comes late from one is dropped");
	CHECK(remove_client(t, "signer") == OK &&
		  client_keys_get(t, &signer, &k) == OK && k.jwks[0] == '\0' &&
		  client_keys_end(t, &signer, "{4}", NULL, noon, &k) == OK &&
		  client_keys_get(t, &signer, &k) == OK && k.jwks[0] == '\0',
	    "client_keys: they go with the client, and do not come back");
	return OK;
}

int
main(void)
{
	fixture_open();
	in_store(asking, NULL);
	in_store(keeping, NULL);
	return check_done();
}
