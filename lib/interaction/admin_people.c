/* All people: looked for, and added. */
#include "interaction/admin_people.h"

#include "base/str.h"
#include "domain/people.h"
#include "interaction/admin_person.h"
#include "interaction/own_parts.h"

#include <string.h>

/* --- the list --------------------------------------------------------------*/

struct people_data {
	const char *sought, *from;
	char small[USER_DISPLAY_CAP]; /* SOUGHT in small letters */
	struct desk_list list;
};

static void
ask_for_people(struct interaction *i, void *data)
{
	struct people_data *d = data;

	d->sought = desk_asked(i, "q");
	d->from = desk_asked(i, "from");
	str_cut(d->small, sizeof d->small, d->sought);
	str_lower(d->small);
	desk_list_begin(&d->list, i);
}

static bool
text_has(const char *text, const char *small)
{
	char lower[USER_EMAIL_CAP];

	str_cut(lower, sizeof lower, text);
	str_lower(lower);
	return strstr(lower, small) != NULL;
}

static bool
is_sought(const struct user *u, const char *small)
{
	return small[0] == '\0' || strstr(u->name, small) != NULL ||
	       text_has(u->display, small) || text_has(u->email, small) ||
	       text_has(u->groups, small);
}

static bool
add_person_row(void *arg, const void *record)
{
	const struct user *u = record;
	struct people_data *d = arg;
	char url[DESK_URL_CAP], groups[DESK_GROUPS_CAP];

	if (strcmp(u->name, d->from) < 0 || !is_sought(u, d->small))
		return true;
	desk_url(url, d->list.i, "/admin/person", "name", u->name);
	return desk_list_add(&d->list,
	    &(struct desk_row){.url = url,
		.title = u->name,
		.mark = u->locked ? desk_text(d->list.i, "desk.locked") : "",
		.lines = {u->display, u->email,
		    desk_shown_groups(groups, sizeof groups, u->groups)}},
	    u->name);
}

static enum err
look_at_people(struct store_txn *t, struct account *me, void *data)
{
	struct people_data *d = data;

	(void)me;
	desk_list_restart(&d->list);
	user_each(t, add_person_row, d);
	return store_failed(t);
}

static void
put_people(struct interaction *i, struct json_build *b)
{
	struct people_data *d = own_state(i)->data;

	desk_head(i, b, "desk_people.title", "");
	desk_search(i, b, d->sought);
	desk_link(i, b, "desk_people.add", "/admin/people/add", NULL, NULL);
	desk_list_put(&d->list, b, "desk_people.empty");
}

static void
free_people(void *data)
{
	struct people_data *d = data;

	desk_list_free(&d->list);
}

static const struct step people_step = {
    .purpose = "desk people",
    .template = "desk_list.html",
    .page = put_people,
};

const struct own_page desk_people_page = {
    .path = "/admin/people",
    .steps = {&people_step},
    .data_size = sizeof(struct people_data),
    .ask = ask_for_people,
    .look = look_at_people,
    .free_data = free_people,
};

/* --- one more --------------------------------------------------------------*/

static void
put_person_add(struct interaction *i, struct json_build *b)
{
	desk_head(i, b, "desk_people.add", "");
	desk_field(i, b,
	    &(struct desk_field){.name = "person",
		.label = "desk.user_name",
		.value = own_typed(i, "person", ""),
		.required = true});
	desk_person_fields(i, b,
	    &(struct user){.email_verified = true, .phone_verified = true});
	json_put_str(b, "submit", desk_text(i, "desk_people.add"));
	desk_back(i, b, "/admin/people", NULL, NULL);
}

static enum err
add_person_step(const struct desk_change *c, void *arg)
{
	struct person_change *p = arg;
	struct user same;
	enum err e;

	e = user_find(c->t, p->user.name, &same);
	if (e == OK)
		return person_refuse(p, "desk_people.name_taken", NULL);
	e = person_check_email(c->t, p);
	if (e != OK)
		return e;
	return people_add(c->t, &p->user, &c->by);
}

static void
add_person(struct interaction *i, const struct form *posted)
{
	struct person_change p = {0};
	const char *message;
	char name[USER_NAME_CAP];
	enum err e = OK;

	str_cut(name, sizeof name, own_typed(i, "person", ""));
	str_trim(name);
	str_lower(name);
	message = user_name_refusal(name);
	if (message != NULL)
		e = person_refuse(&p, "desk_people.bad_name", message);
	else
		memcpy(p.user.name, name, sizeof name);
	if (e == OK)
		e = person_read_fields(&p, posted);
	if (e == OK)
		e = desk_change(i, add_person_step, &p);
	if (e == ERR_INVALID_REQUEST)
		desk_refuse(i, own_state(i)->page->steps[0], p.key, p.message);
	else if (e == OK)
		desk_done(
		    i, "/admin/person", "name", p.user.name, "done.added");
	user_wipe(&p.user);
}

static const struct step person_add_step = {
    .purpose = "desk person add",
    .fresh = true,
    .template = "desk_form.html",
    .page = put_person_add,
    .buttons = {{"save", add_person}},
};

const struct own_page desk_person_add_page = {
    .path = "/admin/people/add",
    .steps = {&person_add_step},
    .keeps_typed = true,
};
