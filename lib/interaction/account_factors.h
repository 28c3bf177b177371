/* The page of a person's second factors. */
#ifndef LK_INTERACTION_ACCOUNT_FACTORS_H
#define LK_INTERACTION_ACCOUNT_FACTORS_H

#include "interaction/own_page.h"

extern const struct own_page factors_page;

#endif
