/* latchkey site: what the gate protects. */
#include "admin.h"
#include "base/names.h"
#include "base/str.h"
#include "domain/sites.h"
#include "groups.h"
#include "list.h"

#include <stdio.h>
#include <string.h>

#define SHARED_OPTIONS                                                         \
	{"--name", "NAME", false}, {"--group", "GROUP", true},                 \
	{                                                                      \
		"--rule", "RULE", true                                         \
	}

static const struct option del_options[] = {OPTION_YES, OPTION_END};
static const struct option json_option[] = {OPTION_JSON, OPTION_END};
static const struct option change_options[] = {
    SHARED_OPTIONS, OPTION_JSON, OPTION_END};

static const struct column list_columns[] = {
    {"origin", "SITE", COLUMN_WHOLE},
    {"name", "NAME", false},
    {"groups", "GROUPS", false},
    {"rule_count", "RULES", false},
    {"updated_at", "CHANGED", true},
    COLUMN_END,
};

static const struct column show_columns[] = {
    {"origin", "origin", false},
    {"name", "name", false},
    {"groups", "groups", false},
    {"created_at", "created", true},
    {"updated_at", "changed", true},
    COLUMN_END,
};

/* What a site has beside the record of its rules. */
static json_t *
begin_site(const char *rules, const struct client *c)
{
	char text[SITE_RULE_CAP];
	json_int_t count = 0;

	while (site_rules_next(&rules, text))
		count++;
	return json_pack("{s:n, s:s, s:o, s:I}", "origin", "name", c->name,
	    "groups", output_names(c->groups), "rule_count", count);
}

static enum err
begin_site_row(struct list_row *row, const void *record)
{
	const struct site_row *s = record;
	struct client c;
	enum err e = client_get(row->t, s->origin, &c);

	if (e == OK)
		row->json = begin_site(s->rules, &c);
	/* A site without its client is damage, not one to leave out. */
	return e == ERR_NOT_FOUND ? ERR_CORRUPT : e;
}

static int
refuse_site(const struct admin *a, enum err e, const char *origin)
{
	return admin_refuse(a, e, "site", origin);
}

static int
show_site(const struct site *s, const struct client *c, bool as_json)
{
	char text[SITE_RULE_CAP];
	const char *cursor = s->rules.text;
	struct site_row row;
	int status;

	site_to_row(&row, s);
	status = output_record(
	    list_show(begin_site(row.rules, c), &site_record, &row),
	    show_columns, as_json);
	while (!as_json && site_rules_next(&cursor, text))
		printf("rule     %s\n", text);
	return status;
}

/* --- add, set, del ---------------------------------------------------------*/

struct site_change {
	const char *origin;
	const struct args *args;
	int64_t now;
	struct site site;
	struct client client;
	struct refusal refusal;
};

/* A list of rules that is given replaces the old one; '' adds none. */
static enum err
apply_site_rules(struct site_change *s)
{
	struct args_cursor cursor = {0};
	const char *rule, *message;

	if (args_has(s->args, "--rule"))
		site_rules_clear(&s->site.rules);
	while ((rule = args_next(s->args, "--rule", &cursor)) != NULL) {
		if (*rule == '\0')
			continue;
		message = site_rules_add(&s->site.rules, rule);
		if (message != NULL)
			return refusal_set(
			    &s->refusal, "--rule", rule, message);
	}
	return OK;
}

static enum err
apply_site_options(struct site_change *s)
{
	struct client *c = &s->client;
	enum err e;

	e = option_text(
	    c->name, sizeof c->name, s->args, "--name", NULL, &s->refusal);
	if (e == OK && c->name[0] == '\0')
		e = str_copy(c->name, sizeof c->name, s->origin);
	if (e == OK)
		e = option_groups(c->groups, sizeof c->groups, s->args,
		    "--group", &s->refusal);
	return e == OK ? apply_site_rules(s) : e;
}

static enum err
add_site_step(struct store_txn *t, void *arg)
{
	struct site_change *s = arg;

	return sites_add(
	    t, &s->site, &s->client, &(struct change){.now = s->now});
}

static enum err
find_site_step(struct store_txn *t, void *arg)
{
	struct site_change *s = arg;
	enum err e = site_get(t, s->origin, &s->site);

	return e == OK ? client_get(t, s->origin, &s->client) : e;
}

