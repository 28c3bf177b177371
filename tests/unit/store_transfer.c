/*
 * All that a store has is put into another. $LATCHKEY_TEST_STORE says of which
 * engine the other is (scratch_settings.h); then it goes back as well.
 */
#include "check.h"
#include "scratch_settings.h"
#include "store/store.h"

#include <stdio.h>
#include <sys/stat.h>

enum { ROWS = 2500, NOON = 1795910400 };

static char message[256];

static struct store *
make(const struct store_settings *settings)
{
	struct store *s = NULL;

	if (store_create(settings, message, sizeof message) != OK ||
	    store_open(&s, settings, message, sizeof message) != OK) {
		printf("Bail out! %s\n", message);
		exit(1);
	}
	return s;
}

static struct store *
make_lmdb(const char *name)
{
	static char dir[256];

	snprintf(dir, sizeof dir, "%s/%s", scratch_dir(), name);
	mkdir(dir, 0700);
	return make(&(struct store_settings){.dir = dir});
}

/* Some expire, and some replace others. */
static enum err
fill(struct store_txn *t, void *arg)
{
	uint8_t key[4], value[600] = {1};

	(void)arg;
	for (unsigned i = 0; i < ROWS; i++) {
		key[0] = (uint8_t)(i % 251);
		key[1] = (uint8_t)(i / 251);
		memset(value, (int)(i % 255) + 1, sizeof value);
		store_put(t, TABLE_CODES, key, 2, value, i % sizeof value,
		    i % 3 == 0 ? NOON + i : 0);
		if (i % 10 == 0)
			store_put(t, TABLE_REPLAY, key, 2, NULL, 0, NOON + 1);
	}
	return OK;
}

struct sum {
	uint64_t rows, bytes;
};

static bool
add_row(
    void *arg, const void *key, size_t key_len, const struct store_value *value)
{
	struct sum *sum = arg;
	const uint8_t *k = key;

	sum->rows++;
	for (size_t i = 0; i < key_len; i++)
		sum->bytes = sum->bytes * 31 + k[i];
	for (size_t i = 0; i < value->len; i++)
		sum->bytes = sum->bytes * 31 + value->bytes[i];
	return true;
}

static enum err
add_up(struct store_txn *t, void *arg)
{
	struct sum *sum = arg;

	*sum = (struct sum){0};
	store_scan(t, TABLE_CODES, NULL, 0, add_row, sum);
	store_scan(t, TABLE_REPLAY, NULL, 0, add_row, sum);
	return OK;
}

static bool
are_the_same(struct store *a, struct store *b)
{
	struct sum x, y;
	struct store_figures f, g;

	return store_read(a, add_up, &x) == OK &&
	       store_read(b, add_up, &y) == OK && x.rows == y.rows &&
	       x.bytes == y.bytes && x.rows == ROWS + ROWS / 10 &&
	       store_measure(a, &f) == OK && store_measure(b, &g) == OK &&
	       f.expiry_entries == g.expiry_entries &&
	       f.index_entries == g.index_entries;
}

static enum err
note_rows(void *arg, uint64_t rows)
{
	*(uint64_t *)arg = rows;
	return OK;
}

static enum err
refuse(void *arg, uint64_t rows)
{
	(void)arg, (void)rows;
	return ERR_IO;
}

static enum err
drop_expired(struct store_txn *t, void *arg)
{
	(void)arg;
	store_put(t, TABLE_CODES, "new", 3, "x", 1, 0);
	return OK;
}

static enum err
be_ready(void *arg)
{
	++*(int *)arg;
	return OK;
}

static enum err
be_unready(void *arg)
{
	++*(int *)arg;
	return ERR_IO;
}

static enum err
put_into_place(struct store *from, bool replaces, store_ready *ready)
{
	int asked = 0;
	enum err e = store_replace(from, scratch_settings(), replaces, ready,
	    &asked, message, sizeof message);

	CHECK(asked == (e == OK || (e == ERR_IO && ready == be_unready)),
	    "replace: who asks for it is told once, just before it is kept");
	return e;
}

/* TO is where the settings say, and is closed. */
static void
another_in_its_place(struct store *from, struct store **to)
{
	const struct store_settings *settings = scratch_settings();

	if (settings->engine == NULL) {
		CHECK(put_into_place(from, true, be_ready) == ERR_UNSUPPORTED,
		    "replace: an engine that cannot do it says so");
		return;
	}
	CHECK(put_into_place(from, false, be_ready) == ERR_EXISTS,
	    "replace: what is there is not replaced if that was not said");
	CHECK(put_into_place(from, true, be_ready) == ERR_BUSY,
	    "replace: nor while others have it open");
	store_close(to);
	CHECK(put_into_place(from, true, be_unready) == ERR_IO &&
		  store_open(to, settings, message, sizeof message) == OK &&
		  !are_the_same(from, *to),
	    "replace: one that is refused at its end was nothing");
	store_close(to);
	CHECK(put_into_place(from, true, be_ready) == OK &&
		  store_open(to, settings, message, sizeof message) == OK &&
		  are_the_same(from, *to),
	    "replace: another store is in its place, with all rows");
}

int
main(void)
{
	struct store *from = make_lmdb("from"), *back = make_lmdb("back"),
		     *third = make_lmdb("third");
	struct store *to = make(scratch_settings());
	struct store_figures f;
	uint64_t rows = 0;

	CHECK(store_write(from, NOON - 10, fill, NULL) == OK,
	    "transfer: a store has rows");
	CHECK(store_transfer(from, to, note_rows, &rows) == OK &&
		  rows > ROWS + ROWS / 10 && are_the_same(from, to),
	    "transfer: the other has all of them, and its own indexes");
	CHECK(store_transfer(to, back, note_rows, &rows) == OK &&
		  are_the_same(from, back),
	    "transfer: and so has one that gets them from there");
	for (int i = 0; i < ROWS; i++)
		if (store_write(to, NOON + 2 * ROWS, drop_expired, NULL) != OK)
			break;
	CHECK(store_measure(to, &f) == OK && f.expiry_entries == 0,
	    "transfer: what had expired goes from the other in time");
	CHECK(store_transfer(from, third, refuse, NULL) == ERR_IO &&
		  store_write(from, NOON - 10, drop_expired, NULL) == OK,
	    "transfer: one that is refused leaves the first as it was");
	another_in_its_place(back, &to);
	store_close(&from);
	store_close(&back);
	store_close(&third);
	store_close(&to);
	return check_done();
}
