#include "protocol/claims.h"

#include "base/str.h"

void
claims_of_user(struct json_build *b, const struct user *u, const char *scope)
{
	if (words_has(scope, "profile")) {
		json_put_str(
		    b, "name", u->display[0] != '\0' ? u->display : u->name);
		json_put_str(b, "preferred_username", u->name);
		json_put_int(b, "updated_at", u->changed_at);
	}
	if (words_has(scope, "email") && u->email[0] != '\0') {
		json_put_str(b, "email", u->email);
		json_put_bool(b, "email_verified", u->email_verified);
	}
	if (words_has(scope, "groups"))
		json_put_words(b, "groups", u->groups);
}
