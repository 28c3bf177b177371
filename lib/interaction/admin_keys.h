/* The desk's pages of signing keys. */
#ifndef LK_INTERACTION_ADMIN_KEYS_H
#define LK_INTERACTION_ADMIN_KEYS_H

#include "interaction/own_page.h"

extern const struct own_page desk_keys_page, desk_keys_rotate_page;

#endif
