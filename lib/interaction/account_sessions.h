/* The pages that say where a person is signed in, and end it. */
#ifndef LK_INTERACTION_ACCOUNT_SESSIONS_H
#define LK_INTERACTION_ACCOUNT_SESSIONS_H

#include "interaction/own_page.h"

extern const struct own_page sessions_page, everywhere_page;

#endif
