/* What a client may do, and for whom: part of domain/client.h. */
#include "domain/client.h"

#include "base/names.h"
#include "base/str.h"

bool
client_admits(const struct client *c, const struct user *u)
{
	return c->groups[0] == '\0' || names_overlap(c->groups, u->groups);
}

bool
client_is_audience(const struct client *c, const char *aud)
{
	char word[AUDIENCE_CAP];

	while (words_next(&aud, word, sizeof word))
		if (resource_listed(c->resources, word) ||
		    str_equal(c->client_id, word))
			return true;
	return false;
}

bool
client_may_introspect(
    const struct client *c, const char *owner, const char *aud)
{
	return c->introspect_any || str_equal(c->client_id, owner) ||
	       client_is_audience(c, aud);
}

const char *
client_exchange_refusal(const struct client *c)
{
	const bool exchanges = (c->grants & GRANT_TOKEN_EXCHANGE) != 0;

	if (c->auth_method == AUTH_NONE &&
	    (exchanges || c->exchange_for[0] != '\0'))
		return "a public client cannot authenticate, so it cannot "
		       "exchange tokens (--exchange-for)";
	if (!exchanges && c->exchange_for[0] != '\0')
		return "what a client exchanges tokens for (--exchange-for) "
		       "goes with the grant type token_exchange";
	return NULL;
}
