/*
 * Our own file is input too: records that are cut short, too long, altered or
 * from the future are refused, and never half believed.
 */
#include "record_kinds.h"

#include "check.h"

/* --- what is done to it -------------------------------------------------- */

struct trial {
	const struct kind *kind;
	uint8_t key[STORE_KEY_MAX], value[STORE_VALUE_MAX + 1];
	size_t key_len, len;
	enum err read;
};

static bool
keep_first(void *arg, const void *k, size_t k_len, const struct store_value *v)
{
	struct trial *t = arg;

	memcpy(t->key, k, k_len);
	memcpy(t->value, v->bytes, v->len);
	t->key_len = k_len;
	t->len = v->len;
	return false;
}

static enum err
find_first(struct store_txn *t, void *arg)
{
	struct trial *trial = arg;

	store_scan(t, trial->kind->table, NULL, 0, keep_first, trial);
	return OK;
}

/* Reads the changed record, then undoes it all. */
static enum err
try_step(struct store_txn *t, void *arg)
{
	struct trial *trial = arg;

	store_put(t, trial->kind->table, trial->key, trial->key_len,
	    trial->value, trial->len, 0);
	trial->read = trial->kind->read(t);
	store_fail(t, ERR_IO);
	return OK;
}

static enum err
read_as(struct trial *trial)
{
	if (store_write(fixture, noon, try_step, trial) == OK)
		fixture_bail_out("a trial that was kept");
	return trial->read;
}

static void
promise(const struct kind *k, bool kept, const char *what)
{
	char text[120];

	snprintf(text, sizeof text, "record: one of a %s, %s", k->name, what);
	CHECK(kept, text);
}

static void
lengths(struct trial *t)
{
	size_t len = t->len;
	bool refused = true;

	for (t->len = 0; t->len < len; t->len++)
		refused &= read_as(t) == ERR_CORRUPT;
	promise(t->kind, refused, "cut short anywhere is corrupt");
	t->len = len + 1;
	t->value[len] = 0;
	promise(t->kind, read_as(t) == ERR_CORRUPT,
	    "with a byte too many is corrupt");
	t->len = len;
}

static void
versions(struct trial *t)
{
	uint8_t ours = t->value[0];

	t->value[0] = 0;
	promise(
	    t->kind, read_as(t) == ERR_CORRUPT, "without a version is corrupt");
	t->value[0] = (uint8_t)(ours + 1);
	promise(t->kind, read_as(t) == ERR_VERSION,
	    "of the next version is a newer latchkey's");
	t->value[0] = 255;
	promise(
	    t->kind, read_as(t) == ERR_VERSION, "of any later version is, too");
	t->value[0] = ours;
}

/* Some changes make another good record: a letter of a name, a time. */
static void
alterations(struct trial *t)
{
	static const uint8_t masks[] = {0x01, 0x20, 0x80, 0xff};
	bool sane = true;
	int refused = 0;

	for (size_t i = 1; i < t->len; i++) {
		for (size_t m = 0; m < sizeof masks; m++) {
			enum err e;

			t->value[i] ^= masks[m];
			e = read_as(t);
			t->value[i] ^= masks[m];
			sane &= e != ERR_VERSION && e != ERR_IO &&
				e != ERR_NO_SPACE;
			refused += e == ERR_CORRUPT;
		}
	}
	printf("# %s: %d of %zu alterations are corrupt\n", t->kind->name,
	    refused, 4 * (t->len - 1));
	promise(t->kind, sane, "altered anywhere is corrupt or another's");
}

static void
every_kind(void)
{
	static struct trial t;

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		t.kind = &kinds[i];
		t.len = 0;
		in_store(find_first, &t);
		promise(t.kind, t.len > 1 && read_as(&t) == OK,
		    "that was not touched is good");
		lengths(&t);
		versions(&t);
		alterations(&t);
	}
}

/* --- many records, one of them bad --------------------------------------- */

static bool
any_family(void *arg, const void *record)
{
	(void)record;
	++*(int *)arg;
	return true;
}

static enum err
spoil_families(struct store_txn *t, void *arg)
{
	static const uint8_t id[FAMILY_KEY_LEN];
	uint8_t value[1 + USER_ID_LEN] = {1};
	struct family f;

	/* Alice's, and cut short. */
	memcpy(value + 1, alice.user_id, USER_ID_LEN);
	store_put(t, TABLE_FAMILIES, id, sizeof id, value, sizeof value, 0);
	if (arg != NULL)
		record_each(t, &family_record, NULL, &f, any_family, arg);
	else
		family_end_all(t, alice.user_id, NULL);
	return OK;
}

static void
among_many(void)
{
	int visited = 0;

	CHECK(store_write(fixture, noon, spoil_families, &visited) ==
		      ERR_CORRUPT &&
		  visited == 0,
	    "record: a list with a bad record fails, it is not shortened");
	CHECK(store_write(fixture, noon, spoil_families, NULL) == ERR_CORRUPT,
	    "record: nor are families ended past a bad record, and it said to "
	    "be done");
}

static const enum store_table owned[] = {TABLE_CODES, TABLE_FAMILIES,
    TABLE_SESSIONS, TABLE_CONSENTS, TABLE_APP_PASSWORDS, TABLE_LINKS,
    TABLE_PASSKEYS};

/* A bad record beside those of a person or an app: where all records of a table
 * were read to find theirs, it would fail the transaction. */
static enum err
end_beside_bad_ones(struct store_txn *t, void *arg)
{
	(void)arg;
	for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
		store_put(t, owned[i], "\xff\xff", 2, "\1", 1, 0);
	session_drop_all(t, alice.user_id, NULL);
	remove_families(t, alice.user_id, NULL);
	remove_families(t, NULL, "photos");
	consent_del_all(t, alice.user_id, NULL);
	consent_del_all(t, NULL, "photos");
	app_password_del_all(t, alice.user_id, NULL);
	passkey_del_all(t, alice.user_id);
	app_password_del_all(t, NULL, SITE);
	link_del_all(t, alice.user_id);
	return OK;
}

static void
beside_others(void)
{
	CHECK(store_write(fixture, noon, end_beside_bad_ones, NULL) == OK,
	    "record: to end what a person or an app has, no other record is "
	    "read");
}

int
main(void)
{
	fixture_open();
	random_bytes(&keyring, sizeof keyring);
	in_store(make_all, NULL);
	every_kind();
	among_many();
	beside_others();
	return check_done();
}
