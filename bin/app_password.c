/* latchkey app-password: for programs that cannot sign in as people do. */
#include "domain/app_password.h"
#include "admin.h"
#include "base/str.h"
#include "domain/audit.h"
#include "domain/site.h"
#include "list.h"

#include <stdio.h>
#include <string.h>

static const struct option add_options[] = {
    {"--site", "ORIGIN", false},
    {"--name", "NAME", false},
    OPTION_JSON,
    OPTION_END,
};

static const struct option list_options[] = {
    {"--user", "NAME", false},
    {"--site", "ORIGIN", false},
    OPTION_JSON,
    OPTION_END,
};

static const struct option del_options[] = {OPTION_YES, OPTION_END};

static const struct column columns[] = {
    {"id", "ID", COLUMN_WHOLE},
    {"preferred_username", "USER", false},
    {"site", "SITE", false},
    {"name", "NAME", false},
    {"created_at", "CREATED", true},
    {"used_at", "LAST USED", true},
    COLUMN_END,
};

/* --- add, del --------------------------------------------------------------*/

struct app_password_addition {
	const char *user, *site;
	int64_t now;
	struct app_password password;
	const char *missing; /* "user", "site" */
};

static enum err
add_app_password_step(struct store_txn *t, void *arg)
{
	struct app_password_addition *s = arg;
	struct site site;
	struct user u;
	enum err e;

	site_clear(&site);
	s->missing = "site";
	e = site_get(t, s->site, &site);
	if (e != OK)
		return e;
	s->missing = "user";
	e = user_find(t, s->user, &u);
	if (e != OK)
		return e;
	user_hold(t, u.user_id);
	memcpy(s->password.user_id, u.user_id, USER_ID_LEN);
	audit_add(
	    t, s->now, "app_password_added", u.name, s->site, s->password.name);
	user_wipe(&u);
	return app_password_put(t, &s->password);
}

static int
tell_app_password(
    const struct app_password_addition *s, const char *text, bool as_json)
{
	json_t *row;

	if (!as_json) {
		printf("App password of %s for %s, shown this once:\n"
		       "  user name  %s\n  password   %s\n",
		    s->user, s->site, s->user, text);
		return EXIT_DONE;
	}
	row = list_show(
	    json_pack("{s:n, s:s}", "id", "preferred_username", s->user),
	    &app_password_record, &s->password);
	json_object_set_new(row, "password", json_string(text));
	return output_json(row);
}

static int
put_app_password(struct admin *a, struct app_password_addition *s, bool as_json)
{
	char text[APP_PASSWORD_CAP];
	struct keyring k;
	int status;
	enum err e;

	status = admin_keyring(a, &k);
	if (status != EXIT_DONE)
		return status;
	app_password_make(text, &s->password, &k);
	keyring_wipe(&k);
	e = store_write(a->store, a->now, add_app_password_step, s);
	if (e == ERR_NOT_FOUND)
		status = admin_refuse(a, e, s->missing,
		    str_equal(s->missing, "site") ? s->site : s->user);
	else if (e != OK)
		status = admin_refuse(a, e, "app-password", s->user);
	else
		status = tell_app_password(s, text, as_json);
	secret_wipe(text, sizeof text);
	return status;
}

static int
add_app_password(struct admin *a, const struct args *args)
{
	struct app_password_addition s = {.user = args->operand,
	    .site = args_value(args, "--site"),
	    .now = a->now};
	struct refusal r;

	if (s.site == NULL)
		return admin_misused("app-password add: for which site? "
				     "(--site ORIGIN)");
	s.password.created_at = a->now;
	if (option_text(s.password.name, sizeof s.password.name, args, "--name",
		NULL, &r) != OK)
		return admin_explain(&r);
	if (str_copy(s.password.origin, sizeof s.password.origin, s.site) != OK)
		return admin_refuse(a, ERR_NOT_FOUND, "site", s.site);
	return put_app_password(a, &s, args_has(args, "--json"));
}

struct app_password_removal {
	uint8_t id[APP_PASSWORD_ID_LEN];
	int64_t now;
};

static enum err
del_app_password_step(struct store_txn *t, void *arg)
{
	struct app_password_removal *s = arg;
	struct app_password p;
	struct user u;
	enum err e = app_password_get(t, s->id, &p);

	if (e != OK)
		return e;
	e = user_get(t, p.user_id, &u);
	audit_add(t, s->now, "app_password_deleted", e == OK ? u.name : NULL,
	    p.origin, p.name);
	user_wipe(&u);
	app_password_del(t, s->id);
	return store_failed(t);
}

static int
del_app_password(struct admin *a, const struct args *args)
{
	struct app_password_removal s = {.now = a->now};
	enum err e = base64url_decode_exact(s.id, sizeof s.id, args->operand);

	if (e == OK)
		e = store_write(a->store, a->now, del_app_password_step, &s);
	if (e == ERR_SYNTAX)
		e = ERR_NOT_FOUND;
	if (e != OK)
		return admin_refuse(a, e, "app-password", args->operand);
	printf("App password %s deleted.\n", args->operand);
	return EXIT_DONE;
}

/* --- list ------------------------------------------------------------------*/

struct app_password_filter {
	const char *user, *site; /* NULL: all */
	uint8_t user_id[USER_ID_LEN];
};

/* A person who is not there has none. */
static enum err
choose_app_passwords(struct store_txn *t, void *arg, struct record_set *set)
{
	struct app_password_filter *f = arg;
	struct user u;
	enum err e;

	*set = record_set_of(&app_password_record, NULL, f->site);
	if (f->user == NULL)
		return OK;
	e = user_find(t, f->user, &u);
	memcpy(f->user_id, u.user_id, USER_ID_LEN);
	user_wipe(&u);
	*set = record_set_of(&app_password_record, f->user_id, f->site);
	return e == ERR_NOT_FOUND ? OK : e;
}

static enum err
begin_app_password(struct list_row *row, const void *record)
{
	const struct app_password *p = record;

	return list_begin_user(row, "id", p->user_id);
}

static const struct list_noun app_password_list = {
    .kind = "app-password",
    .type = &app_password_record,
    .columns = columns,
    .choose = choose_app_passwords,
    .begin = begin_app_password,
};

static int
list_app_passwords(struct admin *a, const struct args *args)
{
	struct app_password_filter f = {.user = args_value(args, "--user"),
	    .site = args_value(args, "--site")};

	return list_run(
	    a, &app_password_list, &f, NULL, args_has(args, "--json"));
}

const struct verb app_password_verbs[] = {
    {"app-password", "add", "USER", false, false, add_options,
	"Makes a password for a program of one person, at one site.",
	add_app_password},
    {"app-password", "list", NULL, false, false, list_options,
	"Lists app passwords, but not what they are.", list_app_passwords},
    {"app-password", "del", "ID", false, false, del_options,
	"Removes one; it no longer works.", del_app_password},
    VERB_END,
};
