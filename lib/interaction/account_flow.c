#include "interaction/flows.h"

#include "interaction/account_app_passwords.h"
#include "interaction/account_apps.h"
#include "interaction/account_contact.h"
#include "interaction/account_events.h"
#include "interaction/account_factors.h"
#include "interaction/account_home.h"
#include "interaction/account_passkeys.h"
#include "interaction/account_password.h"
#include "interaction/account_profile.h"
#include "interaction/account_sessions.h"
#include "interaction/own_page.h"

/* In the order in which the overview links to them. */
static const struct own_page *const account_pages[] = {
    &home_page,
    &overview_page,
    &profile_page,
    &email_page,
    &contact_page,
    &password_page,
    &passkeys_page,
    &factors_page,
    &sessions_page,
    &everywhere_page,
    &apps_page,
    &take_back_page,
    &app_passwords_page,
    &remove_app_password_page,
    &events_page,
    NULL,
};

static const struct own_pages account = {.pages = account_pages};

void
account_flow(struct call *c)
{
	own_pages_run(&account, c);
}
