/* The commonest passwords, which are the first ones that are guessed. */
#ifndef LK_DOMAIN_COMMON_PASSWORD_H
#define LK_DOMAIN_COMMON_PASSWORD_H

#include <stdbool.h>

/* Whether LOWER, a password in lower case, is one of them. Of other passwords
 * one in 200,000 is taken for one: the table has the beginnings of hashes. */
bool common_password(const char *lower);

#endif
