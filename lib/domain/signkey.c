#include "domain/signkey.h"

#include "base/buf.h"
#include "base/str.h"
#include "store/record.h"

#include <sodium.h>
#include <string.h>

enum { RECORD_VERSION = 1, RECORD_CAP = 64 + PUBLIC_KEY_CAP };

const char *
key_state_name(enum key_state s)
{
	static const char *const names[] = {
	    [KEY_NEXT] = "next",
	    [KEY_ACTIVE] = "active",
	    [KEY_RETIRED] = "retired",
	};

	return names[s];
}

/* A kid becomes a file name, so it is what it must be or nothing. */
static bool
is_kid(const char *kid)
{
	uint8_t thumbprint[crypto_hash_sha256_BYTES];

	return base64url_decode_exact(thumbprint, sizeof thumbprint, kid) == OK;
}

static enum err
decode(struct signkey *k, const void *kid, size_t kid_len,
    const struct store_value *value)
{
	struct record_reader r;
	enum err e;

	memset(k, 0, sizeof *k);
	if (str_copy_n(k->pub.kid, sizeof k->pub.kid, kid, kid_len) != OK ||
	    !is_kid(k->pub.kid))
		return ERR_CORRUPT;
	record_open(&r, value->bytes, value->len, RECORD_VERSION);
	k->pub.alg = (enum jwa)record_get_u8(&r);
	k->state = (enum key_state)record_get_u8(&r);
	k->created_at = record_get_i64(&r);
	k->activated_at = record_get_i64(&r);
	k->retired_at = record_get_i64(&r);
	k->expires_at = record_get_i64(&r);
	k->pub.len = record_get_u32(&r);
	if (public_key_fits(k->pub.alg, k->pub.len))
		record_get_bytes(&r, k->pub.bytes, k->pub.len);
	e = record_close(&r);
	if (e == OK && (!public_key_fits(k->pub.alg, k->pub.len) ||
			   k->state > KEY_RETIRED))
		e = ERR_CORRUPT;
	return e;
}

/* The row goes by itself at GONE_AT; 0: it stays. */
static enum err
put_until(struct store_txn *t, const struct signkey *k, int64_t gone_at)
{
	uint8_t bytes[RECORD_CAP];
	struct record_writer w;
	enum err e;

	record_begin(&w, bytes, sizeof bytes, RECORD_VERSION);
	record_put_u8(&w, (uint8_t)k->pub.alg);
	record_put_u8(&w, (uint8_t)k->state);
	record_put_i64(&w, k->created_at);
	record_put_i64(&w, k->activated_at);
	record_put_i64(&w, k->retired_at);
	record_put_i64(&w, k->expires_at);
	record_put_u32(&w, (uint32_t)k->pub.len);
	record_put_bytes(&w, k->pub.bytes, k->pub.len);
	e = record_end(&w);
	if (e != OK)
		return e;
	store_put(t, TABLE_KEYS, k->pub.kid, strlen(k->pub.kid), bytes, w.len,
	    gone_at);
	return store_failed(t);
}

enum err
signkey_put(struct store_txn *t, const struct signkey *k)
{
	return put_until(t, k, k->expires_at);
}

enum err
signkey_get(struct store_txn *t, const char *kid, struct signkey *k)
{
	struct store_value value;
	enum err e;

	memset(k, 0, sizeof *k);
	if (!is_kid(kid))
		return ERR_NOT_FOUND;
	e = store_get(t, TABLE_KEYS, kid, strlen(kid), &value);
	if (e != OK)
		return e;
	e = decode(k, kid, strlen(kid), &value);
	if (e != OK) {
		memset(k, 0, sizeof *k);
		store_fail(t, e);
	}
	return e;
}

struct each {
	struct store_txn *t;
	signkey_visit *visit;
	void *arg;
};

static bool
visit_row(
    void *arg, const void *kid, size_t kid_len, const struct store_value *value)
{
	const struct each *each = arg;
	struct signkey k;
	enum err e;

	e = decode(&k, kid, kid_len, value);
	if (e != OK) {
		store_fail(each->t, e);
		return false;
	}
	return each->visit(each->arg, &k);
}

void
signkey_each(struct store_txn *t, signkey_visit *visit, void *arg)
{
	struct each each = {t, visit, arg};

	store_scan(t, TABLE_KEYS, NULL, 0, visit_row, &each);
}

/* The keys of one algorithm that sign, or will. */
struct line {
	enum jwa alg;
	bool has_active, has_next;
	struct signkey active, next;
};

static bool
stand_in_line(void *arg, const struct signkey *k)
{
	struct line *line = arg;

	if (k->pub.alg == line->alg && k->state == KEY_ACTIVE) {
		line->active = *k;
		line->has_active = true;
	} else if (k->pub.alg == line->alg && k->state == KEY_NEXT) {
		line->next = *k;
		line->has_next = true;
	}
	return true;
}

static bool
stop_at_active(void *arg, const struct signkey *k)
{
	struct line *line = arg;

	stand_in_line(line, k);
	return !line->has_active;
}

enum err
signkey_active(struct store_txn *t, enum jwa alg, struct signkey *k)
{
	struct line line = {.alg = alg};

	signkey_each(t, stop_at_active, &line);
	*k = line.active;
	if (store_failed(t) != OK)
		return store_failed(t);
	return line.has_active ? OK : ERR_NOT_FOUND;
}

static enum err
activate(struct store_txn *t, struct signkey *k, int64_t now)
{
	k->state = KEY_ACTIVE;
	k->activated_at = now;
	return signkey_put(t, k);
}

static enum err
retire(struct store_txn *t, struct signkey *k, const struct retirement *r,
    int64_t now)
{
	k->state = KEY_RETIRED;
	k->retired_at = now;
	k->expires_at = now + r->published_s;
	return put_until(t, k, k->expires_at + r->hints_s);
}

enum err
signkey_rotate(struct store_txn *t, const struct signkey *new,
    const struct retirement *r, int64_t now)
{
	struct line line = {.alg = new->pub.alg};
	struct signkey first = *new;
	enum err e;

	signkey_each(t, stand_in_line, &line);
	e = store_failed(t);
	if (e == OK && !line.has_active && !line.has_next)
		return activate(t, &first, now);
	if (e == OK && line.has_active && line.has_next)
		e = retire(t, &line.active, r, now);
	if (e == OK && line.has_next)
		e = activate(t, &line.next, now);
	return e == OK ? signkey_put(t, new) : e;
}
