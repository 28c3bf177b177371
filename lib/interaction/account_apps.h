/* The pages that say which apps may know a person, and take it back. */
#ifndef LK_INTERACTION_ACCOUNT_APPS_H
#define LK_INTERACTION_ACCOUNT_APPS_H

#include "interaction/own_page.h"

extern const struct own_page apps_page, take_back_page;

#endif
