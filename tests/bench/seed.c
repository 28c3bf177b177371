/*
 * Fills a store for `make bench`, through the functions the programs use:
 *
 *	seed DIR people N
 *	seed DIR families N CLIENT PERSON SCOPE SAMPLE
 *	seed DIR expired N CLIENT PERSON SCOPE
 *	seed DIR codes N CLIENT PERSON SCOPE REDIRECT_URI CHALLENGE
 *	seed DIR visits N SITE PERSON
 *	seed DIR account N APP PERSON
 *	seed DIR sessions N APP PERSON
 *
 * Makes N: people are person0 and so on; families begin on all the days of
 * half their life, or have expired in all the minutes of the last hour. With
 * "-" for PERSON they belong to all people in turn. Prints, a line each, SAMPLE
 * refresh tokens from all over the families, or N codes, or the gate's cookies
 * of N visits to a site, or the session cookie of the last of N sign-ins; the
 * apps APP0 and so on, N of them, are then known to the person as well. Each of
 *N sessions has signed in to the clients APP0 and so on, as many as there are.
 * Many in a transaction: it is the store that is wanted, not the way there.
 */
#include "base/clock.h"
#include "base/str.h"
#include "domain/code.h"
#include "domain/consent.h"
#include "domain/family.h"
#include "domain/opaque_token.h"
#include "domain/password.h"
#include "domain/session_client.h"
#include "domain/user.h"
#include "protocol/provider.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH = 20000, HOUR_S = 3600, PASSWORD_LEN = 16 };

struct seed {
	struct provider p;
	int64_t now, total, done, sample;
	int64_t youngest_s, oldest_s; /* ages of families */
	const char *person, *client_id, *scope, *redirect_uri, *challenge;
	struct user new_person;
	uint8_t (*people)[USER_ID_LEN]; /* whose families and codes they are */
	size_t people_count, people_cap;
	uint8_t (*ids)[FAMILY_ID_LEN]; /* of the batch */
	struct session_cookie cookie;
};

static int
refuse(const char *what)
{
	fprintf(stderr, "seed: %s\n", what);
	return EXIT_FAILURE;
}

static bool
take_person(void *arg, const void *record)
{
	const struct user *u = record;
	struct seed *s = arg;

	if (s->people_count == s->people_cap) {
		size_t cap = s->people_cap == 0 ? 1024 : 2 * s->people_cap;
		void *more = realloc(s->people, cap * sizeof *s->people);

		if (more == NULL)
			return false;
		s->people = more;
		s->people_cap = cap;
	}
	memcpy(s->people[s->people_count++], u->user_id, USER_ID_LEN);
	return true;
}

static enum err
find_people(struct store_txn *t, void *arg)
{
	struct seed *s = arg;
	struct user u;
	enum err e;

	s->people_count = 0;
	if (str_equal(s->person, "-")) {
		user_each(t, take_person, s);
		return s->people_count > 0 ? OK : ERR_NOT_FOUND;
	}
	e = user_find(t, s->person, &u);
	return e == OK && !take_person(s, &u) ? ERR_NO_MEMORY : e;
}

static enum err
people_step(struct store_txn *t, void *arg)
{
	struct seed *s = arg;
	struct user *u = &s->new_person;
	enum err e = OK;

	for (int64_t i = s->done; e == OK && i < s->done + BATCH; i++) {
		if (i == s->total)
			break;
		snprintf(u->name, sizeof u->name, "person%" PRId64, i);
		snprintf(u->email, sizeof u->email, "%s@example.org", u->name);
		e = user_add(t, u, s->now);
	}
	return e;
}

/* All have the same password, or it would be the hash that takes the time. */
static enum err
seed_people(struct seed *s)
{
	char password[BASE64URL_CAP(PASSWORD_LEN)];
	uint8_t bytes[PASSWORD_LEN];
	enum err e;

	random_bytes(bytes, sizeof bytes);
	base64url_encode(password, sizeof password, bytes, sizeof bytes);
	s->new_person = (struct user){.has_password = true,
	    .email_verified = true,
	    .display = "A Person",
	    .groups = "family"};
	e = password_set(&s->new_person.password, password, &s->p.conf);
	for (; e == OK && s->done < s->total; s->done += BATCH)
		e = store_write(s->p.store, s->now, people_step, s);
	return e;
}

/* Of the I-th family: each is a little younger than the one before, so that
 * their expiries differ. */
static int64_t
age_of(const struct seed *s, int64_t i)
{
	return s->youngest_s +
	       (s->total - i) * (s->oldest_s - s->youngest_s) / s->total;
}

