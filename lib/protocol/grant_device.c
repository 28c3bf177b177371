/* urn:ietf:params:oauth:grant-type:device_code (RFC 8628 3.4): what a person
 * allowed a device begins a family. */
#include "base/str.h"
#include "domain/device_code.h"
#include "protocol/token_grant.h"

#include <string.h>

enum err
grant_device_look(struct store_txn *t, struct token_grant *g)
{
	const struct token_request *q = g->q;
	enum err e;

	(void)t;
	if (q->device_code == NULL)
		return refused(REASON_DEVICE_CODE_MISSING, &g->reason);
	g->code = (struct code_presented){.client_id = g->client->client_id,
	    .code_verifier = q->code_verifier,
	    .resources = q->resources,
	    .audience = g->client->audience};
	e = opaque_token_decode(&g->code.token, OPAQUE_TOKEN_DEVICE,
	    q->device_code, &g->p->keyring);
	if (e == ERR_FOREIGN)
		return refused_as(
		    ERR_INVALID_GRANT, REASON_RESTORED, &g->reason);
	return e == OK ? OK : refused(REASON_DEVICE_CODE_FORGED, &g->reason);
}

enum err
grant_device_commit(struct store_txn *t, struct token_grant *g)
{
	struct family_lifetimes l = provider_lifetimes(g->p);
	struct device_code d;
	struct code code;
	enum err e = device_code_poll(t, &g->code, g->now, &d, &g->reason);

	if (e != OK)
		return e;
	code = (struct code){.auth_time = d.auth_time,
	    .cnf = evidence_confirmation(&g->evidence)};
	family_id_make(code.token.family_id, g->now);
	memcpy(code.client_id, d.client_id, sizeof code.client_id);
	memcpy(code.user_id, d.user_id, USER_ID_LEN);
	memcpy(code.sid, d.sid, SID_LEN);
	memcpy(code.scope, d.scope, sizeof code.scope);
	memcpy(code.amr, d.amr, sizeof code.amr);
	memcpy(code.acr, d.acr, sizeof code.acr);
	memcpy(code.resources, d.resources, sizeof code.resources);
	memcpy(g->scope, d.scope, sizeof g->scope);
	e = code_require_person(
	    t, &code, g->client, &g->prerequisites.user, &g->reason);
	if (e != OK)
		return e;
	return code_begin_family(t, &code, g->client, &l, g->now, &g->family);
}
