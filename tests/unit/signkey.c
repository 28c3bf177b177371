/* Signing keys: their rows, their files, their rotation, their signatures. */
#include "domain/signkey.h"
#include "domain/signer.h"

#include "base/file.h"
#include "base/secret.h"
#include "check.h"
#include "jose/ed25519.h"
#include "jose/libcrypto.h"
#include "scratch.h"
#include "store/store.h"

#include <pthread.h>
#include <string.h>
#include <sys/stat.h>

enum { NOW = 1700000000, PUBLISHED_S = 3600, HINTS_S = 86400 };

static const char message[] = "Example of Ed25519 signing";

/* --- vectors -------------------------------------------------------------- */

/* RFC 8037 A.1; its private half as `openssl pkey` writes it. */
#define RFC8037_X "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
#define RFC8037_KID "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
#define RFC8037_PEM                                                            \
	"-----BEGIN PRIVATE KEY-----\n"                                        \
	"MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"   \
	"-----END PRIVATE KEY-----\n"
#define RFC8037_SIGNED                                                         \
	"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc"
#define RFC8037_SIGNATURE                                                      \
	"hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsP" \
	"t9g7sVvpAr_MuM0KAg"

static struct signkey
public_key(enum jwa alg, const char *text)
{
	struct signkey k = {.pub.alg = alg, .created_at = NOW};

	if (base64url_decode(k.pub.bytes, sizeof k.pub.bytes, &k.pub.len, text,
		strlen(text)) != OK)
		CHECK(0, "signkey: the vector is base64url");
	return k;
}

/* Adds the group's order to S, which some verifiers take for the same. */
static void
add_order(uint8_t s[static 32])
{
	static const uint8_t order[32] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63,
	    0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0,
	    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10};
	unsigned carry = 0;

	for (size_t i = 0; i < sizeof order; i++) {
		carry += (unsigned)s[i] + order[i];
		s[i] = (uint8_t)carry;
		carry >>= 8;
	}
}

static void
ed25519_signatures(void)
{
	struct signkey k = public_key(JWA_EDDSA, RFC8037_X);
	uint8_t sig[ED25519_SIGNATURE_LEN];
	size_t len = strlen(RFC8037_SIGNED);

	CHECK(
	    base64url_decode_exact(sig, sizeof sig, RFC8037_SIGNATURE) == OK &&
		public_key_verify(
		    &k.pub, RFC8037_SIGNED, len, sig, sizeof sig) == OK,
	    "signkey: RFC 8037 A.5: the signature verifies");
	CHECK(public_key_verify(&k.pub, RFC8037_SIGNED, len - 1, sig,
		  sizeof sig) == ERR_INVALID_TOKEN,
	    "signkey: a signature of another text is refused");
	CHECK(public_key_verify(&k.pub, RFC8037_SIGNED, len, sig,
		  sizeof sig - 1) == ERR_INVALID_TOKEN,
	    "signkey: a signature cut short is refused");
	CHECK(public_key_verify(&k.pub, RFC8037_SIGNED, len, sig, 0) ==
		  ERR_INVALID_TOKEN,
	    "signkey: no signature is refused");
	k.pub.alg = JWA_HS256;
	CHECK(public_key_verify(&k.pub, RFC8037_SIGNED, len, sig, sizeof sig) ==
		  ERR_INVALID_TOKEN,
	    "signkey: a key is never one of HS256");
	k.pub.alg = JWA_EDDSA;
	add_order(sig + 32);
	CHECK(public_key_verify(&k.pub, RFC8037_SIGNED, len, sig, sizeof sig) ==
		  ERR_INVALID_TOKEN,
	    "signkey: the same signature spelled otherwise (S + L) is refused");
}

