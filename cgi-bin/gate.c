/*
 * gate: says for a web server whether a request to a site may go on. How it is
 * asked and answers is in web/auth_request.h, and for administrators in
 *gate(8):
 *
 *	authorizer (lighttpd, mod_authnz_fcgi)	FCGI_ROLE=AUTHORIZER
 *	forward-auth (Caddy, Traefik)		LATCHKEY_GATE=forward_auth
 *		200 without a body lets it on; else what the browser gets
 *	auth_request (nginx)			LATCHKEY_GATE=auth_request
 *	access checker (mod_fcgid)	FCGI_APACHE_ROLE=ACCESS_CHECKER
 *		200, or a bare 401, upon which the server asks for the page:
 *	page (error_page, ErrorDocument)	none of these
 *		what the browser gets; lets nothing on
 *
 * A 200 says whose request it is, to an authorizer or access checker in
 * Variable-REMOTE_USER, _GROUPS, _NAME, _EMAIL, to others in Remote-User,
 * Remote-Groups, Remote-Name, Remote-Email. LATCHKEY_SITE names the site each
 * time. What is below /.latchkey/ is the gate's own: where sign-ins come back
 * to, and signing out.
 */
#include "server/server.h"

#include "interaction/flows.h"

static const struct endpoint endpoints[] = {
    {"", 0, CORS_NONE, gate_flow},
    {NULL, 0, CORS_NONE, NULL},
};

int
main(void)
{
	return server_run("gate",
	    SERVER_KEYRING | SERVER_PAGES | SERVER_EVERY_PATH, endpoints);
}
