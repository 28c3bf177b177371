/* The pages where people change what is known of them, and their address. */
#ifndef LK_INTERACTION_ACCOUNT_PROFILE_H
#define LK_INTERACTION_ACCOUNT_PROFILE_H

#include "interaction/own_page.h"

extern const struct own_page profile_page, email_page;

#endif
