/*
 * The step after the password, for people who have a second factor: a row for
 * each flow with the step that signs in.
 */
#ifndef LK_INTERACTION_SECOND_FACTOR_STEP_H
#define LK_INTERACTION_SECOND_FACTOR_STEP_H

#include "interaction/interaction.h"
#include "protocol/authorize.h"

/* Its flow has `signed_in`, which comes next. */
extern const struct step second_factor_step;

/* What a flow does with i->proof: its `proven`. Asks for the second factor
 * where one is needed and was not proven; else opens the session and goes on
 * with the flow's `signed_in`. */
void sign_in_continue(struct interaction *i);

/* Asks the person of R for one of R->factors: the session is there, and the
 * factor is added to what it has. */
void second_factor_ask(struct interaction *i, const struct authorize_reply *r);

#endif
