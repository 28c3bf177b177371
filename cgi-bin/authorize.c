/*
 * authorize: where an app sends the browser. Pages for signing in, choosing an
 * account and consent; at the end the way back to the app with a code.
 */
#include "server/server.h"

#include "interaction/flows.h"

static const struct endpoint endpoints[] = {
    {"/authorize", METHOD_GET | METHOD_POST, CORS_NONE, authorize_flow},
    {NULL, 0, CORS_NONE, NULL},
};

int
main(void)
{
	return server_run(
	    "authorize", SERVER_KEYRING | SERVER_PAGES, endpoints);
}
