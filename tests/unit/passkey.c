/* Passkeys of people: added, used, and everything that is odd about one. What a
 * sign-in costs is counted. */
#include "base/base64.h"
#include "base/buf.h"
#include "base/str.h"
#include "check.h"
#include "counted.h"
#include "domain/audit.h"
#include "fixture.h"
#include "jose/cose.h"
#include "protocol/account_passkeys.h"
#include "protocol/authenticate_passkey.h"
#include "protocol/passkey_register.h"
#include "protocol/session_open.h"

#include <sodium.h>
#include <string.h>

#define BROWSER "browser"

/* --- an authenticator ----------------------------------------------------- */

static struct provider provider;
static struct user alice = {.name = "alice"}, bob = {.name = "bob"};
static uint8_t public_bytes[crypto_sign_PUBLICKEYBYTES];
static uint8_t secret_bytes[crypto_sign_SECRETKEYBYTES];
static const uint8_t id[] = "the id of a passkey";
static enum reason reason;

/* What it sends, and the browser with it. */
struct ceremony {
	char client_data[512];
	uint8_t data[512], signature[crypto_sign_BYTES];
	size_t data_len;
	uint8_t flags;
	uint32_t count;
};

static void
ask_browser(struct ceremony *c, const char *type,
    const struct challenge_bearer *bearer, int64_t now)
{
	uint8_t challenge[WEBAUTHN_CHALLENGE_LEN];
	char text[BASE64URL_CAP(WEBAUTHN_CHALLENGE_LEN)];
	struct buf b;

	challenge_make(challenge, bearer, &provider.keyring, now);
	base64url_encode(text, sizeof text, challenge, sizeof challenge);
	buf_init(&b, c->client_data, sizeof c->client_data);
	buf_printf(&b,
	    "{\"type\":\"%s\",\"challenge\":\"%s\",\"origin\":"
	    "\"https://id.example.org\",\"crossOrigin\":false}",
	    type, text);
}

static void
put_data(struct ceremony *c, const void *bytes, size_t len)
{
	memcpy(c->data + c->data_len, bytes, len);
	c->data_len += len;
}

static void
put_head(struct ceremony *c)
{
	const char *host = "id.example.org";
	const uint8_t rest[] = {c->flags, 0, 0, 0, (uint8_t)c->count};

	c->data_len = 0;
	crypto_hash_sha256(c->data, (const uint8_t *)host, strlen(host));
	c->data_len = crypto_hash_sha256_BYTES;
	put_data(c, rest, sizeof rest);
}

static struct webauthn_bytes
text_bytes(const char *text)
{
	return (struct webauthn_bytes){(const uint8_t *)text, strlen(text)};
}

/* --- registration --------------------------------------------------------- */

/* The attestation object: its authenticator data is 37 + 18 + 19 + 42 bytes. */
static void
make_attestation(struct ceremony *c)
{
	static const uint8_t before[] = {0xa3, 0x63, 'f', 'm', 't', 0x64, 'n',
	    'o', 'n', 'e', 0x67, 'a', 't', 't', 'S', 't', 'm', 't', 0xa0, 0x68,
	    'a', 'u', 't', 'h', 'D', 'a', 't', 'a', 0x58,
	    37 + 18 + sizeof id - 1 + 42};
	static const uint8_t key[] = {
	    0xa4, 1, 1, 3, 0x27, 0x20, 6, 0x21, 0x58, 0x20};
	uint8_t head[37], middle[18] = {[17] = sizeof id - 1};

	c->flags = PASSKEY_PRESENT | PASSKEY_VERIFIED | PASSKEY_HAS_KEY;
	put_head(c);
	memcpy(head, c->data, sizeof head);
	c->data_len = 0;
	put_data(c, before, sizeof before);
	put_data(c, head, sizeof head);
	put_data(c, middle, sizeof middle);
	put_data(c, id, sizeof id - 1);
	put_data(c, key, sizeof key);
	put_data(c, public_bytes, sizeof public_bytes);
}

static enum err
check_new(const struct challenge_bearer *given,
    const struct challenge_bearer *bearer, struct passkey_new *n)
{
	struct ceremony c = {.count = 1};
	struct passkey_offer offer = {.name = "Phone",
	    .transports = "internal evil hybrid",
	    .discoverable = true};

	ask_browser(&c, "webauthn.create", given, noon);
	make_attestation(&c);
	offer.client_data = text_bytes(c.client_data);
	offer.attestation = (struct webauthn_bytes){c.data, c.data_len};
	reason = REASON_NONE;
	return passkey_check_new(&provider, bearer, &offer, noon, n, &reason);
}

