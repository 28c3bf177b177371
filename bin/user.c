/* latchkey user: people. */
#include "domain/user.h"
#include "admin.h"
#include "base/str.h"
#include "domain/keyring.h"
#include "domain/people.h"
#include "list.h"
#include "user_factors.h"
#include "user_link.h"
#include "user_password.h"
#include "user_profile.h"
#include "user_rename.h"

#include <stdio.h>
#include <string.h>

static const struct option no_options[] = {OPTION_END};
static const struct option del_options[] = {OPTION_YES, OPTION_END};
static const struct option json_option[] = {OPTION_JSON, OPTION_END};

static const struct option add_options[] = {
    USER_PROFILE_OPTIONS,
    {"--password-stdin", NULL, false},
    {"--no-password", NULL, false},
    OPTION_JSON,
    OPTION_END,
};

static const struct option passwd_options[] = {
    {"--password-stdin", NULL, false},
    OPTION_END,
};

static const struct option set_options[] = {
    USER_PROFILE_OPTIONS,
    {"--add-group", "GROUP", true},
    {"--remove-group", "GROUP", true},
    OPTION_END,
};

static const struct column list_columns[] = {
    {"preferred_username", "USER", COLUMN_WHOLE},
    {"name", "NAME", false},
    {"email", "EMAIL", false},
    {"groups", "GROUPS", false},
    {"locked", "LOCKED", false},
    {"signs_in_by", "SIGNS IN BY", false},
    COLUMN_END,
};

static const struct column show_columns[] = {
    {"preferred_username", "user", false},
    {"sub", "sub", false},
    {"name", "name", false},
    {"given_name", "given name", false},
    {"family_name", "family name", false},
    {"locale", "language", false},
    {"zoneinfo", "time zone", false},
    {"attributes", "attributes", false},
    {"email", "email", false},
    {"email_verified", "email verified", false},
    {"phone_number", "phone", false},
    {"phone_number_verified", "phone verified", false},
    {"street_address", "street", false},
    {"postal_code", "postal code", false},
    {"locality", "locality", false},
    {"region", "region", false},
    {"country", "country", false},
    {"groups", "groups", false},
    {"locked", "locked", false},
    {"has_password", "has password", false},
    {"signs_in_by", "signs in by", false},
    {"require_factor", "needs second factor", false},
    {"created_at", "created", true},
    {"updated_at", "changed", true},
    COLUMN_END,
};

static int
refuse_user(const struct admin *a, enum err e, const char *name)
{
	return admin_refuse(a, e, "user", name);
}

/* --- add -------------------------------------------------------------------*/

struct user_lookup {
	const char *name;
	struct user user;
};

static enum err
find_user_step(struct store_txn *t, void *arg)
{
	struct user_lookup *f = arg;

	return user_find(t, f->name, &f->user);
}

struct user_addition {
	const struct user *wanted;
	struct user user;
	int64_t now;
	struct email_refusal refusal;
};

/* Whether name and address may be this person's, and nothing else. */
static enum err
may_add_user_step(struct store_txn *t, void *arg)
{
	struct user_addition *s = arg;
	enum err e = user_find(t, s->wanted->name, &s->user);

	if (e == OK)
		return ERR_EXISTS;
	if (e != ERR_NOT_FOUND)
		return e;
	return user_email_refuse(t, s->wanted, &s->refusal);
}

static enum err
add_user_step(struct store_txn *t, void *arg)
{
	struct user_addition *s = arg;
	enum err e = may_add_user_step(t, arg);

	if (e != OK)
		return e;
	s->user = *s->wanted;
	return people_add(t, &s->user, &(struct change){.now = s->now});
}

static int
refuse_new_user(
    const struct admin *a, enum err e, const struct user_addition *s)
{
	return e == ERR_INVALID_REQUEST ? admin_explain(&s->refusal.refusal)
					: refuse_user(a, e, s->wanted->name);
}

static int
store_new_user(struct admin *a, const struct user *u, bool as_json)
{
	struct user_addition s = {.wanted = u, .now = a->now};
	enum err e;
	int status;

	e = store_write(a->store, a->now, add_user_step, &s);
	if (e != OK)
		status = refuse_new_user(a, e, &s);
	else if (as_json)
		status = output_json(
		    list_show(json_pack("{s:s}", "signs_in_by",
				  s.user.has_password ? "password" : "nothing"),
			&user_record, &s.user));
	else
		status = printf("User %s added.\n", u->name) < 0;
	if (e == OK)
		user_warn_of_namesakes(a, u);
	user_wipe(&s.user);
	return status;
}

