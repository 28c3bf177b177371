#include "protocol/account_profile.h"

#include "base/str.h"
#include "domain/user_email.h"

#include <string.h>

static enum profile_flaw
take_name(char name[static USER_DISPLAY_CAP], const char *typed)
{
	enum err e = account_take_text(name, USER_DISPLAY_CAP, typed);

	if (e == ERR_SYNTAX)
		return PROFILE_UNREADABLE;
	return e == OK ? PROFILE_FINE : PROFILE_LONG;
}

enum profile_flaw
profile_apply(struct user *u, const struct profile *p)
{
	enum profile_flaw flaw = take_name(u->display, p->display);

	if (flaw == PROFILE_FINE)
		flaw = take_name(u->given_name, p->given_name);
	if (flaw == PROFILE_FINE)
		flaw = take_name(u->family_name, p->family_name);
	if (flaw != PROFILE_FINE)
		return flaw;
	if ((p->language[0] != '\0' &&
		user_language_refusal(p->language) != NULL) ||
	    str_copy(u->language, sizeof u->language, p->language) != OK)
		return PROFILE_LANGUAGE;
	if ((p->zoneinfo[0] != '\0' &&
		user_zone_refusal(p->zoneinfo) != NULL) ||
	    str_copy(u->zoneinfo, sizeof u->zoneinfo, p->zoneinfo) != OK)
		return PROFILE_ZONE;
	return PROFILE_FINE;
}

static bool
same_profile(const struct user *a, const struct user *b)
{
	return str_equal(a->display, b->display) &&
	       str_equal(a->given_name, b->given_name) &&
	       str_equal(a->family_name, b->family_name) &&
	       str_equal(a->language, b->language) &&
	       str_equal(a->zoneinfo, b->zoneinfo);
}

enum err
account_set_profile(struct store_txn *t, struct account *a, void *arg)
{
	const struct profile_change *c = arg;
	struct user was = a->user;
	enum err e = OK;

	if (profile_apply(&a->user, &c->profile) != PROFILE_FINE)
		e = ERR_INVALID_REQUEST;
	else if (!same_profile(&was, &a->user)) {
		account_audit(t, a, "profile_changed", NULL, NULL, c->from);
		e = user_put(t, &a->user, a->now);
	}
	user_wipe(&was);
	return e;
}

/* Whether ADDRESS names another person at the sign-in, as name or address; or
 * is the verified one of another. */
static enum err
is_taken(struct store_txn *t, const struct account *a, const char *address,
    bool *taken)
{
	struct user other;
	enum err e = user_find_email(t, address, &other);

	if (e == ERR_NOT_FOUND)
		e = user_find(t, address, &other);
	*taken =
	    e == OK && memcmp(other.user_id, a->user.user_id, USER_ID_LEN) != 0;
	user_wipe(&other);
	return e == ERR_NOT_FOUND ? OK : e;
}

enum err
account_set_email(struct store_txn *t, struct account *a, void *arg)
{
	struct email_change *c = arg;
	enum err e = OK;

	c->taken = c->changed = false;
	if (str_equal(c->email, a->user.email))
		return OK;
	if (c->email[0] != '\0')
		e = is_taken(t, a, c->email, &c->taken);
	if (e != OK || c->taken)
		return e;
	c->before = a->user;
	if (str_copy(a->user.email, sizeof a->user.email, c->email) != OK)
		return ERR_INVALID_REQUEST;
	c->changed = true;
	a->user.email_verified = false;
	account_audit(t, a, "email_changed", NULL, c->email, c->from);
	return user_put(t, &a->user, a->now);
}
