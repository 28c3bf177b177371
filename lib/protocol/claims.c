#include "protocol/claims.h"

#include "base/str.h"
#include "domain/own_claim.h"

/* By its scope, or by its name while the client may have the scope. */
static bool
opens_claim(const struct claims_told *w, const char *scope, const char *claim)
{
	return words_has(w->scope, scope) ||
	       (w->claims[0] != '\0' && words_has(w->claims, claim) &&
		   words_has(w->client->scope, scope));
}

static void
put_profile_claim(struct json_text *t, const struct claims_told *w,
    const char *claim, const char *value)
{
	if (value[0] != '\0' && opens_claim(w, "profile", claim))
		json_text_str(t, claim, value);
}

static void
put_profile_claims(
    struct json_text *t, const struct user *u, const struct claims_told *w)
{
	char name[USER_FULL_NAME_CAP];

	put_profile_claim(t, w, "name", user_full_name(name, u));
	put_profile_claim(t, w, "given_name", u->given_name);
	put_profile_claim(t, w, "family_name", u->family_name);
	put_profile_claim(t, w, "preferred_username", u->name);
	put_profile_claim(t, w, "locale", u->language);
	put_profile_claim(t, w, "zoneinfo", u->zoneinfo);
	if (opens_claim(w, "profile", "updated_at"))
		json_text_int(t, "updated_at", u->changed_at);
}

static void
put_email_claims(
    struct json_text *t, const struct user *u, const struct claims_told *w)
{
	if (u->email[0] == '\0')
		return;
	if (opens_claim(w, "email", "email"))
		json_text_str(t, "email", u->email);
	if (opens_claim(w, "email", "email_verified"))
		json_text_bool(t, "email_verified", u->email_verified);
}

static void
put_phone_claims(
    struct json_text *t, const struct user *u, const struct claims_told *w)
{
	if (u->phone[0] == '\0')
		return;
	if (opens_claim(w, "phone", "phone_number"))
		json_text_str(t, "phone_number", u->phone);
	if (opens_claim(w, "phone", "phone_number_verified"))
		json_text_bool(t, "phone_number_verified", u->phone_verified);
}

/* In its parts; how they are put together differs from country to country. */
static void
put_address_claim(
    struct json_text *t, const struct user *u, const struct claims_told *w)
{
	const struct {
		const char *name, *value;
	} parts[] = {
	    {"street_address", u->street_address},
	    {"postal_code", u->postal_code},
	    {"locality", u->locality},
	    {"region", u->region},
	    {"country", u->country},
	};
	struct json_text address;

	if (!user_has_address(u) || !opens_claim(w, "address", "address"))
		return;
	json_text_begin_in(&address, t, "address");
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		if (parts[i].value[0] != '\0')
			json_text_str(&address, parts[i].name, parts[i].value);
	json_text_end(&address);
}

static void
put_own_claim(
    struct json_text *t, const struct user *u, const struct own_claim *o)
{
	char text[USER_FULL_NAME_CAP];

	_Static_assert((int)USER_FULL_NAME_CAP >= (int)ATTRIBUTE_VALUE_CAP,
	    "there is room for an attribute");
	switch (o->source) {
	case OWN_CLAIM_GROUPS:
		json_text_names(t, o->name, u->groups);
		break;
	case OWN_CLAIM_NAME:
		json_text_str(t, o->name, user_full_name(text, u));
		break;
	case OWN_CLAIM_USERNAME:
		json_text_str(t, o->name, u->name);
		break;
	case OWN_CLAIM_EMAIL:
		if (u->email[0] != '\0')
			json_text_str(t, o->name, u->email);
		break;
	default:
		if (attribute_get(text, u, o->key))
			json_text_str(t, o->name, text);
		break;
	}
}

static void
put_own_claims(
    struct json_text *t, const struct user *u, const struct claims_told *w)
{
	const char *rows = w->client->claims;
	struct own_claim o;

	while (own_claim_next(&rows, &o))
		if (own_claim_is_told(&o, w->scope))
			put_own_claim(t, u, &o);
}

void
claims_of_user(
    struct json_text *t, const struct user *u, const struct claims_told *w)
{
	put_profile_claims(t, u, w);
	put_email_claims(t, u, w);
	put_phone_claims(t, u, w);
	put_address_claim(t, u, w);
	if (opens_claim(w, "groups", "groups"))
		json_text_names(t, "groups", u->groups);
	put_own_claims(t, u, w);
}
