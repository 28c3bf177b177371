/* All sites; and what is changed of a whole one. */
#include "interaction/admin_sites.h"

#include "base/str.h"
#include "interaction/admin_site.h"
#include "interaction/own_parts.h"

#include <stdlib.h>
#include <string.h>

/* --- the list --------------------------------------------------------------*/

struct sites_data {
	const char *from;
	struct desk_list list;
};

static void
ask_for_sites(struct interaction *i, void *data)
{
	struct sites_data *d = data;

	d->from = desk_asked(i, "from");
	desk_list_begin(&d->list, i);
}

/* A site's client has its name and groups, and its client_id is the origin. */
static bool
add_site_row(void *arg, const void *record)
{
	const struct client *c = record;
	struct sites_data *d = arg;
	char url[DESK_URL_CAP], groups[DESK_GROUPS_CAP];

	if (!c->is_site || strcmp(c->client_id, d->from) < 0)
		return true;
	desk_url(url, d->list.i, "/admin/site", "origin", c->client_id);
	return desk_list_add(&d->list,
	    &(struct desk_row){.url = url,
		.title = c->name,
		.lines = {str_equal(c->name, c->client_id) ? "" : c->client_id,
		    desk_shown_groups(groups, sizeof groups, c->groups)}},
	    c->client_id);
}

static enum err
look_at_all_sites(struct store_txn *t, struct account *me, void *data)
{
	struct sites_data *d = data;

	(void)me;
	desk_list_restart(&d->list);
	client_each(t, add_site_row, d);
	return store_failed(t);
}

static void
put_sites(struct interaction *i, struct json_build *b)
{
	struct sites_data *d = own_state(i)->data;

	desk_head(i, b, "desk_sites.title", "");
	json_put_str(b, "lead", desk_text(i, "desk_sites.note"));
	desk_link(i, b, "desk_sites.add", "/admin/sites/add", NULL, NULL);
	desk_list_put(&d->list, b, "desk_sites.empty");
}

static void
free_sites(void *data)
{
	struct sites_data *d = data;

	desk_list_free(&d->list);
}

static const struct step sites_step = {
    .purpose = "desk sites",
    .template = "desk_list.html",
    .page = put_sites,
};

const struct own_page desk_sites_page = {
    .path = "/admin/sites",
    .steps = {&sites_step},
    .data_size = sizeof(struct sites_data),
    .ask = ask_for_sites,
    .look = look_at_all_sites,
    .free_data = free_sites,
};

/* --- what a form says of one -----------------------------------------------*/

static void
put_site_fields(
    struct interaction *i, struct json_build *b, const struct client *c)
{
	char groups[DESK_GROUPS_CAP];

	desk_shown_groups(groups, sizeof groups, c->groups);
	desk_field(i, b,
	    &(struct desk_field){.name = "site_name",
		.label = "desk_app.name",
		.value = own_typed(i, "site_name", c->name)});
	desk_field(i, b,
	    &(struct desk_field){.name = "groups",
		.label = "desk_app.groups",
		.note = "desk_app.groups_note",
		.value = own_typed(i, "groups", groups)});
}

static enum err
read_site_fields(struct site_change *s)
{
	struct client *c = &s->client;
	const char *name = form_get(s->posted, "site_name");
	const char *typed = form_get(s->posted, "groups"), *message;

	if (name == NULL)
		name = "";
	if (str_has_control(name) ||
	    str_copy(c->name, sizeof c->name, name) != OK)
		return site_refuse(s, "desk_app.bad_name", NULL);
	str_trim(c->name);
	if (c->name[0] == '\0' &&
	    str_copy(c->name, sizeof c->name, c->client_id) != OK)
		return site_refuse(s, "desk_app.bad_name", NULL);
	message = desk_groups(
	    c->groups, sizeof c->groups, typed != NULL ? typed : "");
	return message == NULL ? OK
			       : site_refuse(s, "desk.bad_groups", message);
}

/* --- one more --------------------------------------------------------------*/

static void
put_site_add(struct interaction *i, struct json_build *b)
{
	desk_head(i, b, "desk_sites.add", "");
	desk_field(i, b,
	    &(struct desk_field){.name = "origin",
		.label = "desk_site.origin",
		.note = "desk_site.origin_note",
		.value = own_typed(i, "origin", ""),
		.required = true});
	put_site_fields(i, b, &(struct client){.is_site = true});
	json_put_str(b, "submit", desk_text(i, "desk_sites.add"));
	desk_back(i, b, "/admin/sites", NULL, NULL);
}

