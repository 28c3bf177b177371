#include "domain/exchange.h"

#include "base/str.h"

/* Whether API answers to NAME, and how `aud` then calls it. */
static bool
answers_to(
    const struct client *api, const char *name, char aud[static AUDIENCE_CAP])
{
	const char *cursor = api->resources;

	if (resource_find(aud, api->resources, name))
		return true;
	return str_equal(api->client_id, name) &&
	       (words_next(&cursor, aud, AUDIENCE_CAP) ||
		   str_copy(aud, AUDIENCE_CAP, name) == OK);
}

enum err
exchange_target(struct store_txn *t, const struct client *c, const char *name,
    char aud[static AUDIENCE_CAP], struct client *api)
{
	const char *cursor = c->exchange_for;
	char id[CLIENT_ID_CAP];

	while (words_next(&cursor, id, sizeof id)) {
		enum err e = client_get(t, id, api);

		if (e == OK && answers_to(api, name, aud))
			return OK;
		if (e != OK && e != ERR_NOT_FOUND)
			return e;
	}
	aud[0] = '\0';
	return ERR_INVALID_TARGET;
}

enum reason
exchange_refusal(struct store_txn *t, const struct client *c, const char *aud,
    const struct user *u)
{
	char word[AUDIENCE_CAP], called[AUDIENCE_CAP];
	struct client api;

	while (words_next(&aud, word, sizeof word)) {
		if (exchange_target(t, c, word, called, &api) != OK)
			return REASON_TARGET_NOT_ALLOWED;
		if (!client_admits(&api, u))
			return REASON_USER_NOT_IN_GROUP;
	}
	return REASON_NONE;
}

bool
exchange_has_unknown(struct store_txn *t, const struct client *c,
    char unknown[static CLIENT_ID_CAP])
{
	const char *cursor = c->exchange_for;
	struct client api;

	while (words_next(&cursor, unknown, CLIENT_ID_CAP))
		if (client_get(t, unknown, &api) == ERR_NOT_FOUND)
			return true;
	return false;
}

struct naming_search {
	const char *client_id;
	bool found;
	struct client client;
};

static bool
find_naming(void *arg, const void *record)
{
	const struct client *c = record;
	struct naming_search *s = arg;

	s->found = words_has(c->exchange_for, s->client_id);
	if (s->found)
		s->client = *c;
	return !s->found;
}

void
exchange_forget(struct store_txn *t, const char *client_id)
{
	struct naming_search s = {.client_id = client_id};
	struct client *c = &s.client;

	for (;;) {
		s.found = false;
		client_each(t, find_naming, &s);
		if (!s.found || store_failed(t) != OK)
			return;
		words_remove(c->exchange_for, client_id);
		if (client_restore(t, c) != OK)
			return;
	}
}
