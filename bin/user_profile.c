#include "user_profile.h"

#include "base/str.h"
#include "domain/user_email.h"
#include "output.h"

#include <stdio.h>
#include <string.h>

json_t *
user_to_json(const struct user *u)
{
	char sub[SUB_CAP];

	user_sub(sub, u->user_id);
	return json_pack("{s:s, s:s, s:s, s:s, s:b, s:o, s:b, s:b, s:I, s:I}",
	    "preferred_username", u->name, "sub", sub, "name", u->display,
	    "email", u->email, "email_verified", u->email_verified, "groups",
	    output_names(u->groups), "locked", u->locked, "has_password",
	    u->has_password, "created_at", (json_int_t)u->created_at,
	    "updated_at", (json_int_t)u->changed_at);
}

enum err
user_apply_profile(struct user *u, const struct args *args, struct refusal *r)
{
	char email[USER_EMAIL_CAP];
	enum err e;

	memcpy(email, u->email, sizeof email);
	e = option_text(u->display, sizeof u->display, args, "--name", NULL, r);
	if (e == OK)
		e = option_text(u->email, sizeof u->email, args, "--email",
		    user_email_refusal, r);
	if (e == OK)
		e = option_groups(
		    u->groups, sizeof u->groups, args, "--group", r);
	/* An administrator who types it vouches for it; apps in wide use refuse
	 * people whose address is not verified. */
	if (!str_equal(email, u->email) || args_has(args, "--email-verified"))
		u->email_verified = u->email[0] != '\0';
	if (args_has(args, "--email-unverified"))
		u->email_verified = false;
	return e;
}

enum err
user_email_refuse(
    struct store_txn *t, const struct user *u, struct email_refusal *r)
{
	struct user rival;
	enum err e = user_email_rival(t, u, &rival);

	if (e == ERR_NOT_FOUND)
		return OK;
	if (e != OK)
		return e;
	snprintf(r->why, sizeof r->why,
	    "is the verified address of %s; --email-unverified gives it to "
	    "another person as well",
	    rival.name);
	user_wipe(&rival);
	return refusal_set(&r->refusal, "--email", u->email, r->why);
}