static enum err
desk_add_site_step(const struct desk_change *c, void *arg)
{
	struct site_change *s = arg;
	enum err e = sites_add(c->t, &s->site, &s->client, &c->by);

	return e == ERR_EXISTS ? site_refuse(s, "desk_site.taken", NULL) : e;
}

static enum err
compose_site(struct site_change *s, const struct conf *conf)
{
	const char *message = site_origin_refusal(s->origin, conf->secure);

	if (message != NULL ||
	    sites_begin(&s->site, &s->client, s->origin) != OK)
		return site_refuse(s, "desk_site.bad_origin", message);
	return read_site_fields(s);
}

static void
desk_add_site(struct interaction *i, const struct form *posted)
{
	struct site_change *s = site_change_new(i, posted);
	const char *typed = form_get(posted, "origin");
	char origin[CLIENT_ID_CAP];

	if (s == NULL)
		return;
	str_cut(origin, sizeof origin, typed != NULL ? typed : "");
	str_trim(origin);
	s->origin = origin;
	if (compose_site(s, i->conf) == OK) {
		site_change_run(
		    i, s, desk_add_site_step, "/admin/site", "done.added");
		return;
	}
	desk_refuse(i, own_state(i)->page->steps[0], s->key, s->message);
	free(s);
}

static const struct step site_add_step = {
    .purpose = "desk site add",
    .fresh = true,
    .template = "desk_form.html",
    .page = put_site_add,
    .buttons = {{"save", desk_add_site}},
};

const struct own_page desk_site_add_page = {
    .path = "/admin/sites/add",
    .steps = {&site_add_step},
    .keeps_typed = true,
};

/* --- changed ---------------------------------------------------------------*/

static void
put_site_edit(struct interaction *i, struct json_build *b)
{
	const struct site_data *d = site_shown(i);

	desk_head(i, b, "desk_site.edit", d->client.name);
	put_site_fields(i, b, &d->client);
	json_put_str(b, "submit", desk_text(i, "desk.save"));
	desk_back(i, b, "/admin/site", "origin", d->site.origin);
}

static enum err
edit_site_step(const struct desk_change *c, void *arg)
{
	struct site_change *s = arg;
	enum err e = site_change_find(c->t, s);

	if (e == OK)
		e = read_site_fields(s);
	return e == OK ? sites_set(c->t, &s->site, &s->client, &c->by) : e;
}

static void
edit_site(struct interaction *i, const struct form *posted)
{
	struct site_change *s = site_change_new(i, posted);

	if (s == NULL)
		return;
	site_change_run(i, s, edit_site_step, "/admin/site", "done.saved");
}

static const struct step site_edit_step = {
    .purpose = "desk site edit",
    .fresh = true,
    .template = "desk_form.html",
    .page = put_site_edit,
    .buttons = {{"save", edit_site}},
};

const struct own_page desk_site_edit_page = {
    .path = "/admin/site/edit",
    .steps = {&site_edit_step},
    .keeps_typed = true,
    .data_size = sizeof(struct site_data),
    .ask = ask_for_site,
    .look = look_at_site,
};

/* --- removed ---------------------------------------------------------------*/

static void
put_site_remove(struct interaction *i, struct json_build *b)
{
	const struct site_data *d = site_shown(i);

	desk_head(i, b, "desk_site.remove", d->client.name);
	if (d->site.origin[0] == '\0') {
		json_put_str(b, "lead", desk_text(i, "desk.gone"));
		desk_back(i, b, "/admin/sites", NULL, NULL);
		return;
	}
	json_put_str(b, "lead", desk_text(i, "desk_site.remove_note"));
	json_put_str(b, "submit", desk_text(i, "desk_site.remove"));
	desk_back(i, b, "/admin/site", "origin", d->site.origin);
}

static enum err
remove_site_step(const struct desk_change *c, void *arg)
{
	return sites_remove(c->t, arg, &c->by);
}

static void
remove_whole_site(struct interaction *i, const struct form *posted)
{
	struct site_data *d = site_shown(i);

	(void)posted;
	if (d->site.origin[0] == '\0' ||
	    desk_change(i, remove_site_step, d->site.origin) == OK)
		desk_done(i, "/admin/sites", NULL, NULL, "done.removed");
}

static const struct step site_remove_step = {
    .purpose = "desk site remove",
    .fresh = true,
    .template = "desk_question.html",
    .page = put_site_remove,
    .buttons = {{"save", remove_whole_site}},
};

const struct own_page desk_site_remove_page = {
    .path = "/admin/site/remove",
    .steps = {&site_remove_step},
    .data_size = sizeof(struct site_data),
    .ask = ask_for_site,
    .look = look_for_site,
};
