#include "interaction/admin_person.h"

#include "base/buf.h"
#include "base/names.h"
#include "base/str.h"
#include "domain/attribute.h"
#include "domain/people.h"
#include "domain/user_email.h"
#include "interaction/account_contact.h"
#include "interaction/admin_people.h"
#include "interaction/own_parts.h"

#include <string.h>

/* --- the fields ------------------------------------------------------------*/

static void
put_contact_fields(
    struct interaction *i, struct json_build *b, const struct user *u)
{
	const struct {
		const char *name, *label, *value;
	} parts[] = {
	    {"street_address", "contact_details.street", u->street_address},
	    {"postal_code", "contact_details.postal_code", u->postal_code},
	    {"locality", "contact_details.locality", u->locality},
	    {"region", "contact_details.region", u->region},
	    {"country", "contact_details.country", u->country},
	};

	desk_field(i, b,
	    &(struct desk_field){.name = "phone",
		.label = "contact_details.phone",
		.note = "contact_details.phone_note",
		.value = own_typed(i, "phone", u->phone)});
	desk_field(i, b,
	    &(struct desk_field){.name = "phone_verified",
		.label = "desk.phone_verified",
		.kind = DESK_CHECK,
		.checked =
		    desk_ticked(i, "phone_verified", u->phone_verified)});
	for (size_t n = 0; n < sizeof parts / sizeof *parts; n++)
		desk_field(i, b,
		    &(struct desk_field){.name = parts[n].name,
			.label = parts[n].label,
			.value = own_typed(i, parts[n].name, parts[n].value)});
}

void
desk_person_fields(
    struct interaction *i, struct json_build *b, const struct user *u)
{
	char groups[DESK_GROUPS_CAP];

	desk_shown_groups(groups, sizeof groups, u->groups);
	desk_field(i, b,
	    &(struct desk_field){.name = "display",
		.label = "desk.full_name",
		.value = own_typed(i, "display", u->display)});
	desk_field(i, b,
	    &(struct desk_field){.name = "email",
		.label = "desk.email",
		.value = own_typed(i, "email", u->email)});
	desk_field(i, b,
	    &(struct desk_field){.name = "verified",
		.label = "desk.email_verified",
		.note = "desk.email_verified_note",
		.kind = DESK_CHECK,
		.checked = desk_ticked(i, "verified", u->email_verified)});
	put_contact_fields(i, b, u);
	desk_field(i, b,
	    &(struct desk_field){.name = "groups",
		.label = "desk.groups",
		.note = "desk.groups_note",
		.value = own_typed(i, "groups", groups)});
	desk_field(i, b,
	    &(struct desk_field){.name = "attributes",
		.label = "desk.attributes",
		.note = "desk.attributes_note",
		.kind = DESK_AREA,
		.value = own_typed(i, "attributes", u->attributes)});
}

enum err
person_refuse(struct person_change *p, const char *key, const char *message)
{
	p->key = key;
	p->message = message;
	return ERR_INVALID_REQUEST;
}

/* The value of a field, without blanks around it; false if it is too long or
 * has what no text may have. */
static bool
read_text(char *text, size_t cap, const struct form *posted, const char *name)
{
	const char *value = form_get(posted, name);

	if (value == NULL)
		value = "";
	if (str_has_control(value) || str_copy(text, cap, value) != OK)
		return false;
	str_trim(text);
	return true;
}

/* What was typed, or WAS where the form has no such field. */
static const char *
typed_or(const struct form *posted, const char *name, const char *was)
{
	return form_has(posted, name) ? own_field(posted, name) : was;
}

/* The number and the postal address. An administrator can vouch for a number,
 * where the form has one. */