static enum err
families_step(struct store_txn *t, void *arg)
{
	struct seed *s = arg;
	struct family_lifetimes l = provider_lifetimes(&s->p);
	enum err e = OK;

	for (int64_t i = 0; e == OK && i < BATCH && s->done + i < s->total;
	     i++) {
		int64_t age = age_of(s, s->done + i);
		size_t whose = (size_t)(s->done + i) % s->people_count;
		struct family f = {.refreshable = true,
		    .offline = true,
		    .auth_time = s->now - age,
		    .amr = "pwd"};

		memcpy(f.family_id, s->ids[i], FAMILY_ID_LEN);
		memcpy(f.user_id, s->people[whose], USER_ID_LEN);
		random_bytes(f.sid, SID_LEN);
		e = str_copy(f.client_id, sizeof f.client_id, s->client_id);
		if (e == OK)
			e = str_copy(f.scope, sizeof f.scope, s->scope);
		if (e == OK)
			e = family_begin(t, &f, &l, s->now - age);
	}
	return e;
}

static void
print_token(const struct seed *s, enum opaque_token_kind kind,
    const struct opaque_token *t)
{
	char text[OPAQUE_TOKEN_TEXT_CAP];

	opaque_token_encode(text, kind, t, &s->p.keyring);
	puts(text);
}

/* Every so-manieth, so that SAMPLE come out of it all. */
static bool
is_sampled(const struct seed *s, int64_t i)
{
	return i * s->sample / s->total != (i + 1) * s->sample / s->total;
}

/* What has expired is not to be swept on the way: hence the time of writing,
 * when the oldest began. */
static enum err
make_families(struct seed *s)
{
	enum err e = store_read(s->p.store, find_people, s);

	for (; e == OK && s->done < s->total; s->done += BATCH) {
		for (int64_t i = 0; i < BATCH && s->done + i < s->total; i++)
			family_id_make(
			    s->ids[i], s->now - age_of(s, s->done + i));
		e = store_write(
		    s->p.store, s->now - s->oldest_s, families_step, s);
		for (int64_t i = 0; i < BATCH && s->done + i < s->total; i++) {
			struct opaque_token t = {.number = 1};

			memcpy(t.family_id, s->ids[i], FAMILY_ID_LEN);
			if (e == OK && is_sampled(s, s->done + i))
				print_token(s, OPAQUE_TOKEN_REFRESH, &t);
		}
	}
	return e;
}

static enum err
seed_families(struct seed *s)
{
	s->oldest_s = provider_lifetimes(&s->p).idle_s / 2;
	return make_families(s);
}

static enum err
seed_expired(struct seed *s)
{
	s->youngest_s = provider_lifetimes(&s->p).idle_s;
	s->oldest_s = s->youngest_s + HOUR_S;
	return make_families(s);
}

static enum err
codes_step(struct store_txn *t, void *arg)
{
	struct seed *s = arg;
	struct code c = {.redirect_uri_given = true,
	    .has_challenge = true,
	    .auth_time = s->now,
	    .nonce = "a-nonce",
	    .amr = "pwd"};
	struct session session;
	struct session_cookie cookie;
	enum err e = pkce_challenge(c.code_challenge, s->challenge);

	memcpy(c.user_id, s->people[0], USER_ID_LEN);
	session_make(&session, &cookie, NULL, c.user_id, "pwd",
	    &(struct session_lifetimes){86400, 86400}, false, s->now);
	memcpy(c.sid, session.sid, SID_LEN);
	session_cookie_wipe(&cookie);
	if (e == OK)
		e = session_put(t, &session);
	if (e == OK)
		e = str_copy(c.client_id, sizeof c.client_id, s->client_id);
	if (e == OK)
		e = str_copy(c.scope, sizeof c.scope, s->scope);
	if (e == OK)
		e = str_copy(
		    c.redirect_uri, sizeof c.redirect_uri, s->redirect_uri);
	for (int64_t i = 0; e == OK && i < s->total; i++) {
		e = code_issue(t, &c, s->now);
		memcpy(s->ids[i], c.token.family_id, FAMILY_ID_LEN);
	}
	return e;
}

static enum err
seed_codes(struct seed *s)
{
	struct opaque_token t = {
	    .number = (uint64_t)(s->now + CODE_LIFETIME_S)};
	enum err e = store_read(s->p.store, find_people, s);

	if (e == OK)
		e = store_write(s->p.store, s->now, codes_step, s);
	for (int64_t i = 0; e == OK && i < s->total; i++) {
		memcpy(t.family_id, s->ids[i], FAMILY_ID_LEN);
		print_token(s, OPAQUE_TOKEN_CODE, &t);
	}
	return e;
}

/* A person who signed in, and has come to a site: what the gate makes of the
 * code (gate_sign_in). */
static enum err
visits_step(struct store_txn *t, void *arg)
{
	struct seed *s = arg;
	struct session_lifetimes lives =
	    provider_session_lifetimes(&s->p, false);
	struct family_lifetimes l = {.access_token_s = lives.absolute_s};
	enum err e = OK;

	for (int64_t i = 0; e == OK && i < s->total; i++) {
		struct family f = {.auth_time = s->now, .amr = "pwd"};
		struct session_cookie ignored;
		struct session session;

		session_make(&session, &ignored, NULL, s->people[0], "pwd",
		    &lives, false, s->now);
		memcpy(f.family_id, s->ids[i], FAMILY_ID_LEN);
		memcpy(f.user_id, s->people[0], USER_ID_LEN);
		memcpy(f.sid, session.sid, SID_LEN);
		e = session_put(t, &session);
		if (e == OK)
			e = str_copy(
			    f.client_id, sizeof f.client_id, s->client_id);
		if (e == OK)
			e = family_begin(t, &f, &l, s->now);
	}
	return e;
}

