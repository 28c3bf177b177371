/* What people do with the passkeys that they have, and how many these can be.
 */
#include "base/str.h"
#include "check.h"
#include "domain/passkey.h"
#include "fixture.h"
#include "protocol/account_passkeys.h"

#include <string.h>

static struct user alice = {.name = "alice"}, bob = {.name = "bob"};
static enum reason reason;

/* Alice's, which signs in alone. */
static struct passkey
first_passkey(void)
{
	struct passkey k = {.name = "Phone",
	    .id = "id",
	    .id_len = 2,
	    .alg = JWA_EDDSA,
	    .key_len = 32,
	    .rp_id = "id.example.org",
	    .flags_last = PASSKEY_PRESENT | PASSKEY_VERIFIED,
	    .discoverable = true};

	memcpy(k.user_id, alice.user_id, USER_ID_LEN);
	passkey_hash(k.hash, k.id, k.id_len);
	return k;
}

/* --- changes by their owner ------------------------------------------------
 */

/* A second one of Alice's, with FLAGS. */
static enum err
add_second(struct store_txn *t, unsigned flags)
{
	struct passkey k = first_passkey();

	k.id[0]++;
	k.flags_last = flags;
	return passkey_add(t, &k, &reason);
}

static enum err
change_step(struct store_txn *t, void *arg)
{
	struct passkey k = first_passkey();
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
	struct passkey k = first_passkey();
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
	struct passkey k;

	(void)arg;
	if (user_add(t, &alice, noon) != OK || user_add(t, &bob, noon) != OK)
		return ERR_IO;
	k = first_passkey();
	return passkey_add(t, &k, &reason);
}

int
main(void)
{
	fixture_open();
	in_store(furnish, NULL);
	changes();
	in_store(many_step, NULL);
	return check_done();
}