static enum err
read_contact(struct person_change *p, const struct form *posted)
{
	struct user was = p->user, *u = &p->user;
	const struct contact typed = {
	    .phone = typed_or(posted, "phone", was.phone),
	    .street_address =
		typed_or(posted, "street_address", was.street_address),
	    .postal_code = typed_or(posted, "postal_code", was.postal_code),
	    .locality = typed_or(posted, "locality", was.locality),
	    .region = typed_or(posted, "region", was.region),
	    .country = typed_or(posted, "country", was.country)};
	enum contact_flaw flaw = contact_apply(u, &typed);

	user_wipe(&was);
	if (flaw != CONTACT_FINE)
		return person_refuse(p, contact_flaw_key(flaw), NULL);
	if (form_has(posted, "phone"))
		u->phone_verified =
		    u->phone[0] != '\0' && form_has(posted, "phone_verified");
	return OK;
}

enum err
person_read_fields(struct person_change *p, const struct form *posted)
{
	struct user *u = &p->user;
	const char *typed = form_get(posted, "groups"), *message;

	if (!read_text(u->display, sizeof u->display, posted, "display"))
		return person_refuse(p, "desk.bad_full_name", NULL);
	if (!read_text(u->email, sizeof u->email, posted, "email"))
		return person_refuse(p, "desk.bad_email", NULL);
	message = u->email[0] != '\0' ? user_email_refusal(u->email) : NULL;
	if (message != NULL)
		return person_refuse(p, "desk.bad_email", message);
	u->email_verified =
	    u->email[0] != '\0' && form_get(posted, "verified") != NULL;
	if (read_contact(p, posted) != OK)
		return ERR_INVALID_REQUEST;
	message = desk_groups(
	    u->groups, sizeof u->groups, typed != NULL ? typed : "");
	if (message != NULL)
		return person_refuse(p, "desk.bad_groups", message);
	typed = form_get(posted, "attributes");
	message = attributes_read(u, typed != NULL ? typed : "");
	return message == NULL
		   ? OK
		   : person_refuse(p, "desk.bad_attributes", message);
}

enum err
person_check_email(struct store_txn *t, struct person_change *p)
{
	uint8_t rival[USER_ID_LEN];
	enum err e = user_email_rival(t, &p->user, rival);

	if (e == ERR_NOT_FOUND)
		return OK;
	return e == OK ? person_refuse(p, "desk.email_taken", NULL) : e;
}

/* --- one person ------------------------------------------------------------*/

void
ask_for_person(struct interaction *i, void *data)
{
	struct person_data *d = data;

	d->name = desk_asked(i, "name");
}

enum err
look_at_person(struct store_txn *t, struct account *me, void *data)
{
	struct person_data *d = data;
	enum err e = user_find(t, d->name, &d->user);

	(void)me;
	if (e == OK)
		e = factors_of(t, d->user.user_id, &d->factors);
	return e == ERR_NOT_FOUND ? ERR_NO_SUCH_PAGE : e;
}

void
wipe_person(void *data)
{
	struct person_data *d = data;

	user_wipe(&d->user);
}

const struct user *
person_shown(const struct interaction *i)
{
	const struct person_data *d = own_state(i)->data;

	return &d->user;
}

/* With commas between them. */
static void
show_attributes(char text[static 2 * ATTRIBUTES_CAP], const struct user *u)
{
	struct buf b;

	buf_init(&b, text, 2 * ATTRIBUTES_CAP);
	for (const char *at = u->attributes; *at != '\0'; at++)
		buf_puts(&b, *at == '\n' ? ", " : (char[]){*at, '\0'});
}

/* Which the person gives, or an administrator, who can vouch for the number. */
static void
put_contact_facts(
    struct interaction *i, struct json_build *b, const struct user *u)
{
	desk_fact(i, b, "contact_details.phone", u->phone);
	if (u->phone[0] != '\0')
		desk_fact(i, b, "desk.phone_verified",
		    desk_yes_no(i, u->phone_verified));
	desk_fact(i, b, "contact_details.street", u->street_address);
	desk_fact(i, b, "contact_details.postal_code", u->postal_code);
	desk_fact(i, b, "contact_details.locality", u->locality);
	desk_fact(i, b, "contact_details.region", u->region);
	desk_fact(i, b, "contact_details.country", u->country);
}

