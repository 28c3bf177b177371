#include "interaction/account_app_passwords.h"

#include "base/base64.h"
#include "base/str.h"
#include "interaction/own_parts.h"
#include "protocol/account_app_passwords.h"
#include "web/date.h"

#include <string.h>

#define APP_PASSWORDS_PATH "/account/app-passwords"

/* What the pages show, and what was typed or made. */
struct app_passwords_data {
	struct account_app_passwords kept;
	const char *typed_name, *typed_site;
	char made[APP_PASSWORD_CAP];
};

static const struct step app_passwords_step, made_step;

static json_t *
show_app_password(struct interaction *i, const struct app_password *a)
{
	char id[APP_PASSWORD_ID_CAP];
	struct json_build b;

	base64url_encode(id, sizeof id, a->id, sizeof a->id);
	json_begin(&b);
	json_put_str(&b, "id", id);
	json_put_str(&b, "label", a->name[0] != '\0' ? a->name : id);
	json_put_str(&b, "site", a->origin);
	date_put(&b, "made_at", a->created_at, &i->call->page);
	date_put_day_of(&b, "used", a->used_at, &i->call->page);
	own_put_link_to(
	    i, &b, "remove_url", APP_PASSWORDS_PATH "/remove", "id", id);
	return json_finish(&b);
}

static json_t *
list_password_sites(
    const struct interaction *i, const struct account_app_passwords *kept)
{
	const char *chosen = own_typed(i, "site", NULL);
	json_t *list = json_array();
	struct json_build b;

	for (size_t n = 0; n < kept->sites; n++) {
		json_begin(&b);
		json_put_str(&b, "origin", kept->site[n].origin);
		json_put_str(&b, "called", kept->site[n].name);
		json_put_bool(&b, "chosen",
		    chosen != NULL && str_equal(chosen, kept->site[n].origin));
		json_array_append_new(list, json_finish(&b));
	}
	return list;
}

static void
put_app_passwords(struct interaction *i, struct json_build *b)
{
	const struct app_passwords_data *d = own_state(i)->data;
	json_t *list = json_array();

	for (size_t n = 0; n < d->kept.count; n++)
		json_array_append_new(
		    list, show_app_password(i, &d->kept.list[n]));
	json_put(b, "passwords", list);
	json_put(b, "sites", list_password_sites(i, &d->kept));
	json_put_bool(b, "has_sites", d->kept.sites > 0);
	json_put_str(b, "typed", own_typed(i, "label", ""));
}

/* What is wrong with what was typed, or NULL: the key of a sentence. */
static const char *
judge_app_password(struct app_password *a, const struct app_passwords_data *d)
{
	if (d->typed_name[0] == '\0')
		return "app_passwords.nameless";
	if (str_has_control(d->typed_name) ||
	    str_copy(a->name, sizeof a->name, d->typed_name) != OK)
		return "app_passwords.name_bad";
	if (str_copy(a->origin, sizeof a->origin, d->typed_site) != OK)
		return "app_passwords.site_bad";
	return NULL;
}

static void
put_made(struct interaction *i, struct json_build *b)
{
	const struct app_passwords_data *d = own_state(i)->data;

	json_put_str(b, "made", d->made);
	json_put_str(b, "site", d->typed_site);
	json_put_str(b, "label", d->typed_name);
	json_put_str(b, "user_name", own_state(i)->account.user.name);
	own_put_link(i, b, "app_passwords_url", APP_PASSWORDS_PATH);
}

static void
make_app_password(struct interaction *i, const struct form *posted)
{
	struct own_state *s = own_state(i);
	struct app_passwords_data *d = s->data;
	struct call *c = i->call;
	struct app_password_making m = {.from = c->request.address};
	const char *flaw;
	enum err e;

	d->typed_name = own_field(posted, "label");
	d->typed_site = own_field(posted, "site");
	flaw = judge_app_password(&m.password, d);
	if (flaw != NULL) {
		own_ask_again(i, &app_passwords_step, flaw);
		return;
	}
	app_password_make(d->made, &m.password, &c->provider->keyring);
	e = account_write(c->provider, i->cookie, c->now,
	    account_make_app_password, &m, &s->account);
	if (e != OK)
		own_page_refuse(i, e, REASON_NONE);
	else if (m.flaw == APP_PASSWORD_FINE)
		interaction_show(i, &made_step);
	else
		own_ask_again(i, &app_passwords_step,
		    m.flaw == APP_PASSWORD_MANY ? "app_passwords.many"
						: "app_passwords.site_bad");
}

static const struct step app_passwords_step = {
    .purpose = "app passwords",
    .fresh = true,
    .template = "app_passwords.html",
    .page = put_app_passwords,
    .buttons = {{"make", make_app_password}},
};

static const struct step made_step = {
    .purpose = "app password made",
    .template = "app_password_made.html",
    .page = put_made,
};

const struct own_page app_passwords_page = {
    .path = APP_PASSWORDS_PATH,
    .steps = {&app_passwords_step, &made_step},
    .keeps_typed = true,
    .link = "app_passwords.title",
    .data_size = sizeof(struct app_passwords_data),
    .look = account_look_at_app_passwords,
};

/* --- removed ---------------------------------------------------------------*/

static bool
decode_id(uint8_t id[static APP_PASSWORD_ID_LEN], const struct interaction *i)
{
	return base64url_decode_exact(
		   id, APP_PASSWORD_ID_LEN, own_field(&i->form, "id")) == OK;
}

/* The one that the address names, or NULL. */
static const struct app_password *
named_app_password(const struct interaction *i)
{
	const struct app_passwords_data *d = own_state(i)->data;
	uint8_t id[APP_PASSWORD_ID_LEN];

	if (!decode_id(id, i))
		return NULL;
	for (size_t n = 0; n < d->kept.count; n++)
		if (memcmp(d->kept.list[n].id, id, sizeof id) == 0)
			return &d->kept.list[n];
	return NULL;
}

static void
put_own_app_password(struct interaction *i, struct json_build *b)
{
	const struct app_password *a = named_app_password(i);

	json_put(
	    b, "password", a != NULL ? show_app_password(i, a) : json_object());
	own_put_link(i, b, "app_passwords_url", APP_PASSWORDS_PATH);
}

static void
remove_app_password(struct interaction *i, const struct form *posted)
{
	struct call *c = i->call;
	struct app_password_removal r = {.from = c->request.address};
	enum err e = OK;

	(void)posted;
	if (decode_id(r.id, i))
		e = account_write(c->provider, i->cookie, c->now,
		    account_remove_app_password, &r, &own_state(i)->account);
	if (e == OK)
		own_page_done(
		    i, APP_PASSWORDS_PATH, "done.app_password_removed");
	else
		own_page_refuse(i, e, REASON_NONE);
}

static const struct step remove_app_password_step = {
    .purpose = "app password remove",
    .fresh = true,
    .template = "app_password_remove.html",
    .page = put_own_app_password,
    .buttons = {{"remove", remove_app_password}},
};

const struct own_page remove_app_password_page = {
    .path = APP_PASSWORDS_PATH "/remove",
    .steps = {&remove_app_password_step},
    .data_size = sizeof(struct app_passwords_data),
    .look = account_look_at_app_passwords,
};
