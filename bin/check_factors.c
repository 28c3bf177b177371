/* Second factors: whether those that some rule needs can be set up and checked
 * here. */
#include "check.h"

#include "base/buf.h"
#include "base/str.h"
#include "domain/factor.h"
#include "domain/site.h"
#include "jose/totp.h"
#include "protocol/webauthn.h"

enum { WHO_CAP = 1200 };

/* Who needs a second factor: one of them, "" if none does. */
struct factor_need {
	char who[WHO_CAP];
	size_t apps; /* people with an authenticator app */
};

static void
note_need(struct factor_need *n, const char *kind, const char *name)
{
	struct buf b;

	if (n->who[0] != '\0')
		return;
	buf_init(&b, n->who, sizeof n->who);
	buf_printf(&b, "%s %s", kind, name);
}

static bool
note_user(void *arg, const void *record)
{
	const struct user *u = record;

	if (u->require_factor)
		note_need(arg, "user", u->name);
	return true;
}

static bool
note_client(void *arg, const void *record)
{
	const struct client *client = record;

	if (client->require_factor)
		note_need(arg, "client", client->client_id);
	return true;
}

static bool
note_site_rules(void *arg, const void *record)
{
	const struct site *s = record;
	struct site_rule r = {0};

	for (size_t i = 0; i < s->rules.count; i++)
		if (site_rules_get(&r, &s->rules, i) == OK && r.factor)
			note_need(arg, "a rule of the site", s->origin);
	return true;
}

static bool
count_authenticator(void *arg, const void *record)
{
	struct factor_need *n = arg;
	const struct factor *f = record;

	n->apps += f->has_totp;
	return true;
}

/* Browsers know passkeys where they trust what comes over the network. */
static bool
passkeys_are_possible(const char *issuer)
{
	char rp_id[ISSUER_CAP];
	struct issuer_parts p;

	return webauthn_rp_id(rp_id, issuer) && issuer_split(issuer, &p) &&
	       (p.https || str_equal(rp_id, "localhost"));
}

static void
find_need(struct check_run *c, struct store_txn *t, struct factor_need *n)
{
	const char *groups = c->a->conf.require_factor_groups;
	struct factor f;

	if (groups[0] != '\0')
		note_need(n, "require_factor_groups =", groups);
	user_each(t, note_user, n);
	client_each(t, note_client, n);
	site_each(t, note_site_rules, n);
	record_each(t, &factor_record, NULL, &f, count_authenticator, n);
	factor_wipe(&f);
}

void
check_factors(struct check_run *c, struct store_txn *t)
{
	static const struct check_advice unchecked = {
	    "they cannot sign in, except with a recovery code or a passkey",
	    "install liboath (Debian: liboath0)"};
	static const struct check_advice none = {
	    "people without a second factor cannot set one up, and get no "
	    "further",
	    "install liboath (Debian: liboath0); passkeys need an issuer with "
	    "https and the name of a host"};
	static const struct check_advice passkeys = {
	    "a person whose browser or device knows no passkeys gets no "
	    "further",
	    "install liboath (Debian: liboath0)"};
	struct factor_need n = {.who = ""};

	if (totp_available())
		return;
	find_need(c, t, &n);
	if (n.apps > 0)
		check_found(c, CHECK_ERROR, &unchecked,
		    "liboath cannot be loaded: no code of an authenticator app "
		    "is right (%zu people have one)",
		    n.apps);
	if (n.who[0] == '\0')
		return;
	if (passkeys_are_possible(c->a->conf.issuer))
		check_found(c, CHECK_WARNING, &passkeys,
		    "a second factor is required (%s), and without liboath it "
		    "can only be a passkey",
		    n.who);
	else
		check_found(c, CHECK_ERROR, &none,
		    "a second factor is required (%s), and none can be set up "
		    "here",
		    n.who);
}
