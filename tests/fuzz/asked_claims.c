/* The parameter `claims` never asks for more than the scopes of the app open.
 * The person is never asked about less than the scope. Nothing in it is an
 * error, except a sign-in that cannot be. */
#include "base/str.h"
#include "protocol/authorize.h"

#include "fuzz.h"

#include <string.h>

static void
check_list(const char *list, const char *scope)
{
	PROMISE(memchr(list, '\0', CLAIM_LIST_CAP) != NULL);
	for (const struct claim *k = claims_known; k->name != NULL; k++)
		PROMISE(
		    !words_has(list, k->name) || words_has(scope, k->scope));
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static struct authorize_request q;
	char text[4096];
	enum reason reason = REASON_NONE;
	enum err e;

	if (str_copy_n(text, sizeof text, (const char *)bytes, len) != OK)
		return 0;
	q = (struct authorize_request){.max_age = -1,
	    .client = {.scope = "openid profile email"},
	    .scope = "openid profile"};
	e = asked_claims_parse(&q, text, &reason);
	PROMISE(e == OK || reason == REASON_ACR_UNMET ||
		reason == REASON_ID_TOKEN_HINT_INVALID);
	check_list(q.claims.in_id_token, q.client.scope);
	check_list(q.claims.at_userinfo, q.client.scope);
	PROMISE(words_subset(q.scope, q.consent_scope));
	PROMISE(words_subset(q.consent_scope, q.client.scope));
	return 0;
}