struct give_ctx {
	const struct passkey_new *n;
	const struct user *person;
};

static enum err
give_step(struct store_txn *t, void *arg)
{
	const struct give_ctx *g = arg;

	return passkey_give(t, g->n, g->person, "192.0.2.1", noon, &reason);
}

static enum err
give(const struct passkey_new *n, const struct user *person)
{
	struct give_ctx g = {n, person};

	reason = REASON_NONE;
	return store_write(fixture, noon, give_step, &g);
}

static enum err
read_passkey_step(struct store_txn *t, void *arg)
{
	uint8_t hash[HASH_LEN];

	passkey_hash(hash, id, sizeof id - 1);
	return passkey_get(t, hash, arg);
}

static struct passkey
kept(void)
{
	struct passkey k;

	if (store_read(fixture, read_passkey_step, &k) != OK)
		fixture_bail_out("no passkey");
	return k;
}

static void
registration(void)
{
	static const uint8_t sid[SID_LEN] = {1}, other[SID_LEN] = {2};
	const struct challenge_bearer mine = {CHALLENGE_ADD, BROWSER, sid},
				      theirs = {CHALLENGE_ADD, BROWSER, other},
				      there = {CHALLENGE_ADD, "another", sid},
				      to_sign_in = {
					  CHALLENGE_SIGN_IN, BROWSER, sid};
	struct passkey_new n, again;
	struct passkey k;

	CHECK(check_new(&theirs, &mine, &n) == ERR_ACCESS_DENIED &&
		  reason == REASON_PASSKEY_EXPIRED,
	    "passkey: none is added to another person's session");
	CHECK(check_new(&there, &mine, &n) == ERR_ACCESS_DENIED &&
		  reason == REASON_PASSKEY_EXPIRED,
	    "passkey: nor from another browser");
	CHECK(check_new(&to_sign_in, &mine, &n) == ERR_ACCESS_DENIED &&
		  reason == REASON_PASSKEY_EXPIRED,
	    "passkey: nor with a challenge for something else");
	CHECK(check_new(&mine, &mine, &n) == OK && give(&n, &alice) == OK,
	    "passkey: one is added");
	k = kept();
	CHECK(memcmp(k.user_id, alice.user_id, USER_ID_LEN) == 0 &&
		  str_equal(k.name, "Phone") &&
		  str_equal(k.transports, "internal hybrid") &&
		  str_equal(k.rp_id, "id.example.org") && k.count == 1 &&
		  k.flags_first == (PASSKEY_PRESENT | PASSKEY_VERIFIED) &&
		  k.discoverable,
	    "passkey: with its name, its host and the transports there are");
	CHECK(give(&n, &bob) == ERR_ACCESS_DENIED &&
		  reason == REASON_PASSKEY_REUSED,
	    "passkey: what was sent once is not taken twice");
	CHECK(check_new(&mine, &mine, &again) == OK &&
		  give(&again, &bob) == ERR_ACCESS_DENIED &&
		  reason == REASON_PASSKEY_KNOWN,
	    "passkey: and no one else can have the same one");
}

/* --- sign-in -------------------------------------------------------------- */

static const struct challenge_bearer signing_in = {
    CHALLENGE_SIGN_IN, BROWSER, NULL};

static void
sign(struct ceremony *c)
{
	uint8_t text[512 + crypto_hash_sha256_BYTES];

	memcpy(text, c->data, c->data_len);
	crypto_hash_sha256(text + c->data_len, (const uint8_t *)c->client_data,
	    strlen(c->client_data));
	crypto_sign_detached(c->signature, NULL, text,
	    c->data_len + crypto_hash_sha256_BYTES, secret_bytes);
}

/* A use with FLAGS and COUNT; what is sent can be changed after that. */
static struct ceremony
use_passkey(const struct challenge_bearer *given, uint8_t flags, uint32_t count)
{
	struct ceremony c = {.flags = flags, .count = count};

	ask_browser(&c, "webauthn.get", given, noon);
	put_head(&c);
	sign(&c);
	return c;
}

