/* What a store knows of its directory: the epoch since it was restored, and the
 * last backup. */
#include "domain/installation.h"

#include "check.h"
#include "domain/audit.h"
#include "domain/code.h"
#include "domain/family.h"
#include "domain/session.h"
#include "fixture.h"

#include <string.h>

static struct user alice = {.name = "alice"};

static void
give_tokens(struct store_txn *t)
{
	const struct session_lifetimes lives = {86400, 86400};
	const struct family_lifetimes l = {900, 86400, 86400, {30, false}};
	struct family f = {.refreshable = true, .client_id = "app"};
	struct code c = {.client_id = "app"};
	struct session_cookie ignored;
	struct session s;

	session_make(
	    &s, &ignored, NULL, alice.user_id, "pwd", &lives, false, noon);
	memcpy(f.user_id, alice.user_id, USER_ID_LEN);
	memcpy(c.user_id, alice.user_id, USER_ID_LEN);
	family_id_make(f.family_id, noon);
	if (session_put(t, &s) != OK || code_issue(t, &c, noon) != OK ||
	    family_begin(t, &f, &l, noon) != OK)
		fixture_bail_out("no tokens");
}

static bool
count_record(
    void *arg, const void *key, size_t key_len, const struct store_value *value)
{
	(void)key, (void)key_len, (void)value;
	++*(size_t *)arg;
	return true;
}

static size_t
count_of(struct store_txn *t, enum store_table table)
{
	size_t count = 0;

	store_scan(t, table, NULL, 0, count_record, &count);
	return count;
}

static bool
is_restored_line(void *arg, const void *record)
{
	const struct audit *a = record;

	*(bool *)arg = strcmp(a->event, "restored") == 0 &&
		       strcmp(a->detail, "backup of 2023-11-14T22:13:20Z") == 0;
	return false;
}

static enum err
epochs_begin(struct store_txn *t, void *arg)
{
	static const uint8_t first[EPOCH_LEN];
	struct store_index_faults faults = {1, 1};
	struct epoch e, other;
	bool told = false;
	struct user u;

	(void)arg;
	CHECK(installation_epoch(t, &e) == OK &&
		  memcmp(e.id, first, EPOCH_LEN) == 0 && e.restored_at == 0,
	    "epoch: a store that was never restored has the first");
	if (user_add(t, &alice, noon) != OK)
		fixture_bail_out("no person");
	for (int i = 0; i < 50; i++)
		give_tokens(t);
	CHECK(count_of(t, TABLE_FAMILIES) == 50 &&
		  installation_begin_epoch(t, noon, noon + 60) == OK &&
		  installation_epoch(t, &e) == OK && e.made_at == noon &&
		  e.restored_at == noon + 60 &&
		  memcmp(e.id, first, EPOCH_LEN) != 0,
	    "epoch: a restored store has another, and knows since when");
	CHECK(count_of(t, TABLE_FAMILIES) == 0 &&
		  count_of(t, TABLE_CODES) == 0 &&
		  count_of(t, TABLE_SESSIONS) == 0 &&
		  user_find(t, "alice", &u) == OK,
	    "epoch: sessions, codes and grants have ended, people are there");
	store_check_indexes(t, &faults);
	CHECK(faults.stray == 0 && faults.missing == 0,
	    "epoch: nothing of them is left in the indexes");
	audit_newest(t, NULL, is_restored_line, &told);
	CHECK(told, "epoch: the audit has a line, with the backup's time");
	give_tokens(t);
	CHECK(installation_begin_epoch(t, noon, noon + 60) == OK &&
		  installation_epoch(t, &other) == OK &&
		  memcmp(e.id, other.id, EPOCH_LEN) != 0,
	    "epoch: the same backup restored twice begins two");
	return OK;
}

static enum err
backups_noted(struct store_txn *t, void *arg)
{
	int64_t at = 1;

	(void)arg;
	CHECK(installation_backup(t, &at) == ERR_NOT_FOUND && at == 0,
	    "backup: at first none was made");
	CHECK(installation_note_backup(t, noon) == OK &&
		  installation_note_backup(t, noon + 1) == OK &&
		  installation_backup(t, &at) == OK && at == noon + 1,
	    "backup: the last one is noted");
	return OK;
}

int
main(void)
{
	fixture_open();
	in_store(epochs_begin, NULL);
	in_store(backups_noted, NULL);
	fixture_close();
	return check_done();
}
