/*
 * Flows with a person: pages that ask something, and what each answer does.
 *
 * A flow is a table of steps. A step is a page and its buttons; the form of a
 * page names the button as `step`, and the token in it (web/csrf.h) says which
 * step's page it was. The flow decides which step comes next, or ends.
 *
 * The pages carry the app's request along as text, in their own address or in
 * a hidden field, and every step parses it again: no step trusts an earlier
 * one, and nothing is kept for people who never come back. The same goes for
 * what a person has proven while they sign in (protocol/proof.h).
 */
#ifndef LK_INTERACTION_INTERACTION_H
#define LK_INTERACTION_INTERACTION_H

#include "base/err.h"
#include "base/form.h"
#include "base/json.h"
#include "base/reason.h"
#include "domain/session.h"
#include "protocol/proof.h"
#include "web/call.h"
#include "web/csrf.h"

#include <stdbool.h>

enum {
	STEP_BUTTONS_MAX = 6,
	INTERACTION_TEXT_CAP = REQUEST_QUERY_MAX + 1,
	/* Longer, and some server on the way would refuse the URL. */
	INTERACTION_URL_CAP = 24576
};

struct interaction;

struct step_button {
	const char *name;
	void (*run)(struct interaction *i, const struct form *posted);
};

struct step {
	const char *purpose; /* of its form (web/csrf.h); one a step */
	/* The form is bound to the browser alone, not to the session as well:
	 * who is signed in is about to change. */
	bool before_session;
	/* The person must have signed in a moment ago, with the strongest that
	 * they have; else they do so again, and come back. Of pages of our
	 * own. */
	bool fresh;
	const char *template; /* "login.html": its title is login.title */
	/* Adds the data of this page (may be NULL). */
	void (*page)(struct interaction *i, struct json_build *b);
	struct step_button buttons[STEP_BUTTONS_MAX]; /* to a NULL name */
};

struct flow {
	const char *path;                /* "/authorize" */
	const struct step *const *steps; /* to a NULL */

	/* Parses the app's request from i->form, and sets i->client, if an app
	 * asks. */
	enum err (*parse)(struct interaction *i, enum reason *reason);
	/* Decides and answers: the next step's page, or the end. */
	void (*go_on)(struct interaction *i);
	/* Answers with what went wrong. i->client may be NULL. */
	void (*refuse)(struct interaction *i, enum err e, enum reason reason);

	/* The rest may be NULL. */

	/* Adds the data that every page of the flow has, before the app's
	 * request is written into the page. */
	void (*page)(struct interaction *i, const struct step *step,
	    struct json_build *b);
	/* Before a button of STEP runs: whether it may. If not, it has
	 * answered.
	 */
	bool (*admit)(struct interaction *i, const struct step *step);
	/* A form came back without a good token; BUTTON is what it names.
	 * Without this, what was asked is asked again. */
	void (*stale)(struct interaction *i, const char *button);
	/* i->proof says who it is: asks for more, or opens the session
	 * (sign_in_continue). */
	void (*proven)(struct interaction *i);
	/* The session is open, and the browser has its cookies. */
	void (*signed_in)(struct interaction *i);
};

struct interaction {
	const struct flow *flow;
	void *state; /* the flow's own */
	struct call *call;
	const struct conf *conf;
	struct csrf csrf;
	struct session_cookie cookie_storage;
	const struct session_cookie *cookie; /* NULL: none came */
	bool own_form;                       /* a form of ours came back */
	struct form form;                    /* the app's request */
	char text[INTERACTION_TEXT_CAP];     /* behind form, if a form of ours
					      * brought it */
	/* What the person has proven, here or on an earlier page, if PROVEN. */
	bool proven;
	struct proof proof;
	const struct client *client; /* the app; NULL: none asks, or it is not
				      * known yet */
	/* Nothing but its address says that it is this app: no form may lead
	 * there. */
	bool client_is_guessed;
	/* The page to sign in on confirms who is signed in: where to go
	 * without. "": it does not. */
	const char *confirm_url;
	const uint8_t *confirm_user; /* who that is, in the session of COOKIE;
				      * NULL if it does not */
	const char *zone_name;  /* of the person who is signed in; "": UTC */
	struct zone *zone;      /* read when it is first needed, or NULL */
	const char *typed_name; /* on the page to sign in; "" at first */
	/* On the pages to sign in on: what was typed on the page to come back
	 * to, as a form; "": nothing. */
	const char *typed_before;
	const char *alert; /* what the page says went wrong; "": nothing */
	const void *shown; /* what the page of a step shows, while it does */
};

/* Serves one request of FLOW, whose own state is STATE. */
void interaction_run(const struct flow *flow, void *state, struct call *c);

/* The app's client_id and name; NULL and "" if there is none. */
const char *interaction_client_id(const struct interaction *i);
const char *interaction_client_name(const struct interaction *i);

/* Answers with the page of STEP. */
void interaction_show(struct interaction *i, const struct step *step);

/* The page of B is for people who are not signed in: it ends with the languages
 * to choose from, and loses nothing of the app's request by that. */
void interaction_offer_languages(
    const struct interaction *i, struct json_build *b);

/* Answers with the way back to ourselves, by GET, with the app's request as it
 * now is. */
void interaction_again(struct interaction *i);

/* A button: the person does not want to. */
void interaction_decline(struct interaction *i, const struct form *posted);

#endif
