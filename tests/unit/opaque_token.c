/* Codes and refresh tokens, and the keys outside the store that make them. */
#include "domain/opaque_token.h"

#include "base/file.h"
#include "base/secret.h"
#include "check.h"
#include "domain/keyring.h"
#include "scratch.h"

#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

static const struct opaque_token token = {
    .family_id = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 255},
    .number = 0xfedcba9876543210,
};

static bool
same(const struct opaque_token *a, const struct opaque_token *b)
{
	return memcmp(a->family_id, b->family_id, FAMILY_ID_LEN) == 0 &&
	       a->number == b->number;
}

static void
tokens(const struct keyring *k, const struct keyring *other)
{
	static const struct opaque_token nothing;
	char text[OPAQUE_TOKEN_TEXT_CAP], again[OPAQUE_TOKEN_TEXT_CAP];
	struct opaque_token t;

	opaque_token_encode(text, OPAQUE_TOKEN_REFRESH, &token, k);
	CHECK(strlen(text) == 64, "token: a token is 64 characters");
	CHECK(opaque_token_decode(&t, OPAQUE_TOKEN_REFRESH, text, k) == OK &&
		  same(&t, &token),
	    "token: a refresh token names its family and generation");
	opaque_token_encode(again, OPAQUE_TOKEN_REFRESH, &token, k);
	CHECK(strcmp(text, again) == 0,
	    "token: the same generation is the same token again");
	CHECK(opaque_token_decode(&t, OPAQUE_TOKEN_CODE, text, k) ==
		  ERR_INVALID_GRANT,
	    "token: a refresh token is no code");
	CHECK(same(&t, &nothing), "token: a refused token leaves zeroes");
	CHECK(opaque_token_decode(&t, OPAQUE_TOKEN_REFRESH, text, other) ==
		  ERR_INVALID_GRANT,
	    "token: a token of another key is refused");
	opaque_token_encode(text, OPAQUE_TOKEN_CODE, &token, k);
	CHECK(opaque_token_decode(&t, OPAQUE_TOKEN_CODE, text, k) == OK &&
		  same(&t, &token),
	    "token: a code names its family and number");
	CHECK(opaque_token_decode(&t, OPAQUE_TOKEN_REFRESH, text, k) ==
		      ERR_INVALID_GRANT &&
		  opaque_token_decode(&t, OPAQUE_TOKEN_GATE, text, k) ==
		      ERR_INVALID_GRANT,
	    "token: a code is no refresh token, and no cookie of the gate");
	opaque_token_encode(text, OPAQUE_TOKEN_GATE, &token, k);
	CHECK(opaque_token_decode(&t, OPAQUE_TOKEN_GATE, text, k) == OK &&
		  same(&t, &token) &&
		  opaque_token_decode(&t, OPAQUE_TOKEN_CODE, text, k) ==
		      ERR_INVALID_GRANT &&
		  opaque_token_decode(&t, OPAQUE_TOKEN_REFRESH, text, k) ==
		      ERR_INVALID_GRANT,
	    "token: nor is a cookie of the gate one of them");
}

static void
family_ids(void)
{
	static const int64_t times[] = {
	    0, 1, 255, 256, 1700000000, 1700000001, 1716777216, 4294967295};
	uint8_t before[FAMILY_ID_LEN] = {0}, id[FAMILY_ID_LEN];
	bool rise = true;

	for (size_t i = 1; i < sizeof times / sizeof times[0]; i++) {
		family_id_make(before, times[i - 1]);
		family_id_make(id, times[i]);
		rise = rise && memcmp(before, id, FAMILY_ID_LEN) < 0;
	}
	CHECK(rise, "token: ids of families rise with time");
	family_id_make(before, 1700000000);
	family_id_make(id, 1700000000);
	CHECK(memcmp(before, id, 4) == 0 &&
		  memcmp(before + 4, id + 4, 6) != 0 &&
		  memcmp(before + 10, id + 10, 6) != 0,
	    "token: two ids of one second differ by chance, in all but the "
	    "time");
}

static void
forgeries(const struct keyring *k)
{
	char text[OPAQUE_TOKEN_TEXT_CAP + 1];
	struct opaque_token t;
	int accepted = 0;

	opaque_token_encode(text, OPAQUE_TOKEN_REFRESH, &token, k);
	for (size_t i = 0; i < 64; i++) {
		char was = text[i];

		text[i] = was == 'A' ? 'B' : 'A';
		accepted += opaque_token_decode(
				&t, OPAQUE_TOKEN_REFRESH, text, k) == OK;
		text[i] = was;
	}
	CHECK(accepted == 0, "token: a change of any character is refused");
	text[63] = '\0';
	CHECK(opaque_token_decode(&t, OPAQUE_TOKEN_REFRESH, text, k) ==
		  ERR_INVALID_GRANT,
	    "token: a token cut short is refused");
	opaque_token_encode(text, OPAQUE_TOKEN_REFRESH, &token, k);
	text[64] = 'A';
	text[65] = '\0';
	CHECK(opaque_token_decode(&t, OPAQUE_TOKEN_REFRESH, text, k) ==
		  ERR_INVALID_GRANT,
	    "token: a token with a character more is refused");
	CHECK(opaque_token_decode(&t, OPAQUE_TOKEN_REFRESH, "", k) ==
		  ERR_INVALID_GRANT,
	    "token: nothing is no token");
}