static int
add_user(struct admin *a, const struct args *args)
{
	struct user u = {0};
	struct user_addition wanted = {.wanted = &u};
	struct refusal r;
	enum err e;
	int status;

	if (args_has(args, "--no-password") &&
	    args_has(args, "--password-stdin"))
		return admin_misused("--no-password and --password-stdin "
				     "exclude each other");
	if (user_is_contradictory(args))
		return EXIT_USAGE;
	status = user_apply_name(&u, args->operand);
	if (status != EXIT_DONE)
		return status;
	if (user_apply_profile(&u, args, &r) != OK)
		return admin_explain(&r);
	/* Checked before a password is typed. The step that adds decides. */
	e = store_read(a->store, may_add_user_step, &wanted);
	if (e != OK)
		status = refuse_new_user(a, e, &wanted);
	else if (!args_has(args, "--no-password")) {
		status = user_new_password(a, args, &u, &u.password);
		u.has_password = status == EXIT_DONE;
	}
	if (status == EXIT_DONE)
		status = store_new_user(a, &u, args_has(args, "--json"));
	user_wipe(&wanted.user);
	user_wipe(&u);
	return status;
}

/* --- passwd, set, lock, unlock, del ----------------------------------------*/

struct user_change {
	const char *name;
	const struct args *args;              /* set */
	const struct password_hash *password; /* passwd */
	const struct keyring *keyring;        /* unlock */
	int64_t now;
	const char *instead; /* a step's: to be said instead of what is usual */
	struct user user;
	struct email_refusal email;
	struct refusal refusal;
};

static enum err
passwd_user_step(struct store_txn *t, void *arg)
{
	struct user_change *s = arg;
	enum err e = user_find(t, s->name, &s->user);

	return e == OK ? people_set_password(t, &s->user, s->password,
			     &(struct change){.now = s->now})
		       : e;
}

static enum err
set_user_step(struct store_txn *t, void *arg)
{
	struct user_change *s = arg;
	struct user *u = &s->user;
	enum err e;

	e = user_find(t, s->name, u);
	if (e == OK)
		e = user_apply_profile(u, s->args, &s->refusal);
	if (e != OK)
		return e;
	option_remove_groups(u->groups, s->args, "--remove-group");
	e = option_add_groups(
	    u->groups, sizeof u->groups, s->args, "--add-group", &s->refusal);
	if (e == OK) {
		e = user_email_refuse(t, u, &s->email);
		s->refusal = s->email.refusal;
	}
	return e == OK ? people_set(t, u, &(struct change){.now = s->now}) : e;
}

static enum err
lock_or_unlock(struct store_txn *t, struct user_change *s, bool locked)
{
	const struct change c = {.now = s->now};
	enum err e;

	e = user_find(t, s->name, &s->user);
	if (e != OK)
		return e;
	if (s->user.locked == locked)
		s->instead = locked ? "was locked already; sessions ended"
				    : "was not locked; for ten minutes tries "
				      "to sign in are not slowed down";
	return locked ? people_lock(t, &s->user, &c)
		      : people_unlock(t, &s->user, s->keyring, &c);
}

static enum err
lock_user_step(struct store_txn *t, void *arg)
{
	return lock_or_unlock(t, arg, true);
}

static enum err
unlock_user_step(struct store_txn *t, void *arg)
{
	return lock_or_unlock(t, arg, false);
}

static enum err
del_user_step(struct store_txn *t, void *arg)
{
	const struct user_change *s = arg;

	return people_remove(t, s->name, &(struct change){.now = s->now});
}

/* Runs a step that changes one user and says DONE about it. */
static int
change_user(
    struct admin *a, store_step *step, struct user_change *s, const char *done)
{
	int status = EXIT_DONE;
	enum err e;

	s->now = a->now;
	e = store_write(a->store, a->now, step, s);
	if (e == ERR_INVALID_REQUEST)
		status = admin_explain(&s->refusal);
	else if (e != OK)
		status = refuse_user(a, e, s->name);
	else
		printf("User %s %s.\n", s->name,
		    s->instead != NULL ? s->instead : done);
	if (e == OK && s->args != NULL)
		user_warn_of_namesakes(a, &s->user);
	user_wipe(&s->user);
	return status;
}

