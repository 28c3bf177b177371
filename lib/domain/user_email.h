/*
 * People by e-mail address: the index that domain/user keeps with it. An
 * address that one person alone has is good to sign in with, as the name is. It
 * is compared without regard to case, and however its letters are composed.
 *
 * A verified address is one person's: apps find people by it. Others may have
 * the same unverified, and it then names the one who has it verified. Where
 * several have it and none verified, it names none of them.
 */
#ifndef LK_DOMAIN_USER_EMAIL_H
#define LK_DOMAIN_USER_EMAIL_H

#include "base/err.h"
#include "domain/user.h"
#include "store/store.h"

/* ADDRESS as it is compared. ERR_NO_SPACE; ERR_NO_MEMORY, ERR_UNSUPPORTED as
 * in domain/opaque_string.h. */
enum err user_email_fold(
    char folded[static USER_EMAIL_CAP], const char *address) MUST_CHECK;

/* The person that ADDRESS names: OK, ERR_NOT_FOUND. */
enum err user_email_find(struct store_txn *t, const char *address,
    uint8_t user_id[static USER_ID_LEN]) MUST_CHECK;

/* The person, other than U, who has U's address verified: OK, ERR_NOT_FOUND.
 * U's own must be verified, or there is no harm in it. */
enum err user_email_rival(struct store_txn *t, const struct user *u,
    uint8_t rival[static USER_ID_LEN]) MUST_CHECK;

/* Keeps the index in step with a person's record, which changes from WAS to
 * IS; a person who is not there is zeroes. ERR_EXISTS: IS has a rival. */
enum err user_email_index(struct store_txn *t, const struct user *was,
    const struct user *is) MUST_CHECK;

/* Whether the index has the address of U, who has one: OK, ERR_NOT_FOUND. */
enum err user_email_check(struct store_txn *t, const struct user *u) MUST_CHECK;

/* How many entries it has. */
size_t user_email_count(struct store_txn *t);

#endif
