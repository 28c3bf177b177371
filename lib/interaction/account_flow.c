#include "interaction/flows.h"

#include "interaction/account_home.h"
#include "interaction/account_passkeys.h"
#include "interaction/own_page.h"

/* In the order in which the overview links to them. */
static const struct own_page *const account_pages[] = {
    &home_page,
    &overview_page,
    &passkeys_page,
    NULL,
};

static const struct own_pages account = {.pages = account_pages};

void
account_flow(struct call *c)
{
	own_pages_run(&account, c);
}
