/* What an administrator reads afterwards; and tokens called back. */
#include "domain/audit.h"

#include "base/str.h"
#include "check.h"
#include "domain/revocation.h"
#include "fixture.h"

#include <string.h>

struct lines {
	struct audit line[8];
	size_t count, most;
};

static bool
collect(void *arg, const void *record)
{
	const struct audit *a = record;
	struct lines *l = arg;

	l->line[l->count++] = *a;
	return l->count < l->most;
}

static enum err
lines(struct store_txn *t, void *arg)
{
	struct lines l = {.most = 8};

	(void)arg;
	audit_add(t, noon + 1, "second", "alice", "app", "detail");
	audit_add(t, noon + 1, "third", NULL, NULL, NULL);
	audit_add(t, noon, "first", "bob", "", "");
	audit_add(t, noon + 300, "fourth", "a\nb", "", "");
	audit_each(t, collect, &l);
	CHECK(l.count == 4 && str_equal(l.line[0].event, "first") &&
		  str_equal(l.line[1].event, "second") &&
		  str_equal(l.line[2].event, "third") &&
		  str_equal(l.line[3].event, "fourth"),
	    "audit: lines are read oldest first, those of a second in order");
	CHECK(l.line[1].at == noon + 1 && str_equal(l.line[1].user, "alice") &&
		  str_equal(l.line[1].client_id, "app") &&
		  str_equal(l.line[1].detail, "detail") &&
		  l.line[2].user[0] == '\0' && l.line[2].detail[0] == '\0',
	    "audit: a line says all that was told, and nothing for nothing");
	l = (struct lines){.most = 2};
	audit_each(t, collect, &l);
	CHECK(l.count == 2, "audit: reading stops when told");
	return OK;
}

static enum err
cuts(struct store_txn *t, void *arg)
{
	static char longest[2000];
	struct lines l = {.most = 1};

	(void)arg;
	/* two bytes a character, so that the ceiling falls inside one */
	for (size_t i = 0; i + 2 < sizeof longest; i += 2)
		memcpy(longest + i, "\xc3\xbc", 2);
	audit_add(t, noon - 9, "long", longest, longest, longest);
	audit_each(t, collect, &l);
	CHECK(str_equal(l.line[0].event, "long") &&
		  strlen(l.line[0].user) == AUDIT_TEXT_CAP - 2 &&
		  str_is_utf8(l.line[0].user, AUDIT_TEXT_CAP - 2) &&
		  str_equal(l.line[0].user, l.line[0].detail),
	    "audit: what is too long is cut between two characters");
	l = (struct lines){.most = 1};
	audit_add(t, noon - 10, "broken", "a\xff", "", "");
	audit_each(t, collect, &l);
	CHECK(str_equal(l.line[0].event, "broken") &&
		  str_equal(l.line[0].user, "a"),
	    "audit: what is not UTF-8 is cut before it, and the line stays "
	    "readable");
	return OK;
}

/* Whether the lines of the person ID, newest first, are EVENTS. */
static bool
are_of(struct store_txn *t, const uint8_t *id, const char *events)
{
	struct lines l = {.most = 8};
	char found[256] = "";

	audit_newest(t, id, collect, &l);
	for (size_t i = 0; i < l.count; i++) {
		strcat(found, l.line[i].event);
		strcat(found, " ");
	}
	return str_equal(found, events);
}

static enum err
of_a_person(struct store_txn *t, void *arg)
{
	struct user ann = {.name = "ann"}, later = {.name = "ann"};
	struct lines l = {.most = 1};
	char sub[SUB_CAP];

	(void)arg;
	if (user_add(t, &ann, noon) != OK)
		return ERR_IO;
	user_sub(sub, ann.user_id);
	audit_add(t, noon + 400, "one", "ann", NULL, NULL);
	audit_add(t, noon + 500, "two", sub, NULL, NULL);
	audit_add(t, noon + 450, "other", "bob", NULL, NULL);
	audit_write(t, noon + 600,
	    &(struct audit_line){.event = "three",
		.user = "ann",
		.by = "root",
		.address = "192.0.2.1"});
	CHECK(are_of(t, ann.user_id, "three two one "),
	    "audit: a person's lines are found, newest first, by name or sub");
	audit_newest(t, NULL, collect, &l);
	CHECK(l.count == 1 && str_equal(l.line[0].event, "three") &&
		  str_equal(l.line[0].by, "root") &&
		  str_equal(l.line[0].address, "192.0.2.1"),
	    "audit: the newest of all says who did it and from where");
	if (user_drop(t, &ann) != OK || user_add(t, &later, noon) != OK)
		return ERR_IO;
	audit_add(t, noon + 700, "first", "ann", NULL, NULL);
	CHECK(are_of(t, later.user_id, "first ") &&
		  are_of(t, ann.user_id, "three two one "),
	    "audit: who gets a name later does not get its lines");
	return user_drop(t, &later);
}

static enum err
call_back(struct store_txn *t, void *arg)
{
	(void)arg;
	CHECK(!revocation_has(t, "jti-1"),
	    "revocation: a token is good until it is called back");
	revocation_put(t, "jti-1", noon + 900);
	CHECK(revocation_has(t, "jti-1") && !revocation_has(t, "jti-2") &&
		  !revocation_has(t, "jti-") && !revocation_has(t, ""),
	    "revocation: called back, it and no other is remembered");
	return OK;
}

static void
expiry(void)
{
	struct store_figures f;

	sweep_at(noon + 900);
	CHECK(store_measure(fixture, &f) == OK &&
		  f.entries[TABLE_REVOKED] == 0 && f.entries[TABLE_AUDIT] == 11,
	    "revocation: it is forgotten when the token has expired by "
	    "itself");
	for (int i = 0; i <= 11 / STORE_SWEEP; i++)
		sweep_at(noon + 181 * 86400);
	CHECK(store_measure(fixture, &f) == OK && f.entries[TABLE_AUDIT] == 0,
	    "audit: lines are kept for half a year");
}

int
main(void)
{
	fixture_open();
	in_store(lines, NULL);
	in_store(cuts, NULL);
	in_store(of_a_person, NULL);
	in_store(call_back, NULL);
	expiry();
	return check_done();
}
