#include "interaction/admin_site.h"

#include "base/buf.h"
#include "base/names.h"
#include "base/str.h"
#include "interaction/admin_sites.h"
#include "interaction/own_parts.h"

#include <stdlib.h>
#include <string.h>

void
ask_for_site(struct interaction *i, void *data)
{
	struct site_data *d = data;

	d->asked = desk_asked(i, "origin");
}

enum err
look_for_site(struct store_txn *t, struct account *me, void *data)
{
	struct site_data *d = data;
	enum err e = site_get(t, d->asked, &d->site);

	(void)me;
	if (e == OK)
		e = client_get(t, d->asked, &d->client);
	return e == ERR_NOT_FOUND ? OK : e;
}

enum err
look_at_site(struct store_txn *t, struct account *me, void *data)
{
	const struct site_data *d = data;
	enum err e = look_for_site(t, me, data);

	return e == OK && d->site.origin[0] == '\0' ? ERR_NO_SUCH_PAGE : e;
}

struct site_data *
site_shown(const struct interaction *i)
{
	return own_state(i)->data;
}

enum err
site_refuse(struct site_change *s, const char *key, const char *message)
{
	s->key = key;
	s->message = message;
	return ERR_INVALID_REQUEST;
}

struct site_change *
site_change_new(struct interaction *i, const struct form *posted)
{
	struct site_change *s = calloc(1, sizeof *s);
	const enum err e = s != NULL ? OK : ERR_NO_MEMORY;

	if (s == NULL) {
		own_page_refuse(i, e, REASON_NONE);
		return NULL;
	}
	s->posted = posted;
	if (own_state(i)->data != NULL)
		s->origin = site_shown(i)->site.origin;
	return s;
}

enum err
site_change_find(struct store_txn *t, struct site_change *s)
{
	enum err e = site_get(t, s->origin, &s->site);

	return e == OK ? client_get(t, s->origin, &s->client) : e;
}

void
site_change_run(struct interaction *i, struct site_change *s, desk_step *step,
    const char *path, const char *notice)
{
	enum err e = desk_change(i, step, s);

	if (e == ERR_INVALID_REQUEST)
		desk_refuse(
		    i, own_state(i)->page->steps[0], s->key, s->message);
	else if (e == OK)
		desk_done(i, path, "origin", s->origin, notice);
	free(s);
}

#define OF_A_SITE                                                              \
	.data_size = sizeof(struct site_data), .ask = ask_for_site,            \
	.look = look_at_site

/* --- the page --------------------------------------------------------------*/

static void
put_site(struct interaction *i, struct json_build *b)
{
	const struct site_data *d = site_shown(i);
	const char *origin = d->site.origin, *cursor = d->site.rules.text;
	char groups[DESK_GROUPS_CAP], rule[SITE_RULE_CAP];

	desk_head(i, b, "desk_site.title", d->client.name);
	desk_shown_groups(groups, sizeof groups, d->client.groups);
	desk_fact(i, b, "desk_site.origin", origin);
	desk_fact(i, b, "desk_app.groups",
	    groups[0] != '\0' ? groups : desk_text(i, "desk_app.everyone"));
	while (site_rules_next(&cursor, rule))
		desk_fact(i, b, "desk_site.rule", rule);
	desk_fact_time(i, b, "desk.created", d->site.created_at);
	desk_link(
	    i, b, "desk_site.add_rule", "/admin/site/rule", "origin", origin);
	desk_link(i, b, "desk_site.remove_rules", "/admin/site/rules", "origin",
	    origin);
	desk_link(i, b, "desk_site.edit", "/admin/site/edit", "origin", origin);
	desk_link(i, b, "desk_person.events", "/admin/audit", "app", origin);
	desk_link(
	    i, b, "desk_site.remove", "/admin/site/remove", "origin", origin);
	desk_back(i, b, "/admin/sites", NULL, NULL);
}

static const struct step site_step = {
    .purpose = "desk site",
    .template = "desk_record.html",
    .page = put_site,
};

const struct own_page desk_site_page = {
    .path = "/admin/site", .steps = {&site_step}, OF_A_SITE};

/* --- a rule more -----------------------------------------------------------*/

static const char *const rule_who[] = {
    "signed_in", "group", "anyone", "typed", NULL};

static void
put_site_rule(struct interaction *i, struct json_build *b)
{
	const struct site_data *d = site_shown(i);

	desk_head(i, b, "desk_site.add_rule", d->client.name);
	desk_field(i, b,
	    &(struct desk_field){.name = "path",
		.label = "desk_rule.path",
		.note = "desk_rule.path_note",
		.value = own_typed(i, "path", "/")});
	desk_field(i, b,
	    &(struct desk_field){.name = "who",
		.label = "desk_rule.who",
		.kind = DESK_CHOICE,
		.options = rule_who,
		.options_key = "desk_who",
		.value = own_typed(i, "who", "signed_in")});
	desk_field(i, b,
	    &(struct desk_field){.name = "groups",
		.label = "desk.groups",
		.note = "desk.groups_note",
		.value = own_typed(i, "groups", "")});
	desk_field(i, b,
	    &(struct desk_field){.name = "app_password",
		.label = "desk_rule.app_password",
		.kind = DESK_CHECK,
		.checked = desk_ticked(i, "app_password", false)});
	desk_field(i, b,
	    &(struct desk_field){.name = "factor",
		.label = "desk_rule.factor",
		.kind = DESK_CHECK,
		.checked = desk_ticked(i, "factor", false)});
	desk_field(i, b,
	    &(struct desk_field){.name = "rule",
		.label = "desk_rule.typed",
		.note = "desk_rule.typed_note",
		.value = own_typed(i, "rule", "")});
	json_put_str(b, "submit", desk_text(i, "desk_site.add_rule"));
	desk_back(i, b, "/admin/site", "origin", d->site.origin);
}

