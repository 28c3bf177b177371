/* The indexes by a field: entries come and go with their records, in every way
 * that these are put or removed. */
#include "check.h"
#include "fixture.h"
#include "store/internal.h"

#include <string.h>

enum { PERSON_LEN = 16, VALUE_CAP = 64 };

static const uint8_t ann[PERSON_LEN] = {1}, bob[PERSON_LEN] = {2},
		     cid[PERSON_LEN] = {3};

/* A record of app passwords, as far as its indexes look at it. */
struct put {
	const char *key, *origin;
	const uint8_t *person;
	int64_t expires_at, now;
	enum err failure;
};

static enum err
put_step(struct store_txn *t, void *arg)
{
	const struct put *p = arg;
	size_t len = strlen(p->origin);
	uint8_t value[VALUE_CAP] = {1};

	memcpy(value + 1, p->person, PERSON_LEN);
	value[1 + PERSON_LEN + 1] = (uint8_t)len;
	memcpy(value + 1 + PERSON_LEN + 2, p->origin, len);
	store_put(t, TABLE_APP_PASSWORDS, p->key, strlen(p->key), value,
	    1 + PERSON_LEN + 2 + len, p->expires_at);
	if (p->failure != OK)
		store_fail(t, p->failure);
	return OK;
}

static void
put(const char *key, const uint8_t *person, const char *origin)
{
	struct put p = {.key = key, .person = person, .origin = origin};

	in_store(put_step, &p);
}

static enum err
del_step(struct store_txn *t, void *arg)
{
	store_del(t, TABLE_APP_PASSWORDS, arg, strlen(arg));
	return OK;
}

static enum err
prune_step(struct store_txn *t, void *arg)
{
	(void)arg;
	store_prune(t, TABLE_APP_PASSWORDS, NULL, 0, any_row, NULL);
	return OK;
}

static bool
append_key(
    void *arg, const void *key, size_t key_len, const struct store_value *value)
{
	(void)value;
	strncat(arg, key, key_len);
	return true;
}

struct search {
	enum store_index index;
	const void *field;
	size_t len, removed;
	char keys[64];
	bool back;
};

static enum err
search_step(struct store_txn *t, void *arg)
{
	struct search *s = arg;

	s->keys[0] = '\0';
	(s->back ? store_scan_back_by : store_scan_by)(
	    t, s->index, s->field, s->len, append_key, s->keys);
	return OK;
}

static bool
finds(struct search *s, const char *keys)
{
	return store_read(fixture, search_step, s) == OK &&
	       strcmp(s->keys, keys) == 0;
}

static bool
of_person(const uint8_t *person, const char *keys)
{
	struct search s = {
	    INDEX_APP_PASSWORDS_BY_USER, person, PERSON_LEN, 0, "", false};

	return finds(&s, keys);
}

static bool
of_origin(const char *origin, const char *keys)
{
	struct search s = {INDEX_APP_PASSWORDS_BY_ORIGIN, origin,
	    strlen(origin), 0, "", false};

	return finds(&s, keys);
}

static enum err
check_step(struct store_txn *t, void *arg)
{
	store_check_indexes(t, arg);
	return OK;
}

static bool
faults(uint64_t stray, uint64_t missing)
{
	struct store_index_faults f;

	return store_read(fixture, check_step, &f) == OK && f.stray == stray &&
	       f.missing == missing;
}

/* Whether there are so many entries, each of a record, and none is missing. */
static bool
sound(uint64_t entries)
{
	struct store_figures f;

	return store_measure(fixture, &f) == OK && f.index_entries == entries &&
	       faults(0, 0);
}

static bool
of_person_backwards(const uint8_t *person, const char *keys)
{
	struct search s = {
	    INDEX_APP_PASSWORDS_BY_USER, person, PERSON_LEN, 0, "", true};

	return finds(&s, keys);
}

static void
come_and_go(void)
{
	struct put failing = {"z", "a", ann, 0, noon, ERR_CORRUPT};

	put("x", ann, "a");
	put("y", ann, "ab");
	put("w", bob, "a");
	CHECK(sound(6) && of_person(ann, "xy") && of_person(bob, "w") &&
		  of_origin("a", "wx") && of_origin("ab", "y"),
	    "index: records are found by each of their fields");
	CHECK(of_person_backwards(ann, "yx") && of_person_backwards(bob, "w") &&
		  of_person_backwards(cid, ""),
	    "index: and from the last to the first");
	CHECK(of_origin("", "") && of_origin("b", ""),
	    "index: by a field that none has, none is found");
	put("x", ann, "a");
	CHECK(sound(6), "index: one that is put again has its entries once");
	put("x", bob, "a");
	CHECK(sound(6) && of_person(ann, "y") && of_person(bob, "wx") &&
		  of_origin("a", "wx"),
	    "index: a field that changes moves, the other stays");
	CHECK(store_write(fixture, noon, put_step, &failing) == ERR_CORRUPT &&
		  sound(6) && of_person(ann, "y"),
	    "index: of a step that failed nothing is kept");
	in_store(del_step, "x");
	in_store(del_step, "x");
	CHECK(sound(4) && of_person(bob, "w"),
	    "index: one that is deleted leaves no entry");
	in_store(prune_step, NULL);
	CHECK(sound(0), "index: nor do those that are pruned");
}

