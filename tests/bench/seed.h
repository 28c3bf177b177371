/*
 * What the kinds of rows that seed.c makes share: what is wanted, whose they
 * are, and how tokens are printed.
 */
#ifndef LK_TESTS_BENCH_SEED_H
#define LK_TESTS_BENCH_SEED_H

#include "domain/family.h"
#include "domain/opaque_token.h"
#include "domain/session.h"
#include "domain/user.h"
#include "protocol/provider.h"

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

/* Finds the people of S (ARG), in a read transaction: S->people, which main
 * frees. ERR_NOT_FOUND: there are none; ERR_NO_MEMORY. */
enum err seed_find_people(struct store_txn *t, void *arg) MUST_CHECK;

/* Prints the token T on a line of its own. */
void seed_print_token(const struct seed *s, enum opaque_token_kind kind,
    const struct opaque_token *t);

/* The kinds that begin with a sign-in (seed_sessions.c). Each returns OK, or
 * the error of the store. */
enum err seed_visits(struct seed *s) MUST_CHECK;
enum err seed_account(struct seed *s) MUST_CHECK;
enum err seed_sessions(struct seed *s) MUST_CHECK;

#endif
