/* latchkey grant: what people have allowed apps; families of refresh tokens,
 * and remembered approvals. */
#include "admin.h"
#include "base/secret.h"
#include "base/str.h"
#include "domain/approval.h"
#include "domain/audit.h"
#include "domain/client.h"
#include "domain/family.h"
#include "domain/removal.h"
#include "output.h"

#include <stdio.h>
#include <string.h>

enum { FAMILY_TEXT_CAP = BASE64URL_CAP(FAMILY_ID_LEN) };

static const struct option list_options[] = {
    {"--user", "NAME", false},
    {"--client", "ID", false},
    OPTION_JSON,
    OPTION_END,
};

static const struct option end_options[] = {
    {"--user", "NAME", false},
    {"--client", "ID", false},
    OPTION_END,
};

static const struct column family_columns[] = {
    {"family_id", "FAMILY", false},
    {"preferred_username", "USER", false},
    {"client_id", "CLIENT", false},
    {"scope", "SCOPE", false},
    {"created_at", "CREATED", true},
    {"used_at", "USED", true},
    {"expires_at", "EXPIRES", true},
    {"generation", "GENERATION", false},
    COLUMN_END,
};

static const struct column approval_columns[] = {
    {"preferred_username", "USER", false},
    {"client_id", "CLIENT", false},
    {"scope", "APPROVED", false},
    {"declined", "DECLINED", false},
    {"changed_at", "CHANGED", true},
    COLUMN_END,
};

/* Whose grants, to what: a NULL matches all. */
struct filter {
	const char *name, *client_id;
	bool has_user;
	struct user user;
};

/* Looks up what the filter names: a mistyped name must not match nothing in
 * silence. */
static enum err
filter_resolve(struct store_txn *t, struct filter *f)
{
	struct client c;

	if (f->client_id != NULL && client_get(t, f->client_id, &c) != OK)
		return ERR_INVALID_CLIENT;
	f->has_user = f->name != NULL;
	return f->has_user ? user_find(t, f->name, &f->user) : OK;
}

static const uint8_t *
filter_user_id(const struct filter *f)
{
	return f->has_user ? f->user.user_id : NULL;
}

static bool
filter_matches(
    const struct filter *f, const uint8_t *user_id, const char *client_id)
{
	return (!f->has_user ||
		   memcmp(f->user.user_id, user_id, USER_ID_LEN) == 0) &&
	       (f->client_id == NULL || str_equal(f->client_id, client_id));
}

static int
refuse(const struct admin *a, const struct filter *f, enum err e)
{
	if (e == ERR_INVALID_CLIENT)
		return admin_refuse(a, ERR_NOT_FOUND, "client", f->client_id);
	return admin_refuse(a, e, "user", f->name != NULL ? f->name : "");
}

/* --- list ------------------------------------------------------------------*/

struct listing {
	struct filter filter;
	struct store_txn *t;
	int64_t now;
	json_t *families, *approvals;
	bool complete;
};

static json_t *
family_json(const struct family *f, const struct user *u)
{
	char id[FAMILY_TEXT_CAP], sub[SUB_CAP];

	base64url_encode(id, sizeof id, f->family_id, sizeof f->family_id);
	user_sub(sub, f->user_id);
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:b, s:b, s:I, s:I, s:I, "
			 "s:I, s:I}",
	    "family_id", id, "preferred_username", u->name, "sub", sub,
	    "client_id", f->client_id, "scope", f->scope, "refreshable",
	    f->refreshable, "offline", f->offline, "auth_time",
	    (json_int_t)f->auth_time, "created_at", (json_int_t)f->created_at,
	    "used_at", (json_int_t)f->rotated_at, "expires_at",
	    (json_int_t)family_expires_at(f), "generation",
	    (json_int_t)f->current);
}

/* Lists what still counts: family_require says no to a family whose session
 * has ended, and family_each does not ask it. */
static bool
family_visit_row(void *arg, const struct family *f)
{
	struct listing *l = arg;
	struct session s;
	struct user u;

	if (!filter_matches(&l->filter, f->user_id, f->client_id) ||
	    family_expires_at(f) <= l->now ||
	    (!f->offline && session_get(l->t, f->sid, l->now, &s) != OK) ||
	    user_get(l->t, f->user_id, &u) != OK)
		return true;
	l->complete = output_append(l->families, family_json(f, &u));
	user_wipe(&u);
	return l->complete;
}

