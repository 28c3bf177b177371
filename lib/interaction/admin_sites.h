/* The desk's pages of sites: all of them, and one with its rules. */
#ifndef LK_INTERACTION_ADMIN_SITES_H
#define LK_INTERACTION_ADMIN_SITES_H

#include "interaction/own_page.h"

extern const struct own_page desk_sites_page, desk_site_add_page,
    desk_site_page, desk_site_edit_page, desk_site_rules_page,
    desk_site_rule_page, desk_site_remove_page;

#endif
