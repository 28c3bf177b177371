#include "domain/client.h"

bool
client_is_stranger(const struct client *c)
{
	return c->source != CLIENT_OF_ADMINISTRATOR;
}

const char *
client_stranger_refusal(const struct client *c)
{
	if (c->registration_hash[0] != '\0' &&
	    c->source != CLIENT_OF_REGISTRATION)
		return "only an app that registered itself has a token to "
		       "change that";
	if (!client_is_stranger(c))
		return c->unused_until == 0 && c->used_until == 0
			   ? NULL
			   : "an app of the administrator's does not expire";
	if (c->trusted || c->no_pkce || c->introspect_any || c->is_site ||
	    c->resources[0] != '\0' || c->alg == JWA_HS256 ||
	    (c->grants & ~(unsigned)STRANGER_GRANTS) != 0)
		return "no one has vouched for this app (--vouch): it is not "
		       "trusted, is no API, uses PKCE, and has no grants but "
		       "authorization_code and refresh_token";
	return NULL;
}