static void
ed25519_files(void)
{
	static const char pem[] = RFC8037_PEM;
	struct signkey k = public_key(JWA_EDDSA, RFC8037_X);
	uint8_t sig[ED25519_SIGNATURE_LEN], want[ED25519_SIGNATURE_LEN];
	char other[sizeof pem];
	struct ed25519_key *key;

	CHECK(ed25519_load(&key, pem, sizeof pem - 1, k.pub.bytes) == OK,
	    "signkey: RFC 8037 A.1: the private half of A.2 loads");
	ed25519_sign(key, RFC8037_SIGNED, strlen(RFC8037_SIGNED), sig);
	CHECK(base64url_decode_exact(want, sizeof want, RFC8037_SIGNATURE) ==
		      OK &&
		  memcmp(sig, want, sizeof sig) == 0,
	    "signkey: RFC 8037 A.4: it makes the same signature");
	ed25519_free(&key);
	CHECK(key == NULL, "signkey: a key that was freed is gone");

	CHECK(
	    ed25519_load(&key, pem, sizeof pem - 2, k.pub.bytes) == ERR_CORRUPT,
	    "signkey: a file cut short is refused");
	memcpy(other, pem, sizeof pem);
	other[40] = 'X'; /* in the algorithm's name */
	CHECK(ed25519_load(&key, other, sizeof pem - 1, k.pub.bytes) ==
		  ERR_CORRUPT,
	    "signkey: a file of another algorithm is refused");
	k.pub.bytes[0] ^= 1;
	CHECK(ed25519_load(&key, pem, sizeof pem - 1, k.pub.bytes) ==
		      ERR_CORRUPT &&
		  key == NULL,
	    "signkey: a private half of another key is refused");
}

/* --- rows and rotation ---------------------------------------------------- */

static struct store *store;

static enum err
put_step(struct store_txn *t, void *arg)
{
	return signkey_put(t, arg);
}

static enum err
rotate_step(struct store_txn *t, void *arg)
{
	const struct retirement r = {PUBLISHED_S, HINTS_S};

	return signkey_rotate(t, arg, &r, NOW);
}

static enum err
rotate_in(const struct signkey *k)
{
	struct signkey copy = *k;

	return store_write(store, NOW, rotate_step, &copy);
}

struct row {
	char kid[KID_CAP];
	struct signkey key;
};

static enum err
get_step(struct store_txn *t, void *arg)
{
	struct row *row = arg;

	return signkey_get(t, row->kid, &row->key);
}

static struct row
row_of(const char *kid)
{
	struct row row = {.kid = ""};

	snprintf(row.kid, sizeof row.kid, "%s", kid);
	if (store_read(store, get_step, &row) != OK)
		row.key.pub.kid[0] = '\0';
	return row;
}

static int
state_is(const struct signkey *k, enum key_state state)
{
	struct row row = row_of(k->pub.kid);

	return strcmp(row.key.pub.kid, k->pub.kid) == 0 &&
	       row.key.state == state;
}

static enum err
active_step(struct store_txn *t, void *arg)
{
	struct signkey *k = arg;

	return signkey_active(t, k->pub.alg, k);
}

static bool
count_one(void *arg, const void *record)
{
	(void)record;
	++*(int *)arg;
	return true;
}

static enum err
count_step(struct store_txn *t, void *arg)
{
	*(int *)arg = 0;
	signkey_each(t, count_one, arg);
	return OK;
}

static enum err
nothing_step(struct store_txn *t, void *arg)
{
	(void)t, (void)arg;
	return OK;
}

static void
rotation(const char *dir)
{
	struct signkey a, b, c, active = {.pub.alg = JWA_EDDSA};
	struct row row;
	int rows;

	CHECK(store_read(store, active_step, &active) == ERR_NOT_FOUND,
	    "signkey: at first no key is active");
	if (signer_make(&a, JWA_EDDSA, dir, NOW) != OK ||
	    signer_make(&b, JWA_EDDSA, dir, NOW) != OK ||
	    signer_make(&c, JWA_EDDSA, dir, NOW) != OK)
		CHECK(0, "signkey: three keys are made");
	CHECK(rotate_in(&a) == OK && state_is(&a, KEY_ACTIVE),
	    "signkey: the first key is active at once");
	CHECK(rotate_in(&b) == OK && state_is(&a, KEY_ACTIVE) &&
		  state_is(&b, KEY_NEXT),
	    "signkey: the second is next, seen before it signs");
	CHECK(rotate_in(&c) == OK && state_is(&a, KEY_RETIRED) &&
		  state_is(&b, KEY_ACTIVE) && state_is(&c, KEY_NEXT),
	    "signkey: from then on each moves up by one");
	active.pub.alg = JWA_EDDSA;
	CHECK(store_read(store, active_step, &active) == OK &&
		  strcmp(active.pub.kid, b.pub.kid) == 0 &&
		  active.activated_at == NOW,
	    "signkey: the active key is the one that signs");
	active.pub.alg = JWA_RS256;
	CHECK(store_read(store, active_step, &active) == ERR_NOT_FOUND,
	    "signkey: algorithms rotate apart");
	row = row_of(a.pub.kid);
	CHECK(row.key.retired_at == NOW &&
		  row.key.expires_at == NOW + PUBLISHED_S &&
		  row.key.created_at == NOW && row.key.pub.len == a.pub.len &&
		  memcmp(row.key.pub.bytes, a.pub.bytes, a.pub.len) == 0,
	    "signkey: a retired key is published for a time still");
	CHECK(store_read(store, count_step, &rows) == OK && rows == 3,
	    "signkey: next, active and retired keys are all published");
	if (store_write(store, NOW + PUBLISHED_S + 1, nothing_step, NULL) != OK)
		CHECK(0, "signkey: a later change is made");
	CHECK(state_is(&a, KEY_RETIRED),
	    "signkey: it is kept for hints after that");
	if (store_write(store, NOW + PUBLISHED_S + HINTS_S + 1, nothing_step,
		NULL) != OK)
		CHECK(0, "signkey: a much later change is made");
	CHECK(row_of(a.pub.kid).key.pub.kid[0] == '\0' &&
		  state_is(&b, KEY_ACTIVE),
	    "signkey: and goes by itself when that time is over, too");
}

