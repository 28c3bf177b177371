#include "user_profile.h"

#include "base/str.h"
#include "domain/attribute.h"
#include "domain/user_email.h"

#include <stdio.h>
#include <string.h>

static enum err
apply_names(struct user *u, const struct args *args, struct refusal *r)
{
	const struct {
		const char *option;
		char *text;
		size_t cap;
		value_refusal *refusal;
	} rows[] = {
	    {"--name", u->display, sizeof u->display, NULL},
	    {"--given-name", u->given_name, sizeof u->given_name, NULL},
	    {"--family-name", u->family_name, sizeof u->family_name, NULL},
	    {"--language", u->language, sizeof u->language,
		user_language_refusal},
	    {"--zone", u->zoneinfo, sizeof u->zoneinfo, user_zone_refusal},
	    {"--street-address", u->street_address, sizeof u->street_address,
		NULL},
	    {"--postal-code", u->postal_code, sizeof u->postal_code, NULL},
	    {"--locality", u->locality, sizeof u->locality, NULL},
	    {"--region", u->region, sizeof u->region, NULL},
	    {"--country", u->country, sizeof u->country, NULL},
	};
	enum err e = OK;

	for (size_t i = 0; e == OK && i < sizeof rows / sizeof *rows; i++)
		e = option_text(rows[i].text, rows[i].cap, args, rows[i].option,
		    rows[i].refusal, r);
	return e;
}

/* One after the other: each changes its own alone. */
static enum err
apply_attributes(struct user *u, const struct args *args, struct refusal *r)
{
	static const char option[] = "--attribute";
	struct args_cursor cursor = {0};
	const char *line, *refusal;

	while ((line = args_next(args, option, &cursor)) != NULL) {
		refusal = attribute_refusal(line);
		if (refusal != NULL)
			return refusal_set(r, option, line, refusal);
		if (attribute_set(u, line) != OK)
			return refusal_set(
			    r, option, line, "these are too many");
	}
	return OK;
}

int
user_apply_name(struct user *u, const char *name)
{
	const char *message;

	if (str_copy(u->name, sizeof u->name, name) != OK)
		return admin_fail("user %s: the name is too long", name);
	str_lower(u->name);
	message = user_name_refusal(u->name);
	return message != NULL ? admin_fail("user '%s': %s", name, message)
			       : EXIT_DONE;
}

bool
user_is_contradictory(const struct args *args)
{
	static const char *const pairs[][2] = {
	    {"--email-verified", "--email-unverified"},
	    {"--phone-verified", "--phone-unverified"},
	};

	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		if (!args_has(args, pairs[i][0]) ||
		    !args_has(args, pairs[i][1]))
			continue;
		(void)admin_misused(
		    "%s and %s exclude each other", pairs[i][0], pairs[i][1]);
		return true;
	}
	return false;
}

/* An administrator who types one vouches for it. */
static enum err
apply_phone(struct user *u, const struct args *args, struct refusal *r)
{
	char before[PHONE_CAP];
	enum err e;

	memcpy(before, u->phone, sizeof before);
	e = option_text(
	    u->phone, sizeof u->phone, args, "--phone", user_phone_refusal, r);
	if (!str_equal(before, u->phone) || args_has(args, "--phone-verified"))
		u->phone_verified = u->phone[0] != '\0';
	if (args_has(args, "--phone-unverified"))
		u->phone_verified = false;
	return e;
}

enum err
user_apply_profile(struct user *u, const struct args *args, struct refusal *r)
{
	char email[USER_EMAIL_CAP];
	enum err e;

	memcpy(email, u->email, sizeof email);
	e = apply_names(u, args, r);
	if (e == OK)
		e = apply_attributes(u, args, r);
	if (e == OK)
		e = apply_phone(u, args, r);
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
	if (args_has(args, "--require-factor"))
		u->require_factor = true;
	if (args_has(args, "--no-require-factor"))
		u->require_factor = false;
	return e;
}

enum err
user_email_refuse(
    struct store_txn *t, const struct user *u, struct email_refusal *r)
{
	uint8_t id[USER_ID_LEN];
	struct user rival;
	enum err e = user_email_rival(t, u, id);

	if (e == ERR_NOT_FOUND)
		return OK;
	if (e == OK)
		e = user_get(t, id, &rival);
	if (e != OK)
		return e;
	snprintf(r->message, sizeof r->message,
	    "is the verified address of %s; --email-unverified gives it to "
	    "another person as well",
	    rival.name);
	user_wipe(&rival);
	return refusal_set(&r->refusal, "--email", u->email, r->message);
}

struct namesakes {
	const struct user *user;
	struct user by_email; /* whose address is the user's name */
	struct user by_name;  /* whose name is the user's address */
};

static enum err
namesakes_step(struct store_txn *t, void *arg)
{
	struct namesakes *n = arg;
	enum err e = user_find_email(t, n->user->name, &n->by_email);

	if ((e == OK || e == ERR_NOT_FOUND) && n->user->email[0] != '\0')
		e = user_find(t, n->user->email, &n->by_name);
	return e == ERR_NOT_FOUND ? OK : e;
}

static bool
is_other(const struct user *found, const struct user *u)
{
	return found->name[0] != '\0' && !str_equal(found->name, u->name);
}

void
user_warn_of_namesakes(const struct admin *a, const struct user *u)
{
	struct namesakes n = {.user = u};

	if (store_read(a->store, namesakes_step, &n) != OK)
		return;
	if (is_other(&n.by_email, u))
		fprintf(stderr,
		    "latchkey: warning: %s is the e-mail address of %s, who "
		    "cannot sign in with it: a user name comes first\n",
		    u->name, n.by_email.name);
	if (is_other(&n.by_name, u))
		fprintf(stderr,
		    "latchkey: warning: %s is a user name: %s cannot sign in "
		    "with that address\n",
		    u->email, u->name);
	user_wipe(&n.by_email);
	user_wipe(&n.by_name);
}