static enum err
authenticate(const struct ceremony *c, const struct challenge_bearer *bearer,
    const char *handle, int64_t now, struct proof *proof)
{
	const struct passkey_answer a = {.id = {id, sizeof id - 1},
	    .client_data = text_bytes(c->client_data),
	    .auth_data = {c->data, c->data_len},
	    .signature = {c->signature, sizeof c->signature},
	    .user_handle = {
		(const uint8_t *)handle, handle != NULL ? USER_ID_LEN : 0}};

	reason = REASON_NONE;
	return authenticate_passkey(&provider, bearer, &a, now, proof, &reason);
}

static enum err
open_session(const struct proof *proof, char amr[static AMR_CAP])
{
	static const struct devices devices;
	struct session_open_request q = {
	    .address = "192.0.2.1", .devices = &devices};
	struct session_open_reply r;
	enum err e = session_open(&provider, proof, &q, noon, &r);

	reason = r.reason;
	if (str_copy(amr, AMR_CAP, r.session.amr) != OK)
		amr[0] = '\0';
	session_open_reply_wipe(&r);
	return e;
}

static int verifications;

enum err __real_cose_verify(const struct public_key *k, const void *bytes,
    size_t len, const uint8_t *sig, size_t sig_len);
enum err __wrap_cose_verify(const struct public_key *k, const void *bytes,
    size_t len, const uint8_t *sig, size_t sig_len);

enum err
__wrap_cose_verify(const struct public_key *k, const void *bytes, size_t len,
    const uint8_t *sig, size_t sig_len)
{
	verifications++;
	return __real_cose_verify(k, bytes, len, sig, sig_len);
}

static void
alone(void)
{
	struct ceremony c =
	    use_passkey(&signing_in, PASSKEY_PRESENT | PASSKEY_VERIFIED, 2);
	struct proof proof = {.amr = ""}, again;
	char amr[AMR_CAP];

	reads = writes = verifications = 0;
	CHECK(authenticate(&c, &signing_in, (const char *)alice.user_id, noon,
		  &proof) == OK &&
		  open_session(&proof, amr) == OK &&
		  str_equal(amr, "pop user mfa"),
	    "passkey: signs in alone where it checked who it is");
	CHECK(verifications == 1 && writes == 1 && reads == 1,
	    "passkey: for one verification, one commit and one look");
	CHECK(kept().count == 2 && kept().used_at == noon,
	    "passkey: its count is noted");
	CHECK(authenticate(&c, &signing_in, NULL, noon,
		  &(struct proof){.amr = ""}) == OK &&
		  open_session(&proof, amr) == ERR_ACCESS_DENIED &&
		  reason == REASON_PASSKEY_REUSED,
	    "passkey: what it signed opens no second session");
	again = (struct proof){.amr = ""};
	c = use_passkey(&signing_in, PASSKEY_PRESENT, 3);
	CHECK(authenticate(&c, &signing_in, NULL, noon, &again) == OK &&
		  str_equal(again.amr, "pop user") &&
		  open_session(&again, amr) == ERR_ACCESS_DENIED &&
		  reason == REASON_FACTOR_REQUIRED,
	    "passkey: touched alone, it opens nothing");
}

static void
after_password(void)
{
	const struct challenge_bearer second = {
	    CHALLENGE_SECOND_FACTOR, BROWSER, alice.user_id};
	struct ceremony c = use_passkey(&second, PASSKEY_PRESENT, 4);
	struct proof proof = {.amr = "pwd"};
	char amr[AMR_CAP];

	memcpy(proof.user_id, alice.user_id, USER_ID_LEN);
	proof_password(proof.password, &alice);
	CHECK(open_session(&proof, amr) == ERR_ACCESS_DENIED &&
		  reason == REASON_FACTOR_REQUIRED,
	    "passkey: who has one needs it after the password");
	CHECK(authenticate(&c, &second, NULL, noon, &proof) == OK &&
		  open_session(&proof, amr) == OK &&
		  str_equal(amr, "pwd pop user mfa"),
	    "passkey: touched, it is the second factor");
	proof = (struct proof){.amr = "pwd"};
	memcpy(proof.user_id, bob.user_id, USER_ID_LEN);
	c = use_passkey(&second, PASSKEY_PRESENT, 5);
	CHECK(authenticate(&c, &second, NULL, noon, &proof) ==
		      ERR_ACCESS_DENIED &&
		  reason == REASON_PASSKEY_OWNER && str_equal(proof.amr, "pwd"),
	    "passkey: it is no one else's second factor");
	c = use_passkey(&signing_in, PASSKEY_PRESENT, 5);
	CHECK(authenticate(&c, &second, NULL, noon, &proof) ==
		      ERR_ACCESS_DENIED &&
		  reason == REASON_PASSKEY_EXPIRED,
	    "passkey: a challenge to sign in with is not one to confirm with");
}

