/* All apps; and one more, by a recipe or by hand. */
#include "interaction/admin_apps.h"

#include "base/names.h"
#include "base/str.h"
#include "domain/recipe_client.h"
#include "interaction/admin_app.h"
#include "interaction/own_parts.h"
#include "protocol/key_rotation.h"

#include <string.h>

/* --- the list --------------------------------------------------------------*/

struct apps_data {
	const char *from;
	struct desk_list list;
};

static void
ask_for_apps(struct interaction *i, void *data)
{
	struct apps_data *d = data;

	d->from = desk_asked(i, "from");
	desk_list_begin(&d->list, i);
}

static bool
add_app_row(void *arg, const void *record)
{
	const struct client *c = record;
	struct apps_data *d = arg;
	char url[DESK_URL_CAP], groups[DESK_GROUPS_CAP];

	if (c->is_site || strcmp(c->client_id, d->from) < 0)
		return true;
	desk_url(url, d->list.i, "/admin/app", "id", c->client_id);
	return desk_list_add(&d->list,
	    &(struct desk_row){.url = url,
		.title = c->name,
		.lines = {c->client_id,
		    desk_shown_groups(groups, sizeof groups, c->groups)}},
	    c->client_id);
}

static enum err
look_at_apps(struct store_txn *t, struct account *me, void *data)
{
	struct apps_data *d = data;

	(void)me;
	desk_list_restart(&d->list);
	client_each(t, add_app_row, d);
	return store_failed(t);
}

static void
put_apps(struct interaction *i, struct json_build *b)
{
	struct apps_data *d = own_state(i)->data;

	desk_head(i, b, "desk_apps.title", "");
	desk_link(i, b, "desk_apps.add", "/admin/apps/add", NULL, NULL);
	desk_list_put(&d->list, b, "desk_apps.empty");
}

static void
free_apps(void *data)
{
	struct apps_data *d = data;

	desk_list_free(&d->list);
}

static const struct step apps_step = {
    .purpose = "desk apps",
    .template = "desk_list.html",
    .page = put_apps,
};

const struct own_page desk_apps_page = {
    .path = "/admin/apps",
    .steps = {&apps_step},
    .data_size = sizeof(struct apps_data),
    .ask = ask_for_apps,
    .look = look_at_apps,
    .free_data = free_apps,
};

/* --- which app it is -------------------------------------------------------*/

/* One that cannot be used is left out; `latchkey client apps` says why. */
static bool
add_recipe_link(
    void *arg, const struct recipe *r, bool own, const char *message)
{
	struct desk_list *l = arg;
	char url[DESK_URL_CAP];

	(void)own;
	(void)message;
	if (r == NULL)
		return true;
	desk_url(url, l->i, "/admin/apps/add/recipe", "app", r->name);
	return desk_list_add(
	    l, &(struct desk_row){.url = url, .title = r->title}, "");
}

static void
put_app_choose(struct interaction *i, struct json_build *b)
{
	struct desk_list l;

	desk_head(i, b, "desk_apps.add", "");
	json_put_str(b, "lead", desk_text(i, "desk_apps.choose"));
	desk_link(i, b, "desk_apps.by_hand", "/admin/apps/add/own", NULL, NULL);
	desk_list_begin(&l, i);
	recipe_each(i->conf->dir, add_recipe_link, &l);
	l.more = false;
	desk_list_put(&l, b, "desk_apps.empty");
	desk_list_free(&l);
	desk_back(i, b, "/admin/apps", NULL, NULL);
}

static const struct step app_choose_step = {
    .purpose = "desk app choose",
    .template = "desk_list.html",
    .page = put_app_choose,
};

const struct own_page desk_app_choose_page = {
    .path = "/admin/apps/add", .steps = {&app_choose_step}};

/* --- what both ways have ---------------------------------------------------*/

static enum err
app_read_id(struct app_change *a)
{
	struct client *c = &a->client;
	const char *id = form_get(a->posted, "client_id"), *message;

	str_cut(c->client_id, sizeof c->client_id, id != NULL ? id : "");
	str_trim(c->client_id);
	message = client_id_refusal(c->client_id);
	return message == NULL
		   ? OK
		   : app_refuse(a, "desk_app.bad_client_id", message);
}

static enum err
add_app_step(const struct desk_change *c, void *arg)
{
	struct app_change *a = arg;
	enum err e = clients_add(c->t, &a->client, &c->by);

	return e == ERR_EXISTS ? app_refuse(a, "desk_app.id_taken", NULL) : e;
}

/* What is slow, before the step: the first key of its algorithm, and a
 * secret. The first also needs an administrator, but harms no one. */
