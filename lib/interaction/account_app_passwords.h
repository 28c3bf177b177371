/* The pages with a person's app passwords. */
#ifndef LK_INTERACTION_ACCOUNT_APP_PASSWORDS_H
#define LK_INTERACTION_ACCOUNT_APP_PASSWORDS_H

#include "interaction/own_page.h"

extern const struct own_page app_passwords_page, remove_app_password_page;

#endif
