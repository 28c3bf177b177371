/* latchkey user invite, reset: one-time links for people. */
#ifndef LK_BIN_USER_LINK_H
#define LK_BIN_USER_LINK_H

#include "admin.h"

extern const struct option user_invite_options[], user_reset_options[];

int user_invite(struct admin *a, const struct args *args);
int user_reset(struct admin *a, const struct args *args);

#endif
