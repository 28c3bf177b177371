/* The desk's pages of who is signed in, and where. */
#ifndef LK_INTERACTION_ADMIN_SESSIONS_H
#define LK_INTERACTION_ADMIN_SESSIONS_H

#include "interaction/own_page.h"

extern const struct own_page desk_sessions_page, desk_session_end_page;

#endif
