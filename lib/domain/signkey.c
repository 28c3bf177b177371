#include "domain/signkey.h"

#include "base/buf.h"
#include "base/str.h"
#include "jose/ed25519.h"
#include "jose/rs256.h"
#include "store/record.h"

#include <sodium.h>
#include <string.h>

enum { RECORD_VERSION = 1, RECORD_CAP = 64 + PUBLIC_KEY_CAP };

_Static_assert((int)PUBLIC_KEY_CAP >= (int)RS256_MODULUS_CAP, "a modulus fits");

/* --- rows ---------------------------------------------------------------- */

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

static bool
public_key_fits(enum jwa alg, size_t len)
{
	switch (alg) {
	case JWA_EDDSA:
		return len == ED25519_PUBLIC_LEN;
	case JWA_RS256:
		return len >= RS256_BITS / 8 && len <= RS256_MODULUS_CAP;
	default:
		return false;
	}
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
	if (str_copy_n(k->kid, sizeof k->kid, kid, kid_len) != OK ||
	    !is_kid(k->kid))
		return ERR_CORRUPT;
	record_open(&r, value->bytes, value->len, RECORD_VERSION);
	k->alg = (enum jwa)record_get_u8(&r);
	k->state = (enum key_state)record_get_u8(&r);
	k->created_at = record_get_i64(&r);
	k->activated_at = record_get_i64(&r);
	k->retired_at = record_get_i64(&r);
	k->expires_at = record_get_i64(&r);
	k->public_key_len = record_get_u32(&r);
	if (public_key_fits(k->alg, k->public_key_len))
		record_get_bytes(&r, k->public_key, k->public_key_len);
	e = record_close(&r);
	if (e == OK && (!public_key_fits(k->alg, k->public_key_len) ||
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
	record_put_u8(&w, (uint8_t)k->alg);
	record_put_u8(&w, (uint8_t)k->state);
	record_put_i64(&w, k->created_at);
	record_put_i64(&w, k->activated_at);
	record_put_i64(&w, k->retired_at);
	record_put_i64(&w, k->expires_at);
	record_put_u32(&w, (uint32_t)k->public_key_len);
	record_put_bytes(&w, k->public_key, k->public_key_len);
	e = record_end(&w);
	if (e != OK)
		return e;
	store_put(t, TABLE_KEYS, k->kid, strlen(k->kid), bytes, w.len, gone_at);
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

	if (k->alg == line->alg && k->state == KEY_ACTIVE) {
		line->active = *k;
		line->has_active = true;
	} else if (k->alg == line->alg && k->state == KEY_NEXT) {
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
	struct line line = {.alg = new->alg};
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

/* --- the public half ------------------------------------------------------ */

/* The members that make the key what it is (RFC 7638 3.2, RFC 8037 2). */
static json_t *
required_members(const struct signkey *k)
{
	char text[BASE64URL_CAP(PUBLIC_KEY_CAP)];

	base64url_encode(text, sizeof text, k->public_key, k->public_key_len);
	if (k->alg == JWA_EDDSA)
		return json_pack("{s:s, s:s, s:s}", "kty", "OKP", "crv",
		    "Ed25519", "x", text);
	return json_pack(
	    "{s:s, s:s, s:s}", "kty", "RSA", "n", text, "e", "AQAB");
}

json_t *
signkey_jwk(const struct signkey *k)
{
	json_t *jwk, *about;

	jwk = required_members(k);
	about = json_pack("{s:s, s:s, s:s}", "kid", k->kid, "use", "sig", "alg",
	    jwa_name(k->alg));
	if (json_object_update(jwk, about) != 0) {
		json_decref(jwk);
		jwk = NULL;
	}
	json_decref(about);
	return jwk;
}

enum err
signkey_thumbprint(char kid[static KID_CAP], const struct signkey *k)
{
	char text[BASE64URL_CAP(PUBLIC_KEY_CAP) + 64];
	uint8_t hash[crypto_hash_sha256_BYTES];
	json_t *members;
	size_t len;

	members = required_members(k);
	len = json_dumpb(
	    members, text, sizeof text, JSON_COMPACT | JSON_SORT_KEYS);
	json_decref(members);
	if (len == 0 || len > sizeof text) {
		kid[0] = '\0';
		return ERR_NO_MEMORY;
	}
	crypto_hash_sha256(hash, (const unsigned char *)text, len);
	base64url_encode(kid, KID_CAP, hash, sizeof hash);
	return OK;
}

enum err
signkey_verify(const struct signkey *k, const void *bytes, size_t len,
    const uint8_t *sig, size_t sig_len)
{
	switch (k->alg) {
	case JWA_EDDSA:
		return ed25519_verify(k->public_key, bytes, len, sig, sig_len);
	case JWA_RS256:
		return rs256_verify(
		    k->public_key, k->public_key_len, bytes, len, sig, sig_len);
	default:
		return ERR_INVALID_TOKEN;
	}
}
