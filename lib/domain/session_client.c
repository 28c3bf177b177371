#include "domain/session_client.h"

#include "base/str.h"

#include <string.h>

static const struct record_field session_client_fields[] = {
    FIELD_OF(struct session_client, user_id, UUID, KEY, "sub"),
    FIELD_OF(struct session_client, sid, BYTES, KEY, "sid"),
    FIELD_OF(struct session_client, client_id, TEXT, KEY, "client_id"),
    FIELD_OF(struct session_client, expires_at, TIME, SHOWN, "expires_at"),
};
const struct record_type session_client_record = {
    .table = TABLE_SESSION_CLIENTS,
    .version = 1,
    .expires_at = offsetof(struct session_client, expires_at),
    RECORD_FIELDS(struct session_client, session_client_fields),
};

enum err
session_client_note(struct store_txn *t, const uint8_t sid[static SID_LEN],
    const struct client *client, int64_t now)
{
	struct session_client c = {.expires_at = 0};
	struct session s;
	enum err e;

	if (client->backchannel_logout_uri[0] == '\0' &&
	    client->frontchannel_logout_uri[0] == '\0')
		return OK;
	e = session_get(t, sid, now, &s);
	if (e == OK)
		e = str_copy(
		    c.client_id, sizeof c.client_id, client->client_id);
	if (e != OK)
		return e == ERR_NOT_FOUND ? OK : e;
	session_hold(t, &s); /* who ends it tells all clients */
	memcpy(c.user_id, s.user_id, USER_ID_LEN);
	memcpy(c.sid, s.sid, SID_LEN);
	c.expires_at = s.absolute_expires_at;
	return record_save(t, &session_client_record, &c);
}

enum { SESSION_PREFIX_LEN = USER_ID_LEN + SID_LEN };

void
session_client_want(struct store_txn *t,
    const uint8_t user_id[static USER_ID_LEN],
    const uint8_t sid[static SID_LEN], const char *client_id)
{
	uint8_t key[SESSION_PREFIX_LEN + CLIENT_ID_CAP];
	const size_t len = strnlen(client_id, CLIENT_ID_CAP);

	memcpy(key, user_id, USER_ID_LEN);
	memcpy(key + USER_ID_LEN, sid, SID_LEN);
	memcpy(key + SESSION_PREFIX_LEN, client_id, len);
	store_want(t, TABLE_SESSION_CLIENTS, key, SESSION_PREFIX_LEN + len);
}

/* The records of a session, or of all sessions of a person. */
static struct record_set
session_client_set(uint8_t prefix[static SESSION_PREFIX_LEN],
    const uint8_t *user_id, const uint8_t *sid)
{
	memcpy(prefix, user_id, USER_ID_LEN);
	if (sid != NULL)
		memcpy(prefix + USER_ID_LEN, sid, SID_LEN);
	return (struct record_set){.field = prefix,
	    .len = sid != NULL ? SESSION_PREFIX_LEN : USER_ID_LEN};
}

void
session_client_each(struct store_txn *t,
    const uint8_t user_id[static USER_ID_LEN], const uint8_t *sid,
    record_visit *visit, void *arg)
{
	uint8_t prefix[SESSION_PREFIX_LEN];
	const struct record_set set = session_client_set(prefix, user_id, sid);
	struct session_client c;

	record_each(t, &session_client_record, &set, &c, visit, arg);
}

void
session_client_del(struct store_txn *t,
    const uint8_t user_id[static USER_ID_LEN],
    const uint8_t sid[static SID_LEN])
{
	uint8_t prefix[SESSION_PREFIX_LEN];
	const struct record_set set = session_client_set(prefix, user_id, sid);
	struct session_client c;

	record_prune(t, &session_client_record, &set, &c, NULL, NULL);
}

static bool
is_of_another_session(void *arg, const void *record)
{
	const struct session_client *c = record;

	return arg == NULL || memcmp(c->sid, arg, SID_LEN) != 0;
}

void
session_client_del_all(struct store_txn *t,
    const uint8_t user_id[static USER_ID_LEN], const uint8_t *keep)
{
	uint8_t prefix[SESSION_PREFIX_LEN];
	const struct record_set set = session_client_set(prefix, user_id, NULL);
	struct session_client c;

	record_prune(t, &session_client_record, &set, &c, is_of_another_session,
	    (void *)(uintptr_t)keep);
}

void
session_client_del_client(struct store_txn *t, const char *client_id)
{
	const struct record_set set = {.text = client_id,
	    .at = offsetof(struct session_client, client_id)};
	struct session_client c;

	record_prune(t, &session_client_record, &set, &c, NULL, NULL);
}
