/* The desk's page of what happened. */
#ifndef LK_INTERACTION_ADMIN_AUDIT_H
#define LK_INTERACTION_ADMIN_AUDIT_H

#include "interaction/own_page.h"

extern const struct own_page desk_audit_page;

#endif
