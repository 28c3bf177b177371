#include "domain/document.h"

#include "base/clock.h"
#include "base/names.h"
#include "base/str.h"
#include "domain/document_url.h"

#include <string.h>

enum { KEPT_MORE_S = 86400 };

/* No host is called so. */
static const char *const all_hosts[] = {
    [ASK_DOCUMENT] = "*", [ASK_KEYS] = "*keys"};

static const struct record_field document_fields[] = {
    FIELD_OF(struct document, client_id, TEXT, KEY, "client_id"),
    FIELD_OF(struct document, fetched_at, TIME, SHOWN, "fetched_at"),
    FIELD_OF(struct document, fresh_until, TIME, SHOWN, "fresh_until"),
    FIELD_OF(struct document, kept_until, TIME, SHOWN, "kept_until"),
    FIELD_OF(struct document, used, BOOL, SHOWN, "used"),
};
const struct record_type document_record = {
    .table = TABLE_DOCUMENTS,
    .version = 1,
    RECORD_FIELDS(struct document, document_fields),
};

static const struct record_field document_host_fields[] = {
    FIELD_OF(struct document_host, host, TEXT, KEY, "host"),
    FIELD_OF(struct document_host, asked_at, TIME, SHOWN, "asked_at"),
    FIELD_OF(struct document_host, asking, BOOL, SHOWN, "asking"),
    FIELD_OF(struct document_host, count, COUNT, SHOWN, "count"),
    FIELD_OF(struct document_host, expires_at, TIME, INNER, "expires_at"),
};
const struct record_type document_host_record = {
    .table = TABLE_DOCUMENT_HOSTS,
    .version = 1,
    .expires_at = offsetof(struct document_host, expires_at),
    RECORD_FIELDS(struct document_host, document_host_fields),
};

bool
document_is_allowed(const struct conf *conf, const char *url)
{
	char host[ORIGIN_CAP];

	if (conf->client_documents.any)
		return true;
	document_url_host(host, url);
	return host[0] != '\0' && names_has(conf->client_documents.hosts, host);
}

enum err
document_get(struct store_txn *t, const char *url, struct document *d)
{
	*d = (struct document){.fetched_at = 0};
	return record_load(t, &document_record, url, strlen(url), d);
}

bool
document_is_fresh(const struct document *d, int64_t now)
{
	return now < d->fresh_until && now >= d->fetched_at - CLOCK_SLACK_S;
}

enum err
document_use(struct store_txn *t, const char *url, int64_t until)
{
	struct document d;
	enum err e = document_get(t, url, &d);

	if (e != OK)
		return e == ERR_NOT_FOUND ? OK : e;
	d.used = true;
	d.kept_until = later(d.kept_until, until + KEPT_MORE_S);
	return record_save(t, &document_record, &d);
}

enum err
document_adopt(struct store_txn *t, const char *url, int64_t now)
{
	struct document d;
	enum err e = document_get(t, url, &d);

	if (e == OK)
		return OK;
	if (e == ERR_NOT_FOUND)
		e = str_copy(d.client_id, sizeof d.client_id, url);
	d.kept_until = now + DOCUMENT_UNUSED_S;
	return e == OK ? record_save(t, &document_record, &d) : e;
}

void
document_del(struct store_txn *t, const char *url)
{
	store_del(t, TABLE_DOCUMENTS, url, strlen(url));
}

/* --- who may be asked, and when --------------------------------------------*/

/* Seconds until AT + LENGTH, if that is ahead; a time that is ahead itself was
 * before the clock went back. */
static int64_t
left_of(int64_t at, int64_t length, int64_t now)
{
	return at <= now + CLOCK_SLACK_S && now < at + length
		   ? at + length - now
		   : 0;
}

static enum err
load_host(struct store_txn *t, const char *host, struct document_host *h)
{
	enum err e =
	    record_load(t, &document_host_record, host, strlen(host), h);

	if (e == ERR_NOT_FOUND)
		e = str_copy(h->host, sizeof h->host, host);
	return e;
}

/* Counts one more of the requests to all hosts for WHAT. */
static enum err
count_ask(
    struct store_txn *t, enum document_ask what, int64_t now, int64_t *wait_s)
{
	struct document_host all;
	enum err e = load_host(t, all_hosts[what], &all);
	int64_t left;

	if (e != OK)
		return e;
	left = left_of(all.asked_at, DOCUMENT_ASKS_S, now);
	if (left > 0 && all.count >= DOCUMENT_ASKS_MAX) {
		*wait_s = left;
		return ERR_TOO_MANY_REQUESTS;
	}
	if (left == 0) {
		all.asked_at = now;
		all.count = 0;
	}
	all.count++;
	all.expires_at = all.asked_at + DOCUMENT_ASKS_S;
	return record_save(t, &document_host_record, &all);
}

enum err
document_begin(struct store_txn *t, const char *host, enum document_ask what,
    int64_t now, int64_t *wait_s)
{
	struct document_host h;
	enum err e = load_host(t, host, &h);

	*wait_s = 0;
	if (e != OK)
		return e;
	if (h.asking && left_of(h.asked_at, DOCUMENT_ASKING_S, now) > 0)
		return ERR_BUSY;
	if (!h.asking)
		*wait_s = left_of(h.asked_at, DOCUMENT_PAUSE_S, now);
	if (*wait_s > 0)
		return ERR_TOO_MANY_REQUESTS;
	e = count_ask(t, what, now, wait_s);
	if (e != OK)
		return e;
	h.asked_at = now;
	h.asking = true;
	h.expires_at = now + DOCUMENT_ASKING_S;
	return record_save(t, &document_host_record, &h);
}

bool
document_is_asked(struct store_txn *t, const char *host, int64_t now)
{
	struct document_host h;

	return load_host(t, host, &h) == OK && h.asking &&
	       left_of(h.asked_at, DOCUMENT_ASKING_S, now) > 0;
}

enum err
document_end(struct store_txn *t, const char *host, bool failed, int64_t now)
{
	struct document_host h;
	enum err e;

	if (!failed) {
		store_del(t, TABLE_DOCUMENT_HOSTS, host, strlen(host));
		return store_failed(t);
	}
	e = load_host(t, host, &h);
	h.asking = false;
	h.asked_at = now;
	h.expires_at = now + DOCUMENT_PAUSE_S;
	return e == OK ? record_save(t, &document_host_record, &h) : e;
}
