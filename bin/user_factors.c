#include "user_factors.h"

#include "base/str.h"
#include "domain/audit.h"
#include "domain/factor.h"
#include "domain/link.h"
#include "domain/passkey.h"
#include "domain/session_end.h"
#include "domain/user.h"
#include "output.h"

#include <stdio.h>
#include <string.h>

enum { ID_LEN = 10 /* of a passkey's hash, as text: one of at most 20 */ };

const struct option user_factors_options[] = {
    {"--remove", "ID", false},
    {"--remove-all", NULL, false},
    OPTION_JSON,
    OPTION_END,
};

static const struct column columns[] = {
    {"id", "ID", false},
    {"kind", "KIND", false},
    {"name", "NAME", false},
    {"left", "LEFT", false},
    {"added_at", "ADDED", true},
    {"used_at", "LAST USED", true},
    COLUMN_END,
};

struct factors_ctx {
	const char *name;   /* of the person */
	const char *remove; /* an id; NULL: none, or all */
	bool remove_all;
	struct change change;

	struct user user;
	struct store_txn *t;
	json_t *rows;
	size_t removed;
};

static void
passkey_id(char id[static PASSKEY_HANDLE_CAP], const struct passkey *k)
{
	base64url_encode(id, PASSKEY_HANDLE_CAP, k->hash, sizeof k->hash);
	id[ID_LEN] = '\0';
}

/* --- listed ----------------------------------------------------------------*/

static bool
list_user_passkey(void *arg, const void *record)
{
	const struct passkey *k = record;
	struct factors_ctx *c = arg;
	char id[PASSKEY_HANDLE_CAP];

	passkey_id(id, k);
	json_array_append_new(c->rows,
	    json_pack("{s:s, s:s, s:s, s:I, s:I}", "id", id, "kind", "passkey",
		"name", k->name, "added_at", (json_int_t)k->created_at,
		"used_at", (json_int_t)k->used_at));
	return true;
}

static void
list_codes(json_t *rows, const struct factor *f)
{
	if (f->has_totp)
		json_array_append_new(rows,
		    json_pack("{s:s, s:s, s:s, s:I, s:I}", "id", "app", "kind",
			"authenticator app", "name",
			factor_is_closed(f) ? "closed: too many wrong codes"
					    : "",
			"added_at", (json_int_t)f->totp_since, "used_at",
			(json_int_t)f->totp_used_at));
	if (f->recovery_len > 0)
		json_array_append_new(
		    rows, json_pack("{s:s, s:s, s:s, s:i, s:I}", "id",
			      "recovery", "kind", "recovery codes", "name", "",
			      "left", (int)factor_codes_left(f), "added_at",
			      (json_int_t)f->recovery_since));
}

static enum err
list_factors_step(struct store_txn *t, void *arg)
{
	struct factors_ctx *c = arg;
	struct factor f;
	enum err e = user_find(t, c->name, &c->user);

	json_array_clear(c->rows);
	if (e == OK)
		e = factor_get(t, c->user.user_id, &f);
	if (e != OK)
		return e;
	list_codes(c->rows, &f);
	passkey_each(t, c->user.user_id, list_user_passkey, c);
	factor_wipe(&f);
	return store_failed(t);
}

static int
show_factors(struct admin *a, struct factors_ctx *c, bool as_json)
{
	enum err e;

	c->rows = json_array();
	e = store_read(a->store, list_factors_step, c);
	if (e == OK)
		return output_list(c->rows, columns, as_json);
	json_decref(c->rows);
	return admin_refuse(a, e, "user", c->name);
}

/* --- removed ---------------------------------------------------------------*/

static bool
is_wanted(const struct factors_ctx *c, const char *id)
{
	return c->remove_all || str_equal(c->remove, id);
}

static void
note_removal(struct factors_ctx *c, const char *what)
{
	c->removed++;
	audit_change(
	    c->t, &c->change, "factor_removed", c->user.name, NULL, what);
}

struct passkey_wanted {
	struct factors_ctx *c;
	uint8_t hash[PASSKEYS_MAX][HASH_LEN];
	size_t count;
};

/* The table must not change while it is walked. */
static bool
collect_passkey(void *arg, const void *record)
{
	const struct passkey *k = record;
	struct passkey_wanted *w = arg;
	char id[PASSKEY_HANDLE_CAP];

	passkey_id(id, k);
	if (is_wanted(w->c, id) && w->count < PASSKEYS_MAX)
		memcpy(w->hash[w->count++], k->hash, HASH_LEN);
	return true;
}

static void
remove_passkeys(struct store_txn *t, struct factors_ctx *c)
{
	struct passkey_wanted w = {.c = c};

	passkey_each(t, c->user.user_id, collect_passkey, &w);
	for (size_t n = 0; n < w.count; n++) {
		passkey_del(t, w.hash[n]);
		session_end_of_passkey(
		    t, c->user.user_id, w.hash[n], NULL, c->change.now);
		note_removal(c, "passkey");
	}
}

static enum err
remove_user_factors_step(struct store_txn *t, void *arg)
{
	struct factors_ctx *c = arg;
	struct factor f;
	enum err e = user_find(t, c->name, &c->user);

	c->t = t;
	c->removed = 0;
	if (e == OK)
		e = factor_get(t, c->user.user_id, &f);
	if (e != OK)
		return e;
	if (f.has_totp && is_wanted(c, "app")) {
		factor_clear_totp(&f);
		note_removal(c, "authenticator app");
	}
	if (f.recovery_len > 0 && is_wanted(c, "recovery")) {
		factor_clear_recovery(&f);
		note_removal(c, "recovery codes");
	}
	remove_passkeys(t, c);
	/* Recovery codes stand in for another factor. */
	if (!f.has_totp && !passkey_has(t, c->user.user_id))
		factor_clear_recovery(&f);
	e = factor_put(t, &f);
	factor_wipe(&f);
	return e;
}

static int
remove_factors(struct admin *a, struct factors_ctx *c)
{
	enum err e = store_write(a->store, a->now, remove_user_factors_step, c);

	if (e != OK)
		return admin_refuse(a, e, "user", c->name);
	if (c->removed == 0 && c->remove != NULL)
		return admin_fail(
		    "user %s has no factor %s", c->name, c->remove);
	printf(c->removed == 1 ? "%zu factor removed.\n"
			       : "%zu factors removed.\n",
	    c->removed);
	return EXIT_DONE;
}

int
user_factors(struct admin *a, const struct args *args)
{
	struct factors_ctx c = {.name = args->operand,
	    .remove = args_value(args, "--remove"),
	    .remove_all = args_has(args, "--remove-all"),
	    .change = {.now = a->now}};
	int status;

	if (c.remove != NULL && c.remove_all)
		return admin_misused("--remove and --remove-all exclude each "
				     "other");
	status = c.remove != NULL || c.remove_all
		     ? remove_factors(a, &c)
		     : show_factors(a, &c, args_has(args, "--json"));
	user_wipe(&c.user);
	return status;
}

enum err
user_signs_in_by(
    struct store_txn *t, const struct user *u, int64_t now, const char **words)
{
	unsigned kinds;
	enum err e = factors_of(t, u->user_id, &kinds);

	if (e != OK)
		return e;
	if (u->has_password)
		*words =
		    kinds & FACTOR_PASSKEY ? "password, passkey" : "password";
	else if (kinds & FACTOR_PASSKEY)
		*words = "passkey";
	else
		*words =
		    link_has_live(t, u->user_id, now) ? "invited" : "nothing";
	return OK;
}
