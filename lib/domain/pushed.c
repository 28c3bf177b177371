#include "domain/pushed.h"

#include "base/clock.h"
#include "base/str.h"

#include <string.h>

enum { EVICTED_MAX = 4 };

/* The second has the place of its index (store.h). */
static const struct record_field pushed_fields[] = {
    FIELD_OF(struct pushed, id, BYTES, HANDLE, "id"),
    FIELD_OF(struct pushed, client_id, TEXT, SHOWN, "client_id"),
    FIELD_OF(struct pushed, by_client, BOOL, SHOWN, "by_client"),
    FIELD_OF(struct pushed, is_signed, BOOL, SHOWN, "signed"),
    FIELD_OF(struct pushed, opened, BOOL, SHOWN, "opened"),
    FIELD_OF(struct pushed, expires_at, TIME, SHOWN, "expires_at"),
    FIELD_OF(struct pushed, used_at, TIME, SHOWN, "used_at"),
    FIELD_OF_LENGTH(struct pushed, sealed, sealed_len, SEALED, "sealed"),
};
const struct record_type pushed_record = {
    .table = TABLE_PUSHED,
    .version = 1,
    RECORD_FIELDS(struct pushed, pushed_fields),
    .expires_at = offsetof(struct pushed, expires_at),
    .by_text = {INDEX_PUSHED_BY_CLIENT, offsetof(struct pushed, client_id)},
};

bool
pushed_uri_has_form(const char *uri)
{
	return str_starts(uri, PUSHED_URI_PREFIX);
}

void
pushed_uri_make(char uri[static PUSHED_URI_CAP], const struct pushed *p,
    const struct keyring *k)
{
	struct opaque_token token = {.number = (uint64_t)p->expires_at};
	const size_t len = sizeof PUSHED_URI_PREFIX - 1;

	memcpy(token.family_id, p->id, FAMILY_ID_LEN);
	memcpy(uri, PUSHED_URI_PREFIX, len);
	opaque_token_encode(uri + len, OPAQUE_TOKEN_PUSHED, &token, k);
}

/* One from before the store was restored has expired: its record is gone. */
enum err
pushed_uri_read(uint8_t id[static FAMILY_ID_LEN], const char *uri,
    const struct keyring *k, enum reason *reason)
{
	struct opaque_token token;
	enum err e = ERR_INVALID_GRANT;

	if (pushed_uri_has_form(uri))
		e = opaque_token_decode(&token, OPAQUE_TOKEN_PUSHED,
		    uri + sizeof PUSHED_URI_PREFIX - 1, k);
	if (e == ERR_FOREIGN)
		return refused(REASON_REQUEST_URI_EXPIRED, reason);
	if (e != OK)
		return refused(REASON_REQUEST_URI_FORGED, reason);
	memcpy(id, token.family_id, FAMILY_ID_LEN);
	return OK;
}

enum { SEAL_CONTEXT_CAP = 16 + BASE64URL_CAP(FAMILY_ID_LEN) };

/* Bound to the id, so that a text moved to another record opens nothing. */
static void
seal_context(char context[static SEAL_CONTEXT_CAP], const struct pushed *p)
{
	char id[BASE64URL_CAP(FAMILY_ID_LEN)];
	struct buf b;

	base64url_encode(id, sizeof id, p->id, FAMILY_ID_LEN);
	buf_init(&b, context, SEAL_CONTEXT_CAP);
	buf_printf(&b, "pushed %s", id);
}

static enum err
seal_pushed(struct pushed *p, const char *text, const struct keyring *k)
{
	size_t len = strlen(text);
	char context[SEAL_CONTEXT_CAP];

	if (len >= PUSHED_TEXT_CAP)
		return ERR_NO_SPACE;
	seal_context(context, p);
	secret_seal(p->sealed, text, len, k->seal, context);
	p->sealed_len = len + SEAL_OVERHEAD;
	return OK;
}

enum err
pushed_begin(
    struct pushed *p, const char *text, int64_t now, const struct keyring *k)
{
	p->by_client = true;
	family_id_make(p->id, now);
	return seal_pushed(p, text, k);
}

/* Each object has one record: who has one cannot fill the store with it. */
enum err
pushed_begin_object(struct pushed *p, const char *object, const char *text,
    const struct keyring *k)
{
	char context[32 + CLIENT_ID_CAP];
	struct buf b;

	buf_init(&b, context, sizeof context);
	buf_printf(&b, "request object %s", p->client_id);
	secret_mac(
	    p->id, FAMILY_ID_LEN, k->token, context, object, strlen(object));
	p->is_signed = p->opened = true;
	return seal_pushed(p, text, k);
}

enum err
pushed_text(char text[static PUSHED_TEXT_CAP], const struct pushed *p,
    const struct keyring *k)
{
	char context[SEAL_CONTEXT_CAP];
	enum err e = ERR_CORRUPT;

	seal_context(context, p);
	if (p->sealed_len >= SEAL_OVERHEAD &&
	    p->sealed_len - SEAL_OVERHEAD < PUSHED_TEXT_CAP)
		e = secret_open(
		    text, p->sealed, p->sealed_len, k->seal, context);
	text[e == OK ? p->sealed_len - SEAL_OVERHEAD : 0] = '\0';
	return e;
}

