/* Where the administrator's desk begins. */
#ifndef LK_INTERACTION_ADMIN_HOME_H
#define LK_INTERACTION_ADMIN_HOME_H

#include "interaction/own_page.h"

extern const struct own_page desk_home_page;

#endif
