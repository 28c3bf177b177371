/*
 * Fills a store for `make bench`, through the functions the programs use:
 *
 *	seed DIR families N CLIENT PERSON SCOPE SAMPLE
 *	seed DIR codes N CLIENT PERSON SCOPE REDIRECT_URI CHALLENGE
 *
 * Makes N and prints, a line each, SAMPLE refresh tokens from all over them,
 * or the N codes. Many in a transaction: it is the store that is wanted, not
 * the way there.
 */
#include "base/clock.h"
#include "base/str.h"
#include "domain/code.h"
#include "domain/family.h"
#include "domain/user.h"
#include "protocol/provider.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH = 20000 };

struct seed {
	struct provider p;
	int64_t now, total, done, sample;
	const char *person, *client_id, *scope, *redirect_uri, *challenge;
	uint8_t user_id[USER_ID_LEN];
	uint8_t (*ids)[FAMILY_ID_LEN]; /* of the batch */
};

static int
refuse(const char *what)
{
	fprintf(stderr, "seed: %s\n", what);
	return EXIT_FAILURE;
}

static enum err
find_person(struct store_txn *t, void *arg)
{
	struct seed *s = arg;
	struct user u;
	enum err e = user_find(t, s->person, &u);

	memcpy(s->user_id, u.user_id, USER_ID_LEN);
	return e;
}

/* Ids rise, spread over all there can be: what is put in order is put fast. */
static void
make_id(const struct seed *s, int64_t i, uint8_t id[static FAMILY_ID_LEN])
{
	uint64_t first = UINT64_MAX / (uint64_t)s->total * (uint64_t)i;

	random_bytes(id, FAMILY_ID_LEN);
	for (size_t n = 8; n-- > 0; first >>= 8)
		id[n] = (uint8_t)first;
}

/* Each a little younger than the one before, so that their expiries differ. */
static enum err
families_step(struct store_txn *t, void *arg)
{
	struct seed *s = arg;
	struct family_lifetimes l = provider_lifetimes(&s->p);
	enum err e = OK;

	for (int64_t i = 0; e == OK && i < BATCH && s->done + i < s->total;
	     i++) {
		int64_t age =
		    (s->total - s->done - i) * (l.idle_s / 2) / s->total;
		struct family f = {.refreshable = true,
		    .offline = true,
		    .auth_time = s->now - age,
		    .amr = "pwd"};

		memcpy(f.family_id, s->ids[i], FAMILY_ID_LEN);
		memcpy(f.user_id, s->user_id, USER_ID_LEN);
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
print_token(const struct seed *s, enum token_kind kind, const struct token *t)
{
	char text[TOKEN_TEXT_CAP];

	token_encode(text, kind, t, &s->p.keyring);
	puts(text);
}

/* Every so-manieth, so that SAMPLE come out of it all. */
static bool
is_sampled(const struct seed *s, int64_t i)
{
	return i * s->sample / s->total != (i + 1) * s->sample / s->total;
}

static enum err
seed_families(struct seed *s)
{
	for (; s->done < s->total; s->done += BATCH) {
		enum err e;

		for (int64_t i = 0; i < BATCH && s->done + i < s->total; i++)
			make_id(s, s->done + i, s->ids[i]);
		e = store_write(s->p.store, s->now, families_step, s);
		if (e != OK)
			return e;
		for (int64_t i = 0; i < BATCH && s->done + i < s->total; i++) {
			struct token t = {.number = 1};

			memcpy(t.family_id, s->ids[i], FAMILY_ID_LEN);
			if (is_sampled(s, s->done + i))
				print_token(s, TOKEN_REFRESH, &t);
		}
	}
	return OK;
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
	enum err e = pkce_challenge(c.code_challenge, s->challenge);

	memcpy(c.user_id, s->user_id, USER_ID_LEN);
	random_bytes(c.sid, SID_LEN);
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
	struct token t = {.number = (uint64_t)(s->now + CODE_LIFETIME_S)};
	enum err e = store_write(s->p.store, s->now, codes_step, s);

	for (int64_t i = 0; e == OK && i < s->total; i++) {
		memcpy(t.family_id, s->ids[i], FAMILY_ID_LEN);
		print_token(s, TOKEN_CODE, &t);
	}
	return e;
}

int
main(int argc, char **argv)
{
	struct seed s = {.now = clock_now()};
	bool codes = argc == 9 && str_equal(argv[2], "codes");
	char why[CONF_WHY_CAP] = "";
	enum err e;

	if ((!codes && argc != 8) ||
	    str_to_int64(argv[3], 1, 100000000, &s.total) != OK)
		return refuse("DIR families|codes N CLIENT PERSON SCOPE ...");
	if (!codes && str_to_int64(argv[7], 1, s.total, &s.sample) != OK)
		return refuse("how many tokens to print?");
	s.client_id = argv[4];
	s.person = argv[5];
	s.scope = argv[6];
	s.redirect_uri = argv[7];
	s.challenge = argv[argc - 1];
	s.ids = calloc((size_t)(codes ? s.total : BATCH), sizeof *s.ids);
	if (s.ids == NULL || provider_open(&s.p, argv[1], PROVIDER_KEYRING, why,
				 sizeof why) != OK)
		return refuse(why);
	e = store_read(s.p.store, find_person, &s);
	if (e == OK)
		e = codes ? seed_codes(&s) : seed_families(&s);
	provider_close(&s.p);
	free(s.ids);
	return e == OK ? EXIT_SUCCESS : refuse(err_name(e));
}