static enum err
put_bad_step(struct store_txn *t, void *arg)
{
	store_put(t, TABLE_KEYS, RFC8037_KID, strlen(RFC8037_KID), arg, 3, 0);
	return OK;
}

static enum err
del_step(struct store_txn *t, void *arg)
{
	store_del(t, TABLE_KEYS, arg, strlen(arg));
	return OK;
}

static void
bad_rows(void)
{
	struct row row = {.kid = "../../etc/passwd"};
	struct signkey k = public_key(JWA_EDDSA, RFC8037_X);
	char kid[] = RFC8037_KID, garbage[] = "\1\0\0", newer[] = "\2\0\0";
	int rows;

	CHECK(store_read(store, get_step, &row) == ERR_NOT_FOUND,
	    "signkey: a kid that is no thumbprint is not found");
	row.kid[0] = '\0';
	CHECK(store_read(store, get_step, &row) == ERR_NOT_FOUND,
	    "signkey: an empty kid is not found");
	if (store_write(store, NOW, put_bad_step, garbage) != OK)
		CHECK(0, "signkey: garbage can be put");
	memcpy(row.kid, kid, sizeof kid);
	CHECK(store_read(store, get_step, &row) == ERR_CORRUPT,
	    "signkey: a row cut short is told from one that is not there");
	CHECK(store_read(store, count_step, &rows) == ERR_CORRUPT,
	    "signkey: a list with a row cut short fails");
	if (store_write(store, NOW, put_bad_step, newer) != OK)
		CHECK(0, "signkey: garbage can be put");
	CHECK(store_read(store, get_step, &row) == ERR_VERSION,
	    "signkey: a row of a newer latchkey is refused");
	k.pub.len = 31;
	memcpy(k.pub.kid, kid, sizeof kid);
	if (store_write(store, NOW, put_step, &k) != OK)
		CHECK(0, "signkey: a key of a wrong length can be put");
	CHECK(store_read(store, get_step, &row) == ERR_CORRUPT,
	    "signkey: a key of a wrong length is refused");
	if (store_write(store, NOW, del_step, kid) != OK)
		CHECK(0, "signkey: garbage can be removed");
}

/* --- private halves ------------------------------------------------------- */

struct signing {
	struct signer *signer;
	const struct signkey *key;
	int good;
};

static void *
sign_many(void *arg)
{
	struct signing *s = arg;
	uint8_t sig[SIGNATURE_MAX];
	size_t len;

	for (int i = 0; i < 50; i++)
		s->good += signer_sign(s->signer, s->key, message,
			       sizeof message, sig, &len) == OK &&
			   public_key_verify(&s->key->pub, message,
			       sizeof message, sig, len) == OK;
	return NULL;
}

static void
threads(struct signer *signer, const struct signkey *k, const char *sentence)
{
	struct signing s[4];
	pthread_t thread[4];
	int good = 0;

	for (int i = 0; i < 4; i++) {
		s[i] = (struct signing){.signer = signer, .key = k};
		pthread_create(&thread[i], NULL, sign_many, &s[i]);
	}
	for (int i = 0; i < 4; i++) {
		pthread_join(thread[i], NULL);
		good += s[i].good;
	}
	CHECK(good == 200, sentence);
}