/* --- what is refused ------------------------------------------------------ */

static enum err
lock_step(struct store_txn *t, void *arg)
{
	alice.locked = *(bool *)arg;
	return user_put(t, &alice, noon);
}

static enum reason
tried(const struct ceremony *c, const char *handle, int64_t now)
{
	struct proof proof = {.amr = ""};

	return authenticate(c, &signing_in, handle, now, &proof) == OK
		   ? REASON_NONE
		   : reason;
}

static void
refusals(void)
{
	struct ceremony c = use_passkey(&signing_in, PASSKEY_PRESENT, 6);
	bool locked = true;

	CHECK(tried(&c, NULL, noon + CHALLENGE_LIFETIME_S - 1) == REASON_NONE &&
		  tried(&c, NULL, noon + CHALLENGE_LIFETIME_S) ==
		      REASON_PASSKEY_EXPIRED,
	    "passkey: a page may stay open for a day");
	CHECK(
	    tried(&c, (const char *)bob.user_id, noon) == REASON_PASSKEY_OWNER,
	    "passkey: it must say whose it is, if it says that");
	c.signature[0] ^= 1;
	CHECK(tried(&c, NULL, noon) == REASON_PASSKEY_SIGNATURE,
	    "passkey: a bad signature");
	c = use_passkey(&signing_in, 0, 6);
	CHECK(tried(&c, NULL, noon) == REASON_PASSKEY_NOT_PRESENT,
	    "passkey: no one touched it");
	c = use_passkey(&signing_in, PASSKEY_PRESENT, 6);
	in_store(lock_step, &locked);
	CHECK(tried(&c, NULL, noon) == REASON_USER_DISABLED,
	    "passkey: of a locked person");
	c.signature[0] ^= 1;
	CHECK(tried(&c, NULL, noon) == REASON_PASSKEY_SIGNATURE,
	    "passkey: which only its owner is told");
	locked = false;
	in_store(lock_step, &locked);
}

static void
unknown(void)
{
	struct ceremony c = use_passkey(&signing_in, PASSKEY_PRESENT, 6);
	const struct passkey_answer a = {.id = {id, sizeof id - 2},
	    .client_data = text_bytes(c.client_data),
	    .auth_data = {c.data, c.data_len},
	    .signature = {c.signature, sizeof c.signature}};
	struct proof proof = {.amr = ""};

	CHECK(authenticate_passkey(&provider, &signing_in, &a, noon, &proof,
		  &reason) == ERR_ACCESS_DENIED &&
		  reason == REASON_PASSKEY_UNKNOWN && proof.amr[0] == '\0',
	    "passkey: one that no person here has");
}

/* --- what is odd, and locks no one out ------------------------------------ */

static bool
find_event(void *arg, const void *record)
{
	const struct audit *line = record;
	const char **wanted = arg;

	if (str_equal(line->event, *wanted) && str_equal(line->user, "alice") &&
	    str_equal(line->detail, "Phone"))
		*wanted = NULL;
	return *wanted != NULL;
}

static enum err
find_event_step(struct store_txn *t, void *arg)
{
	audit_each(t, find_event, arg);
	return OK;
}

static bool
audit_has(const char *event)
{
	return store_read(fixture, find_event_step, &event) == OK &&
	       event == NULL;
}

static bool
signs_in(uint8_t flags, uint32_t count)
{
	struct ceremony c = use_passkey(
	    &signing_in, flags | PASSKEY_PRESENT | PASSKEY_VERIFIED, count);
	struct proof proof = {.amr = ""};
	char amr[AMR_CAP];

	return authenticate(&c, &signing_in, NULL, noon, &proof) == OK &&
	       open_session(&proof, amr) == OK;
}

static void
oddities(void)
{
	CHECK(signs_in(0, 10) && !audit_has("passkey_copied"),
	    "passkey: a count that goes up is as it should be");
	CHECK(signs_in(0, 9) && audit_has("passkey_copied") &&
		  kept().copied_at == noon && kept().count == 10,
	    "passkey: a count that goes back is told, and signs in");
	CHECK(signs_in(0, 10) && kept().count == 10,
	    "passkey: so does one that stays");
	CHECK(!audit_has("passkey_backup_changed") &&
		  signs_in(PASSKEY_BACKUP_ELIGIBLE | PASSKEY_BACKED_UP, 11) &&
		  audit_has("passkey_backup_changed") &&
		  kept().backup_changed_at == noon &&
		  !(kept().flags_first & PASSKEY_BACKUP_ELIGIBLE),
	    "passkey: that it can be backed up now is told, and signs in");
}

