#include "domain/throttle.h"

#include "base/clock.h"
#include "base/str.h"
#include "domain/device.h"
#include "domain/opaque_string.h"
#include <arpa/inet.h>
#include <string.h>

enum {
	THROTTLE_KEY_LEN = 16,
	THROTTLE_TEXT_CAP = 512,
	NETWORK_LEN = 16,
	EVICTED_MAX = 16,    /* a try; it adds 7 at most */
	KNOWN_S = 30 * 86400 /* how long a sign-in makes a network known */
};

enum scope { OF_DEVICE, OF_PAIR, OF_NAME, OF_NETWORK };

struct limit {
	const char *context; /* of the keyed hash that names the bucket */
	enum scope scope;
	size_t prefix;      /* bytes of an IPv6 address */
	int64_t interval_s; /* one more try each so many seconds, ... */
	int64_t burst;      /* ... and so many at once */
};

static const struct limit by_device = {"device", OF_DEVICE, 0, 60, 10};

enum { PAIR, PAIR_56, PAIR_48, NAME, NETWORK, NETWORK_56, NETWORK_48, BUCKETS };

static const struct limit limits[BUCKETS] = {
    [PAIR] = {"name and address", OF_PAIR, 8, 60, 10},
    [PAIR_56] = {"name and /56", OF_PAIR, 7, 30, 20},
    [PAIR_48] = {"name and /48", OF_PAIR, 6, 15, 40},
    [NAME] = {"name", OF_NAME, 0, 20, 60},
    [NETWORK] = {"address", OF_NETWORK, 8, 2, 200},
    [NETWORK_56] = {"/56", OF_NETWORK, 7, 1, 400},
    [NETWORK_48] = {"/48", OF_NETWORK, 6, 1, 800},
};

struct bucket {
	const struct limit *limit;
	uint8_t key[THROTTLE_KEY_LEN];
	bool counts;      /* this try is charged to it */
	int64_t empty_at; /* when it will be empty */
	int64_t tried_at; /* the last charge */
	/* PAIR: since a sign-in, known; NAME: opened by the administrator. */
	int64_t until;
	int64_t kept_until; /* not in the record: the later of both ends */
};

static enum err
bucket_finish(void *record)
{
	struct bucket *b = record;

	b->kept_until = later(b->empty_at, b->until);
	return OK;
}

static const struct record_field bucket_fields[] = {
    FIELD_OF(struct bucket, key, BYTES, KEY, "bucket"),
    FIELD_OF(struct bucket, empty_at, TIME, SHOWN, "empty_at"),
    FIELD_OF(struct bucket, tried_at, TIME, SHOWN, "tried_at"),
    FIELD_OF(struct bucket, until, TIME, SHOWN, "until"),
};
const struct record_type throttle_record = {
    .table = TABLE_THROTTLE,
    .version = 1,
    .expires_at = offsetof(struct bucket, kept_until),
    .finish = bucket_finish,
    RECORD_FIELDS(struct bucket, bucket_fields),
};

/* What a try is named by. */
struct origin {
	uint8_t network[NETWORK_LEN];
	bool is_ipv6;
	bool network_alone;
	char name[THROTTLE_TEXT_CAP]; /* folded, up to an '@' */
};

static void
find_network(struct origin *o, const char *address)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

	if (inet_pton(AF_INET, address, o->network) == 1)
		return;
	if (inet_pton(AF_INET6, address, o->network) != 1)
		return;
	o->is_ipv6 = memcmp(o->network, mapped, sizeof mapped) != 0;
	if (o->is_ipv6)
		return;
	memcpy(o->network, o->network + 12, 4);
	memset(o->network + 4, 0, NETWORK_LEN - 4);
}

static void
find_try_origin(struct origin *o, const char *name, const char *address)
{
	*o = (struct origin){0};
	find_network(o, address);
	if (lower_string(o->name, sizeof o->name, name) != OK) {
		/* No person has it; its start names the bucket. */
		memcpy(o->name, name, strnlen(name, sizeof o->name - 1));
		str_lower(o->name);
	}
	o->name[strcspn(o->name, "@")] = '\0';
}

static void
want_bucket(struct store_txn *t, const struct bucket *b)
{
	store_want(t, TABLE_THROTTLE, b->key, sizeof b->key);
}

static enum err
bucket_load(struct store_txn *t, struct bucket *b, int64_t now)
{
	int64_t full = b->limit->burst * b->limit->interval_s;
	struct bucket empty = *b;
	enum err e = record_load(t, &throttle_record, b->key, sizeof b->key, b);

	if (e == ERR_NOT_FOUND)
		*b = empty;
	else if (e != OK)
		return e;
	if (b->empty_at < now)
		b->empty_at = now;
	if (b->tried_at > now)
		b->tried_at = 0;
	/* A clock that was ahead and went back must not lock people out: one
	 * try is free, and charging it puts the bucket right. */
	if (b->empty_at > now + full)
		b->empty_at = now + full - b->limit->interval_s;
	return OK;
}

