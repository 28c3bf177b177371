/* The page with the passkeys of the person who is signed in. */
#ifndef LK_INTERACTION_ACCOUNT_PASSKEYS_H
#define LK_INTERACTION_ACCOUNT_PASSKEYS_H

#include "interaction/own_page.h"

extern const struct own_page passkeys_page;

#endif
