/*
 * Who needs a second factor: a person or a group of theirs may be marked so, an
 * app may want it of everybody (struct client), and a request may ask for it
 * (acr_values).
 */
#ifndef LK_PROTOCOL_FACTOR_RULE_H
#define LK_PROTOCOL_FACTOR_RULE_H

#include "domain/conf.h"
#include "domain/user.h"

#include <stdbool.h>

/* Whether a rule wants a second factor of U at every sign-in. */
bool factor_rule_for(const struct conf *conf, const struct user *u);

#endif
