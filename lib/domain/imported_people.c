#include "domain/imported_people.h"

#include "base/big_endian.h"
#include "base/str.h"

#include <string.h>

static const char imported_key[] = "imported";

/* In the store: two numbers and the setting. */
enum { NUMBER_LEN = 4, HEAD_LEN = 2 * NUMBER_LEN };

struct tally {
	uint32_t count;
	struct imported_cost costliest;
};

static void
load_tally(struct store_txn *t, struct tally *all)
{
	struct store_value v;
	const uint8_t *bytes;

	*all = (struct tally){0};
	if (store_get(
		t, TABLE_META, imported_key, sizeof imported_key - 1, &v) != OK)
		return;
	bytes = v.bytes;
	if (v.len < HEAD_LEN ||
	    str_copy_n(all->costliest.setting, IMPORTED_CAP,
		(const char *)bytes + HEAD_LEN, v.len - HEAD_LEN) != OK) {
		store_fail(t, ERR_CORRUPT);
		return;
	}
	all->count = (uint32_t)big_endian_get(bytes, NUMBER_LEN);
	all->costliest.took_ms =
	    (uint32_t)big_endian_get(bytes + NUMBER_LEN, NUMBER_LEN);
}

static void
save_tally(struct store_txn *t, const struct tally *all)
{
	uint8_t bytes[HEAD_LEN + IMPORTED_CAP];
	size_t len = strlen(all->costliest.setting);

	if (all->count == 0) {
		store_del(t, TABLE_META, imported_key, sizeof imported_key - 1);
		return;
	}
	big_endian_put(bytes, NUMBER_LEN, all->count);
	big_endian_put(bytes + NUMBER_LEN, NUMBER_LEN, all->costliest.took_ms);
	memcpy(bytes + HEAD_LEN, all->costliest.setting, len);
	store_put(t, TABLE_META, imported_key, sizeof imported_key - 1, bytes,
	    HEAD_LEN + len, 0);
}

void
imported_people_add(struct store_txn *t, int change)
{
	struct tally all;

	load_tally(t, &all);
	if (change > 0)
		all.count++;
	else if (all.count > 0)
		all.count--;
	save_tally(t, &all);
}

void
imported_people_note(struct store_txn *t, const struct imported_cost *cost)
{
	struct tally all;

	load_tally(t, &all);
	if (all.count == 0 || (all.costliest.setting[0] != '\0' &&
				  cost->took_ms <= all.costliest.took_ms))
		return;
	all.costliest = *cost;
	save_tally(t, &all);
}

void
imported_people_costliest(struct store_txn *t, struct imported_cost *cost)
{
	struct tally all;

	load_tally(t, &all);
	*cost = all.costliest;
}

uint32_t
imported_people_count(struct store_txn *t)
{
	struct tally all;

	load_tally(t, &all);
	return all.count;
}
