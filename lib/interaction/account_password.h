/* The page where people change their password. */
#ifndef LK_INTERACTION_ACCOUNT_PASSWORD_H
#define LK_INTERACTION_ACCOUNT_PASSWORD_H

#include "interaction/own_page.h"

extern const struct own_page password_page;

#endif