static void
private_files(const char *dir)
{
	uint8_t sig[SIGNATURE_MAX];
	char path[400], keys[300];
	struct signer *signer;
	struct signkey k, other;
	struct stat st;
	size_t len;

	CHECK(signer_make(&k, JWA_EDDSA, dir, NOW) == OK &&
		  k.state == KEY_NEXT && k.created_at == NOW,
	    "signkey: a new key is next");
	snprintf(keys, sizeof keys, "%s/keys", dir);
	snprintf(path, sizeof path, "%s/%.43s.pem", keys, k.pub.kid);
	CHECK(stat(path, &st) == 0 && (st.st_mode & 0777) == 0600,
	    "signkey: a private half is a file that only its owner can read");
	CHECK(stat(keys, &st) == 0 && (st.st_mode & 0777) == 0700,
	    "signkey: private halves lie where only their owner can enter");

	if (signer_new(&signer, dir) != OK)
		CHECK(0, "signkey: a signer is made");
	chmod(path, 0640);
	CHECK(signer_sign(signer, &k, message, sizeof message, sig, &len) ==
		  ERR_PERMISSION,
	    "signkey: a private half that others can read does not sign");
	chmod(path, 0600);
	CHECK(
	    signer_sign(signer, &k, message, sizeof message, sig, &len) == OK &&
		public_key_verify(&k.pub, message, sizeof message, sig, len) ==
		    OK,
	    "signkey: a key's signature verifies");
	threads(
	    signer, &k, "signkey: a key signs from several threads at once");

	if (signer_make(&other, JWA_EDDSA, dir, NOW) != OK)
		CHECK(0, "signkey: another key is made");
	other.pub.bytes[0] ^= 1;
	CHECK(signer_sign(signer, &other, message, sizeof message, sig, &len) ==
		  ERR_CORRUPT,
	    "signkey: a file that does not match its row does not sign");
	signer_discard(other.pub.kid, dir);
	CHECK(signer_sign(signer, &other, message, sizeof message, sig, &len) ==
		  ERR_NOT_FOUND,
	    "signkey: a private half that was discarded is gone");
	signer_free(&signer);
	CHECK(signer == NULL, "signkey: a signer that was freed is gone");
}

static void
rsa(const char *dir)
{
	uint8_t sig[SIGNATURE_MAX];
	struct signkey k, other;
	struct signer *signer;
	size_t len;

	if (libcrypto_available() != OK) {
		CHECK(signer_make(&k, JWA_RS256, dir, NOW) == ERR_UNSUPPORTED,
		    "signkey: without libcrypto there is no RS256");
		return;
	}
	CHECK(signer_make(&k, JWA_RS256, dir, NOW) == OK && k.pub.len == 256,
	    "signkey: an RSA key has 2048 bits");
	if (signer_new(&signer, dir) != OK)
		CHECK(0, "signkey: a signer is made");
	CHECK(
	    signer_sign(signer, &k, message, sizeof message, sig, &len) == OK &&
		len == 256 &&
		public_key_verify(&k.pub, message, sizeof message, sig, len) ==
		    OK,
	    "signkey: an RSA key's signature verifies");
	CHECK(public_key_verify(&k.pub, message, sizeof message, sig,
		  len - 1) == ERR_INVALID_TOKEN,
	    "signkey: an RSA signature cut short is refused");
	sig[0] ^= 1;
	CHECK(public_key_verify(&k.pub, message, sizeof message, sig, len) ==
		  ERR_INVALID_TOKEN,
	    "signkey: an RSA signature changed is refused");
	threads(signer, &k,
	    "signkey: an RSA key signs from several threads at once");
	other = k;
	other.pub.bytes[255] ^= 2;
	signer_free(&signer);
	if (signer_new(&signer, dir) != OK)
		CHECK(0, "signkey: a signer is made");
	CHECK(signer_sign(signer, &other, message, sizeof message, sig, &len) ==
		  ERR_CORRUPT,
	    "signkey: an RSA file that does not match its row does not sign");
	signer_free(&signer);
	k.pub.bytes[0] = 0;
	CHECK(public_key_verify(&k.pub, message, sizeof message, sig, 256) ==
		  ERR_INVALID_TOKEN,
	    "signkey: a modulus of fewer than 2048 bits is refused");
}

int
main(void)
{
	const char *dir = scratch_dir();
	char told[256];

	if (secret_init() != OK ||
	    store_create(&(struct store_settings){.dir = dir}, told,
		sizeof told) != OK ||
	    store_open(&store, &(struct store_settings){.dir = dir}, told,
		sizeof told) != OK)
		return 1;
	ed25519_signatures();
	ed25519_files();
	rotation(dir);
	bad_rows();
	private_files(dir);
	rsa(dir);
	store_close(&store);
	return check_done();
}