/* A group with spaces is in quotes. */
static void
put_rule_groups(struct buf *b, const char *groups)
{
	char name[GROUP_NAME_CAP];

	while (names_next(&groups, name, sizeof name))
		buf_printf(b,
		    strchr(name, ' ') != NULL ? " group:\"%s\"" : " group:%s",
		    name);
}

/* The rule that the fields say. */
static enum err
compose_rule(char rule[static SITE_RULE_CAP], struct site_change *s)
{
	const char *who = form_get(s->posted, "who");
	const char *path = form_get(s->posted, "path");
	const char *typed = form_get(s->posted, "groups"), *message;
	char groups[GROUPS_CAP];
	struct buf b;

	message =
	    desk_groups(groups, sizeof groups, typed != NULL ? typed : "");
	if (message != NULL)
		return site_refuse(s, "desk.bad_groups", message);
	buf_init(&b, rule, SITE_RULE_CAP);
	if (who != NULL && str_equal(who, "typed")) {
		typed = form_get(s->posted, "rule");
		buf_puts(&b, typed != NULL ? typed : "");
	} else {
		buf_puts(&b, path != NULL ? path : "");
		if (who != NULL && str_equal(who, "anyone"))
			buf_puts(&b, " anyone");
		else if (who != NULL && str_equal(who, "group"))
			put_rule_groups(&b, groups);
		else
			buf_puts(&b, " signed-in");
		if (form_get(s->posted, "app_password") != NULL)
			buf_puts(&b, " app-password");
		if (form_get(s->posted, "factor") != NULL)
			buf_puts(&b, " factor");
	}
	return buf_ok(&b) ? OK : site_refuse(s, "desk_rule.bad", NULL);
}

static enum err
add_rule_step(const struct desk_change *c, void *arg)
{
	struct site_change *s = arg;
	const char *message;
	enum err e = site_change_find(c->t, s);

	if (e != OK)
		return e;
	message = site_rules_add(&s->site.rules, s->rule);
	if (message != NULL)
		return site_refuse(s, "desk_rule.bad", message);
	return sites_set(c->t, &s->site, &s->client, &c->by);
}

static void
add_rule(struct interaction *i, const struct form *posted)
{
	struct site_change *s = site_change_new(i, posted);
	char rule[SITE_RULE_CAP];

	if (s == NULL)
		return;
	s->rule = rule;
	if (compose_rule(rule, s) == OK) {
		site_change_run(
		    i, s, add_rule_step, "/admin/site", "done.added");
		return;
	}
	desk_refuse(i, own_state(i)->page->steps[0], s->key, s->message);
	free(s);
}

static const struct step site_rule_step = {
    .purpose = "desk site rule",
    .fresh = true,
    .template = "desk_form.html",
    .page = put_site_rule,
    .buttons = {{"save", add_rule}},
};

const struct own_page desk_site_rule_page = {.path = "/admin/site/rule",
    .steps = {&site_rule_step},
    .keeps_typed = true,
    OF_A_SITE};

/* --- rules taken away ------------------------------------------------------*/

static void
put_site_rules(struct interaction *i, struct json_build *b)
{
	const struct site_data *d = site_shown(i);
	const char *cursor = d->site.rules.text;
	char rule[SITE_RULE_CAP];
	struct desk_list l;

	desk_head(i, b, "desk_site.remove_rules", d->client.name);
	json_put_str(b, "lead", desk_text(i, "desk_site.remove_rules_note"));
	desk_list_begin(&l, i);
	while (site_rules_next(&cursor, rule))
		(void)desk_list_add(&l,
		    &(struct desk_row){
			.title = rule, .value = rule, .button = "desk.remove"},
		    "");
	l.more = false;
	desk_list_put(&l, b, "desk_site.no_rules");
	desk_list_free(&l);
	desk_back(i, b, "/admin/site", "origin", d->site.origin);
}

/* Keeps all rules but one; a rule that is gone already is no mistake. */
static enum err
remove_rule_step(const struct desk_change *c, void *arg)
{
	struct site_change *s = arg;
	char text[SITE_RULES_CAP], rule[SITE_RULE_CAP];
	const char *cursor = text;
	enum err e = site_change_find(c->t, s);

	if (e == OK)
		e = str_copy(text, sizeof text, s->site.rules.text);
	if (e != OK)
		return e;
	site_rules_clear(&s->site.rules);
	while (site_rules_next(&cursor, rule))
		if (!str_equal(rule, s->rule) &&
		    site_rules_add(&s->site.rules, rule) != NULL)
			return ERR_CORRUPT;
	return sites_set(c->t, &s->site, &s->client, &c->by);
}

static void
remove_rule(struct interaction *i, const struct form *posted)
{
	struct site_change *s = site_change_new(i, posted);

	if (s == NULL)
		return;
	s->rule = form_get(posted, "value");
	if (s->rule == NULL)
		s->rule = "";
	site_change_run(
	    i, s, remove_rule_step, "/admin/site/rules", "done.removed");
}

static const struct step site_rules_step = {
    .purpose = "desk site rules",
    .fresh = true,
    .template = "desk_list.html",
    .page = put_site_rules,
    .buttons = {{"end", remove_rule}},
};

const struct own_page desk_site_rules_page = {
    .path = "/admin/site/rules", .steps = {&site_rules_step}, OF_A_SITE};
