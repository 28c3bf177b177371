/*
 * The pages a person begins at: home, at the root of a host that is the
 * provider's own, and the overview of the account.
 */
#ifndef LK_INTERACTION_ACCOUNT_HOME_H
#define LK_INTERACTION_ACCOUNT_HOME_H

#include "interaction/own_page.h"

extern const struct own_page home_page, overview_page;

#endif
