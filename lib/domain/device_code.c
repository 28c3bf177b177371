#include "domain/device_code.h"

#include "base/clock.h"
#include "base/secret.h"
#include "base/str.h"
#include "domain/resource.h"

#include <string.h>

/* Consonants without Y (RFC 8628 6.1): 20 to the power of 8, 34 bits. */
static const char letters[] = "BCDFGHJKLMNPQRSTVWXZ";

enum { LETTERS = sizeof letters - 1, DASH_AT = USER_CODE_LETTERS / 2 };

static const char *
device_state_word(unsigned state)
{
	static const char *const words[DEVICE_STATES] = {
	    "waits", "allowed", "denied"};

	return state < DEVICE_STATES ? words[state] : "";
}

/* The second and third have the places of their indexes (store.h). */
static const struct record_field device_code_fields[] = {
    FIELD_OF(struct device_code, id, BYTES, HANDLE, "id"),
    FIELD_OF(struct device_code, user_id, UUID, SHOWN, "sub"),
    FIELD_OF(struct device_code, client_id, TEXT, SHOWN, "client_id"),
    FIELD_OF(struct device_code, scope, TEXT, SHOWN, "scope"),
    FIELD_OF_WORDS(struct device_code, state, WORD, SHOWN, "state",
	device_state_word, DEVICE_STATES),
    FIELD_OF(struct device_code, has_challenge, BOOL, INNER, "has_challenge"),
    FIELD_OF(
	struct device_code, code_challenge, BYTES, INNER, "code_challenge"),
    FIELD_OF(struct device_code, address, TEXT, SHOWN, "address"),
    FIELD_OF(struct device_code, asked_at, TIME, SHOWN, "asked_at"),
    FIELD_OF(struct device_code, polled_at, TIME, SHOWN, "polled_at"),
    FIELD_OF(struct device_code, interval_s, COUNT, INNER, "interval"),
    FIELD_OF(struct device_code, expires_at, TIME, SHOWN, "expires_at"),
    FIELD_OF(struct device_code, sid, BYTES, INNER, "sid"),
    FIELD_OF(struct device_code, auth_time, TIME, INNER, "auth_time"),
    FIELD_OF(struct device_code, amr, WORDS, INNER, "amr"),
    FIELD_OF(struct device_code, acr, TEXT, INNER, "acr"),
    FIELD_OF(struct device_code, resources, WORDS, SHOWN, "resources"),
};
const struct record_type device_code_record = {
    .table = TABLE_DEVICE_CODES,
    .version = 1,
    .optional = 1,
    RECORD_FIELDS(struct device_code, device_code_fields),
    .expires_at = offsetof(struct device_code, expires_at),
    .by_id = {INDEX_DEVICE_CODES_BY_USER,
	offsetof(struct device_code, user_id)},
    .by_text = {INDEX_DEVICE_CODES_BY_CLIENT,
	offsetof(struct device_code, client_id)},
};

void
user_code_make(char code[static USER_CODE_CAP])
{
	size_t n = 0;
	uint8_t byte;

	while (n < USER_CODE_CAP - 1) {
		if (n == DASH_AT)
			code[n++] = '-';
		random_bytes(&byte, 1);
		if (byte < 256 / LETTERS * LETTERS) /* each as often */
			code[n++] = letters[byte % LETTERS];
	}
	code[n] = '\0';
}

bool
user_code_read(char code[static USER_CODE_CAP], const char *typed)
{
	size_t n = 0;

	for (; *typed != '\0'; typed++) {
		char c = *typed >= 'a' && *typed <= 'z'
			     ? (char)(*typed - 'a' + 'A')
			     : *typed;

		if (c == '-' || c == ' ' || c == '.')
			continue;
		if (n == USER_CODE_CAP - 1 || strchr(letters, c) == NULL)
			return false;
		if (n == DASH_AT)
			code[n++] = '-';
		code[n++] = c;
	}
	code[n] = '\0';
	return n == USER_CODE_CAP - 1;
}

void
user_code_name(
    uint8_t id[static FAMILY_ID_LEN], const char *code, const struct keyring *k)
{
	secret_mac(
	    id, FAMILY_ID_LEN, k->token, "user_code", code, strlen(code));
}

/* One from the future was made before the clock went back. */
static bool
device_code_is_in_time(const struct device_code *d, int64_t now)
{
	return d->expires_at > now &&
	       d->expires_at <= now + DEVICE_CODE_LIFETIME_S + CLOCK_SLACK_S;
}

enum err
device_code_get(struct store_txn *t, const uint8_t id[static FAMILY_ID_LEN],
    int64_t now, struct device_code *d)
{
	enum err e = record_load(t, &device_code_record, id, FAMILY_ID_LEN, d);

	return e == OK && !device_code_is_in_time(d, now) ? ERR_NOT_FOUND : e;
}

