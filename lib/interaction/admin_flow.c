#include "interaction/flows.h"

#include "interaction/admin_apps.h"
#include "interaction/admin_audit.h"
#include "interaction/admin_home.h"
#include "interaction/admin_keys.h"
#include "interaction/admin_page.h"
#include "interaction/admin_people.h"
#include "interaction/admin_sessions.h"
#include "interaction/admin_sites.h"
#include "interaction/admin_why.h"

static const struct own_page *const desk_pages[] = {
    &desk_home_page,
    &desk_people_page,
    &desk_person_add_page,
    &desk_person_page,
    &desk_person_edit_page,
    &desk_person_lock_page,
    &desk_person_link_page,
    &desk_person_factors_page,
    &desk_person_remove_page,
    &desk_apps_page,
    &desk_app_choose_page,
    &desk_app_recipe_page,
    &desk_app_own_page,
    &desk_app_page,
    &desk_app_edit_page,
    &desk_app_secret_page,
    &desk_app_vouch_page,
    &desk_app_remove_page,
    &desk_sites_page,
    &desk_site_add_page,
    &desk_site_page,
    &desk_site_edit_page,
    &desk_site_rules_page,
    &desk_site_rule_page,
    &desk_site_remove_page,
    &desk_sessions_page,
    &desk_session_end_page,
    &desk_keys_page,
    &desk_keys_rotate_page,
    &desk_audit_page,
    &desk_why_page,
    NULL,
};

static const struct own_pages desk = {.pages = desk_pages, .admit = desk_admit};

void
admin_flow(struct call *c)
{
	own_pages_run(&desk, c);
}