static enum err
prepare_app(struct interaction *i, struct app_change *a)
{
	const struct provider *p = i->call->provider;
	const struct change by = {i->call->now, own_state(i)->account.user.name,
	    i->call->request.address};
	struct client *c = &a->client;
	enum err e = client_default_scope(c);

	if (e == OK && client_refusal(c) != NULL)
		return app_refuse(a, "desk_app.bad_app", client_refusal(c));
	if (e == OK)
		e = keys_ensure(p->store, p->conf.dir,
		    conf_access_token_alg(&p->conf, c->alg), &by);
	if (e == ERR_UNSUPPORTED)
		return app_refuse(a, "desk_app.no_rs256", NULL);
	if (e == OK && client_has_secret(c)) {
		client_secret_make(a->secret);
		e = client_secret_set(c, a->secret, &p->keyring);
	}
	if (e != OK)
		own_page_refuse(i, e, REASON_NONE);
	return e;
}

/* Adds A; the page of SHOWN comes next, or what is wrong. */
static void
add_app(struct interaction *i, struct app_change *a, enum err e,
    const struct step *shown)
{
	struct app_told *told = own_state(i)->data;

	if (e == OK)
		e = prepare_app(i, a);
	if (e == OK)
		e = desk_change(i, add_app_step, a);
	if (e == ERR_INVALID_REQUEST) {
		desk_refuse(
		    i, own_state(i)->page->steps[0], a->key, a->message);
	} else if (e == OK) {
		*told = (struct app_told){a->secret, &a->client};
		interaction_show(i, shown);
	}
	secret_wipe(a->secret, sizeof a->secret);
}

static void
put_app_id(struct interaction *i, struct json_build *b, const char *is)
{
	desk_field(i, b,
	    &(struct desk_field){.name = "client_id",
		.label = "desk_app.client_id",
		.note = "desk_app.client_id_note",
		.value = own_typed(i, "client_id", is),
		.required = true});
}

/* --- by a recipe -----------------------------------------------------------*/

struct app_recipe_data {
	struct app_told told;
	bool found;
	struct recipe recipe;
	char url[URI_CAP];
	char settings[RECIPE_SETTINGS_CAP];
};

static void
ask_for_recipe(struct interaction *i, void *data)
{
	struct app_recipe_data *d = data;
	char message[RECIPE_MESSAGE_CAP];
	bool own;

	d->found = recipe_load(&d->recipe, i->conf->dir, desk_asked(i, "app"),
		       &own, message) == OK;
}

static enum err
look_at_recipe(struct store_txn *t, struct account *me, void *data)
{
	const struct app_recipe_data *d = data;

	(void)t;
	(void)me;
	return d->found ? OK : ERR_NO_SUCH_PAGE;
}

static void
put_app_recipe(struct interaction *i, struct json_build *b)
{
	const struct app_recipe_data *d = own_state(i)->data;
	const struct client none = {.trusted = false};

	desk_head(i, b, "desk_apps.add", d->recipe.title);
	if (recipe_needs_url(&d->recipe))
		desk_field(i, b,
		    &(struct desk_field){.name = "url",
			.label = "desk_app.url",
			.note = "desk_app.url_note",
			.value = own_typed(i, "url", ""),
			.required = true});
	put_app_id(i, b, d->recipe.client_id);
	app_put_access(i, b, &none);
	json_put_str(b, "submit", desk_text(i, "desk_apps.add"));
	desk_back(i, b, "/admin/apps/add", NULL, NULL);
}

/* What to enter into the app. */
static void
put_app_settings(struct interaction *i, struct json_build *b)
{
	struct app_recipe_data *d = own_state(i)->data;
	const struct client *c = d->told.client;
	const char *secret = d->told.secret;

	desk_head(i, b, "desk_apps.added", c->name);
	if (recipe_settings(d->settings, &d->recipe, d->url, i->conf->issuer,
		c->client_id,
		secret[0] != '\0' ? secret
				  : desk_text(i, "desk_app.no_secret")) != OK)
		b->failed = true;
	json_put_str(b, "lead",
	    desk_text(i,
		secret[0] != '\0' ? "desk_app.enter_once" : "desk_app.enter"));
	json_put_str(b, "told", d->settings);
	desk_back(i, b, "/admin/app", "id", c->client_id);
}

static const struct step app_settings_step = {
    .purpose = "desk app settings",
    .template = "desk_told.html",
    .page = put_app_settings,
};

static enum err
app_read_recipe(
    struct app_change *a, struct app_recipe_data *d, enum jwa default_alg)
{
	const char *typed = form_get(a->posted, "url");
	const char *message = NULL;

