/* `latchkey user factors`: what a person has beside the password. */
#ifndef LK_BIN_USER_FACTORS_H
#define LK_BIN_USER_FACTORS_H

#include "admin.h"

extern const struct option user_factors_options[];

int user_factors(struct admin *a, const struct args *args);

#endif