/* --- changes by their owner ------------------------------------------------
 */

/* A second one of Alice's, with FLAGS. */
static enum err
add_second(struct store_txn *t, unsigned flags)
{
	struct passkey k = kept();

	k.id[0]++;
	k.flags_last = flags;
	return passkey_add(t, &k, &reason);
}

static enum err
change_step(struct store_txn *t, void *arg)
{
	struct passkey k = kept();
	struct account_passkey_change c = {.rp_id = "id.example.org",
	    .address = "192.0.2.1",
	    .name = "Tablet"};
	struct account a = {.user = alice, .now = noon},
		       other = {.user = bob, .now = noon};

	(void)arg;
	memcpy(c.hash, k.hash, sizeof c.hash);
	a.user.has_password = false;
	CHECK(account_passkey_rename(t, &other, &c) == ERR_NOT_FOUND &&
		  account_passkey_remove(t, &other, &c) == ERR_NOT_FOUND,
	    "passkey: another person's is not there");
	CHECK(account_passkey_rename(t, &a, &c) == OK &&
		  passkey_get(t, k.hash, &k) == OK &&
		  str_equal(k.name, "Tablet"),
	    "passkey: its owner gives it a name");
	CHECK(add_second(t, PASSKEY_PRESENT) == OK &&
		  account_passkey_remove(t, &a, &c) == ERR_ACCESS_DENIED &&
		  c.reason == REASON_LAST_WAY_IN,
	    "passkey: the last one that signs in alone stays");
	c.rp_id = "other.example.org";
	CHECK(account_passkey_remove(t, &a, &c) == ERR_ACCESS_DENIED,
	    "passkey: also where none works, for the host may come back");
	c.rp_id = "id.example.org";
	a.user.has_password = true;
	CHECK(account_passkey_remove(t, &a, &c) == OK &&
		  passkey_get(t, c.hash, &k) == ERR_NOT_FOUND,
	    "passkey: not where there is a password");
	store_fail(t, ERR_IO); /* nothing of this stays */
	return ERR_IO;
}

static void
changes(void)
{
	CHECK(store_write(fixture, noon, change_step, NULL) == ERR_IO,
	    "passkey: and what was tried here is undone");
}

/* --- how many ------------------------------------------------------------- */

static enum err
many_step(struct store_txn *t, void *arg)
{
	struct passkey k = kept();
	size_t sign_in_alone;

	(void)arg;
	for (int n = 1; n < PASSKEYS_MAX; n++) {
		k.id[0]++;
		k.flags_last = 0;
		if (passkey_add(t, &k, &reason) != OK)
			return ERR_IO;
	}
	k.id[0]++;
	CHECK(passkey_add(t, &k, &reason) == ERR_ACCESS_DENIED &&
		  reason == REASON_PASSKEYS_MANY,
	    "passkey: a person may have 20");
	CHECK(passkey_count(t, alice.user_id, "id.example.org",
		  &sign_in_alone) == PASSKEYS_MAX &&
		  sign_in_alone == 1,
	    "passkey: of which those that check who it is sign in alone");
	passkey_count(t, alice.user_id, "other.example.org", &sign_in_alone);
	CHECK(sign_in_alone == 0, "passkey: and none at another host");
	CHECK(passkey_del_all(t, alice.user_id) == PASSKEYS_MAX &&
		  !passkey_has(t, alice.user_id),
	    "passkey: all of a person's go with them");
	return OK;
}

static enum err
furnish(struct store_txn *t, void *arg)
{
	(void)arg;
	return user_add(t, &alice, noon) == OK ? user_add(t, &bob, noon)
					       : ERR_IO;
}

int
main(void)
{
	fixture_open();
	provider.store = fixture;
	provider.conf.session_lifetime_s = 3600;
	provider.conf.session_absolute_s = 7200;
	if (str_copy(provider.conf.issuer, sizeof provider.conf.issuer,
		"https://id.example.org/idp") != OK)
		return 1;
	random_bytes(&provider.keyring, sizeof provider.keyring);
	crypto_sign_keypair(public_bytes, secret_bytes);
	in_store(furnish, NULL);
	registration();
	alone();
	after_password();
	refusals();
	unknown();
	oddities();
	changes();
	in_store(many_step, NULL);
	return check_done();
}
