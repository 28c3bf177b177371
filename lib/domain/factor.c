#include "domain/factor.h"

#include "base/clock.h"
#include "domain/installation.h"
#include "domain/passkey.h"

#include <string.h>

static const struct record_field factor_fields[] = {
    FIELD_OF(struct factor, user_id, UUID, KEY, "sub"),
    FIELD_OF(struct factor, has_totp, BOOL, SHOWN, "totp"),
    FIELD_OF(struct factor, totp_since, TIME, SHOWN, "totp_since"),
    FIELD_OF(struct factor, totp_used_at, TIME, SHOWN, "totp_used_at"),
    FIELD_OF(struct factor, totp_step, NUMBER, INNER, "totp_step"),
    FIELD_OF(struct factor, totp_wrong, COUNT, SHOWN, "totp_wrong"),
    FIELD_OF(struct factor, totp_empty_at, TIME, INNER, "totp_empty_at"),
    FIELD_OF(struct factor, totp_closed_at, TIME, SHOWN, "totp_closed_at"),
    FIELD_OF(struct factor, totp_secret, BYTES, SEALED, "totp_secret"),
    FIELD_OF(struct factor, recovery_since, TIME, SHOWN, "recovery_since"),
    FIELD_OF_LENGTH(struct factor, recovery, recovery_len, SEALED, "recovery"),
};

static enum err
factor_finish(void *record)
{
	const struct factor *f = record;

	if (f->recovery_len == 0)
		return OK;
	return f->recovery_len > SEAL_OVERHEAD &&
		       (f->recovery_len - SEAL_OVERHEAD) % RECOVERY_HASH_LEN ==
			   0
		   ? OK
		   : ERR_CORRUPT;
}

const struct record_type factor_record = {
    .table = TABLE_FACTORS,
    .version = 1,
    .finish = factor_finish,
    RECORD_FIELDS(struct factor, factor_fields),
};

enum err
factor_get(struct store_txn *t, const uint8_t user_id[static USER_ID_LEN],
    struct factor *f)
{
	enum err e = record_load(t, &factor_record, user_id, USER_ID_LEN, f);

	if (e != ERR_NOT_FOUND)
		return e;
	memcpy(f->user_id, user_id, USER_ID_LEN);
	return OK;
}

enum err
factor_put(struct store_txn *t, const struct factor *f)
{
	if (factor_kinds(f) != 0)
		return record_save(t, &factor_record, f);
	factor_del(t, f->user_id);
	return store_failed(t);
}

void
factor_del(struct store_txn *t, const uint8_t user_id[static USER_ID_LEN])
{
	store_del(t, TABLE_FACTORS, user_id, USER_ID_LEN);
}

unsigned
factor_kinds(const struct factor *f)
{
	return (f->has_totp ? FACTOR_TOTP : 0u) |
	       (f->recovery_len > 0 ? FACTOR_RECOVERY : 0u);
}

enum err
factors_of(struct store_txn *t, const uint8_t user_id[static USER_ID_LEN],
    unsigned *kinds)
{
	struct factor f;
	enum err e = factor_get(t, user_id, &f);

	*kinds = e == OK ? factor_kinds(&f) : 0;
	if (e == OK && passkey_has(t, user_id))
		*kinds |= FACTOR_PASSKEY;
	factor_wipe(&f);
	return e;
}

enum err
factor_open_totp(uint8_t secret[static TOTP_SECRET_LEN], const struct factor *f,
    const struct keyring *k)
{
	return secret_open(
	    secret, f->totp_secret, sizeof f->totp_secret, k->seal, "totp");
}

void
factor_seal_totp(struct factor *f, const uint8_t secret[static TOTP_SECRET_LEN],
    const struct keyring *k)
{
	secret_seal(f->totp_secret, secret, TOTP_SECRET_LEN, k->seal, "totp");
}

void
factor_set_totp(struct factor *f, const uint8_t secret[static TOTP_SECRET_LEN],
    uint64_t step, const struct keyring *k, int64_t now)
{
	f->has_totp = true;
	f->totp_since = f->totp_used_at = now;
	f->totp_step = step;
	f->totp_wrong = 0;
	f->totp_empty_at = 0;
	factor_seal_totp(f, secret, k);
}

void
factor_clear_totp(struct factor *f)
{
	f->has_totp = false;
	f->totp_since = f->totp_used_at = 0;
	f->totp_step = 0;
	f->totp_wrong = 0;
	f->totp_empty_at = f->totp_closed_at = 0;
	secret_wipe(f->totp_secret, sizeof f->totp_secret);
}

enum err
factor_open_recovery(uint8_t hashes[static RECOVERY_CODES * RECOVERY_HASH_LEN],
    size_t *len, const struct factor *f, const struct keyring *k)
{
	enum err e = OK;

	*len = 0;
	if (f->recovery_len > 0)
		e = secret_open(hashes, f->recovery, f->recovery_len, k->client,
		    "recovery code");
	if (e == OK)
		*len = (size_t)factor_codes_left(f) * RECOVERY_HASH_LEN;
	return e;
}

void
factor_seal_recovery(struct factor *f, const uint8_t *hashes, size_t len,
    const struct keyring *k)
{
	secret_wipe(f->recovery, sizeof f->recovery);
	f->recovery_len = len > 0 ? len + SEAL_OVERHEAD : 0;
	if (len > 0)
		secret_seal(
		    f->recovery, hashes, len, k->client, "recovery code");
}

