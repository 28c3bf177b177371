#include "protocol/logout_delivery.h"

#include "base/str.h"
#include "domain/audit.h"

#include <string.h>

enum { TOGETHER = 64 /* that are put off in one go */ };

struct next_ctx {
	struct logout_search *s;
	bool found;
};

/* What was told is only not to be told again. */
static bool
is_busy(const struct logout_search *s, const struct logout *l)
{
	const struct logout_outcome *o;

	for (size_t i = 0; i < s->busy_count; i++) {
		o = s->busy[i];
		if (o->result == LOGOUT_TOLD || o->result == LOGOUT_REFUSED
			? memcmp(o->logout.id, l->id, LOGOUT_ID_LEN) == 0
			: str_equal(o->logout.client_id, l->client_id))
			return true;
	}
	return false;
}

size_t
logout_slow_place(const char *client_id)
{
	uint32_t sum = UINT32_C(0x811c9dc5);

	for (; *client_id != '\0'; client_id++)
		sum = (sum ^ (uint8_t)*client_id) * UINT32_C(0x01000193);
	return (sum ^ sum >> 16) % LOGOUT_SLOW_PLACES;
}

/* One that may take long, so that only some of them are told at once. */
static bool
may_take_long(const struct logout_search *s, const struct logout *l)
{
	return l->tries > 0 || s->slow[logout_slow_place(l->client_id)];
}

static bool
take_next(void *arg, const void *record)
{
	const struct logout *l = record;
	struct next_ctx *n = arg;

	if (l->due_at > n->s->now)
		return false;
	if ((!n->s->retries && may_take_long(n->s, l)) || is_busy(n->s, l))
		return true;
	n->s->logout = *l;
	n->found = true;
	return false;
}

static enum err
next_step(struct store_txn *t, void *arg)
{
	struct logout_search *s = arg;
	struct next_ctx n = {.s = s};
	enum err e;

	logout_queue_each(t, take_next, &n);
	if (!n.found)
		return store_failed(t) != OK ? store_failed(t) : ERR_NOT_FOUND;
	/* Without its client it is settled as told: none is to be told. */
	if (client_get(t, s->logout.client_id, &s->client) != OK ||
	    s->client.alg == JWA_HS256)
		return store_failed(t);
	e = signkey_active(t, s->client.alg, &s->key);
	return e == ERR_NOT_FOUND ? OK : e; /* then signing fails */
}

enum err
logout_delivery_next(const struct provider *p, struct logout_search *s)
{
	return store_read(p->store, next_step, s);
}

/* --- afterwards ------------------------------------------------------------*/

struct settle_ctx {
	const struct logout_outcome *outcomes;
	size_t count;
	int64_t now;
};

static enum err
postpone(struct store_txn *t, const struct logout *l, const char *problem,
    int64_t now)
{
	enum err e = logout_queue_postpone(t, l, problem, now);

	if (e != ERR_NOT_FOUND)
		return e;
	/* It is the app that an administrator must look at. */
	audit_add(t, now, "logout_not_told", NULL, l->client_id, problem);
	return OK;
}

struct waiting {
	const char *client_id;
	int64_t now;
	size_t count;
	struct logout list[TOGETHER];
};

static bool
collect_waiting(void *arg, const void *record)
{
	const struct logout *l = record;
	struct waiting *w = arg;

	if (l->due_at > w->now || w->count == TOGETHER)
		return false;
	if (str_equal(l->client_id, w->client_id))
		w->list[w->count++] = *l;
	return true;
}

static enum err
postpone_others(
    struct store_txn *t, const struct logout_outcome *o, int64_t now)
{
	struct waiting w = {.client_id = o->logout.client_id, .now = now};
	enum err e = OK;

	logout_queue_each(t, collect_waiting, &w);
	for (size_t i = 0; e == OK && i < w.count; i++)
		e = postpone(t, &w.list[i], o->problem, now);
	return e;
}

static enum err
settle_one(struct store_txn *t, const struct logout_outcome *o, int64_t now)
{
	enum err e;

	if (o->result == LOGOUT_FAILED) {
		e = postpone(t, &o->logout, o->problem, now);
		return e == OK ? postpone_others(t, o, now) : e;
	}
	logout_queue_del(t, &o->logout);
	if (o->result == LOGOUT_REFUSED)
		audit_add(t, now, "logout_refused", NULL, o->logout.client_id,
		    o->problem);
	return store_failed(t);
}

static enum err
settle_step(struct store_txn *t, void *arg)
{
	const struct settle_ctx *c = arg;
	enum err e = OK;

	for (size_t i = 0; e == OK && i < c->count; i++)
		e = settle_one(t, &c->outcomes[i], c->now);
	return e;
}

enum err
logout_delivery_settle(const struct provider *p,
    const struct logout_outcome *outcomes, size_t count, int64_t now)
{
	struct settle_ctx c = {outcomes, count, now};

	return count == 0 ? OK : store_write(p->store, now, settle_step, &c);
}

static enum err
due_step(struct store_txn *t, void *arg)
{
	enum err e = logout_queue_first(t, arg);

	return store_failed(t) != OK ? store_failed(t) : e;
}

enum err
logout_delivery_due(const struct provider *p, int64_t *due_at)
{
	return store_read(p->store, due_step, due_at);
}