static void
put_desk_person(struct interaction *i, struct json_build *b)
{
	const struct person_data *d = own_state(i)->data;
	const struct user *u = &d->user;
	const char *sub = u->name;
	char groups[DESK_GROUPS_CAP], attributes[2 * ATTRIBUTES_CAP];

	desk_head(i, b, "desk_person.title", u->name);
	desk_shown_groups(groups, sizeof groups, u->groups);
	if (u->locked)
		json_put_str(b, "lead", desk_text(i, "desk_person.is_locked"));
	desk_fact(i, b, "desk.full_name", u->display);
	desk_fact(i, b, "desk.email", u->email);
	if (u->email[0] != '\0')
		desk_fact(i, b, "desk.email_verified",
		    desk_yes_no(i, u->email_verified));
	put_contact_facts(i, b, u);
	desk_fact(i, b, "desk.groups", groups);
	show_attributes(attributes, u);
	desk_fact(i, b, "desk.attributes", attributes);
	desk_fact(
	    i, b, "desk_person.has_password", desk_yes_no(i, u->has_password));
	desk_fact(i, b, "desk_person.has_second",
	    desk_yes_no(i, factor_is_second(d->factors)));
	desk_fact_time(i, b, "desk.created", u->created_at);
	desk_link(i, b, "desk_person.edit", "/admin/person/edit", "name", sub);
	desk_link(i, b, u->locked ? "desk_person.unlock" : "desk_person.lock",
	    "/admin/person/lock", "name", sub);
	if (!u->locked)
		desk_link(i, b,
		    u->has_password ? "desk_person.reset"
				    : "desk_person.invite",
		    "/admin/person/link", "name", sub);
	if (factor_is_second(d->factors))
		desk_link(i, b, "desk_person.factors", "/admin/person/factors",
		    "name", sub);
	desk_link(i, b, "desk_person.sessions", "/admin/sessions", "user", sub);
	desk_link(i, b, "desk_person.events", "/admin/audit", "person", sub);
	desk_link(
	    i, b, "desk_person.remove", "/admin/person/remove", "name", sub);
	desk_back(i, b, "/admin/people", NULL, NULL);
}

static const struct step person_step = {
    .purpose = "desk person",
    .template = "desk_record.html",
    .page = put_desk_person,
};

const struct own_page desk_person_page = {
    .path = "/admin/person", .steps = {&person_step}, OF_A_PERSON};

/* --- changed ---------------------------------------------------------------*/

static void
put_person_edit(struct interaction *i, struct json_build *b)
{
	const struct user *u = person_shown(i);

	desk_head(i, b, "desk_person.edit", u->name);
	desk_person_fields(i, b, u);
	json_put_str(b, "submit", desk_text(i, "desk.save"));
	desk_back(i, b, "/admin/person", "name", u->name);
}

/* The fields are read into what is there now. */
static enum err
edit_person_step(const struct desk_change *c, void *arg)
{
	struct person_change *p = arg;
	struct user is;
	enum err e = user_find(c->t, p->name, &is);

	p->user = is;
	if (e == OK)
		e = person_read_fields(p, p->posted);
	if (e == OK)
		e = desk_may_have_groups(c, &is, p->user.groups);
	if (e == OK)
		e = person_check_email(c->t, p);
	if (e == OK)
		e = people_set(c->t, &p->user, &c->by);
	user_wipe(&is);
	return e;
}

static void
edit_person(struct interaction *i, const struct form *posted)
{
	struct person_change p = {
	    .name = person_shown(i)->name, .posted = posted};
	enum err e = desk_change(i, edit_person_step, &p);

	if (e == ERR_INVALID_REQUEST)
		desk_refuse(i, own_state(i)->page->steps[0], p.key, p.message);
	else if (e == OK)
		desk_done(i, "/admin/person", "name", p.name, "done.saved");
	user_wipe(&p.user);
}

static const struct step person_edit_step = {
    .purpose = "desk person edit",
    .fresh = true,
    .template = "desk_form.html",
    .page = put_person_edit,
    .buttons = {{"save", edit_person}},
};

const struct own_page desk_person_edit_page = {.path = "/admin/person/edit",
    .steps = {&person_edit_step},
    .keeps_typed = true,
    OF_A_PERSON};

