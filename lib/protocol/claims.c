#include "protocol/claims.h"

#include "base/str.h"

void
claims_of_user(struct json_text *t, const struct user *u, const char *scope)
{
	if (words_has(scope, "profile")) {
		json_text_str(
		    t, "name", u->display[0] != '\0' ? u->display : u->name);
		json_text_str(t, "preferred_username", u->name);
		json_text_int(t, "updated_at", u->changed_at);
	}
	if (words_has(scope, "email") && u->email[0] != '\0') {
		json_text_str(t, "email", u->email);
		json_text_bool(t, "email_verified", u->email_verified);
	}
	if (words_has(scope, "groups"))
		json_text_names(t, "groups", u->groups);
}