	client_begin(&a->client, default_alg, false);
	if (recipe_needs_url(&d->recipe))
		message = recipe_url(d->url, typed != NULL ? typed : "");
	if (message == NULL)
		message = recipe_apply(&a->client, &d->recipe, d->url);
	if (message != NULL)
		return app_refuse(a, "desk_app.bad_url", message);
	return OK;
}

static void
add_app_of_recipe(struct interaction *i, const struct form *posted)
{
	struct app_change a = {.posted = posted};
	enum err e =
	    app_read_recipe(&a, own_state(i)->data, i->conf->default_alg);

	if (e == OK)
		e = app_read_id(&a);
	if (e == OK)
		e = app_read_access(&a);
	add_app(i, &a, e, &app_settings_step);
}

static const struct step app_recipe_step = {
    .purpose = "desk app recipe",
    .fresh = true,
    .template = "desk_form.html",
    .page = put_app_recipe,
    .buttons = {{"save", add_app_of_recipe}},
};

const struct own_page desk_app_recipe_page = {
    .path = "/admin/apps/add/recipe",
    .steps = {&app_recipe_step, &app_settings_step},
    .keeps_typed = true,
    .data_size = sizeof(struct app_recipe_data),
    .ask = ask_for_recipe,
    .look = look_at_recipe,
};

/* --- by hand ---------------------------------------------------------------*/

static const char *const app_algs[] = {"EdDSA", "RS256", "HS256", NULL};

static void
put_app_own(struct interaction *i, struct json_build *b)
{
	const struct client none = {.trusted = false};

	desk_head(i, b, "desk_apps.by_hand", "");
	put_app_id(i, b, "");
	app_put_addresses(i, b, &none);
	desk_field(i, b,
	    &(struct desk_field){.name = "alg",
		.label = "desk_app.algorithm",
		.note = "desk_app.algorithm_note",
		.kind = DESK_CHOICE,
		.options = app_algs,
		.options_key = "desk_alg",
		.value = own_typed(i, "alg", jwa_name(i->conf->default_alg))});
	desk_field(i, b,
	    &(struct desk_field){.name = "public",
		.label = "desk_app.public",
		.note = "desk_app.public_note",
		.kind = DESK_CHECK,
		.checked = desk_ticked(i, "public", false)});
	app_put_access(i, b, &none);
	json_put_str(b, "submit", desk_text(i, "desk_apps.add"));
	desk_back(i, b, "/admin/apps/add", NULL, NULL);
}

/* What every app needs to be told. */
static void
put_app_told(struct interaction *i, struct json_build *b)
{
	const struct app_told *told = own_state(i)->data;
	const struct client *c = told->client;

	desk_head(i, b, "desk_apps.added", c->name);
	json_put_str(b, "lead",
	    desk_text(i, told->secret[0] != '\0' ? "desk_app.enter_once"
						 : "desk_app.enter"));
	desk_fact(i, b, "desk_app.client_id", c->client_id);
	desk_fact(i, b, "desk_app.client_secret", told->secret);
	desk_fact(i, b, "desk_app.issuer", i->conf->issuer);
	desk_fact(i, b, "desk_app.redirect", c->redirect_uris);
	desk_fact(i, b, "desk_app.algorithm", jwa_name(c->alg));
	desk_back(i, b, "/admin/app", "id", c->client_id);
}

static const struct step app_told_step = {
    .purpose = "desk app told",
    .template = "desk_told.html",
    .page = put_app_told,
};

static void
add_app_by_hand(struct interaction *i, const struct form *posted)
{
	const char *alg = form_get(posted, "alg");
	struct app_change a = {.posted = posted};
	enum err e;

	client_begin(&a.client, i->conf->default_alg,
	    form_get(posted, "public") != NULL);
	if (alg != NULL && jwa_issued_from_name(alg) != JWA_COUNT)
		a.client.alg = jwa_issued_from_name(alg);
	e = app_read_id(&a);
	if (e == OK)
		e = app_read_addresses(&a);
	if (e == OK)
		e = app_read_access(&a);
	add_app(i, &a, e, &app_told_step);
}

static const struct step app_own_step = {
    .purpose = "desk app own",
    .fresh = true,
    .template = "desk_form.html",
    .page = put_app_own,
    .buttons = {{"save", add_app_by_hand}},
};

const struct own_page desk_app_own_page = {
    .path = "/admin/apps/add/own",
    .steps = {&app_own_step, &app_told_step},
    .keeps_typed = true,
    .data_size = sizeof(struct app_told),
};
