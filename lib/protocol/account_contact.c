#include "protocol/account_contact.h"

#include "base/str.h"

#include <string.h>

static enum contact_flaw
take_part(char *text, size_t cap, const char *typed)
{
	enum err e = account_take_text(text, cap, typed);

	if (e == ERR_SYNTAX)
		return CONTACT_UNREADABLE;
	return e == OK ? CONTACT_FINE : CONTACT_LONG;
}

static enum contact_flaw
take_phone(struct user *u, const char *typed)
{
	char was[PHONE_CAP];
	enum contact_flaw flaw;

	memcpy(was, u->phone, sizeof was);
	flaw = take_part(u->phone, sizeof u->phone, typed);
	if (flaw == CONTACT_LONG)
		return CONTACT_PHONE;
	if (flaw != CONTACT_FINE)
		return flaw;
	if (u->phone[0] != '\0' && user_phone_refusal(u->phone) != NULL)
		return CONTACT_PHONE;
	if (!str_equal(was, u->phone))
		u->phone_verified = false;
	return CONTACT_FINE;
}

enum contact_flaw
contact_apply(struct user *u, const struct contact *c)
{
	const struct {
		char *text;
		size_t cap;
		const char *typed;
	} parts[] = {
	    {u->street_address, sizeof u->street_address, c->street_address},
	    {u->postal_code, sizeof u->postal_code, c->postal_code},
	    {u->locality, sizeof u->locality, c->locality},
	    {u->region, sizeof u->region, c->region},
	    {u->country, sizeof u->country, c->country},
	};
	enum contact_flaw flaw = take_phone(u, c->phone);

	for (size_t i = 0;
	     flaw == CONTACT_FINE && i < sizeof parts / sizeof *parts; i++)
		flaw = take_part(parts[i].text, parts[i].cap, parts[i].typed);
	return flaw;
}

static bool
same_contact(const struct user *a, const struct user *b)
{
	return str_equal(a->phone, b->phone) &&
	       str_equal(a->street_address, b->street_address) &&
	       str_equal(a->postal_code, b->postal_code) &&
	       str_equal(a->locality, b->locality) &&
	       str_equal(a->region, b->region) &&
	       str_equal(a->country, b->country);
}

enum err
account_set_contact(struct store_txn *t, struct account *a, void *arg)
{
	const struct contact_change *c = arg;
	struct user was = a->user;
	enum err e = OK;

	if (contact_apply(&a->user, &c->contact) != CONTACT_FINE)
		e = ERR_INVALID_REQUEST;
	else if (!same_contact(&was, &a->user)) {
		account_audit(t, a, "contact_changed", NULL, NULL, c->from);
		e = user_put(t, &a->user, a->now);
	}
	user_wipe(&was);
	return e;
}
