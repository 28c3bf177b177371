/* The desk's pages of apps: all of them, one, and how one is added. */
#ifndef LK_INTERACTION_ADMIN_APPS_H
#define LK_INTERACTION_ADMIN_APPS_H

#include "interaction/own_page.h"

extern const struct own_page desk_apps_page, desk_app_page, desk_app_edit_page,
    desk_app_secret_page, desk_app_vouch_page, desk_app_remove_page,
    desk_app_choose_page, desk_app_recipe_page, desk_app_own_page;

#endif
