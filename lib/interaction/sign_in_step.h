/*
 * The step in which a person signs in with a name and a password: a row for
 * each flow that needs to know who it is.
 */
#ifndef LK_INTERACTION_SIGN_IN_STEP_H
#define LK_INTERACTION_SIGN_IN_STEP_H

#include "interaction/interaction.h"
#include "protocol/session_open.h"

/* Its flow has `proven`, which comes next. */
extern const struct step sign_in_step;

/* Shows the page with NAME already there. ALERT says what went wrong; "":
 * nothing. Both are borrowed until this returns. */
void sign_in_ask(struct interaction *i, const char *name, const char *alert);

/* Opens the session of i->proof, with CODE if one was typed (NULL: none), and
 * gives the browser its cookies. R's reason and what it says of the code are
 * set either way (protocol/session_open.h). */
enum err sign_in_open(struct interaction *i, const struct factor_try *code,
    struct session_open_reply *r) MUST_CHECK;

/* Shows the page again after E. */
void sign_in_refuse(struct interaction *i, enum err e);

/* The same when what was proven on an earlier page is not there any more. */
void sign_in_proof_lost(struct interaction *i);

/* Opens it without a code. False if it cannot be: the answer says so. */
bool sign_in_complete(struct interaction *i) MUST_CHECK;

/* A passkey was refused, and the page says so. */
void sign_in_passkey_failed(
    struct interaction *i, enum err e, enum reason reason);

/* A passkey has not asked who it is: asks for the password as well, of those
 * who have one. */
void sign_in_ask_password(struct interaction *i);

/* A button: another person wants to sign in. */
void sign_in_switch(struct interaction *i, const struct form *posted);

/* What a flow with this step does about a form without its token: a page that
 * was left open is asked again, of the person signed in now; what was typed to
 * sign in is not thrown away without a word. */
void sign_in_stale(struct interaction *i, const char *button);

#endif