enum err
device_code_issue(struct store_txn *t, struct device_code *d, int64_t now)
{
	struct device_code other;
	enum err e = device_code_get(t, d->id, now, &other);

	if (e != ERR_NOT_FOUND)
		return e == OK ? ERR_EXISTS : e;
	d->asked_at = now;
	d->expires_at = now + DEVICE_CODE_LIFETIME_S;
	d->interval_s = DEVICE_CODE_INTERVAL_S;
	return record_save(t, &device_code_record, d);
}

/* The record of ID, if it still waits. */
static enum err
device_code_waiting(struct store_txn *t, const uint8_t id[static FAMILY_ID_LEN],
    int64_t now, struct device_code *d, enum reason *reason)
{
	enum err e = device_code_get(t, id, now, d);

	if (e == ERR_NOT_FOUND || (e == OK && d->state != DEVICE_WAITS))
		return refused(REASON_DEVICE_CODE_EXPIRED, reason);
	return e;
}

enum err
device_code_allow(struct store_txn *t, struct device_code *d,
    const struct session *s, const char *acr, int64_t now, enum reason *reason)
{
	struct device_code kept;
	enum err e = device_code_waiting(t, d->id, now, &kept, reason);

	if (e != OK)
		return e;
	memcpy(kept.scope, d->scope, sizeof kept.scope);
	memcpy(kept.user_id, s->user_id, USER_ID_LEN);
	memcpy(kept.sid, s->sid, SID_LEN);
	memcpy(kept.amr, s->amr, sizeof kept.amr);
	kept.auth_time = s->auth_time;
	kept.state = DEVICE_ALLOWED;
	e = str_copy(kept.acr, sizeof kept.acr, acr);
	return e == OK ? record_save(t, &device_code_record, &kept) : e;
}

enum err
device_code_deny(struct store_txn *t, const uint8_t id[static FAMILY_ID_LEN],
    int64_t now, enum reason *reason)
{
	struct device_code d;
	enum err e = device_code_waiting(t, id, now, &d, reason);

	if (e != OK)
		return e;
	d.state = DEVICE_DENIED;
	return record_save(t, &device_code_record, &d);
}

/* Nothing has been decided: the device may ask again, but not at once. A second
 * is left to lines that are now faster, now slower. */
static enum err
answer_waiting(struct store_txn *t, struct device_code *d, int64_t now,
    enum reason *reason)
{
	bool soon = d->polled_at != 0 && now >= d->polled_at &&
		    now - d->polled_at < (int64_t)d->interval_s - 1;
	enum err e;

	if (soon && d->interval_s < DEVICE_CODE_INTERVAL_MAX_S)
		d->interval_s += DEVICE_CODE_INTERVAL_S;
	d->polled_at = now;
	e = record_save(t, &device_code_record, d);
	if (e != OK)
		return e;
	return refused(
	    soon ? REASON_DEVICE_ASKS_TOO_OFTEN : REASON_DEVICE_NOT_ALLOWED_YET,
	    reason);
}

/* The person allowed it: while they are signed in, and once. */
static enum err
answer_allowed(struct store_txn *t, const struct device_code *d, int64_t now,
    enum reason *reason)
{
	struct session s;
	enum err e = session_get(t, d->sid, now, &s);

	if (e == ERR_NOT_FOUND)
		e = refused(REASON_SESSION_ENDED, reason);
	else if (e != OK)
		return e;
	store_del(t, TABLE_DEVICE_CODES, d->id, FAMILY_ID_LEN);
	return e;
}

enum err
device_code_poll(struct store_txn *t, const struct code_presented *p,
    int64_t now, struct device_code *d, enum reason *reason)
{
	enum err e = device_code_get(t, p->token.family_id, now, d);

	*reason = REASON_NONE;
	/* Swept, used, or another one has its user code by now. */
	if (e == ERR_NOT_FOUND ||
	    (e == OK && (uint64_t)d->expires_at != p->token.number))
		return refused(REASON_DEVICE_CODE_EXPIRED, reason);
	if (e != OK)
		return e;
	if (!str_equal(d->client_id, p->client_id))
		return refused_as(
		    ERR_INVALID_GRANT, REASON_CLIENT_MISMATCH, reason);
	e = code_verifier_check(
	    d->has_challenge, d->code_challenge, p->code_verifier, reason);
	if (e == OK)
		e = resources_check(
		    p->resources, d->resources, p->audience, reason);
	if (e != OK)
		return e;
	switch (d->state) {
	case DEVICE_ALLOWED:
		return answer_allowed(t, d, now, reason);
	case DEVICE_DENIED:
		return refused(REASON_DEVICE_DENIED, reason);
	default:
		return answer_waiting(t, d, now, reason);
	}
}

void
device_code_end_all(
    struct store_txn *t, const uint8_t *user_id, const char *client_id)
{
	const struct record_set set =
	    record_set_of(&device_code_record, user_id, client_id);
	struct device_code d;

	record_prune(t, &device_code_record, &set, &d, NULL, NULL);
}