static void
bucket_put(struct store_txn *t, struct bucket *b, int64_t now)
{
	enum err e;

	bucket_finish(b);
	if (b->kept_until <= now) {
		store_del(t, TABLE_THROTTLE, b->key, sizeof b->key);
		return;
	}
	e = record_save(t, &throttle_record, b);
	if (e != OK)
		store_fail(t, e);
}

/* Seconds until one more try fits, 0 if it does now. */
static int64_t
bucket_wait(const struct bucket *b, int64_t now)
{
	int64_t over = b->empty_at + b->limit->interval_s - now -
		       b->limit->burst * b->limit->interval_s;

	return over > 0 ? over : 0;
}

/* The same where only one try fits at once. */
static int64_t
bucket_wait_single(const struct bucket *b, int64_t now)
{
	int64_t over = b->tried_at + b->limit->interval_s - now;

	return over > 0 ? over : 0;
}

static void
bucket_charge(struct store_txn *t, struct bucket *b, int64_t now)
{
	int64_t full = now + b->limit->burst * b->limit->interval_s;

	b->tried_at = now;
	b->empty_at += b->limit->interval_s;
	if (b->empty_at > full)
		b->empty_at = full;
	bucket_put(t, b, now);
}

static void
bucket_refund(struct store_txn *t, struct bucket *b, int64_t now)
{
	b->empty_at -= b->limit->interval_s;
	bucket_put(t, b, now);
}

/* The bucket of limit L for O, which is not loaded yet. */
static void
origin_bucket(const struct keyring *k, const struct limit *l,
    const struct origin *o, struct bucket *b)
{
	uint8_t text[NETWORK_LEN + THROTTLE_TEXT_CAP] = {0};
	size_t name_len =
	    l->scope == OF_NETWORK && !o->network_alone ? 0 : strlen(o->name);

	if (l->scope != OF_NAME)
		memcpy(text, o->network, o->is_ipv6 ? l->prefix : NETWORK_LEN);
	memcpy(text + NETWORK_LEN, o->name, name_len);
	*b = (struct bucket){.limit = l, .counts = true};
	/* Of IPv4 there is one width. */
	if (!o->is_ipv6 && (l->prefix == 6 || l->prefix == 7))
		b->counts = false;
	if (o->network_alone && l->scope != OF_NETWORK)
		b->counts = false;
	secret_mac(b->key, sizeof b->key, k->throttle, l->context, text,
	    NETWORK_LEN + name_len);
	secret_wipe(text, sizeof text);
}

static void
origin_buckets(const struct keyring *k, const struct throttle_try *by,
    struct bucket b[static BUCKETS])
{
	struct origin o;

	find_try_origin(&o, by->name, by->address);
	o.network_alone = by->network_alone;
	for (size_t i = 0; i < BUCKETS; i++)
		origin_bucket(k, &limits[i], &o, &b[i]);
	secret_wipe(&o, sizeof o);
}

/* The buckets of a try, and which of them it is charged to. */
static enum err
buckets_load(struct store_txn *t, const struct keyring *k,
    const struct throttle_try *by, int64_t now, struct bucket b[static BUCKETS])
{
	bool known, open;
	enum err e = OK;

	origin_buckets(k, by, b);
	for (size_t i = 0; i < BUCKETS; i++)
		if (b[i].counts)
			want_bucket(t, &b[i]);
	for (size_t i = 0; e == OK && i < BUCKETS; i++)
		if (b[i].counts)
			e = bucket_load(t, &b[i], now);
	if (e != OK)
		return e;
	known = b[PAIR].until > now;
	/* Not for as long as a clock was ahead. */
	open = b[NAME].until > now && b[NAME].until <= now + THROTTLE_OPEN_S;
	for (size_t i = 0; i < BUCKETS; i++)
		if ((open && limits[i].scope != OF_NETWORK) ||
		    (known && i == NAME))
			b[i].counts = false;
	return OK;
}

static void
name_device_bucket(
    const struct keyring *k, const struct throttle_try *by, struct bucket *b)
{
	*b = (struct bucket){.limit = &by_device};
	secret_mac(b->key, sizeof b->key, k->throttle, by_device.context,
	    by->device, DEVICE_LEN);
}

static enum err
device_bucket(struct store_txn *t, const struct keyring *k,
    const struct throttle_try *by, int64_t now, struct bucket *b)
{
	name_device_bucket(k, by, b);
	return bucket_load(t, b, now);
}

void
throttle_want(
    struct store_txn *t, const struct keyring *k, const struct throttle_try *by)
{
	struct bucket b[BUCKETS];

