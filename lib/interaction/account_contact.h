/* The page of telephone number and postal address. */
#ifndef LK_INTERACTION_ACCOUNT_CONTACT_H
#define LK_INTERACTION_ACCOUNT_CONTACT_H

#include "interaction/own_page.h"

extern const struct own_page contact_page;

#endif
