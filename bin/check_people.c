/* People: whether their e-mail addresses are indexed as they are, their
 * passkeys work at the issuer's host, and their passwords are hashed as ours
 * are. */
#include "check.h"

#include "base/buf.h"
#include "base/str.h"
#include "domain/imported_people.h"
#include "domain/passkey.h"
#include "domain/user.h"
#include "protocol/webauthn.h"

#include <inttypes.h>
#include <string.h>

enum { IMPORTED_SHOWN = 5 };

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

/* The passkeys that are no use, because the issuer had another host. */
struct moved_passkeys {
	char here[ISSUER_CAP], there[ISSUER_CAP]; /* of one of them */
	size_t count;
};

static bool
find_moved(void *arg, const void *record)
{
	struct moved_passkeys *m = arg;
	const struct passkey *k = record;

	if (str_equal(k->rp_id, m->here))
		return true;
	m->count++;
	str_cut(m->there, sizeof m->there, k->rp_id);
	return true;
}

static void
check_passkeys(struct check_run *c, struct store_txn *t)
{
	static const struct check_advice moved = {
	    "browsers use a passkey only at the host it was made at: its owner "
	    "needs another way to sign in, and a new passkey",
	    "go back to that host, or give those who have no other way a link: "
	    "latchkey user reset NAME --factors"};
	struct moved_passkeys m = {.count = 0};
	struct passkey k;

	webauthn_rp_id(m.here, c->a->conf.issuer);
	record_each(t, &passkey_record, NULL, &k, find_moved, &m);
	if (m.count > 0)
		check_found(c, CHECK_WARNING, &moved,
		    "%zu passkeys work only at %s, which is not the issuer's "
		    "host",
		    m.count, m.there);
}

/* Names of people, the first few. */
struct few_names {
	char text[USER_NAME_CAP * IMPORTED_SHOWN];
	size_t count;
};

static bool
name_imported(void *arg, const void *record)
{
	const struct user *u = record;
	struct few_names *f = arg;
	struct buf b;

	if (u->password.imported[0] == '\0' || f->count == IMPORTED_SHOWN)
		return f->count < IMPORTED_SHOWN;
	buf_init(
	    &b, f->text + strlen(f->text), sizeof f->text - strlen(f->text));
	buf_printf(&b, "%s%s", f->count > 0 ? ", " : "", u->name);
	f->count++;
	return true;
}

/* Hashes that came with their people, and that no sign-in has replaced. */
static void
check_imported(struct check_run *c, struct store_txn *t)
{
	static const struct check_advice left = {
	    "such a hash is only as good as the other system made it, and "
	    "while "
	    "there is one every failed sign-in takes as long as the costliest",
	    "nothing for people who still come: their next sign-in replaces "
	    "it. The others: latchkey user reset NAME, lock NAME or del NAME"};
	const uint32_t count = imported_people_count(t);
	struct imported_cost cost;
	struct few_names f = {.count = 0};

	if (count == 0)
		return;
	imported_people_costliest(t, &cost);
	user_each(t, name_imported, &f);
	check_found(c, CHECK_WARNING, &left,
	    "%" PRIu32 " imported password%s not been rewritten, at %" PRIu32
	    " ms a try: %s%s",
	    count, count == 1 ? " has" : "s have", cost.took_ms, f.text,
	    count > f.count ? ", ..." : "");
}

void
check_people(struct check_run *c, struct store_txn *t)
{
	static const struct check_advice stale = {
	    "an address could name a person who does not have it",
	    "restore the store from a copy"};
	size_t n = user_verify_emails(t, report_email, c);

	check_passkeys(c, t);
	check_imported(c, t);
	if (n > 0)
		check_found(c, CHECK_ERROR, &stale,
		    "the index of e-mail addresses has %zu that no person has",
		    n);
}
