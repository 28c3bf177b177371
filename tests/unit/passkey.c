/* Passkeys of people: added, used, and everything that is odd about one. What a
 * sign-in costs is counted. */
#include "base/str.h"
#include "check.h"
#include "counted.h"
#include "domain/audit.h"
#include "jose/cose.h"
#include "passkey_device.h"
#include "protocol/authenticate_passkey.h"
#include "protocol/passkey_register.h"
#include "protocol/session_open.h"

#include <string.h>

#define BROWSER "browser"

static struct user alice = {.name = "alice"}, bob = {.name = "bob"};
static enum reason reason;

/* --- registration --------------------------------------------------------- */

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
	return check_done();
}
