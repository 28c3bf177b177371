/*
 * logout: ends the session of this browser. An app that proves whom it means
 * is believed; otherwise the person is asked.
 */
#include "server/server.h"

#include "interaction/flows.h"

static const struct endpoint endpoints[] = {
    {"/logout", METHOD_GET | METHOD_POST, CORS_NONE, logout_flow},
    {NULL, 0, CORS_NONE, NULL},
};

int
main(void)
{
	return server_run("logout", SERVER_KEYRING | SERVER_PAGES, endpoints);
}
