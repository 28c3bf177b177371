#include "interaction/account_apps.h"

#include "base/str.h"
#include "domain/own_claim.h"
#include "interaction/consent_page.h"
#include "interaction/own_parts.h"
#include "protocol/account_apps.h"
#include "web/date.h"

#define APPS_PATH "/account/apps"

static json_t *
scope_meaning(const struct catalogue *c, const char *texts, const char *word)
{
	char text[MEANING_CAP];
	struct buf b;

	buf_init(&b, text, sizeof text);
	consent_page_put_meaning(&b, c, texts, word);
	return json_string(text);
}

/* What its scopes, and claims of its own that are made of SOURCES, let an app
 * see and do. What it may do while the person is away is said apart. */
static json_t *
list_meanings(
    const struct interaction *i, const struct account_app *a, unsigned sources)
{
	const struct catalogue *c = i->call->page.catalogue;
	const char *cursor = a->scope;
	char word[SCOPE_WORD_CAP];
	json_t *list = json_array();

	while (words_next(&cursor, word, sizeof word))
		if (!str_equal(word, "offline_access") &&
		    !str_equal(word, "openid"))
			json_array_append_new(
			    list, scope_meaning(c, a->scope_texts, word));
	for (const char *const *s = scopes_known; *s != NULL; s++)
		if (!words_has(a->scope, *s) && own_claims_tell(sources, *s))
			json_array_append_new(list, scope_meaning(c, "", *s));
	return list;
}

static json_t *
list_apis(const char *resources)
{
	char word[AUDIENCE_CAP];
	json_t *list = json_array();

	while (words_next(&resources, word, sizeof word))
		json_array_append_new(list, json_pack("{s:s}", "api", word));
	return list;
}

static json_t *
show_app(struct interaction *i, const struct account_app *a)
{
	char set[OWN_CLAIMS_CAP];
	const unsigned sources = own_claims_told(set, a->claims, a->scope);
	struct json_build b;

	json_begin(&b);
	json_put_str(&b, "id", a->client_id);
	json_put_str(&b, "client_name", a->name);
	json_put_bool(&b, "unverified", a->stranger);
	json_put(&b, "sees", list_meanings(i, a, sources));
	json_put_str(&b, "set_claims", set);
	json_put(&b, "apis", list_apis(a->resources));
	json_put_bool(&b, "away", a->offline);
	json_put_bool(&b, "trusted", a->trusted);
	date_put(&b, "since", a->since, &i->call->page);
	date_put(&b, "used", a->used_at, &i->call->page);
	date_put(&b, "until", a->expires_at, &i->call->page);
	own_put_link_to(i, &b, "take_back_url", APPS_PATH "/take-back", "app",
	    a->client_id);
	return json_finish(&b);
}

static void
put_own_apps(struct interaction *i, struct json_build *b)
{
	const struct account_apps *f = own_state(i)->data;
	json_t *list = json_array();

	for (size_t n = 0; n < f->count; n++)
		json_array_append_new(list, show_app(i, &f->list[n]));
	json_put(b, "apps", list);
	json_put_bool(b, "more", f->more);
}

static const struct step apps_step = {
    .purpose = "apps",
    .template = "apps.html",
    .page = put_own_apps,
};

const struct own_page apps_page = {
    .path = APPS_PATH,
    .steps = {&apps_step},
    .link = "apps.title",
    .data_size = sizeof(struct account_apps),
    .look = account_look_at_apps,
    .free_data = account_apps_free,
};

/* --- taken back ------------------------------------------------------------*/

/* The app that the address names, or NULL. */
static const struct account_app *
named_app(const struct interaction *i)
{
	return account_app_find(own_state(i)->data, own_field(&i->form, "app"));
}

static void
put_own_app(struct interaction *i, struct json_build *b)
{
	const struct account_app *a = named_app(i);

	json_put(b, "app", a != NULL ? show_app(i, a) : json_object());
	own_put_link(i, b, "apps_url", APPS_PATH);
}

static void
take_back(struct interaction *i, const struct form *posted)
{
	struct call *c = i->call;
	struct app_withdrawal w = {.client_id = own_field(&i->form, "app"),
	    .from = c->request.address};
	enum err e = OK;

	(void)posted;
	if (named_app(i) != NULL)
		e = account_write(c->provider, i->cookie, c->now,
		    account_withdraw_app, &w, &own_state(i)->account);
	if (e == OK)
		own_page_done(i, APPS_PATH, "done.app_removed");
	else
		own_page_refuse(i, e, REASON_NONE);
}

static const struct step take_back_step = {
    .purpose = "take back",
    .template = "take_back.html",
    .page = put_own_app,
    .buttons = {{"take_back", take_back}},
};

const struct own_page take_back_page = {
    .path = APPS_PATH "/take-back",
    .steps = {&take_back_step},
    .data_size = sizeof(struct account_apps),
    .look = account_look_at_apps,
    .free_data = account_apps_free,
};
