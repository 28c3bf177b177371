/* authorization_code (RFC 6749 4.1.3): a code begins a family. */
#include "base/str.h"
#include "protocol/token_grant.h"

#include <string.h>

enum err
grant_code_look(struct store_txn *t, struct token_grant *g)
{
	const struct token_request *q = g->q;
	enum err e = OK;

	(void)t;
	if (q->code == NULL)
		return refused(REASON_CODE_MISSING, &g->reason);
	/* A code whose answer sets the refresh cookie is not taken from a page
	 * of another site: that would sign its visitors in to the app as
	 * another person (RFC 6749 10.12). Browsers name the page with each
	 * POST (Fetch 3.1); what names none is no page, and has no visitors. */
	if (g->client->cookie_refresh && q->who->origin != NULL)
		e = refresh_cookie_admit(g->client, q->who->origin, &g->reason);
	if (e != OK)
		return e;
	g->code = (struct code_presented){.client_id = g->client->client_id,
	    .redirect_uri = q->redirect_uri,
	    .code_verifier = q->code_verifier,
	    .resources = q->resources,
	    .audience = g->client->audience,
	    .evidence = &g->evidence};
	e = opaque_token_decode(
	    &g->code.token, OPAQUE_TOKEN_CODE, q->code, &g->p->keyring);
	if (e == ERR_FOREIGN)
		return refused_as(
		    ERR_INVALID_GRANT, REASON_RESTORED, &g->reason);
	return e == OK ? OK : refused(REASON_CODE_FORGED, &g->reason);
}

enum err
grant_code_commit(struct store_txn *t, struct token_grant *g)
{
	struct family_lifetimes l = provider_lifetimes(g->p);
	struct code code;
	enum err e = code_redeem(t, &g->code, g->now, &code, &g->reason);

	if (e == OK)
		e = code_require_person(
		    t, &code, g->client, &g->prerequisites.user, &g->reason);
	if (e != OK)
		return e;
	memcpy(g->nonce, code.nonce, sizeof g->nonce);
	memcpy(g->scope, code.scope, sizeof g->scope);
	return code_begin_family(t, &code, g->client, &l, g->now, &g->family);
}
