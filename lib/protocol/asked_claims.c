#include "protocol/asked_claims.h"

#include "base/json_object_view.h"
#include "base/str.h"
#include "protocol/asked_acr.h"
#include "protocol/authorize.h"

#include <stdlib.h>
#include <string.h>

static void
read_claim_list(char list[static CLAIM_LIST_CAP], const json_t *asked,
    const struct client *c)
{
	for (const struct claim *k = claims_known; k->name != NULL; k++)
		if (json_object_get(asked, k->name) != NULL &&
		    words_has(c->scope, k->scope) &&
		    words_add(list, CLAIM_LIST_CAP, k->name) != OK)
			return; /* there is room for all */
}

/* What no one here has is no one. */
static void
add_claimed_sub(struct asked_claims *a, const json_t *value)
{
	const char *sub = json_string_value(value);

	if (sub != NULL && a->subs < CLAIMED_SUBS_MAX &&
	    user_id_of_sub(a->sub[a->subs], sub) == OK)
		a->subs++;
}

/* Who else signs in is not whom the app means (Core 5.5.1): a value, or one of
 * several. */
static void
read_claimed_sub(struct asked_claims *a, const json_t *asked)
{
	const json_t *sub = json_object_get(asked, "sub");
	const json_t *value = json_object_get(sub, "value");
	const json_t *values = json_object_get(sub, "values");

	a->has_sub = value != NULL || values != NULL;
	if (value != NULL)
		add_claimed_sub(a, value);
	else
		for (size_t i = 0; i < json_array_size(values); i++)
			add_claimed_sub(a, json_array_get(values, i));
}

static void
read_asked_claims(struct asked_claims *a, const struct json_object_view *v,
    const struct client *c)
{
	const json_t *of_id_token = json_object_view_object(v, "id_token");
	const json_t *of_userinfo = json_object_view_object(v, "userinfo");

	read_claim_list(a->in_id_token, of_id_token, c);
	read_claim_list(a->at_userinfo, of_userinfo, c);
	read_claimed_sub(a, of_id_token);
}

static enum err
add_scopes_of(char scope[static SCOPE_CAP], const char *list)
{
	enum err e = OK;

	for (const struct claim *k = claims_known; e == OK && k->name != NULL;
	     k++)
		if (words_has(list, k->name))
			e = words_add(scope, SCOPE_CAP, k->scope);
	return e;
}

bool
asked_claims_mean(
    const struct asked_claims *a, const uint8_t user_id[static USER_ID_LEN])
{
	bool found = !a->has_sub;

	for (size_t i = 0; !found && i < a->subs; i++)
		found = memcmp(a->sub[i], user_id, USER_ID_LEN) == 0;
	return found;
}

/* As for an id_token_hint, but where no one can be meant, no sign-in helps
 * (Core 5.5.1). */
static enum err
check_claimed_person(struct authorize_request *q, enum reason *reason)
{
	const struct asked_claims *a = &q->claims;

	if (a->has_sub &&
	    (a->subs == 0 ||
		(q->has_hint && !asked_claims_mean(a, q->hint_user_id))))
		return refused_as(
		    ERR_LOGIN_REQUIRED, REASON_ID_TOKEN_HINT_INVALID, reason);
	return OK;
}

static enum err
read_claims_of(struct authorize_request *q, char *text, enum reason *reason)
{
	struct json_object_view v;
	enum err e;

	if (json_object_view_read(&v, text, strlen(text)) != OK)
		return OK; /* no shape is an error */
	e = asked_acr_read_claims(q, &v, reason);
	if (words_has(q->scope, "openid"))
		read_asked_claims(&q->claims, &v, &q->client);
	json_object_view_free(&v);
	return e;
}

enum err
asked_claims_parse(
    struct authorize_request *q, const char *value, enum reason *reason)
{
	char *text = strdup(value != NULL ? value : "");
	enum err e = ERR_NO_MEMORY;

	if (text != NULL)
		e = read_claims_of(q, text, reason);
	free(text);
	memcpy(q->consent_scope, q->scope, sizeof q->consent_scope);
	if (e == OK &&
	    (add_scopes_of(q->consent_scope, q->claims.in_id_token) != OK ||
		add_scopes_of(q->consent_scope, q->claims.at_userinfo) != OK))
		return refused(REASON_SCOPE_MALFORMED, reason);
	return e == OK ? check_claimed_person(q, reason) : e;
}

void
asked_claims_limit(char list[static CLAIM_LIST_CAP], const char *granted)
{
	for (const struct claim *k = claims_known; k->name != NULL; k++)
		if (!words_has(granted, k->scope))
			words_remove(list, k->name);
}