/* Of a keyring that ENTERs an epoch of its own each time. */
static void
epochs(const struct keyring *k)
{
	static const uint8_t first[EPOCH_LEN], second[EPOCH_LEN] = {2},
					       third[EPOCH_LEN] = {0, 3};
	char text[OPAQUE_TOKEN_TEXT_CAP], other[OPAQUE_TOKEN_TEXT_CAP];
	struct keyring now = *k, then = *k;
	struct opaque_token t;
	static const struct opaque_token nothing;
	int known = 0;

	keyring_enter(&now, first);
	CHECK(memcmp(&now, k, sizeof now) == 0,
	    "epoch: the first one changes no key");
	keyring_enter(&now, second);
	keyring_enter(&then, third);
	CHECK(memcmp(now.token, k->token, SECRET_KEY_LEN) != 0 &&
		  memcmp(now.form, k->form, SECRET_KEY_LEN) != 0 &&
		  memcmp(now.device, k->device, SECRET_KEY_LEN) != 0 &&
		  memcmp(now.token, then.token, SECRET_KEY_LEN) != 0,
	    "epoch: each has keys of its own for what is given away");
	CHECK(memcmp(now.seal, k->seal, SECRET_KEY_LEN) == 0 &&
		  memcmp(now.client, k->client, SECRET_KEY_LEN) == 0 &&
		  memcmp(now.check, k->check, SECRET_KEY_LEN) == 0,
	    "epoch: secrets of apps and second factors keep theirs");
	opaque_token_encode(text, OPAQUE_TOKEN_REFRESH, &token, k);
	CHECK(opaque_token_decode(&t, OPAQUE_TOKEN_REFRESH, text, &now) ==
		      ERR_FOREIGN &&
		  same(&t, &nothing),
	    "epoch: a token of the one before is known, and refused");
	opaque_token_encode(other, OPAQUE_TOKEN_REFRESH, &token, &then);
	CHECK(opaque_token_decode(&t, OPAQUE_TOKEN_REFRESH, other, &now) ==
		      ERR_FOREIGN &&
		  opaque_token_decode(&t, OPAQUE_TOKEN_CODE, other, &now) ==
		      ERR_INVALID_GRANT,
	    "epoch: so is one of an epoch that we never had");
	opaque_token_encode(other, OPAQUE_TOKEN_REFRESH, &token, &now);
	CHECK(
	    opaque_token_decode(&t, OPAQUE_TOKEN_REFRESH, other, &now) == OK &&
		same(&t, &token) && strcmp(text, other) != 0,
	    "epoch: one of its own is good");
	for (size_t i = 0; i < 64; i++) {
		char was = text[i];

		text[i] = was == 'A' ? 'B' : 'A';
		known += opaque_token_decode(&t, OPAQUE_TOKEN_REFRESH, text,
			     &now) != ERR_INVALID_GRANT;
		text[i] = was;
	}
	CHECK(known == 0, "epoch: a garbled one is forged, and not restored");
}

static enum err
rewrite(const char *path, const char *text)
{
	return file_write(path, 0600, text, strlen(text), 0);
}

static void
keyrings(const char *dir, struct keyring *k)
{
	static const struct keyring nothing;
	struct keyring again;
	char path[300];
	struct stat st;

	snprintf(path, sizeof path, "%s/secret.key", dir);
	CHECK(keyring_load(k, dir) == ERR_NOT_FOUND,
	    "keyring: without a file there is no keyring");
	CHECK(keyring_create(dir) == OK && stat(path, &st) == 0 &&
		  (st.st_mode & 0777) == 0600,
	    "keyring: a new keyring is a file that only its owner can read");
	CHECK(keyring_create(dir) == ERR_EXISTS,
	    "keyring: a keyring is never written over");
	CHECK(keyring_load(k, dir) == OK && keyring_load(&again, dir) == OK &&
		  memcmp(k, &again, sizeof again) == 0,
	    "keyring: the keys are the same each time");
	CHECK(memcmp(k->token, k->seal, SECRET_KEY_LEN) != 0 &&
		  memcmp(k->form, k->throttle, SECRET_KEY_LEN) != 0 &&
		  memcmp(k->client, k->token, SECRET_KEY_LEN) != 0,
	    "keyring: each use has a key of its own");
	keyring_wipe(&again);
	CHECK(memcmp(&again, &nothing, sizeof again) == 0,
	    "keyring: a wiped keyring is zeroes");
	chmod(path, 0640);
	CHECK(keyring_load(&again, dir) == ERR_PERMISSION,
	    "keyring: a keyring that others can read is refused");
	CHECK(rewrite(path, "AAAA\n") == OK &&
		  keyring_load(&again, dir) == ERR_CORRUPT,
	    "keyring: a keyring cut short is refused");
	CHECK(rewrite(path,
		  "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n\n") == OK &&
		  keyring_load(&again, dir) == ERR_CORRUPT,
	    "keyring: a keyring with more in it is refused");
	CHECK(rewrite(path, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA+\n") ==
		      OK &&
		  keyring_load(&again, dir) == ERR_CORRUPT,
	    "keyring: a keyring that is not base64url is refused");
	CHECK(memcmp(&again, &nothing, sizeof again) == 0,
	    "keyring: a refused keyring leaves zeroes");
}

int
main(void)
{
	const char *dir = scratch_dir();
	struct keyring k, other;

	if (secret_init() != OK)
		return 1;
	keyrings(dir, &k);
	random_bytes(&other, sizeof other);
	tokens(&k, &other);
	family_ids();
	epochs(&k);
	forgeries(&k);
	return check_done();
}
