#include "domain/session_end.h"

#include "base/str.h"
#include "domain/client.h"
#include "domain/logout_queue.h"
#include "domain/session_client.h"

#include <string.h>

struct telling {
	struct store_txn *t;
	const uint8_t *keep;
	int64_t now;
};

static bool
queue_for_client(void *arg, const void *record)
{
	const struct session_client *s = record;
	struct telling *d = arg;
	struct client c;
	enum err e;

	if (d->keep != NULL && memcmp(s->sid, d->keep, SID_LEN) == 0)
		return true;
	e = client_get(d->t, s->client_id, &c);
	if (e == OK && c.backchannel_logout_uri[0] != '\0')
		e = logout_queue_put(
		    d->t, s->client_id, s->user_id, s->sid, d->now);
	if (e != OK && e != ERR_NOT_FOUND)
		store_fail(d->t, e);
	return store_failed(d->t) == OK;
}

static void
tell_of_session(struct store_txn *t, const uint8_t *user_id, const uint8_t *sid,
    int64_t now)
{
	struct telling d = {t, NULL, now};

	session_client_each(t, user_id, sid, queue_for_client, &d);
	session_client_del(t, user_id, sid);
}

void
session_end(struct store_txn *t, const uint8_t sid[static SID_LEN], int64_t now)
{
	struct session s;

	if (record_load(t, &session_record, sid, SID_LEN, &s) != OK)
		return;
	tell_of_session(t, s.user_id, sid, now);
	session_drop(t, sid);
}

struct passkey_ctx {
	struct telling d;
	const uint8_t *hash;
};

static bool
tell_of_passkey_session(void *arg, const void *record)
{
	const struct session *s = record;
	struct passkey_ctx *p = arg;

	if (session_is_of_passkey(s, p->hash) &&
	    (p->d.keep == NULL || memcmp(s->sid, p->d.keep, SID_LEN) != 0))
		tell_of_session(p->d.t, s->user_id, s->sid, p->d.now);
	return store_failed(p->d.t) == OK;
}

size_t
session_end_of_passkey(struct store_txn *t,
    const uint8_t user_id[static USER_ID_LEN],
    const uint8_t hash[static HASH_LEN], const uint8_t *keep, int64_t now)
{
	struct passkey_ctx p = {{t, keep, now}, hash};

	session_each(t, user_id, tell_of_passkey_session, &p);
	return session_drop_of_passkey(t, user_id, hash, keep);
}

size_t
session_end_all(struct store_txn *t, const uint8_t user_id[static USER_ID_LEN],
    const uint8_t *keep, int64_t now)
{
	struct telling d = {t, keep, now};

	session_client_each(t, user_id, NULL, queue_for_client, &d);
	session_client_del_all(t, user_id, keep);
	return session_drop_all(t, user_id, keep);
}

static bool
is_client(void *arg, const void *record)
{
	const struct session_client *s = record;
	const char **client_id = arg;

	if (!str_equal(s->client_id, *client_id))
		return true;
	*client_id = NULL;
	return false;
}

void
session_end_at_client(struct store_txn *t,
    const uint8_t user_id[static USER_ID_LEN], const char *client_id,
    int64_t now)
{
	const char *sought = client_id;
	struct client c;
	enum err e;

	session_client_each(t, user_id, NULL, is_client, &sought);
	if (sought != NULL || client_get(t, client_id, &c) != OK ||
	    c.backchannel_logout_uri[0] == '\0')
		return;
	e = logout_queue_put(t, client_id, user_id, NULL, now);
	if (e != OK)
		store_fail(t, e);
}
