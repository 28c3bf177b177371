/* How a person gets in for the first time, or again: a one-time link, and
 * second factors that are taken away. */
#include "base/buf.h"
#include "domain/link.h"
#include "domain/people.h"
#include "interaction/admin_people.h"
#include "interaction/admin_person.h"
#include "web/date.h"

enum { LINK_URL_CAP = ISSUER_CAP + LINK_TEXT_CAP + 32 };

/* --- a link ----------------------------------------------------------------*/

struct link_data {
	struct person_data person; /* first: the person's pages have it there */
	struct link link;
	char url[LINK_URL_CAP];
};

static void
put_person_link(struct interaction *i, struct json_build *b)
{
	const struct user *u = person_shown(i);
	const struct link_data *d = own_state(i)->data;
	const bool reset = u->has_password;
	const bool has_second = factor_is_second(d->person.factors);

	desk_head(
	    i, b, reset ? "desk_person.reset" : "desk_person.invite", u->name);
	json_put_str(b, "lead",
	    desk_text(i, u->locked ? "desk_person.is_locked"
			 : reset   ? "desk_person.reset_note"
				   : "desk_person.invite_note"));
	if (reset && has_second && !u->locked)
		desk_field(i, b,
		    &(struct desk_field){.name = "factors",
			.label = "desk_person.reset_factors",
			.note = "desk_person.reset_second",
			.kind = DESK_CHECK,
			.checked = desk_ticked(i, "factors", false)});
	if (!u->locked)
		json_put_str(b, "submit",
		    desk_text(
			i, reset ? "desk_person.reset" : "desk_person.invite"));
	desk_back(i, b, "/admin/person", "name", u->name);
}

struct link_change {
	const char *name;
	bool factors;
	struct link link;
	char text[LINK_TEXT_CAP];
};

static enum err
make_link_step(const struct desk_change *c, void *arg)
{
	struct link_change *l = arg;
	enum link_kind kind = LINK_INVITE;
	struct user u;
	enum err e = user_find(c->t, l->name, &u);

	if (e == OK && u.has_password)
		kind = l->factors ? LINK_RESET_FACTORS : LINK_RESET;
	if (e == OK && u.locked)
		e = ERR_INVALID_REQUEST;
	if (e == OK) {
		link_make(l->text, &l->link, kind,
		    kind == LINK_INVITE ? LINK_INVITE_S : LINK_RESET_S, &u,
		    &c->p->keyring, &c->by);
		e = link_put(c->t, &l->link, &u, &c->by);
	}
	user_wipe(&u);
	return e;
}

/* Once; nothing keeps it. */
static void
put_made_link(struct interaction *i, struct json_build *b)
{
	const struct link_data *d = own_state(i)->data;
	const struct user *u = person_shown(i);

	desk_head(i, b, "desk_person.link", u->name);
	json_put_str(b, "lead", desk_text(i, "desk_person.link_once"));
	date_put(b, "until", d->link.good_until, &i->call->page);
	json_put_str(b, "told", d->url);
	desk_back(i, b, "/admin/person", "name", u->name);
}

static const struct step person_made_link_step = {
    .purpose = "desk person made link",
    .template = "desk_told.html",
    .page = put_made_link,
};

static void
make_person_link(struct interaction *i, const struct form *posted)
{
	struct link_data *d = own_state(i)->data;
	struct link_change l = {.name = person_shown(i)->name,
	    .factors = form_get(posted, "factors") != NULL};
	enum err e = desk_change(i, make_link_step, &l);
	struct buf b;

	if (e == ERR_INVALID_REQUEST) {
		desk_refuse(i, own_state(i)->page->steps[0],
		    "desk_person.is_locked", NULL);
	} else if (e == OK) {
		d->link = l.link;
		buf_init(&b, d->url, sizeof d->url);
		buf_printf(&b, "%s/join?link=%s", i->conf->issuer, l.text);
		interaction_show(i, &person_made_link_step);
	}
	secret_wipe(&l, sizeof l);
}

static const struct step person_link_step = {
    .purpose = "desk person link",
    .fresh = true,
    .template = "desk_question.html",
    .page = put_person_link,
    .buttons = {{"save", make_person_link}},
};

const struct own_page desk_person_link_page = {
    .path = "/admin/person/link",
    .steps = {&person_link_step, &person_made_link_step},
    .data_size = sizeof(struct link_data),
    .ask = ask_for_person,
    .look = look_at_person,
    .free_data = wipe_person,
};

/* --- second factors --------------------------------------------------------*/

static void
put_person_factors(struct interaction *i, struct json_build *b)
{
	const struct user *u = person_shown(i);

	desk_head(i, b, "desk_person.factors", u->name);
	json_put_str(b, "lead",
	    desk_text(i, u->has_password ? "desk_person.factors_note"
					 : "desk_person.factors_no_password"));
	if (u->has_password)
		json_put_str(b, "submit", desk_text(i, "desk_person.factors"));
	desk_back(i, b, "/admin/person", "name", u->name);
}

static enum err
remove_factors_step(const struct desk_change *c, void *arg)
{
	struct user u;
	enum err e = user_find(c->t, arg, &u);

	/* Their only way in stays. */
	if (e == OK && !u.has_password)
		e = ERR_INVALID_REQUEST;
	if (e == OK)
		e = people_remove_factors(c->t, &u, &c->by);
	user_wipe(&u);
	return e;
}

static void
remove_person_factors(struct interaction *i, const struct form *posted)
{
	struct person_data *d = own_state(i)->data;
	enum err e = desk_change(i, remove_factors_step, d->user.name);

	(void)posted;
	if (e == ERR_INVALID_REQUEST)
		desk_refuse(i, own_state(i)->page->steps[0],
		    "desk_person.factors_no_password", NULL);
	else if (e == OK)
		desk_done(
		    i, "/admin/person", "name", d->user.name, "done.factors");
}

static const struct step person_factors_step = {
    .purpose = "desk person factors",
    .fresh = true,
    .template = "desk_question.html",
    .page = put_person_factors,
    .buttons = {{"save", remove_person_factors}},
};

const struct own_page desk_person_factors_page = {
    .path = "/admin/person/factors",
    .steps = {&person_factors_step},
    OF_A_PERSON};