/* --- locked, and let in again ----------------------------------------------*/

static void
put_person_lock(struct interaction *i, struct json_build *b)
{
	const struct user *u = person_shown(i);
	const char *key = u->locked ? "desk_person.unlock" : "desk_person.lock";

	desk_head(i, b, key, u->name);
	json_put_str(b, "lead",
	    desk_text(i, u->locked ? "desk_person.unlock_note"
				   : "desk_person.lock_note"));
	json_put_str(b, "submit", desk_text(i, key));
	json_put_str(b, "what", u->locked ? "unlock" : "lock");
	desk_back(i, b, "/admin/person", "name", u->name);
}

struct lock_change {
	const char *name;
	bool lock;
};

static enum err
lock_person_step(const struct desk_change *c, void *arg)
{
	const struct lock_change *l = arg;
	struct user u;
	enum err e = user_find(c->t, l->name, &u);

	if (e == OK && l->lock)
		e = desk_may_shut_out(c, &u);
	if (e == OK)
		e = l->lock ? people_lock(c->t, &u, &c->by)
			    : people_unlock(c->t, &u, &c->p->keyring, &c->by);
	user_wipe(&u);
	return e;
}

/* What the page said it would do, not the opposite of what is now. */
static void
lock_person(struct interaction *i, const struct form *posted)
{
	const char *what = form_get(posted, "what");
	struct lock_change l = {.name = person_shown(i)->name,
	    .lock = what == NULL || !str_equal(what, "unlock")};

	if (desk_change(i, lock_person_step, &l) == OK)
		desk_done(i, "/admin/person", "name", l.name,
		    l.lock ? "done.locked" : "done.unlocked");
}

static const struct step person_lock_step = {
    .purpose = "desk person lock",
    .fresh = true,
    .template = "desk_question.html",
    .page = put_person_lock,
    .buttons = {{"save", lock_person}},
};

const struct own_page desk_person_lock_page = {
    .path = "/admin/person/lock", .steps = {&person_lock_step}, OF_A_PERSON};

/* --- removed ---------------------------------------------------------------*/

/* A form that is sent twice finds no one the second time. */
static enum err
look_for_person(struct store_txn *t, struct account *me, void *data)
{
	enum err e = look_at_person(t, me, data);

	return e == ERR_NO_SUCH_PAGE ? OK : e;
}

static void
put_person_remove(struct interaction *i, struct json_build *b)
{
	const struct user *u = person_shown(i);

	desk_head(i, b, "desk_person.remove", u->name);
	if (u->name[0] == '\0') {
		json_put_str(b, "lead", desk_text(i, "desk.gone"));
		desk_back(i, b, "/admin/people", NULL, NULL);
		return;
	}
	json_put_str(b, "lead", desk_text(i, "desk_person.remove_note"));
	json_put_str(b, "submit", desk_text(i, "desk_person.remove"));
	desk_back(i, b, "/admin/person", "name", u->name);
}

static enum err
remove_person_step(const struct desk_change *c, void *arg)
{
	const char *name = arg;
	struct user u;
	enum err e = user_find(c->t, name, &u);

	if (e == OK)
		e = desk_may_shut_out(c, &u);
	user_wipe(&u);
	return e == OK ? people_remove(c->t, name, &c->by) : e;
}

static void
remove_person(struct interaction *i, const struct form *posted)
{
	struct person_data *d = own_state(i)->data;

	(void)posted;
	if (d->user.name[0] == '\0' ||
	    desk_change(i, remove_person_step, d->user.name) == OK)
		desk_done(i, "/admin/people", NULL, NULL, "done.removed");
}

static const struct step person_remove_step = {
    .purpose = "desk person remove",
    .fresh = true,
    .template = "desk_question.html",
    .page = put_person_remove,
    .buttons = {{"save", remove_person}},
};

const struct own_page desk_person_remove_page = {
    .path = "/admin/person/remove",
    .steps = {&person_remove_step},
    .data_size = sizeof(struct person_data),
    .ask = ask_for_person,
    .look = look_for_person,
    .free_data = wipe_person,
};
