/*
 * Password hashes of elsewhere: those of crypt(3) (bcrypt, $1$, $5$, $6$, $7$,
 * $y$, $gy$), of Apache's htpasswd ($apr1$, {SHA}) and PHC strings of Argon2.
 *
 * What is kept of one is its setting: method, cost and salt. With the password
 * it makes the hash again, which is not kept as it was but hashed once more
 * with Argon2id (domain/password.h). A PHC string is its own setting.
 *
 * libcrypt and libaprutil are not linked but loaded when such a hash is met.
 */
#ifndef LK_DOMAIN_IMPORTED_PASSWORD_H
#define LK_DOMAIN_IMPORTED_PASSWORD_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	IMPORTED_CAP = 256,     /* a setting, NUL included */
	IMPORTED_HASH_CAP = 384 /* a hash */
};

/* What one costs: a setting like it, and how long it took. */
struct imported_cost {
	char setting[IMPORTED_CAP];
	uint32_t took_ms;
};

/* The setting of HASH. ERR_UNSUPPORTED: no method of ours, or what it needs is
 * not here; ERR_SYNTAX: it is cut off or damaged. */
enum err imported_setting(
    char setting[static IMPORTED_CAP], const char *hash) MUST_CHECK;

/* The method's name, for people: "bcrypt"; "" for no method of ours. */
const char *imported_method(const char *hash);

bool imported_is_argon2(const char *setting);

/* Whether A and B differ in their salts alone. */
bool imported_same_cost(const char *a, const char *b);

/*
 * The hash that PASSWORD has by SETTING, which is not one of Argon2; the caller
 * wipes it. ERR_ACCESS_DENIED: none, the method does not take so long a
 * password; ERR_TEMPORARILY_UNAVAILABLE: no memory; ERR_UNSUPPORTED: the
 * library that it needs is gone.
 */
enum err imported_hash(char hash[static IMPORTED_HASH_CAP], const char *setting,
    const char *password) MUST_CHECK;

/* Whether PASSWORD is that of the PHC string PHC: OK, ERR_ACCESS_DENIED;
 * ERR_TEMPORARILY_UNAVAILABLE: no memory. */
enum err imported_verify_argon2(
    const char *phc, const char *password) MUST_CHECK;

/*
 * Tries HASH with some password: COST is what that took. ERR_SYNTAX: its method
 * does not make such a hash, or as imported_setting; ERR_CONTENT_TOO_LARGE: it
 * takes longer than IMPORTED_MOST_MS, which each try to sign in would take.
 */
enum { IMPORTED_MOST_MS = 1000 };
enum err imported_try(const char *hash, struct imported_cost *cost) MUST_CHECK;

/* The same for a setting that was kept of a hash. */
enum err imported_try_setting(
    const char *setting, struct imported_cost *cost) MUST_CHECK;

#endif
