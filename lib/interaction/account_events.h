/* The page that says what happened to a person's account. */
#ifndef LK_INTERACTION_ACCOUNT_EVENTS_H
#define LK_INTERACTION_ACCOUNT_EVENTS_H

#include "interaction/own_page.h"

extern const struct own_page events_page;

#endif
