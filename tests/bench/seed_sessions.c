/* The kinds of rows that begin with a sign-in: visits to a site, the apps that
 * a person knows, and sessions that many apps are to hear of. */
#include "seed.h"

#include "base/str.h"
#include "domain/consent.h"
#include "domain/session_client.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* What follows the I-th sign-in. */
typedef enum err seed_then(struct store_txn *t, const struct seed *s,
    const struct session *session, int64_t i);

/* The first person signs in N times. The cookie of the last is kept. */
static enum err
sign_in_each(struct store_txn *t, struct seed *s, seed_then *then)
{
	static const char agent[] =
	    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like "
	    "Gecko) Chrome/126.0.0.0 Safari/537.36";
	struct session_lifetimes lives =
	    provider_session_lifetimes(&s->p, false);
	enum err e = OK;

	for (int64_t i = 0; e == OK && i < s->total; i++) {
		struct session session;

		session_make(&session, &s->cookie, NULL, s->people[0], "pwd",
		    &lives, false, s->now);
		session_note_place(&session, "192.0.2.1", agent);
		e = session_put(t, &session);
		if (e == OK)
			e = then(t, s, &session, i);
	}
	return e;
}

/* What the gate makes of the code when the person comes to the site
 * (gate_sign_in). */
static enum err
come_to_site(struct store_txn *t, const struct seed *s,
    const struct session *session, int64_t i)
{
	struct family_lifetimes l = {
	    .access_token_s =
		provider_session_lifetimes(&s->p, false).absolute_s};
	struct family f = {.auth_time = s->now, .amr = "pwd"};
	enum err e = str_copy(f.client_id, sizeof f.client_id, s->client_id);

	memcpy(f.family_id, s->ids[i], FAMILY_ID_LEN);
	memcpy(f.user_id, session->user_id, USER_ID_LEN);
	memcpy(f.sid, session->sid, SID_LEN);
	return e == OK ? family_begin(t, &f, &l, s->now) : e;
}

static enum err
visits_step(struct store_txn *t, void *arg)
{
	return sign_in_each(t, arg, come_to_site);
}

enum err
seed_visits(struct seed *s)
{
	struct opaque_token t = {
	    .number = (uint64_t)(s->now + s->p.conf.session_absolute_s)};
	enum err e = store_read(s->p.store, seed_find_people, s);

	for (int64_t i = 0; i < s->total; i++)
		family_id_make(s->ids[i], s->now);
	if (e == OK)
		e = store_write(s->p.store, s->now, visits_step, s);
	for (int64_t i = 0; e == OK && i < s->total; i++) {
		memcpy(t.family_id, s->ids[i], FAMILY_ID_LEN);
		seed_print_token(s, OPAQUE_TOKEN_GATE, &t);
	}
	return e;
}

/* An app that the person has allowed, and that has tokens from a session. */
static enum err
add_known_app(struct store_txn *t, const struct seed *s,
    const struct session *session, int64_t i)
{
	struct family_lifetimes l = provider_lifetimes(&s->p);
	struct client c = {.grants = GRANT_AUTHORIZATION_CODE,
	    .auth_method = AUTH_NONE,
	    .alg = JWA_EDDSA,
	    .redirect_uris = "http://127.0.0.1:9/cb",
	    .scope = "openid profile email"};
	struct family f = {.auth_time = s->now,
	    .amr = "pwd",
	    .scope = "openid profile email",
	    .refreshable = true};
	struct consent consent = {
	    .granted = "openid profile email", .changed_at = s->now};
	enum err e;

	snprintf(
	    c.client_id, sizeof c.client_id, "%s%" PRId64, s->client_id, i);
	snprintf(c.name, sizeof c.name, "App %" PRId64, i);
	e = client_add(t, &c, s->now);
	memcpy(consent.user_id, session->user_id, USER_ID_LEN);
	memcpy(f.user_id, session->user_id, USER_ID_LEN);
	memcpy(f.sid, session->sid, SID_LEN);
	family_id_make(f.family_id, s->now);
	if (e == OK)
		e = str_copy(
		    consent.client_id, sizeof consent.client_id, c.client_id);
	if (e == OK)
		e = str_copy(f.client_id, sizeof f.client_id, c.client_id);
	if (e == OK)
		e = consent_put(t, &consent);
	return e == OK ? family_begin(t, &f, &l, s->now) : e;
}

static enum err
account_step(struct store_txn *t, void *arg)
{
	return sign_in_each(t, arg, add_known_app);
}

enum err
seed_account(struct seed *s)
{
	char text[SESSION_COOKIE_CAP];
	enum err e = store_read(s->p.store, seed_find_people, s);

	if (e == OK)
		e = store_write(s->p.store, s->now, account_step, s);
	session_cookie_encode(text, &s->cookie);
	if (e == OK)
		puts(text);
	return e;
}

/* All clients APP0 and so on will be told when the session ends. */
static enum err
note_clients(struct store_txn *t, const struct seed *s,
    const struct session *session, int64_t n)
{
	char client_id[CLIENT_ID_CAP];
	struct client client;
	enum err e = OK;

	(void)n;
	for (int64_t i = 0; e == OK; i++) {
		snprintf(
		    client_id, sizeof client_id, "%s%" PRId64, s->client_id, i);
		e = client_get(t, client_id, &client);
		if (e == OK)
			e = session_client_note(
			    t, session->sid, &client, s->now);
	}
	return e == ERR_NOT_FOUND ? OK : e;
}

static enum err
sessions_step(struct store_txn *t, void *arg)
{
	return sign_in_each(t, arg, note_clients);
}

enum err
seed_sessions(struct seed *s)
{
	enum err e = store_read(s->p.store, seed_find_people, s);

	return e == OK ? store_write(s->p.store, s->now, sessions_step, s) : e;
}
