#include "protocol/unused_codes.h"

#include "base/str.h"
#include "domain/client_use.h"

#include <string.h>

enum { UNUSED_WITHIN_S = 120, UNUSED_COUNT = 3, UNUSED_LOOK_MAX = 16 };

struct unused_ctx {
	const struct unused_codes *of;
	const char *client_id;
	int64_t now;
	size_t looked, count;
	int64_t first_at;
	bool used;
};

/* Newest first. */
static bool
count_unused(void *arg, const void *record)
{
	const struct family *f = record;
	struct unused_ctx *c = arg;

	if (f->created_at < c->now - UNUSED_WITHIN_S ||
	    ++c->looked > UNUSED_LOOK_MAX)
		return false;
	if (!str_equal(f->client_id, c->client_id) ||
	    memcmp(f->sid, c->of->sid, SID_LEN) != 0)
		return true;
	c->count++;
	c->first_at = f->created_at;
	c->used = f->current > 1;
	return !c->used;
}

static enum err
count_unused_step(struct store_txn *t, void *arg)
{
	struct unused_ctx *c = arg;
	const struct record_set set =
	    record_set_of(&family_record, c->of->user_id, NULL);
	struct family f;

	c->looked = c->count = 0;
	c->used = false;
	record_each_back(t, &family_record, &set, &f, count_unused, c);
	return store_failed(t);
}

void
unused_codes_begin(struct unused_codes *c, const struct family *f)
{
	c->begun = true;
	memcpy(c->user_id, f->user_id, USER_ID_LEN);
	memcpy(c->sid, f->sid, SID_LEN);
}

bool
unused_codes_are(const struct provider *p, const struct unused_codes *of,
    const char *client_id, int64_t now)
{
	struct unused_ctx c = {.of = of, .client_id = client_id, .now = now};

	return of->begun && store_read(p->store, count_unused_step, &c) == OK &&
	       !c.used && c.count == UNUSED_COUNT &&
	       client_use_at(p->conf.dir, client_id) < c.first_at;
}
