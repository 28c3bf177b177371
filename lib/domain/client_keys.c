#include "domain/client_keys.h"

#include "base/clock.h"
#include "base/str.h"
#include "domain/audit.h"

#include <string.h>

static const struct record_field client_keys_fields[] = {
    FIELD_OF(struct client_keys, client_id, TEXT, KEY, "client_id"),
    FIELD_OF(struct client_keys, jwks_uri, TEXT, SHOWN, "client_jwks_uri"),
    FIELD_OF(struct client_keys, jwks, TEXT, INNER, "jwks"),
    FIELD_OF(struct client_keys, fetched_at, TIME, SHOWN, "jwks_fetched_at"),
    FIELD_OF(struct client_keys, asked_at, TIME, SHOWN, "jwks_asked_at"),
    FIELD_OF(struct client_keys, asking, BOOL, INNER, "asking"),
    FIELD_OF(struct client_keys, problem, TEXT, SHOWN, "jwks_problem"),
    FIELD_OF(struct client_keys, expires_at, TIME, INNER, "expires_at"),
};
const struct record_type client_keys_record = {
    .table = TABLE_CLIENT_KEYS,
    .version = 1,
    .optional = 1,
    .expires_at = offsetof(struct client_keys, expires_at),
    RECORD_FIELDS(struct client_keys, client_keys_fields),
};

enum err
client_keys_get(
    struct store_txn *t, const struct client *c, struct client_keys *k)
{
	const size_t len = strlen(c->client_id);
	enum err e = record_load(t, &client_keys_record, c->client_id, len, k);

	if (e == OK && str_equal(k->jwks_uri, c->jwks_uri))
		return OK;
	*k = (struct client_keys){.fetched_at = 0};
	memcpy(k->client_id, c->client_id, sizeof k->client_id);
	memcpy(k->jwks_uri, c->jwks_uri, sizeof k->jwks_uri);
	return store_failed(t);
}

/* A time that is ahead was before the clock went back. */
static bool
is_within(int64_t at, int64_t seconds, int64_t now)
{
	return at <= now + CLOCK_SLACK_S && now - at < seconds;
}

bool
client_keys_are_asked(const struct client_keys *k, int64_t now)
{
	return k->asking && is_within(k->asked_at, CLIENT_KEYS_ASKING_S, now);
}

bool
client_keys_may_ask(const struct client_keys *k, int64_t now)
{
	return !is_within(k->asked_at, CLIENT_KEYS_PAUSE_S, now);
}

bool
client_keys_are_old(const struct client_keys *k, int64_t now)
{
	return !is_within(k->fetched_at, CLIENT_KEYS_AGE_MAX_S, now);
}

/* A stranger that goes by itself takes nothing along. */
static enum err
save_keys(struct store_txn *t, const struct client *c, struct client_keys *k)
{
	k->expires_at =
	    client_is_stranger(c) ? k->asked_at + CLIENT_KEYS_STRANGER_S : 0;
	return record_save(t, &client_keys_record, k);
}

enum err
client_keys_begin(struct store_txn *t, const struct client *c, int64_t now,
    struct client_keys *k)
{
	enum err e = client_keys_get(t, c, k);

	if (e != OK)
		return e;
	if (!client_keys_may_ask(k, now))
		return ERR_BUSY;
	k->asked_at = now;
	k->asking = true;
	return save_keys(t, c, k);
}

/* Whether C is still what its keys were asked for. */
static enum err
find_asking_for(struct store_txn *t, const struct client *c, bool *same)
{
	struct client now;
	enum err e = client_get(t, c->client_id, &now);

	*same = e == OK && str_equal(now.jwks_uri, c->jwks_uri);
	return e == ERR_NOT_FOUND ? OK : e;
}

static enum err
keep_fetched(
    struct store_txn *t, struct client_keys *k, const char *jwks, int64_t now)
{
	const bool changed = k->jwks[0] != '\0' && !str_equal(k->jwks, jwks);

	k->fetched_at = now;
	k->problem[0] = '\0';
	if (changed)
		audit_add(t, now, "client_keys_changed", NULL, k->client_id,
		    k->jwks_uri);
	return str_copy(k->jwks, sizeof k->jwks, jwks);
}

enum err
client_keys_end(struct store_txn *t, const struct client *c, const char *jwks,
    const char *problem, int64_t now, struct client_keys *k)
{
	bool same;
	enum err e = find_asking_for(t, c, &same);

	if (e == OK)
		e = client_keys_get(t, c, k);
	if (e != OK || !same)
		return e;
	k->asking = false;
	k->asked_at = now;
	if (jwks == NULL)
		str_cut(k->problem, sizeof k->problem, problem);
	else
		e = keep_fetched(t, k, jwks, now);
	return e == OK ? save_keys(t, c, k) : e;
}

void
client_keys_del(struct store_txn *t, const char *client_id)
{
	store_del(t, TABLE_CLIENT_KEYS, client_id, strlen(client_id));
}

void
client_keys_each(struct store_txn *t, record_visit *visit, void *arg)
{
	struct client_keys k;

	record_each(t, &client_keys_record, NULL, &k, visit, arg);
}
