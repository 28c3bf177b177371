/*
 * authorize: where an app sends the browser. Pages for signing in, choosing an
 * account and consent; at the end the way back to the app with a code.
 */
#include "app/app.h"

#include "interaction/flows.h"

static const struct endpoint endpoints[] = {
    {"/authorize", METHOD_GET | METHOD_POST, CORS_NONE, authorize_flow},
    {NULL, 0, CORS_NONE, NULL},
};

int
main(void)
{
	return app_run("authorize", APP_KEYRING | APP_PAGES, endpoints);
}
