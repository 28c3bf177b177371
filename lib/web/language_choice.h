/*
 * The languages at the foot of pages for people who are not signed in: a form
 * without an address, which is sent to the page's own. The browser remembers
 * the choice in a cookie, and asks for the page again.
 *
 * Its fields are `set_language`, a tag, and `request`: the app's request, where
 * the page's address has lost it because the page is the answer to a form.
 */
#ifndef LK_WEB_LANGUAGE_CHOICE_H
#define LK_WEB_LANGUAGE_CHOICE_H

#include "web/call.h"

#include <stdbool.h>

/* Whether C is such a form, of which the body has been read: it is answered
 * then. Another site's form chooses nothing. */
bool language_choice_take(struct call *c);

#endif
