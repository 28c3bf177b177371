/* The secrets of clients: what fits, what is kept of them, what opens. */
#include "base/str.h"
#include "check.h"
#include "domain/client.h"
#include "fixture.h"

#include <string.h>

static const char good_secret[] = "0123456789_0123456789_0123456789";
static struct keyring keyring;

static struct client
confidential(const char *client_id)
{
	struct client c = {.alg = JWA_EDDSA};

	if (str_copy(c.client_id, sizeof c.client_id, client_id) != OK)
		fixture_bail_out("a client_id");
	return c;
}

static void
secret_forms(void)
{
	char made[CLIENT_SECRET_CAP], again[CLIENT_SECRET_CAP];
	char text[CLIENT_SECRET_CAP + 1];

	client_secret_make(made);
	client_secret_make(again);
	CHECK(strlen(made) == 43 && client_secret_refusal(made) == NULL &&
		  made[strspn(made, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz"
				    "0123456789_-")] == '\0',
	    "client: a secret that is made has 256 bits in [A-Za-z0-9_-]");
	CHECK(strcmp(made, again) != 0, "client: and is another each time");
	memset(text, 'a', sizeof text);
	text[CLIENT_SECRET_MIN - 1] = '\0';
	CHECK(client_secret_refusal(text) != NULL,
	    "client: a secret of 31 characters is too short");
	text[CLIENT_SECRET_MIN - 1] = 'a';
	text[CLIENT_SECRET_CAP - 1] = '\0';
	CHECK(client_secret_refusal(text) == NULL, "client: one of 256 fits");
	text[CLIENT_SECRET_CAP - 1] = 'a';
	text[CLIENT_SECRET_CAP] = '\0';
	CHECK(
	    client_secret_refusal(text) != NULL, "client: one of 257 does not");
	CHECK(
	    client_secret_refusal("0123456789 0123456789 0123456789") != NULL &&
		client_secret_refusal("0123456789\xc3\xbc"
				      "0123456789_0123456789") != NULL,
	    "client: spaces and what is not ASCII do not fit either");
}

static void
secrets(void)
{
	char long_secret[2 * CLIENT_SECRET_CAP], opened[CLIENT_SECRET_CAP];
	struct client a = confidential("a"), b = confidential("b"),
		      public_one = confidential("c");
	struct keyring other;

	CHECK(client_secret_set(&a, "short", &keyring) == ERR_SYNTAX,
	    "client: a short secret is not taken");
	CHECK(client_secret_set(&a, good_secret, &keyring) == OK &&
		  client_secret_verify(&a, good_secret, &keyring) == OK,
	    "client: the right secret is right");
	CHECK(client_secret_verify(&a, "0123456789_0123456789_012345678",
		  &keyring) == ERR_INVALID_CLIENT &&
		  client_secret_verify(&a, "", &keyring) == ERR_INVALID_CLIENT,
	    "client: another is wrong, and none too");
	memset(long_secret, 'x', sizeof long_secret);
	long_secret[sizeof long_secret - 1] = '\0';
	CHECK(client_secret_verify(&a, long_secret, &keyring) ==
		  ERR_INVALID_CLIENT,
	    "client: one of any length is refused in peace");
	long_secret[CLIENT_SECRET_CAP - 1] = '\0';
	CHECK(client_secret_set(&a, long_secret, &keyring) == OK &&
		  client_secret_verify(&a, long_secret, &keyring) == OK &&
		  (long_secret[CLIENT_SECRET_CAP - 1] = 'x',
		      client_secret_verify(&a, long_secret, &keyring) ==
			  ERR_INVALID_CLIENT),
	    "client: one that only begins with the right one is wrong");
	CHECK(client_secret_set(&a, good_secret, &keyring) == OK &&
		  a.hs256_secret[0] == '\0' &&
		  client_secret_open(opened, &a, &keyring) == ERR_CORRUPT &&
		  opened[0] == '\0',
	    "client: of a secret that need not be known only a hash is kept");
	memcpy(b.secret_hash, a.secret_hash, sizeof b.secret_hash);
	CHECK(client_secret_verify(&b, good_secret, &keyring) ==
		  ERR_INVALID_CLIENT,
	    "client: a hash moved to another client opens nothing");
	random_bytes(&other, sizeof other);
	CHECK(
	    client_secret_verify(&a, good_secret, &other) == ERR_INVALID_CLIENT,
	    "client: nor does it with another key");
	memcpy(public_one.secret_hash, a.secret_hash, sizeof a.secret_hash);
	public_one.auth_method = AUTH_NONE;
	CHECK(client_secret_set(&public_one, good_secret, &keyring) == OK &&
		  client_secret_verify(&public_one, good_secret, &keyring) ==
		      ERR_INVALID_CLIENT,
	    "client: a public client has no secret that is right");
}

static void
sealed(void)
{
	char opened[CLIENT_SECRET_CAP];
	struct client a = confidential("a"), b = confidential("b");
	struct keyring other;

	a.alg = b.alg = JWA_HS256;
	random_bytes(&other, sizeof other);
	CHECK(client_secret_set(&a, good_secret, &keyring) == OK &&
		  strstr(a.hs256_secret, good_secret) == NULL &&
		  client_secret_open(opened, &a, &keyring) == OK &&
		  str_equal(opened, good_secret),
	    "client: an HS256 secret is sealed, and can be opened");
	CHECK(client_secret_verify(&a, good_secret, &keyring) == OK,
	    "client: and proves its client like any other");
	memcpy(b.hs256_secret, a.hs256_secret, sizeof b.hs256_secret);
	CHECK(client_secret_open(opened, &b, &keyring) == ERR_CORRUPT &&
		  opened[0] == '\0',
	    "client: a sealed secret moved to another client does not open");
	CHECK(client_secret_open(opened, &a, &other) == ERR_CORRUPT &&
		  opened[0] == '\0',
	    "client: nor does it with another key");
	a.hs256_secret[20] = a.hs256_secret[20] == 'A' ? 'B' : 'A';
	CHECK(client_secret_open(opened, &a, &keyring) == ERR_CORRUPT,
	    "client: nor with a character changed");
	a.hs256_secret[20] = '\0';
	CHECK(client_secret_open(opened, &a, &keyring) == ERR_CORRUPT,
	    "client: nor cut short");
	CHECK(client_secret_set(&b, good_secret, &keyring) == OK &&
		  (b.alg = JWA_EDDSA,
		      client_secret_set(&b, good_secret, &keyring)) == OK &&
		  b.hs256_secret[0] == '\0',
	    "client: with another algorithm the sealed secret goes");
}

int
main(void)
{
	random_bytes(&keyring, sizeof keyring);
	secret_forms();
	secrets();
	sealed();
	return check_done();
}