static bool
approval_visit_row(void *arg, const struct approval *p)
{
	struct listing *l = arg;
	char sub[SUB_CAP];
	struct user u;

	if (!filter_matches(&l->filter, p->user_id, p->client_id) ||
	    user_get(l->t, p->user_id, &u) != OK)
		return true;
	user_sub(sub, p->user_id);
	l->complete = output_append(l->approvals,
	    json_pack("{s:s, s:s, s:s, s:s, s:s, s:I}", "preferred_username",
		u.name, "sub", sub, "client_id", p->client_id, "scope",
		p->granted, "declined", p->declined, "changed_at",
		(json_int_t)p->changed_at));
	user_wipe(&u);
	return l->complete;
}

static enum err
list_step(struct store_txn *t, void *arg)
{
	struct listing *l = arg;
	enum err e;

	e = filter_resolve(t, &l->filter);
	if (e != OK)
		return e;
	json_array_clear(l->families);
	json_array_clear(l->approvals);
	l->t = t;
	l->complete = l->families != NULL && l->approvals != NULL;
	if (l->complete)
		family_each(t, filter_user_id(&l->filter), family_visit_row, l);
	if (l->complete)
		approval_each(t, approval_visit_row, l);
	return l->complete ? OK : ERR_NO_MEMORY;
}

static int
list(struct admin *a, const struct args *args)
{
	struct listing l = {.filter = {.name = args_value(args, "--user"),
				.client_id = args_value(args, "--client")},
	    .now = a->now,
	    .families = json_array(),
	    .approvals = json_array()};
	enum err e;
	int status;

	e = store_read(a->store, list_step, &l);
	user_wipe(&l.filter.user);
	if (e != OK) {
		json_decref(l.families);
		json_decref(l.approvals);
		return refuse(a, &l.filter, e);
	}
	if (args_has(args, "--json"))
		return output_json(json_pack("{s:o, s:o}", "families",
		    l.families, "approvals", l.approvals));
	status = output_list(l.families, family_columns, false);
	putchar('\n');
	if (status == EXIT_DONE)
		return output_list(l.approvals, approval_columns, false);
	json_decref(l.approvals);
	return status;
}

/* --- end -------------------------------------------------------------------*/

struct ending {
	struct filter filter;
	const uint8_t *family_id; /* this one alone, or NULL */
	int64_t now;
	size_t families, approvals;
};

static enum err
end_one(struct store_txn *t, struct ending *s)
{
	char sub[SUB_CAP];
	struct family f;
	enum err e;

	e = family_get(t, s->family_id, s->now, &f);
	if (e != OK)
		return e;
	family_end(t, s->family_id);
	s->families = 1;
	user_sub(sub, f.user_id);
	audit_add(t, s->now, "grant_ended", sub, f.client_id, NULL);
	return OK;
}

static enum err
end_step(struct store_txn *t, void *arg)
{
	struct ending *s = arg;
	const uint8_t *user_id;
	enum err e;

	s->families = s->approvals = 0;
	if (s->family_id != NULL)
		return end_one(t, s);
	e = filter_resolve(t, &s->filter);
	if (e != OK)
		return e;
	user_id = filter_user_id(&s->filter);
	s->families = remove_families(t, user_id, s->filter.client_id);
	s->approvals = approval_del_all(t, user_id, s->filter.client_id);
	if (s->families + s->approvals > 0)
		audit_add(t, s->now, "grant_ended", s->filter.name,
		    s->filter.client_id, NULL);
	return OK;
}

static int
end(struct admin *a, const struct args *args)
{
	struct ending s = {.filter = {.name = args_value(args, "--user"),
			       .client_id = args_value(args, "--client")},
	    .now = a->now};
	uint8_t family_id[FAMILY_ID_LEN];
	enum err e = OK;

	if ((args->operand != NULL) == args_any(args))
		return admin_misused(
		    "grant end: name one family, or "
		    "--user NAME, or --client ID, or both of these");
	if (args->operand != NULL) {
		e = base64url_decode_exact(
		    family_id, sizeof family_id, args->operand);
		s.family_id = family_id;
	}
	if (e == OK)
		e = store_write(a->store, a->now, end_step, &s);
	user_wipe(&s.filter.user);
	if (s.family_id != NULL && (e == ERR_SYNTAX || e == ERR_NOT_FOUND))
		return admin_refuse(a, ERR_NOT_FOUND, "grant", args->operand);
	if (e != OK)
		return refuse(a, &s.filter, e);
	printf("Families ended: %zu. Approvals removed: %zu.\n", s.families,
	    s.approvals);
	return EXIT_DONE;
}

const struct verb grant_verbs[] = {
    {"grant", "list", NULL, false, false, list_options,
	"Lists families of refresh tokens and remembered approvals.", list},
    {"grant", "end", "FAMILY", true, false, end_options,
	"Ends one family; or all, and the approvals, of a person or app.", end},
    VERB_END,
};