void
factor_clear_recovery(struct factor *f)
{
	secret_wipe(f->recovery, sizeof f->recovery);
	f->recovery_len = 0;
	f->recovery_since = 0;
}

/* --- what becomes of a try ------------------------------------------------ */

/* Takes the code with HASH out of F: OK, ERR_NOT_FOUND, ERR_CORRUPT. */
static enum err
use_recovery(struct factor *f, const uint8_t hash[static RECOVERY_HASH_LEN],
    const struct keyring *k)
{
	uint8_t left[RECOVERY_CODES * RECOVERY_HASH_LEN];
	size_t len, found;
	enum err e = factor_open_recovery(left, &len, f, k);

	found = len;
	for (size_t at = 0; at < len; at += RECOVERY_HASH_LEN)
		if (secret_equal(left + at, hash, RECOVERY_HASH_LEN))
			found = at;
	if (e == OK && found == len)
		e = ERR_NOT_FOUND;
	if (e == OK) {
		len -= RECOVERY_HASH_LEN;
		memmove(left + found, left + len, RECOVERY_HASH_LEN);
		factor_seal_recovery(f, left, len, k);
	}
	secret_wipe(left, sizeof left);
	return e;
}

/* Charges for a try; seconds to wait if there was one too many. A clock that
 * was ahead and went back must not lock people out: one try is free. */
static int64_t
charge_try(struct factor *f, int64_t now)
{
	const int64_t full = FACTOR_TRIES * FACTOR_TRY_S;
	int64_t over;

	f->totp_empty_at = later(f->totp_empty_at, now);
	if (f->totp_empty_at > now + full)
		f->totp_empty_at = now + full - FACTOR_TRY_S;
	over = f->totp_empty_at + FACTOR_TRY_S - now - full;
	if (over > 0)
		return over;
	f->totp_empty_at += FACTOR_TRY_S;
	return 0;
}

static void
count_wrong(struct factor *f, int64_t now, struct factor_settled *s)
{
	f->totp_wrong++;
	s->closed = f->totp_wrong == FACTOR_WRONG_MAX;
	if (s->closed)
		f->totp_closed_at = now;
}

static enum err
settle_totp(struct factor *f, const struct factor_try *try, int64_t now,
    struct factor_settled *s, enum reason *reason)
{
	uint8_t of[HASH_LEN];

	if (!f->has_totp)
		return refused(REASON_FACTOR_WRONG, reason);
	if (factor_is_closed(f))
		return refused(REASON_FACTOR_CLOSED, reason);
	s->wait_s = charge_try(f, now);
	if (s->wait_s > 0)
		return refused(REASON_FACTOR_WAIT, reason);
	secret_hash(of, f->totp_secret, sizeof f->totp_secret);
	if (!try->matched || !secret_equal(of, try->of, HASH_LEN)) {
		count_wrong(f, now, s);
		return refused(REASON_FACTOR_WRONG, reason);
	}
	if (try->step <= f->totp_step)
		return refused(REASON_FACTOR_USED, reason);
	f->totp_step = try->step;
	f->totp_used_at = now;
	f->totp_wrong = 0;
	f->totp_empty_at = 0;
	return OK;
}

static enum err
settle_recovery(struct factor *f, const struct factor_try *try,
    const struct keyring *k, struct factor_settled *s, enum reason *reason)
{
	enum err e = use_recovery(f, try->recovery, k);

	if (e != OK)
		return e == ERR_NOT_FOUND ? refused(REASON_FACTOR_WRONG, reason)
					  : e;
	s->codes_left = factor_codes_left(f);
	f->totp_wrong = 0;
	f->totp_empty_at = 0;
	return OK;
}

/* A store that was restored does not know which codes were used just before:
 * those that were good then are as good as used. */
static enum err
recall_restore(struct store_txn *t, struct factor *f)
{
	struct epoch epoch;
	uint64_t step;
	enum err e = installation_epoch(t, &epoch);

	if (e != OK || epoch.restored_at == 0)
		return e;
	step = (uint64_t)epoch.restored_at / TOTP_STEP_S + 1; /* one early */
	if (f->totp_step < step)
		f->totp_step = step;
	return OK;
}

enum err
factor_settle(struct store_txn *t, const uint8_t user_id[static USER_ID_LEN],
    const struct factor_try *try, const struct keyring *k, int64_t now,
    struct factor_settled *s, enum reason *reason)
{
	struct factor f;
	enum err answer, e = factor_get(t, user_id, &f);

	*s = (struct factor_settled){0};
	*reason = REASON_NONE;
	if (e != OK)
		return e;
	switch (try->kind) {
	case FACTOR_TOTP:
		e = recall_restore(t, &f);
		answer = settle_totp(&f, try, now, s, reason);
		break;
	case FACTOR_RECOVERY:
		answer = settle_recovery(&f, try, k, s, reason);
		break;
	default:
		answer = refused(REASON_FACTOR_WRONG, reason);
	}
	if (e == OK && try->kind != 0)
		e = factor_put(t, &f);
	factor_wipe(&f);
	return e == OK ? answer : e;
}

enum err
factor_reopen(struct store_txn *t, const uint8_t user_id[static USER_ID_LEN])
{
	struct factor f;
	enum err e = factor_get(t, user_id, &f);

	if (e == OK && f.totp_wrong > 0) {
		f.totp_wrong = 0;
		f.totp_empty_at = 0;
		e = factor_put(t, &f);
	}
	factor_wipe(&f);
	return e;
}

void
factor_wipe(struct factor *f)
{
	secret_wipe(f, sizeof *f);
}