static int
passwd_user(struct admin *a, const struct args *args)
{
	struct user_lookup f = {.name = args->operand};
	struct password_hash h = {0};
	struct user_change s = {.name = args->operand, .password = &h};
	enum err e;
	int status;

	e = store_read(a->store, find_user_step, &f);
	status = e != OK ? refuse_user(a, e, args->operand)
			 : user_new_password(a, args, &f.user, &h);
	user_wipe(&f.user);
	if (status == EXIT_DONE)
		status = change_user(a, passwd_user_step, &s,
		    "has a new password; sessions and refresh tokens ended");
	secret_wipe(&h, sizeof h);
	return status;
}

static int
set_user(struct admin *a, const struct args *args)
{
	struct user_change s = {.name = args->operand, .args = args};

	if (!args_any(args))
		return admin_misused("user set: nothing to change");
	if (user_is_contradictory(args))
		return EXIT_USAGE;
	return change_user(a, set_user_step, &s, "changed");
}

static int
lock_user(struct admin *a, const struct args *args)
{
	struct user_change s = {.name = args->operand};

	return change_user(a, lock_user_step, &s, "locked; sessions ended");
}

static int
unlock_user(struct admin *a, const struct args *args)
{
	struct keyring k;
	struct user_change s = {.name = args->operand, .keyring = &k};
	int status = admin_keyring(a, &k);

	if (status != EXIT_DONE)
		return status;
	status = change_user(a, unlock_user_step, &s,
	    "unlocked; for ten minutes tries to sign in are not slowed down");
	keyring_wipe(&k);
	return status;
}

static int
del_user(struct admin *a, const struct args *args)
{
	struct user_change s = {.name = args->operand};

	return change_user(a, del_user_step, &s, "deleted");
}

/* --- list, show ------------------------------------------------------------*/

static enum err
begin_person(struct list_row *row, const void *record)
{
	const char *words;
	enum err e = user_signs_in_by(row->t, record, row->now, &words);

	row->json = e == OK ? json_pack("{s:s}", "signs_in_by", words) : NULL;
	return e;
}

static const struct list_noun user_list = {
    .kind = "user",
    .type = &user_record,
    .columns = list_columns,
    .begin = begin_person,
    .each = user_each,
};

static int
list_users(struct admin *a, const struct args *args)
{
	return list_run(a, &user_list, NULL, NULL, args_has(args, "--json"));
}

struct user_shown {
	struct user_lookup lookup;
	struct list_row row;
};

static enum err
show_user_step(struct store_txn *t, void *arg)
{
	struct user_shown *s = arg;
	enum err e = find_user_step(t, &s->lookup);

	json_decref(s->row.json);
	s->row.json = NULL;
	s->row.t = t;
	return e == OK ? begin_person(&s->row, &s->lookup.user) : e;
}

static int
show_user(struct admin *a, const struct args *args)
{
	struct user_shown s = {.lookup.name = args->operand, .row.now = a->now};
	const struct user *u = &s.lookup.user;
	enum err e = store_read(a->store, show_user_step, &s);
	int status;

	status = e != OK ? refuse_user(a, e, args->operand)
			 : output_record(list_show(s.row.json, &user_record, u),
			       show_columns, args_has(args, "--json"));
	user_wipe(&s.lookup.user);
	return status;
}

const struct verb user_verbs[] = {
    {"user", "add", "NAME", false, false, add_options,
	"Adds a person and asks for a password.", add_user},
    {"user", "passwd", "NAME", false, false, passwd_options,
	"Sets a new password; ends the person's sessions and refresh tokens.",
	passwd_user},
    {"user", "invite", "NAME", false, false, user_invite_options,
	"Adds a person, and prints a link with which they choose a password.",
	user_invite},
    {"user", "reset", "NAME", false, false, user_reset_options,
	"Prints a link with which a person chooses a new password.",
	user_reset},
    {"user", "list", NULL, false, false, json_option, "Lists all people.",
	list_users},
    {"user", "show", "NAME", false, false, json_option, "Shows one person.",
	show_user},
    {"user", "set", "NAME", false, false, set_options,
	"Changes what is known of a person; --group replaces the list.",
	set_user},
    {"user", "factors", "NAME", false, false, user_factors_options,
	"Shows or removes the second factors of a person.", user_factors},
    {"user", "rename", "OLD NEW", false, false, no_options,
	"Gives a person another user name; `sub` stays.", user_rename_verb},
    {"user", "lock", "NAME", false, false, no_options,
	"Keeps a person out, and signs them out everywhere.", lock_user},
    {"user", "unlock", "NAME", false, false, no_options,
	"Lets a locked person sign in again.", unlock_user},
    {"user", "del", "NAME", false, false, del_options,
	"Removes a person and all that was granted to apps.", del_user},
    VERB_END,
};
