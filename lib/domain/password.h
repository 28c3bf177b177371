/*
 * Passwords of people: Argon2id (RFC 9106), in slots (domain/slots.h), which
 * are waited for. A hash that could not be computed, because there was no slot
 * or no memory, is told apart from a wrong password.
 */
#ifndef LK_DOMAIN_PASSWORD_H
#define LK_DOMAIN_PASSWORD_H

#include "base/err.h"
#include "domain/conf.h"
#include "domain/imported_password.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	PASSWORD_SALT_LEN = 16,
	PASSWORD_HASH_LEN = 32,
	PASSWORD_CAP = 1025 /* bytes, NUL included */
};

struct password_hash {
	uint32_t opslimit, memlimit_mib;
	uint8_t salt[PASSWORD_SALT_LEN];
	uint8_t hash[PASSWORD_HASH_LEN];
	/* The setting of a hash of elsewhere: HASH is of what the password has
	 * by that. "": of the password. */
	char imported[IMPORTED_CAP];
};

/* Both take a password as typed, and mean what it means
 * (domain/opaque_string.h). What may be a new one: domain/new_password.h.
 *
 * Hashes at the cost CONF asks for; ERR_TEMPORARILY_UNAVAILABLE: no memory;
 * ERR_BUSY: no slot became free in SLOTS_WAIT_MS; ERR_IO, ERR_PERMISSION: no
 * slot can be opened; ERR_UNSUPPORTED: no libunistring, and P is not ASCII. */
enum err password_set(struct password_hash *h, const char *password,
    const struct conf *conf) MUST_CHECK;

/* Takes HASH over from elsewhere. ERR_UNSUPPORTED, ERR_SYNTAX as
 * imported_setting, and as above. */
enum err password_import(struct password_hash *h, const char *hash,
    const struct conf *conf) MUST_CHECK;

/*
 * OK, ERR_ACCESS_DENIED (wrong), and as above. With a NULL hash (no such
 * person) the same work is done on a dummy of the cost CONF asks for, and the
 * answer is never OK. A wrong password of a hash made at less costs as much.
 */
enum err password_verify(const struct password_hash *h, const char *password,
    const struct conf *conf) MUST_CHECK;

/* The same, and a wrong password costs as much as a hash of elsewhere with the
 * cost COSTLIEST. */
enum err password_verify_like(const struct password_hash *h,
    const struct imported_cost *costliest, const char *password,
    const struct conf *conf) MUST_CHECK;

/* Whether H was made at less than CONF asks for, or elsewhere. */
bool password_outdated(const struct password_hash *h, const struct conf *conf);

#endif
