/* `latchkey user factors`: what a person has beside the password; and how they
 * sign in, for `user list` and `user show`. */
#ifndef LK_BIN_USER_FACTORS_H
#define LK_BIN_USER_FACTORS_H

#include "admin.h"
#include "domain/user.h"

extern const struct option user_factors_options[];

int user_factors(struct admin *a, const struct args *args);

/* "password", "passkey", "password, passkey"; of who has neither "invited" if
 * their link is good at NOW, else "nothing". */
enum err user_signs_in_by(struct store_txn *t, const struct user *u,
    int64_t now, const char **words) MUST_CHECK;

#endif
