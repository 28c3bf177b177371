/*
 * The steps in which a person sets up a second factor because an app or a rule
 * needs one: a row each in the flow that asks. enrol_step offers an
 * authenticator app, or a passkey in its place; enrol_passkey_step a passkey
 * alone.
 */
#ifndef LK_INTERACTION_ENROL_STEP_H
#define LK_INTERACTION_ENROL_STEP_H

#include "domain/user.h"
#include "interaction/interaction.h"

/* Shown to the person who is signed in. */
extern const struct step enrol_step, enrol_codes_step, enrol_passkey_step;

#endif
