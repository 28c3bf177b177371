#include "protocol/claims.h"

#include "base/str.h"

static void
put_told(struct json_text *t, const char *claim, const char *value)
{
	if (value[0] != '\0')
		json_text_str(t, claim, value);
}

void
claims_of_user(struct json_text *t, const struct user *u, const char *scope)
{
	char name[USER_FULL_NAME_CAP];

	if (words_has(scope, "profile")) {
		json_text_str(t, "name", user_full_name(name, u));
		put_told(t, "given_name", u->given_name);
		put_told(t, "family_name", u->family_name);
		json_text_str(t, "preferred_username", u->name);
		put_told(t, "locale", u->language);
		put_told(t, "zoneinfo", u->zoneinfo);
		json_text_int(t, "updated_at", u->changed_at);
	}
	if (words_has(scope, "email") && u->email[0] != '\0') {
		json_text_str(t, "email", u->email);
		json_text_bool(t, "email_verified", u->email_verified);
	}
	if (words_has(scope, "groups"))
		json_text_names(t, "groups", u->groups);
}
