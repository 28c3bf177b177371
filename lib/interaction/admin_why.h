/* The desk's page of what was refused lately, and what helps. */
#ifndef LK_INTERACTION_ADMIN_WHY_H
#define LK_INTERACTION_ADMIN_WHY_H

#include "interaction/own_page.h"

extern const struct own_page desk_why_page;

#endif