static enum err
seed_visits(struct seed *s)
{
	struct opaque_token t = {
	    .number = (uint64_t)(s->now + s->p.conf.session_absolute_s)};
	enum err e = store_read(s->p.store, find_people, s);

	for (int64_t i = 0; i < s->total; i++)
		family_id_make(s->ids[i], s->now);
	if (e == OK)
		e = store_write(s->p.store, s->now, visits_step, s);
	for (int64_t i = 0; e == OK && i < s->total; i++) {
		memcpy(t.family_id, s->ids[i], FAMILY_ID_LEN);
		print_token(s, OPAQUE_TOKEN_GATE, &t);
	}
	return e;
}

/* An app that the person has allowed, and that has tokens from a session. */
static enum err
add_known_app(struct store_txn *t, struct seed *s,
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
	static const char agent[] =
	    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like "
	    "Gecko) Chrome/126.0.0.0 Safari/537.36";
	struct seed *s = arg;
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
			e = add_known_app(t, s, &session, i);
	}
	return e;
}

static enum err
seed_account(struct seed *s)
{
	char text[SESSION_COOKIE_CAP];
	enum err e = store_read(s->p.store, find_people, s);

	if (e == OK)
		e = store_write(s->p.store, s->now, account_step, s);
	session_cookie_encode(text, &s->cookie);
	if (e == OK)
		puts(text);
	return e;
}

/* All clients APP0 and so on will be told when the session ends. */
static enum err
note_clients(struct store_txn *t, const struct seed *s, const uint8_t *sid)
{
	char client_id[CLIENT_ID_CAP];
	struct client client;
	enum err e = OK;

	for (int64_t i = 0; e == OK; i++) {
		snprintf(
		    client_id, sizeof client_id, "%s%" PRId64, s->client_id, i);
		e = client_get(t, client_id, &client);
		if (e == OK)
			e = session_client_note(t, sid, &client, s->now);
	}
	return e == ERR_NOT_FOUND ? OK : e;
}

static enum err
sessions_step(struct store_txn *t, void *arg)
{
	struct seed *s = arg;
	struct session_lifetimes lives =
	    provider_session_lifetimes(&s->p, false);
	enum err e = OK;

	for (int64_t i = 0; e == OK && i < s->total; i++) {
		struct session session;

		session_make(&session, &s->cookie, NULL, s->people[0], "pwd",
		    &lives, false, s->now);
		e = session_put(t, &session);
		if (e == OK)
			e = note_clients(t, s, session.sid);
	}
	return e;
}

static enum err
seed_sessions(struct seed *s)
{
	enum err e = store_read(s->p.store, find_people, s);

	return e == OK ? store_write(s->p.store, s->now, sessions_step, s) : e;
}

static const struct kind {
	const char *name;
	int argc;
	enum err (*make)(struct seed *s);
} kinds[] = {
    {"people", 4, seed_people},
    {"families", 8, seed_families},
    {"expired", 7, seed_expired},
    {"codes", 9, seed_codes},
    {"visits", 6, seed_visits},
    {"account", 6, seed_account},
    {"sessions", 6, seed_sessions},
};

static const struct kind *
find_kind(int argc, char **argv)
{
	for (size_t i = 0; argc > 3 && i < sizeof kinds / sizeof *kinds; i++)
		if (str_equal(kinds[i].name, argv[2]) && kinds[i].argc == argc)
			return &kinds[i];
	return NULL;
}

static const char *
argument(int argc, char **argv, int i)
{
	return i < argc ? argv[i] : NULL;
}

int
main(int argc, char **argv)
{
	struct seed s = {.now = clock_now(),
	    .client_id = argument(argc, argv, 4),
	    .person = argument(argc, argv, 5),
	    .scope = argument(argc, argv, 6),
	    .redirect_uri = argument(argc, argv, 7),
	    .challenge = argument(argc, argv, 8)};
	const struct kind *kind = find_kind(argc, argv);
	char message[CONF_MESSAGE_CAP] = "";
	enum err e;

	if (kind == NULL || str_to_int64(argv[3], 1, 100000000, &s.total) != OK)
		return refuse(
		    "DIR people|families|expired|codes|visits|account|sessions "
		    "N ...");
	if (kind->make == seed_families &&
	    str_to_int64(argv[7], 1, s.total, &s.sample) != OK)
		return refuse("how many tokens to print?");
	s.ids =
	    calloc((size_t)(s.total > BATCH ? s.total : BATCH), sizeof *s.ids);
	if (s.ids == NULL || provider_open(&s.p, argv[1], PROVIDER_KEYRING,
				 message, sizeof message) != OK)
		return refuse(message);
	e = kind->make(&s);
	provider_close(&s.p);
	free(s.people);
	free(s.ids);
	return e == OK ? EXIT_SUCCESS : refuse(err_name(e));
}
