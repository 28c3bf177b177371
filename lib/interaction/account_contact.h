/* The page of telephone number and postal address. */
#ifndef LK_INTERACTION_ACCOUNT_CONTACT_H
#define LK_INTERACTION_ACCOUNT_CONTACT_H

#include "interaction/own_page.h"
#include "protocol/account_contact.h"

extern const struct own_page contact_page;

/* The sentence that says so: a key of the messages. */
const char *contact_flaw_key(enum contact_flaw flaw);

#endif
