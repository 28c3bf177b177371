#include "interaction/account_profile.h"

#include "base/language.h"
#include "base/log.h"
#include "base/str.h"
#include "base/zone_names.h"
#include "domain/letter.h"
#include "interaction/own_parts.h"
#include "protocol/account_profile.h"
#include "web/reader.h"

static const struct step profile_step, email_step;

/* --- names, language, time zone --------------------------------------------*/

/* As it is known, or as it was typed a moment ago. */
struct profile_data {
	struct profile shown;
	struct zone_names zones;
};

#define TEXT(member) #member, .offset = offsetof(struct profile, member)

static const struct own_text_field name_fields[] = {
    {TEXT(given_name), .type = "text", .autocomplete = "given-name",
	.dir = "auto", .length = "128", .label = "profile.given_name"},
    {TEXT(family_name), .type = "text", .autocomplete = "family-name",
	.dir = "auto", .length = "128", .label = "profile.family_name"},
    {TEXT(display), .type = "text", .autocomplete = "name", .dir = "auto",
	.length = "128", .label = "profile.display",
	.note = "profile.display_note"},
    {.name = NULL},
};

static enum err
look_at_profile(struct store_txn *t, struct account *a, void *arg)
{
	struct profile_data *d = arg;
	const struct user *u = &a->user;

	(void)t;
	d->shown = (struct profile){u->display, u->given_name, u->family_name,
	    u->language, u->zoneinfo};
	return OK;
}

static json_t *
show_zone(const char *name, bool chosen)
{
	struct json_build one;

	json_begin(&one);
	json_put_str(&one, "zone_name", name);
	json_put_bool(&one, "chosen", chosen);
	return json_finish(&one);
}

/* Those of the system, and the person's. None if the system has no list: then
 * the name is typed. */
static json_t *
list_zones(struct zone_names *zones, const char *chosen)
{
	json_t *list = json_array();
	bool is_there = chosen[0] == '\0';

	if (zone_names_read(zones) != OK)
		return list;
	for (size_t n = 0; n < zones->count; n++) {
		bool same = str_equal(zones->name[n], chosen);

		is_there |= same;
		json_array_append_new(list, show_zone(zones->name[n], same));
	}
	if (!is_there)
		json_array_insert_new(list, 0, show_zone(chosen, true));
	return list;
}

static void
put_profile(struct interaction *i, struct json_build *b)
{
	struct profile_data *d = own_state(i)->data;
	json_t *zones = list_zones(&d->zones, d->shown.zoneinfo);

	json_put_bool(b, "has_zones", json_array_size(zones) > 0);
	json_put(b, "zones", zones);
	own_put_text_fields(i, b, name_fields, &d->shown);
	json_put_str(b, "zone", d->shown.zoneinfo);
	reader_put_languages(b, language_find(d->shown.language));
}

static const char *
flaw_key(enum profile_flaw flaw)
{
	switch (flaw) {
	case PROFILE_LONG:
		return "profile.long";
	case PROFILE_LANGUAGE:
		return "profile.language_unknown";
	case PROFILE_ZONE:
		return "profile.zone_unknown";
	default:
		return "profile.unreadable";
	}
}

static bool
zone_is_known(const char *name)
{
	struct zone z;

	return name[0] == '\0' || zone_load(&z, name) == OK;
}

static void
save_profile(struct interaction *i, const struct form *posted)
{
	struct own_state *s = own_state(i);
	struct profile_data *d = s->data;
	struct call *c = i->call;
	struct profile_change change = {.from = c->request.address};
	struct user trial = {0};
	enum profile_flaw flaw;
	enum err e;

	own_read_text_fields(&d->shown, name_fields, posted);
	d->shown.language = own_field(posted, "language");
	d->shown.zoneinfo = own_field(posted, "zone");
	change.profile = d->shown;
	flaw = profile_apply(&trial, &change.profile);
	if (flaw == PROFILE_FINE && !zone_is_known(trial.zoneinfo))
		flaw = PROFILE_ZONE;
	if (flaw != PROFILE_FINE) {
		own_ask_again(i, &profile_step, flaw_key(flaw));
		return;
	}
	e = account_write(c->provider, i->cookie, c->now, account_set_profile,
	    &change, &s->account);
	if (e == OK)
		own_page_done(i, "/account/profile", "done.saved");
	else
		own_page_refuse(i, e, REASON_NONE);
}

static const struct step profile_step = {
    .purpose = "profile",
    .template = "profile.html",
    .page = put_profile,
    .buttons = {{"save", save_profile}},
};

const struct own_page profile_page = {
    .path = "/account/profile",
    .steps = {&profile_step},
    .link = "profile.title",
    .data_size = sizeof(struct profile_data),
    .look = look_at_profile,
};

/* --- the address -----------------------------------------------------------*/

static void
put_email(struct interaction *i, struct json_build *b)
{
	const struct user *u = &own_state(i)->account.user;
	const char *email = own_typed(i, "email", u->email);

	json_put_str(b, "email", email);
	json_put_bool(
	    b, "verified", u->email_verified && str_equal(email, u->email));
}

/* The address of before is told, for the new one may be a thief's. That it
 * cannot be is no reason to keep the old one. */
static void
tell_old_address(struct interaction *i, const struct email_change *change)
{
	const struct call *c = i->call;

	if (change->changed && letter_wanted(i->conf, &change->before) &&
	    letter_send_email_changed(
		i->conf, &change->before, c->request.address, c->now) != OK)
		log_fault("a mail could not be written", NULL);
}

static void
save_email(struct interaction *i, const struct form *posted)
{
	struct own_state *s = own_state(i);
	struct call *c = i->call;
	struct email_change change = {
	    .email = own_field(posted, "email"), .from = c->request.address};
	enum err e;

	if (change.email[0] != '\0' &&
	    user_email_refusal(change.email) != NULL) {
		own_ask_again(i, &email_step, "email.bad");
		return;
	}
	e = account_write(c->provider, i->cookie, c->now, account_set_email,
	    &change, &s->account);
	if (e == OK && change.taken) {
		own_ask_again(i, &email_step, "email.taken");
	} else if (e == OK) {
		tell_old_address(i, &change);
		own_page_done(i, "/account/email", "done.saved");
	} else {
		own_page_refuse(i, e, REASON_NONE);
	}
	user_wipe(&change.before);
}

static const struct step email_step = {
    .purpose = "email",
    .fresh = true,
    .template = "email.html",
    .page = put_email,
    .buttons = {{"save", save_email}},
};

const struct own_page email_page = {
    .path = "/account/email",
    .steps = {&email_step},
    .keeps_typed = true,
    .link = "email.title",
};
