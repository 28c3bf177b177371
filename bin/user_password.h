/* Where the command gets a person's new password from. */
#ifndef LK_BIN_USER_PASSWORD_H
#define LK_BIN_USER_PASSWORD_H

#include "admin.h"
#include "domain/user.h"

/* Gets a new password for U, from standard input with --password-stdin and
 * else from the terminal, and makes H its hash; an exit status. */
int user_new_password(const struct admin *a, const struct args *args,
    const struct user *u, struct password_hash *h);

#endif
