#include "domain/throttle.h"

#include "base/str.h"
#include "store/record.h"

#include <arpa/inet.h>
#include <string.h>

enum {
	THROTTLE_VERSION = 1,
	THROTTLE_KEY_LEN = 16,
	THROTTLE_RECORD_CAP = 32,
	THROTTLE_TEXT_CAP = 512,
	KNOWN_S = 30 * 86400 /* how long a sign-in makes an address known */
};

struct limit {
	const char *context; /* of the keyed hash that names the bucket */
	int64_t interval_s;  /* one more try each so many seconds, ... */
	int64_t burst;       /* ... and so many at once */
};

static const struct limit by_name_and_address = {"name and address", 60, 10};
static const struct limit by_name = {"name", 20, 60};
static const struct limit by_address = {"address", 2, 200};

struct bucket {
	const struct limit *limit;
	uint8_t key[THROTTLE_KEY_LEN];
	int64_t empty_at;    /* when it will be empty */
	int64_t known_until; /* name and address signed in together */
};

/* An IPv4 address, or the /64 that a household has of IPv6. */
static size_t
network(uint8_t bytes[static 16], const char *address)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

	if (inet_pton(AF_INET, address, bytes) == 1)
		return 4;
	if (inet_pton(AF_INET6, address, bytes) != 1)
		return 0;
	if (memcmp(bytes, mapped, sizeof mapped) != 0)
		return 8;
	memmove(bytes, bytes + 12, 4);
	return 4;
}

static enum err
bucket_load(struct store_txn *t, struct bucket *b, int64_t now)
{
	int64_t full = b->limit->burst * b->limit->interval_s;
	struct store_value v;
	struct record_reader r;
	enum err e;

	e = store_get(t, TABLE_THROTTLE, b->key, sizeof b->key, &v);
	if (e == OK) {
		record_open(&r, v.bytes, v.len, THROTTLE_VERSION);
		b->empty_at = record_get_i64(&r);
		b->known_until = record_get_i64(&r);
		e = record_close(&r);
		if (e != OK)
			store_fail(t, e);
	}
	if (b->empty_at < now)
		b->empty_at = now;
	/* A clock that was ahead and went back must keep nobody out: one try
	 * is free, and being charged for it puts the bucket right. */
	if (b->empty_at > now + full)
		b->empty_at = now + full - b->limit->interval_s;
	return e == ERR_NOT_FOUND ? OK : e;
}

static void
bucket_put(struct store_txn *t, const struct bucket *b)
{
	uint8_t bytes[THROTTLE_RECORD_CAP];
	struct record_writer w;

	record_begin(&w, bytes, sizeof bytes, THROTTLE_VERSION);
	record_put_i64(&w, b->empty_at);
	record_put_i64(&w, b->known_until);
	store_put(t, TABLE_THROTTLE, b->key, sizeof b->key, bytes, w.len,
	    b->empty_at > b->known_until ? b->empty_at : b->known_until);
}

/* Seconds until one more try fits, 0 if it does now. */
static int64_t
bucket_wait(const struct bucket *b, int64_t now)
{
	int64_t over = b->empty_at + b->limit->interval_s - now -
		       b->limit->burst * b->limit->interval_s;

	return over > 0 ? over : 0;
}

enum { PAIR, NAME, ADDRESS, BUCKETS };

/* The three buckets a try is charged to, as they stand. */
static enum err
buckets_load(struct store_txn *t, const struct keyring *k, const char *name,
    const char *address, int64_t now, struct bucket b[static BUCKETS])
{
	static const struct limit *const limits[] = {
	    &by_name_and_address, &by_name, &by_address};
	uint8_t text[16 + THROTTLE_TEXT_CAP] = {0};
	char *lower = (char *)text + 16;
	size_t net_len = network(text, address), name_len;
	enum err e = OK;

	/* A name over its ceiling is nobody's; its start names the bucket. */
	name_len = strnlen(name, THROTTLE_TEXT_CAP - 1);
	memcpy(lower, name, name_len);
	str_lower(lower);
	memset(text + net_len, 0, 16 - net_len);
	for (size_t i = 0; e == OK && i < BUCKETS; i++) {
		b[i] = (struct bucket){.limit = limits[i]};
		secret_mac(b[i].key, sizeof b[i].key, k->throttle,
		    limits[i]->context, i == NAME ? text + 16 : text,
		    i == NAME   ? name_len
		    : i == PAIR ? 16 + name_len
				: 16);
		e = bucket_load(t, &b[i], now);
	}
	secret_wipe(text, sizeof text);
	return e;
}

enum err
throttle_charge(struct store_txn *t, const struct keyring *k, const char *name,
    const char *address, int64_t now, int64_t *wait_s)
{
	struct bucket b[BUCKETS];
	bool known;
	enum err e = buckets_load(t, k, name, address, now, b);

	*wait_s = 0;
	if (e != OK)
		return e;
	known = b[PAIR].known_until > now;
	for (size_t i = 0; i < BUCKETS; i++) {
		int64_t wait = bucket_wait(&b[i], now);

		if (!(known && i == NAME) && wait > *wait_s)
			*wait_s = wait;
	}
	if (*wait_s > 0)
		return ERR_TOO_MANY_REQUESTS;
	for (size_t i = 0; i < BUCKETS; i++) {
		if (known && i == NAME)
			continue;
		b[i].empty_at += b[i].limit->interval_s;
		bucket_put(t, &b[i]);
	}
	return store_failed(t);
}

void
throttle_forgive(struct store_txn *t, const struct keyring *k, const char *name,
    const char *address, int64_t now)
{
	struct bucket b[BUCKETS];
	bool known;

	if (buckets_load(t, k, name, address, now, b) != OK)
		return;
	known = b[PAIR].known_until > now;
	b[PAIR].empty_at = now;
	b[PAIR].known_until = now + KNOWN_S;
	bucket_put(t, &b[PAIR]);
	for (size_t i = NAME; i < BUCKETS; i++) {
		if (known && i == NAME)
			continue;
		b[i].empty_at -= b[i].limit->interval_s;
		bucket_put(t, &b[i]);
	}
}