static enum err
set_site_step(struct store_txn *t, void *arg)
{
	struct site_change *s = arg;
	enum err e = find_site_step(t, s);

	if (e == OK)
		e = apply_site_options(s);
	return e == OK ? sites_set(t, &s->site, &s->client,
			     &(struct change){.now = s->now})
		       : e;
}

static enum err
del_site_step(struct store_txn *t, void *arg)
{
	const struct site_change *s = arg;

	return sites_remove(t, s->origin, &(struct change){.now = s->now});
}

/* Of the site and of its rules, each once. */
static void
warn_of_empty_groups(const struct admin *a, const struct site_change *s)
{
	char groups[GROUPS_CAP + SITE_RULE_CAP], name[GROUP_NAME_CAP];
	const struct site_rules *rules = &s->site.rules;
	const char *names;
	struct site_rule r;
	enum err e = str_copy(groups, sizeof groups, s->client.groups);

	for (size_t i = 0;
	     e == OK && i < rules->count && site_rules_get(&r, rules, i) == OK;
	     i++)
		for (names = r.groups;
		     e == OK && names_next(&names, name, sizeof name);)
			e = names_add(groups, sizeof groups, name);
	groups_warn_of_empty(a, groups);
}

/* Runs STEP, and shows what the site is now. */
static int
change_site(
    struct admin *a, struct site_change *s, store_step *step, const char *done)
{
	enum err e = store_write(a->store, s->now, step, s);

	if (e == ERR_INVALID_REQUEST)
		return admin_explain(&s->refusal);
	if (e != OK)
		return refuse_site(a, e, s->origin);
	warn_of_empty_groups(a, s);
	if (args_has(s->args, "--json"))
		return show_site(&s->site, &s->client, true);
	printf("Site %s %s.\n", s->origin, done);
	return show_site(&s->site, &s->client, false);
}

static int
add_site(struct admin *a, const struct args *args)
{
	struct site_change s = {
	    .origin = args->operand, .args = args, .now = a->now};
	const char *message = site_origin_refusal(s.origin, a->conf.secure);
	enum err e;

	if (message != NULL)
		return admin_fail("site '%s': %s", s.origin, message);
	e = sites_begin(&s.site, &s.client, s.origin);
	if (e == OK)
		e = apply_site_options(&s);
	if (e == ERR_INVALID_REQUEST)
		return admin_explain(&s.refusal);
	if (e != OK)
		return refuse_site(a, e, s.origin);
	return change_site(a, &s, add_site_step, "added");
}

static int
set_site(struct admin *a, const struct args *args)
{
	struct site_change s = {
	    .origin = args->operand, .args = args, .now = a->now};

	if (!args_any(args))
		return admin_misused("site set: nothing to change");
	return change_site(a, &s, set_site_step, "changed");
}

static int
del_site(struct admin *a, const struct args *args)
{
	struct site_change s = {.origin = args->operand, .now = a->now};
	enum err e = store_write(a->store, a->now, del_site_step, &s);

	if (e != OK)
		return refuse_site(a, e, s.origin);
	printf("Site %s deleted, its app passwords, and who was signed in "
	       "there.\n",
	    s.origin);
	return EXIT_DONE;
}

/* --- list, show ------------------------------------------------------------*/

static const struct list_noun site_list = {
    .kind = "site",
    .type = &site_record,
    .columns = list_columns,
    .begin = begin_site_row,
};

static int
list_sites(struct admin *a, const struct args *args)
{
	return list_run(a, &site_list, NULL, NULL, args_has(args, "--json"));
}

static int
show_one_site(struct admin *a, const struct args *args)
{
	struct site_change s = {.origin = args->operand};
	enum err e = store_read(a->store, find_site_step, &s);

	if (e != OK)
		return refuse_site(a, e, s.origin);
	return show_site(&s.site, &s.client, args_has(args, "--json"));
}

const struct verb site_verbs[] = {
    {"site", "add", "ORIGIN", false, false, change_options,
	"Has the gate protect a site; without rules it is open to everybody "
	"who signs in.",
	add_site},
    {"site", "list", NULL, false, false, json_option, "Lists all sites.",
	list_sites},
    {"site", "show", "ORIGIN", false, false, json_option,
	"Shows one site and its rules.", show_one_site},
    {"site", "set", "ORIGIN", false, false, change_options,
	"Changes a site; a list that is given replaces the old one.", set_site},
    {"site", "del", "ORIGIN", false, false, del_options,
	"Removes a site: the gate closes it.", del_site},
    VERB_END,
};
