/*
 * admin: the administrator's desk, for people in the group `admins`. It makes
 * signing keys, but opens none.
 */
#include "server/server.h"

#include "interaction/flows.h"

static const struct endpoint endpoints[] = {
    {"/admin", METHOD_GET | METHOD_POST, CORS_NONE, admin_flow},
    {"/admin/*", METHOD_GET | METHOD_POST, CORS_NONE, admin_flow},
    {NULL, 0, CORS_NONE, NULL},
};

int
main(void)
{
	return server_run("admin",
	    SERVER_KEYRING | SERVER_PAGES | SERVER_WHOLE_PATHS, endpoints);
}
