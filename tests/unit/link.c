/* One-time links: what each is good for, and when it is no more. */
#include "domain/link.h"

#include "check.h"
#include "domain/people.h"
#include "fixture.h"

#include <string.h>

static const struct keyring keyring = {.token = {1}};
static struct user alice = {.name = "alice"}, bob = {.name = "bob"};

static void
give(char text[static LINK_TEXT_CAP], struct store_txn *t, struct user *u,
    enum link_kind kind)
{
	const struct change c = {.now = noon, .by = "eve"};
	struct link l;

	link_make(text, &l, kind, 3600, u, &keyring, &c);
	if (link_put(t, &l, u, &c) != OK)
		fixture_bail_out("no link");
}

static enum link_fault
fault_at(struct store_txn *t, const char *text, int64_t now)
{
	struct link l;
	struct user u;

	return link_find(t, text, &keyring, &l, &u) == OK
		   ? link_fault(&l, &u, now)
		   : (enum link_fault) - 1;
}

static enum err
lives(struct store_txn *t, void *arg)
{
	char text[LINK_TEXT_CAP], other[LINK_TEXT_CAP];
	const struct keyring foreign = {.token = {2}, .mark = {2}};
	struct keyring later = keyring;
	struct link l;
	struct user u;

	(void)arg;
	if (user_add(t, &alice, noon) != OK || user_add(t, &bob, noon) != OK)
		fixture_bail_out("the person is not there");
	give(text, t, &alice, LINK_INVITE);
	CHECK(link_find(t, text, &keyring, &l, &u) == OK &&
		  memcmp(u.user_id, alice.user_id, USER_ID_LEN) == 0 &&
		  l.kind == LINK_INVITE && strcmp(l.by, "eve") == 0,
	    "link: it leads to its person, and tells who made it");
	CHECK(fault_at(t, text, noon + 3599) == LINK_GOOD,
	    "link: it is good until its time");
	CHECK(fault_at(t, text, noon + 3600) == LINK_TOO_OLD,
	    "link: and not after that");
	memcpy(other, text, sizeof other);
	other[3] = other[3] == 'A' ? 'B' : 'A';
	CHECK(link_find(t, other, &keyring, &l, &u) == ERR_NOT_FOUND,
	    "link: one character changed makes none of it");
	other[LINK_TEXT_CAP - 2] = '\0';
	CHECK(link_find(t, other, &keyring, &l, &u) == ERR_NOT_FOUND &&
		  link_find(t, "", &keyring, &l, &u) == ERR_NOT_FOUND,
	    "link: nor does a part of one");
	CHECK(link_find(t, text, &foreign, &l, &u) == ERR_NOT_FOUND,
	    "link: without our key its hash is not found");
	keyring_enter(&later, (const uint8_t[EPOCH_LEN]){1});
	CHECK(link_find(t, text, &later, &l, &u) == ERR_FOREIGN &&
		  l.kind == 0 && u.name[0] == '\0',
	    "link: one from before a restore is known as such");
	give(other, t, &bob, LINK_RESET);
	CHECK(fault_at(t, text, noon) == LINK_GOOD,
	    "link: another person's link leaves it alone");
	give(other, t, &alice, LINK_RESET_FACTORS);
	CHECK(fault_at(t, text, noon) == LINK_WAS_REPLACED &&
		  fault_at(t, other, noon) == LINK_GOOD,
	    "link: a newer one replaces it");
	return OK;
}

static enum err
ends(struct store_txn *t, void *arg)
{
	const struct change c = {.now = noon};
	const struct password_hash h = {.hash = {7}};
	char text[LINK_TEXT_CAP];
	struct link l;
	struct user u;

	(void)arg;
	give(text, t, &alice, LINK_RESET);
	if (link_find(t, text, &keyring, &l, &u) != OK ||
	    link_spend(t, &l, noon) != OK)
		fixture_bail_out("not spent");
	CHECK(fault_at(t, text, noon) == LINK_WAS_USED &&
		  fault_at(t, text, noon + 7200) == LINK_WAS_USED,
	    "link: it is good once");
	give(text, t, &alice, LINK_RESET);
	if (people_set_password(t, &alice, &h, &c) != OK)
		fixture_bail_out("no password");
	CHECK(fault_at(t, text, noon) == LINK_WAS_REPLACED,
	    "link: a password set in another way ends it");
	give(text, t, &alice, LINK_RESET);
	if (people_lock(t, &alice, &c) != OK)
		fixture_bail_out("not locked");
	CHECK(fault_at(t, text, noon) == LINK_OF_LOCKED,
	    "link: it does not help a person who is locked");
	if (people_remove(t, "alice", &c) != OK)
		fixture_bail_out("not removed");
	CHECK(link_find(t, text, &keyring, &l, &u) == ERR_NOT_FOUND,
	    "link: it goes with its person");
	return OK;
}

static enum err
count_kept(struct store_txn *t, void *arg)
{
	char text[LINK_TEXT_CAP];

	(void)arg;
	give(text, t, &bob, LINK_INVITE);
	return OK;
}

int
main(void)
{
	struct store_figures f;

	fixture_open();
	in_store(lives, NULL);
	in_store(ends, NULL);
	in_store(count_kept, NULL);
	sweep_at(noon + 3600 + LINK_KEPT_S - 1);
	CHECK(store_measure(fixture, &f) == OK && f.entries[TABLE_LINKS] == 2,
	    "link: what is spent or too old is kept, to be told");
	for (int i = 0; i < 3; i++)
		sweep_at(noon + 3600 + LINK_KEPT_S + 61);
	CHECK(store_measure(fixture, &f) == OK && f.entries[TABLE_LINKS] == 0,
	    "link: and goes after a while");
	return check_done();
}
