#include "domain/stranger.h"

#include "base/buf.h"
#include "base/str.h"
#include "domain/removal.h"

#include <string.h>

enum { STRANGER_ID_LEN = 15 };

#define STRANGER_ID_PREFIX "app-"

/* What is kept of a token: it is random, and needs no key. */
static void
hash_access(char text[static BASE64URL_CAP(HASH_LEN)],
    const uint8_t bytes[static STRANGER_ACCESS_LEN])
{
	uint8_t hash[HASH_LEN];

	secret_hash_in(hash, sizeof hash, "registration_access", bytes,
	    STRANGER_ACCESS_LEN);
	base64url_encode(text, BASE64URL_CAP(HASH_LEN), hash, sizeof hash);
}

void
stranger_make(
    struct client *c, char access[static STRANGER_ACCESS_CAP], int64_t now)
{
	uint8_t bytes[STRANGER_ACCESS_LEN], id[STRANGER_ID_LEN];
	const size_t at = strlen(STRANGER_ID_PREFIX);

	random_bytes(id, sizeof id);
	memcpy(c->client_id, STRANGER_ID_PREFIX, at);
	base64url_encode(
	    c->client_id + at, sizeof c->client_id - at, id, sizeof id);
	random_bytes(bytes, sizeof bytes);
	hash_access(c->registration_hash, bytes);
	base64url_encode(access, STRANGER_ACCESS_CAP, bytes, sizeof bytes);
	secret_wipe(bytes, sizeof bytes);
	c->source = CLIENT_OF_REGISTRATION;
	c->unused_until = now + STRANGER_UNUSED_S;
}

bool
stranger_is_proven(const struct client *c, const char *access)
{
	uint8_t bytes[STRANGER_ACCESS_LEN] = {0};
	char text[BASE64URL_CAP(HASH_LEN)];
	bool good = base64url_decode_exact(bytes, sizeof bytes, access) == OK;

	hash_access(text, bytes);
	good &= secret_equal(text, c->registration_hash, sizeof text);
	secret_wipe(bytes, sizeof bytes);
	return good && c->source == CLIENT_OF_REGISTRATION;
}

void
stranger_take(struct client *c, const struct client *said)
{
	char scope[SCOPE_CAP];

	memcpy(c->name, said->name, sizeof c->name);
	memcpy(c->link, said->link, sizeof c->link);
	memcpy(c->redirect_uris, said->redirect_uris, sizeof c->redirect_uris);
	memcpy(c->post_logout_redirect_uris, said->post_logout_redirect_uris,
	    sizeof c->post_logout_redirect_uris);
	memcpy(c->backchannel_logout_uri, said->backchannel_logout_uri,
	    sizeof c->backchannel_logout_uri);
	memcpy(c->jwks, said->jwks, sizeof c->jwks);
	memcpy(c->jwks_uri, said->jwks_uri, sizeof c->jwks_uri);
	c->auth_method = said->auth_method;
	c->auth_alg = said->auth_alg;
	c->require_dpop |= said->require_dpop;
	c->require_par |= said->require_par;
	c->require_jar |= said->require_jar;
	if (c->auth_method != AUTH_PRIVATE_KEY_JWT)
		c->auth_aud_endpoint = false;
	c->grants &= said->grants;
	if (scope_intersect(scope, c->scope, said->scope) == OK)
		memcpy(c->scope, scope, sizeof c->scope);
}

/* --- those that no one uses ----------------------------------------------- */

enum { USE_NOTED_S = 86400, TIDIED_MAX = 16 };

struct strangers_over {
	int64_t now;
	size_t count;
	char ids[TIDIED_MAX][CLIENT_ID_CAP];
};

static bool
collect_over(void *arg, const void *record)
{
	const struct client *c = record;
	struct strangers_over *s = arg;
	int64_t until = c->used_until != 0 ? c->used_until : c->unused_until;

	if (c->source == CLIENT_OF_REGISTRATION && until != 0 &&
	    until <= s->now)
		memcpy(s->ids[s->count++], c->client_id, CLIENT_ID_CAP);
	return s->count < TIDIED_MAX;
}

enum err
strangers_tidy(struct store_txn *t, int64_t now)
{
	struct strangers_over s = {.now = now};
	enum err e = OK;

	client_each(t, collect_over, &s);
	for (size_t i = 0; e == OK && i < s.count; i++) {
		e = remove_client(t, s.ids[i]);
		if (e == OK)
			audit_add(t, now, "client_registration_expired", NULL,
			    s.ids[i], NULL);
	}
	return e == OK ? store_failed(t) : e;
}

/* One that neither is set of was changed by an administrator, and stays. */
static bool
is_use_to_be_noted(const struct client *c, int64_t now)
{
	return c->source == CLIENT_OF_REGISTRATION &&
	       (c->unused_until != 0 ||
		   (c->used_until != 0 &&
		       c->used_until - STRANGER_ABANDONED_S + USE_NOTED_S <=
			   now));
}

enum err
stranger_use(struct store_txn *t, const struct client *c, int64_t now)
{
	struct client used;
	enum err e;

	if (!is_use_to_be_noted(c, now))
		return OK;
	e = client_get(t, c->client_id, &used);
	if (e != OK || !is_use_to_be_noted(&used, now))
		return e;
	used.unused_until = 0;
	used.used_until = now + STRANGER_ABANDONED_S;
	e = client_put(t, &used, used.changed_at);
	return e == OK ? strangers_tidy(t, now) : e;
}

static bool
count_stranger(void *arg, const void *record)
{
	const struct client *c = record;
	size_t *count = arg;

	*count += c->source == CLIENT_OF_REGISTRATION;
	return *count < STRANGERS_MAX;
}

bool
strangers_have_room(struct store_txn *t)
{
	size_t count = 0;

	client_each(t, count_stranger, &count);
	return count < STRANGERS_MAX;
}

enum err
stranger_add(struct store_txn *t, struct client *c,
    const struct registration_token *token, const struct change *by)
{
	char title[AUDIT_TEXT_CAP];
	enum err e = client_add(t, c, by->now);

	registration_token_title(title, token);
	if (e == OK)
		audit_change(
		    t, by, "client_registered", NULL, c->client_id, title);
	return e == OK ? store_failed(t) : e;
}

enum err
stranger_put(struct store_txn *t, struct client *c, const struct change *by)
{
	enum err e = client_put(t, c, by->now);

	if (e == OK)
		audit_change(t, by, "client_registration_changed", NULL,
		    c->client_id, NULL);
	return e == OK ? store_failed(t) : e;
}

enum err
stranger_remove(
    struct store_txn *t, const char *client_id, const struct change *by)
{
	enum err e = remove_client(t, client_id);

	if (e == OK)
		audit_change(t, by, "client_registration_deleted", NULL,
		    client_id, NULL);
	return e == OK ? store_failed(t) : e;
}