	if (by->device != NULL) {
		name_device_bucket(k, by, &b[0]);
		want_bucket(t, &b[0]);
		return;
	}
	origin_buckets(k, by, b);
	for (size_t i = 0; i < BUCKETS; i++)
		if (b[i].counts)
			want_bucket(t, &b[i]);
}

static enum err
charge_device(struct store_txn *t, const struct keyring *k,
    const struct throttle_try *by, int64_t now, int64_t *wait_s)
{
	struct bucket b;
	enum err e = device_bucket(t, k, by, now, &b);

	if (e != OK)
		return e;
	*wait_s = bucket_wait(&b, now);
	if (*wait_s > 0)
		return ERR_TOO_MANY_REQUESTS;
	bucket_charge(t, &b, now);
	return store_failed(t);
}

/* The longest wait of all buckets that count. The name's own only shows
 * that passwords are being guessed. It refuses nothing: otherwise anyone could
 * lock others out by guessing. */
static int64_t
longest_wait(const struct bucket b[static BUCKETS], int64_t now)
{
	bool guessed = b[NAME].counts && bucket_wait(&b[NAME], now) > 0;
	int64_t longest = 0;

	for (size_t i = 0; i < BUCKETS; i++) {
		int64_t wait = bucket_wait(&b[i], now);

		if (guessed && limits[i].scope == OF_PAIR)
			wait = bucket_wait_single(&b[i], now);
		if (b[i].counts && i != NAME && wait > longest)
			longest = wait;
	}
	return longest;
}

enum err
throttle_charge(struct store_txn *t, const struct keyring *k,
    const struct throttle_try *by, int64_t now, int64_t *wait_s)
{
	struct bucket b[BUCKETS];
	enum err e;

	*wait_s = 0;
	if (by->device != NULL)
		return charge_device(t, k, by, now, wait_s);
	store_want_count(t, TABLE_THROTTLE);
	e = buckets_load(t, k, by, now, b);
	if (e != OK)
		return e;
	*wait_s = longest_wait(b, now);
	if (*wait_s > 0)
		return ERR_TOO_MANY_REQUESTS;
	for (size_t i = 0; i < BUCKETS; i++)
		if (b[i].counts)
			bucket_charge(t, &b[i], now);
	store_bound(t, TABLE_THROTTLE, THROTTLE_RECORDS_MAX, EVICTED_MAX);
	return store_failed(t);
}

int64_t
throttle_look(struct store_txn *t, const struct keyring *k,
    const struct throttle_try *by, int64_t now)
{
	struct bucket b[BUCKETS];

	return buckets_load(t, k, by, now, b) == OK ? longest_wait(b, now) : 0;
}

void
throttle_forgive(struct store_txn *t, const struct keyring *k,
    const struct throttle_try *by, int64_t now)
{
	struct bucket b[BUCKETS];
	bool own;

	if (by->device != NULL) {
		if (device_bucket(t, k, by, now, &b[0]) == OK)
			store_del(t, TABLE_THROTTLE, b[0].key, sizeof b[0].key);
		return;
	}
	if (buckets_load(t, k, by, now, b) != OK)
		return;
	/* Under an address several people may share the bucket: one who signs
	 * in must not empty it of tries at another's name. */
	own = strchr(by->name, '@') == NULL;
	if (own) {
		b[PAIR].empty_at = now;
		b[PAIR].tried_at = 0;
		b[PAIR].until = now + KNOWN_S;
		bucket_put(t, &b[PAIR], now);
	}
	for (size_t i = own ? PAIR + 1 : PAIR; i < BUCKETS; i++)
		if (b[i].counts)
			bucket_refund(t, &b[i], now);
}

void
throttle_refund(struct store_txn *t, const struct keyring *k,
    const struct throttle_try *by, int64_t now)
{
	struct bucket b[BUCKETS];

	if (by->device != NULL) {
		if (device_bucket(t, k, by, now, &b[0]) == OK)
			bucket_refund(t, &b[0], now);
		return;
	}
	if (buckets_load(t, k, by, now, b) != OK)
		return;
	for (size_t i = 0; i < BUCKETS; i++) {
		b[i].tried_at = 0;
		if (b[i].counts)
			bucket_refund(t, &b[i], now);
	}
}

void
throttle_open(
    struct store_txn *t, const struct keyring *k, const char *name, int64_t now)
{
	struct origin o;
	struct bucket b;

	find_try_origin(&o, name, "");
	origin_bucket(k, &limits[NAME], &o, &b);
	if (bucket_load(t, &b, now) == OK) {
		b.empty_at = now;
		b.until = now + THROTTLE_OPEN_S;
		bucket_put(t, &b, now);
	}
	secret_wipe(&o, sizeof o);
}
