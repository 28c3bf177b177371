/*
 * Pages of our own, that no app asks for: each has an address and a look at
 * what it shows. Who is not signed in signs in there, and is then at the page.
 *
 * A page is a file with a `struct own_page`. Its steps are the pages that can
 * be at its address; GET shows the first. A button of a step finds the person,
 * and what the page looked at, in own_state(). It changes something with
 * account_write (protocol/account.h), then goes on with own_page_done; or, if
 * what was typed cannot be, sets i->alert and shows its step again.
 *
 * A step that is `fresh` needs a sign-in of the last minutes, for its page and
 * its buttons: the person confirms who they are first, and is then at the page,
 * with what they had typed, where the page keeps that.
 */
#ifndef LK_INTERACTION_OWN_PAGE_H
#define LK_INTERACTION_OWN_PAGE_H

#include "interaction/interaction.h"
#include "protocol/account.h"

#include <stdbool.h>
#include <stddef.h>

enum {
	OWN_PAGE_STEPS_MAX = 4,
	OWN_URL_CAP = ISSUER_CAP + 2048,
	OWN_TYPED_CAP = 16384 /* more is to be typed again */
};

struct own_page {
	const char *path; /* below the issuer: "/account/password" */
	const struct step *steps[OWN_PAGE_STEPS_MAX]; /* to a NULL */
	/* The sentence that links here from the overview; NULL: none does. */
	const char *link;
	/* Whether it does for this person; NULL: it does for all. */
	bool (*is_linked)(const struct interaction *i);
	/* Whether its steps that are to be fresh are so for this person; NULL:
	 * they are for all. */
	bool (*is_fresh_wanted)(const struct account *a);
	/* What is typed into the form of the first step shows again after a
	 * sign-in that had to come first. It is no secret, and the step's page
	 * takes it from the request's body (own_typed). */
	bool keeps_typed;
	/* What the page shows: so many bytes, zeroes at first, which LOOK (may
	 * be NULL) fills in the transaction that finds the session. They are
	 * wiped at the end; what is allocated in them, FREE_DATA (may be NULL)
	 * frees. */
	size_t data_size;
	/* Before that: takes what the address says into DATA. NULL: nothing. */
	void (*ask)(struct interaction *i, void *data);
	account_step *look;
	void (*free_data)(void *data);
};

/* The pages that one flow has. */
struct own_pages {
	const struct own_page *const *pages; /* to a NULL */
	/* Whether the person who is signed in may be here; if not, it has
	 * answered. NULL: everyone may. */
	bool (*admit)(struct interaction *i);
};

/* Of the flow: i->state. */
struct own_state {
	const struct own_pages *set;
	const struct own_page *page; /* NULL: there is none at the address */
	struct account account;      /* the person, once looked at */
	void *data;                  /* the page's */
	const char *detail;          /* behind i->alert, as the command says it,
				      * in English; NULL: nothing */
	char way_back[OWN_URL_CAP];
	char typed_before[OWN_TYPED_CAP]; /* i->typed_before */
	struct flow flow;
	const struct step *steps[OWN_PAGE_STEPS_MAX + 3];
};

/* Serves one request of the flow that has the pages SET. */
void own_pages_run(const struct own_pages *set, struct call *c);

struct own_state *own_state(const struct interaction *i);

/* Answers with the way to the page PATH, by GET, which shows the sentence
 * NOTICE ("done.saved"; NULL: none). */
void own_page_done(struct interaction *i, const char *path, const char *notice);

/* What account_write answered, when it is no answer for the page: asks to sign
 * in, or shows what went wrong. */
void own_page_refuse(struct interaction *i, enum err e, enum reason reason);

/* Adds what the form to sign out has (sign_out.html). */
void own_page_put_sign_out(struct interaction *i, struct json_build *b);

#endif
