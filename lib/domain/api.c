#include "domain/api.h"

#include "base/str.h"
#include "domain/client_index.h"

#include <string.h>

struct api_search {
	struct store_txn *t;
	char *registered;
	struct client *api;
	const struct user *u; /* NULL: the first will do */
	bool found, admitted;
};

static bool
take_api(void *arg, const char *client_id, const char *value)
{
	struct api_search *s = arg;

	if (client_get(s->t, client_id, s->api) != OK ||
	    str_copy(s->registered, AUDIENCE_CAP, value) != OK)
		return true;
	s->found = true;
	s->admitted = s->u == NULL || client_admits(s->api, s->u);
	return !s->admitted;
}

static void
search_apis(struct api_search *s, const char *resource)
{
	char key[AUDIENCE_CAP];

	resource_key(key, resource);
	s->registered[0] = '\0';
	if (key[0] != '\0')
		client_index_each(s->t, TABLE_RESOURCES, key, take_api, s);
}

enum err
api_find(struct store_txn *t, const char *resource,
    char registered[static AUDIENCE_CAP], struct client *api)
{
	struct api_search s = {.t = t, .registered = registered, .api = api};

	search_apis(&s, resource);
	if (store_failed(t) != OK)
		return store_failed(t);
	return s.found ? OK : ERR_NOT_FOUND;
}

static enum err
settle_resource(struct store_txn *t, const struct client *c, const char *asked,
    char registered[static AUDIENCE_CAP])
{
	struct client api;
	enum err e;

	if (resource_find(registered, c->audience, asked))
		return OK;
	e = api_find(t, asked, registered, &api);
	return e == ERR_NOT_FOUND ? ERR_INVALID_TARGET : e;
}

enum err
apis_settle(struct store_txn *t, const struct client *c, const char *asked,
    char settled[static RESOURCE_LIST_CAP])
{
	char word[AUDIENCE_CAP], registered[AUDIENCE_CAP];
	enum err e = OK;

	settled[0] = '\0';
	while (e == OK && words_next(&asked, word, sizeof word)) {
		e = settle_resource(t, c, word, registered);
		if (e == OK &&
		    words_add(settled, RESOURCE_LIST_CAP, registered) != OK)
			e = ERR_INVALID_TARGET;
	}
	if (e == OK && (asked[0] != '\0' || /* one is too long */
			   words_count(settled) > RESOURCE_LIST_MAX))
		e = ERR_INVALID_TARGET;
	return e;
}

static enum err
title_of(struct store_txn *t, const char *resource, struct api_title *title)
{
	struct client api;
	enum err e = api_find(t, resource, title->resource, &api);

	if (e == OK)
		return str_copy(title->name, sizeof title->name, api.name);
	title->name[0] = '\0';
	return e == ERR_NOT_FOUND
		   ? str_copy(title->resource, sizeof title->resource, resource)
		   : e;
}

enum err
apis_titles(
    struct store_txn *t, const char *resources, struct api_titles *titles)
{
	char word[AUDIENCE_CAP];
	enum err e = OK;

	titles->count = 0;
	while (e == OK && titles->count < RESOURCE_LIST_MAX &&
	       words_next(&resources, word, sizeof word))
		e = title_of(t, word, &titles->of[titles->count++]);
	return e;
}

/* In a frame of its own: a client is large. */
static __attribute__((noinline)) enum reason
one_refusal(struct store_txn *t, const char *resource, const struct user *u)
{
	char registered[AUDIENCE_CAP];
	struct client api;
	struct api_search s = {
	    .t = t, .registered = registered, .api = &api, .u = u};

	search_apis(&s, resource);
	if (!s.found)
		return REASON_RESOURCE_UNKNOWN;
	return s.admitted ? REASON_NONE : REASON_USER_NOT_IN_GROUP;
}

enum reason
apis_refusal(struct store_txn *t, const struct client *c, const char *resources,
    const struct user *u)
{
	char word[AUDIENCE_CAP];
	enum reason reason = REASON_NONE;

	while (
	    reason == REASON_NONE && words_next(&resources, word, sizeof word))
		if (!resource_listed(c->audience, word))
			reason = one_refusal(t, word, u);
	return reason;
}

void
apis_foreign(const struct client *c, const char *resources,
    char foreign[static RESOURCE_LIST_CAP])
{
	char word[AUDIENCE_CAP];

	foreign[0] = '\0';
	while (words_next(&resources, word, sizeof word))
		if (!resource_listed(c->audience, word) &&
		    words_add(foreign, RESOURCE_LIST_CAP, word) != OK)
			return; /* a part of RESOURCES fits */
}