static void
expire(void)
{
	struct put p = {"x", "a", ann, noon + 10, noon, OK};

	in_store(put_step, &p);
	p.expires_at = noon + 100;
	in_store(put_step, &p);
	sweep_at(noon + 50);
	CHECK(sound(2) && of_person(ann, "x"),
	    "index: a record that was extended keeps its entries");
	sweep_at(noon + 100);
	CHECK(sound(0), "index: one that has expired is swept with them");
}

static enum err
prune_by_step(struct store_txn *t, void *arg)
{
	struct search *s = arg;

	s->removed =
	    store_prune_by(t, s->index, s->field, s->len, any_row, NULL);
	return OK;
}

static void
prune_by(void)
{
	struct search s = {
	    INDEX_APP_PASSWORDS_BY_USER, ann, PERSON_LEN, 0, "", false};
	char key[8];

	for (int i = 0; i < 1000; i++) {
		snprintf(key, sizeof key, "%d", i);
		put(key, i % 4 == 0 ? bob : ann, "a");
	}
	in_store(prune_by_step, &s);
	CHECK(s.removed == 750 && sound(500) && of_person(ann, ""),
	    "index: all records of a person, and no other, are removed by it");
	in_store(prune_step, NULL);
}

static void
short_ones(void)
{
	struct search s = {INDEX_CONSENTS_BY_CLIENT, "app", 3, 0, "", false};

	CHECK(finds(&s, "") && sound(0), "index: an empty one finds nothing");
}

static enum err
short_step(struct store_txn *t, void *arg)
{
	(void)arg;
	store_put(t, TABLE_APP_PASSWORDS, "s", 1, "\1", 1, 0);
	store_put(t, TABLE_CONSENTS, "0123456789abcdef", 16, "\1", 1, 0);
	store_put(t, TABLE_CONSENTS, "0123456789abcdefapp", 19, "\1", 1, 0);
	return OK;
}

static void
of_keys(void)
{
	struct search s = {INDEX_CONSENTS_BY_CLIENT, "app", 3, 0, "", false};

	in_store(short_step, NULL);
	CHECK(finds(&s, "0123456789abcdefapp"),
	    "index: a field may be the end of the key");
	CHECK(sound(1), "index: a record without its field has no entry");
}

/* An entry of ann's without a record, and one of bob's too few. */
static enum err
damage_step(struct store_txn *t, void *arg)
{
	struct engine_bytes key = {(const uint8_t *)"x", 1};
	struct store_value field = {ann, PERSON_LEN};
	uint8_t entry[ENTRY_CAP], *room;
	struct engine_bytes k = {
	    entry, store_index_entry(
		       entry, INDEX_APP_PASSWORDS_BY_USER, &field, &key)};
	enum err e = t->engine->put(t->txn, ENGINE_INDEX, &k, 0, &room);

	(void)arg;
	field.bytes = bob;
	key.bytes = (const uint8_t *)"y";
	store_index_entry(entry, INDEX_APP_PASSWORDS_BY_USER, &field, &key);
	return e == OK ? t->engine->del(t->txn, ENGINE_INDEX, &k) : e;
}

static void
damaged(void)
{
	struct search s = {
	    INDEX_APP_PASSWORDS_BY_USER, ann, PERSON_LEN, 0, "", false};

	put("y", bob, "a");
	in_store(damage_step, NULL);
	CHECK(faults(1, 1), "index: the check counts entries without a record "
			    "and records without an entry");
	CHECK(store_read(fixture, search_step, &s) == ERR_CORRUPT,
	    "index: a search that meets an entry without a record fails");
	CHECK(store_write(fixture, noon, prune_by_step, &s) == ERR_CORRUPT,
	    "index: so that nothing is said to be ended that may not be");
}

int
main(void)
{
	fixture_open();
	short_ones();
	come_and_go();
	expire();
	prune_by();
	of_keys();
	damaged();
	return check_done();
}
