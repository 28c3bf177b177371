/* What was proven, under seal: good in its browser, for some minutes, and only
 * while its person may sign in with that password. */
#include "protocol/proof.h"

#include "base/str.h"
#include "check.h"
#include "fixture.h"
#include "protocol/session_open.h"

#include <stddef.h>
#include <string.h>

static struct provider provider;
static struct user alice;

/* All but what may come behind the last member. */
enum {
	PROOF_LEN =
	    offsetof(struct proof, typed) + sizeof((struct proof *)NULL)->typed
};

static struct proof
proof_of_alice(void)
{
	struct proof p = {.amr = "pwd", .typed = "alice", .remember = true};

	memcpy(p.user_id, alice.user_id, USER_ID_LEN);
	proof_password(p.password, &alice);
	return p;
}

static bool
opens(const char *text, const char *browser, int64_t now)
{
	static const struct proof none;
	struct proof p;
	enum err e = proof_unseal(&p, text, &provider.keyring, browser, now);

	return e == OK || (e != ERR_FORBIDDEN || memcmp(&p, &none, PROOF_LEN));
}

static void
seals(void)
{
	struct proof p = proof_of_alice(), q;
	char text[PROOF_TEXT_CAP], changed[PROOF_TEXT_CAP];
	size_t len, refused = 0;

	proof_seal(text, &p, &provider.keyring, "browser", noon);
	CHECK(proof_unseal(
		  &q, text, &provider.keyring, "browser", noon + 299) == OK &&
		  q.expires_at == noon + 300,
	    "proof: comes back, for five minutes");
	p.expires_at = noon + 300;
	CHECK(memcmp(&p, &q, PROOF_LEN) == 0, "proof: as it was sealed");
	proof_seal(changed, &q, &provider.keyring, "browser", noon + 299);
	CHECK(opens(changed, "browser", noon + 299) &&
		  !opens(changed, "browser", noon + 300),
	    "proof: sealed again, it is good no longer than before");
	CHECK(!opens(text, "browser", noon + 300), "proof: no longer");
	CHECK(opens(text, "browser", noon - 300) &&
		  !opens(text, "browser", noon - 301),
	    "proof: nor is one of the future good");
	CHECK(!opens(text, "another", noon) && !opens(text, "", noon),
	    "proof: no other browser can use it");
	len = strlen(text);
	for (size_t i = 0; i < len; i++) {
		memcpy(changed, text, sizeof text);
		changed[i] = text[i] == 'A' ? 'B' : 'A';
		refused += !opens(changed, "browser", noon);
	}
	CHECK(refused == len, "proof: one changed character ends it");
	CHECK(!opens("", "browser", noon) && !opens("AAAA", "browser", noon),
	    "proof: what is too short for a seal is none");
	text[len - 4] = '\0';
	CHECK(!opens(text, "browser", noon), "proof: nor is a part of one");
}

static enum err
open_session_with(const struct proof *p, struct session_open_reply *r)
{
	static const struct devices none;
	struct session_open_request q = {
	    .address = "192.0.2.1", .devices = &none};

	return session_open(&provider, p, &q, noon, r);
}

static enum err
change_step(struct store_txn *t, void *arg)
{
	return user_put(t, arg, noon);
}

static void
sessions(void)
{
	struct proof p = proof_of_alice();
	struct user u = alice;
	struct session_open_reply r;

	CHECK(open_session_with(&p, &r) == OK &&
		  memcmp(r.session.user_id, alice.user_id, USER_ID_LEN) == 0 &&
		  str_equal(r.session.amr, "pwd") && r.session.remembered &&
		  r.session.auth_time == noon && r.devices.count == 1,
	    "session_open: a proof becomes a session of its person and method");
	p.user_id[0] ^= 1;
	CHECK(open_session_with(&p, &r) == ERR_ACCESS_DENIED,
	    "session_open: no person, no session");
	p = proof_of_alice();
	u.locked = true;
	in_store(change_step, &u);
	CHECK(open_session_with(&p, &r) == ERR_ACCESS_DENIED,
	    "session_open: a person locked since the proof is refused");
	u.locked = false;
	u.password.hash[0] ^= 1;
	in_store(change_step, &u);
	CHECK(open_session_with(&p, &r) == ERR_ACCESS_DENIED,
	    "session_open: a new password ends what the old one proved");
}

static enum err
furnish(struct store_txn *t, void *arg)
{
	(void)arg;
	alice = (struct user){.name = "alice",
	    .has_password = true,
	    .password = {.opslimit = 1, .memlimit_mib = 1}};
	return user_add(t, &alice, noon);
}

int
main(void)
{
	fixture_open();
	random_bytes(&provider.keyring, sizeof provider.keyring);
	provider.store = fixture;
	provider.conf = (struct conf){.session_lifetime_s = 3600,
	    .session_absolute_s = 7200,
	    .session_remember_s = 3600,
	    .session_remember_absolute_s = 7200};
	in_store(furnish, NULL);
	seals();
	sessions();
	return check_done();
}
