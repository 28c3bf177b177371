/*
 * The steps in which a person sets up an authenticator app because an app or a
 * rule needs a second factor: a row each in the flow that asks.
 */
#ifndef LK_INTERACTION_ENROL_STEP_H
#define LK_INTERACTION_ENROL_STEP_H

#include "domain/user.h"
#include "interaction/interaction.h"

extern const struct step enrol_step, enrol_codes_step;

/* Shows the page to the person who is signed in. */
void enrol_ask(struct interaction *i);

#endif
