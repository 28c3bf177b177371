/*
 * The step in which a person signs in with a name and a password: a row for
 * each flow that needs to know who it is.
 */
#ifndef LK_INTERACTION_SIGN_IN_STEP_H
#define LK_INTERACTION_SIGN_IN_STEP_H

#include "interaction/interaction.h"

/* Its flow has `proven`, which comes next. */
extern const struct step sign_in_step;

/* Shows the page with NAME already there. ALERT says what went wrong; "":
 * nothing. Both are borrowed until this returns. */
void sign_in_ask(struct interaction *i, const char *name, const char *alert);

/* Opens the session of i->proof and gives the browser its cookies. False if it
 * cannot be: the answer says so. */
bool sign_in_complete(struct interaction *i) MUST_CHECK;

/* A button: another person wants to sign in. */
void sign_in_switch(struct interaction *i, const struct form *posted);

/* What a flow with this step does about a form without its token: a page that
 * was left open is asked again, of the person signed in now; what was typed to
 * sign in is not thrown away without a word. */
void sign_in_stale(struct interaction *i, const char *button);

#endif