/* Those that no browser has come with are the first to go when there are too
 * many. */
enum err
pushed_issue(struct store_txn *t, struct pushed *p, int64_t now)
{
	enum err e;

	p->expires_at = now + PUSHED_LIFETIME_S;
	e = record_save(t, &pushed_record, p);
	if (e == OK)
		store_bound(t, TABLE_PUSHED, PUSHED_RECORDS_MAX, EVICTED_MAX);
	return e;
}

struct pushed_count {
	const struct pushed *kept; /* not to go */
	int64_t now;
	size_t count;
	int64_t oldest_expires_at; /* of the others */
	uint8_t oldest_id[FAMILY_ID_LEN];
};

static bool
count_pushed(void *arg, const void *record)
{
	struct pushed_count *n = arg;
	const struct pushed *p = record;

	if (p->by_client != n->kept->by_client || p->expires_at <= n->now)
		return true;
	n->count++;
	if (memcmp(p->id, n->kept->id, FAMILY_ID_LEN) != 0 &&
	    p->expires_at < n->oldest_expires_at) {
		n->oldest_expires_at = p->expires_at;
		memcpy(n->oldest_id, p->id, FAMILY_ID_LEN);
	}
	return true;
}

void
pushed_bound(struct store_txn *t, const struct client *c,
    const struct pushed *p, int64_t now)
{
	const struct record_set set =
	    record_set_of(&pushed_record, NULL, c->client_id);
	struct pushed_count n = {
	    .kept = p, .now = now, .oldest_expires_at = INT64_MAX};
	struct pushed record;

	if (!client_is_stranger(c) || (client_is_public(c) && p->by_client))
		return;
	record_each(t, &pushed_record, &set, &record, count_pushed, &n);
	if (n.count > PUSHED_OF_STRANGER_MAX)
		store_del(t, TABLE_PUSHED, n.oldest_id, FAMILY_ID_LEN);
}

/* One from the future was made before the clock went back. */
static bool
pushed_is_in_time(const struct pushed *p, int64_t now)
{
	int64_t longest =
	    p->opened ? PUSHED_OPEN_LIFETIME_S : PUSHED_LIFETIME_S;

	return p->expires_at > now &&
	       p->expires_at <= now + longest + CLOCK_SLACK_S;
}

static bool
is_spent(const struct pushed *p, bool again, int64_t now)
{
	return p->used_at != 0 && !(again && now >= p->used_at &&
				      now - p->used_at <= PUSHED_AGAIN_S);
}

enum err
pushed_get(struct store_txn *t, const struct pushed_presented *by, int64_t now,
    struct pushed *p, enum reason *reason)
{
	enum err e = record_load(t, &pushed_record, by->id, FAMILY_ID_LEN, p);

	if (e == ERR_NOT_FOUND)
		return refused(REASON_REQUEST_URI_EXPIRED, reason);
	if (e != OK)
		return e;
	if (!str_equal(p->client_id, by->client_id))
		return refused_as(
		    ERR_INVALID_REQUEST_URI, REASON_CLIENT_MISMATCH, reason);
	if (is_spent(p, by->again, now))
		return refused(REASON_REQUEST_URI_USED, reason);
	return pushed_is_in_time(p, now)
		   ? OK
		   : refused(REASON_REQUEST_URI_EXPIRED, reason);
}

enum err
pushed_keep(struct store_txn *t, struct pushed *p, int64_t now)
{
	const struct pushed_presented by = {
	    .id = p->id, .client_id = p->client_id};
	struct pushed kept;
	enum reason reason;

	if (pushed_get(t, &by, now, &kept, &reason) == OK &&
	    kept.expires_at > now + PUSHED_OPEN_LIFETIME_S / 2)
		return OK;
	if (store_failed(t) != OK)
		return store_failed(t);
	p->expires_at = now + PUSHED_OPEN_LIFETIME_S;
	store_bound(t, TABLE_PUSHED, PUSHED_RECORDS_MAX, EVICTED_MAX);
	return record_save(t, &pushed_record, p);
}

enum err
pushed_open(struct store_txn *t, const struct pushed_presented *by, int64_t now,
    struct pushed *p, enum reason *reason)
{
	enum err e = pushed_get(t, by, now, p, reason);

	if (e != OK || p->opened)
		return e;
	p->opened = true;
	p->expires_at = now + PUSHED_OPEN_LIFETIME_S;
	return record_save(t, &pushed_record, p);
}

enum err
pushed_spend(struct store_txn *t, const struct pushed_presented *by,
    int64_t now, enum reason *reason)
{
	struct pushed p;
	enum err e = pushed_get(t, by, now, &p, reason);

	if (e != OK || p.used_at != 0)
		return e;
	p.used_at = now;
	return record_save(t, &pushed_record, &p);
}

void
pushed_end_all(struct store_txn *t, const char *client_id)
{
	const struct record_set set =
	    record_set_of(&pushed_record, NULL, client_id);
	struct pushed p;

	record_prune(t, &pushed_record, &set, &p, NULL, NULL);
}
