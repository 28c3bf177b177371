#include "protocol/second_factor.h"

#include "base/log.h"

struct factor_look {
	const uint8_t *user_id;
	struct factor factor;
};

static enum err
look_at_factor(struct store_txn *t, void *arg)
{
	struct factor_look *l = arg;

	return factor_get(t, l->user_id, &l->factor);
}

enum err
second_factor_try(const struct provider *p, const struct proof *proof,
    const char *typed, int64_t now, struct factor_try *code)
{
	struct factor_look l = {.user_id = proof->user_id};
	enum err e = store_read(p->store, look_at_factor, &l);

	*code = (struct factor_try){0};
	if (e == OK)
		e = factor_try_code(code, &l.factor, typed, &p->keyring, now);
	if (e == ERR_UNSUPPORTED)
		log_fault("a code cannot be checked without liboath", NULL);
	factor_wipe(&l.factor);
	return e;
}
