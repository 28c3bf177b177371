#include "domain/password.h"

#include "base/monotonic.h"
#include "base/permit.h"
#include "base/secret.h"
#include "base/str.h"
#include "domain/opaque_string.h"
#include "domain/slots.h"

#include <sodium.h>
#include <string.h>
#include <time.h>
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

/* A new hash of TEXT. */
static enum err
make_hash(struct password_hash *h, const char *text, const struct conf *conf)
{
	int slot;
	enum err e;

	h->opslimit = conf->argon2_opslimit;
	h->memlimit_mib = conf->argon2_memlimit_mib;
	random_bytes(h->salt, sizeof h->salt);
	permit_give_up();
	e = slots_take(&slot, conf, SLOTS_WAIT_MS);
	if (e == OK) {
		e = stretch(h->hash, text, h);
		close(slot);
	}
	return e;
}

enum err
password_set(
    struct password_hash *h, const char *password, const struct conf *conf)
{
	char meant[MEANT_CAP];
	enum err e = opaque_string(meant, sizeof meant, password);

	*h = (struct password_hash){0};
	if (e == OK)
		e = make_hash(h, meant, conf);
	secret_wipe(meant, sizeof meant);
	if (e != OK)
		secret_wipe(h, sizeof *h);
	return e;
}

enum err
password_import(
    struct password_hash *h, const char *hash, const struct conf *conf)
{
	enum err e;

	*h = (struct password_hash){0};
	e = imported_setting(h->imported, hash);
	/* A PHC string is its own proof: this tells it from others only. */
	if (e == OK && imported_is_argon2(h->imported))
		random_bytes(h->hash, sizeof h->hash);
	else if (e == OK)
		e = make_hash(h, hash, conf);
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

/* A password that is tried, as typed and as meant. */
struct attempt {
	const char *typed, *meant;
	const struct imported_cost *costliest;
	const struct conf *conf;
	int64_t crypt_ms; /* spent on a hash of elsewhere */
};

static enum err
compare_crypt(
    const struct password_hash *h, const char *password, int64_t *crypt_ms)
{
	char text[IMPORTED_HASH_CAP];
	int64_t began = monotonic_ms();
	enum err e = imported_hash(text, h->imported, password), compared;

	*crypt_ms += monotonic_ms() - began;
	if (e != OK && e != ERR_ACCESS_DENIED)
		return e;
	/* Also if the password is too long for the method. */
	compared = compare(h, h, text);
	secret_wipe(text, sizeof text);
	return e == OK ? compared : e;
}

static enum err
compare_argon2(
    const struct password_hash *h, const char *password, int64_t *crypt_ms)
{
	int64_t began = monotonic_ms();
	enum err e = imported_verify_argon2(h->imported, password);

	*crypt_ms += monotonic_ms() - began;
	return e;
}

/* Other systems hash what was typed, composed or not. */
static enum err
compare_imported(const struct password_hash *h, struct attempt *a)
{
	enum err (*run)(const struct password_hash *, const char *, int64_t *) =
	    imported_is_argon2(h->imported) ? compare_argon2 : compare_crypt;
	enum err e = run(h, a->typed, &a->crypt_ms);

	if (e == ERR_ACCESS_DENIED && !str_equal(a->typed, a->meant))
		e = run(h, a->meant, &a->crypt_ms);
	return e;
}

static enum err
spend_crypt(const char *setting, const char *password)
{
	char text[IMPORTED_HASH_CAP];
	enum err e;

	if (imported_is_argon2(setting))
		return imported_verify_argon2(setting, password);
	e = imported_hash(text, setting, password);
	secret_wipe(text, sizeof text);
	return e;
}

static void
pause_ms(int64_t ms)
{
	struct timespec pause = {ms / 1000, ms % 1000 * 1000000};

	if (ms > 0)
		nanosleep(&pause, NULL);
}

/*
 * A wrong password: the costliest hash of elsewhere is computed as well, or
 * what it takes is waited for, where another of them was. OWN is that; "":
 * none.
 */
static enum err
spend_imported(const struct attempt *a, const char *own)
{
	const struct imported_cost *most = a->costliest;
	enum err e = OK;

	if (most->setting[0] == '\0' || imported_same_cost(own, most->setting))
		return ERR_ACCESS_DENIED;
	if (own[0] != '\0')
		pause_ms(most->took_ms - a->crypt_ms);
	else
		e = spend_crypt(most->setting, a->typed);
	if (own[0] == '\0' && !str_equal(a->typed, a->meant))
		e = spend_crypt(most->setting, a->meant);
	return e == ERR_TEMPORARILY_UNAVAILABLE ? e : ERR_ACCESS_DENIED;
}

/* In a slot. H may be NULL. */
static enum err
verify_attempt(const struct password_hash *h, struct attempt *a)
{
	const struct password_hash dummy = {
	    .opslimit = a->conf->argon2_opslimit,
	    .memlimit_mib = a->conf->argon2_memlimit_mib,
	};
	const struct password_hash *against = h != NULL ? h : &dummy;
	const char *own = against->imported;
	enum err e = own[0] != '\0' ? compare_imported(h, a)
				    : compare(h, against, a->meant);

	if (e == ERR_ACCESS_DENIED)
		e = spend_imported(a, own);
	if (e == ERR_ACCESS_DENIED)
		e = spend_rest(against, a->meant, a->conf);
	return e;
}

enum err
password_verify_like(const struct password_hash *h,
    const struct imported_cost *costliest, const char *password,
    const struct conf *conf)
{
	char meant[MEANT_CAP];
	struct attempt a = {password, meant, costliest, conf, 0};
	int slot;
	enum err e = opaque_string(meant, sizeof meant, password);

	permit_give_up();
	if (e == OK)
		e = slots_take(&slot, conf, SLOTS_WAIT_MS);
	if (e == OK) {
		e = verify_attempt(h, &a);
		close(slot);
	}
	secret_wipe(meant, sizeof meant);
	return e;
}

enum err
password_verify(const struct password_hash *h, const char *password,
    const struct conf *conf)
{
	static const struct imported_cost none;

	return password_verify_like(h, &none, password, conf);
}

bool
password_outdated(const struct password_hash *h, const struct conf *conf)
{
	return h->imported[0] != '\0' || h->opslimit < conf->argon2_opslimit ||
	       h->memlimit_mib < conf->argon2_memlimit_mib;
}
