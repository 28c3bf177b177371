/* The desk's pages of people: all of them, and one. */
#ifndef LK_INTERACTION_ADMIN_PEOPLE_H
#define LK_INTERACTION_ADMIN_PEOPLE_H

#include "interaction/own_page.h"

extern const struct own_page desk_people_page, desk_person_add_page,
    desk_person_page, desk_person_edit_page, desk_person_lock_page,
    desk_person_remove_page, desk_person_link_page, desk_person_factors_page;

#endif
