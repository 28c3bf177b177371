#include "protocol/account_apps.h"

#include "base/clock.h"
#include "base/str.h"
#include "domain/consent.h"
#include "domain/family.h"
#include "domain/removal.h"
#include "domain/session_end.h"

#include <stdlib.h>
#include <string.h>

struct app_look {
	struct store_txn *t;
	const struct account *account;
	struct account_apps *found;
	size_t cap;
	enum err e;
};

/* A new one at PLACE; NULL: there is no room. */
static struct account_app *
insert_app(struct app_look *l, size_t place)
{
	struct account_apps *f = l->found;
	struct account_app *larger;

	if (f->count == ACCOUNT_APPS_MAX) {
		f->more = true;
		return NULL;
	}
	if (f->count == l->cap) {
		l->cap = l->cap > 0 ? 2 * l->cap : 8;
		larger = realloc(f->list, l->cap * sizeof *larger);
		if (larger == NULL) {
			l->e = ERR_NO_MEMORY;
			return NULL;
		}
		f->list = larger;
	}
	memmove(f->list + place + 1, f->list + place,
	    (f->count - place) * sizeof *f->list);
	f->count++;
	f->list[place] = (struct account_app){0};
	return &f->list[place];
}

/* Where CLIENT_ID is in the list, or belongs. */
static size_t
place_of(const struct account_apps *f, const char *client_id)
{
	size_t low = 0, high = f->count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (strcmp(f->list[middle].client_id, client_id) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct account_app *
find_at(const struct account_apps *f, size_t place, const char *client_id)
{
	return place < f->count &&
		       str_equal(f->list[place].client_id, client_id)
		   ? &f->list[place]
		   : NULL;
}

const struct account_app *
account_app_find(const struct account_apps *apps, const char *client_id)
{
	return find_at(apps, place_of(apps, client_id), client_id);
}

/* What the list says of CLIENT_ID, with SCOPE added and SINCE as early as that;
 * NULL: there is no room. */
static struct account_app *
note_app(
    struct app_look *l, const char *client_id, const char *scope, int64_t since)
{
	size_t place = place_of(l->found, client_id);
	struct account_app *app = find_at(l->found, place, client_id);
	char word[SCOPE_WORD_CAP];

	if (app == NULL) {
		app = insert_app(l, place);
		if (app == NULL)
			return NULL;
		app->since = since;
		str_cut(app->client_id, sizeof app->client_id, client_id);
	}
	app->since = earlier(app->since, since);
	while (words_next(&scope, word, sizeof word))
		if (words_add(app->scope, sizeof app->scope, word) != OK)
			break;
	app->offline = words_has(app->scope, "offline_access");
	return app;
}

static void
note_resources(struct account_app *app, const char *resources)
{
	char word[AUDIENCE_CAP];

	while (app != NULL && words_next(&resources, word, sizeof word))
		if (words_add(app->resources, sizeof app->resources, word) !=
		    OK)
			return;
}

static bool
note_consent(void *arg, const void *record)
{
	struct app_look *l = arg;
	const struct consent *c = record;

	note_resources(
	    note_app(l, c->client_id, c->granted, c->created_at), c->resources);
	return l->e == OK;
}

static bool
note_family(void *arg, const void *record)
{
	struct app_look *l = arg;
	const struct family *f = record;
	struct account_app *app;
	struct session s;

	if (f->expires_at <= l->account->now ||
	    (!f->offline &&
		session_get(l->t, f->sid, l->account->now, &s) != OK))
		return true;
	app = note_app(l, f->client_id, f->scope, f->created_at);
	if (app == NULL)
		return l->e == OK;
	note_resources(app, f->resources);
	app->offline |= f->offline;
	app->used_at = later(app->used_at, f->rotated_at);
	app->expires_at = later(app->expires_at, f->absolute_expires_at);
	return true;
}

/* Apps that were removed have nothing any more. */
static enum err
name_apps(struct store_txn *t, struct account_apps *f)
{
	struct client c;
	size_t kept = 0;
	enum err e = OK;

	for (size_t i = 0; i < f->count; i++) {
		struct account_app *app = &f->list[kept];

		*app = f->list[i];
		e = client_get(t, app->client_id, &c);
		if (e == ERR_NOT_FOUND)
			continue;
		if (e != OK)
			return e;
		str_cut(app->name, sizeof app->name, c.name);
		str_cut(
		    app->scope_texts, sizeof app->scope_texts, c.scope_texts);
		memcpy(app->claims, c.claims, sizeof app->claims);
		app->trusted = c.trusted;
		app->stranger = client_is_stranger(&c);
		app->is_site = c.is_site;
		kept++;
	}
	f->count = kept;
	return OK;
}

enum err
account_look_at_apps(struct store_txn *t, struct account *a, void *arg)
{
	struct account_apps *f = arg;
	struct app_look l = {.t = t, .account = a, .found = f};

	account_apps_free(f);
	consent_each(t, a->user.user_id, note_consent, &l);
	if (l.e == OK)
		family_each(t, a->user.user_id, note_family, &l);
	if (l.e == OK)
		l.e = name_apps(t, f);
	return l.e == OK ? store_failed(t) : l.e;
}

void
account_apps_free(void *apps)
{
	struct account_apps *f = apps;

	free(f->list);
	*f = (struct account_apps){0};
}

enum err
account_withdraw_app(struct store_txn *t, struct account *a, void *arg)
{
	const struct app_withdrawal *w = arg;
	struct consent c;
	enum err e = consent_get(t, a->user.user_id, w->client_id, &c);

	if (e != OK && e != ERR_NOT_FOUND)
		return e;
	consent_del(t, a->user.user_id, w->client_id);
	session_end_at_client(t, a->user.user_id, w->client_id, a->now);
	if (remove_families(t, a->user.user_id, w->client_id) > 0 || e == OK)
		account_audit(t, a, "app_removed", w->client_id, NULL, w->from);
	return store_failed(t);
}
