/*
 * account: the pages that no app asks for: home, and the account of the person
 * who is signed in. On a host that is the provider's own it also has every path
 * that no other program has, and says that nothing is there.
 */
#include "server/server.h"

#include "base/buf.h"
#include "interaction/flows.h"
#include "web/picture.h"

/* Where password managers send people. */
static void
serve_change_password(struct call *c)
{
	char url[ISSUER_CAP + 32];
	struct buf b;

	buf_init(&b, url, sizeof url);
	buf_printf(&b, "%s/account/password", c->provider->conf.issuer);
	response_redirect(&c->response, url);
}

static const struct endpoint endpoints[] = {
    {"/", METHOD_GET | METHOD_POST, CORS_NONE, account_flow},
    {"/account", METHOD_GET | METHOD_POST, CORS_NONE, account_flow},
    {"/account/*", METHOD_GET | METHOD_POST, CORS_NONE, account_flow},
    {"/join", METHOD_GET | METHOD_POST, CORS_NONE, join_flow},
    {PICTURE_ICONS "*", METHOD_GET, CORS_NONE, picture_icon},
    {"/logo", METHOD_GET, CORS_NONE, picture_logo},
    {"/favicon.svg", METHOD_GET, CORS_NONE, picture_favicon},
    {"/favicon.ico", METHOD_GET, CORS_NONE, picture_favicon_ico},
    {"/.well-known/change-password", METHOD_GET, CORS_NONE,
	serve_change_password},
    {NULL, 0, CORS_NONE, NULL},
};

int
main(void)
{
	return server_run("account",
	    SERVER_KEYRING | SERVER_PAGES | SERVER_WHOLE_PATHS, endpoints);
}
