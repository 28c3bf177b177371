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
 * N sessions has signed in to the clients APP0 and so on, as many as there are.
 * Many in a transaction: it is the store that is wanted, not the way there.
 */
#include "seed.h"

#include "base/clock.h"
#include "base/str.h"
#include "domain/code.h"
#include "domain/password.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH = 20000, HOUR_S = 3600, PASSWORD_LEN = 16 };

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

enum err
seed_find_people(struct store_txn *t, void *arg)
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

void
seed_print_token(const struct seed *s, enum opaque_token_kind kind,
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
	enum err e = store_read(s->p.store, seed_find_people, s);

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
				seed_print_token(s, OPAQUE_TOKEN_REFRESH, &t);
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
	enum err e = store_read(s->p.store, seed_find_people, s);

	if (e == OK)
		e = store_write(s->p.store, s->now, codes_step, s);
	for (int64_t i = 0; e == OK && i < s->total; i++) {
		memcpy(t.family_id, s->ids[i], FAMILY_ID_LEN);
		seed_print_token(s, OPAQUE_TOKEN_CODE, &t);
	}
	return e;
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
