#include "domain/password.h"

#include "base/permit.h"
#include "base/secret.h"
#include "domain/opaque_string.h"
#include "domain/slots.h"

#include <sodium.h>
#include <string.h>
#include <unistd.h>

_Static_assert((int)PASSWORD_SALT_LEN == (int)crypto_pwhash_SALTBYTES,
    "the salt is crypto_pwhash's");

enum { MEANT_CAP = (PASSWORD_CAP - 1) * OPAQUE_STRING_GROWTH + 1 };

/* Argon2id of PASSWORD with HOW's salt and cost, in a slot. */
static enum err
stretch(uint8_t hash[static PASSWORD_HASH_LEN], const char *password,
    const struct password_hash *how)
{
	/* crypto_pwhash_str_verify answers -1 for want of memory too, which
	 * would call the right password wrong; this one fails for nothing
	 * else. */
	int failed = crypto_pwhash(hash, PASSWORD_HASH_LEN, password,
	    strlen(password), how->salt, how->opslimit,
	    (size_t)how->memlimit_mib << 20, crypto_pwhash_ALG_ARGON2ID13);

	return failed ? ERR_TEMPORARILY_UNAVAILABLE : OK;
}

enum err
password_set(
    struct password_hash *h, const char *password, const struct conf *conf)
{
	char meant[MEANT_CAP];
	int slot;
	enum err e = opaque_string(meant, sizeof meant, password);

	h->opslimit = conf->argon2_opslimit;
	h->memlimit_mib = conf->argon2_memlimit_mib;
	random_bytes(h->salt, sizeof h->salt);
	permit_give_up();
	if (e == OK)
		e = slots_take(&slot, conf, SLOTS_WAIT_MS);
	if (e == OK) {
		e = stretch(h->hash, meant, h);
		close(slot);
	}
	secret_wipe(meant, sizeof meant);
	if (e != OK)
		secret_wipe(h, sizeof *h);
	return e;
}

static enum err
compare(const struct password_hash *h, const struct password_hash *against,
    const char *password)
{
	uint8_t hash[PASSWORD_HASH_LEN];
	enum err e = stretch(hash, password, against);
	bool same;

	if (e != OK)
		return e;
	same = secret_equal(hash, against->hash, sizeof hash);
	secret_wipe(hash, sizeof hash);
	/* Combined only here: up to here it is the same for everybody. */
	return ((h != NULL) & same) ? OK : ERR_ACCESS_DENIED;
}

/*
 * A wrong password: what today's cost is more than that of SPENT is computed as
 * well. Otherwise, once the setting was raised, the names of people whose hash
 * is older would be told from unknown ones by time. In the same slot, so that
 * both wait for one. ERR_ACCESS_DENIED, or no memory.
 */
static enum err
spend_rest(const struct password_hash *spent, const char *password,
    const struct conf *conf)
{
	uint64_t passes = conf->argon2_opslimit;
	uint64_t today = passes * conf->argon2_memlimit_mib;
	uint64_t cost = (uint64_t)spent->opslimit * spent->memlimit_mib;
	struct password_hash rest = {.opslimit = conf->argon2_opslimit};
	enum err e;

	/* The cost is passes times memory: as many passes over less memory. */
	if (cost < today)
		rest.memlimit_mib = (uint32_t)((today - cost) / passes);
	if (rest.memlimit_mib == 0)
		return ERR_ACCESS_DENIED;
	e = stretch(rest.hash, password, &rest);
	secret_wipe(&rest, sizeof rest);
	return e == OK ? ERR_ACCESS_DENIED : e;
}

enum err
password_verify(const struct password_hash *h, const char *password,
    const struct conf *conf)
{
	const struct password_hash dummy = {
	    .opslimit = conf->argon2_opslimit,
	    .memlimit_mib = conf->argon2_memlimit_mib,
	};
	const struct password_hash *against = h != NULL ? h : &dummy;
	char meant[MEANT_CAP];
	int slot;
	enum err e = opaque_string(meant, sizeof meant, password);

	permit_give_up();
	if (e == OK)
		e = slots_take(&slot, conf, SLOTS_WAIT_MS);
	if (e == OK) {
		e = compare(h, against, meant);
		if (e == ERR_ACCESS_DENIED)
			e = spend_rest(against, meant, conf);
		close(slot);
	}
	secret_wipe(meant, sizeof meant);
	return e;
}

bool
password_outdated(const struct password_hash *h, const struct conf *conf)
{
	return h->opslimit < conf->argon2_opslimit ||
	       h->memlimit_mib < conf->argon2_memlimit_mib;
}
