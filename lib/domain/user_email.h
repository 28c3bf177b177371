/*
 * People by e-mail address. An address that one person alone has is good to
 * sign in with, as the name is. It is compared without regard to case, and
 * however its letters are composed.
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

/* The person whom ADDRESS names, were it no user name: OK, ERR_NOT_FOUND (U
 * zeroed). */
enum err user_find_email(
    struct store_txn *t, const char *address, struct user *u) MUST_CHECK;

/* The person who signs in as TYPED, a name or else an e-mail address: OK,
 * ERR_NOT_FOUND (U zeroed). */
enum err user_find_typed(
    struct store_txn *t, const char *typed, struct user *u) MUST_CHECK;

/* The person, other than U, who has U's address verified: OK, ERR_NOT_FOUND.
 * U's own must be verified, or there is no harm in it. */
enum err user_email_rival(
    struct store_txn *t, const struct user *u, struct user *rival) MUST_CHECK;

/* Keeps the index in step with a person's record, which changes from WAS to
 * IS; a person who is not there is zeroes. ERR_EXISTS: IS has a rival. */
enum err user_email_index(struct store_txn *t, const struct user *was,
    const struct user *is) MUST_CHECK;

/* For `latchkey check`: calls VISIT for everyone whose address the index does
 * not have, and returns how many entries it has that no person has. */
size_t user_email_verify(struct store_txn *t, user_visit *visit, void *arg);

#endif
