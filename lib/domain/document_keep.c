#include "domain/document.h"

#include "base/clock.h"
#include "base/str.h"
#include "domain/audit.h"
#include "domain/removal.h"

#include <string.h>

struct document_list {
	int64_t now;
	size_t count;
	char over[DOCUMENTS_MAX][CLIENT_ID_CAP]; /* to be removed */
	size_t over_count;
	struct document unused; /* the first read of those that no one uses */
};

static bool
look_at_document(void *arg, const void *record)
{
	const struct document *d = record;
	struct document_list *l = arg;

	l->count++;
	if (d->kept_until <= l->now && l->over_count < DOCUMENTS_MAX)
		memcpy(l->over[l->over_count++], d->client_id, CLIENT_ID_CAP);
	else if (!d->used && (l->unused.client_id[0] == '\0' ||
				 d->fetched_at < l->unused.fetched_at))
		l->unused = *d;
	return true;
}

static enum err
remove_document(struct store_txn *t, const char *url)
{
	enum err e = remove_client(t, url);

	document_del(t, url); /* of one whose client is gone */
	return e == ERR_NOT_FOUND ? store_failed(t) : e;
}

/* Room for one more. */
static enum err
make_document_room(struct store_txn *t, int64_t now)
{
	struct document_list l = {.now = now};
	struct document d;
	enum err e = OK;

	record_each(t, &document_record, NULL, &d, look_at_document, &l);
	for (size_t i = 0; e == OK && i < l.over_count; i++)
		e = remove_document(t, l.over[i]);
	if (e != OK || l.count - l.over_count < DOCUMENTS_MAX)
		return e == OK ? store_failed(t) : e;
	return l.unused.client_id[0] != '\0'
		   ? remove_document(t, l.unused.client_id)
		   : ERR_NO_SPACE;
}

static int64_t
bounded_fresh(int64_t fresh_s)
{
	if (fresh_s < 0)
		return DOCUMENT_FRESH_S;
	return later(
	    DOCUMENT_FRESH_MIN_S, earlier(DOCUMENT_FRESH_MAX_S, fresh_s));
}

/* C as it is to be kept, if it was there BEFORE. */
static enum err
put_document_client(struct store_txn *t, struct client *c,
    const struct client *before, int64_t now)
{
	if (before == NULL)
		return client_add(t, c, now);
	c->created_at = before->created_at;
	return client_put(t, c, now);
}

static void
tell_audit(struct store_txn *t, const struct client *c, const char *event,
    const struct document_read_by *by, int64_t now)
{
	audit_write(t, now,
	    &(struct audit_line){.event = event,
		.user = by->user,
		.user_id = by->user_id,
		.client_id = c->client_id,
		.detail = c->name,
		.address = by->address});
}

/* Whether what people or we go by differs. */
static bool
has_changed(const struct client *a, const struct client *b)
{
	return !str_equal(a->name, b->name) ||
	       !str_equal(a->redirect_uris, b->redirect_uris) ||
	       !str_equal(a->jwks, b->jwks) ||
	       !str_equal(a->jwks_uri, b->jwks_uri) ||
	       !str_equal(a->scope, b->scope) || a->grants != b->grants ||
	       a->auth_method != b->auth_method;
}

static enum err
keep_client(struct store_txn *t, struct client *c,
    const struct document_read_by *by, int64_t now)
{
	struct client before;
	enum err e = client_get(t, c->client_id, &before);

	if (e == ERR_NOT_FOUND) {
		e = put_document_client(t, c, NULL, now);
		tell_audit(t, c, "client_document_read", by, now);
		return e;
	}
	/* An administrator registered it in the meantime. */
	if (e != OK || before.source != CLIENT_OF_DOCUMENT)
		return e == OK ? ERR_EXISTS : e;
	e = put_document_client(t, c, &before, now);
	if (e == OK && has_changed(c, &before))
		tell_audit(t, c, "client_document_changed", by, now);
	return e;
}

enum err
document_put(struct store_txn *t, struct client *c, int64_t fresh_s,
    const struct document_read_by *by, int64_t now)
{
	struct document d;
	enum err e = document_get(t, c->client_id, &d);

	if (e == ERR_NOT_FOUND)
		e = make_document_room(t, now);
	if (e == OK)
		e = keep_client(t, c, by, now);
	if (e != OK)
		return e;
	memcpy(d.client_id, c->client_id, sizeof d.client_id);
	d.fetched_at = now;
	d.fresh_until = now + bounded_fresh(fresh_s);
	d.kept_until = later(d.kept_until, now + DOCUMENT_UNUSED_S);
	return record_save(t, &document_record, &d);
}
