/* client_credentials (RFC 6749 4.4): a token for the client itself. */
#include "base/str.h"
#include "protocol/token_grant.h"

enum err
grant_client_look(struct store_txn *t, struct token_grant *g)
{
	const char *asked = g->q->scope;

	(void)t;
	if (scope_intersect(g->scope, asked != NULL ? asked : g->client->scope,
		g->client->scope) != OK)
		return refused(REASON_SCOPE_MALFORMED, &g->reason);
	/* These are about a person, and here is none. */
	for (const char *const *s = scopes_known; *s != NULL; s++)
		words_remove(g->scope, *s);
	if (asked != NULL && g->scope[0] == '\0')
		return refused(REASON_SCOPE_NOT_ALLOWED, &g->reason);
	/* No person allows more than the administrator did. */
	return resources_check(
	    g->q->resources, "", g->client->audience, &g->reason);
}
