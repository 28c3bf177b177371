#include "interaction/app_list.h"

#include "base/buf.h"
#include "base/names.h"
#include "base/str.h"
#include "domain/client.h"
#include "domain/site.h"
#include "web/picture.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
	GROW = 16,
	/* What all apps together may take of a page. */
	PAGE_ROOM = 65536,
	ROW_BESIDE = 256, /* of an app's row, without its texts */
	LETTER_CAP = 5,   /* a character of UTF-8 */
	ICON_URL_CAP = ISSUER_CAP + 3 * CLIENT_ID_CAP + 64
};

struct listed_app {
	char client_id[CLIENT_ID_CAP];
	char name[CLIENT_NAME_CAP];
	char link[URI_CAP];
	char icon[ICON_TAG_CAP];
};

struct app_collection {
	struct store_txn *t;
	struct site *site; /* room for one; NULL until there is one */
	struct app_list *list;
	const struct user *user;
	bool failed;
};

static bool
make_room(struct app_list *list)
{
	struct listed_app *more;

	if (list->count % GROW != 0)
		return true;
	more = realloc(list->apps, (list->count + GROW) * sizeof *more);
	if (more != NULL)
		list->apps = more;
	return more != NULL;
}

/* Whether the front page of the site C is for the person. A site without a name
 * is not listed: its address says nothing to people. */
static bool
site_is_listed(struct app_collection *d, const struct client *c)
{
	struct site_rule r;

	if (str_equal(c->name, c->client_id))
		return false;
	if (d->site == NULL)
		d->site = calloc(1, sizeof *d->site);
	d->failed = d->site == NULL;
	return !d->failed && site_get(d->t, c->client_id, d->site) == OK &&
	       site_rules_find(&r, &d->site->rules, "GET", "/") == OK &&
	       (r.anyone || r.signed_in ||
		   names_overlap(r.groups, d->user->groups));
}

static void
list_app(struct listed_app *app, const struct client *c)
{
	struct buf link;

	memcpy(app->client_id, c->client_id, sizeof app->client_id);
	memcpy(app->name, c->name, sizeof app->name);
	memcpy(app->icon, c->icon, sizeof app->icon);
	buf_init(&link, app->link, sizeof app->link);
	if (c->is_site)
		buf_printf(&link, "%s/", c->client_id);
	else
		buf_puts(&link, c->link);
}

static bool
collect_app(void *arg, const void *record)
{
	const struct client *c = record;
	struct app_collection *d = arg;
	struct app_list *list = d->list;
	size_t size = strlen(c->name) + strlen(c->link) +
		      2 * strlen(c->client_id) + ROW_BESIDE;

	/* A stranger's link is its own word. */
	if (!client_admits(c, d->user) || client_is_stranger(c) ||
	    (c->is_site ? !site_is_listed(d, c) : c->link[0] == '\0'))
		return !d->failed;
	if (size > list->room)
		return false;
	if (!make_room(list)) {
		d->failed = true;
		return false;
	}
	list_app(&list->apps[list->count++], c);
	list->room -= size;
	return true;
}

static int
by_name(const void *a, const void *b)
{
	const struct listed_app *x = a, *y = b;

	return strcasecmp(x->name, y->name);
}

enum err
app_list_look(struct store_txn *t, struct account *a, void *arg)
{
	struct app_collection d = {.t = t, .list = arg, .user = &a->user};

	d.list->count = 0;
	d.list->room = PAGE_ROOM;
	client_each(t, collect_app, &d);
	free(d.site);
	if (d.list->count > 0)
		qsort(
		    d.list->apps, d.list->count, sizeof *d.list->apps, by_name);
	return d.failed ? ERR_NO_MEMORY : store_failed(t);
}

/* The first character of NAME, in capitals where it is ASCII. */
static void
put_letter(struct json_build *b, const char *name)
{
	char letter[LETTER_CAP] = {name[0]};

	if (name[0] >= 'a' && name[0] <= 'z')
		letter[0] = (char)(name[0] - 'a' + 'A');
	for (size_t n = 1; n < LETTER_CAP - 1 && (name[n] & 0xc0) == 0x80; n++)
		letter[n] = name[n];
	json_put_str(b, "letter", letter);
}

static json_t *
describe_app(const struct listed_app *app, const struct conf *conf)
{
	char icon[ICON_URL_CAP] = "";
	struct json_build b;
	struct buf u;

	buf_init(&u, icon, sizeof icon);
	if (app->icon[0] != '\0')
		picture_put_icon_url(&u, conf, app->client_id, app->icon);
	json_begin(&b);
	json_put_str(&b, "app_name", app->name);
	json_put_str(&b, "link", app->link);
	json_put_str(&b, "icon_url", icon);
	put_letter(&b, app->name);
	return json_finish(&b);
}

void
app_list_put(
    struct json_build *b, const struct app_list *list, const struct conf *conf)
{
	json_t *apps = json_array();

	for (size_t n = 0; n < list->count; n++)
		if (json_array_append_new(
			apps, describe_app(&list->apps[n], conf)) != 0)
			b->failed = true;
	json_put(b, "apps", apps);
	json_put_bool(b, "has_apps", list->count > 0);
}

void
app_list_free(void *list)
{
	struct app_list *l = list;

	free(l->apps);
	*l = (struct app_list){0};
}
