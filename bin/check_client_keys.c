/* The public keys of apps that sign: those at addresses of their own, and those
 * that cannot be used here. */
#include "check.h"

#include "base/str.h"
#include "client_keys.h"
#include "jose/jwk.h"

#include <stdlib.h>
#include <string.h>

enum { HOUR_S = 3600, DAY_S = 24 * HOUR_S, OLD_S = DAY_S, LISTED_MAX = 256 };

struct app_keys {
	char client_id[CLIENT_ID_CAP];
	bool at_address;
	int64_t fetched_at;
	char problem[CLIENT_KEYS_PROBLEM_CAP];
	size_t kept, usable;
};

struct app_keys_list {
	struct store_txn *t;
	size_t count;
	struct app_keys list[LISTED_MAX];
};

static void
count_keys(struct app_keys *a, const char *jwks)
{
	json_t *tree = json_loads(jwks, JSON_REJECT_DUPLICATES, NULL);
	struct jwk_set set;

	a->kept = json_array_size(json_object_get(tree, "keys"));
	json_decref(tree);
	a->usable =
	    jwk_set_read(&set, jwks, strlen(jwks)) == OK ? set.count : 0;
}

static bool
collect_app_keys(void *arg, const void *record)
{
	const struct client *c = record;
	struct app_keys_list *l = arg;
	struct app_keys *a = &l->list[l->count];
	struct client_keys kept;

	if (c->auth_method != AUTH_PRIVATE_KEY_JWT)
		return true;
	*a = (struct app_keys){.at_address = c->jwks_uri[0] != '\0'};
	memcpy(a->client_id, c->client_id, sizeof a->client_id);
	if (a->at_address) {
		if (client_keys_get(l->t, c, &kept) != OK)
			return false;
		a->fetched_at = kept.fetched_at;
		memcpy(a->problem, kept.problem, sizeof a->problem);
		count_keys(a, kept.jwks);
	} else {
		count_keys(a, c->jwks);
	}
	return ++l->count < LISTED_MAX;
}

static enum err
collect_app_keys_step(struct store_txn *t, void *arg)
{
	struct app_keys_list *l = arg;

	l->t = t;
	l->count = 0;
	client_each(t, collect_app_keys, l);
	return store_failed(t);
}

static void
check_use(struct check_run *c, const struct app_keys *a)
{
	static const struct check_advice none = {
	    "the app cannot authenticate with any of them",
	    "install libssl3, or use a build with RS256; or give the app a key "
	    "for EdDSA: latchkey client set ID --jwks FILE"};
	static const struct check_advice some = {
	    "the app cannot authenticate with the others",
	    "install libssl3, or use a build with RS256"};

	if (a->usable < a->kept)
		check_found(c, a->usable == 0 ? CHECK_ERROR : CHECK_WARNING,
		    a->usable == 0 ? &none : &some,
		    "app %s: %zu of its %zu public keys can be used here",
		    a->client_id, a->usable, a->kept);
}

static void
check_age(struct check_run *c, const struct app_keys *a)
{
	static const struct check_advice never = {
	    "the app cannot authenticate until they are",
	    "see that the address answers to this host: latchkey client show "
	    "ID. They are asked for when the app signs in"};
	static const struct check_advice old = {
	    "keys that the app has taken away since are still good, and new "
	    "ones are not",
	    "see that the address answers to this host: latchkey client show "
	    "ID"};
	const long long hours = (c->a->now - a->fetched_at) / HOUR_S;

	if (a->fetched_at == 0)
		check_found(c, CHECK_WARNING, &never,
		    "the public keys of app %s were never fetched: %s",
		    a->client_id,
		    a->problem[0] != '\0' ? client_keys_sentence(a->problem)
					  : "it has not signed in yet");
	else if (a->problem[0] != '\0')
		check_found(c,
		    c->a->now - a->fetched_at > OLD_S ? CHECK_WARNING
						      : CHECK_NOTE,
		    &old,
		    "the public keys of app %s were fetched %lld hours ago; "
		    "since then: %s (%s)",
		    a->client_id, hours, client_keys_sentence(a->problem),
		    a->problem);
	else
		check_found(c, CHECK_OK, NULL,
		    "the public keys of app %s were fetched %lld hours ago",
		    a->client_id, hours);
}

void
check_client_keys(struct check_run *c)
{
	struct app_keys_list *l = malloc(sizeof *l);

	if (l != NULL &&
	    store_read(c->a->store, collect_app_keys_step, l) == OK)
		for (size_t i = 0; i < l->count; i++) {
			check_use(c, &l->list[i]);
			if (l->list[i].at_address)
				check_age(c, &l->list[i]);
		}
	free(l);
}
