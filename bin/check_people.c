/* People: whether their e-mail addresses are indexed as they are. */
#include "check.h"

#include "domain/user.h"

static bool
report_email(void *arg, const void *record)
{
	const struct user *u = record;
	static const struct check_advice bad = {
	    "signing in by that address, or the rule that one person alone has "
	    "it "
	    "verified, does not hold",
	    "give the address again: latchkey user set NAME --email '', then "
	    "--email "
	    "with it"};

	check_found(arg, CHECK_ERROR, &bad,
	    "the index of e-mail addresses does not have that of %s", u->name);
	return true;
}

void
check_people(struct check_run *c, struct store_txn *t)
{
	static const struct check_advice stale = {
	    "an address could name a person who does not have it",
	    "restore the store from a copy"};
	size_t n = user_verify_emails(t, report_email, c);

	if (n > 0)
		check_found(c, CHECK_ERROR, &stale,
		    "the index of e-mail addresses has %zu that no person has",
		    n);
}
